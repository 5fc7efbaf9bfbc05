package nn

import "slices"

// An Option changes a layer: an [Activation], or what the functions of this file
// return. A layer panics if it has no such option.
type Option interface{ set(o *options) }

type optionFunc func(o *options)

func (f optionFunc) set(o *options) { f(o) }

// options is what options set.
type options struct {
	names      []string // of those given
	activation Activation
	name       string

	stride, dilation [2]int
	padding          [2]int
	same             bool
	groups           int

	noBias                           bool
	kernel, recurrent, biasInit      Initializer
	sequences, bidirectional, causal bool
	momentum, epsilon                float64
	dropout                          float64
}

func (o *options) given(name string) { o.names = append(o.names, name) }

func option(name string, f func(o *options)) Option {
	return optionFunc(func(o *options) { o.given(name); f(o) })
}

// Names of options, as errors say them. Name is one of every layer.
const (
	optActivation = "an activation"
	optStride     = "Stride"
	optPadding    = "Padding"
	optDilation   = "Dilation"
	optGroups     = "Groups"
	optNoBias     = "NoBias"
	optKernel     = "KernelInit"
	optBias       = "BiasInit"
	optRecurrent  = "RecurrentInit"
	optSequences  = "Sequences"
	optBoth       = "Bidirectional"
	optCausal     = "Causal"
	optMomentum   = "Momentum"
	optEpsilon    = "Epsilon"
	optDropout    = "Rate"
)

// Name names the layer.
func Name(name string) Option { return optionFunc(func(o *options) { o.name = name }) }

// Stride sets the step of a window; a second number is that along the width.
func Stride(n int, width ...int) Option {
	return option(optStride, func(o *options) { o.stride = both(n, width) })
}

// Padding adds n rows and columns of zeros on every side.
func Padding(n int, width ...int) Option {
	return option(optPadding, func(o *options) { o.padding = both(n, width) })
}

// Same adds zeros so that the output is as large as the input divided by the
// stride, as padding="same" in Keras.
var Same = option(optPadding, func(o *options) { o.same = true })

// Dilation sets the distance of the numbers that a window takes.
func Dilation(n int, width ...int) Option {
	return option(optDilation, func(o *options) { o.dilation = both(n, width) })
}

// Groups divides channels into groups, each with filters of its own. As many
// groups as channels make a depthwise convolution.
func Groups(n int) Option { return option(optGroups, func(o *options) { o.groups = n }) }

// NoBias leaves the bias out.
var NoBias = option(optNoBias, func(o *options) { o.noBias = true })

// KernelInit sets how weights begin.
func KernelInit(i Initializer) Option { return option(optKernel, func(o *options) { o.kernel = i }) }

// BiasInit sets how the bias begins.
func BiasInit(i Initializer) Option { return option(optBias, func(o *options) { o.biasInit = i }) }

// RecurrentInit sets how the weights of the state begin.
func RecurrentInit(i Initializer) Option {
	return option(optRecurrent, func(o *options) { o.recurrent = i })
}

// Sequences makes a recurrent layer return its state after every step, not only
// after the last.
var Sequences = option(optSequences, func(o *options) { o.sequences = true })

// Bidirectional makes a recurrent layer go through sequences in both directions,
// with weights for each; its output is both states side by side.
var Bidirectional = option(optBoth, func(o *options) { o.bidirectional = true })

// Causal lets attention see only what came before.
var Causal = option(optCausal, func(o *options) { o.causal = true })

// Momentum sets the share of old statistics that BatchNorm keeps: 0.99, as in
// Keras (PyTorch's momentum of 0.1 is 0.9 here).
func Momentum(share float64) Option {
	return option(optMomentum, func(o *options) { o.momentum = share })
}

// Epsilon sets what normalisation adds to variances.
func Epsilon(e float64) Option { return option(optEpsilon, func(o *options) { o.epsilon = e }) }

// Rate sets the share that is dropped inside a block.
func Rate(share float64) Option { return option(optDropout, func(o *options) { o.dropout = share }) }

func both(n int, width []int) [2]int {
	if len(width) > 0 {
		return [2]int{n, width[0]}
	}
	return [2]int{n, n}
}

// read applies options to defaults and checks that the layer has them.
func read(layer string, list []Option, has ...string) options {
	o := options{
		activation: Linear, stride: [2]int{1, 1}, dilation: [2]int{1, 1}, groups: 1,
		kernel: GlorotUniform, recurrent: Orthogonal, biasInit: Zeros, momentum: 0.99, epsilon: 1e-3,
	}
	for _, opt := range list {
		opt.set(&o)
	}
	for _, name := range o.names {
		if !slices.Contains(has, name) {
			fail("%s has no option for %s", layer, name)
		}
	}
	for _, n := range []int{o.stride[0], o.stride[1], o.dilation[0], o.dilation[1], o.groups} {
		if n < 1 {
			fail("%s: strides, dilations and groups are at least 1, not %d", layer, n)
		}
	}
	if o.padding[0] < 0 || o.padding[1] < 0 {
		fail("%s: padding of %v is negative", layer, o.padding)
	}
	return o
}

// positive checks a size that a constructor was given.
func positive(layer, what string, n int) {
	if n < 1 {
		fail("%s: %s is at least 1, not %d", layer, what, n)
	}
}
