package explain

import (
	"image/color"
	"math"

	"loupe/viz/chart"
	"loupe/viz/draw"
)

// A board is a drawing with a line for each feature: its name at the left, something
// along a common axis of contributions at the right.
type board struct {
	lines func(o *chart.Options) []boardLine
	// lo and hi are what the axis has to show.
	lo, hi float64
	height float64 // of a line
	axis   func(o *chart.Options) string
	draw   func(c *boardPen)
	// over and under are room for texts above and below the lines.
	over, under float64
	// left and right are room for numbers beside what is drawn.
	left, right float64
	key         bool // colours are values of features, from low to high
	describe    func(o *chart.Options) string
	caption     func(o *chart.Options) string
	data        func() chart.Table
}

// A boardLine is the name of a feature, with its value where there is one. A head stands
// above others, and nothing is drawn beside it.
type boardLine struct {
	name, value string
	head        bool
}

// A boardPen draws on the sheet of a board that is laid out.
type boardPen struct {
	*chart.Sheet
	b     *board
	lines []boardLine
	area  draw.Rect
	ruler *chart.Ruler
}

var (
	lineFont  = draw.Font{Size: 12}
	valueFont = draw.Font{Size: 11}
	smallFont = draw.Font{Size: 10.5}
)

const (
	keyWidth  = 46.0
	labelRoom = 0.42 // the most of the width that names take
)

// Width implements chart.Art.
func (b *board) Width(*chart.Options) float64 { return 640 }

// Layout implements chart.Art.
func (b *board) Layout(width float64, o *chart.Options) (chart.Body, error) {
	left, lines := 0.0, b.lines(o)
	for _, l := range lines {
		left = max(left, lineFont.Width(l.name)+valueFont.Width(l.value)+4)
	}
	left = min(left, width*labelRoom) + 8
	right := 8.0
	if b.key {
		right += keyWidth
	}
	height := b.height
	if o.Height() > 0 && len(lines) > 0 {
		height = max(14, (o.Height()-b.over-b.under-40)/float64(len(lines)))
	}
	lo, hi := b.padded(max(width-left-right, 40))
	ruler := chart.NewRuler(lo, hi, max(width-left-right, 40), b.axis(o))
	inner := height * float64(max(len(lines), 1))
	total := b.over + inner + ruler.Height() + b.under
	return chart.Body{Height: total, Draw: func(s *chart.Sheet, area draw.Rect) {
		c := &boardPen{s, b, lines, draw.Rect{X0: area.X0 + left, Y0: area.Y0 + b.over, X1: area.X1 - right, Y1: area.Y0 + b.over + inner}, ruler}
		ruler.Draw(s, c.area)
		for i, l := range lines {
			c.name(i, l, area.X0)
		}
		b.draw(c)
		if b.key {
			c.key(area.X1 - keyWidth + 6)
		}
	}}, nil
}

// padded is what the axis shows, with room at both ends.
func (b *board) padded(width float64) (lo, hi float64) {
	span := b.hi - b.lo
	perPixel := span / max(width-b.left-b.right-width*0.08, 20)
	return b.lo - perPixel*(b.left+width*0.04), b.hi + perPixel*(b.right+width*0.04)
}

// Describe implements chart.Art.
func (b *board) Describe(o *chart.Options) string { return b.describe(o) }

// Caption implements chart.Captioned.
func (b *board) Caption(o *chart.Options) string { return b.caption(o) }

// Data implements chart.Tabular.
func (b *board) Data(*chart.Options) chart.Table { return b.data() }

// middle is the height of a line's middle.
func (c *boardPen) middle(i int) float64 {
	return c.area.Y0 + (float64(i)+0.5)*c.step()
}

// step is the height of a line.
func (c *boardPen) step() float64 { return c.area.H() / float64(max(len(c.lines), 1)) }

func (c *boardPen) x(v float64) float64 { return c.ruler.X(v, c.area) }

// name writes the name of a line and the value of its feature.
func (c *boardPen) name(i int, l boardLine, left float64) {
	x, y := c.area.X0-8, c.middle(i)+4
	room := c.area.X0 - 8 - left
	value := valueFont.Fit(l.value, room/2)
	if value != "" {
		c.Text(value, draw.Point{X: x, Y: y}, valueFont, c.Soft, draw.Place{Align: draw.End})
		x -= valueFont.Width(value) + 4
		room -= valueFont.Width(value) + 4
	}
	if l.head && lineFont.Width(l.name) > room { // it may reach under the axis
		c.note(lineFont.Fit(l.name, c.area.X1-left), draw.Point{X: left, Y: y}, lineFont, c.Ink, draw.Start)
		return
	}
	if name := lineFont.Fit(l.name, room); name != "" {
		c.Text(name, draw.Point{X: x, Y: y}, lineFont, c.Ink, draw.Place{Align: draw.End})
	}
}

// note writes a text on paper: lines that cross a number would be read as parts of it.
func (c *boardPen) note(text string, at draw.Point, f draw.Font, ink color.NRGBA, align draw.Align) {
	start := at.X - float64(align)*f.Width(text)/2
	c.Fill(draw.Rect{X0: start - 1, Y0: at.Y - 10, X1: start + f.Width(text) + 1, Y1: at.Y + 2}, c.Paper)
	c.Text(text, at, f, ink, draw.Place{Align: align})
}

// whisker draws a standard error about a place, a line with ends or without; beside a
// spread over repeats, which is a thin line with ends, it is thick.
func (c *boardPen) whisker(at, deviation, spread, y float64, ends bool) {
	line := func(e, width float64, ends bool) {
		a, b := c.x(at-e), c.x(at+e)
		c.Line([]draw.Point{{X: a, Y: y}, {X: b, Y: y}}, width, c.Ink)
		if !ends {
			return
		}
		for _, x := range []float64{a, b} {
			c.Line([]draw.Point{{X: x, Y: y - 3}, {X: x, Y: y + 3}}, width, c.Ink)
		}
	}
	switch {
	case spread > 0:
		line(spread, 1, true)
		line(deviation, 3, false)
	case deviation > 0:
		line(deviation, 1.4, ends)
	}
}

// rule draws an upright line through all lines.
func (c *boardPen) rule(v float64, col color.NRGBA) {
	x := c.x(v)
	c.Line([]draw.Point{{X: x, Y: c.area.Y0}, {X: x, Y: c.area.Y1}}, 1.2, col)
}

// key explains the colours of values.
func (c *boardPen) key(x float64) {
	top, bottom := c.area.Y0+18, c.area.Y1-18
	if bottom-top < 30 {
		return
	}
	const steps = 64
	shade := between(c.Sheet)
	for i := range steps {
		y0, y1 := top+(bottom-top)*float64(i)/steps, top+(bottom-top)*float64(i+1)/steps
		c.Fill(draw.Rect{X0: x, Y0: y0, X1: x + 8, Y1: y1 + 0.5}, shade(1-(float64(i)+0.5)/steps))
	}
	c.Text(c.Say("high"), draw.Point{X: x, Y: top - 5}, smallFont, c.Soft, draw.Place{})
	c.Text(c.Say("low"), draw.Point{X: x, Y: bottom + 13}, smallFont, c.Soft, draw.Place{})
	if text := smallFont.Fit(c.Say("value of the feature"), bottom-top); text != "" {
		c.Text(text, draw.Point{X: x + 22, Y: (top + bottom) / 2}, smallFont, c.Soft, draw.Place{Align: draw.Middle, Up: true})
	}
}

// up and down are the colours of what raises an output and of what lowers it.
func up(s *chart.Sheet) color.NRGBA   { return signColor(s, 0.72) }
func down(s *chart.Sheet) color.NRGBA { return signColor(s, -0.72) }

func signColor(s *chart.Sheet, v float64) color.NRGBA {
	r, err := chart.NewRamp("", []float64{-1, 1}, s.Options)
	if err != nil {
		return s.First
	}
	c, _ := r.Color(v)
	return c
}

// sideColor is the colour of a contribution.
func sideColor(s *chart.Sheet, v float64) color.NRGBA {
	if v < 0 {
		return down(s)
	}
	return up(s)
}

// between returns the colours of values from 0, the lowest, to 1.
func between(s *chart.Sheet) func(t float64) color.NRGBA {
	a, b := down(s), up(s)
	return func(t float64) color.NRGBA {
		if math.IsNaN(t) {
			return s.Rim
		}
		mix := func(x, y uint8) uint8 { return uint8(math.Round(float64(x)*(1-t) + float64(y)*t)) }
		return color.NRGBA{R: mix(a.R, b.R), G: mix(a.G, b.G), B: mix(a.B, b.B), A: 255}
	}
}
