package chart

import "loupe/viz/draw"

// A Ruler is a level axis of numbers below a drawing of a package that draws for
// itself.
type Ruler struct {
	a     axis
	label string
}

// NewRuler returns the axis from lo to hi, with as many ticks as have room in a
// width.
func NewRuler(lo, hi, width float64, label string) *Ruler {
	r := &Ruler{label: label}
	r.a.lo, r.a.hi = widened(lo, hi)
	r.a.fitTicks(width, false)
	return r
}

// X is where a number lies in an area.
func (r *Ruler) X(v float64, area draw.Rect) float64 { return area.X0 + r.a.at(v)*area.W() }

// Height is what ticks, numbers and label take below the area.
func (r *Ruler) Height() float64 {
	h := tickLength + tickGap + tickFont.Line()
	if r.label != "" {
		h += labelFont.Line()
	}
	return h
}

// Draw draws grid lines in the area, and the axis below it.
func (r *Ruler) Draw(s *Sheet, area draw.Rect) {
	r.a.drawX(s, area)
	s.Line([]draw.Point{{X: area.X0, Y: area.Y1}, {X: area.X1, Y: area.Y1}}, 1, s.Frame)
	if text := labelFont.Fit(r.label, area.W()); text != "" {
		y := area.Y1 + tickLength + tickGap + tickFont.Line() + labelFont.Ascent()
		s.Text(text, draw.Point{X: (area.X0 + area.X1) / 2, Y: y}, labelFont, s.Ink, draw.Place{Align: draw.Middle})
	}
}
