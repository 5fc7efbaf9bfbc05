package params_test

import (
	"math"
	"strings"
	"testing"

	"loupe/internal/golden"
	"loupe/internal/legible"
	"loupe/nn"
	"loupe/nn/tensor"
	"loupe/viz/chart"
	"loupe/viz/model"
	"loupe/viz/params"
	_ "loupe/viz/source/nn"
	"loupe/viz/words"
)

// deep is a model of many sigmoid layers, in which gradients vanish.
func deep() *nn.Model {
	parts := []nn.Part{}
	for range 12 {
		parts = append(parts, nn.Dense(8, nn.Sigmoid))
	}
	return nn.Sequential(append(parts, nn.Dense(1))...).Seed(1)
}

func small() *nn.Model {
	return nn.Sequential(nn.Dense(16, nn.ReLU), nn.Dense(16, nn.ReLU), nn.Dense(1)).Seed(1)
}

// sums are samples of four numbers, and whether their sum is positive.
func sums() nn.Data {
	x, y := tensor.New(256, 4), tensor.New(256, 1)
	state := uint64(1)
	for i := range 256 {
		sum := 0.0
		for j := range 4 {
			state = state*6364136223846793005 + 1442695040888963407
			v := float64(state>>40)/float64(1<<23) - 1
			x.Set(v, i, j)
			sum += v
		}
		y.Set(sum, i, 0)
	}
	return nn.Arrays(x, y)
}

func trained(m *nn.Model, rate float64, o *nn.Optimizer) (h *nn.History) {
	if o == nil {
		o = nn.SGD(rate)
	}
	defer func() { // a loss that is not a number stops it
		recover()
		h = m.History()
	}()
	return nn.Fit(m, sums(), nn.Config{Optimizer: o, Loss: nn.MSE, Epochs: 4, Batch: 16, Callbacks: []nn.Callback{nn.Record(nn.EverySteps(1))}})
}

func samples() map[string]*chart.Figure {
	vanishing := deep()
	history := trained(vanishing, 0.1, nil)
	healthy := small()
	good := trained(healthy, 0, nn.Adam(1e-2))
	broken := trained(small(), 1e4, nil)
	dead := small().Build(4)
	kernel := dead.Layers()[1].Param("kernel").Data
	for i := range kernel.Dim(0) {
		kernel.Set(0, i, 3)
		kernel.Set(0, i, 7)
	}
	return map[string]*chart.Figure{
		"weights":           params.Weights(healthy),
		"dead units":        params.Weights(dead),
		"gradients":         params.Gradients(good),
		"vanishing":         params.Gradients(history),
		"not finite":        params.Gradients(broken),
		"updates":           params.Updates(good),
		"spectra":           params.Spectra(healthy),
		"spectra of a deep": params.Spectra(vanishing),
		"distributions":     params.Distributions(good),
		"ridges":            params.Ridges(good, "dense/kernel", "dense_1/kernel"),
		"outputs":           params.Ridges(broken, "dense_2/output", "dense_2"),
	}
}

func TestFigures(t *testing.T) { golden.Figures(t, samples()) }

// looks are the widths and themes that figures are read in.
var looks = map[string][]chart.Option{
	"400 wide":            {chart.Size(400, 0)},
	"1400 wide":           {chart.Size(1400, 0), chart.Theme(chart.Dark)},
	"250 wide in Chinese": {chart.Size(250, 0), chart.Language(words.Chinese)},
}

func TestTexts(t *testing.T) {
	legible.Figures(t, samples(), looks)
	legible.Figures(t, nasty(), looks)
}

func TestMistakes(t *testing.T) {
	nan := small().Build(4)
	nan.Layers()[0].Param("kernel").Data.Set(math.NaN(), 0, 0)
	none := nn.Fit(small(), sums(), nn.Config{Loss: nn.MSE})
	for _, c := range []struct {
		f    *chart.Figure
		want string
	}{
		{params.Weights(small()), "the model has no weights yet: they are made with the first data, or by Build"},
		{params.Weights(&model.Model{Params: []model.Param{{Name: "b", Shape: []int{3}}}}), "no weights with two axes"},
		{params.Weights("model"), "a string is no model that viz knows"},
		{params.Gradients(none), "this training has recorded nothing: add nn.Record() to the Callbacks"},
		{params.Gradients(nn.Record()), "the record holds no gradients of weights"},
		{params.Gradients(small()), "a *nn.Model is no record of a training"},
		{params.Updates(nn.Record()), "the record holds no updates of weights"},
		{params.Distributions(nn.Record()), "the record holds no weights: it was made without a step of training"},
		{params.Ridges(trained(small(), 0.1, nil), "dense/weights"), `the record holds no "dense/weights"; it has dense/output`},
		{params.Distributions([][]float64{}), "there are no numbers: pass those of at least one step"},
		{params.Spectra(nan), "the singular values of dense/kernel cannot be computed"},
	} {
		if _, err := c.f.Image(1); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("the error is %v, want %q", err, c.want)
		}
	}
}
