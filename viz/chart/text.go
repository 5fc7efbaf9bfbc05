package chart

import (
	"fmt"

	"loupe/viz/draw"
)

// Texts writes a text at each point. One that would cover another is left out.
func Texts(x, y []float64, texts []string, list ...MarkOption) Mark {
	return &labelled{styled(list), x, y, texts}
}

type labelled struct {
	opts  style
	x, y  []float64
	texts []string
}

func (m *labelled) style() *style { return &m.opts }

func (m *labelled) check() error {
	if err := sameLength("texts", m.x, m.y); err != nil {
		return err
	}
	if len(m.texts) != len(m.y) {
		return fmt.Errorf("viz: texts: %s at %s: as many are needed", plural(len(m.texts), "text", "texts"), plural(len(m.y), "point", "points"))
	}
	return m.opts.checkStyle("texts", len(m.y))
}

func (m *labelled) extent(x, y *domain) {
	for i := range m.y {
		if v := xAt(m.x, i); bothFinite(v, m.y[i]) {
			x.add(v)
			y.add(m.y[i])
		}
	}
}

// draw writes the texts that have room, from the first to the last.
func (m *labelled) draw(p *panel, l *layer) {
	c := p.Ink
	if m.opts.color != "" {
		c = l.color
	}
	for i, s := range m.texts {
		q := p.at(xAt(m.x, i), m.y[i])
		if !finite(q) || !p.holds(q) {
			continue
		}
		s = tickFont.Fit(s, p.area.W()*0.6)
		w := tickFont.Width(s)
		q.X = inside(q.X, w, p.area.X0+2, p.area.X1-2)
		q.Y = min(max(q.Y-5, p.area.Y0+tickFont.Size), p.area.Y1-4)
		box := draw.Rect{X0: q.X - w/2 - 2, Y0: q.Y - tickFont.Size, X1: q.X + w/2 + 2, Y1: q.Y + 3}
		if p.claim(box) {
			p.Fill(box, faded(p.Paper, 0.75))
			p.Text(s, q, tickFont, c, draw.Place{Align: draw.Middle})
		}
	}
}

// claim takes a place for a text, unless another has it.
func (p *panel) claim(r draw.Rect) bool {
	for _, t := range p.taken {
		if r.X0 < t.X1 && t.X0 < r.X1 && r.Y0 < t.Y1 && t.Y0 < r.Y1 {
			return false
		}
	}
	p.taken = append(p.taken, r)
	return true
}

func (m *labelled) describe(o *Options) string {
	return m.opts.named(o, o.Count(len(m.texts), "text", "texts"))
}

func (m *labelled) rows(t *plotTable) {
	for i := range m.y {
		t.add(row{mark: m.opts.label, name: m.texts[i], x: xAt(m.x, i), y: m.y[i], low: nan, high: nan, value: nan})
	}
}

func (m *labelled) vega(*layer) map[string]any {
	v := vegaXY("text")
	v["mark"].(map[string]any)["dy"] = -8
	v["encoding"].(map[string]any)["text"] = map[string]any{"field": "name", "type": "nominal"}
	return v
}
