package chart

import (
	"math"

	"loupe/viz/draw"
)

// Band fills what lies between two numbers for each x. Without x they stand at 0,
// 1, 2, …
func Band(x, low, high []float64, list ...MarkOption) Mark {
	return &band{styled(list), x, low, high}
}

// Area fills what lies between a line and zero.
func Area(x, y []float64, list ...MarkOption) Mark {
	return &band{styled(list), x, make([]float64, len(y)), y}
}

type band struct {
	opts         style
	x, low, high []float64
}

func (m *band) style() *style { return &m.opts }

func (m *band) check() error {
	if err := sameLength("a band", m.x, m.low); err != nil {
		return err
	}
	if err := sameLength("a band", m.low, m.high); err != nil {
		return err
	}
	return m.opts.checkStyle("a band", len(m.low))
}

func (m *band) extent(x, y *domain) {
	for i := range m.low {
		if v := xAt(m.x, i); bothFinite(m.low[i], m.high[i]) && bothFinite(v, 0) {
			x.add(v)
			y.add(m.low[i])
			y.add(m.high[i])
		}
	}
}

func (m *band) draw(p *panel, l *layer) {
	var upper, lower []draw.Point
	flush := func() {
		for i := len(lower) - 1; i >= 0; i-- {
			upper = append(upper, lower[i])
		}
		p.fillShape(upper, m.opts.seen(l.color, 0.3))
		upper, lower = nil, nil
	}
	for i := range m.low {
		x := xAt(m.x, i)
		a, b := p.at(x, m.low[i]), p.at(x, m.high[i])
		if p.y.log && m.low[i] <= 0 && m.high[i] > 0 { // to the lower edge
			a.Y = p.area.Y1
		}
		if !finite(a) || !finite(b) {
			flush()
			continue
		}
		upper, lower = append(upper, b), append(lower, a)
	}
	flush()
}

func (m *band) describe(o *Options) string {
	n, lo, hi := 0, math.Inf(1), math.Inf(-1)
	for i := range m.low {
		if bothFinite(m.low[i], m.high[i]) {
			n++
			lo, hi = min(lo, m.low[i], m.high[i]), max(hi, m.low[i], m.high[i])
		}
	}
	if n == 0 {
		return m.opts.named(o, o.Say("band")) + o.Say(" without finite values")
	}
	return m.opts.named(o, o.Say("band")) + o.Say(" between %s and %s", number(lo), number(hi))
}

func (m *band) rows(t *plotTable) {
	for i := range m.low {
		t.add(row{mark: m.opts.label, x: xAt(m.x, i), y: nan, low: m.low[i], high: m.high[i], value: nan})
	}
}

func (m *band) vega(*layer) map[string]any {
	return map[string]any{
		"mark":     map[string]any{"type": "area", "opacity": 0.3},
		"encoding": map[string]any{"x": vegaField("x"), "y": vegaField("low"), "y2": map[string]any{"field": "high"}},
	}
}
