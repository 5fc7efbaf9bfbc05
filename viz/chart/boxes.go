package chart

import (
	"fmt"

	"loupe/viz/draw"
)

// Boxes shows a distribution for each name as a level box plot, the first at the
// top: a thin line over all values, a pale box from 5 to 95 %, a dark one from 25
// to 75 %, and a line at the median.
func Boxes(names []string, values [][]float64, list ...MarkOption) Mark {
	return BoxesOf(names, distributed(values), list...)
}

// BoxesOf shows distributions of which no more than a summary may be known.
func BoxesOf(names []string, values []Distribution, list ...MarkOption) Mark {
	return &boxes{names, *newQuantiles(nil, values, list)}
}

type boxes struct {
	names []string
	quantiles
}

func (m *boxes) check() error {
	if len(m.names) != len(m.values) {
		return fmt.Errorf("viz: boxes: %s and %s: as many are needed", plural(len(m.names), "name", "names"), plural(len(m.values), "distribution", "distributions"))
	}
	return m.opts.checkStyle("boxes", len(m.values))
}

func (m *boxes) extent(x, y *domain) {
	for i, s := range m.spread() {
		y.addName(m.names[i])
		if !s.none() {
			x.add(s.quantile(0))
			x.add(s.quantile(1))
		}
	}
	y.any = y.any || len(m.names) > 0
}

func (m *boxes) draw(p *panel, l *layer) {
	if p.y.cells == nil {
		return
	}
	row := p.area.H() / float64(p.y.cells.n)
	for i, s := range m.spread() {
		if s.none() {
			continue
		}
		mid := p.area.Y0 + (float64(p.y.cells.index[m.names[i]])+0.5)*row
		part := func(from, to, share float64) draw.Rect {
			half := row * share / 2
			r := draw.Rect{X0: p.at(s.quantile(from), 0).X, X1: p.at(s.quantile(to), 0).X, Y0: mid - half, Y1: mid + half}
			if r.X1-r.X0 < 1.5 { // all of one value is still to be seen
				r.X0, r.X1 = (r.X0+r.X1)/2-0.75, (r.X0+r.X1)/2+0.75
			}
			return r
		}
		whisker := part(0, 1, 0)
		p.strokeLine([]draw.Point{{X: whisker.X0, Y: mid}, {X: whisker.X1, Y: mid}}, 1, m.opts.seen(l.color, 1), 0)
		p.fillBox(part(0.05, 0.95, 0.42), mixed(l.color, p.Paper, 0.4))
		p.fillBox(part(0.25, 0.75, 0.7), m.opts.seen(l.color, 1))
		middle := part(0.5, 0.5, 0.7)
		p.strokeLine([]draw.Point{{X: (middle.X0 + middle.X1) / 2, Y: middle.Y0}, {X: (middle.X0 + middle.X1) / 2, Y: middle.Y1}}, 2, p.Paper, 0)
		if len(m.values) <= maxHovers {
			p.Hover(draw.Rect{X0: p.area.X0, X1: p.area.X1, Y0: mid - row/2, Y1: mid + row/2}, m.names[i]+": "+m.text(p.Options, s))
		}
	}
}

// text says where most values of a distribution lie.
func (m *boxes) text(o *Options, s spread) string {
	if s.none() {
		return o.Say("no finite values")
	}
	return o.Say("median %s, half between %s and %s, all between %s and %s", number(s.quantile(0.5)), number(s.quantile(0.25)), number(s.quantile(0.75)), number(s.quantile(0)), number(s.quantile(1)))
}

func (m *boxes) describe(o *Options) string {
	text := m.opts.named(o, o.Count(len(m.names), "box", "boxes"))
	for i, s := range m.spread() {
		if i == maxDescribed {
			return text + o.Say("; ") + o.Say("and %s more", count(len(m.names)-i))
		}
		text += o.Say("; ") + nameOr(m.names[i], "–") + ": " + m.text(o, s)
	}
	return text
}

func (m *boxes) rows(t *plotTable) {
	for i, s := range m.spread() {
		r := row{mark: m.opts.label, name: m.names[i], x: nan, y: nan, low: nan, high: nan, value: nan}
		if !s.none() {
			r.low, r.high, r.value, r.x = s.quantile(0.25), s.quantile(0.75), s.quantile(0.5), s.quantile(0.5)
		}
		t.add(r)
	}
}

// vega is the box from 25 to 75 %.
func (m *boxes) vega(*layer) map[string]any {
	return map[string]any{
		"mark":     map[string]any{"type": "bar"},
		"encoding": map[string]any{"y": map[string]any{"field": "name", "type": "nominal", "sort": nil, "title": nil}, "x": vegaField("low"), "x2": map[string]any{"field": "high"}},
	}
}
