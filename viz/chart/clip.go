package chart

import (
	"image/color"

	"loupe/viz/draw"
)

// strokeLine draws what of a line lies within the frame.
func (p *panel) strokeLine(points []draw.Point, width float64, c color.NRGBA, pattern int) {
	var run []draw.Point
	flush := func() {
		if len(run) > 1 {
			p.Dashed(run, width, c, pattern)
		}
		run = run[:0]
	}
	for i := 1; i < len(points); i++ {
		a, b, ok := clipSegment(points[i-1], points[i], p.area)
		if !ok {
			flush()
			continue
		}
		if len(run) == 0 || run[len(run)-1] != a {
			flush()
			run = append(run, a)
		}
		run = append(run, b)
	}
	flush()
}

// clipSegment is the part of a segment within a rectangle (Liang and Barsky 1984).
func clipSegment(a, b draw.Point, r draw.Rect) (from, to draw.Point, ok bool) {
	if !finite(a) || !finite(b) {
		return a, b, false
	}
	t0, t1 := 0.0, 1.0
	dx, dy := b.X-a.X, b.Y-a.Y
	for _, e := range [4][2]float64{{-dx, a.X - r.X0}, {dx, r.X1 - a.X}, {-dy, a.Y - r.Y0}, {dy, r.Y1 - a.Y}} {
		q, s := e[0], e[1]
		if q == 0 {
			if s < 0 {
				return a, b, false
			}
			continue
		}
		if t := s / q; q < 0 {
			t0 = max(t0, t)
		} else {
			t1 = min(t1, t)
		}
	}
	if t0 > t1 {
		return a, b, false
	}
	from, to = a, b
	if t0 > 0 {
		from = draw.Point{X: a.X + t0*dx, Y: a.Y + t0*dy}
	}
	if t1 < 1 {
		to = draw.Point{X: a.X + t1*dx, Y: a.Y + t1*dy}
	}
	return from, to, true
}

// fillShape fills what of a shape lies within the frame (Sutherland and Hodgman
// 1974), or draws its outline where ink is to be saved.
func (p *panel) fillShape(points []draw.Point, c color.NRGBA) {
	r := p.area
	sides := []func(draw.Point) float64{
		func(q draw.Point) float64 { return q.X - r.X0 },
		func(q draw.Point) float64 { return r.X1 - q.X },
		func(q draw.Point) float64 { return q.Y - r.Y0 },
		func(q draw.Point) float64 { return r.Y1 - q.Y },
	}
	for _, in := range sides {
		points = clipSide(points, in)
	}
	if p.Outline {
		if len(points) > 2 {
			c.A = 255
			p.Line(append(points[:len(points):len(points)], points[0]), 1, c)
		}
		return
	}
	p.Polygon(points, c)
}

// clipSide keeps what of a shape lies where in is not negative.
func clipSide(points []draw.Point, in func(draw.Point) float64) []draw.Point {
	var out []draw.Point
	for i, q := range points {
		before := points[(i+len(points)-1)%len(points)]
		a, b := in(before), in(q)
		if (a < 0) != (b < 0) {
			t := a / (a - b)
			out = append(out, draw.Point{X: before.X + t*(q.X-before.X), Y: before.Y + t*(q.Y-before.Y)})
		}
		if b >= 0 {
			out = append(out, q)
		}
	}
	return out
}

// fillBox fills what of a rectangle lies within the frame.
func (p *panel) fillBox(r draw.Rect, c color.NRGBA) {
	if r.X0 > r.X1 {
		r.X0, r.X1 = r.X1, r.X0
	}
	if r.Y0 > r.Y1 {
		r.Y0, r.Y1 = r.Y1, r.Y0
	}
	r = draw.Rect{X0: max(r.X0, p.area.X0), Y0: max(r.Y0, p.area.Y0), X1: min(r.X1, p.area.X1), Y1: min(r.Y1, p.area.Y1)}
	if r.X0 <= r.X1 && r.Y0 <= r.Y1 {
		p.Block(r, c)
	}
}
