package nn_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"loupe/nn"
	"loupe/nn/tensor"
)

func TestRecord(t *testing.T) {
	m, d := small()
	r := nn.Record(nn.EverySteps(5), nn.WholeTensors(), nn.OfLayers("dense", "dense_1"))
	nn.Fit(m, d, nn.Config{Loss: nn.CrossEntropy, Epochs: 4, Batch: 16, Callbacks: []nn.Callback{r}})
	want := "[dense/output dense_1/output dense/output gradient dense/kernel dense/kernel gradient dense/bias dense/bias gradient" +
		" dense_1/kernel dense_1/kernel gradient dense_1/bias dense_1/bias gradient" +
		" dense/kernel update dense/bias update dense_1/kernel update dense_1/bias update]"
	if got := fmt.Sprint(r.Names()); got != want {
		t.Errorf("kept %s\nwant %s", got, want)
	}
	weights, updates := r.Series("dense/kernel"), r.Series("dense/kernel update")
	if len(weights) != 4 || weights[1].Step != 5 || weights[1].Epoch != 1 {
		t.Fatalf("steps: %+v", weights)
	}
	if weights[0].Tensor.Add(updates[0].Tensor).Sub(weights[1].Tensor).Norm() == 0 || updates[0].Norm == 0 {
		t.Error("updates are of one step, and there are four more to the next sample")
	}
	if n := updates[0].Tensor.Norm(); math.Abs(n-updates[0].Norm) > 1e-6 {
		t.Errorf("the norm is %v, the recorder's %v", n, updates[0].Norm)
	}
}

// TestRecordLimit: the memory stays within its limit, and the whole training is
// there.
func TestRecordLimit(t *testing.T) {
	m, d := small()
	r := nn.Record(nn.EverySteps(1), nn.MemoryLimit(100_000))
	nn.Fit(m, d, nn.Config{Loss: nn.CrossEntropy, Epochs: 40, Batch: 16, Callbacks: []nn.Callback{r}})
	s := r.Series("dense/kernel")
	if n := len(r.Samples()) * 600; n > 100_000 || n < 40_000 {
		t.Errorf("%d bytes are kept", n)
	}
	if s[0].Step != 0 || s[len(s)-1].Step < 180 {
		t.Errorf("steps %d to %d of 200 are kept", s[0].Step, s[len(s)-1].Step)
	}
}

func TestDistribution(t *testing.T) {
	x := make([]float64, 0, 103)
	for i := range 101 {
		x = append(x, float64(i))
	}
	d := nn.DistributionOf(tensor.FromSlice(append(x, math.NaN(), math.Inf(1))))
	if d.Quantiles != [5]float64{5, 25, 50, 75, 95} || d.Zeros != 1 || d.NaN != 1 || d.Inf != 1 || math.Abs(d.Norm-math.Sqrt(338350)) > 1e-9 {
		t.Errorf("%+v", d)
	}
	if len(d.Bins) != 40 || slices.Max(d.Bins) > 3 || slices.Min(d.Bins) < 2 {
		t.Errorf("bins %v", d.Bins)
	}
}
