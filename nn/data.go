package nn

import (
	"slices"

	"loupe/nn/tensor"
)

// Data is samples to train with. Sets of package nn/data are such, and [Arrays]
// makes some of tensors.
type Data interface {
	// Len is the number of samples.
	Len() int
	// Batch returns samples, with a first axis for them, and their targets. The
	// tensors may be used again by the next call.
	Batch(samples []int) (x, y *tensor.Tensor)
}

// Arrays makes data of tensors whose first axis is the samples'.
func Arrays(x, y *tensor.Tensor) Data {
	if x.Rank() == 0 || y.Rank() == 0 || x.Dim(0) != y.Dim(0) {
		fail("Arrays: inputs have the shape %v, targets %v: there must be as many of both", x.Shape(), y.Shape())
	}
	return &arrays{x: x.Contiguous(), y: y.Contiguous()}
}

type arrays struct {
	x, y   *tensor.Tensor
	bx, by *tensor.Tensor
}

func (a *arrays) Len() int { return a.x.Dim(0) }

func (a *arrays) Batch(samples []int) (x, y *tensor.Tensor) {
	return take(&a.bx, a.x, samples), take(&a.by, a.y, samples)
}

// take copies samples to memory that is used again.
func take(to **tensor.Tensor, from *tensor.Tensor, samples []int) *tensor.Tensor {
	shape := slices.Clone(from.Shape())
	shape[0] = len(samples)
	out := resize(to, from.DType(), shape...)
	if from.DType() == tensor.Float64 {
		takeRows[float64](out, from, samples)
	} else {
		takeRows[float32](out, from, samples)
	}
	return out
}

func takeRows[T tensor.Float](out, from *tensor.Tensor, samples []int) {
	width := size(from.Shape()[1:])
	x, y := tensor.Data[T](from), tensor.Data[T](out)
	for i, s := range samples {
		copy(y[i*width:(i+1)*width], x[s*width:])
	}
}
