package nn

import (
	"loupe/nn/internal/gemm"
	"loupe/nn/internal/vec"
	"loupe/nn/tensor"
)

// Dense connects every input with every unit:
//
//	y = activation(x · kernel + bias)
//
//	x [… in]  kernel [in units]  bias [units]  y [… units]
//
// Options: an activation, NoBias, KernelInit, BiasInit.
//
//	nn.Dense(10, nn.Softmax)
func Dense(units int, list ...Option) *Layer {
	positive("Dense", "the number of units", units)
	o := read("Dense", list, optActivation, optNoBias, optKernel, optBias)
	return newLayer(&dense{units: units, options: o}).Named(o.name)
}

type dense struct {
	options
	units        int
	kernel, bias *Param
}

func (k *dense) Type() string             { return "Dense" }
func (k *dense) activationOf() Activation { return k.activation }

func (k *dense) Build(b *Builder, in []Shape) Shape {
	if len(in) != 1 || len(in[0]) == 0 || in[0][len(in[0])-1] < 1 {
		b.Fail("it wants one input of features, not the shapes %v", in)
	}
	width := in[0][len(in[0])-1]
	k.kernel = b.Param("kernel", k.options.kernel, width, k.units, width, k.units)
	if !k.noBias {
		k.bias = b.Param("bias", k.biasInit, width, k.units, k.units)
	}
	return append(append(Shape{}, in[0][:len(in[0])-1]...), k.units)
}

func (k *dense) Forward(t *Tape, in []*Value) *Value {
	return linear(t, in[0], &k.kernel.Value, k.bias.value(), k.activation)
}

// macs is how many multiplications and additions one sample takes.
func (k *dense) macs(_ []Shape, out Shape) int { return k.kernel.Data.Dim(0) * size(out) }

// value is the parameter's value, or nil.
func (p *Param) value() *Value {
	if p == nil {
		return nil
	}
	return &p.Value
}

// linear computes activation(x·w + b); b may be nil.
func linear(t *Tape, x, w, b *Value, a Activation) *Value {
	if n, in := x.Data.Dim(-1), w.Data.Dim(0); n != in {
		fail("inputs of %d features (shape %v) do not fit weights for %d", n, x.shape(), in)
	}
	if x.Data.DType() == tensor.Float64 {
		return linearOf[float64](t, x, w, b, a)
	}
	return linearOf[float32](t, x, w, b, a)
}

type linearOp[T tensor.Float] struct {
	output
	x, w, b *Value
	relu    bool
	rows    int

	left    gemm.Matrix[T]
	right   gemm.Right[T]
	product gemm.Product[T]
	sums    []T
}

func linearOf[T tensor.Float](t *Tape, x, w, b *Value, a Activation) *Value {
	op := next[linearOp[T]](t)
	op.x, op.w, op.b, op.relu = x, w, b, a.name == ReLU.name
	s := x.shape()
	in, out := w.Data.Dim(0), w.Data.Dim(1)
	op.rows = size(s[:len(s)-1])
	y := op.set(x.Data.DType(), []*Value{x, w, orNone(b)}, append(append([]int(nil), s[:len(s)-1]...), out)...)
	op.right.Use(gemm.Dense(numbers[T](w), in, out))
	op.left = gemm.Dense(numbers[T](x), op.rows, in)
	op.product.M, op.product.A, op.product.B = op.rows, &op.left, &op.right
	op.product.C, op.product.Step, op.product.Complete = numbers[T](y), out, op
	op.product.Run()
	if op.relu {
		return y
	}
	return a.Of(t, y)
}

// none stands for an input that is not there.
var none = &Value{}

func orNone(v *Value) *Value {
	if v == nil {
		return none
	}
	return v
}

// Complete adds the bias to rows that are complete. It is for package gemm.
func (op *linearOp[T]) Complete(i, n int) {
	width := op.w.Data.Dim(1)
	finish(numbers[T](&op.out)[i*width:(i+n)*width], op.b, op.relu)
}

// finish adds the bias to rows, and applies ReLU.
func finish[T tensor.Float](rows []T, b *Value, relu bool) {
	switch {
	case b != nil && relu:
		vec.AddRowsReLU(rows, numbers[T](b))
	case b != nil:
		vec.AddRows(rows, numbers[T](b))
	case relu:
		for i, v := range rows {
			if 0 > v {
				rows[i] = 0
			}
		}
	}
}

func (op *linearOp[T]) back() {
	in, out := op.w.Data.Dim(0), op.w.Data.Dim(1)
	dy := gradient[T](&op.out)
	if op.relu {
		maskReLU(dy, numbers[T](&op.out))
	}
	d := gemm.Dense(dy, op.rows, out)
	if op.b != nil && op.b.wants {
		op.sums = addColumns(op.sums, gradient[T](op.b), dy)
	}
	if op.w.wants {
		g, add := overwritten[T](op.w)
		gemm.Mul(gemm.Dense(g, in, out), gemm.Dense(numbers[T](op.x), op.rows, in).T(), d, add)
	}
	if op.x.wants {
		g, add := overwritten[T](op.x)
		gemm.Mul(gemm.Dense(g, op.rows, in), d, gemm.Dense(numbers[T](op.w), in, out).T(), add)
	}
}

// maskReLU sets dy to 0 where y is 0.
func maskReLU[T tensor.Float](dy, y []T) {
	parallel(len(y), elements, func(i, j, _ int) { vec.ReLUBack(dy[i:j], dy[i:j], y[i:j]) })
}

// addColumns adds the rows of x to sum. Rows are summed in groups of a fixed
// number, so that all cores can work at it. It returns its memory, parts, for the
// next time.
func addColumns[T tensor.Float](parts, sum, x []T) []T {
	const group = 512
	width := len(sum)
	rows := len(x) / max(width, 1)
	if rows <= group {
		vec.SumRows(sum, x[:rows*width])
		return parts
	}
	parts = grow(parts, (rows+group-1)/group*width)
	clear(parts)
	parallel(rows, group, func(i, j, _ int) {
		vec.SumRows(parts[i/group*width:i/group*width+width], x[i*width:j*width])
	})
	vec.SumRows(sum, parts)
	return parts
}

// Clone returns a kind with the same settings.
func (k *dense) Clone() Kind {
	c := *k
	return &c
}
