package nn

import (
	"math/rand/v2"
	"slices"
	"strings"

	"loupe/nn/tensor"
)

// Forward computes the output for values with batches, on a tape. It builds the
// model if that has not been done.
func (m *Model) Forward(t *Tape, in ...*Value) *Value {
	m.meet(in)
	values := t.list(len(m.nodes))
	copy(values, in)
	for i, n := range m.nodes {
		if i < len(in) {
			continue
		}
		args := t.list(len(n.inputs))
		for k, from := range m.from[i] {
			args[k] = values[from]
		}
		values[i] = m.step(t, n.layer, args)
	}
	return values[slices.Index(m.nodes, m.output)]
}

// step does one layer. An error about it gets its name.
func (m *Model) step(t *Tape, l *Layer, in []*Value) *Value {
	defer func() {
		if p := recover(); p != nil {
			if e, ok := p.(*Error); ok && e.Layer == "" {
				e.Layer = l.name
			}
			panic(p)
		}
	}()
	if !m.hooks.watch(l) {
		return l.kind.Forward(t, in)
	}
	return m.hooks.forward(t, l, in)
}

// meet checks inputs, and builds the model for the first ones.
func (m *Model) meet(in []*Value) {
	if len(in) != len(m.inputs) {
		fail("the model has %d inputs, and it got %d: the others come behind the first", len(m.inputs), len(in))
	}
	known := m.built
	for i, v := range in {
		s := v.shape()
		if len(s) < 1 || s[0] == 0 {
			fail("the batch is empty: inputs have the shape %v", s)
		}
		if v.Data.DType() != m.dtype {
			fail("the model computes in %v, inputs are %v: As converts them", m.dtype, v.Data.DType())
		}
		known = known && compatible(m.inputs[i].shape, s[1:])
	}
	if known {
		return
	}
	var shapes []Shape
	for _, v := range in {
		shapes = append(shapes, slices.Clone(Shape(v.shape()[1:])))
	}
	if m.built {
		m.rebuild(shapes, in)
	} else {
		m.build(shapes)
	}
}

// rebuild lets the layers meet inputs of other shapes than before: sequences may
// be longer, images larger, as long as the weights fit.
func (m *Model) rebuild(shapes []Shape, batches []*Value) {
	var old []Shape
	for _, n := range m.inputs {
		old = append(old, n.shape)
		n.shape = nil
	}
	defer func() {
		switch e := recover().(type) {
		case nil:
		case *Error:
			for _, n := range m.inputs {
				n.shape = nil
			}
			m.build(old)
			fail("the model wants inputs of the shape %v (without the batch), these have %v: %v%s", single(old), single(shapes), strings.TrimPrefix(e.Error(), "nn: "), adviceOnInputs(old, batches))
		default:
			panic(e)
		}
	}()
	m.build(shapes)
}

// single is the only shape, or all of them.
func single(shapes []Shape) any {
	if len(shapes) == 1 {
		return []int(shapes[0])
	}
	return shapes
}

// tape returns the model's own tape, reset.
func (m *Model) tape(training bool) *Tape {
	i := 0
	if training {
		i = 1
	}
	if m.tapes[i] == nil {
		m.tapes[i] = NewTape()
		m.tapes[i].random = rand.New(rand.NewPCG(m.seed, 0xd509))
	}
	m.tapes[i].Training = training
	m.tapes[i].Reset()
	return m.tapes[i]
}

// predictBatch is how many samples are predicted at a time: enough to keep all
// cores busy, and so few that what layers give to each other stays in the cache.
const predictBatch = 192

// Predict returns the model's output for samples, [samples …]. For a model of
// several inputs, the others come behind the first.
func (m *Model) Predict(x *tensor.Tensor, more ...*tensor.Tensor) *tensor.Tensor {
	inputs := append([]*tensor.Tensor{x}, more...)
	for _, in := range inputs {
		switch {
		case in.Rank() == 0:
			fail("Predict wants samples, not a single number")
		case in.Dim(0) == 0:
			fail("Predict got no samples: the shape is %v", in.Shape())
		case in.Dim(0) != x.Dim(0):
			fail("Predict got %d samples of one input and %d of another: the shapes are %v and %v", x.Dim(0), in.Dim(0), x.Shape(), in.Shape())
		}
	}
	n := x.Dim(0)
	var out *tensor.Tensor
	values := make([]*Value, len(inputs))
	for i := 0; i < n; i += predictBatch {
		j := min(i+predictBatch, n)
		for k, in := range inputs {
			values[k] = Const(in.Slice(0, i, j).As(m.dtype).Contiguous())
		}
		y := m.Forward(m.tape(false), values...).Data
		if out == nil {
			out = tensor.Zeros(m.dtype, append([]int{n}, y.Shape()[1:]...)...)
		}
		out.Slice(0, i, j).Copy(y)
	}
	return out
}

// Classes returns the class of each sample: where the model's output is largest,
// or, for a model with one output, whether it is above a half.
func (m *Model) Classes(x *tensor.Tensor, more ...*tensor.Tensor) []int {
	y := m.Predict(x, more...)
	if y.Rank() == 2 && y.Dim(1) == 1 {
		list := make([]int, y.Dim(0))
		for i := range list {
			if y.At(i, 0) > 0.5 {
				list[i] = 1
			}
		}
		return list
	}
	return y.ArgMax()
}
