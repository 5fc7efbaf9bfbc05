package nn

import (
	"slices"

	"loupe/nn/tensor"
)

// A Hook looks at what flows through layers. Functions that are nil are not
// called. Tensors are the model's own and valid during the call: a hook that keeps
// them clones them, and one that changes them changes the computation.
type Hook struct {
	// Layers names the layers; none means all.
	Layers []string
	// Forward is called after a layer computed its output.
	Forward func(e *Event)
	// Backward is called when the gradient of a layer's output is complete,
	// before the layer's own gradients are computed.
	Backward func(e *Event)
}

// An Event is what a hook sees.
type Event struct {
	Layer  *Layer
	Inputs []*tensor.Tensor
	Output *tensor.Tensor
	Grad   *tensor.Tensor // of the output; nil in Forward

	output *Value
}

// Steps returns what a recurrent layer did at every step of time, in each of its
// directions, also where it gives only its last state on. It is nil of other
// layers. The tensors are the caller's.
func (e *Event) Steps() []Steps { return stepsOf(e.output) }

// Value is the output in the computation, where [Tape.BackwardFrom] can start.
func (e *Event) Value() *Value { return e.output }

// With attaches a hook to the model until the function that it returns is called.
// It changes no number, but for one case: a hook on an Embedding before a recurrent
// layer makes gradients be summed in another order.
//
//	defer model.With(nn.Hook{Forward: func(e *nn.Event) { … }})()
func (m *Model) With(h Hook) (remove func()) {
	for _, name := range h.Layers {
		m.Layer(name)
	}
	p := &h
	m.hooks = append(m.hooks, p)
	return func() {
		m.hooks = slices.DeleteFunc(slices.Clone(m.hooks), func(other *Hook) bool { return other == p })
	}
}

// Hooked does something with a hook attached, and removes it afterwards, also
// after a panic.
func (m *Model) Hooked(h Hook, do func()) {
	defer m.With(h)()
	do()
}

type hooks []*Hook

// watch reports whether a hook looks at the layer.
func (h hooks) watch(l *Layer) bool {
	return len(h) > 0 && slices.ContainsFunc(h, func(h *Hook) bool { return h.looksAt(l) })
}

func (h *Hook) looksAt(l *Layer) bool { return len(h.Layers) == 0 || slices.Contains(h.Layers, l.name) }

// forward computes a layer's output and shows it.
func (h hooks) forward(t *Tape, l *Layer, in []*Value) *Value {
	y := l.kind.Forward(t, in)
	y.words = nil // what is looked at goes its way, not a shorter one
	e := Event{Layer: l, Output: y.Data, output: y}
	for _, v := range in {
		e.Inputs = append(e.Inputs, v.Data)
	}
	op := &hookOp{h: h, e: e, y: y}
	for _, hook := range h {
		if hook.Forward != nil && hook.looksAt(l) {
			hook.Forward(&e)
		}
	}
	t.watch(op)
	return y
}

// hookOp is on the tape behind a layer, for the hooks that look at gradients.
type hookOp struct {
	h hooks
	e Event
	y *Value
}

func (op *hookOp) result() *Value { return op.y }

func (op *hookOp) back() {
	e := op.e
	e.Grad = op.y.grad
	for _, hook := range op.h {
		if hook.Backward != nil && hook.looksAt(e.Layer) {
			hook.Backward(&e)
		}
	}
}
