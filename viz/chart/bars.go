package chart

import (
	"fmt"
	"math"

	"loupe/viz/draw"
)

// Bars shows a number for each name as an upright bar. Bars of several marks
// with the same names stand beside each other.
func Bars(names []string, values []float64, list ...MarkOption) Mark {
	return &bars{styled(list), names, values, false}
}

// HBars shows a number for each name as a level bar, the first at the top: for
// long names.
func HBars(names []string, values []float64, list ...MarkOption) Mark {
	return &bars{styled(list), names, values, true}
}

type bars struct {
	opts   style
	names  []string
	values []float64
	level  bool
}

func (m *bars) style() *style { return &m.opts }

func (m *bars) check() error {
	if len(m.names) != len(m.values) {
		return fmt.Errorf("viz: bars: %s and %s: as many are needed", plural(len(m.names), "name", "names"), plural(len(m.values), "value", "values"))
	}
	return m.opts.checkStyle("bars", len(m.values))
}

func (m *bars) extent(x, y *domain) {
	names, values := x, y
	if m.level {
		names, values = y, x
	}
	for _, n := range m.names {
		names.addName(n)
	}
	names.any = names.any || len(m.names) > 0
	values.zero = true
	for _, v := range m.values {
		values.add(v)
	}
}

func (m *bars) draw(p *panel, l *layer) {
	places, names, values, along := p.x.cells, p.x, p.y, p.area.W()
	if len(m.values) == 0 {
		return
	}
	if m.level {
		places, names, values, along = p.y.cells, p.y, p.x, p.area.H()
	}
	share := 0.8
	if along/float64(places.n) < 3 { // no room for gaps
		share = 1
	}
	width := share / float64(l.slots)
	for i, v := range m.values {
		if math.IsNaN(v) {
			continue
		}
		from := float64(places.index[m.names[i]]) - share/2 + float64(l.slot)*width
		a, b := names.at(from), names.at(from+width)
		base, tip := values.at(0), values.at(v)
		if values.log || math.IsNaN(base) {
			base = 0
		}
		base, tip = min(max(base, 0), 1), min(max(tip, 0), 1)
		if m.level {
			// The first category is at the top.
			m.bar(p, l, i, draw.Rect{X0: p.area.X0 + base*p.area.W(), X1: p.area.X0 + tip*p.area.W(), Y0: p.area.Y0 + a*p.area.H(), Y1: p.area.Y0 + b*p.area.H()})
			continue
		}
		m.bar(p, l, i, draw.Rect{X0: p.area.X0 + a*p.area.W(), X1: p.area.X0 + b*p.area.W(), Y0: p.area.Y1 - tip*p.area.H(), Y1: p.area.Y1 - base*p.area.H()})
	}
}

func (m *bars) bar(p *panel, l *layer, i int, r draw.Rect) {
	c := l.color
	if m.opts.classes != nil {
		c = p.Category(l.kind(i))
	}
	p.fillBox(r, m.opts.seen(c, 1))
	if len(m.values) <= maxHovers {
		p.Hover(draw.Rect{X0: min(r.X0, r.X1), Y0: min(r.Y0, r.Y1), X1: max(r.X0, r.X1), Y1: max(r.Y0, r.Y1)}, m.names[i]+": "+number(m.values[i]))
	}
}

func (m *bars) describe(o *Options) string {
	text := m.opts.named(o, o.Count(len(m.values), "bar", "bars"))
	lo, hi := -1, -1
	for i, v := range m.values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			continue
		}
		if lo < 0 || v < m.values[lo] {
			lo = i
		}
		if hi < 0 || v > m.values[hi] {
			hi = i
		}
	}
	switch {
	case lo < 0:
		return text + o.Say(" without finite values")
	case len(m.values) == 1:
		return text + ": " + nameOr(m.names[0], "–") + " " + number(m.values[0])
	}
	return text + o.Say(" from %s (%s) to %s (%s)", number(m.values[lo]), nameOr(m.names[lo], "–"), number(m.values[hi]), nameOr(m.names[hi], "–"))
}

func (m *bars) rows(t *plotTable) {
	for i, v := range m.values {
		t.add(row{mark: m.opts.label, name: m.names[i], x: nan, y: v, low: nan, high: nan, value: nan})
	}
}

func (m *bars) vega(l *layer) map[string]any {
	axis := map[string]any{"labelLimit": 160, "labelOverlap": true}
	if len(m.names) <= 10 {
		axis["labelAngle"] = 0
	}
	name := map[string]any{"field": "name", "type": "nominal", "sort": nil, "title": nil, "axis": axis}
	value := vegaField("y")
	e := map[string]any{"x": name, "y": value}
	offset := "xOffset"
	if m.level {
		e, offset = map[string]any{"y": name, "x": value}, "yOffset"
	}
	if l.slots > 1 {
		e[offset] = map[string]any{"field": "mark", "type": "nominal", "sort": nil}
	}
	return map[string]any{"mark": map[string]any{"type": "bar"}, "encoding": e}
}
