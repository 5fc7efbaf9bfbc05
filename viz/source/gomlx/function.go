package gomlx

import (
	"errors"
	"fmt"
	"reflect"
	"slices"

	"github.com/gomlx/gomlx/core/graph"
	store "github.com/gomlx/gomlx/ml/model"
)

// A function is a model function of any of the forms that GoMLX knows.
type function struct {
	value reflect.Value
	nodes int // how many inputs it takes, -1 for any number
}

var (
	scopeType = reflect.TypeFor[*store.Scope]()
	graphType = reflect.TypeFor[*graph.Graph]()
	nodeType  = reflect.TypeFor[*graph.Node]()
	nodesType = reflect.TypeFor[[]*graph.Node]()
	anyType   = reflect.TypeFor[any]()
)

// newFunction checks the type of a model function: a scope, a spec or a graph where
// it wants one, then nodes or a slice of them.
func newFunction(fn any) (*function, error) {
	v := reflect.ValueOf(fn)
	if fn == nil || v.Kind() == reflect.Func && v.IsNil() {
		return nil, errors.New("gomlx: the model function is nil")
	}
	t := v.Type()
	wrong := fmt.Errorf("gomlx: a %T is no model function: it is to take a *model.Scope and a *graph.Node for each input (or a []*graph.Node), and to return *graph.Node", fn)
	if t.Kind() != reflect.Func || t.IsVariadic() || t.NumIn() == 0 || t.In(0) != scopeType || t.NumOut() == 0 {
		return nil, wrong
	}
	f := &function{value: v}
	for i := 1; i < t.NumIn(); i++ {
		switch in := t.In(i); {
		case in == nodeType && f.nodes >= 0:
			f.nodes++
		case in == nodesType && f.nodes == 0:
			f.nodes = -1
		case (in == graphType || in == anyType) && f.nodes == 0:
		default:
			return nil, wrong
		}
	}
	for i := range t.NumOut() {
		if out := t.Out(i); out != nodeType && (out != nodesType || t.NumOut() > 1) {
			return nil, wrong
		}
	}
	return f, nil
}

// call builds the graph. What the function panics with is its error; the name of this
// method marks the program's functions in the stacks of nodes.
func (f *function) call(scope *store.Scope, g *graph.Graph, inputs []*graph.Node) (outputs []*graph.Node, err error) {
	defer caught(&err)
	if f.nodes >= 0 && f.nodes != len(inputs) {
		return nil, fmt.Errorf("the model function takes %d inputs, and there are %d", f.nodes, len(inputs))
	}
	args := []reflect.Value{reflect.ValueOf(scope)}
	for i := 1; i < f.value.Type().NumIn(); i++ {
		switch f.value.Type().In(i) {
		case anyType:
			args = append(args, reflect.Zero(anyType))
		case graphType:
			args = append(args, reflect.ValueOf(g))
		case nodesType:
			args = append(args, reflect.ValueOf(inputs))
		default:
			args = append(args, reflect.ValueOf(inputs[0]))
			inputs = inputs[1:]
		}
	}
	for _, out := range f.value.Call(args) {
		if out.Type() == nodesType {
			outputs = out.Interface().([]*graph.Node)
			break
		}
		outputs = append(outputs, out.Interface().(*graph.Node))
	}
	outputs = slices.DeleteFunc(slices.Clone(outputs), func(n *graph.Node) bool { return n == nil })
	if len(outputs) == 0 {
		return nil, errors.New("the model function returns no node")
	}
	return outputs, nil
}
