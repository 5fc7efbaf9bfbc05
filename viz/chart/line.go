package chart

import (
	"math"

	"loupe/viz/draw"
)

// Line connects pairs of numbers in their order. Without x they stand at 0, 1,
// 2, … NaN and infinities interrupt the line.
func Line(x, y []float64, list ...MarkOption) Mark { return &line{styled(list), x, y} }

type line struct {
	opts style
	x, y []float64
}

func (m *line) style() *style { return &m.opts }

func (m *line) check() error {
	if err := sameLength("a line", m.x, m.y); err != nil {
		return err
	}
	return m.opts.checkStyle("a line", len(m.y))
}

func (m *line) extent(x, y *domain) {
	for i := range m.y {
		if v := xAt(m.x, i); bothFinite(v, m.y[i]) {
			x.add(v)
			y.add(m.y[i])
		}
	}
}

func (m *line) draw(p *panel, l *layer) {
	width, c := m.opts.thick(1.6), m.opts.seen(l.color, 1)
	for _, run := range m.runs(p) {
		switch {
		case len(run) == 1: // a point between gaps is still to be seen
			if p.holds(run[0]) {
				r := max(width, 2) / 2
				p.Fill(draw.Rect{X0: run[0].X - r, Y0: run[0].Y - r, X1: run[0].X + r, Y1: run[0].Y + r}, c)
			}
		case rises(run) && float64(len(run)) > 4*p.area.W()*p.Density():
			p.Polygon(clipBand(p, envelope(run, p.Density(), width/2)), c)
		default:
			p.strokeLine(run, width, c, l.dash())
		}
	}
	m.hover(p, l)
}

// runs are the places of the line, without what is not finite. Places that a
// pixel does not tell apart are left out.
func (m *line) runs(p *panel) [][]draw.Point {
	var list [][]draw.Point
	var run []draw.Point
	for i := range m.y {
		q := p.at(xAt(m.x, i), m.y[i])
		if !finite(q) {
			if len(run) > 0 {
				list, run = append(list, run), nil
			}
			continue
		}
		if run == nil {
			run = make([]draw.Point, 0, len(m.y)-i)
		}
		run = append(run, q)
	}
	if len(run) > 0 {
		list = append(list, run)
	}
	return list
}

// rises reports whether a line goes from left to right.
func rises(run []draw.Point) bool {
	for i := 1; i < len(run); i++ {
		if run[i].X < run[i-1].X {
			return false
		}
	}
	return true
}

// envelope is the shape that a line covers which has many points in each column
// of pixels: from the least to the greatest of each, and to where the line
// enters it.
func envelope(run []draw.Point, density, half float64) []draw.Point {
	var upper, lower []draw.Point
	for i := 0; i < len(run); {
		column := math.Floor(run[i].X * density)
		top, bottom := run[i].Y, run[i].Y
		if i > 0 {
			top, bottom = min(top, run[i-1].Y), max(bottom, run[i-1].Y)
		}
		for ; i < len(run) && math.Floor(run[i].X*density) == column; i++ {
			top, bottom = min(top, run[i].Y), max(bottom, run[i].Y)
		}
		x0, x1 := column/density, (column+1)/density
		upper = append(upper, draw.Point{X: x0, Y: top - half}, draw.Point{X: x1, Y: top - half})
		lower = append(lower, draw.Point{X: x0, Y: bottom + half}, draw.Point{X: x1, Y: bottom + half})
	}
	for i := len(lower) - 1; i >= 0; i-- {
		upper = append(upper, lower[i])
	}
	return upper
}

// clipBand moves the points of a shape into the frame.
func clipBand(p *panel, shape []draw.Point) []draw.Point {
	for i, q := range shape {
		shape[i] = draw.Point{X: min(max(q.X, p.area.X0), p.area.X1), Y: min(max(q.Y, p.area.Y0), p.area.Y1)}
	}
	return shape
}

func (m *line) hover(p *panel, l *layer) {
	if len(m.y) > maxHovers {
		return
	}
	for i := range m.y {
		x := xAt(m.x, i)
		if q := p.at(x, m.y[i]); finite(q) && p.holds(q) {
			text := "(" + number(x) + ", " + number(m.y[i]) + ")"
			if m.opts.label != "" {
				text = m.opts.label + " " + text
			}
			p.Hover(draw.Rect{X0: q.X - 4, Y0: q.Y - 4, X1: q.X + 4, Y1: q.Y + 4}, text)
		}
	}
}

func (m *line) describe(o *Options) string {
	return m.opts.named(o, o.Say("line")) + describeXY(o, m.x, m.y)
}

func (m *line) rows(t *plotTable) {
	for i := range m.y {
		t.add(row{mark: m.opts.label, x: xAt(m.x, i), y: m.y[i], low: nan, high: nan, value: nan})
	}
}

func (m *line) vega(l *layer) map[string]any {
	v := vegaXY("line")
	v["encoding"].(map[string]any)["order"] = map[string]any{"field": "i", "type": "quantitative"}
	mark := v["mark"].(map[string]any)
	mark["strokeWidth"] = m.opts.thick(1.6)
	if d := dashes[l.dash()%len(dashes)]; d != nil {
		mark["strokeDash"] = d
	}
	return v
}
