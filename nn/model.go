package nn

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"

	"loupe/nn/tensor"
)

// A Model is a graph of layers with one output.
type Model struct {
	inputs  []*Node
	output  *Node
	nodes   []*Node // inputs first, each node behind its inputs
	from    [][]int // for each node, the places of its inputs in nodes
	layers  []*Layer
	built   bool
	seed    uint64
	dtype   tensor.DType
	hooks   hooks
	tapes   [2]*Tape // of predictions, and of training
	history *History
}

// Sequential makes a model of parts that follow each other.
func Sequential(parts ...Part) *Model {
	if len(parts) == 0 {
		fail("Sequential wants at least one layer")
	}
	in := Input()
	n := in
	for _, p := range parts {
		n = p.On(n)
	}
	return NewModel(in, n)
}

// NewModel makes a model of a graph from an input to an output. More inputs come
// behind.
func NewModel(in, out *Node, more ...*Node) *Model {
	m := &Model{inputs: append([]*Node{in}, more...), output: out, seed: 1}
	m.nodes = order(m.inputs, out)
	for _, n := range m.nodes {
		var from []int
		for _, in := range n.inputs {
			from = append(from, slices.Index(m.nodes, in))
		}
		m.from = append(m.from, from)
	}
	used := &names{map[string]bool{}}
	for _, n := range m.nodes {
		switch {
		case n.layer == nil && !slices.Contains(m.inputs, n):
			fail("the model's output depends on an input that the model does not have")
		case n.layer != nil && !slices.Contains(m.layers, n.layer):
			m.layers = append(m.layers, n.layer)
			if n.layer.name != "" && used.free(n.layer.name) != n.layer.name {
				fail("two layers have the name %q", n.layer.name)
			}
		}
	}
	for _, l := range m.layers {
		if l.name == "" {
			l.name = used.free(l.scope.path(used) + kerasName(l.Type()))
		}
	}
	if slices.IndexFunc(m.inputs, func(n *Node) bool { return n.shape == nil }) < 0 {
		m.Build()
	}
	return m
}

func decimal(i int) string { return strconv.Itoa(i) }

// Seed chooses how the weights begin and what Dropout drops. Without it, the seed
// is 1. It must come before the model is built.
func (m *Model) Seed(seed uint64) *Model {
	if m.built {
		fail("Seed comes too late: the model has its weights already")
	}
	m.seed = seed
	return m
}

// As sets the type of the weights, float32 unless this says otherwise. Weights
// that the model has are converted.
func (m *Model) As(d tensor.DType) *Model {
	m.dtype = d
	m.tapes = [2]*Tape{}
	for _, p := range m.Params() {
		p.Data = p.Data.As(d)
		p.grad, p.has = nil, false
	}
	return m
}

// DType returns the type of the weights.
func (m *Model) DType() tensor.DType { return m.dtype }

// Build makes the weights for data of a shape, without the batch's axis. Fit and
// Predict do that from the first data.
func (m *Model) Build(shape ...int) *Model {
	if len(shape) > 0 {
		m.build([]Shape{shape})
	} else {
		var shapes []Shape
		for _, n := range m.inputs {
			if n.shape == nil {
				fail("Build wants the shape of the data")
			}
			shapes = append(shapes, n.shape)
		}
		m.build(shapes)
	}
	return m
}

func (m *Model) build(shapes []Shape) {
	if len(shapes) != len(m.inputs) {
		fail("the model has %d inputs, and there are shapes for %d: say them with Input(shape…)", len(m.inputs), len(shapes))
	}
	for i, s := range shapes {
		if n := m.inputs[i]; n.shape != nil && !compatible(n.shape, s) {
			fail("the model wants inputs of the shape %v, these have %v", []int(n.shape), []int(s))
		}
	}
	for i, s := range shapes {
		m.inputs[i].shape = s
	}
	r := rand.New(rand.NewPCG(m.seed, 0x6e6e))
	for _, n := range m.nodes {
		if n.layer != nil {
			n.shape = n.layer.build(m.dtype, r, n.inputs)
		}
	}
	m.built = true
}

// compatible reports whether shapes are equal, where -1 equals all.
func compatible(a, b Shape) bool {
	return slices.EqualFunc(a, b, func(x, y int) bool { return x == y || x < 0 || y < 0 })
}

// Built reports whether the model has its weights.
func (m *Model) Built() bool { return m.built }

// Layers returns the layers, each behind those it depends on.
func (m *Model) Layers() []*Layer { return m.layers }

// Layer returns a layer by its name. It panics with the names there are if there
// is none.
func (m *Model) Layer(name string) *Layer {
	var names []string
	for _, l := range m.layers {
		if l.name == name {
			return l
		}
		names = append(names, l.name)
	}
	fail("there is no layer %q; there are %q", name, names)
	return nil
}

// Nodes returns the graph: inputs first, each node behind its inputs.
func (m *Model) Nodes() []*Node { return m.nodes }

// Inputs returns the nodes of the inputs.
func (m *Model) Inputs() []*Node { return m.inputs }

// Output returns the node of the output.
func (m *Model) Output() *Node { return m.output }

// Params returns all parameters, layer by layer.
func (m *Model) Params() []*Param {
	var list []*Param
	for _, l := range m.layers {
		list = append(list, l.params...)
	}
	return list
}

// Freeze keeps the weights of all layers, or of those named, as they are.
func (m *Model) Freeze(names ...string) *Model { return m.freeze(true, names) }

// Unfreeze lets training change the weights of all layers, or of those named.
func (m *Model) Unfreeze(names ...string) *Model { return m.freeze(false, names) }

func (m *Model) freeze(frozen bool, names []string) *Model {
	for _, name := range names {
		m.Layer(name).Freeze(frozen)
	}
	if len(names) == 0 {
		for _, l := range m.layers {
			l.Freeze(frozen)
		}
	}
	return m
}

// On puts the model's layers behind nodes of another graph, which shares them.
func (m *Model) On(in ...*Node) *Node {
	if len(in) != len(m.inputs) {
		fail("the model has %d inputs, not %d", len(m.inputs), len(in))
	}
	at := map[*Node]*Node{}
	for i, n := range m.inputs {
		at[n] = in[i]
	}
	for _, n := range m.nodes {
		if n.layer == nil {
			continue
		}
		inputs := make([]*Node, len(n.inputs))
		for i, from := range n.inputs {
			inputs[i] = at[from]
		}
		at[n] = n.layer.On(inputs...)
	}
	return at[m.output]
}

// Clone returns a copy of the model with weights of its own.
func (m *Model) Clone() *Model {
	at := map[*Node]*Node{}
	layers := map[*Layer]*Layer{}
	c := &Model{seed: m.seed, dtype: m.dtype, from: m.from}
	for _, n := range m.nodes {
		copied := &Node{shape: slices.Clone(n.shape)}
		for _, in := range n.inputs {
			copied.inputs = append(copied.inputs, at[in])
		}
		if n.layer != nil {
			if layers[n.layer] == nil {
				layers[n.layer] = n.layer.clone()
				c.layers = append(c.layers, layers[n.layer])
			}
			copied.layer = layers[n.layer]
		}
		at[n] = copied
		c.nodes = append(c.nodes, copied)
	}
	for _, n := range m.inputs {
		c.inputs = append(c.inputs, at[n])
	}
	c.output = at[m.output]
	if m.built {
		var shapes []Shape
		for _, n := range c.inputs {
			shapes = append(shapes, n.shape)
		}
		c.build(shapes)
		to := c.Params()
		for i, p := range m.Params() {
			to[i].Data.Copy(p.Data)
		}
	}
	return c
}

// String is the summary.
func (m *Model) String() string { return m.Summary() }

var _ fmt.Stringer = (*Model)(nil)
