package tensor

import (
	"fmt"
	"slices"

	"loupe/nn/internal/gemm"
)

// MatMul returns the product of matrices, [m k] · [k n] = [m n]. More axes before
// are batches, and are broadcast. Transposed views cost nothing extra. A vector
// counts as a row on the left, as a column on the right.
//
// Each element is a sum over k in ascending order of fused multiply-adds: the
// same bits on every machine.
func (t *Tensor) MatMul(o *Tensor) *Tensor {
	a, b := t, o
	if len(a.shape) == 1 {
		a = a.Expand(0)
	}
	if len(b.shape) == 1 {
		b = b.Expand(1)
	}
	if len(a.shape) < 2 || len(b.shape) < 2 || a.Dim(-1) != b.Dim(-2) {
		why := "a number is no matrix"
		if len(a.shape) > 1 && len(b.shape) > 1 {
			why = fmt.Sprintf("the first has %d columns, the second %d rows", a.Dim(-1), b.Dim(-2))
		}
		panic(&ShapeError{Op: "MatMul", Shapes: [][]int{t.shape, o.shape}, Why: why})
	}
	d := max(a.dtype, b.dtype)
	batch := broadcastShape("MatMul", a.shape[:len(a.shape)-2], b.shape[:len(b.shape)-2])
	out := Zeros(d, append(slices.Clone(batch), a.Dim(-2), b.Dim(-1))...)
	out.SetMatMul(a, b)
	// Vectors have no axis for what they counted as.
	shape := slices.Clone(out.shape)
	if len(o.shape) == 1 {
		shape = shape[:len(shape)-1]
	}
	if len(t.shape) == 1 {
		shape = slices.Delete(shape, len(batch), len(batch)+1)
	}
	return out.Reshape(shape...)
}

// SetMatMul sets the numbers to those of a product, without new memory: t = a · b,
// with batches as [Tensor.MatMul] has them. t must not share memory with a or b.
func (t *Tensor) SetMatMul(a, b *Tensor) {
	n := len(t.shape) - 2
	if n < 0 || len(a.shape) < 2 || len(b.shape) < 2 || a.Dim(-1) != b.Dim(-2) || t.Dim(-2) != a.Dim(-2) || t.Dim(-1) != b.Dim(-1) {
		panic(&ShapeError{Op: "SetMatMul", Shapes: [][]int{t.shape, a.shape, b.shape}, Why: "the first is not the product of the others"})
	}
	if lastStride(t) != 1 && t.Dim(-1) != 1 {
		panic(&ShapeError{Op: "SetMatMul", Shapes: [][]int{t.shape}, Why: "its rows have gaps between numbers: use a tensor that is not transposed"})
	}
	a = a.As(t.dtype).broadcastTo("MatMul", append(slices.Clone(t.shape[:n]), a.Dim(-2), a.Dim(-1)))
	b = b.As(t.dtype).broadcastTo("MatMul", append(slices.Clone(t.shape[:n]), b.Dim(-2), b.Dim(-1)))
	if t.dtype == Float64 {
		matMul(t, t.f64, a, a.f64, b, b.f64)
	} else {
		matMul(t, t.f32, a, a.f32, b, b.f32)
	}
}

func matMul[T Float](out *Tensor, z []T, a *Tensor, x []T, b *Tensor, y []T) {
	n := len(out.shape) - 2
	views := [3]*Tensor{}
	for i, t := range []*Tensor{out, a, b} {
		v := t.view()
		v.shape, v.strides = append(slices.Clone(out.shape[:n]), 1), append(slices.Clone(t.strides[:n]), 0)
		views[i] = &v
	}
	matrix := func(t *Tensor, data []T, at int) gemm.Matrix[T] {
		return gemm.Matrix[T]{Data: data[at:], Rows: t.Dim(-2), Cols: t.Dim(-1), RowStep: t.strides[n], ColStep: t.strides[n+1]}
	}
	if out.Len() == 0 {
		return
	}
	eachRow(views[0].shape, func(at []int, _ int) {
		gemm.Mul(matrix(out, z, at[0]), matrix(a, x, at[1]), matrix(b, y, at[2]), false)
	}, views[:]...)
}
