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
		if slices.Contains(w.Nodes, inputName(i)) {
			if w.Gradient != nil {
				values[i] = net.Variable(values[i].Data)
			}
			if w.Value != nil {
				w.Value(inputName(i), in)
			}
		}
	}
	r.m.Hooked(r.hook(w), func() { out = r.pass(values, w) })
	if w.State != nil {
		r.attention(values, w)
	}
	return out, nil
}

// pass computes the output, and the gradients that are asked for.
func (r *runner) pass(values []*net.Value, w model.Watch) (out model.Array) {
	t := net.NewTape()
	if w.Gradient == nil && w.Param == nil {
		return array(r.m.Forward(t, values...).Data)
	}
	if w.Param == nil && len(w.Nodes) > 0 && len(r.hook(w).Layers) == 0 {
		defer r.frozen()()
	}
	var at *net.Value
	forward := func() { at = r.m.Forward(t, values...) }
	if w.At == "" {
		forward()
		out = array(at.Data)
	} else {
		var of *net.Value
		r.m.Hooked(net.Hook{Layers: []string{w.At}, Forward: func(e *net.Event) { of = e.Value() }}, forward)
		out, at = array(at.Data), of
	}
	for _, p := range r.m.Params() {
		p.ZeroGrad()
	}
	t.BackwardFrom(at, r.start(w, array(at.Data)))
	for i, v := range values {
		if g := v.Grad(); g != nil && w.Gradient != nil {
			w.Gradient(inputName(i), array(g))
		}
	}
	for _, l := range r.m.Layers() {
		for _, p := range l.Params() {
			if g := p.Grad(); g != nil && w.Param != nil {
				w.Param(paramName(l, p), array(g))
			}
			p.ZeroGrad()
		}
	}
	return out
}

// frozen keeps the pass back from computing gradients of weights, where only those
// of inputs are asked for, until the function that it returns is called.
func (r *runner) frozen() (thaw func()) {
	var trained []*net.Layer
	for _, l := range r.m.Layers() {
		if !l.Frozen() {
			trained = append(trained, l.Freeze(true))
		}
	}
	return func() {
		for _, l := range trained {
			l.Freeze(false)
		}
	}
}

// attention tells where attending layers look, [samples heads queries keys].
func (r *runner) attention(values []*net.Value, w model.Watch) {
	for _, l := range r.m.Layers() {
		if l.Type() == "MultiHeadAttention" && len(values) == 1 && (len(w.Nodes) == 0 || slices.Contains(w.Nodes, l.Name())) {
			w.State(l.Name(), "attention", array(net.Attention(r.m, l.Name(), values[0].Data)))
		}
	}
}

// start is the gradient from which the others are computed.
func (r *runner) start(w model.Watch, out model.Array) *tensor.Tensor {
	if w.Of == nil {
		ones := make([]float64, len(out.Values))
		for i := range ones {
			ones[i] = 1
		}
		return tensor.FromSlice(ones, out.Shape...).As(r.m.DType())
	}
	g := w.Of(out)
	if !slices.Equal(g.Shape, out.Shape) || len(g.Values) != len(out.Values) {
		panic(fmt.Errorf("the gradient at what has the shape %v has the shape %v and %d numbers", out.Shape, g.Shape, len(g.Values)))
	}
	return tensor.FromSlice(g.Values, g.Shape...).As(r.m.DType())
}

// inputNames are the names of the nodes of the inputs.
func (r *runner) inputNames() []string {
	var list []string
	for i := range r.m.Inputs() {
		list = append(list, inputName(i))
	}
	return list
}

// hook looks at the layers that are asked for.
func (r *runner) hook(w model.Watch) net.Hook {
	h := net.Hook{}
	for _, name := range w.Nodes {
		if !slices.Contains(r.inputNames(), name) {
			h.Layers = append(h.Layers, name)
		}
	}
	if len(w.Nodes) > 0 && len(h.Layers) == 0 {
		return h
	}
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
