package nn

import (
	"loupe/nn/internal/vec"
	"loupe/nn/tensor"
)

// GlobalAvgPool takes the mean of every channel over all pixels, or of every
// feature over time:
//
//	x [height width channels] or [time features]  y [channels]
func GlobalAvgPool() *Layer { return newLayer(globalPool{"GlobalAvgPool"}) }

// GlobalMaxPool takes the largest number of every channel, as [GlobalAvgPool] does
// the mean. The first of several gets the gradient.
func GlobalMaxPool() *Layer { return newLayer(globalPool{"GlobalMaxPool"}) }

type globalPool struct{ kind string }

func (k globalPool) Type() string { return k.kind }

func (k globalPool) Build(b *Builder, in []Shape) Shape {
	if len(in) != 1 || len(in[0]) < 2 {
		b.Fail("it wants one input of places × channels, not the shapes %v", in)
	}
	return in[0][len(in[0])-1:]
}

func (k globalPool) Forward(t *Tape, in []*Value) *Value {
	if in[0].Data.DType() == tensor.Float64 {
		return poolAll[float64](t, in[0], k.kind == "GlobalMaxPool")
	}
	return poolAll[float32](t, in[0], k.kind == "GlobalMaxPool")
}

type globalPoolOp[T tensor.Float] struct {
	output
	x        *Value
	largest  bool
	per      int // places of a sample
	channels int
	where    []int // of the largest, for each channel of each sample
}

func poolAll[T tensor.Float](t *Tape, x *Value, largest bool) *Value {
	op := next[globalPoolOp[T]](t)
	s := x.shape()
	op.x, op.largest, op.channels = x, largest, s[len(s)-1]
	op.per = size(s[1 : len(s)-1])
	y := op.set(x.Data.DType(), []*Value{x}, s[0], op.channels)
	from, to := numbers[T](x), numbers[T](y)
	op.where = grow(op.where, len(to))
	for n := range s[0] {
		row := to[n*op.channels : (n+1)*op.channels]
		if !largest {
			clear(row)
		}
		for p := range op.per {
			place := from[(n*op.per+p)*op.channels:][:op.channels]
			switch {
			case !largest:
				vec.Add(row, place)
			default:
				op.larger(row, place, n*op.channels, p)
			}
		}
		if !largest {
			vec.Scale(row, 1/T(op.per))
		}
	}
	return y
}

// larger takes over what is larger at a place.
func (op *globalPoolOp[T]) larger(row, place []T, at, p int) {
	for c, v := range place {
		if p == 0 || v > row[c] {
			row[c], op.where[at+c] = v, p
		}
	}
}

func (op *globalPoolOp[T]) back() {
	dx, dy := gradient[T](op.x), gradient[T](&op.out)
	for n := range op.x.Data.Dim(0) {
		row := dy[n*op.channels : (n+1)*op.channels]
		if op.largest {
			for c, d := range row {
				dx[(n*op.per+op.where[n*op.channels+c])*op.channels+c] += d
			}
			continue
		}
		for p := range op.per {
			vec.AddScaled(dx[(n*op.per+p)*op.channels:][:op.channels], 1/T(op.per), row)
		}
	}
}
