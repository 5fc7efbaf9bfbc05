package nn

import (
	"loupe/nn/internal/vec"
	"loupe/nn/tensor"
)

// Dropout sets a share of the numbers to 0 while training and divides the others
// by what is left (Srivastava et al., 2014). Otherwise it changes nothing.
//
//	nn.Dropout(0.5)
func Dropout(share float64) *Layer {
	if !(share >= 0 && share < 1) {
		fail("Dropout: the share is at least 0 and less than 1, not %v", share)
	}
	return newLayer(dropout{share})
}

type dropout struct{ share float64 }

func (dropout) Type() string                       { return "Dropout" }
func (dropout) Build(_ *Builder, in []Shape) Shape { return in[0] }

func (k dropout) Forward(t *Tape, in []*Value) *Value {
	if !t.Training || k.share == 0 {
		return in[0]
	}
	if in[0].Data.DType() == tensor.Float64 {
		return drop[float64](t, in[0], k.share)
	}
	return drop[float32](t, in[0], k.share)
}

type dropOp[T tensor.Float] struct {
	output
	x    *Value
	mask []T // 0, or 1 / what is left
}

func drop[T tensor.Float](t *Tape, x *Value, share float64) *Value {
	op := next[dropOp[T]](t)
	op.x = x
	y := op.set(x.Data.DType(), []*Value{x}, x.shape()...)
	op.mask = grow(op.mask, x.Data.Len())
	keep := uint32((1 - share) * (1 << 32))
	for i := range op.mask {
		if op.mask[i] = 0; t.random.Uint32() < keep {
			op.mask[i] = T(1 / (1 - share))
		}
	}
	vec.Mul(numbers[T](y), numbers[T](x), op.mask)
	return y
}

func (op *dropOp[T]) back() {
	dy := gradient[T](&op.out)
	vec.Mul(dy, dy, op.mask)
	addGradient(op.x, dy)
}
