package nn

import (
	"math"

	"loupe/nn/internal/vec"
	"loupe/nn/tensor"
)

// Embedding gives each of n words a vector:
//
//	x [time], whole numbers from 0 to words-1  embeddings [words size]  y [time size]
//
// Options: KernelInit.
//
//	nn.Embedding(1000, 64)
func Embedding(words, size int, list ...Option) *Layer {
	positive("Embedding", "the number of words", words)
	positive("Embedding", "the size", size)
	o := read("Embedding", append([]Option{KernelInit(RandomUniform(0.05))}, list...), optKernel)
	return newLayer(&embedding{options: o, words: words, size: size}).Named(o.name)
}

type embedding struct {
	options
	words, size int
	table       *Param
}

func (k *embedding) Type() string { return "Embedding" }

// Clone returns a kind with the same settings.
func (k *embedding) Clone() Kind {
	c := *k
	return &c
}

func (k *embedding) Build(b *Builder, in []Shape) Shape {
	if len(in) != 1 {
		b.Fail("it has one input, not %d", len(in))
	}
	k.table = b.Param("embeddings", k.kernel, k.words, k.size, k.words, k.size)
	return append(append(Shape{}, in[0]...), k.size)
}

func (k *embedding) Forward(t *Tape, in []*Value) *Value {
	if in[0].Data.DType() == tensor.Float64 {
		return lookUp[float64](t, in[0], &k.table.Value)
	}
	return lookUp[float32](t, in[0], &k.table.Value)
}

type lookUpOp[T tensor.Float] struct {
	output
	lookup
}

func lookUp[T tensor.Float](t *Tape, x, table *Value) *Value {
	op := next[lookUpOp[T]](t)
	op.table = table
	words, width := table.Data.Dim(0), table.Data.Dim(1)
	op.ids = grow(op.ids, x.Data.Len())
	for i, v := range numbers[T](x) {
		f := float64(v)
		if f != math.Trunc(f) || f < 0 || f >= float64(words) || f != f {
			fail("word %d of the batch (place %d of sample %d) is %v; words are whole numbers from 0 to %d", i, i%max(x.Data.Len()/x.Data.Dim(0), 1), i*x.Data.Dim(0)/x.Data.Len(), v, words-1)
		}
		op.ids[i] = int(f)
	}
	y := op.set(table.Data.DType(), []*Value{table}, append(append([]int(nil), x.shape()...), width)...)
	y.words = &op.lookup
	from, to := numbers[T](table), numbers[T](y)
	for i, id := range op.ids {
		copy(to[i*width:(i+1)*width], from[id*width:])
	}
	return y
}

func (op *lookUpOp[T]) back() {
	dy, g := gradient[T](&op.out), gradient[T](op.table)
	width := op.table.Data.Dim(1)
	for i, id := range op.ids {
		vec.Add(g[id*width:(id+1)*width], dy[i*width:(i+1)*width])
	}
}
