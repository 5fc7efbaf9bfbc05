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
	return nn.Sequential(append(parts, nn.Dense(1))...).Seed(1).As(tensor.Float64)
}

func small() *nn.Model {
	return nn.Sequential(nn.Dense(16, nn.ReLU), nn.Dense(16, nn.ReLU), nn.Dense(1)).Seed(1).As(tensor.Float64)
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

// extreme is a convolution with weights far from all others, and a dead filter, before
// a layer with much smaller weights.
func extreme() *nn.Model {
	m := convolutions(1)
	first, last := m.Layer("conv2d").Param("kernel").Data, m.Layer("conv2d_1").Param("kernel").Data
	first.Set(30, 0, 0, 0, 3)
	first.Set(-28, 1, 0, 0, 5)
	last.Set(1.5, 0, 0, 0, 0)
	return m
}

// whole is a record of numbers, not of how they are distributed only.
func whole() *nn.History {
	return nn.Fit(small(), sums(), nn.Config{Loss: nn.MSE, Batch: 16, Callbacks: []nn.Callback{nn.Record(nn.EverySteps(1), nn.WholeTensors())}})
}

func classifier() *nn.Model {
	return nn.Sequential(nn.Dense(16, nn.ReLU), nn.Dense(16, nn.Tanh), nn.Dense(3, nn.Softmax)).Seed(1).As(tensor.Float64).Build(4)
}

// rows are samples of three classes.
func rows() model.Labelled {
	l := model.Labelled{X: [][]float64{}, Y: []string{}}
	for i := range 30 {
		x := float64(i)
		l.X = append(l.X.([][]float64), []float64{math.Sin(x), math.Cos(x), math.Sin(3 * x), float64(i % 3)})
		l.Y = append(l.Y.([]string), []string{"cat", "dog", "horse"}[i%3])
	}
	return l
}

// convolutions is a model of images with some channels.
func convolutions(channels int) *nn.Model {
	m := nn.Sequential(nn.Conv2D(24, 5, nn.ReLU), nn.Conv2D(32, 3), nn.Flatten(), nn.Dense(2)).Seed(1).Build(16, 16, channels)
	kernel := m.Layer("conv2d").Param("kernel").Data
	for f := range 24 { // filters as training makes them: edges in all directions
		for i := range 25 {
			for c := range channels {
				at := float64(f) * math.Pi / 24
				wave := math.Sin(float64(i%5-2)*math.Cos(at)*1.5 + float64(i/5-2)*math.Sin(at)*1.5 + float64(c)*float64(f%3))
				kernel.Set(wave*(0.3+float64(f*7%24)/24)*float64(min(f, 1)), i/5, i%5, c, f)
			}
		}
	}
	return m
}

func samples() map[string]*chart.Figure {
	vanishing := deep()
	history := trained(vanishing, 0.1, nil)
	healthy := small()
	good := trained(healthy, 0, nn.Adam(1e-2))
	broken := trained(small().As(tensor.Float32), 1e4, nil) // whose numbers soon end
	dead := small().Build(4)
	kernel := dead.Layers()[1].Param("kernel").Data
	for i := range kernel.Dim(0) {
		kernel.Set(0, i, 3)
		kernel.Set(0, i, 7)
	}
	return map[string]*chart.Figure{
		"weights":           params.Weights(healthy),
		"dead units":        params.Weights(dead),
		"outliers":          params.Weights(extreme()),
		"common scales":     params.Weights(extreme()).With(chart.CommonScales()),
		"gradients":         params.Gradients(good),
		"vanishing":         params.Gradients(history),
		"not finite":        params.Gradients(broken),
		"updates":           params.Updates(good),
		"spectra":           params.Spectra(healthy),
		"spectra of a deep": params.Spectra(vanishing),
		"distributions":     params.Distributions(good),
		"ridges":            params.Ridges(good, "dense/kernel", "dense_1/kernel"),
		"ratios":            params.GradientRatios(good),
		"flow":              params.GradientFlow(history),
		"flow in Chinese":   params.GradientFlow(history).With(chart.Language(words.Chinese)),
		"flow of a batch":   params.GradientFlow(params.Backward(classifier(), rows())),
		"gradient map":      params.GradientMap(params.Backward(classifier(), rows()), "dense"),
		"recorded gradient": params.GradientMap(whole(), "dense_1/kernel", 3),
		"norms":             params.Norms(good),
		"norms of a model":  params.Norms(healthy),
		"sparsity":          params.Sparsity(dead),
		"filters":           params.Filters(convolutions(1)),
		"colour filters":    params.Filters(convolutions(3)),
		"kernels":           params.Filters(convolutions(3), "conv2d_1"),
		"weight map":        params.WeightMap(dead, "dense_1/kernel"),
		"large weight map":  params.WeightMap(nn.Sequential(nn.Dense(1000)).Seed(1).Build(900), "dense"),
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
		{params.WeightMap(small().Build(4), "dense_7"), `the model has no weights "dense_7"; it has dense/kernel, dense_1/kernel, dense_2/kernel`},
		{params.WeightMap(small().Build(4), "dense/bias"), "dense/bias has the shape [16]: a picture of it needs at least two axes"},
		{params.WeightMap(small(), "dense"), "the model has no weights yet"},
		{params.Filters(small().Build(4)), "the model has no convolution"},
		{params.Filters(small().Build(4), "dense"), "dense/kernel has the shape 4 × 16, which is no kernel of a convolution"},
		{params.Sparsity(3), "a int is no model"},
		{params.Norms("x"), "a string is no model"},
		{params.GradientMap(trained(small(), 0.1, nil), "dense"), "not its numbers: record with nn.Record(nn.WholeTensors())"},
		{params.GradientMap(params.Backward(classifier(), rows()), "dens"), `the record holds no gradient of "dens"; it holds those of dense/kernel, dense/bias`},
		{params.GradientMap(params.Backward(classifier(), rows()), "dense", 7), "the record holds no step 7 of dense/kernel gradient; it holds 1 steps from 0 to 0"},
		{params.GradientFlow(params.Backward(classifier(), [][]float64{{1, 2, 3, 4}})), "these samples have no classes and no numbers to predict"},
		{params.GradientFlow(params.Backward(small().Build(4), rows())), "the model returns one number for a sample, and sample 2 has the class 2"},
		{params.GradientFlow(params.Backward(classifier(), model.Labelled{X: [][]float64{{1, 2, 3, 4}}, Y: []float64{3}})), "the model returns [3] for a sample, and the data have a single number"},
		{params.GradientFlow(params.Backward(classifier(), model.Labelled{X: [][]float64{{1, 2, 3, 4}}, Y: []int{3, 4}})), "there are 1 samples and 2 labels"},
		{params.GradientFlow(params.Backward(classifier(), model.Labelled{X: [][]float64{{1, 2}}, Y: []int{1}})), "the model takes samples of [4], and the input is [1 2]"},
		{params.GradientFlow(&model.Trace{}), "the record holds no gradients"},
		{params.Spectra(nan), "the singular values of dense/kernel cannot be computed"},
	} {
		if _, err := c.f.Image(1); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("the error is %v, want %q", err, c.want)
		}
	}
}
