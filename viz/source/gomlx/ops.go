package gomlx

import (
	"maps"
	"slices"
	"strings"

	"github.com/gomlx/gomlx/core/graph"

	"loupe/viz/model"
)

// An op is what a reader takes for one operation: a call of a function of GoMLX that
// computes one thing, or an operation that the program has made itself.
type op struct {
	fn    string        // "github.com/gomlx/gomlx/ml/layers.Dense"
	kind  string        // "Dense"
	all   []*graph.Node // with those that are not needed, or not for the input
	nodes []*graph.Node // those that are
	own   map[*graph.Node]bool
	main  *graph.Node // whose value it is
	vars  []string    // paths of the variables that it reads
	at    position    // in the function that calls it
	name  string
}

// A group is the ops of a function that computes several things.
type group struct {
	fn    string
	at    position
	items []part
	scope string
}

// A part of a group is an op or another group.
type part struct {
	op    *op
	group *group
}

func (p part) at() position {
	if p.op != nil {
		return p.op.at
	}
	return p.group.at
}

// ops lists the operations of a group and those inside, in order.
func (g *group) ops() []*op {
	var list []*op
	for _, p := range g.items {
		if p.op != nil {
			list = append(list, p.op)
		} else {
			list = append(list, p.group.ops()...)
		}
	}
	return list
}

// A reading says which operations of a graph compute the output from the input.
type reading struct {
	outputs []*graph.Node
	moving  map[*graph.Node]bool // the output needs it, and it depends on the input
	readers map[*graph.Node][]*graph.Node
	vars    map[*graph.Node]string // paths of parameters that are variables
}

func newReading(g *graph.Graph, inputs, outputs []*graph.Node, vars map[*graph.Node]string) *reading {
	r := &reading{outputs: outputs, moving: map[*graph.Node]bool{}, readers: map[*graph.Node][]*graph.Node{}, vars: vars}
	needed := map[*graph.Node]bool{}
	for _, out := range outputs {
		maps.Copy(needed, ancestors(out))
	}
	for _, n := range g.Nodes() { // inputs before what reads them
		if !needed[n] {
			continue
		}
		if slices.Contains(inputs, n) || len(inputs) == 0 && n.Type() != graph.NodeTypeParameter || slices.ContainsFunc(n.Inputs(), func(in *graph.Node) bool { return r.moving[in] }) {
			r.moving[n] = true
		}
		for _, in := range n.Inputs() {
			r.readers[in] = append(r.readers[in], n)
		}
	}
	return r
}

// group makes the tree of operations of the calls that have built a graph.
func (r *reading) group(c *call) *group {
	g := &group{fn: c.fn, at: c.at}
	for _, it := range c.items {
		var p part
		switch {
		case it.node != nil && r.moving[it.node]:
			p.op = r.op(kindOfNode(it.node), "", it.at, []*graph.Node{it.node})
		case it.node != nil:
			continue
		case r.single(it.call):
			p.op = r.op(kindOfCall(it.call), it.call.fn, it.at, it.call.nodes())
		default:
			p.group = r.group(it.call)
			if len(p.group.items) == 1 { // a function that only calls another
				p = p.group.items[0]
				if p.op != nil {
					p.op.at = it.at
				} else {
					p.group.at = it.at
				}
			}
		}
		if p.op != nil && len(p.op.nodes) > 0 || p.group != nil && len(p.group.items) > 0 {
			g.items = append(g.items, p)
		}
	}
	return g
}

// whole are functions that are one operation for a reader, however much they compute.
var whole = []string{library + "ml/layers/attention.Core", library + "ml/layers/lstm.(*LSTM).Done"}

// single reports whether a call is one operation: a function of GoMLX with one result
// that multiplies by weights once at most.
func (r *reading) single(c *call) bool {
	if !strings.HasPrefix(c.fn, library) {
		return false
	}
	if slices.Contains(whole, c.fn) {
		return true
	}
	nodes := c.nodes()
	inside := setOf(nodes)
	results, products := 0, 0
	for _, n := range nodes {
		if !r.moving[n] {
			continue
		}
		if multiplies(n) {
			products++
		}
		if r.leaves(n, inside) {
			results++
		}
	}
	return results <= 1 && products <= 1
}

func setOf(nodes []*graph.Node) map[*graph.Node]bool {
	set := make(map[*graph.Node]bool, len(nodes))
	for _, n := range nodes {
		set[n] = true
	}
	return set
}

// leaves reports whether others than the given operations read a node.
func (r *reading) leaves(n *graph.Node, inside map[*graph.Node]bool) bool {
	return slices.Contains(r.outputs, n) || slices.ContainsFunc(r.readers[n], func(reader *graph.Node) bool { return !inside[reader] })
}

func (r *reading) op(kind, fn string, at position, all []*graph.Node) *op {
	o := &op{fn: fn, kind: kind, at: at, all: all}
	inside := setOf(all)
	for _, n := range all {
		if !r.moving[n] {
			continue
		}
		o.nodes = append(o.nodes, n)
		if o.main == nil || r.leaves(n, inside) {
			o.main = n
		}
	}
	o.own = setOf(o.nodes)
	for _, n := range o.nodes {
		r.variables(n, &o.vars)
	}
	return o
}

// variables adds the variables that a node reads, also by way of operations that do
// not depend on the input.
func (r *reading) variables(n *graph.Node, list *[]string) {
	for _, in := range n.Inputs() {
		if r.moving[in] {
			continue
		}
		if path, ok := r.vars[in]; ok && !slices.Contains(*list, path) {
			*list = append(*list, path)
		}
		r.variables(in, list)
	}
}

// multiplies reports whether a node is a product with many additions, as weighted
// layers have.
func multiplies(n *graph.Node) bool {
	switch n.Type() {
	case graph.NodeTypeDotGeneral, graph.NodeTypeConvGeneral, graph.NodeTypeFusedDense, graph.NodeTypeFusedQuantizedDense,
		graph.NodeTypeFusedAttentionQKVProjection, graph.NodeTypeFusedScaledDotProductAttention, graph.NodeTypeQuantizedEmbeddingLookup:
		return true
	}
	return false
}

// class says how an op is drawn.
func (o *op) class() model.Class {
	contains := func(parts ...string) bool {
		return slices.ContainsFunc(parts, func(p string) bool { return strings.Contains(strings.ToLower(o.fn+"."+o.kind), p) })
	}
	products := slices.ContainsFunc(o.nodes, multiplies)
	switch {
	case contains("lstm", "gru", "rnn"):
		return model.Recurrent
	case strings.HasSuffix(o.fn, "attention.Core"), o.kind == "FusedScaledDotProductAttention":
		return model.Attending
	case products && len(o.vars) > 0, contains("embedding"), contains("gather") && len(o.vars) > 0:
		return model.Weighted
	case contains("layers/norm", "norm", "standardize"):
		return model.Normalizing
	case contains("dropout", "dropblock", "droppath", "random"):
		return model.Regulating
	case contains("layers/activation", "softmax", "relu", "gelu", "sigmoid", "logistic", "tanh", "swish", "silu"):
		return model.Activating
	case contains("reduce", "pool"):
		return model.Pooling
	}
	if class, ok := classes[o.main.Type()]; ok {
		if class == model.Merging && len(o.vars) > 0 {
			return model.Other // it only adds or multiplies by a variable
		}
		return class
	}
	return model.Other
}

var classes = map[graph.NodeType]model.Class{
	graph.NodeTypeReshape: model.Reshaping, graph.NodeTypeTranspose: model.Reshaping, graph.NodeTypeBroadcastInDim: model.Reshaping,
	graph.NodeTypeSlice: model.Reshaping, graph.NodeTypeConvertDType: model.Reshaping, graph.NodeTypePad: model.Reshaping,
	graph.NodeTypeReverse: model.Reshaping, graph.NodeTypeDynamicSlice: model.Reshaping, graph.NodeTypeGather: model.Reshaping,
	graph.NodeTypeAdd: model.Merging, graph.NodeTypeMul: model.Merging, graph.NodeTypeConcatenate: model.Merging, graph.NodeTypeWhere: model.Merging,
	graph.NodeTypeRNGBitGenerator: model.Regulating,
}
