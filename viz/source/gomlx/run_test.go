package gomlx_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/layers/attention"
	"github.com/gomlx/gomlx/ml/model"

	viz "loupe/viz/model"
	"loupe/viz/source/gomlx"
)

func near(t *testing.T, what string, got, want []float64, tolerance float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d numbers, want %d", what, len(got), len(want))
		return
	}
	for i := range got {
		if math.Abs(got[i]-want[i]) > tolerance*(1+math.Abs(want[i])) || math.IsNaN(got[i]) {
			t.Errorf("%s: number %d is %v, want %v", what, i, got[i], want[i])
			return
		}
	}
}

func describe(t *testing.T, v any) *viz.Model {
	t.Helper()
	m, err := viz.Of(v)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// seen runs a model and keeps what is watched, and which shapes that has.
func seen(t *testing.T, m *viz.Model, in viz.Array, gradients bool, nodes ...string) (out viz.Array, values, grads map[string]viz.Array) {
	t.Helper()
	values, grads = map[string]viz.Array{}, map[string]viz.Array{}
	w := viz.Watch{Nodes: nodes, Value: func(n string, a viz.Array) { values[n] = a }}
	if gradients {
		w.Gradient = func(n string, a viz.Array) { grads[n] = a }
	}
	out, err := m.Runner.Run([]viz.Array{in}, w)
	if err != nil {
		t.Fatal(err)
	}
	return out, values, grads
}

func param(t *testing.T, m *viz.Model, name string) []float64 {
	t.Helper()
	i := slices.IndexFunc(m.Params, func(p viz.Param) bool { return p.Name == name })
	if i < 0 {
		t.Fatalf("no parameter %s", name)
	}
	return m.Params[i].Values()
}

func TestValues(t *testing.T) {
	b, s := backend(t), newStore()
	m := describe(t, gomlx.Model(b, s, mlp, shapes.Make(dtypes.Float64, 1, 4)))
	in := rows(3, 4)
	out, values, _ := seen(t, m, in, false)
	w, bias := param(t, m, "hidden/dense/weights"), param(t, m, "hidden/dense/biases")
	hidden, relu := make([]float64, 3*8), make([]float64, 3*8)
	for i := range 3 {
		for u := range 8 {
			sum := bias[u]
			for k := range 4 {
				sum += in.Values[i*4+k] * w[k*8+u]
			}
			hidden[i*8+u], relu[i*8+u] = sum, max(sum, 0)
		}
	}
	near(t, "hidden", values["hidden"].Values, hidden, 1e-12)
	near(t, "relu", values["relu"].Values, relu, 1e-12)
	near(t, "softmax", values["softmax"].Values, out.Values, 0)
	exec := model.MustNewExec(b, s, mlp)
	want := exec.MustCall1(tensors.FromFlatDataAndDimensions(in.Values, 3, 4))
	near(t, "output", out.Values, tensors.MustCopyFlatData[float64](want), 1e-12)
	if _, inputs, _ := seen(t, m, in, false, "input"); !slices.Equal(inputs["input"].Values, in.Values) || len(inputs) != 1 {
		t.Errorf("the input that is asked for is %v", inputs)
	}
}

// TestGradients compares gradients with finite differences: of the input by its own
// numbers, of a layer's output by the biases that are added to it.
func TestGradients(t *testing.T) {
	s := newStore()
	m := describe(t, gomlx.Model(backend(t), s, mlp, shapes.Make(dtypes.Float64, 1, 4)))
	in := rows(2, 4)
	of := func(out viz.Array) viz.Array { // of the sum of squares
		g := viz.Array{Shape: out.Shape}
		for _, v := range out.Values {
			g.Values = append(g.Values, 2*v)
		}
		return g
	}
	sum := func() float64 {
		out, err := m.Runner.Run([]viz.Array{in}, viz.Watch{})
		if err != nil {
			t.Fatal(err)
		}
		s := 0.0
		for _, v := range out.Values {
			s += v * v
		}
		return s
	}
	grads, params := map[string]viz.Array{}, map[string]viz.Array{}
	var order []string
	if _, err := m.Runner.Run([]viz.Array{in}, viz.Watch{Nodes: []string{"input", "hidden", "readout"}, Of: of, Gradient: func(n string, g viz.Array) {
		grads[n] = g
		order = append(order, n)
	}, Param: func(p string, g viz.Array) { params[p] = g }}); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(order, []string{"readout", "hidden", "input"}) || len(params) != 4 {
		t.Errorf("gradients in the order %v, and of %d parameters", order, len(params))
	}
	const h = 1e-6
	difference := func(set func(d float64)) float64 {
		set(h)
		up := sum()
		set(-h)
		down := sum()
		set(0)
		return (up - down) / (2 * h)
	}
	var want []float64
	for i, v := range in.Values {
		want = append(want, difference(func(d float64) { in.Values[i] = v + d }))
	}
	near(t, "input", grads["input"].Values, want, 1e-7)
	for _, layer := range []string{"hidden", "readout"} {
		v := s.GetVariable("/" + layer + "/dense/biases")
		bias := param(t, m, layer+"/dense/biases")
		var want []float64
		got := make([]float64, len(bias))
		for i := range bias {
			want = append(want, difference(func(d float64) {
				moved := slices.Clone(bias)
				moved[i] += d
				if err := v.SetValue(tensors.FromFlatDataAndDimensions(moved, len(bias))); err != nil {
					t.Fatal(err)
				}
			}))
		}
		for i, g := range grads[layer].Values {
			got[i%len(got)] += g
		}
		near(t, layer, got, want, 1e-6)
		near(t, layer+", of the biases", params[layer+"/dense/biases"].Values, want, 1e-6)
	}
	// Without Of, gradients are of the sum: that of softmax is always the number of samples.
	if _, _, g := seen(t, m, in, true, "readout"); slices.ContainsFunc(g["readout"].Values, func(v float64) bool { return math.Abs(v) > 1e-12 }) {
		t.Errorf("the gradient of a constant sum is %v", g["readout"].Values)
	}
}

// TestGradientsOfALayer takes gradients of a layer rather than of the output.
func TestGradientsOfALayer(t *testing.T) {
	m := describe(t, gomlx.Model(backend(t), newStore(), mlp, shapes.Make(dtypes.Float64, 1, 4)))
	grads := map[string]viz.Array{}
	params := map[string]viz.Array{}
	var at viz.Array
	out, err := m.Runner.Run([]viz.Array{rows(1, 4)}, viz.Watch{At: "hidden", Nodes: []string{"input", "hidden", "relu"},
		Gradient: func(n string, g viz.Array) { grads[n] = g }, Param: func(p string, g viz.Array) { params[p] = g },
		Of: func(a viz.Array) viz.Array {
			at = a
			return viz.Array{Shape: a.Shape, Values: []float64{0, 0, 1, 0, 0, 0, 0, 0}} // unit 2
		}})
	if err != nil || !slices.Equal(at.Shape, []int{1, 8}) || !slices.Equal(out.Shape, []int{1, 3}) {
		t.Fatalf("%v; gradients are of %v, the output is %v", err, at.Shape, out.Shape)
	}
	w := param(t, m, "hidden/dense/weights")
	near(t, "input", grads["input"].Values, []float64{w[2], w[8+2], w[16+2], w[24+2]}, 1e-12)
	near(t, "hidden", grads["hidden"].Values, []float64{0, 0, 1, 0, 0, 0, 0, 0}, 0)
	near(t, "biases", params["hidden/dense/biases"].Values, []float64{0, 0, 1, 0, 0, 0, 0, 0}, 0)
	if len(grads) != 2 || len(params) != 2 {
		t.Errorf("what comes after the layer has gradients: %d nodes, %d parameters", len(grads), len(params))
	}
}

// TestAllModels runs all sample models with every watch.
func TestAllModels(t *testing.T) {
	for name, net := range samples(t) {
		for _, net := range []*gomlx.Net{net, net.Primitives()} {
			m := describe(t, net)
			in := rows(append([]int{3}, m.Nodes[0].Shape...)...)
			if m.Nodes[0].DType == "int32" {
				for i := range in.Values {
					in.Values[i] = float64(i % 20)
				}
			}
			_, values, grads := seen(t, m, in, true)
			for _, n := range m.Nodes[1:] {
				want := append([]int{3}, n.Shape...)
				if v := values[n.Name].Shape; !slices.Equal(v, want) && name != "recurrent" && name != "transformer" {
					t.Errorf("%s: %s has the shape %v for three samples, want %v", name, n.Name, v, want)
				}
				if g := grads[n.Name].Shape; n.DType != "int32" && !slices.Equal(g, values[n.Name].Shape) {
					t.Errorf("%s: the gradient of %s has the shape %v, its value %v", name, n.Name, g, values[n.Name].Shape)
				}
			}
		}
	}
}

func TestAttention(t *testing.T) {
	b, s := backend(t), newStore()
	net := func(s *model.Scope, x *graph.Node) *graph.Node { return attention.SelfAttention(s, x, 2, 4).Done() }
	m := describe(t, gomlx.Model(b, s, net, floats(2, 6, 8)))
	in := rows(3, 6, 8)
	var got viz.Array
	if _, err := m.Runner.Run([]viz.Array{in}, viz.Watch{State: func(node, what string, a viz.Array) {
		if what == "attention" {
			got = a
		}
	}}); err != nil {
		t.Fatal(err)
	}
	exec := model.MustNewExec(b, s, func(s *model.Scope, x *graph.Node) []*graph.Node {
		y, c := attention.SelfAttention(s, x, 2, 4).DoneWithCoefficients()
		return []*graph.Node{y, c} // c: samples queries heads keys
	})
	flat := make([]float32, len(in.Values))
	for i, v := range in.Values {
		flat[i] = float32(v)
	}
	coefficients := tensors.MustCopyFlatData[float32](exec.MustCall(tensors.FromFlatDataAndDimensions(flat, 3, 6, 8))[1])
	var want []float64
	for i := range len(coefficients) {
		sample, head, query, key := i/72, i/36%2, i/6%6, i%6
		want = append(want, float64(coefficients[((sample*6+query)*2+head)*6+key]))
	}
	if !slices.Equal(got.Shape, []int{3, 2, 6, 6}) {
		t.Fatalf("attention has the shape %v: samples, heads, queries, keys are wanted", got.Shape)
	}
	near(t, "attention", got.Values, want, 1e-6)
}

func TestStates(t *testing.T) {
	m := describe(t, samples(t)["recurrent"])
	states := map[string]viz.Array{}
	values := map[string]viz.Array{}
	if _, err := m.Runner.Run([]viz.Array{rows(3, 5, 3)}, viz.Watch{State: func(_, what string, a viz.Array) { states[what] = a }, Value: func(n string, a viz.Array) { values[n] = a }}); err != nil {
		t.Fatal(err)
	}
	h := states["h"]
	if !slices.Equal(h.Shape, []int{3, 5, 6}) {
		t.Fatalf("h has the shape %v", h.Shape)
	}
	var last []float64
	for i := range 3 {
		last = append(last, h.Values[(i*5+4)*6:(i*5+5)*6]...)
	}
	near(t, "h after the last step", values["squeeze"].Values, last, 1e-6)
}

// TestUntouched looks at a model that counts how often it runs: looking does not count.
func TestUntouched(t *testing.T) {
	s := newStore()
	net := func(s *model.Scope, x *graph.Node) *graph.Node {
		v := s.VariableWithValue("runs", float32(0))
		v.SetNodeValue(graph.OnePlus(v.NodeValue(x)))
		noise := s.RandomNormal(x.Graph(), x.Shape())
		x.SetLogged("not for us")
		return graph.Add(layers.DenseWithBias(s.In("dense"), x, 2), graph.ReduceAllSum(noise))
	}
	m := describe(t, gomlx.Model(backend(t), s, net, floats(1, 3)))
	before := param(t, m, "runs")
	state := s.GetVariable("/#rngState").MustValue().String()
	seen(t, m, rows(4, 3), true)
	if after := param(t, m, "runs"); !slices.Equal(before, after) || s.GetVariable("/#rngState").MustValue().String() != state {
		t.Errorf("looking at the model changed it: %v, before %v", after, before)
	}
}

func TestForms(t *testing.T) {
	b := backend(t)
	type node = *graph.Node
	ints := shapes.Make(dtypes.Int32, 2, 3)
	for name, m := range map[string]*gomlx.Net{
		"no variables":     gomlx.Model(b, newStore(), func(_ *model.Scope, x node) node { return graph.Tanh(x) }, floats(2, 3)),
		"with a spec":      gomlx.Model(b, newStore(), func(_ *model.Scope, _ any, x []node) []node { return []node{graph.Tanh(x[0])} }, floats(2, 3)),
		"two of each":      gomlx.Model(b, newStore(), func(_ *model.Scope, x, y node) (node, node) { return graph.Add(x, y), graph.Mul(x, y) }, floats(2, 3), [][]float32{{1, 2, 3}, {4, 5, 6}}),
		"whole numbers":    gomlx.Model(b, newStore(), func(_ *model.Scope, x node) node { return graph.Add(x, x) }, ints),
		"a scalar a row":   gomlx.Model(b, newStore(), func(_ *model.Scope, x node) node { return graph.ReduceSum(x, 1) }, floats(2, 3)),
		"the graph itself": gomlx.Model(b, newStore(), func(_ *model.Scope, g *graph.Graph, x node) node { return graph.Add(x, graph.Const(g, float32(1))) }, floats(2, 3)),
	} {
		d := describe(t, m)
		out, values, _ := seen(t, d, viz.Array{Shape: []int{2, 3}, Values: []float64{1, 2, 3, 4, 5, 6}}, false)
		if len(values) != len(d.Nodes)-1-strings.Count(name, "two") || len(out.Values) == 0 {
			t.Errorf("%s: %d values, %d nodes", name, len(values), len(d.Nodes))
		}
	}
	alone := describe(t, gomlx.Model(b, newStore(), func(s *model.Scope, g *graph.Graph) node {
		return graph.Exp(graph.IotaFull(g, shapes.Make(dtypes.Float32, 4)))
	}))
	if out, err := alone.Runner.Run(nil, viz.Watch{Value: func(string, viz.Array) {}}); err != nil || len(out.Values) != 4 {
		t.Errorf("a model without inputs: %v, %v", out, err)
	}
}

// TestDeep builds a graph so far down that the stacks of its operations are cut.
func TestDeep(t *testing.T) {
	var deeper func(s *model.Scope, x *graph.Node, n int) *graph.Node
	deeper = func(s *model.Scope, x *graph.Node, n int) *graph.Node {
		if n == 0 {
			return layers.DenseWithBias(s, graph.Tanh(layers.DenseWithBias(s.In("first"), x, 3)), 2)
		}
		return deeper(s, x, n-1)
	}
	m := describe(t, gomlx.Model(backend(t), newStore(), func(s *model.Scope, x *graph.Node) *graph.Node { return deeper(s, x, 60) }, floats(2, 4)))
	var names []string
	for _, n := range m.Nodes {
		names = append(names, n.Name)
	}
	if got := strings.Join(names, " "); got != "input first tanh dense" {
		t.Errorf("nodes %s", got)
	}
}
