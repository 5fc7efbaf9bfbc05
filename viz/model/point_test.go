package model

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestQuantiles compares them with those of sorted numbers, of all kinds.
func TestQuantiles(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for n := 1; n < 3000; n += 1 + n/3 {
		for kind, number := range []func(i int) float64{
			func(int) float64 { return r.NormFloat64() },
			func(i int) float64 { return float64(i) },
			func(i int) float64 { return float64(-i) },
			func(int) float64 { return float64(r.IntN(3)) },
			func(int) float64 { return max(0, r.NormFloat64()) },
			func(int) float64 { return 5 },
			func(i int) float64 { return math.Abs(float64(i - n/2)) },
		} {
			x := make([]float64, n)
			for i := range x {
				x[i] = number(i)
			}
			sorted := slices.Sorted(slices.Values(x))
			for i, got := range quantiles(x) {
				at := []float64{0.05, 0.25, 0.5, 0.75, 0.95}[i] * float64(n-1)
				low := int(at)
				want := sorted[low] + (at-float64(low))*(sorted[min(low+1, n-1)]-sorted[low])
				if math.Abs(got-want) > 1e-12 {
					t.Errorf("%d numbers of kind %d: quantile %d is %v, not %v", n, kind, i, got, want)
				}
			}
			slices.Sort(x)
			if !slices.Equal(x, sorted) {
				t.Errorf("%d numbers of kind %d: some were lost", n, kind)
			}
		}
	}
}
