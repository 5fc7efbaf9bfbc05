package graph

import (
	"loupe/viz/chart"
	"loupe/viz/draw"
	"loupe/viz/model"
)

// A legend says what colours and forms mean.
type legend struct {
	classes []model.Class
	at      []draw.Point
	height  float64
}

const keySize = 12.0

func newLegend(p *drawing, o *chart.Options, width float64) *legend {
	l := &legend{}
	if p.ramp == nil {
		has := map[model.Class]bool{}
		p.root.each(func(b *box) {
			if b.node >= 0 {
				has[p.m.Nodes[b.node].Class] = true
			}
		})
		for _, k := range model.Classes {
			if has[k] {
				l.classes = append(l.classes, k)
			}
		}
	}
	x, y := 0.0, 14.0
	for _, k := range l.classes {
		w := 18 + noteFont.Width(className(o, k)) + 14
		if x > 0 && x+w-14 > width {
			x, y = 0, y+18
		}
		l.at = append(l.at, draw.Point{X: x, Y: y})
		x += w
	}
	if len(l.classes) > 0 {
		l.height = y + 18
	}
	return l
}

// shown is how many boxes there are to see.
func (p *drawing) shown() int {
	n := 0
	p.root.each(func(*box) { n++ })
	return n - 1
}

// each visits what is shown.
func (b *box) each(visit func(*box)) {
	visit(b)
	if b.open {
		for _, k := range b.kids {
			k.each(visit)
		}
	}
}

func (l *legend) draw(s *chart.Sheet, x, y float64) {
	for i, k := range l.classes {
		at := draw.Point{X: x + l.at[i].X, Y: y + l.at[i].Y}
		fill, edge := classColors(k, s.Palette)
		points := form(k, draw.Rect{X0: at.X, Y0: at.Y, X1: at.X + keySize + 2, Y1: at.Y + keySize - 2})
		s.Polygon(points, fill)
		s.Line(closed(points), 1.1, edge)
		s.Text(className(s.Options, k), draw.Point{X: at.X + 19, Y: at.Y + 9}, noteFont, s.Soft, draw.Place{})
	}
}

// className says what operations of a class do.
func className(o *chart.Options, k model.Class) string {
	switch k {
	case model.Data:
		return o.Say("data")
	case model.Weighted:
		return o.Say("weights")
	case model.Recurrent:
		return o.Say("recurrent")
	case model.Attending:
		return o.Say("attention")
	case model.Activating:
		return o.Say("activation")
	case model.Pooling:
		return o.Say("pooling")
	case model.Normalizing:
		return o.Say("normalization")
	case model.Reshaping:
		return o.Say("shape")
	case model.Merging:
		return o.Say("merge")
	case model.Regulating:
		return o.Say("regularization")
	}
	return o.Say("other")
}
