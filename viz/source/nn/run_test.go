package nn_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	net "loupe/nn"
	"loupe/nn/tensor"
	"loupe/viz/model"
	_ "loupe/viz/source/nn"
)

func described(t *testing.T, m *net.Model) *model.Model {
	t.Helper()
	d, err := model.Of(m)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func run(t *testing.T, d *model.Model, x []float64, w model.Watch) model.Array {
	t.Helper()
	in, err := d.Samples(model.Array{Shape: []int{1, len(x)}, Values: x})
	if err != nil {
		t.Fatal(err)
	}
	out, err := d.Runner.Run([]model.Array{in}, w)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestGradients compares gradients with respect to the input, a layer and a
// parameter with differences, of the output and of a unit of a hidden layer.
func TestGradients(t *testing.T) {
	m := net.Sequential(net.Dense(5, net.Tanh), net.Dense(4, net.Sigmoid), net.Dense(2)).Seed(2).As(tensor.Float64).Build(3)
	d := described(t, m)
	x := []float64{0.3, -0.8, 0.5}
	for _, at := range []string{"", "dense_1"} {
		unit := func(a model.Array) float64 { return a.Values[1] }
		of := func(a model.Array) model.Array {
			g := model.Array{Shape: a.Shape, Values: make([]float64, len(a.Values))}
			g.Values[1] = 1
			return g
		}
		value := func(x []float64) (v float64) {
			out := run(t, d, x, model.Watch{Nodes: []string{"dense_1"}, Value: func(_ string, a model.Array) { v = unit(a) }})
			if at == "" {
				v = unit(out)
			}
			return v
		}
		var got, weights []float64
		var nodes []string
		run(t, d, x, model.Watch{Nodes: []string{"input", "dense"}, At: at, Of: of,
			Gradient: func(node string, g model.Array) {
				if nodes = append(nodes, node); node == "input" {
					got = slices.Clone(g.Values)
				}
			},
			Param: func(param string, g model.Array) {
				if param == "dense/kernel" {
					weights = slices.Clone(g.Values)
				}
			}})
		if !slices.Equal(nodes, []string{"dense", "input"}) {
			t.Errorf("gradients of %v", nodes)
		}
		const h = 1e-6
		for i := range x {
			up, down := slices.Clone(x), slices.Clone(x)
			up[i], down[i] = up[i]+h, down[i]-h
			if want := (value(up) - value(down)) / (2 * h); math.Abs(got[i]-want) > 1e-7 {
				t.Errorf("at %q: the gradient of input %d is %v, differences say %v", at, i, got[i], want)
			}
		}
		kernel := m.Layer("dense").Param("kernel").Data
		was := kernel.At(1, 2)
		kernel.Set(was+h, 1, 2)
		up := value(x)
		kernel.Set(was-h, 1, 2)
		want := (up - value(x)) / (2 * h)
		kernel.Set(was, 1, 2)
		if math.Abs(weights[1*5+2]-want) > 1e-7 {
			t.Errorf("at %q: the gradient of a weight is %v, differences say %v", at, weights[7], want)
		}
		var alone []float64 // without the gradients of weights
		run(t, d, x, model.Watch{Nodes: []string{"input"}, At: at, Of: of, Gradient: func(_ string, g model.Array) { alone = slices.Clone(g.Values) }})
		if !slices.Equal(alone, got) || m.Layer("dense").Frozen() {
			t.Errorf("at %q: alone the gradient is %v, not %v; or the layer has remained frozen", at, alone, got)
		}
		if m.Params()[0].Grad() != nil {
			t.Error("the model keeps gradients of a look into it")
		}
	}
}

// TestInputs watches inputs by their names, also where they are words.
func TestInputs(t *testing.T) {
	words := net.Sequential(net.Embedding(10, 3), net.GlobalAvgPool(), net.Dense(1)).Build(4)
	gradients := 0
	out := run(t, described(t, words), []float64{1, 2, 3, 4}, model.Watch{Nodes: []string{"input"}, Gradient: func(string, model.Array) { gradients++ }})
	if gradients != 0 || len(out.Values) != 1 {
		t.Errorf("%d gradients with respect to words, the output is %v", gradients, out.Shape)
	}
	a, b := net.Input(2), net.Input(3)
	two := described(t, net.NewModel(a, net.Dense(1).On(net.Concat().On(a, b)), b))
	var seen []string
	watch := model.Watch{Nodes: []string{"input (2)", "input"}, Value: func(node string, v model.Array) { seen = append(seen, node) }, Gradient: func(node string, g model.Array) {
		seen = append(seen, node)
	}}
	inputs := []model.Array{{Shape: []int{1, 2}, Values: []float64{1, 2}}, {Shape: []int{1, 3}, Values: []float64{1, 2, 3}}}
	if _, err := two.Runner.Run(inputs, watch); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(seen, ", "); got != "input, input (2), input, input (2)" {
		t.Errorf("seen: %s", got)
	}
	wrong := model.Watch{Param: func(string, model.Array) {}, Of: func(a model.Array) model.Array { return model.Array{Shape: []int{1}, Values: []float64{1}} }}
	if _, err := two.Runner.Run(inputs, wrong); err == nil || !strings.Contains(err.Error(), "[1 1]") {
		t.Errorf("a gradient of another shape: %v", err)
	}
}
