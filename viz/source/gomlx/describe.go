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

// A built graph is what a model function makes for inputs of one size, with the names
// of what is in it.
type built struct {
	inputs, outputs []*graph.Node
	nodes           []named
	vars            []*store.Variable // that it reads, in the order of the store
}

// A named is a node of the description. Op is what it belongs to; main is the
// operation whose value it has.
type named struct {
	name string
	op   *op // nil for inputs
	main *graph.Node
	kind string
	in   []int // indices of the nodes that it reads
}

// describe builds the graph for the examples and says what is in it.
func (n *Net) describe() (*model.Model, error) {
	var b *built
	e, err := n.program("", func(scope *store.Scope, g *graph.Graph, inputs []*graph.Node) (outputs []*graph.Node, err error) {
		b, err = n.build(scope, g, inputs)
		if err != nil {
			return nil, err
		}
		return b.outputs, nil
	})
	if err != nil {
		return nil, err
	}
	if err := e.prepare(n.examples); err != nil {
		return nil, err
	}
	return n.modelOf(b), nil
}

// build builds the graph of the model function. Variables that it would change stay
// as they are.
func (n *Net) build(scope *store.Scope, g *graph.Graph, inputs []*graph.Node) (*built, error) {
	g.SetTraced(true)
	fn, err := newFunction(n.fn)
	if err != nil {
		return nil, err
	}
	outputs, err := fn.call(scope, g, inputs)
	if err != nil {
		return nil, err
	}
	g.SetTraced(false)
	b := &built{inputs: inputs, outputs: outputs}
	paths := map[*graph.Node]string{}
	for v := range n.store.IterVariables() {
		if !v.InUseByGraph(g) {
			continue
		}
		if node := g.GetParameterByName(v.Path()); node != nil {
			v.SetNodeValue(node)
			paths[node] = v.Path()
		}
		b.vars = append(b.vars, v)
	}
	r := newReading(g, inputs, outputs, paths)
	tree := r.group(newCalls(trails(g.Nodes())))
	tree.name()
	b.name(tree.ops(), n.whole)
	return b, nil
}

// name lists the inputs and the operations, in the order of computation, and what
// each reads.
func (b *built) name(ops []*op, whole bool) {
	owner := map[*graph.Node]int{}
	used := map[string]bool{}
	unique := func(name string) string {
		free := name
		for k := 1; used[free]; k++ {
			free = fmt.Sprintf("%s_%d", name, k)
		}
		used[free] = true
		return free
	}
	add := func(one named, nodes ...*graph.Node) {
		i := len(b.nodes)
		for _, n := range nodes {
			owner[n] = i
		}
		for _, n := range nodes {
			for _, in := range n.Inputs() {
				if j, ok := owner[in]; ok && j != i && !slices.Contains(one.in, j) {
					one.in = append(one.in, j)
				}
			}
		}
		b.nodes = append(b.nodes, one)
	}
	for _, o := range ops {
		used[o.name] = true // inputs give way
	}
	for _, n := range b.inputs {
		add(named{name: unique("input"), main: n, kind: "Input"}, n)
	}
	for _, o := range ops {
		if !whole {
			add(named{name: o.name, op: o, main: o.main, kind: o.kind}, o.nodes...)
			continue
		}
		for _, n := range o.nodes {
			kind := kindOfNode(n)
			name := o.name
			if len(o.nodes) > 1 {
				name = unique(o.name + "/" + baseName(kind))
			}
			add(named{name: name, op: o, main: n, kind: kind}, n)
		}
	}
}

// modelOf writes the description.
func (n *Net) modelOf(b *built) *model.Model {
	m := &model.Model{Name: "model"}
	at := map[string]int{}
	for _, v := range b.vars {
		at[v.Path()] = len(m.Params)
		m.Params = append(m.Params, n.param(v))
	}
	batch := batchOf(b.inputs)
	for _, one := range b.nodes {
		node := model.Node{Name: one.name, Op: one.kind, Inputs: one.in, Shape: sampleShape(one.main, batch), DType: dtypeName(one.main)}
		if one.op == nil {
			node.Class = model.Data
		} else {
			b.fill(&node, one, at, m.Params, batch)
		}
		m.Nodes = append(m.Nodes, node)
	}
	return m
}

// fill adds what only operations have.
func (b *built) fill(node *model.Node, one named, at map[string]int, params []model.Param, batch int) {
	o := one.op
	if len(o.nodes) > 1 && one.kind != o.kind { // one operation of several
		o = &op{kind: one.kind, all: []*graph.Node{one.main}, nodes: []*graph.Node{one.main}, main: one.main}
		for _, path := range one.op.vars {
			if reads(one.main, path, one.op.own) {
				o.vars = append(o.vars, path)
			}
		}
	}
	node.Class = o.class()
	node.Attrs = o.attrs(func(path string) []int { return params[at[path]].Shape })
	node.MACs = o.macs() / max(batch, 1)
	for _, path := range o.vars {
		node.Params = append(node.Params, at[path])
	}
}

// reads reports whether a node reads a variable other than by way of the given nodes.
func reads(n *graph.Node, path string, others map[*graph.Node]bool) bool {
	return slices.ContainsFunc(n.Inputs(), func(in *graph.Node) bool {
		switch {
		case others[in]:
			return false
		case in.Type() == graph.NodeTypeParameter:
			return in.GetParameterName() == path
		}
		return reads(in, path, others)
	})
}

// paramName is the path of a variable without the first slash.
func paramName(v *store.Variable) string { return strings.TrimPrefix(v.Path(), "/") }

func (n *Net) param(v *store.Variable) model.Param {
	path := v.Path()
	return model.Param{
		Name: paramName(v), Shape: slices.Clone(v.Shape().Dimensions), DType: strings.ToLower(v.DType().String()), Trained: v.Trainable,
		Values: func() []float64 { return valuesOf(n.store, path) },
	}
}

// valuesOf reads a variable as it is now; nothing if it is gone, or has none yet.
func valuesOf(s *store.Store, path string) []float64 {
	v := s.GetVariable(path)
	if v == nil || !v.HasValue() {
		return nil
	}
	t, err := v.Value()
	if err != nil {
		return nil
	}
	list, err := float64s(t)
	if err != nil {
		return nil
	}
	return list
}

// batchOf is how many samples the examples have, 0 if there are none.
func batchOf(inputs []*graph.Node) int {
	if len(inputs) == 0 || inputs[0].Rank() == 0 {
		return 0
	}
	return inputs[0].Shape().Dim(0)
}

// sampleShape is the shape of what a node computes for one sample.
func sampleShape(n *graph.Node, batch int) []int {
	dims := n.Shape().Dimensions
	if len(dims) > 0 && dims[0] == batch {
		dims = dims[1:]
	}
	return append([]int{}, dims...)
}

func dtypeName(n *graph.Node) string { return strings.ToLower(n.DType().String()) }

// A program is a compiled graph function.
type program struct {
	exec *store.Exec
	err  error // of the function that builds the graph
}

// program returns the program of a name, and makes it of a function the first time.
func (n *Net) program(name string, build func(scope *store.Scope, g *graph.Graph, inputs []*graph.Node) ([]*graph.Node, error)) (*program, error) {
	if p := n.execs[name]; p != nil {
		return p, nil
	}
	p := &program{}
	exec, err := store.NewExecCanonical(n.backend, n.store, func(scope *store.Scope, g *graph.Graph, inputs []*graph.Node) []*graph.Node {
		outputs, err := build(scope, g, inputs)
		if err != nil {
			p.err = err
			panic(err)
		}
		return outputs
	}, -1, -1, false, true, true)
	if err != nil {
		return nil, fmt.Errorf("gomlx: %w", err)
	}
	exec.SetNodeLogger(func(*graph.Graph, []string, []*tensors.Tensor, []graph.NodeId) {}) // what the model logs is for its own runs
	p.exec = exec.SetMaxCache(-1)                                                          // one graph for each size of inputs
	n.execs[name] = p
	return p, nil
}

// prepare builds and compiles the graph for inputs.
func (p *program) prepare(inputs []any) (err error) {
	defer p.explain(&err)
	return p.exec.PreCompile(inputs...)
}

// run computes the outputs for inputs.
func (p *program) run(inputs []any) (outputs []*tensors.Tensor, g *graph.Graph, err error) {
	defer p.explain(&err)
	return p.exec.CallWithGraph(inputs...)
}

// explain says what went wrong in the model function rather than around it.
func (p *program) explain(err *error) {
	caught(err)
	switch {
	case p.err != nil:
		*err = fmt.Errorf("gomlx: the model's graph cannot be built: %w", p.err)
		p.err = nil
	case *err != nil:
		*err = fmt.Errorf("gomlx: the model cannot be run: %w", *err)
	}
}
