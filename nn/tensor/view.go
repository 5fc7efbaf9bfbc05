package tensor

import (
	"fmt"
	"slices"
)

// Reshape returns the same numbers in another shape; one length may be -1 and is
// then computed. It is a view, except of a tensor with gaps, which is copied.
func (t *Tensor) Reshape(shape ...int) *Tensor {
	shape = slices.Clone(shape)
	free, rest := -1, 1
	for k, n := range shape {
		switch {
		case n == -1 && free < 0:
			free = k
		case n < 0:
			panic(&ShapeError{Op: "Reshape", Shapes: [][]int{t.shape, shape}, Why: "one length may be -1, no other negative"})
		default:
			rest *= n
		}
	}
	if free >= 0 && rest > 0 {
		shape[free] = t.Len() / rest
		rest *= shape[free]
	}
	if rest != t.Len() || free >= 0 && shape[free] < 0 {
		panic(&ShapeError{Op: "Reshape", Shapes: [][]int{t.shape, shape}, Why: fmt.Sprintf("%d numbers do not fill the new shape", t.Len())})
	}
	v := t.Contiguous().view()
	v.shape, v.strides = shape, rowMajor(shape)
	return &v
}

// Transpose returns a view with the axes in another order; without arguments, in
// the reverse order.
func (t *Tensor) Transpose(axes ...int) *Tensor {
	if len(axes) == 0 {
		for k := len(t.shape) - 1; k >= 0; k-- {
			axes = append(axes, k)
		}
	}
	sorted := slices.Clone(axes)
	slices.Sort(sorted)
	for k, a := range sorted {
		if a != k || len(axes) != len(t.shape) {
			panic(&ShapeError{Op: "Transpose", Shapes: [][]int{t.shape}, Why: fmt.Sprintf("%v is no order of its axes", axes)})
		}
	}
	v := t.view()
	v.shape, v.strides = make([]int, len(axes)), make([]int, len(axes))
	for k, a := range axes {
		v.shape[k], v.strides[k] = t.shape[a], t.strides[a]
	}
	return &v
}

// T returns a view with the last two axes exchanged.
func (t *Tensor) T() *Tensor {
	if len(t.shape) < 2 {
		return t
	}
	axes := make([]int, len(t.shape))
	for k := range axes {
		axes[k] = k
	}
	n := len(axes)
	axes[n-1], axes[n-2] = n-2, n-1
	return t.Transpose(axes...)
}

// Slice returns a view of elements from to to-1 along an axis.
func (t *Tensor) Slice(axis, from, to int) *Tensor {
	k := t.axis("Slice", axis)
	if from < 0 || to < from || to > t.shape[k] {
		panic(&ShapeError{Op: "Slice", Shapes: [][]int{t.shape}, Why: fmt.Sprintf("axis %d has no elements %d to %d", k, from, to)})
	}
	v := t.view()
	v.shape = slices.Clone(t.shape)
	v.shape[k] = to - from
	v.offset += from * t.strides[k]
	return &v
}

// Index returns a view of element i along an axis, without that axis.
func (t *Tensor) Index(axis, i int) *Tensor {
	k := t.axis("Index", axis)
	if i < 0 || i >= t.shape[k] {
		panic(&ShapeError{Op: "Index", Shapes: [][]int{t.shape}, Why: fmt.Sprintf("axis %d has no element %d", k, i)})
	}
	v := t.view()
	v.offset += i * t.strides[k]
	v.shape = slices.Delete(slices.Clone(t.shape), k, k+1)
	v.strides = slices.Delete(slices.Clone(t.strides), k, k+1)
	return &v
}

// Row returns a view of element i along the first axis: a row of a matrix, a
// sample of a batch.
func (t *Tensor) Row(i int) *Tensor { return t.Index(0, i) }

// Expand returns a view with an axis of length 1 before the given one.
func (t *Tensor) Expand(axis int) *Tensor {
	if axis < 0 {
		axis += len(t.shape) + 1
	}
	if axis < 0 || axis > len(t.shape) {
		panic(&ShapeError{Op: "Expand", Shapes: [][]int{t.shape}, Why: fmt.Sprintf("there is no place %d for an axis", axis)})
	}
	v := t.view()
	v.shape = slices.Insert(slices.Clone(t.shape), axis, 1)
	v.strides = slices.Insert(slices.Clone(t.strides), axis, 0)
	return &v
}

// Squeeze returns a view without the axes of length 1.
func (t *Tensor) Squeeze() *Tensor {
	v := t.view()
	v.shape, v.strides = nil, nil
	for k, n := range t.shape {
		if n != 1 {
			v.shape, v.strides = append(v.shape, n), append(v.strides, t.strides[k])
		}
	}
	return &v
}

// Take returns copies of the elements with the given numbers along the first
// axis.
func (t *Tensor) Take(rows ...int) *Tensor {
	k := t.axis("Take", 0)
	shape := slices.Clone(t.shape)
	shape[k] = len(rows)
	out := Zeros(t.dtype, shape...)
	for i, r := range rows {
		out.Row(i).Copy(t.Row(r))
	}
	return out
}

// Concat joins tensors along an axis; their other lengths must be equal.
func Concat(axis int, tensors ...*Tensor) *Tensor {
	if len(tensors) == 0 {
		panic(&ShapeError{Op: "Concat", Why: "there are no tensors"})
	}
	first := tensors[0]
	k := first.axis("Concat", axis)
	shape, d, n := slices.Clone(first.shape), first.dtype, 0
	for _, t := range tensors {
		for j := range max(len(shape), len(t.shape)) {
			if len(t.shape) != len(shape) || j != k && t.shape[j] != first.shape[j] {
				panic(&ShapeError{Op: "Concat", Shapes: [][]int{first.shape, t.shape}, Why: fmt.Sprintf("they differ beside axis %d", k)})
			}
		}
		d, n = max(d, t.dtype), n+t.shape[k]
	}
	shape[k] = n
	out, at := Zeros(d, shape...), 0
	for _, t := range tensors {
		out.Slice(k, at, at+t.shape[k]).Copy(t)
		at += t.shape[k]
	}
	return out
}

// Stack joins tensors of one shape along a new first axis.
func Stack(tensors ...*Tensor) *Tensor {
	list := make([]*Tensor, len(tensors))
	for i, t := range tensors {
		list[i] = t.Expand(0)
	}
	return Concat(0, list...)
}
