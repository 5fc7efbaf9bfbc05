package nn

import (
	"math"

	"loupe/nn/tensor"
)

// BatchNorm gives every channel the mean 0 and the variance 1 over the batch, and
// then a mean and a scale that are learnt (Ioffe and Szegedy, 2015):
//
//	y = (x - mean) / √(variance + epsilon) · gamma + beta
//
//	x, y [… channels]  gamma, beta, moving_mean, moving_variance [channels]
//
// While training, mean and variance are the batch's, and the moving ones follow:
// new = momentum·old + (1-momentum)·batch, with the unbiased variance, as in
// PyTorch. Otherwise the moving ones are used. Options: Momentum (0.99), Epsilon
// (0.001).
func BatchNorm(list ...Option) *Layer {
	o := read("BatchNorm", list, optMomentum, optEpsilon)
	return newLayer(&batchNorm{options: o}).Named(o.name)
}

type batchNorm struct {
	options
	gamma, beta, mean, variance *Param
}

func (k *batchNorm) Type() string { return "BatchNorm" }

// Clone returns a kind with the same settings.
func (k *batchNorm) Clone() Kind {
	c := *k
	return &c
}

func (k *batchNorm) Build(b *Builder, in []Shape) Shape {
	n := lastAxis(b, in)
	k.gamma, k.beta = b.Param("gamma", Ones, n, n, n), b.Param("beta", Zeros, n, n, n)
	k.mean, k.variance = b.State("moving_mean", 0, n), b.State("moving_variance", 1, n)
	return in[0]
}

// lastAxis is the length of the last axis of the only input.
func lastAxis(b *Builder, in []Shape) int {
	if len(in) != 1 || len(in[0]) == 0 || in[0][len(in[0])-1] < 1 {
		b.Fail("it wants one input of features, not the shapes %v", in)
	}
	return in[0][len(in[0])-1]
}

func (k *batchNorm) Forward(t *Tape, in []*Value) *Value {
	if in[0].Data.DType() == tensor.Float64 {
		return batchNormed[float64](t, in[0], k)
	}
	return batchNormed[float32](t, in[0], k)
}

// LayerNorm gives the features of every place the mean 0 and the variance 1, and
// then a mean and a scale that are learnt (Ba et al., 2016):
//
//	y = (x - mean) / √(variance + epsilon) · gamma + beta
//
//	x, y [… features]  gamma, beta [features]
//
// Options: Epsilon (0.001).
func LayerNorm(list ...Option) *Layer {
	o := read("LayerNorm", list, optEpsilon)
	return newLayer(&layerNorm{options: o}).Named(o.name)
}

type layerNorm struct {
	options
	gamma, beta *Param
}

func (k *layerNorm) Type() string { return "LayerNorm" }

// Clone returns a kind with the same settings.
func (k *layerNorm) Clone() Kind {
	c := *k
	return &c
}

func (k *layerNorm) Build(b *Builder, in []Shape) Shape {
	n := lastAxis(b, in)
	k.gamma, k.beta = b.Param("gamma", Ones, n, n, n), b.Param("beta", Zeros, n, n, n)
	return in[0]
}

func (k *layerNorm) Forward(t *Tape, in []*Value) *Value {
	if in[0].Data.DType() == tensor.Float64 {
		return layerNormed[float64](t, in[0], k)
	}
	return layerNormed[float32](t, in[0], k)
}

// normOp normalises rows (LayerNorm) or columns (BatchNorm) of a matrix. Sums are
// taken in float64.
type normOp[T tensor.Float] struct {
	output
	x, gamma, beta *Value
	columns        bool
	fixed          bool      // mean and variance do not depend on x
	normal         []T       // (x - mean) / deviation
	scale          []float64 // 1 / deviation, for each row or column
	mean           []float64
	sums           [2][]float64
}

func (op *normOp[T]) begin(t *Tape, x *Value, gamma, beta *Param, columns bool) (rows, width int) {
	op.x, op.gamma, op.beta, op.columns, op.fixed = x, &gamma.Value, &beta.Value, columns, false
	op.set(x.Data.DType(), []*Value{x, op.gamma, op.beta}, x.shape()...)
	op.normal = grow(op.normal, x.Data.Len())
	width = gamma.Data.Len()
	rows = x.Data.Len() / width
	n := rows
	if columns {
		n = width
	}
	op.scale, op.mean = grow(op.scale, n), grow(op.mean, n)
	op.sums = [2][]float64{grow(op.sums[0], n), grow(op.sums[1], n)}
	return rows, width
}

// unit is which row or column number i is in.
func (op *normOp[T]) unit(i, width int) int {
	if op.columns {
		return i % width
	}
	return i / width
}

// moments computes mean and variance of n numbers for each row or column; the
// variances are in scale.
func (op *normOp[T]) moments(width, n int) {
	clear(op.mean)
	clear(op.scale)
	x := numbers[T](op.x)
	for i, v := range x {
		op.mean[op.unit(i, width)] += float64(v)
	}
	for u := range op.mean {
		op.mean[u] /= float64(n)
	}
	for i, v := range x {
		u := op.unit(i, width)
		d := float64(v) - op.mean[u]
		op.scale[u] += d * d
	}
	for u := range op.scale {
		op.scale[u] /= float64(n)
	}
}

// apply computes the output from mean and variance.
func (op *normOp[T]) apply(width int, epsilon float64) *Value {
	for u, v := range op.scale {
		op.scale[u] = 1 / math.Sqrt(v+epsilon)
	}
	y, g, b := numbers[T](&op.out), numbers[T](op.gamma), numbers[T](op.beta)
	for i, v := range numbers[T](op.x) {
		u := op.unit(i, width)
		op.normal[i] = T((float64(v) - op.mean[u]) * op.scale[u])
		y[i] = op.normal[i]*g[i%width] + b[i%width]
	}
	return &op.out
}

func batchNormed[T tensor.Float](t *Tape, x *Value, k *batchNorm) *Value {
	op := next[normOp[T]](t)
	rows, width := op.begin(t, x, k.gamma, k.beta, true)
	mean, variance := numbers[T](&k.mean.Value), numbers[T](&k.variance.Value)
	if op.fixed = !t.Training; op.fixed {
		for u := range width {
			op.mean[u], op.scale[u] = float64(mean[u]), float64(variance[u])
		}
		return op.apply(width, k.epsilon)
	}
	op.moments(width, rows)
	for u := range width {
		unbiased := op.scale[u] * float64(rows) / float64(max(rows-1, 1))
		mean[u] = T(k.momentum*float64(mean[u]) + (1-k.momentum)*op.mean[u])
		variance[u] = T(k.momentum*float64(variance[u]) + (1-k.momentum)*unbiased)
	}
	return op.apply(width, k.epsilon)
}

func layerNormed[T tensor.Float](t *Tape, x *Value, k *layerNorm) *Value {
	op := next[normOp[T]](t)
	_, width := op.begin(t, x, k.gamma, k.beta, false)
	op.moments(width, width)
	return op.apply(width, k.epsilon)
}

// back: with g = dy·gamma and n the normal numbers,
// dx = scale (g - mean(g) - n·mean(g·n)).
func (op *normOp[T]) back() {
	dy, gamma := gradient[T](&op.out), numbers[T](op.gamma)
	width := len(gamma)
	if op.gamma.wants {
		dg, db := gradient[T](op.gamma), gradient[T](op.beta)
		for i, d := range dy {
			dg[i%width] += d * op.normal[i]
			db[i%width] += d
		}
	}
	if !op.x.wants {
		return
	}
	clear(op.sums[0])
	clear(op.sums[1])
	if !op.fixed {
		n := float64(len(dy) / len(op.scale))
		for i, d := range dy {
			u, g := op.unit(i, width), float64(d*gamma[i%width])
			op.sums[0][u] += g / n
			op.sums[1][u] += g * float64(op.normal[i]) / n
		}
	}
	dx := gradient[T](op.x)
	for i, d := range dy {
		u := op.unit(i, width)
		dx[i] += T(op.scale[u] * (float64(d*gamma[i%width]) - op.sums[0][u] - float64(op.normal[i])*op.sums[1][u]))
	}
}
