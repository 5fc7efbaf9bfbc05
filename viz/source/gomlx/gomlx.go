// Package gomlx lets pictures read models of GoMLX (github.com/gomlx/gomlx): it is
// a source for loupe/viz/model. For most uses, give [Model] what a program has at
// hand, and its result to the functions of loupe/viz:
//
//	net := func(scope *model.Scope, x *graph.Node) *graph.Node {
//		x = activation.Relu(layers.DenseWithBias(scope.In("hidden"), x, 32))
//		return layers.DenseWithBias(scope.In("readout"), x, 10)
//	}
//	m := gomlx.Model(backend, store, net, images)
//	viz.Graph(m)
//	viz.Activations(m, images, "hidden")
//
// and [NewRecorder] keeps what happens in a train.Loop, for viz.Gradients and
// viz.Updates. viz.Weights, viz.Spectra and viz.Diff also take a *model.Store.
//
// # What a node is
//
// GoMLX builds graphs of primitive operations, dozens for each layer. Here a node
// is what the program has written: a call of a function of GoMLX that computes one
// thing, such as layers.Dense, norm.LayerNorm or graph.Softmax. Calls that compute
// several, such as a multi-head attention, and calls of the program's own functions
// are scopes with nodes inside. Nodes with variables have the names of the scopes
// in the store, so layers.Dense(scope.In("hidden"), …) is the node "hidden"; others
// have the name of the function in the scope around them: "relu", "block_0/add". What
// does not depend on the input (constants, biases that are broadcast) belongs to
// what reads it. [Net.Primitives] has every operation.
package gomlx

import (
	"errors"
	"fmt"
	"sync"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/tensors"
	store "github.com/gomlx/gomlx/ml/model"

	"loupe/viz/model"
)

func init() {
	model.Register(func(v any) (*model.Model, error) {
		s, ok := v.(*store.Store)
		if !ok {
			return nil, nil
		}
		return describeStore(s)
	})
	model.RegisterTrace(func(v any) (*model.Trace, error) {
		r, ok := v.(*Recorder)
		if !ok {
			return nil, nil
		}
		return r.Trace()
	})
}

// A Net is a model of GoMLX, for the functions of loupe/viz. It is safe for
// concurrent use, but not while the model is trained.
type Net struct {
	backend  compute.Backend
	store    *store.Store
	fn       any
	examples []any
	whole    bool // every primitive operation is a node

	mu    sync.Mutex
	out   *model.Model
	execs map[string]*program
}

// Model returns a model for loupe/viz: a function that builds a graph, with the
// store that holds its variables. The function is one that train.NewTrainer or
// model.NewExec takes: a scope, then a graph.Node for each input or a slice of them,
// and it returns one or more nodes, of which the first is the output. Inputs are one
// example of each, whose first axis counts samples: tensors, Go values that GoMLX
// makes tensors of, or a shapes.Shape where there are no data yet.
//
// It is seen as it is for prediction, without dropout. Looking changes none of its
// variables; those that the store does not have yet are initialized, as at the first
// run. What is wrong with the arguments is an error of the figure.
func Model(backend compute.Backend, s *store.Store, fn any, inputs ...any) *Net {
	return &Net{backend: backend, store: s, fn: fn, examples: inputs}
}

// Primitives returns the same model with every operation of its graph as a node, in
// scopes with the names of the nodes here.
func (n *Net) Primitives() *Net {
	if n == nil {
		return nil
	}
	return &Net{backend: n.backend, store: n.store, fn: n.fn, examples: n.examples, whole: true}
}

// VizModel implements model.Describer.
func (n *Net) VizModel() (*model.Model, error) {
	if n == nil {
		return nil, errors.New("gomlx: the model is nil")
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.out != nil {
		return n.out, nil
	}
	if err := n.check(); err != nil {
		return nil, err
	}
	out, err := n.describe()
	if err != nil {
		return nil, err
	}
	out.Runner = runner{n}
	n.out = out
	return out, nil
}

// check says what is wrong with the arguments of Model, and makes tensors of the
// examples.
func (n *Net) check() error {
	switch {
	case n.backend == nil:
		return errors.New(`gomlx: the backend is nil: make one with compute.NewWithConfig("go")`)
	case n.store == nil:
		return errors.New("gomlx: the store is nil: give the one that the model's variables are in, or model.NewStore()")
	}
	if _, err := newFunction(n.fn); err != nil {
		return err
	}
	n.execs = map[string]*program{}
	for i, v := range n.examples {
		t, err := tensorOf(v)
		if err != nil {
			return fmt.Errorf("gomlx: input %d is no example: %w", i, err)
		}
		n.examples[i] = t
	}
	return nil
}

// tensorOf makes a tensor of an example.
func tensorOf(v any) (t *tensors.Tensor, err error) {
	defer caught(&err)
	switch v := v.(type) {
	case nil:
		return nil, errors.New("it is nil")
	case *tensors.Tensor:
		return v, v.CheckValid()
	case shapes.Shape:
		if !v.Ok() {
			return nil, errors.New("it is a shape without a type")
		}
		return tensors.FromShape(v), nil
	}
	return tensors.FromAnyValue(v)
}

// caught makes an error of a panic, which is how GoMLX reports mistakes.
func caught(err *error) {
	switch p := recover().(type) {
	case nil:
	case error:
		*err = p
	default:
		*err = fmt.Errorf("%v", p)
	}
}
