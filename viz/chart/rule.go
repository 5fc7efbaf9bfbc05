package chart

import (
	"fmt"
	"math"

	"loupe/viz/draw"
)

// HLine draws a level line through the whole plot, with its label at the right
// end.
func HLine(y float64, list ...MarkOption) Mark { return &rule{styled(list), y, true} }

// VLine draws an upright line through the whole plot, with its label at the top.
func VLine(x float64, list ...MarkOption) Mark { return &rule{styled(list), x, false} }

type rule struct {
	opts  style
	at    float64
	level bool
}

func (m *rule) style() *style { return &m.opts }

func (m *rule) check() error {
	if math.IsNaN(m.at) || math.IsInf(m.at, 0) {
		return fmt.Errorf("viz: a line through the plot cannot be at %v: it must be finite", m.at)
	}
	return m.opts.checkStyle("a line", 1)
}

func (m *rule) extent(x, y *domain) {
	if m.level {
		y.add(m.at)
	} else {
		x.add(m.at)
	}
}

func (m *rule) draw(p *panel, l *layer) {
	c := p.Soft
	if m.opts.color != "" {
		c = l.color
	}
	a, b := draw.Point{X: p.area.X0, Y: p.at(0, m.at).Y}, draw.Point{X: p.area.X1, Y: p.at(0, m.at).Y}
	if !m.level {
		x := p.at(m.at, 0).X
		a, b = draw.Point{X: x, Y: p.area.Y1}, draw.Point{X: x, Y: p.area.Y0}
	}
	pattern := 0
	if m.opts.dashed {
		pattern = 1
	}
	p.strokeLine([]draw.Point{a, b}, m.opts.thick(1), c, pattern)
	if m.opts.label == "" || !finite(b) || !p.holds(b) {
		return
	}
	room := p.area.W() - 8
	if !m.level {
		room = max(b.X-p.area.X0, p.area.X1-b.X) - 8
	}
	s := tickFont.Fit(m.opts.label, room)
	w := tickFont.Width(s)
	at := draw.Point{X: b.X - 4 - w, Y: max(b.Y-4, p.area.Y0+tickFont.Size+2)}
	if !m.level {
		at = draw.Point{X: b.X + 4, Y: b.Y + 4 + tickFont.Ascent()}
		if at.X+w > p.area.X1-2 {
			at.X = b.X - 4 - w
		}
	}
	box := draw.Rect{X0: at.X - 2, Y0: at.Y - tickFont.Size, X1: at.X + w + 2, Y1: at.Y + 3}
	if p.claim(box) {
		p.Fill(box, faded(p.Paper, 0.6))
		p.Text(s, at, tickFont, c, draw.Place{})
	}
}

func (m *rule) describe(o *Options) string {
	if m.level {
		return m.opts.named(o, o.Say("level line")) + o.Say(" at %s", number(m.at))
	}
	return m.opts.named(o, o.Say("upright line")) + o.Say(" at %s", number(m.at))
}

func (m *rule) rows(t *plotTable) {
	r := row{mark: m.opts.label, x: m.at, y: nan, low: nan, high: nan, value: nan}
	if m.level {
		r.x, r.y = nan, m.at
	}
	t.add(r)
}

func (m *rule) vega(*layer) map[string]any {
	axis := "x"
	if m.level {
		axis = "y"
	}
	mark := map[string]any{"type": "rule", "strokeWidth": m.opts.thick(1)}
	if m.opts.dashed {
		mark["strokeDash"] = dashes[1]
	}
	return map[string]any{"mark": mark, "encoding": map[string]any{axis: vegaField(axis)}}
}
