package nn

import (
	"fmt"

	net "loupe/nn"
	"loupe/nn/tensor"
	"loupe/viz/model"
)

// Steps implements model.Stepper.
func (r *runner) Steps() ([]model.Step, error) {
	for _, l := range r.m.Layers() {
		if _, ok := l.Kind().(interface{ Clone() net.Kind }); !ok && len(l.Params()) > 0 {
			return nil, fmt.Errorf("layer %s is of a kind of your own, %s, that has no method Clone() nn.Kind: it cannot be done by itself", l.Name(), l.Type())
		}
	}
	b := &stepper{copied: r.copied(), at: map[*net.Node]int{}}
	for i, n := range b.copied.Inputs() {
		b.at[n] = -1 - i
	}
	described := Describe(r.m)
	for i, n := range b.copied.Nodes() {
		if n.Layer() != nil {
			b.add(i, n, described.Nodes[i].Name)
		}
	}
	return b.list, nil
}

// copied is the model in float64, with weights of its own that get no gradients.
func (r *runner) copied() *net.Model { return r.m.Clone().As(tensor.Float64).Freeze() }

type stepper struct {
	copied *net.Model
	at     map[*net.Node]int
	list   []model.Step
}

func (b *stepper) add(i int, n *net.Node, name string) {
	l := n.Layer()
	var inputs []int
	for _, in := range n.Inputs() {
		inputs = append(inputs, b.at[in])
	}
	bare, activation := l.Split()
	if l.Type() != activationType {
		b.list = append(b.list, model.Step{Node: name, Op: l.Type(), Kind: stepKind(l.Type()), Inputs: inputs,
			Do: func(in []model.Array, weights func(string, float64) float64) (model.Done, error) {
				if weights == nil {
					return do(bare.Kind().Forward, in)
				}
				return do(b.changed(i, weights).Kind().Forward, in)
			}})
		inputs = []int{len(b.list) - 1}
	} else {
		activation = l.Activation()
	}
	if a := activation; l.Type() == activationType || a.Name() != net.Linear.Name() {
		kind := model.Pointwise
		if a.Name() == net.Softmax.Name() || a.Name() == net.LogSoftmax.Name() {
			kind = model.General
		}
		b.list = append(b.list, model.Step{Node: name, Op: a.Name(), Kind: kind, Inputs: inputs,
			Do: func(in []model.Array, _ func(string, float64) float64) (model.Done, error) {
				return do(func(t *net.Tape, in []*net.Value) *net.Value { return a.Of(t, in[0]) }, in)
			}})
	}
	b.at[n] = len(b.list) - 1
}

// activationType is the type of a layer that is an activation.
const activationType = "Activation"

// changed is the layer of a node with other weights, before its activation.
func (b *stepper) changed(i int, weights func(string, float64) float64) *net.Layer {
	l := b.copied.Clone().Nodes()[i].Layer()
	for _, p := range l.Params() {
		p.Data = p.Data.Map(func(w float64) float64 { return weights(p.Name, w) })
	}
	bare, _ := l.Split()
	return bare
}

// do computes what a layer gives for inputs.
func do(forward func(t *net.Tape, in []*net.Value) *net.Value, inputs []model.Array) (done model.Done, err error) {
	defer func() {
		switch p := recover().(type) {
		case nil:
		case error:
			err = p
		default:
			err = fmt.Errorf("%v", p)
		}
	}()
	t := net.NewTape()
	in := make([]*net.Value, len(inputs))
	for i, a := range inputs {
		in[i] = net.Variable(tensor.FromSlice(a.Values, a.Shape...))
	}
	y := forward(t, in)
	if i := index(in, y); i >= 0 { // the layer does nothing but while training
		return model.Done{Output: inputs[i], Back: func(g model.Array) []model.Array { return []model.Array{g} }}, nil
	}
	again := false
	return model.Done{Output: array(y.Data), Back: func(g model.Array) []model.Array {
		if again { // values between have gradients of the time before
			for _, v := range in {
				v.ZeroGrad()
			}
			t.Reset()
			y = forward(t, in)
		}
		again = true
		t.BackwardFrom(y, tensor.FromSlice(g.Values, g.Shape...))
		list := make([]model.Array, len(in))
		for i, v := range in {
			if list[i] = (model.Array{Shape: inputs[i].Shape, Values: make([]float64, len(inputs[i].Values))}); v.Grad() != nil {
				list[i] = array(v.Grad())
			}
		}
		return list
	}}, nil
}

func index(in []*net.Value, y *net.Value) int {
	for i, v := range in {
		if v == y {
			return i
		}
	}
	return -1
}

var stepKinds = map[string]model.StepKind{
	"Dense": model.Affine, "Conv1D": model.Affine, "Conv2D": model.Affine, "BatchNorm": model.Affine, "AvgPool1D": model.Affine, "AvgPool2D": model.Affine,
	"GlobalAvgPool": model.Affine, "Flatten": model.Affine, "Reshape": model.Affine, "Add": model.Affine, "Concat": model.Affine, "Dropout": model.Affine,
	"MaxPool1D": model.Greatest, "MaxPool2D": model.Greatest, "GlobalMaxPool": model.Greatest, "Embedding": model.Lookup,
}

// stepKind is what is known of a type of layer: of programs' own types nothing.
func stepKind(layer string) model.StepKind { return stepKinds[layer] }
