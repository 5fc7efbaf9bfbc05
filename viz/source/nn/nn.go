// Package nn lets pictures read models of loupe/nn: it is a source for
// loupe/viz/model, and loupe/viz imports it.
package nn

import (
	"fmt"
	"slices"

	net "loupe/nn"
	"loupe/viz/model"
)

func init() {
	model.Register(func(v any) (*model.Model, error) {
		m, ok := v.(*net.Model)
		if !ok {
			return nil, nil
		}
		if m == nil {
			return nil, fmt.Errorf("the model is nil")
		}
		return Describe(m), nil
	})
	model.RegisterTrace(readTrace)
}

// Describe returns a model's description. Shapes and parameters are known once
// the model is built, which the first data do.
func Describe(m *net.Model) *model.Model {
	d := &describer{m: m, out: &model.Model{Name: "model", Runner: &runner{m}}, at: map[*net.Node]int{}, params: map[*net.Layer][]int{}, used: map[string]int{}}
	rows := m.Rows()
	for _, n := range m.Nodes() {
		if n.Layer() == nil {
			d.add(n, model.Node{Name: d.unique(input), Op: "Input", Class: model.Data, Shape: n.Shape(), DType: m.DType().String()})
			continue
		}
		d.layer(n, rows[0])
		rows = rows[1:]
	}
	return d.out
}

// input is what the first input is called; the others are numbered by inputName.
const input = "input"

// inputName is the name of the node of an input: no layer has one with a blank.
func inputName(i int) string {
	if i == 0 {
		return input
	}
	return fmt.Sprintf("%s (%d)", input, i+1)
}

func paramName(l *net.Layer, p *net.Param) string { return l.Name() + "/" + p.Name }

type describer struct {
	m      *net.Model
	out    *model.Model
	at     map[*net.Node]int
	params map[*net.Layer][]int
	used   map[string]int
}

func (d *describer) add(n *net.Node, node model.Node) {
	d.at[n] = len(d.out.Nodes)
	for _, in := range n.Inputs() {
		node.Inputs = append(node.Inputs, d.at[in])
	}
	d.out.Nodes = append(d.out.Nodes, node)
}

// unique numbers the nodes of a name from the second on: a layer may be used
// several times.
func (d *describer) unique(name string) string {
	d.used[name]++
	if k := d.used[name]; k > 1 {
		return fmt.Sprintf("%s (%d)", name, k)
	}
	return name
}

func (d *describer) layer(n *net.Node, row net.Row) {
	l := n.Layer()
	node := model.Node{Name: d.unique(l.Name()), Op: l.Type(), Class: classOf(l.Type()), Shape: n.Shape(), DType: d.m.DType().String(), MACs: row.MACs}
	for _, s := range l.Settings() {
		node.Attrs = append(node.Attrs, model.Attr{Name: s.Name, Value: s.Value})
	}
	if a := l.Activation().Name(); a != "" && a != net.Linear.Name() {
		node.Attrs = append(node.Attrs, model.Attr{Name: "activation", Value: a})
	}
	if l.Frozen() {
		node.Attrs = append(node.Attrs, model.Attr{Name: "frozen", Value: "yes"})
	}
	if _, known := d.params[l]; !known {
		for _, p := range l.Params() {
			d.params[l] = append(d.params[l], len(d.out.Params))
			d.out.Params = append(d.out.Params, model.Param{
				Name: paramName(l, p), Shape: slices.Clone(p.Data.Shape()), DType: p.Data.DType().String(),
				Trained: !p.State && !l.Frozen(), Values: p.Data.Float64s,
			})
		}
	}
	node.Params = d.params[l]
	d.add(n, node)
}

var classes = map[string]model.Class{
	"Dense": model.Weighted, "Conv1D": model.Weighted, "Conv2D": model.Weighted, "Embedding": model.Weighted,
	"SimpleRNN": model.Recurrent, "LSTM": model.Recurrent, "GRU": model.Recurrent, "MultiHeadAttention": model.Attending,
	"MaxPool1D": model.Pooling, "MaxPool2D": model.Pooling, "AvgPool1D": model.Pooling, "AvgPool2D": model.Pooling,
	"GlobalAvgPool": model.Pooling, "GlobalMaxPool": model.Pooling, "BatchNorm": model.Normalizing, "LayerNorm": model.Normalizing,
	"Flatten": model.Reshaping, "Reshape": model.Reshaping, "Add": model.Merging, "Concat": model.Merging, "Dropout": model.Regulating,
	"Activation": model.Activating,
}

func classOf(kind string) model.Class { return classes[kind] }
