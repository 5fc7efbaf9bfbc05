package nn

import (
	"slices"

	"loupe/nn/internal/vec"
	"loupe/nn/tensor"
)

// A Value is a tensor in a computation, and after Backward its gradient.
type Value struct {
	Data *tensor.Tensor

	grad   *tensor.Tensor // memory for the gradient, kept from pass to pass
	has    bool           // grad holds the gradient, or part of it
	wants  bool           // a parameter contributes to this value
	logits *Value         // what Softmax, LogSoftmax or Sigmoid made this of
	by     string         // which of them, if there are logits
	words  *lookup        // where an Embedding took this from
	walks  []walk         // how a recurrent layer came to this, for each direction
}

// Grad returns the gradient of the loss, or nil if there is none.
func (v *Value) Grad() *tensor.Tensor {
	if !v.has {
		return nil
	}
	return v.grad
}

// ZeroGrad takes the gradient away. Backward adds to what is there.
func (v *Value) ZeroGrad() { v.has = false }

// Const returns a value that gets no gradient.
func Const(t *tensor.Tensor) *Value { return &Value{Data: t} }

// Variable returns a value that gets a gradient.
func Variable(t *tensor.Tensor) *Value { return &Value{Data: t, wants: true} }

// shape is the shape of the value.
func (v *Value) shape() []int { return v.Data.Shape() }

// numbers returns the numbers of a value of type T.
func numbers[T tensor.Float](v *Value) []T { return tensor.Data[T](v.Data) }

// gradient returns the gradient's numbers. Values without one get it, as zeros.
func gradient[T tensor.Float](v *Value) []T {
	g := tensor.Data[T](resize(&v.grad, v.Data.DType(), v.shape()...))
	if !v.has {
		clear(g)
		v.has = true
	}
	return g
}

// overwritten returns the gradient's numbers for an operation that can either set
// them or add to them, and says which it is to do.
func overwritten[T tensor.Float](v *Value) (g []T, add bool) {
	add = v.has
	v.has = true
	return tensor.Data[T](resize(&v.grad, v.Data.DType(), v.shape()...)), add
}

// addGradient adds to the gradient.
func addGradient[T tensor.Float](v *Value, d []T) {
	g, add := overwritten[T](v)
	if add {
		vec.Add(g, d)
	} else {
		copy(g, d)
	}
}

// resize makes *p a tensor of a type and shape, without new memory if what it has
// is enough. Its numbers are arbitrary.
func resize(p **tensor.Tensor, d tensor.DType, shape ...int) *tensor.Tensor {
	t := *p
	switch {
	case t != nil && t.DType() == d && slices.Equal(t.Shape(), shape):
	case d == tensor.Float64:
		*p = fit[float64](t, d, shape)
	default:
		*p = fit[float32](t, d, shape)
	}
	return *p
}

func fit[T tensor.Float](t *tensor.Tensor, d tensor.DType, shape []int) *tensor.Tensor {
	var x []T
	if t != nil && t.DType() == d {
		x = tensor.Data[T](t)
	}
	return tensor.FromSlice(grow(x, size(shape)), shape...)
}

// grow returns memory for n numbers: x, if it has them.
func grow[T any](x []T, n int) []T {
	if cap(x) < n {
		return make([]T, n)
	}
	return x[:n]
}

// size is how many numbers a shape has.
func size(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}
