package tensor

import (
	"math"
	"slices"
)

// Sum returns the sums along axes, without these axes; without arguments, the
// sum of all numbers. Sums are taken in float64, in the order of the elements.
func (t *Tensor) Sum(axes ...int) *Tensor {
	return t.reduce("Sum", axes, 0, func(sum, v float64) float64 { return sum + v })
}

// Mean returns the means along axes, as Sum does sums.
func (t *Tensor) Mean(axes ...int) *Tensor {
	s := t.Sum(axes...)
	return s.Scale(float64(max(s.Len(), 1)) / float64(t.Len()))
}

// Var returns the variances along axes: mean squares of the distances from the
// mean.
func (t *Tensor) Var(axes ...int) *Tensor {
	return t.Sub(t.keep("Var", t.Mean(axes...), axes)).Square().Mean(axes...)
}

// Std returns the roots of the variances along axes.
func (t *Tensor) Std(axes ...int) *Tensor { return t.Var(axes...).Sqrt() }

// MaxOver returns the largest numbers along axes; NaN counts as the largest.
func (t *Tensor) MaxOver(axes ...int) *Tensor {
	return t.reduce("MaxOver", axes, math.Inf(-1), func(m, v float64) float64 { return max(m, v) })
}

// MinOver returns the smallest numbers along axes; NaN counts as the smallest.
func (t *Tensor) MinOver(axes ...int) *Tensor {
	return t.reduce("MinOver", axes, math.Inf(1), func(m, v float64) float64 { return min(m, v) })
}

// Norm returns the root of the sum of all squares.
func (t *Tensor) Norm() float64 {
	return math.Sqrt(t.As(Float64).Square().Sum().Item())
}

// ArgMax returns the index of the largest number of each row along the last
// axis, the first of several. A vector has one row.
func (t *Tensor) ArgMax() []int {
	t.axis("ArgMax", -1)
	var best []int
	s := lastStride(t)
	eachRow(t.shape, func(at []int, n int) {
		k := 0
		for i := range n {
			if t.number(at[0]+i*s) > t.number(at[0]+k*s) {
				k = i
			}
		}
		best = append(best, k)
	}, t)
	return best
}

// Softmax returns exp(t) / sum of exp(t) along the last axis.
func (t *Tensor) Softmax() *Tensor {
	t.axis("Softmax", -1)
	e := t.Sub(t.keep("Softmax", t.MaxOver(-1), []int{-1})).Exp()
	return e.Div(e.keep("Softmax", e.Sum(-1), []int{-1}))
}

func (t *Tensor) number(at int) float64 {
	if t.dtype == Float64 {
		return t.f64[at]
	}
	return float64(t.f32[at])
}

// reduced says which axes are reduced: all, if none is named.
func (t *Tensor) reduced(op string, axes []int) []bool {
	r := make([]bool, len(t.shape))
	for _, a := range axes {
		r[t.axis(op, a)] = true
	}
	if len(axes) == 0 {
		for k := range r {
			r[k] = true
		}
	}
	return r
}

// keep gives a result of reduction its axes back, with length 1.
func (t *Tensor) keep(op string, r *Tensor, axes []int) *Tensor {
	shape := slices.Clone(t.shape)
	for k, gone := range t.reduced(op, axes) {
		if gone {
			shape[k] = 1
		}
	}
	return r.Reshape(shape...)
}

// reduce folds the numbers along axes, in order.
func (t *Tensor) reduce(op string, axes []int, start float64, f func(acc, v float64) float64) *Tensor {
	gone := t.reduced(op, axes)
	var shape []int
	acc := &Tensor{dtype: Float64, shape: t.shape, strides: make([]int, len(t.shape))}
	for k, n := range t.shape {
		if !gone[k] {
			shape = append(shape, n)
		}
	}
	step := 1
	for k := len(t.shape) - 1; k >= 0; k-- {
		if !gone[k] {
			acc.strides[k] = step
			step *= t.shape[k]
		}
	}
	out := Zeros(Float64, shape...)
	out.Fill(start)
	s, as := lastStride(t), lastStride(acc)
	eachRow(t.shape, func(at []int, n int) {
		for i := range n {
			out.f64[at[1]+i*as] = f(out.f64[at[1]+i*as], t.number(at[0]+i*s))
		}
	}, t, acc)
	return out.As(t.dtype)
}
