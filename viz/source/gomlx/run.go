package gomlx

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	store "github.com/gomlx/gomlx/ml/model"

	"loupe/viz/model"
)

// A runner runs a model as it is for prediction. What is watched are more outputs of
// the graph; gradients are from graph.Gradient. A graph is compiled once for a set of
// watched nodes and a size of inputs.
type runner struct{ n *Net }

// Run implements model.Runner.
func (r runner) Run(inputs []model.Array, w model.Watch) (out model.Array, err error) {
	n := r.n
	n.mu.Lock()
	defer n.mu.Unlock()
	names, err := n.watched(w)
	if err != nil {
		return out, err
	}
	args, err := n.arguments(inputs)
	if err != nil {
		return out, err
	}
	out, at, err := n.tellValues(args, names, w)
	if err != nil || w.Gradient == nil && w.Param == nil {
		return out, err
	}
	return out, n.tellGradients(args, names, at, w)
}

// watched are the nodes that a watch asks for: all operations if it names none.
func (n *Net) watched(w model.Watch) ([]string, error) {
	for _, name := range slices.Concat(w.Nodes, []string{w.At}) {
		if name == "" {
			continue
		}
		if _, err := n.out.Node(name); err != nil {
			return nil, fmt.Errorf("gomlx: %w", err)
		}
	}
	if len(w.Nodes) > 0 || w.Value == nil && w.State == nil && w.Gradient == nil {
		return w.Nodes, nil
	}
	var names []string
	for _, node := range n.out.Nodes {
		if node.Op != "Input" {
			names = append(names, node.Name)
		}
	}
	return names, nil
}

// arguments makes tensors of inputs. Inputs that are not given are those of the
// examples, where they have as many samples.
func (n *Net) arguments(inputs []model.Array) ([]any, error) {
	if len(inputs) == 0 && len(n.examples) > 0 || len(inputs) > len(n.examples) {
		return nil, fmt.Errorf("gomlx: the model takes %d inputs, and there are %d", len(n.examples), len(inputs))
	}
	var args []any
	for i, example := range n.examples {
		shape, dtype := example.(*tensors.Tensor).Shape().Dimensions, example.(*tensors.Tensor).DType()
		if i >= len(inputs) {
			if len(shape) == 0 || shape[0] != inputs[0].Shape[0] {
				return nil, fmt.Errorf("gomlx: the model takes %d inputs, and there are %d. The example of input %d has %d samples, and not %d: give gomlx.Model a function in which it is fixed", len(n.examples), len(inputs), i, slices.Concat(shape, []int{1})[0], inputs[0].Shape[0])
			}
			args = append(args, example)
			continue
		}
		in := inputs[i]
		if len(in.Shape) != len(shape) || len(shape) > 0 && !slices.Equal(in.Shape[1:], shape[1:]) {
			return nil, fmt.Errorf("gomlx: input %d has the shape %v, and the example of gomlx.Model has %v (the first axis counts samples)", i, in.Shape, shape)
		}
		if size := model.Size(in.Shape); size != len(in.Values) || size == 0 {
			return nil, fmt.Errorf("gomlx: input %d has the shape %v and %d numbers", i, in.Shape, len(in.Values))
		}
		t, err := tensorFrom(in, dtype)
		if err != nil {
			return nil, fmt.Errorf("gomlx: input %d: %w", i, err)
		}
		args = append(args, t)
	}
	return args, nil
}

// A wanted is something that a graph is to give out.
type wanted struct {
	node, what string // what is "" for the value
	from       *graph.Node
	heads      int // the axis of the heads in attention
}

// tellValues runs the model and tells the values of nodes and their states. It returns
// the output, and what gradients are of.
func (n *Net) tellValues(args []any, names []string, w model.Watch) (out, at model.Array, err error) {
	if w.Value == nil && w.State == nil {
		names = nil
	}
	p, err := n.program("values "+strings.Join(names, "\n")+"\n\n"+w.At, func(scope *store.Scope, g *graph.Graph, inputs []*graph.Node) ([]*graph.Node, error) {
		b, err := n.build(scope, g, inputs)
		if err != nil {
			return nil, err
		}
		list := b.wanted(names)
		outputs := slices.Clone(b.outputs) // all: the backend in Go fails where the end of a graph is not wanted
		for _, one := range list {
			outputs = append(outputs, one.from)
		}
		g.AttachState(wantedKey{}, list)
		return append(outputs, b.at(w.At)), nil
	})
	if err != nil {
		return out, at, err
	}
	outputs, g, err := p.run(args)
	if err != nil {
		return out, at, err
	}
	if out, err = arrayOf(outputs[0]); err != nil {
		return out, at, fmt.Errorf("gomlx: the output: %w", err)
	}
	if at, err = arrayOf(outputs[len(outputs)-1]); err != nil {
		return out, at, fmt.Errorf("gomlx: what gradients are of: %w", err)
	}
	list, _ := g.State(wantedKey{}).([]wanted)
	for i, one := range list {
		a, err := arrayOf(outputs[len(outputs)-1-len(list)+i])
		if err != nil {
			return out, at, fmt.Errorf("gomlx: %s: %w", one.node, err)
		}
		one.tell(a, w)
	}
	return out, at, nil
}

// at is the operation of a node, the output for "".
func (b *built) at(name string) *graph.Node {
	for _, one := range b.nodes {
		if one.name == name {
			return one.main
		}
	}
	return b.outputs[0]
}

// wantedKey is where a graph keeps what its outputs are.
type wantedKey struct{}

// wanted lists the values and the states of named nodes.
func (b *built) wanted(names []string) []wanted {
	var list []wanted
	for _, one := range b.nodes {
		if !slices.Contains(names, one.name) {
			continue
		}
		list = append(list, wanted{node: one.name, from: one.main})
		if one.op == nil || one.main != one.op.main {
			continue
		}
		if from, heads := one.op.attention(); from != nil {
			list = append(list, wanted{one.name, "attention", from, heads})
		}
		if from := one.op.hidden(); from != nil {
			list = append(list, wanted{node: one.name, what: "h", from: from})
		}
	}
	return list
}

// attention finds where an attending op looks, and which of the four axes are the
// heads. GoMLX may compute attention at once, but it has the parts too.
func (o *op) attention() (coefficients *graph.Node, heads int) {
	if o.class() != model.Attending {
		return nil, 0
	}
	for _, n := range o.all {
		switch {
		case n.Type() == graph.NodeTypeDotGeneral && heads == 0:
			if axes := numbers(settings(n)["lhsBatchAxes"]); len(axes) == 2 {
				heads = axes[1]
			}
		case n.Type() == graph.NodeTypeFusedSoftmax && n.Rank() == 4:
			coefficients = n
		case n.Type() == graph.NodeTypeDiv && n.Rank() == 4 && coefficients == nil:
			coefficients = n
		}
	}
	if heads != 1 && heads != 2 {
		return nil, 0
	}
	return coefficients, heads
}

// hidden finds the states of an LSTM: [steps directions samples units].
func (o *op) hidden() *graph.Node {
	if !strings.HasSuffix(o.fn, "lstm.(*LSTM).Done") {
		return nil
	}
	for _, n := range slices.Backward(o.all) {
		if n.Rank() == 4 && n.Type() != graph.NodeTypeSlice {
			return n
		}
	}
	return nil
}

// tell tells a watch of a value, with its axes in the order that pictures know.
func (one *wanted) tell(a model.Array, w model.Watch) {
	switch {
	case one.what == "" && w.Value != nil:
		w.Value(one.node, a)
	case w.State == nil:
	case one.what == "attention":
		if one.heads == 2 { // samples queries heads keys
			a = permuted(a, 0, 2, 1, 3)
		}
		w.State(one.node, one.what, a)
	case one.what == "h":
		a = permuted(a, 1, 2, 0, 3) // directions samples steps units
		size := len(a.Values) / a.Shape[0]
		for d, what := range []string{"h", "backward h"}[:a.Shape[0]] {
			w.State(one.node, what, model.Array{Shape: a.Shape[1:], Values: a.Values[d*size : (d+1)*size]})
		}
	}
}

// permuted returns an array of four axes with its axes in another order.
func permuted(a model.Array, order ...int) model.Array {
	var stride, dims [4]int
	s := 1
	for i := 3; i >= 0; i-- {
		stride[i], s = s, s*a.Shape[i]
	}
	for i, from := range order {
		dims[i] = a.Shape[from]
	}
	values := make([]float64, 0, len(a.Values))
	for i := range dims[0] {
		for j := range dims[1] {
			for k := range dims[2] {
				for l := range dims[3] {
					values = append(values, a.Values[i*stride[order[0]]+j*stride[order[1]]+k*stride[order[2]]+l*stride[order[3]]])
				}
			}
		}
	}
	return model.Array{Shape: dims[:], Values: values}
}
