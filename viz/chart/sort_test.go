package chart

import (
	"math"
	"slices"
	"testing"
)

func TestSortFloats(t *testing.T) {
	outliers := with(normal(40_000, 1), 0, math.Copysign(0, -1), 1e300, -1e300, 5e-324, -5e-324, math.MaxFloat64, -math.MaxFloat64)
	close := make([]float64, 30_000)
	for i := range close {
		close[i] = 5e-324 * float64(i%7)
	}
	for name, list := range map[string][]float64{
		"normal": normal(50_000, 1), "outliers": outliers, "close": close, "equal": make([]float64, 20_000), "few": normal(9, 1), "none": nil,
	} {
		want := slices.Clone(list)
		slices.Sort(want)
		sortFloats(list)
		for i := range want {
			if list[i] != want[i] {
				t.Fatalf("%s: place %d has %v, not %v", name, i, list[i], want[i])
			}
		}
	}
}
