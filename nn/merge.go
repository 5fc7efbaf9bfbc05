package nn

import (
	"slices"

	"loupe/nn/internal/vec"
	"loupe/nn/tensor"
)

// Add sums its inputs, which have one shape.
//
//	nn.Add().On(a, b)
func Add() *Layer { return newLayer(addKind{}) }

type addKind struct{}

func (addKind) Type() string { return "Add" }

func (addKind) Build(b *Builder, in []Shape) Shape {
	for _, s := range in[1:] {
		if !compatible(in[0], s) {
			b.Fail("inputs of the shapes %v and %v cannot be added", []int(in[0]), []int(s))
		}
	}
	return in[0]
}

func (addKind) Forward(t *Tape, in []*Value) *Value {
	if in[0].Data.DType() == tensor.Float64 {
		return sum[float64](t, in)
	}
	return sum[float32](t, in)
}

type sumOp[T tensor.Float] struct {
	output
	in []*Value
}

func sum[T tensor.Float](t *Tape, in []*Value) *Value {
	op := next[sumOp[T]](t)
	op.in = append(op.in[:0], in...)
	y := op.set(in[0].Data.DType(), in, in[0].shape()...)
	to := numbers[T](y)
	copy(to, numbers[T](in[0]))
	for _, v := range in[1:] {
		if !slices.Equal(v.shape(), y.shape()) {
			fail("inputs of the shapes %v and %v cannot be added", y.shape(), v.shape())
		}
		vec.Add(to, numbers[T](v))
	}
	return y
}

func (op *sumOp[T]) back() {
	for _, v := range op.in {
		if v.wants {
			addGradient(v, gradient[T](&op.out))
		}
	}
}

// Concat joins its inputs along an axis of the samples: the last (channels,
// features), unless it is named.
//
//	nn.Concat().On(a, b)
func Concat(axis ...int) *Layer {
	k := concatKind{-1}
	if len(axis) > 0 {
		k.axis = axis[0]
	}
	return newLayer(k)
}

type concatKind struct{ axis int }

func (concatKind) Type() string { return "Concat" }

func (k concatKind) Build(b *Builder, in []Shape) Shape {
	out := slices.Clone(in[0])
	axis := k.axis
	if axis < 0 {
		axis += len(out)
	}
	if axis < 0 || axis >= len(out) {
		b.Fail("inputs of the shape %v have no axis %d", []int(out), k.axis)
	}
	for _, s := range in[1:] {
		if len(s) != len(out) || !compatible(slices.Delete(slices.Clone(s), axis, axis+1), slices.Delete(slices.Clone(in[0]), axis, axis+1)) {
			b.Fail("inputs of the shapes %v and %v differ beside axis %d", []int(in[0]), []int(s), axis)
		}
		out[axis] += s[axis]
	}
	return out
}

func (k concatKind) Forward(t *Tape, in []*Value) *Value {
	axis := k.axis
	if axis >= 0 {
		axis++ // the batch's
	}
	return concat(t, in, axis)
}

// concat joins values along an axis.
func concat(t *Tape, in []*Value, axis int) *Value {
	if in[0].Data.DType() == tensor.Float64 {
		return concatOf[float64](t, in, axis)
	}
	return concatOf[float32](t, in, axis)
}

type concatOp[T tensor.Float] struct {
	output
	in     []*Value
	outer  int   // how often the pieces alternate
	pieces []int // numbers of each input at a time
	width  int   // of all
}

func concatOf[T tensor.Float](t *Tape, in []*Value, axis int) *Value {
	op := next[concatOp[T]](t)
	op.in = append(op.in[:0], in...)
	shape := slices.Clone(in[0].shape())
	if axis < 0 {
		axis += len(shape)
	}
	op.outer, op.width, op.pieces = size(shape[:axis]), 0, op.pieces[:0]
	shape[axis] = 0
	for _, v := range in {
		s := v.shape()
		if len(s) != len(shape) || size(s[:axis]) != op.outer || !slices.Equal(s[axis+1:], shape[axis+1:]) {
			fail("inputs of the shapes %v and %v differ beside axis %d", in[0].shape(), s, axis)
		}
		shape[axis] += s[axis]
		op.pieces = append(op.pieces, size(s[axis:]))
		op.width += size(s[axis:])
	}
	y := op.set(in[0].Data.DType(), in, shape...)
	to, at := numbers[T](y), 0
	for k, v := range in {
		from, n := numbers[T](v), op.pieces[k]
		for i := range op.outer {
			copy(to[i*op.width+at:][:n], from[i*n:])
		}
		at += n
	}
	return y
}

func (op *concatOp[T]) back() {
	dy, at := gradient[T](&op.out), 0
	for k, v := range op.in {
		n := op.pieces[k]
		if v.wants {
			g := gradient[T](v)
			for i := range op.outer {
				vec.Add(g[i*n:(i+1)*n], dy[i*op.width+at:][:n])
			}
		}
		at += n
	}
}

// Flatten makes one axis of all: [height width channels] becomes [numbers].
func Flatten() *Layer { return newLayer(reshape{kind: "Flatten", shape: []int{-1}}) }

// Reshape gives samples another shape; one length may be -1.
func Reshape(shape ...int) *Layer { return newLayer(reshape{"Reshape", shape}) }

type reshape struct {
	kind  string
	shape []int
}

func (k reshape) Type() string { return k.kind }

func (k reshape) Build(b *Builder, in []Shape) Shape {
	if len(in) != 1 {
		b.Fail("it has one input, not %d", len(in))
	}
	out, free, rest := slices.Clone(k.shape), -1, 1
	for i, n := range out {
		if n < 0 {
			free = i
		} else {
			rest *= n
		}
	}
	n := size(in[0])
	if free >= 0 && rest > 0 {
		out[free] = n / rest
		rest *= out[free]
	}
	if rest != n {
		b.Fail("inputs of the shape %v have %d numbers, which do not fill %v", []int(in[0]), n, k.shape)
	}
	return out
}

func (k reshape) Forward(t *Tape, in []*Value) *Value {
	x := in[0]
	out := append([]int{x.Data.Dim(0)}, k.Build(&Builder{layer: &Layer{kind: k}}, []Shape{x.shape()[1:]})...)
	if x.Data.DType() == tensor.Float64 {
		return reshaped[float64](t, x, out)
	}
	return reshaped[float32](t, x, out)
}

type reshapeOp[T tensor.Float] struct {
	output
	x *Value
}

// reshaped is a view: no number is copied.
func reshaped[T tensor.Float](t *Tape, x *Value, shape []int) *Value {
	op := next[reshapeOp[T]](t)
	op.x = x
	op.out.Data = x.Data.Reshape(shape...)
	op.out.has, op.out.wants, op.out.logits = false, x.wants, nil
	return &op.out
}

func (op *reshapeOp[T]) back() { addGradient(op.x, gradient[T](&op.out)) }
