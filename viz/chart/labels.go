package chart

import (
	"strconv"

	"loupe/viz/draw"
)

// labels are the names along an axis of cells. Where they are too many, every
// step-th is shown.
type labels struct {
	n     int
	names []string       // nil: the numbers from 0
	index map[string]int // where a name is, for axes that need it
	step  int
	up    bool    // they read upwards
	limit float64 // width of a text
}

// newLabels thins labels out for cells of a height, one line of text each.
func newLabels(n int, names []string, cell float64) labels {
	l := labels{n: n, names: names, step: 1, limit: 1e9}
	l.thin(cell, tickFont.Line())
	return l
}

// thin raises the step until cells of a size leave each label its room.
func (l *labels) thin(cell, room float64) {
	for k := 1; float64(l.step)*cell < room && l.step < l.n; k++ {
		l.step = []int{1, 2, 5}[k%3] * pow10(k/3)
	}
}

func pow10(n int) int {
	p := 1
	for range n {
		p *= 10
	}
	return p
}

func (l *labels) text(i int) string {
	if l.names == nil {
		return strconv.Itoa(i)
	}
	return l.names[i]
}

// widest is the width of the widest label that is shown, at most limit, which
// is kept.
func (l *labels) widest(limit float64) float64 {
	w := 0.0
	for i := 0; i < l.n; i += l.step {
		w = max(w, tickFont.Width(l.text(i)))
	}
	l.limit = limit
	return min(w, limit)
}

// lie decides how labels below cells of a width are to be written: side by
// side, numbers if need be fewer of them; else names read upwards.
func (l *labels) lie(cell float64) {
	all := *l
	all.step, all.limit = 1, 1e9
	sample := all
	sample.step = max(1, l.n/500)
	room := sample.widest(1e9) + 8
	if l.names == nil {
		all.thin(cell, room)
		*l = all
		return
	}
	if room <= cell {
		*l = all
		return
	}
	l.up = true
}

// height is what the labels take below an axis, at most limit if they read
// upwards.
func (l *labels) height(limit float64) float64 {
	if !l.up {
		return tickFont.Line()
	}
	return l.widest(limit) + 2
}

// beside writes label i at the left of a frame, with a tick.
func (l *labels) beside(c *Sheet, i int, x, y float64) {
	c.Line([]draw.Point{{X: x - tickLength, Y: y}, {X: x, Y: y}}, 1, c.Frame)
	c.Text(tickFont.Fit(l.text(i), l.limit), draw.Point{X: x - tickLength - tickGap, Y: y + tickFont.Ascent()/2}, tickFont, c.Ink, draw.Place{Align: draw.End})
}

// below writes label j below a frame, with a tick, between two edges.
func (l *labels) below(c *Sheet, j int, x, y, left, right float64) {
	c.Line([]draw.Point{{X: x, Y: y}, {X: x, Y: y + tickLength}}, 1, c.Frame)
	y += tickLength + tickGap
	text := tickFont.Fit(l.text(j), l.limit)
	if l.up {
		c.Text(text, draw.Point{X: x + tickFont.Ascent()/2, Y: y}, tickFont, c.Ink, draw.Place{Align: draw.End, Up: true})
		return
	}
	x = inside(x, tickFont.Width(text), left, right)
	c.Text(text, draw.Point{X: x, Y: y + tickFont.Ascent()}, tickFont, c.Ink, draw.Place{Align: draw.Middle})
}
