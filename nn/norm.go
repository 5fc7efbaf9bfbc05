package nn

import "loupe/nn/tensor"

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
