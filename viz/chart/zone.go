package chart

import (
	"fmt"
	"math"

	"loupe/viz/draw"
)

// HZone fills what lies between two heights of the whole plot, such as where
// gradients vanish, with its label in it. An end may be infinite. The axis is that
// of the other marks: a zone that they do not reach is not seen.
func HZone(low, high float64, list ...MarkOption) Mark {
	return &zone{styled(list), low, high, true}
}

// VZone fills what lies between two x values of the whole plot.
func VZone(low, high float64, list ...MarkOption) Mark {
	return &zone{styled(list), low, high, false}
}

type zone struct {
	opts      style
	low, high float64
	level     bool
}

func (m *zone) style() *style { return &m.opts }

func (m *zone) check() error {
	if !(m.low < m.high) {
		return fmt.Errorf("viz: a zone cannot reach from %v to %v: the first must be smaller", m.low, m.high)
	}
	return m.opts.checkStyle("a zone", 0)
}

func (m *zone) extent(x, y *domain) {}

// ends are where the zone begins and ends on an axis, from 0 to 1.
func (m *zone) ends(a *axis) (from, to float64) {
	at := func(v, end float64) float64 {
		if math.IsInf(v, 0) || a.log && v <= 0 {
			return end
		}
		return min(max(a.at(v), 0), 1)
	}
	return at(m.low, 0), at(m.high, 1)
}

func (m *zone) draw(p *panel, l *layer) {
	r := p.area
	if m.level {
		from, to := m.ends(p.y)
		r.Y0, r.Y1 = p.area.Y1-to*p.area.H(), p.area.Y1-from*p.area.H()
	} else {
		from, to := m.ends(p.x)
		r.X0, r.X1 = p.area.X0+from*p.area.W(), p.area.X0+to*p.area.W()
	}
	if r.W() < 1 || r.H() < 1 {
		return
	}
	c := p.Soft
	if m.opts.color != "" {
		c = l.color
	}
	p.Fill(r, m.opts.seen(c, 0.14))
	label := m.opts.said(p.Options)
	p.Hover(r, label)
	text := tickFont.Fit(label, r.W()-8)
	x := r.X0 + 4
	if !m.level { // at its right end, where level bars that do not reach through it leave room
		x = r.X1 - 4 - tickFont.Width(text)
	}
	box := draw.Rect{X0: x - 2, Y0: r.Y0 + 2, X1: x + 2 + tickFont.Width(text), Y1: r.Y0 + 4 + tickFont.Size}
	if text != "" && box.X0 >= r.X0 && box.X1 <= r.X1 && box.Y1 <= r.Y1 && p.claim(box) {
		p.Fill(box, faded(p.Paper, 0.85))
		p.Text(text, draw.Point{X: x, Y: r.Y0 + 3 + tickFont.Ascent()}, tickFont, p.Ink, draw.Place{})
	}
}

func (m *zone) describe(o *Options) string {
	return m.opts.named(o, o.Say("zone")) + o.Say(" between %s and %s", number(m.low), number(m.high))
}

func (m *zone) rows(t *plotTable) {
	r := row{mark: m.opts.label, x: nan, y: nan, low: m.low, high: m.high, value: nan}
	t.add(r)
}

func (m *zone) vega(*layer) map[string]any {
	axis, start, end := "x", any(0), any("width")
	if m.level {
		axis, start, end = "y", "height", 0
	}
	field := func(v float64, name string, edge any) map[string]any {
		if math.IsInf(v, 0) {
			return map[string]any{"value": edge}
		}
		return map[string]any{"field": name, "type": "quantitative"}
	}
	e := map[string]any{axis: field(m.low, "low", start), axis + "2": field(m.high, "high", end)}
	delete(e[axis+"2"].(map[string]any), "type")
	return map[string]any{"mark": map[string]any{"type": "rect", "opacity": 0.14}, "encoding": e}
}

// hasOwnLabel reports whether a mark has its label beside it rather than in the
// legend.
func hasOwnLabel(m Mark) bool {
	switch m.(type) {
	case *rule, *zone:
		return true
	}
	return false
}
