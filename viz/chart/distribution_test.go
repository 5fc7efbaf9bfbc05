package chart

import (
	"math"
	"slices"
	"testing"
)

// TestKnots compares what is computed from a summary with the numbers that it is of.
func TestKnots(t *testing.T) {
	zeros := make([]float64, 400) // as behind ReLU
	for name, values := range map[string][]float64{"normal": normal(2000, 3), "half zeros": with(zeros, normal(400, 1)...), "constant": {5, 5, 5}} {
		whole := ordered(slices.Sorted(slices.Values(values)))
		d := Distribution{Count: len(values), Min: whole[0], Max: whole[len(whole)-1], Bins: make([]int, 40)}
		for i, q := range kept {
			d.Quantiles[i] = whole.quantile(q)
		}
		width := (d.Max - d.Min) / 40
		for _, x := range values {
			i := 0
			if width > 0 {
				i = min(int((x-d.Min)/width), 39)
			}
			d.Bins[i]++
		}
		k := d.spread()
		for _, q := range []float64{0, 0.0668, 0.3085, 0.5, 0.8413, 1} {
			if a, b := k.quantile(q), whole.quantile(q); math.Abs(a-b) > width*1.001+1e-9 {
				t.Errorf("%s: the quantile %v is %v from a summary, and %v from the numbers", name, q, a, b)
			}
			x := whole.quantile(q)
			if a, b := k.below(x), whole.below(x+width); a > b+1e-9 {
				t.Errorf("%s: %v lie below %v by a summary, and %v by the numbers", name, a, x, b)
			}
			if a, b := k.below(x), whole.below(x-width); a < b-1e-9 {
				t.Errorf("%s: %v lie below %v by a summary, and %v by the numbers", name, a, x, b)
			}
		}
	}
	if !(&Distribution{}).spread().none() || !(&Distribution{Values: []float64{math.NaN()}}).spread().none() {
		t.Error("nothing is something")
	}
}
