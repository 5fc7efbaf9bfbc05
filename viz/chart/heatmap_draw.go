package chart

import (
	"fmt"
	"math"
	"strconv"

	"loupe/viz/draw"
)

var nan = math.NaN()

// A heatmapPlan is a heat map that is laid out.
type heatmapPlan struct {
	*heatmap
	o                   *Options
	nr, nc              int
	scale               *scale
	left, right, bottom float64 // margins of the frame
	plotW, plotH        float64
	rows, columns       labels
}

func (h *heatmap) Width(o *Options) float64 {
	if h.m == nil {
		return 400
	}
	_, cols := h.m.Dims()
	cell := 22.0
	for _, name := range shortList(o.columns, 30) { // so that words lie
		cell = max(cell, tickFont.Width(name)+10)
	}
	return min(max(float64(cols)*cell+160, 420), 760)
}

func (h *heatmap) Layout(width float64, o *Options) (Body, error) {
	if h.m == nil {
		return message(o.Say("no matrix"), width), nil
	}
	p := &heatmapPlan{heatmap: h, o: o}
	p.nr, p.nc = h.m.Dims()
	if len(o.rows) > 0 && len(o.rows) != p.nr {
		return Body{}, fmt.Errorf("viz: the heat map has %s and %s for them", plural(p.nr, "row", "rows"), plural(len(o.rows), "name", "names"))
	}
	if len(o.columns) > 0 && len(o.columns) != p.nc {
		return Body{}, fmt.Errorf("viz: the heat map has %s and %s for them", plural(p.nc, "column", "columns"), plural(len(o.columns), "name", "names"))
	}
	if p.nr == 0 || p.nc == 0 {
		return message(o.Say("no values: %s rows × %s columns", count(p.nr), count(p.nc)), width), nil
	}
	if err := o.above.check(p.nc); err != nil {
		return Body{}, err
	}
	if err := checkLimits(o); err != nil {
		return Body{}, err
	}
	var err error
	if p.scale, err = newScale(h.survey(), o); err != nil {
		return Body{}, err
	}
	p.measure(width)
	return Body{Height: o.above.room() + p.plotH + p.bottom, Draw: p.draw}, nil
}

// measure decides on margins and on the size of the frame. The left margin and
// the height depend on each other, so that it goes twice over them.
func (p *heatmapPlan) measure(width float64) {
	p.plotH = min(max(float64(p.nr)*24, 60), 420)
	for range 2 {
		p.rows = newLabels(p.nr, p.o.rows, p.plotH/float64(p.nr))
		p.left = p.rows.widest(width*0.34) + tickLength + tickGap
		if p.o.yLabel != "" {
			p.left += labelFont.Line() + 2
		}
		p.right = p.scale.width(p.plotH)
		p.plotW = max(width-p.left-p.right, 30)
		p.columns = newLabels(p.nc, p.o.columns, p.plotW/float64(p.nc))
		p.columns.lie(p.plotW / float64(p.nc))
		p.bottom = tickLength + tickGap + p.columns.height(110)
		if p.o.xLabel != "" {
			p.bottom += labelFont.Line() + 2
		}
		p.plotH = p.natural()
		if p.o.height > 0 {
			p.plotH = max(20, p.o.height-p.o.above.room()-p.bottom)
		}
	}
}

// natural is the height that gives cells the shape of squares, within reason.
func (p *heatmapPlan) natural() float64 {
	cell := p.plotW / float64(p.nc)
	h := float64(p.nr) * min(max(cell, 3), 40)
	least := min(float64(p.nr)*22, 200)
	return min(max(h, least, 24), 420)
}

func (p *heatmapPlan) draw(c *Sheet, area draw.Rect) {
	top := area.Y0 + p.o.above.room()
	plot := draw.Rect{X0: area.X0 + p.left, Y0: top, X1: area.X0 + p.left + p.plotW, Y1: top + p.plotH}
	p.o.above.draw(c, area, plot)
	d := c.Density()
	c.Image(p.scale.cells(p.m, max(1, int(math.Round(plot.W()*d))), max(1, int(math.Round(plot.H()*d)))), plot)
	p.drawNumbers(c, plot)
	p.hover(c, plot)
	draw.Frame(c, plot, 1, c.Frame)
	p.drawRowLabels(c, plot)
	p.drawColumnLabels(c, plot, area)
	p.scale.draw(c, plot.X1, plot)
	if p.o.yLabel != "" {
		c.Text(labelFont.Fit(p.o.yLabel, plot.H()), draw.Point{X: area.X0 + labelFont.Ascent(), Y: (plot.Y0 + plot.Y1) / 2}, labelFont, c.Ink, draw.Place{Align: draw.Middle, Up: true})
	}
	if p.o.xLabel != "" {
		c.Text(labelFont.Fit(p.o.xLabel, plot.W()), draw.Point{X: (plot.X0 + plot.X1) / 2, Y: area.Y1 - labelFont.Size*0.3}, labelFont, c.Ink, draw.Place{Align: draw.Middle})
	}
}

func (p *heatmapPlan) drawRowLabels(c *Sheet, plot draw.Rect) {
	h := plot.H() / float64(p.nr)
	for i := 0; i < p.nr; i += p.rows.step {
		p.rows.beside(c, i, plot.X0, plot.Y0+(float64(i)+0.5)*h)
	}
}

func (p *heatmapPlan) drawColumnLabels(c *Sheet, plot, area draw.Rect) {
	w := plot.W() / float64(p.nc)
	for j := 0; j < p.nc; j += p.columns.step {
		p.columns.below(c, j, plot.X0+(float64(j)+0.5)*w, plot.Y1, area.X0, area.X1)
	}
}

// hover gives each cell its text, if they are few.
func (p *heatmapPlan) hover(c *Sheet, plot draw.Rect) {
	if p.nr*p.nc > maxHovers {
		return
	}
	w, h := plot.W()/float64(p.nc), plot.H()/float64(p.nr)
	for i := range p.nr {
		for j := range p.nc {
			x, y := plot.X0+float64(j)*w, plot.Y0+float64(i)*h
			text := placeName(p.o, p.o.Say("row"), p.o.rows, i) + p.o.Say(", ") + placeName(p.o, p.o.Say("column"), p.o.columns, j) + p.o.Say(": ") + number(p.m.At(i, j))
			c.Hover(draw.Rect{X0: x, Y0: y, X1: x + w, Y1: y + h}, text)
		}
	}
}

// maxNumbers is the number of cells up to which they show their values.
const maxNumbers = 400

// drawNumbers writes the values into the cells, if they have room.
func (p *heatmapPlan) drawNumbers(c *Sheet, plot draw.Rect) {
	w, h := plot.W()/float64(p.nc), plot.H()/float64(p.nr)
	if p.o.plain || p.nr*p.nc > maxNumbers || h < tickFont.Line() {
		return
	}
	format := cellFormat(p.survey())
	for i := range p.nr {
		for j := range p.nc {
			if tickFont.Width(format(p.m.At(i, j))) > w-4 {
				return
			}
		}
	}
	for i := range p.nr {
		for j := range p.nc {
			x := p.m.At(i, j)
			col := Light.Ink
			if !math.IsNaN(x) {
				col = InkOn(p.scale.color(x))
			}
			at := draw.Point{X: plot.X0 + (float64(j)+0.5)*w, Y: plot.Y0 + (float64(i)+0.5)*h + tickFont.Ascent()/2}
			c.Text(format(x), at, tickFont, col, draw.Place{Align: draw.Middle})
		}
	}
}

// cellFormat prints all values of a matrix with the decimals of the largest.
func cellFormat(e extremes) func(float64) string {
	high := max(math.Abs(e.lo), math.Abs(e.hi))
	if e.missing || high == 0 || high >= 1e5 || high < 1e-3 {
		return number
	}
	decimals := max(0, 1-int(math.Floor(math.Log10(high))))
	if high <= 1 {
		decimals = max(decimals, 2)
	}
	if e.whole {
		decimals = 0
	}
	return func(x float64) string {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return number(x)
		}
		s := strconv.FormatFloat(x, 'f', decimals, 64)
		if v, _ := strconv.ParseFloat(s, 64); v == 0 {
			s = strconv.FormatFloat(0, 'f', decimals, 64)
		}
		return signed(s)
	}
}
