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

// MoreInputs is Data for a model of several inputs.
type MoreInputs interface {
	Data
	// More returns samples of the inputs behind the first, which Batch returns. The
	// tensors may be used again by the next call.
	More(samples []int) []*tensor.Tensor
}

// Arrays makes data of tensors whose first axis is the samples': inputs x with
// targets y. For a model of several inputs, the others come behind, as in
// [NewModel].
//
//	nn.Fit(model, nn.Arrays(images, labels, ages), nn.Config{…})
func Arrays(x, y *tensor.Tensor, more ...*tensor.Tensor) Data {
	if y.Rank() == 0 {
		fail("Arrays: targets have the shape %v: the first axis is the samples'", y.Shape())
	}
	a := &arrays{y: y.Contiguous()}
	for _, x := range append([]*tensor.Tensor{x}, more...) {
		if x.Rank() == 0 || x.Dim(0) != y.Dim(0) {
			fail("Arrays: inputs have the shape %v, targets %v: there must be as many of both", x.Shape(), y.Shape())
		}
		a.x = append(a.x, x.Contiguous())
	}
	a.batch = make([]*tensor.Tensor, len(a.x))
	return a
}

type arrays struct {
	x     []*tensor.Tensor
	y     *tensor.Tensor
	batch []*tensor.Tensor
	by    *tensor.Tensor
}

func (a *arrays) Len() int { return a.y.Dim(0) }

func (a *arrays) Batch(samples []int) (x, y *tensor.Tensor) {
	return take(&a.batch[0], a.x[0], samples), take(&a.by, a.y, samples)
}

// More returns samples of the inputs behind the first.
func (a *arrays) More(samples []int) []*tensor.Tensor {
	for i, x := range a.x[1:] {
		take(&a.batch[i+1], x, samples)
	}
	return a.batch[1:]
}

// take copies samples to memory that is used again.
func take(to **tensor.Tensor, from *tensor.Tensor, samples []int) *tensor.Tensor {
	out := *to
	if out == nil || out.Dim(0) != len(samples) {
		shape := slices.Clone(from.Shape())
		shape[0] = len(samples)
		out = resize(to, from.DType(), shape...)
	}
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
