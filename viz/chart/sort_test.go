package chart

import (
	"math"
	"slices"
	"testing"
)

func TestSortFloats(t *testing.T) {
	list := with(normal(40_000, 1), 0, math.Copysign(0, -1), 1e300, -1e300, 5e-324, -5e-324, math.MaxFloat64, -math.MaxFloat64)
	for i := range 1000 {
		list = append(list, float64(i%7))
	}
	want := slices.Clone(list)
	slices.Sort(want)
	sortFloats(list)
	for i := range want {
		if list[i] != want[i] {
			t.Fatalf("place %d has %v, not %v", i, list[i], want[i])
		}
	}
}
