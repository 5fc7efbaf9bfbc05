package soak

import "testing"

// What a soak may leave: the heap of the kernel grows by what it remembers of
// each cell, such as the text for error messages.
const (
	mayGrow      = 32 << 20 // bytes, whatever was run
	mayGrowACell = 4 << 10
	mayOpen      = 8 // files and goroutines
)

// Check fails a test if a soak has found something.
func (r Report) Check(t *testing.T) {
	t.Helper()
	t.Logf("%d cells in %d notebooks: %d interrupts, %d panics, %d mistakes, %d crashes, %d replays",
		r.Cells, r.Notebooks, r.Interrupts, r.Panics, r.Mistakes, r.Crashes, r.Replays)
	t.Logf("before: %v", r.Before)
	t.Logf("after:  %v", r.After)
	for _, w := range r.Wrong {
		t.Error(w)
	}
	if grown, limit := r.After.Heap-r.Before.Heap, int64(mayGrow+mayGrowACell*r.Cells); grown > limit {
		t.Errorf("the heap has grown by %d MB, at most %d MB are expected", grown>>20, limit>>20)
	}
	for what, grown := range map[string]int{
		"open files":        r.After.Files - r.Before.Files,
		"goroutines":        r.After.Goroutines - r.Before.Goroutines,
		"files on the disk": r.After.Left - r.Before.Left,
	} {
		if grown > mayOpen {
			t.Errorf("there are %d more %s than after the first notebooks", grown, what)
		}
	}
}
