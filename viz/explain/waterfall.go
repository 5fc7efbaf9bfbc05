package explain

import (
	"image/color"
	"math"
	"strings"

	"loupe/viz/chart"
	"loupe/viz/draw"
)

// Waterfall shows how the contributions of the features lead from the base to the
// output for one row: the most important at the top.
func (a *Attribution) Waterfall() *chart.Figure {
	v, err := a.view()
	if err == nil {
		err = v.needRow("waterfall")
	}
	if err != nil {
		return chart.Failed(err)
	}
	w := &waterfall{v: v}
	n := v.lines()
	w.from, w.to = make([]float64, n), make([]float64, n)
	at := v.base()
	b := &board{lines: func(o *chart.Options) []boardLine { return v.boardLines(o, true) }, height: 26, over: 20, under: 16, axis: v.scaleName, draw: w.draw, describe: v.describeRow, caption: v.captionWhiskers, data: v.table}
	b.lo, b.hi = at, at
	for i := n - 1; i >= 0; i-- { // from the base, below, upwards
		w.from[i] = at
		at += v.contribution(0, i)
		w.to[i] = at
		e := v.reach(i)
		b.lo, b.hi = min(b.lo, at-e), max(b.hi, at+e)
	}
	if v.a.Errors != nil { // numbers stand beside the bars
		_, b.right = v.besideRow(false, true)
	}
	return chart.New(b)
}

// boardLines are the names of the lines, with the values of one row.
func (v *view) boardLines(o *chart.Options, values bool) []boardLine {
	list := make([]boardLine, v.lines())
	for i := range list {
		name, value := v.name(o, i), ""
		if values {
			name, value = v.line(o, i)
		}
		list[i].name = draw.Clean(name)
		if value != "" {
			list[i].value = "= " + value
		}
	}
	return list
}

type waterfall struct {
	v        *view
	from, to []float64
}

func (w *waterfall) draw(c *boardPen) {
	for _, at := range []float64{w.v.base(), w.v.reached(0)} { // below the bars and their numbers
		c.Dashed([]draw.Point{{X: c.x(at), Y: c.area.Y0}, {X: c.x(at), Y: c.area.Y1}}, 1, c.Soft, 1)
	}
	for i := range w.from {
		w.bar(c, i)
	}
	w.end(c, w.v.base(), c.Say("base"), c.area.Y1, false)
	w.end(c, w.v.reached(0), w.v.summit(c.Options), c.area.Y0, true)
}

// end writes where the waterfall begins, or ends.
func (w *waterfall) end(c *boardPen, at float64, name string, y float64, above bool) {
	x := c.x(at)
	text := smallFont.Fit(name, 200) + " = " + chart.Number(at)
	half := smallFont.Width(text) / 2
	p := draw.Point{X: min(max(x, c.area.X0+half-40), c.area.X1-half+6), Y: y - 6}
	if !above {
		p.Y = y + c.ruler.Height() + 11
	}
	c.Text(text, p, smallFont, c.Ink, draw.Place{Align: draw.Middle})
}

// bar draws the contribution of a line as an arrow, with its error and its number.
func (w *waterfall) bar(c *boardPen, i int) {
	y, h := c.middle(i), min(c.step()*0.74, 22)
	x0, x1 := c.x(w.from[i]), c.x(w.to[i])
	d := w.v.contribution(0, i)
	fill := sideColor(c.Sheet, d)
	arrow(c.Sheet, x0, x1, y, h, fill)
	if i > 0 { // to the next, above
		c.Line([]draw.Point{{X: x1, Y: y - h/2}, {X: x1, Y: y - c.step() + h/2}}, 1, c.Frame)
	}
	c.whisker(w.to[i], w.v.deviation(0, i), w.v.spread(i), y, true)
	text := signedNumber(d)
	width := smallFont.Width(text)
	hover := draw.Rect{X0: min(x0, x1), Y0: y - h/2, X1: max(x0, x1), Y1: y + h/2}
	l := c.lines[i]
	c.Hover(hover, strings.TrimSpace(l.name+" "+l.value)+": "+text)
	if math.Abs(x1-x0) > width+12 && w.v.reach(i) == 0 {
		c.Text(text, draw.Point{X: (x0 + x1) / 2, Y: y + 4}, smallFont, chart.InkOn(fill), draw.Place{Align: draw.Middle})
		return
	}
	right := max(x0, x1) + 5
	if e := w.v.reach(i); e > 0 {
		right = max(right, c.x(w.to[i]+e)+5)
	}
	if right+width <= c.area.X1+6 {
		c.note(text, draw.Point{X: right, Y: y + 4}, smallFont, c.Ink, draw.Start)
		return
	}
	left := min(x0, x1) - 5
	if e := w.v.reach(i); e > 0 {
		left = min(left, c.x(w.to[i]-e)-5)
	}
	c.note(text, draw.Point{X: left, Y: y + 4}, smallFont, c.Ink, draw.End)
}

// arrow draws a bar that points to where it ends.
func arrow(s *chart.Sheet, x0, x1, y, h float64, fill color.NRGBA) {
	head := min(h*0.28, math.Abs(x1-x0))
	if x1 < x0 {
		head = -head
	}
	s.Polygon([]draw.Point{{X: x0, Y: y - h/2}, {X: x1 - head, Y: y - h/2}, {X: x1, Y: y}, {X: x1 - head, Y: y + h/2}, {X: x0, Y: y + h/2}}, fill)
}
