package nn

import "strings"

// A Part is what models are made of: a [Layer], an [Activation], a [Model] or a
// [Block].
type Part interface {
	// On puts the part behind nodes of a graph and returns the node of its output.
	On(in ...*Node) *Node
}

// A Node is a place in the graph of a model: an input, or a layer with the nodes
// whose outputs it gets.
//
//	in := nn.Input(28, 28, 1)
//	a := nn.Conv2D(8, 3, nn.Same).On(in)
//	b := nn.Conv2D(8, 5, nn.Same).On(in)
//	out := nn.Dense(10, nn.Softmax).On(nn.Flatten().On(nn.Concat().On(a, b)))
//	model := nn.NewModel(in, out)
type Node struct {
	layer  *Layer // nil for an input
	inputs []*Node
	shape  Shape // of an input, nil if it is not known yet; of others once built
}

// Input returns a node for data of a shape, without the batch's axis. Without a
// shape, the first data say it.
func Input(shape ...int) *Node {
	n := &Node{}
	if len(shape) > 0 {
		n.shape = shape
	}
	return n
}

// Layer returns the node's layer, nil for an input.
func (n *Node) Layer() *Layer { return n.layer }

// Inputs returns the nodes whose outputs the layer gets.
func (n *Node) Inputs() []*Node { return n.inputs }

// Shape returns the shape of what the node holds, nil if it is not known yet.
func (n *Node) Shape() Shape { return n.shape }

// On puts the layer behind nodes.
func (l *Layer) On(in ...*Node) *Node {
	if len(in) == 0 {
		fail("%s is put on no node: it needs an input", l.label())
	}
	return &Node{layer: l, inputs: in}
}

// A Block is several layers that a model shows under one name: "residual/conv2d".
type Block struct {
	name  string
	parts func(in *Node) *Node
}

// On puts the block behind a node.
func (b *Block) On(in ...*Node) *Node {
	if len(in) != 1 {
		fail("%s has one input, not %d", b.name, len(in))
	}
	out := b.parts(in[0])
	s := &scope{base: b.name}
	for _, n := range order([]*Node{in[0]}, out) {
		if n.layer != nil && n != in[0] {
			n.layer.scope = n.layer.scope.inside(s)
		}
	}
	return out
}

// A scope is the block that a layer is in.
type scope struct {
	base, name string
	outer      *scope
}

// inside puts the scope into another one.
func (s *scope) inside(outer *scope) *scope {
	if s == nil {
		return outer
	}
	top := s
	for top.outer != nil && top.outer != outer {
		top = top.outer
	}
	top.outer = outer
	return s
}

// path is the scope's name with those of the scopes around it.
func (s *scope) path(names *names) string {
	if s == nil {
		return ""
	}
	outer := s.outer.path(names)
	if s.name == "" {
		s.name = names.free(outer + s.base)
	}
	return s.name + "/"
}

// names gives out names that are not in use yet.
type names struct{ used map[string]bool }

// free returns base, base_1, base_2.
func (n *names) free(base string) string {
	name := base
	for i := 1; n.used[name]; i++ {
		name = base + "_" + decimal(i)
	}
	n.used[name] = true
	return name
}

// order returns the nodes that out depends on, each behind its inputs.
func order(inputs []*Node, out *Node) []*Node {
	var list []*Node
	seen := map[*Node]bool{}
	var visit func(n *Node)
	visit = func(n *Node) {
		if seen[n] {
			return
		}
		seen[n] = true
		for _, in := range inputs {
			if n == in {
				return
			}
		}
		for _, in := range n.inputs {
			visit(in)
		}
		list = append(list, n)
	}
	visit(out)
	return append(append([]*Node(nil), inputs...), list...)
}

// kerasName is the name that layers of a type get: Conv2D, conv2d.
func kerasName(kind string) string {
	switch kind {
	case "MaxPool2D", "MaxPool1D":
		return "max_pooling" + strings.ToLower(kind[7:])
	case "AvgPool2D", "AvgPool1D":
		return "average_pooling" + strings.ToLower(kind[7:])
	case "GlobalMaxPool", "GlobalAvgPool":
		return map[string]string{"GlobalMaxPool": "global_max_pooling", "GlobalAvgPool": "global_average_pooling"}[kind]
	case "BatchNorm":
		return "batch_normalization"
	case "LayerNorm":
		return "layer_normalization"
	case "LSTM", "GRU":
		return strings.ToLower(kind)
	case "SimpleRNN":
		return "simple_rnn"
	}
	var b strings.Builder
	for i, r := range kind {
		upper := r >= 'A' && r <= 'Z'
		if upper && i > 0 && kind[i-1] >= 'a' && kind[i-1] <= 'z' {
			b.WriteByte('_')
		}
		b.WriteString(strings.ToLower(string(r)))
	}
	return b.String()
}
