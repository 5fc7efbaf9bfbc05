package chart

import (
	"fmt"
	"math"

	"loupe/viz/draw"
)

// Above draws a number for each column of a heat map as a line above it, such as the
// output of the model whose contributions the cells are. Label says what it is.
func Above(label string, values []float64) Option {
	return func(o *Options) { o.above = &aboveLine{label, values} }
}

// An aboveLine is what stands above the columns of a heat map.
type aboveLine struct {
	label  string
	values []float64
}

const (
	aboveHeight = 36.0
	aboveGap    = 6.0
)

// room is the height that the line takes, 0 without one.
func (a *aboveLine) room() float64 {
	if a == nil {
		return 0
	}
	return aboveHeight + aboveGap
}

// check reports whether there is a number for each column.
func (a *aboveLine) check(columns int) error {
	if a != nil && len(a.values) != columns {
		return fmt.Errorf("viz: the heat map has %s and %s to draw above them", plural(columns, "column", "columns"), plural(len(a.values), "number", "numbers"))
	}
	return nil
}

// draw draws the line above a frame of cells, with its greatest and its least number
// beside it.
func (a *aboveLine) draw(c *Sheet, area, plot draw.Rect) {
	if a == nil {
		return
	}
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, v := range a.values {
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			lo, hi = min(lo, v), max(hi, v)
		}
	}
	top, bottom := plot.Y0-aboveGap-aboveHeight+4, plot.Y0-aboveGap-2
	name := tickFont.Fit(nameOr(a.label, ""), plot.X0-area.X0-tickGap-tickLength)
	c.Text(name, draw.Point{X: plot.X0 - tickLength - tickGap, Y: (top+bottom)/2 + 4}, tickFont, c.Ink, draw.Place{Align: draw.End})
	if lo > hi {
		return
	}
	at := func(v float64) float64 {
		if hi == lo {
			return (top + bottom) / 2
		}
		return bottom - (v-lo)/(hi-lo)*(bottom-top)
	}
	w := plot.W() / float64(len(a.values))
	var run []draw.Point
	for j := range len(a.values) + 1 {
		if j < len(a.values) && !math.IsNaN(a.values[j]) && !math.IsInf(a.values[j], 0) {
			y := at(a.values[j])
			run = append(run, draw.Point{X: plot.X0 + float64(j)*w, Y: y}, draw.Point{X: plot.X0 + float64(j+1)*w, Y: y})
			continue
		}
		if len(run) > 0 {
			c.Line(run, 1.4, c.Ink)
		}
		run = nil
	}
	a.ends(c, area, plot, lo, hi, at)
}

// ends writes the greatest and the least number at the right of the line.
func (a *aboveLine) ends(c *Sheet, area, plot draw.Rect, lo, hi float64, at func(float64) float64) {
	x, room := plot.X1+tickGap, area.X1-plot.X1-tickGap
	for _, v := range []float64{hi, lo} {
		if text := number(v); tickFont.Width(text) <= room {
			c.Text(text, draw.Point{X: x, Y: at(v) + 4}, tickFont, c.Soft, draw.Place{})
		}
		if hi == lo {
			return
		}
	}
}
