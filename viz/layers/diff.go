package layers

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"loupe/viz/chart"
	"loupe/viz/draw"
	"loupe/viz/model"
)

// Diff returns a table of what two models have not in common: layers that only one
// has, settings that differ, and how far the weights of layers of one name are
// apart, as the size of the difference relative to the first model's weights.
func Diff(a, b any) *chart.Figure {
	ma, err := model.Of(a)
	if err != nil {
		return chart.Failed(fmt.Errorf("viz: the first model: %w", err))
	}
	mb, err := model.Of(b)
	if err != nil {
		return chart.Failed(fmt.Errorf("viz: the second model: %w", err))
	}
	d := &diff{pairs: pairs(ma, mb)}
	d.columns = d.cells
	return chart.New(d)
}

// A pair is a layer of one name in both models; one of them may be missing.
type pair struct {
	name string
	a, b *model.Node
	// change is how far the weights are apart; NaN if there are none to compare.
	change float64
	shapes bool // weights of one name have different shapes
}

type diff struct {
	table
	pairs []pair
}

// pairs lists the layers of both models in the order of the first, those of the
// second alone behind the layer that they follow there.
func pairs(ma, mb *model.Model) []pair {
	var list []pair
	for i := range ma.Nodes {
		n := &ma.Nodes[i]
		p := pair{name: n.Name, a: n, change: math.NaN()}
		if k, err := mb.Node(n.Name); err == nil {
			p.b = &mb.Nodes[k]
			p.change, p.shapes = distance(ma, mb, p.a, p.b)
		}
		list = append(list, p)
	}
	after := 0
	for i := range mb.Nodes {
		n := &mb.Nodes[i]
		if k := slices.IndexFunc(list, func(p pair) bool { return p.name == n.Name }); k >= 0 {
			after = k + 1
			continue
		}
		list = slices.Insert(list, after, pair{name: n.Name, b: n, change: math.NaN()})
		after++
	}
	return list
}

// distance compares the parameters of one name.
func distance(ma, mb *model.Model, a, b *model.Node) (change float64, shapes bool) {
	apart, size, compared := 0.0, 0.0, false
	for _, i := range a.Params {
		p := &ma.Params[i]
		for _, j := range b.Params {
			q := &mb.Params[j]
			if model.Base(q.Name) != model.Base(p.Name) {
				continue
			}
			if !slices.Equal(p.Shape, q.Shape) {
				shapes = true
				continue
			}
			x, y := p.Values(), q.Values()
			for k := range x {
				apart += (x[k] - y[k]) * (x[k] - y[k])
				size += x[k] * x[k]
			}
			compared = true
		}
	}
	switch {
	case !compared, shapes: // a part of them says nothing
		return math.NaN(), shapes
	case apart == 0:
		return 0, shapes
	}
	return math.Sqrt(apart / size), shapes
}

// describe is a layer with its settings.
func describe(n *model.Node) string {
	if n == nil {
		return "–"
	}
	parts := []string{n.Op}
	for _, a := range n.Attrs {
		parts = append(parts, a.Name+" "+a.Value)
	}
	text := strings.Join(parts, ", ")
	if len(n.Shape) > 0 {
		text += " → " + model.ShapeText(n.Shape)
	}
	return draw.Clean(text)
}

func (p *pair) differs() bool { return describe(p.a) != describe(p.b) || p.shapes }

func (d *diff) cells(o *chart.Options) []column {
	layer, first, second := column{head: o.Say("layer")}, column{head: o.Say("first model")}, column{head: o.Say("second model")}
	weights := column{head: o.Say("change of weights"), right: true, bars: true}
	for i := range d.pairs {
		p := &d.pairs[i]
		differs := p.differs()
		layer.cells = append(layer.cells, cell{text: draw.Clean(p.name), bold: differs})
		first.cells = append(first.cells, cell{text: describe(p.a), alert: differs && p.a != nil})
		text := describe(p.b)
		if !differs {
			text = o.Say("the same")
		}
		second.cells = append(second.cells, cell{text: text, alert: differs && p.b != nil})
		c := cell{}
		if p.shapes {
			c.text = o.Say("other shapes")
		}
		if !math.IsNaN(p.change) {
			c = cell{text: percentOf(p.change), share: p.change}
		}
		weights.cells = append(weights.cells, c)
	}
	return []column{layer, first, second, weights}
}

func percentOf(x float64) string {
	switch {
	case x == 0:
		return "0 %"
	case x < 0.001:
		return "< 0.1 %"
	case x > 10:
		return "> 1,000 %"
	}
	return fmt.Sprintf("%.1f %%", 100*x)
}

// Describe says in how many layers the models differ, and which weights are the
// farthest apart.
func (d *diff) Describe(o *chart.Options) string {
	onlyA, onlyB, differ, most := 0, 0, 0, -1
	for i := range d.pairs {
		p := &d.pairs[i]
		switch {
		case p.b == nil:
			onlyA++
		case p.a == nil:
			onlyB++
		case p.differs():
			differ++
		}
		if !math.IsNaN(p.change) && (most < 0 || p.change > d.pairs[most].change) {
			most = i
		}
	}
	s := o.Say("Two models with the same layers.")
	if onlyA+onlyB+differ > 0 {
		s = o.Say("Two models: %s only in the first, %s only in the second, %s with other settings.",
			o.Count(onlyA, "layer", "layers"), o.Count(onlyB, "layer", "layers"), o.Count(differ, "layer", "layers"))
	}
	switch {
	case most < 0, d.pairs[most].change == 0 && differ > 0:
	case d.pairs[most].change == 0:
		s += " " + o.Say("Their weights are equal.")
	default:
		s += " " + o.Say("The weights of %s are the farthest apart: by %s of their size.", draw.Clean(d.pairs[most].name), percentOf(d.pairs[most].change))
	}
	return s
}

// Data lists the layers.
func (d *diff) Data(o *chart.Options) chart.Table {
	t := chart.Table{}
	for _, c := range d.cells(o)[:3] {
		texts := make([]string, len(c.cells))
		for i := range texts {
			texts[i] = c.cells[i].text
		}
		t.Columns = append(t.Columns, chart.Column{Name: c.head, Texts: texts})
	}
	change := make([]float64, len(d.pairs))
	for i, p := range d.pairs {
		change[i] = p.change
	}
	t.Columns = append(t.Columns, chart.Column{Name: o.Say("change of weights"), Numbers: change})
	return t
}
