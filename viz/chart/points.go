package chart

import (
	"image/color"
	"math"

	"loupe/viz/draw"
)

// Points shows pairs of numbers as dots: a scatter plot. Without x the points
// stand at 0, 1, 2, …
func Points(x, y []float64, list ...MarkOption) Mark {
	return &points{styled(list), x, y}
}

type points struct {
	opts style
	x, y []float64
}

func (m *points) style() *style { return &m.opts }

func (m *points) check() error {
	if err := sameLength("points", m.x, m.y); err != nil {
		return err
	}
	return m.opts.checkStyle("points", len(m.y))
}

func (m *points) extent(x, y *domain) {
	for i := range m.y {
		if v := xAt(m.x, i); bothFinite(v, m.y[i]) {
			x.add(v)
			y.add(m.y[i])
		}
	}
}

// bothFinite reports whether a pair of numbers has a place on paper.
func bothFinite(x, y float64) bool {
	return !math.IsNaN(x) && !math.IsInf(x, 0) && !math.IsNaN(y) && !math.IsInf(y, 0)
}

func (m *points) draw(p *panel, l *layer) {
	at := make([]draw.Point, 0, len(m.y))
	from := make([]int, 0, len(m.y)) // which point it is
	for i := range m.y {
		if q := p.at(xAt(m.x, i), m.y[i]); finite(q) && p.holds(q) {
			at, from = append(at, q), append(from, i)
		}
	}
	diameter := m.opts.thick(dotSize(len(at)))
	opacity := 0.9
	if len(at) > 500 {
		opacity = max(0.25, 0.9*math.Pow(500/float64(len(at)), 0.25))
	}
	dot := draw.Dot{Radius: diameter / 2}
	if m.opts.rim && len(at) <= maxRimmed {
		p.Dots(at, draw.Dot{Radius: diameter/2 + 1}, []color.NRGBA{p.Paper})
	}
	switch {
	case m.opts.by != nil:
		colors := make([]color.NRGBA, len(at))
		for k, i := range from {
			colors[k] = m.opts.seen(l.scale.colorOr(m.opts.by[i], p.Rim), opacity)
		}
		if len(at) <= maxRimmed { // some colours are close to that of the paper
			p.Dots(at, draw.Dot{Radius: diameter/2 + 0.6}, []color.NRGBA{p.Frame})
		}
		p.Dots(at, dot, colors)
	case m.opts.classes != nil:
		m.drawClasses(p, l, at, from, dot, opacity)
	default:
		dot.Shape = draw.Shape(l.pattern % draw.Shapes)
		p.Dots(at, dot, []color.NRGBA{m.opts.seen(l.color, opacity)})
	}
	m.hover(p, at, from, dot.Radius)
}

// drawClasses draws the points of all classes in the order of the data, so that
// none covers the others; one shape at a time where shapes differ.
func (m *points) drawClasses(p *panel, l *layer, at []draw.Point, from []int, dot draw.Dot, opacity float64) {
	for shape := range draw.Shapes {
		var some []draw.Point
		var colors []color.NRGBA
		for k, i := range from {
			if kind := l.kind(i); p.round(kind)%draw.Shapes == shape {
				some = append(some, at[k])
				colors = append(colors, m.opts.seen(p.Category(kind), opacity))
			}
		}
		if len(some) > 0 {
			dot.Shape = draw.Shape(shape)
			p.Dots(some, dot, colors)
		}
	}
}

// maxRimmed is up to how many points have an outline.
const maxRimmed = 3000

// maxHovers is how many things a drawing has texts for.
const maxHovers = 1000

func (m *points) hover(p *panel, at []draw.Point, from []int, r float64) {
	if len(at) > maxHovers {
		return
	}
	r = max(r, 4)
	for k, i := range from {
		text := "(" + number(xAt(m.x, i)) + ", " + number(m.y[i]) + ")"
		if m.opts.names != nil {
			text = m.opts.names[i] + " " + text
		}
		if m.opts.classes != nil {
			text += " " + m.opts.classes[i]
		}
		if m.opts.by != nil {
			text += " " + number(m.opts.by[i])
		}
		q := at[k]
		p.Hover(draw.Rect{X0: q.X - r, Y0: q.Y - r, X1: q.X + r, Y1: q.Y + r}, text)
	}
}

// dotSize is a diameter at which so many points remain readable.
func dotSize(n int) float64 {
	return min(7, max(2, 9-2*math.Log10(float64(max(n, 1)))))
}

func (m *points) describe(o *Options) string {
	return m.opts.named(o, o.Say("scatter")) + describeXY(o, m.x, m.y)
}

func (m *points) rows(t *plotTable) {
	for i := range m.y {
		r := row{mark: m.opts.label, x: xAt(m.x, i), y: m.y[i], low: nan, high: nan, value: nan}
		if m.opts.classes != nil {
			r.mark = m.opts.classes[i]
		}
		if m.opts.names != nil {
			r.name = m.opts.names[i]
		}
		if m.opts.by != nil {
			r.value = m.opts.by[i]
		}
		t.add(r)
	}
}

func (m *points) vega(l *layer) map[string]any {
	size := m.opts.thick(dotSize(len(m.y)))
	v := vegaXY("point")
	mark := v["mark"].(map[string]any)
	mark["filled"], mark["size"], mark["opacity"] = true, math.Round(size*size), 0.8
	return v
}
