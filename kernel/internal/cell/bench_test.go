package cell

import (
	"fmt"
	"testing"
)

// BenchmarkPlan is what planning a trivial cell costs in notebooks of
// different length.
func BenchmarkPlan(b *testing.B) {
	for _, cells := range []int{0, 1000} {
		b.Run(fmt.Sprint("after ", cells, " cells"), func(b *testing.B) {
			n := notebookWith(b, cells)
			for b.Loop() {
				if _, err := n.Plan(cells+2, "total + 1"); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkRedefine is what planning costs when a function or a type changes
// in a long notebook.
func BenchmarkRedefine(b *testing.B) {
	n := notebookWith(b, 1000)
	for name, source := range map[string]string{
		"function":  "func f500() int { return 7 }",
		"signature": "func f500() string { return \"\" }",
		"type":      "type T500 struct{ a, b int }",
		"println":   `fmt.Println("hello", total)`,
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := n.Plan(1002, source); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// notebookWith returns a notebook after a number of cells.
func notebookWith(t testing.TB, cells int) *Notebook {
	n := New(tools(t).config())
	for i := range cells + 1 {
		source := fmt.Sprintf("type T%d struct{ a int }\nfunc f%d() int { return %d }\nv%d := T%d{f%d()}\ntotal := v%d.a", i, i, i, i, i, i, i)
		p, err := n.Plan(i+1, source)
		if err != nil {
			t.Fatal(err)
		}
		n = p.After
	}
	return n
}
