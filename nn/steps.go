package nn

import "loupe/nn/tensor"

// Steps is what a recurrent layer did at every step of time, going through
// sequences in one direction. Tensors are [samples time units], and time is that of
// the inputs also for the backward direction.
type Steps struct {
	States *tensor.Tensor // h, after each step
	Cells  *tensor.Tensor // c, after each step: of an LSTM, nil of others
	Gates  []Gate         // of an LSTM and a GRU, in the order of their weights
}

// A Gate is the values of a gate, after its activation: "input", "forget",
// "candidate" and "output" of an LSTM, "update", "reset" and "candidate" of a GRU.
type Gate struct {
	Name   string
	Values *tensor.Tensor
}

// Gate returns the values of a gate by its name. It panics with the names there are
// if there is none.
func (s *Steps) Gate(name string) *tensor.Tensor {
	var names []string
	for _, g := range s.Gates {
		if g.Name == name {
			return g.Values
		}
		names = append(names, g.Name)
	}
	fail("there is no gate %q; there are %q", name, names)
	return nil
}

// Steps returns what a recurrent layer does at every step of time for samples, in
// each of its directions. Other inputs of the model come behind the first.
//
//	model.Steps("lstm", review)[0].Gate("forget")
func (m *Model) Steps(layer string, x *tensor.Tensor, more ...*tensor.Tensor) []Steps {
	if _, ok := m.Layer(layer).kind.(*recurrent); !ok {
		fail("layer %s is not recurrent, but %s", layer, m.Layer(layer).Type())
	}
	var in []*Value
	for _, x := range append([]*tensor.Tensor{x}, more...) {
		in = append(in, Const(x.As(m.dtype).Contiguous()))
	}
	var steps []Steps
	m.Hooked(Hook{Layers: []string{layer}, Forward: func(e *Event) { steps = e.Steps() }}, func() {
		m.Forward(m.tape(false), in...)
	})
	return steps
}

// A walk is what goes through sequences in one direction.
type walk interface{ steps() Steps }

func stepsOf(v *Value) []Steps {
	var list []Steps
	for _, w := range v.walks {
		list = append(list, w.steps())
	}
	return list
}

// gateNames are the parts of a layer's sums, in their order.
var gateNames = map[string][]string{
	"LSTM": {"input", "forget", "candidate", "output"},
	"GRU":  {"update", "reset", "candidate"},
}

// steps copies what is there between Forward and Backward.
func (op *recurOp[T]) steps() Steps {
	s := Steps{States: op.inTime(op.h[op.batch*op.units:], op.units)}
	if op.k.cell == "LSTM" {
		s.Cells = op.inTime(op.c[op.batch*op.units:], op.units)
	}
	for i, name := range gateNames[op.k.cell] {
		s.Gates = append(s.Gates, Gate{name, op.inTime(op.z[i*op.units:], op.sums)})
	}
	return s
}

// inTime brings numbers of the units, in rows of a width, into the order samples,
// time.
func (op *recurOp[T]) inTime(x []T, width int) *tensor.Tensor {
	n := op.units
	to := make([]T, op.batch*op.length*n)
	for t := range op.length {
		for b := range op.batch {
			copy(to[op.inputs.row(t, b)*n:][:n], x[(t*op.batch+b)*width:])
		}
	}
	return tensor.FromSlice(to, op.batch, op.length, n)
}
