package nn_test

import (
	"math"
	"slices"
	"testing"

	net "loupe/nn"
	"loupe/nn/tensor"
	"loupe/viz/model"
)

// TestPointOf compares the two ways in which pictures learn how numbers are
// distributed: nn counts its own, and other sources let model.PointOf count.
func TestPointOf(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, values := range [][]float64{{1, 2, 3, 4.5, -7}, {0, 0, 1}, {3}, {2, 2, 2}, {nan, inf, 1, -inf, 0}, {1e-300, 2e-300}, {nan}} {
		want := net.DistributionOf(tensor.FromSlice(values, len(values)))
		got := model.PointOf(7, values)
		if got.Step != 7 || got.Count != len(values) || got.Finite != want.Finite || got.Zeros != want.Zeros || !slices.Equal(got.Bins, want.Bins) {
			t.Errorf("%v: counted %+v, nn %+v", values, got, want)
		}
		if want.Finite == 0 {
			continue
		}
		for i, pair := range append([][2]float64{{got.Min, want.Min}, {got.Max, want.Max}, {got.Mean, want.Mean}, {got.Std, want.Std}},
			zip(got.Quantiles[:], want.Quantiles[:])...) {
			if math.Abs(pair[0]-pair[1]) > 1e-12*math.Abs(pair[1]) {
				t.Errorf("%v: number %d is %v, in nn %v", values, i, pair[0], pair[1])
			}
		}
		sum := 0.0
		for _, v := range values {
			if !math.IsNaN(v) && !math.IsInf(v, 0) {
				sum = math.Hypot(sum, v)
			}
		}
		if math.Abs(got.Norm-sum) > 1e-12*sum {
			t.Errorf("%v: norm %v, want %v", values, got.Norm, sum)
		}
	}
}

func zip(a, b []float64) [][2]float64 {
	var list [][2]float64
	for i := range a {
		list = append(list, [2]float64{a[i], b[i]})
	}
	return list
}
