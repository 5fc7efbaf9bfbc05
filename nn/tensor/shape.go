package tensor

import (
	"fmt"
	"slices"
	"strings"
)

// A ShapeError is what operations panic with if shapes do not fit.
type ShapeError struct {
	Op     string  // the operation
	Shapes [][]int // what it was given
	Why    string
}

func (e *ShapeError) Error() string {
	shapes := make([]string, len(e.Shapes))
	for i, s := range e.Shapes {
		shapes[i] = fmt.Sprint(s)
	}
	return fmt.Sprintf("tensor: %s of %s: %s", e.Op, strings.Join(shapes, " and "), e.Why)
}

// checkShape returns the number of numbers of a shape.
func checkShape(op string, shape []int) int {
	for _, n := range shape {
		if n < 0 {
			panic(&ShapeError{Op: op, Shapes: [][]int{slices.Clone(shape)}, Why: "a length is negative"})
		}
	}
	return product(shape)
}

func product(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}

// rowMajor returns the strides of a shape without gaps.
func rowMajor(shape []int) []int {
	s := make([]int, len(shape))
	step := 1
	for k := len(shape) - 1; k >= 0; k-- {
		s[k] = step
		step *= shape[k]
	}
	return s
}

// axis checks an axis and counts a negative one from the end.
func (t *Tensor) axis(op string, axis int) int {
	k := axis
	if k < 0 {
		k += len(t.shape)
	}
	if k < 0 || k >= len(t.shape) {
		panic(&ShapeError{Op: op, Shapes: [][]int{t.shape}, Why: fmt.Sprintf("there is no axis %d", axis)})
	}
	return k
}

// broadcastShape is the shape that two shapes have together.
func broadcastShape(op string, a, b []int) []int {
	if len(a) < len(b) {
		a, b = b, a
	}
	out := slices.Clone(a)
	for i := range b {
		k := len(a) - len(b) + i
		switch {
		case b[i] == a[k] || b[i] == 1:
		case a[k] == 1:
			out[k] = b[i]
		default:
			panic(&ShapeError{Op: op, Shapes: [][]int{a, b}, Why: fmt.Sprintf("axis %d has %d and %d elements: lengths must be equal or 1", k, a[k], b[i])})
		}
	}
	return out
}

// BroadcastTo returns a view with a shape of which the tensor is repeated.
func (t *Tensor) BroadcastTo(shape ...int) *Tensor { return t.broadcastTo("BroadcastTo", shape) }

func (t *Tensor) broadcastTo(op string, shape []int) *Tensor {
	if slices.Equal(t.shape, shape) {
		return t
	}
	v := t.view()
	v.shape, v.strides = slices.Clone(shape), make([]int, len(shape))
	lead := len(shape) - len(t.shape)
	for k := range shape {
		switch {
		case lead < 0, k >= lead && t.shape[k-lead] != shape[k] && t.shape[k-lead] != 1:
			panic(&ShapeError{Op: op, Shapes: [][]int{t.shape, slices.Clone(shape)}, Why: "the first does not repeat to the second"})
		case k >= lead && t.shape[k-lead] != 1:
			v.strides[k] = t.strides[k-lead]
		}
	}
	if lead < 0 {
		panic(&ShapeError{Op: op, Shapes: [][]int{t.shape, slices.Clone(shape)}, Why: "the first does not repeat to the second"})
	}
	return &v
}

// eachRow calls f for each row along the last axis of a shape that all tensors
// have: with where the row begins in the memory of each, and its length.
func eachRow(shape []int, f func(at []int, n int), tensors ...*Tensor) {
	at := make([]int, len(tensors))
	for i, t := range tensors {
		at[i] = t.offset
	}
	if product(shape) == 0 {
		return
	}
	if len(shape) == 0 {
		f(at, 1)
		return
	}
	last := len(shape) - 1
	index := make([]int, last)
	for {
		f(at, shape[last])
		k := last - 1
		for ; k >= 0; k-- {
			index[k]++
			for i, t := range tensors {
				at[i] += t.strides[k]
			}
			if index[k] < shape[k] {
				break
			}
			for i, t := range tensors {
				at[i] -= t.strides[k] * shape[k]
			}
			index[k] = 0
		}
		if k < 0 {
			return
		}
	}
}

// lastStride is the step along the last axis.
func lastStride(t *Tensor) int {
	if len(t.strides) == 0 {
		return 0
	}
	return t.strides[len(t.strides)-1]
}
