package nn

import (
	"math"

	"loupe/nn/internal/gemm"
	"loupe/nn/internal/team"
	"loupe/nn/internal/vec"
	"loupe/nn/tensor"
)

// MultiHeadAttention lets every place of a sequence look at all others (Vaswani et
// al., 2017). For each of the heads, with q, k, v = parts of x in_kernel + in_bias:
//
//	attention = softmax(q kᵀ / √(size/heads))
//	y = (attention v of all heads, side by side) out_kernel + out_bias
//
//	x, y [time size]  in_kernel [size 3·size]  in_bias [3·size]
//	out_kernel [size size]  out_bias [size]
//
// Queries, keys and values are the three parts of in_kernel's columns. Option:
// Causal, which hides what comes later. [Attention] returns what heads looked at.
//
//	nn.MultiHeadAttention(4)
func MultiHeadAttention(heads int, list ...Option) *Layer {
	positive("MultiHeadAttention", "the number of heads", heads)
	o := read("MultiHeadAttention", list, optCausal, optKernel)
	return newLayer(&attention{options: o, heads: heads}).Named(o.name)
}

type attention struct {
	options
	heads              int
	inKernel, inBias   *Param
	outKernel, outBias *Param
	watch              func(weights *tensor.Tensor)
}

func (k *attention) Type() string { return "MultiHeadAttention" }

// Clone returns a kind with the same settings.
func (k *attention) Clone() Kind {
	c := *k
	c.watch = nil
	return &c
}

func (k *attention) Build(b *Builder, in []Shape) Shape {
	s := b.single(in, 2, "time × features")
	n := s[1]
	if n%k.heads != 0 {
		b.Fail("%d features cannot be divided among %d heads", n, k.heads)
	}
	k.inKernel, k.inBias = b.Param("in_kernel", k.kernel, n, 3*n, n, 3*n), b.Param("in_bias", Zeros, n, 3*n, 3*n)
	k.outKernel, k.outBias = b.Param("out_kernel", k.kernel, n, n, n, n), b.Param("out_bias", Zeros, n, n, n)
	return s
}

func (k *attention) Forward(t *Tape, in []*Value) *Value {
	qkv := linear(t, in[0], &k.inKernel.Value, &k.inBias.Value, Linear)
	var heads *Value
	if qkv.Data.DType() == tensor.Float64 {
		heads = attend[float64](t, qkv, k)
	} else {
		heads = attend[float32](t, qkv, k)
	}
	return linear(t, heads, &k.outKernel.Value, &k.outBias.Value, Linear)
}

func (k *attention) macs(in []Shape, _ Shape) int {
	time, n := max(in[0][0], 1), in[0][1]
	return 4*time*n*n + 2*time*time*n
}

// Attention returns what each head of an attention layer looks at for samples x,
// [samples heads queries keys].
func Attention(m *Model, layer string, x *tensor.Tensor) *tensor.Tensor {
	k, ok := m.Layer(layer).kind.(*attention)
	if !ok {
		fail("layer %s is no attention, but %s", layer, m.Layer(layer).Type())
	}
	var weights *tensor.Tensor
	k.watch = func(w *tensor.Tensor) { weights = w.Clone() }
	defer func() { k.watch = nil }()
	m.Forward(m.tape(false), Const(x.As(m.dtype).Contiguous()))
	return weights
}

type attendOp[T tensor.Float] struct {
	output
	qkv     *Value
	k       *attention
	weights []T   // [batch heads queries keys]
	grads   [][]T // of the weights of one head, for each core
}

func attend[T tensor.Float](t *Tape, qkv *Value, k *attention) *Value {
	op := next[attendOp[T]](t)
	op.qkv, op.k = qkv, k
	s := qkv.shape()
	batch, time, n := s[0], s[1], s[2]/3
	y := op.set(qkv.Data.DType(), []*Value{qkv}, batch, time, n)
	op.weights = grow(op.weights, batch*k.heads*time*time)
	to := numbers[T](y)
	parallel(batch*k.heads, 1, func(i, _, _ int) {
		q, key, v := op.parts(numbers[T](qkv), i)
		w := op.weights[i*time*time : (i+1)*time*time]
		gemm.Mul(gemm.Dense(w, time, time), q, key.T(), false)
		op.soften(w, time)
		gemm.Mul(op.head(to, i), gemm.Dense(w, time, time), v, false)
	})
	if k.watch != nil {
		k.watch(tensor.FromSlice(op.weights, batch, k.heads, time, time))
	}
	return y
}

// parts are queries, keys and values of one head of one sample, or their
// gradients: views of [batch time 3·size].
func (op *attendOp[T]) parts(x []T, i int) (q, k, v gemm.Matrix[T]) {
	s := op.qkv.shape()
	n := s[2] / 3
	per := n / op.k.heads
	at := i/op.k.heads*s[1]*s[2] + i%op.k.heads*per
	view := func(at int) gemm.Matrix[T] {
		return gemm.Matrix[T]{Data: x[at:], Rows: s[1], Cols: per, RowStep: s[2], ColStep: 1}
	}
	return view(at), view(at + n), view(at + 2*n)
}

// head is the output of one head of one sample.
func (op *attendOp[T]) head(y []T, i int) gemm.Matrix[T] {
	s := op.out.shape()
	per := s[2] / op.k.heads
	return gemm.Matrix[T]{Data: y[i/op.k.heads*s[1]*s[2]+i%op.k.heads*per:], Rows: s[1], Cols: per, RowStep: s[2], ColStep: 1}
}

// scale is 1 / √ of the size of a head.
func (op *attendOp[T]) scale() float64 {
	return 1 / math.Sqrt(float64(op.out.shape()[2]/op.k.heads))
}

// soften makes weights of products: softmax of each row, with one call of Exp for
// all of them.
func (op *attendOp[T]) soften(w []T, time int) {
	scale := T(op.scale())
	for i := range time {
		row := w[i*time : (i+1)*time]
		seen := row
		if op.k.causal {
			seen = row[:i+1]
			for j := range row[i+1:] {
				row[i+1+j] = T(math.Inf(-1))
			}
		}
		m := maximum(seen)
		for j, v := range seen {
			seen[j] = (v - m) * scale
		}
	}
	vec.Exp(w, w)
	for ; len(w) > 0; w = w[time:] {
		vec.Scale(w[:time], 1/total(w[:time]))
	}
}

func (op *attendOp[T]) back() {
	time := op.out.shape()[1]
	x, dx, dy := numbers[T](op.qkv), gradient[T](op.qkv), gradient[T](&op.out)
	for len(op.grads) < team.Size() {
		op.grads = append(op.grads, nil)
	}
	parallel(op.out.shape()[0]*op.k.heads, 1, func(i, _, member int) {
		op.grads[member] = grow(op.grads[member], time*time)
		d := gemm.Dense(op.grads[member], time, time)
		q, k, v := op.parts(x, i)
		dq, dk, dv := op.parts(dx, i)
		w := op.weights[i*time*time : (i+1)*time*time]
		gemm.Mul(dv, gemm.Dense(w, time, time).T(), op.head(dy, i), true)
		gemm.Mul(d, op.head(dy, i), v.T(), false)
		op.softenBack(w, op.grads[member], time)
		gemm.Mul(dq, d, k, true)
		gemm.Mul(dk, d.T(), q, true)
	})
}

// softenBack replaces gradients of weights by those of products.
func (op *attendOp[T]) softenBack(w, d []T, time int) {
	scale := T(op.scale())
	for ; len(w) > 0; w, d = w[time:], d[time:] {
		sum := T(dotProduct(w[:time], d[:time]))
		row := d[:time]
		for j, v := range w[:time] {
			row[j] = v * (row[j] - sum) * scale
		}
	}
}

// dotProduct is Σ a·b. Four sums are taken side by side, in float64.
func dotProduct[T tensor.Float](a, b []T) float64 {
	var s0, s1, s2, s3 float64
	for ; len(a) >= side; a, b = a[side:], b[side:] {
		p, q := a[:side:side], b[:side:side]
		s0, s1 = s0+float64(float64(p[0])*float64(q[0])), s1+float64(float64(p[1])*float64(q[1]))
		s2, s3 = s2+float64(float64(p[2])*float64(q[2])), s3+float64(float64(p[3])*float64(q[3]))
	}
	for i, v := range a {
		s0 += float64(float64(v) * float64(b[i]))
	}
	return (s0 + s1) + (s2 + s3)
}
