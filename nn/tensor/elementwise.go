package tensor

import (
	"math"

	"loupe/nn/internal/vec"
)

// Add returns t + o.
func (t *Tensor) Add(o *Tensor) *Tensor {
	return binary("Add", t, o, func(a, b float32) float32 { return a + b }, func(a, b float64) float64 { return a + b })
}

// Sub returns t - o.
func (t *Tensor) Sub(o *Tensor) *Tensor {
	return binary("Sub", t, o, func(a, b float32) float32 { return a - b }, func(a, b float64) float64 { return a - b })
}

// Mul returns t · o, element by element.
func (t *Tensor) Mul(o *Tensor) *Tensor {
	return binary("Mul", t, o, func(a, b float32) float32 { return a * b }, func(a, b float64) float64 { return a * b })
}

// Div returns t / o, element by element.
func (t *Tensor) Div(o *Tensor) *Tensor {
	return binary("Div", t, o, func(a, b float32) float32 { return a / b }, func(a, b float64) float64 { return a / b })
}

// Max returns the larger of t and o, element by element.
func (t *Tensor) Max(o *Tensor) *Tensor {
	return binary("Max", t, o, func(a, b float32) float32 { return max(a, b) }, func(a, b float64) float64 { return max(a, b) })
}

// Min returns the smaller of t and o, element by element.
func (t *Tensor) Min(o *Tensor) *Tensor {
	return binary("Min", t, o, func(a, b float32) float32 { return min(a, b) }, func(a, b float64) float64 { return min(a, b) })
}

// Pow returns t to the power of o, element by element.
func (t *Tensor) Pow(o *Tensor) *Tensor {
	return binary("Pow", t, o, func(a, b float32) float32 { return float32(math.Pow(float64(a), float64(b))) }, math.Pow)
}

// Scale returns t · v.
func (t *Tensor) Scale(v float64) *Tensor { return t.Map(func(x float64) float64 { return x * v }) }

// Shift returns t + v.
func (t *Tensor) Shift(v float64) *Tensor { return t.Map(func(x float64) float64 { return x + v }) }

// Neg returns -t.
func (t *Tensor) Neg() *Tensor { return t.Map(func(x float64) float64 { return -x }) }

// Abs returns |t|.
func (t *Tensor) Abs() *Tensor { return t.Map(math.Abs) }

// Sqrt returns the square root of t.
func (t *Tensor) Sqrt() *Tensor { return t.Map(math.Sqrt) }

// Square returns t².
func (t *Tensor) Square() *Tensor { return t.Map(func(x float64) float64 { return x * x }) }

// Log returns the natural logarithm of t.
func (t *Tensor) Log() *Tensor { return t.Map(math.Log) }

// Exp returns exp(t), to 1 unit in the last place.
func (t *Tensor) Exp() *Tensor { return unary(t, vec.Exp[float32], vec.Exp[float64]) }

// Tanh returns tanh(t), to 2.5 units in the last place.
func (t *Tensor) Tanh() *Tensor { return unary(t, vec.Tanh[float32], vec.Tanh[float64]) }

// Sigmoid returns 1/(1+exp(-t)), to 2.5 units in the last place.
func (t *Tensor) Sigmoid() *Tensor { return unary(t, vec.Sigmoid[float32], vec.Sigmoid[float64]) }

// ReLU returns max(t, 0).
func (t *Tensor) ReLU() *Tensor { return t.Map(func(x float64) float64 { return max(x, 0) }) }

// Map returns f of each number; float32 is rounded after f.
func (t *Tensor) Map(f func(float64) float64) *Tensor {
	out := t.Clone()
	for i, v := range out.f32 {
		out.f32[i] = float32(f(float64(v)))
	}
	for i, v := range out.f64 {
		out.f64[i] = f(v)
	}
	return out
}

// unary applies a function of vectors.
func unary(t *Tensor, f32 func(y, x []float32), f64 func(y, x []float64)) *Tensor {
	out := t.Clone()
	if t.dtype == Float64 {
		f64(out.f64, out.f64)
	} else {
		f32(out.f32, out.f32)
	}
	return out
}

// binary applies a function to pairs of numbers, after broadcasting.
func binary(op string, a, b *Tensor, f32 func(a, b float32) float32, f64 func(a, b float64) float64) *Tensor {
	shape := broadcastShape(op, a.shape, b.shape)
	d := max(a.dtype, b.dtype)
	// A single number takes the other's type, as a constant does in Go.
	if a.Rank() == 0 || b.Rank() == 0 {
		if d = a.dtype; a.Rank() == 0 {
			d = b.dtype
		}
	}
	out := Zeros(d, shape...)
	a, b = a.As(d).broadcastTo(op, shape), b.As(d).broadcastTo(op, shape)
	if d == Float64 {
		pairs(out, out.f64, a, a.f64, b, b.f64, f64)
	} else {
		pairs(out, out.f32, a, a.f32, b, b.f32, f32)
	}
	return out
}

func pairs[T Float](out *Tensor, z []T, a *Tensor, x []T, b *Tensor, y []T, f func(a, b T) T) {
	as, bs := lastStride(a), lastStride(b)
	eachRow(out.shape, func(at []int, n int) {
		for i := range n {
			z[at[0]+i] = f(x[at[1]+i*as], y[at[2]+i*bs])
		}
	}, out, a, b)
}
