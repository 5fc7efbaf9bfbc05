package model

import (
	"errors"
	"fmt"
)

// An Array is numbers with a shape, row by row.
type Array struct {
	Shape  []int
	Values []float64
	Names  []string // of the places along the last axis, such as words; nil if they have none
}

// A Runner runs a model and shows what flows through it.
type Runner interface {
	// Run computes the model's output for inputs, whose first axis counts the
	// samples. Watch is told of values while it computes.
	Run(inputs []Array, w Watch) (output Array, err error)
}

// A Watch looks at nodes while a model runs. Functions that are nil are not
// called; arrays are valid during the call.
type Watch struct {
	Nodes []string // by name, inputs too; none means all but the inputs
	// Value is called with what a node has computed.
	Value func(node string, v Array)
	// State is called with what goes on inside a recurrent or attending node,
	// by name: "h", "c", "input gate", "weights".
	State func(node, what string, v Array)
	// Gradient is called with the gradient of Of with respect to a node's output,
	// from the last node to the first. Nodes that At does not depend on have none,
	// nor have inputs that are numbers of words.
	Gradient func(node string, g Array)
	// Param is called with the gradient of Of with respect to a parameter, by its
	// name, after the gradients of nodes. Parameters that are not trained have none.
	Param func(param string, g Array)
	// At is the node that gradients are of, the model's output without it.
	At string
	// Of says what gradients are of: it returns the gradient of a number with
	// respect to what At has computed. Without it, that is the sum.
	Of func(output Array) Array
}

// ArrayOf reads an array: an Array, a tensor (anything with Shape and Float64s), or
// rows of numbers.
func ArrayOf(v any) (Array, error) {
	switch v := v.(type) {
	case Array:
		return v, nil
	case []float64:
		return Array{Shape: []int{len(v)}, Values: v}, nil
	case [][]float64:
		a := Array{Shape: []int{len(v), 0}}
		for i, row := range v {
			if i > 0 && len(row) != a.Shape[1] {
				return Array{}, fmt.Errorf("row %d has %d numbers, and row 0 has %d", i, len(row), a.Shape[1])
			}
			a.Shape[1] = len(row)
			a.Values = append(a.Values, row...)
		}
		return a, nil
	case interface {
		Dims() (r, c int)
		At(i, j int) float64
	}:
		r, c := v.Dims()
		a := Array{Shape: []int{r, c}}
		for i := range r {
			for j := range c {
				a.Values = append(a.Values, v.At(i, j))
			}
		}
		return a, nil
	case interface{ Float64s() []float64 }:
		a := Array{Values: v.Float64s()}
		a.Shape = []int{len(a.Values)}
		if s, ok := v.(interface{ Shape() []int }); ok {
			a.Shape = s.Shape()
		}
		if n, ok := v.(interface{ Names() []string }); ok {
			a.Names = n.Names()
		}
		return a, nil
	}
	return Array{}, fmt.Errorf("a %T is no input for a model: give a tensor, a matrix or rows of numbers", v)
}

// Samples makes an input of the model's first input node of an array: a single
// sample becomes a batch of one.
func (m *Model) Samples(a Array) (Array, error) {
	if len(m.Nodes) == 0 {
		return a, errors.New("the model has no input")
	}
	want := m.Nodes[0].Shape
	switch {
	case want == nil, len(a.Shape) == len(want)+1 && fits(a.Shape[1:], want):
		return a, nil
	case len(a.Shape) == 1 && Size(want) == a.Shape[0]: // the numbers of one sample
		return Array{append([]int{1}, want...), a.Values, a.Names}, nil
	case fits(a.Shape, want):
		return Array{append([]int{1}, a.Shape...), a.Values, a.Names}, nil
	case (len(a.Shape) == 2 || len(a.Shape) > 2 && len(want) == 1) && Size(want) > 0 && Size(a.Shape[1:]) == Size(want): // samples as rows of numbers, or the other way round
		return Array{append([]int{a.Shape[0]}, want...), a.Values, a.Names}, nil
	}
	return a, fmt.Errorf("the model takes samples of %v, and the input is %v", want, a.Shape)
}

// fits reports whether a shape is the one wanted, in which -1 is any length.
func fits(shape, want []int) bool {
	if len(shape) != len(want) {
		return false
	}
	for i, n := range want {
		if n >= 0 && shape[i] != n {
			return false
		}
	}
	return true
}
