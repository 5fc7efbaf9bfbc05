package gomlx

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
	store "github.com/gomlx/gomlx/ml/model"

	"loupe/viz/model"
)

// tellGradients computes gradients with respect to the outputs of nodes and to
// parameters. At is the value that they are of.
func (n *Net) tellGradients(args []any, names []string, at model.Array, w model.Watch) error {
	seed := model.Array{Shape: at.Shape, Values: slices.Repeat([]float64{1}, len(at.Values))}
	if w.Of != nil {
		if seed = w.Of(at); !slices.Equal(seed.Shape, at.Shape) || len(seed.Values) != len(at.Values) {
			return fmt.Errorf("gomlx: the gradient at what has the shape %v has the shape %v and %d numbers", at.Shape, seed.Shape, len(seed.Values))
		}
	}
	if w.Gradient == nil {
		names = nil
	}
	key := fmt.Sprintf("gradients %s\n\n%s\n\n%v", strings.Join(names, "\n"), w.At, w.Param != nil)
	p, err := n.program(key, func(scope *store.Scope, g *graph.Graph, inputs []*graph.Node) ([]*graph.Node, error) {
		b, err := n.build(scope, g, inputs[:len(inputs)-1])
		if err != nil {
			return nil, err
		}
		return b.gradients(g, b.at(w.At), inputs[len(inputs)-1], names, w.Param != nil)
	})
	if err != nil {
		return err
	}
	from, err := tensorFrom(seed, seedType)
	if err != nil {
		return err
	}
	grads, g, err := p.run(append(slices.Clone(args), from))
	if err != nil {
		return err
	}
	list, _ := g.State(wantedKey{}).([]wanted)
	for i, one := range list {
		a, err := arrayOf(grads[i])
		switch {
		case err != nil:
			return fmt.Errorf("gomlx: the gradient of %s: %w", one.node, err)
		case one.what == "parameter":
			w.Param(one.node, a)
		default:
			w.Gradient(one.node, a)
		}
	}
	return nil
}

// seedType is the type in which a graph gets the gradient that the others are computed
// from.
const seedType = dtypes.Float64

// gradients adds to a graph the gradients of the sum of a node times a seed: with
// respect to named nodes, from the last to the first, and to the parameters that are
// trained. What the node does not depend on has none, nor have whole numbers.
func (b *built) gradients(g *graph.Graph, at, seed *graph.Node, names []string, params bool) ([]*graph.Node, error) {
	if !at.DType().IsFloat() {
		return nil, fmt.Errorf("gradients are wanted of numbers of type %s, and only real numbers have them", at.DType())
	}
	behind := ancestors(at)
	var list []wanted
	var of []*graph.Node
	for _, one := range slices.Backward(b.nodes) {
		if slices.Contains(names, one.name) && one.main.DType().IsFloat() && behind[one.main] {
			list, of = append(list, wanted{node: one.name}), append(of, one.main)
		}
	}
	for _, v := range b.vars {
		node := g.GetParameterByName(v.Path())
		if params && v.Trainable && node != nil && node.DType().IsFloat() && behind[node] {
			list, of = append(list, wanted{node: paramName(v), what: "parameter"}), append(of, node)
		}
	}
	g.AttachState(wantedKey{}, list)
	sum := graph.ReduceAllSum(graph.Mul(at, graph.ConvertDType(seed, at.DType())))
	if len(of) == 0 {
		return []*graph.Node{sum}, nil
	}
	return graph.Gradient(sum, of...), nil
}

// ancestors are the nodes that a node depends on, and it.
func ancestors(n *graph.Node) map[*graph.Node]bool {
	seen := map[*graph.Node]bool{}
	stack := []*graph.Node{n}
	for len(stack) > 0 {
		n := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if n == nil || seen[n] {
			continue
		}
		seen[n] = true
		stack = append(stack, n.Inputs()...)
	}
	return seen
}
