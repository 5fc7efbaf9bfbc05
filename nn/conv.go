package nn

import "loupe/nn/tensor"

// Conv2D slides filters over images:
//
//	y[i, j, f] = activation(bias[f] + Σ x[i·stride + p·dilation - padding, …, c] kernel[p, q, c, f])
//
//	x [height width channels]  kernel [size size channels/groups filters]
//	bias [filters]             y [height' width' filters]
//
// where height' = (height + 2·padding - dilation·(size-1) - 1) / stride + 1.
//
// Options: an activation, Stride, Padding, Same, Dilation, Groups, NoBias,
// KernelInit, BiasInit.
//
//	nn.Conv2D(32, 3, nn.ReLU, nn.Same)
func Conv2D(filters, size int, list ...Option) *Layer {
	positive("Conv2D", "the number of filters", filters)
	positive("Conv2D", "the size", size)
	o := read("Conv2D", list, optActivation, optStride, optPadding, optDilation, optGroups, optNoBias, optKernel, optBias)
	return newLayer(&conv{options: o, filters: filters, size: [2]int{size, size}, rank: 2}).Named(o.name)
}

// Conv1D slides filters over sequences, as [Conv2D] does over images:
//
//	x [time channels]  kernel [size channels/groups filters]  y [time' filters]
//
//	nn.Conv1D(64, 5, nn.ReLU)
func Conv1D(filters, size int, list ...Option) *Layer {
	positive("Conv1D", "the number of filters", filters)
	positive("Conv1D", "the size", size)
	o := read("Conv1D", list, optActivation, optStride, optPadding, optDilation, optGroups, optNoBias, optKernel, optBias)
	// A sequence is an image of one row.
	o.stride[0], o.dilation[0], o.padding[0] = 1, 1, 0
	return newLayer(&conv{options: o, filters: filters, size: [2]int{1, size}, rank: 1}).Named(o.name)
}

type conv struct {
	options
	filters      int
	size         [2]int
	rank         int // axes of an image
	kernel, bias *Param
}

func (k *conv) Type() string {
	if k.rank == 1 {
		return "Conv1D"
	}
	return "Conv2D"
}

func (k *conv) activationOf() Activation { return k.activation }

// axes says what the inputs of windows are.
func axes(rank int) string {
	if rank == 1 {
		return "time × channels"
	}
	return "height × width × channels"
}

func (k *conv) Build(b *Builder, in []Shape) Shape {
	s := b.single(in, k.rank+1, axes(k.rank))
	channels := s[k.rank]
	if channels%k.groups != 0 || k.filters%k.groups != 0 {
		b.Fail("%d channels and %d filters cannot be divided into %d groups", channels, k.filters, k.groups)
	}
	shape := append(append([]int(nil), k.size[2-k.rank:]...), channels/k.groups, k.filters)
	area := k.size[0] * k.size[1]
	k.kernel = b.Param("kernel", k.options.kernel, area*channels/k.groups, area*k.filters/k.groups, shape...)
	if !k.noBias {
		k.bias = b.Param("bias", k.biasInit, area*channels/k.groups, k.filters, k.filters)
	}
	out := append(Shape{}, s...)
	out[k.rank] = k.filters
	k.window(s[k.rank]).outputs(b.Fail, out[:k.rank], s[:k.rank])
	return out
}

// window is how the filters move.
func (k *conv) window(channels int) window {
	return window{size: k.size, stride: k.stride, dilation: k.dilation, padding: k.padding, same: k.same, channels: channels}
}

func (k *conv) Forward(t *Tape, in []*Value) *Value {
	x := in[0]
	w := k.window(x.Data.Dim(-1))
	w.place(x.shape())
	if n := k.kernel.Data.Dim(-2) * k.groups; n != w.channels {
		fail("inputs of %d channels (shape %v) do not fit filters for %d", w.channels, x.shape(), n)
	}
	if k.groups > 1 && k.groups == w.channels && k.groups == k.filters {
		if x.Data.DType() == tensor.Float64 {
			return depthwise[float64](t, x, k, w)
		}
		return depthwise[float32](t, x, k, w)
	}
	if x.Data.DType() == tensor.Float64 {
		return convolve[float64](t, x, k, w)
	}
	return convolve[float32](t, x, k, w)
}

func (k *conv) macs(_ []Shape, out Shape) int {
	return k.kernel.Data.Len() / k.filters * size(out)
}

// Clone returns a kind with the same settings.
func (k *conv) Clone() Kind {
	c := *k
	return &c
}
