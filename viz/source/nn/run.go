package nn

import (
	"errors"
	"fmt"
	"slices"

	net "loupe/nn"
	"loupe/nn/tensor"
	"loupe/viz/model"
)

// A runner runs a model as it is for prediction: without dropout, with the
// statistics that training has counted.
type runner struct{ m *net.Model }

func (r *runner) Run(inputs []model.Array, w model.Watch) (out model.Array, err error) {
	defer func() {
		switch p := recover().(type) {
		case nil:
		case *net.Error:
			err = p
		case error:
			err = fmt.Errorf("the model cannot be run: %w", p)
		default:
			err = fmt.Errorf("the model cannot be run: %v", p)
		}
	}()
	if len(inputs) == 0 {
		return out, errors.New("the model cannot be run without an input")
	}
	values := make([]*net.Value, len(inputs))
	for i, in := range inputs {
		if n := model.Size(in.Shape); n != len(in.Values) || n == 0 {
			return out, fmt.Errorf("input %d has the shape %v and %d numbers", i, in.Shape, len(in.Values))
		}
		values[i] = net.Const(tensor.FromSlice(in.Values, in.Shape...).As(r.m.DType()))
	}
	r.m.Hooked(hookFor(w), func() {
		t := net.NewTape()
		y := r.m.Forward(t, values...)
		out = array(y.Data)
		if w.Gradient != nil {
			t.BackwardFrom(y, r.start(w, out))
		}
	})
	if w.State != nil {
		r.attention(values, w)
	}
	return out, nil
}

// attention tells where attending layers look, [samples heads queries keys].
func (r *runner) attention(values []*net.Value, w model.Watch) {
	for _, l := range r.m.Layers() {
		if l.Type() == "MultiHeadAttention" && len(values) == 1 && (len(w.Nodes) == 0 || slices.Contains(w.Nodes, l.Name())) {
			w.State(l.Name(), "attention", array(net.Attention(r.m, l.Name(), values[0].Data)))
		}
	}
}

// start is the gradient at the output from which the others are computed.
func (r *runner) start(w model.Watch, out model.Array) *tensor.Tensor {
	if w.Of == nil {
		ones := make([]float64, len(out.Values))
		for i := range ones {
			ones[i] = 1
		}
		return tensor.FromSlice(ones, out.Shape...).As(r.m.DType())
	}
	g := w.Of(out)
	return tensor.FromSlice(g.Values, g.Shape...).As(r.m.DType())
}

func hookFor(w model.Watch) net.Hook {
	h := net.Hook{Layers: w.Nodes}
	if w.Value != nil || w.State != nil {
		h.Forward = func(e *net.Event) {
			if w.Value != nil {
				w.Value(e.Layer.Name(), array(e.Output))
			}
			if w.State != nil {
				tellStates(e, w)
			}
		}
	}
	if w.Gradient != nil {
		h.Backward = func(e *net.Event) { w.Gradient(e.Layer.Name(), array(e.Grad)) }
	}
	return h
}

// tellStates tells what a recurrent layer does at every step.
func tellStates(e *net.Event, w model.Watch) {
	for i, s := range e.Steps() {
		direction := ""
		if i > 0 {
			direction = "backward "
		}
		w.State(e.Layer.Name(), direction+"h", array(s.States))
		if s.Cells != nil {
			w.State(e.Layer.Name(), direction+"c", array(s.Cells))
		}
		for _, g := range s.Gates {
			w.State(e.Layer.Name(), direction+g.Name+" gate", array(g.Values))
		}
	}
}

func array(t *tensor.Tensor) model.Array { return model.Array{Shape: t.Shape(), Values: t.Float64s()} }
