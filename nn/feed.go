package nn

import "loupe/nn/tensor"

// A feed makes inputs of a model of batches, in memory that it uses again.
type feed struct {
	model     *Model
	data      Data
	converted []*tensor.Tensor // inputs in the model's type
	values    []*Value
}

func newFeed(m *Model, data Data) *feed {
	f := &feed{model: m, data: data, converted: make([]*tensor.Tensor, len(m.inputs))}
	for range m.inputs {
		f.values = append(f.values, &Value{})
	}
	return f
}

// batch returns samples in the model's type.
func (f *feed) batch(samples []int) (in []*Value, target *tensor.Tensor) {
	x, target := f.data.Batch(samples)
	f.convert(0, x)
	n := 1
	if several, ok := f.data.(MoreInputs); ok {
		for _, x := range several.More(samples) {
			if n++; n <= len(f.values) {
				f.convert(n-1, x)
			}
		}
	}
	if n != len(f.values) {
		fail("the model has %d inputs, and the data have %d: nn.Arrays(x, y, more…) makes data of several", len(f.values), n)
	}
	return f.values, target
}

// convert makes input i of x.
func (f *feed) convert(i int, x *tensor.Tensor) {
	v := f.values[i]
	if x.DType() == f.model.dtype {
		v.Data = x.Contiguous()
		return
	}
	v.Data = resize(&f.converted[i], f.model.dtype, x.Shape()...)
	v.Data.Copy(x)
}
