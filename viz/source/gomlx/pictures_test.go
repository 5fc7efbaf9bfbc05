package gomlx_test

import (
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/layers/activation"
	"github.com/gomlx/gomlx/ml/model"

	"loupe/internal/golden"
	"loupe/nn/data"
	"loupe/viz"
	neutral "loupe/viz/model"
	"loupe/viz/source/gomlx"
)

// TestPictures draws models of GoMLX in every way that loupe/viz knows.
func TestPictures(t *testing.T) {
	digits := data.Digits().First(20)
	net := func(s *model.Scope, x *graph.Node) *graph.Node { return graph.Softmax(cnn(s, x)) }
	m := gomlx.Model(backend(t), newStore(), net, floats(1, 8, 8, 1))
	other := gomlx.Model(backend(t), newStore(), net, floats(1, 8, 8, 1))
	words := samples(t)["transformer"]
	iris := data.Iris()
	plain := gomlx.Model(backend(t), newStore(), func(s *model.Scope, x *graph.Node) *graph.Node {
		return graph.Softmax(layers.DenseWithBias(s.In("readout"), activation.Relu(layers.DenseWithBias(s.In("hidden"), x, 8)), 3))
	}, floats(1, 4))
	step := viz.Backward(m, digits)
	tokens := mat.NewDense(1, 6, []float64{3, 1, 4, 1, 5, 9})
	for name, f := range map[string]*viz.Figure{
		"Graph": viz.Graph(m), "Graph opened": viz.Graph(words).With(viz.Open("*"), viz.Find("dense")), "Blocks": viz.Blocks(m), "Layers": viz.Layers(m), "Diff": viz.Diff(m, other),
		"Weights": viz.Weights(m), "Spectra": viz.Spectra(m), "Sparsity": viz.Sparsity(m), "Norms": viz.Norms(m), "Filters": viz.Filters(m, "block_0/conv"),
		"WeightMap": viz.WeightMap(m, "readout/dense/weights"), "GradientFlow": viz.GradientFlow(step), "GradientMap": viz.GradientMap(step, "readout/dense/weights"),
		"FeatureMaps": viz.FeatureMaps(m, digits.X(3)), "Activations": viz.Activations(m, digits.Tensor(), ""), "Activity": viz.Activity(m, digits),
		"Selectivity": viz.Selectivity(m, digits), "TopInputs": viz.TopInputs(m, digits, "block_1/relu", 0, 1), "Attention": viz.Attention(words, tokens),
		"States": viz.States(samples(t)["recurrent"], neutral.Array{Shape: []int{5, 3}, Values: rows(5, 3).Values}), "Boundary": viz.Boundary(plain, iris, "petal length (cm)", "petal width (cm)"),
	} {
		if _, err := f.Image(1); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestNamesOfMaps looks at maps of two convolutions that have one name in two scopes.
func TestNamesOfMaps(t *testing.T) {
	m := gomlx.Model(backend(t), newStore(), cnn, floats(1, 8, 8, 1))
	d := viz.FeatureMaps(m, data.Digits().X(3)).Describe()
	for _, layer := range []string{"block_0 3", "block_1 1"} {
		if !strings.Contains(d, layer) {
			t.Errorf("%q does not name %s", d, layer)
		}
	}
}

// TestGolden draws the graphs that docs/GALLERY.md shows.
func TestGolden(t *testing.T) {
	list := samples(t)
	for _, name := range []string{"cnn", "transformer", "residual"} {
		f := viz.Graph(list[name])
		img, err := f.Image(1)
		if err != nil {
			t.Fatal(err)
		}
		golden.Image(t, name+".png", img)
		t.Log(f.Describe())
	}
}
