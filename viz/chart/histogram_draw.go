package chart

import (
	"image/color"

	"loupe/viz/draw"
)

func (p *histogramPlan) draw(c *Sheet, area draw.Rect) {
	for i := range p.sets {
		col, row := i%p.columns, i/p.columns
		x0 := area.X0 + p.left + float64(col)*(p.inner+facetGap+p.next)
		y0 := area.Y0 + float64(row)*(p.head+p.plot+p.foot)
		plot := draw.Rect{X0: x0, Y0: y0 + p.head, X1: x0 + p.inner, Y1: y0 + p.head + p.plot}
		if len(p.sets) > 1 {
			p.drawHead(c, i, plot, y0)
		}
		p.drawFacet(c, i, plot)
		if col == 0 {
			p.drawYLabel(c, area.X0, plot)
		}
	}
}

// drawHead writes the name of a facet and what is to be said about it.
func (p *histogramPlan) drawHead(c *Sheet, i int, plot draw.Rect, y float64) {
	s := p.statistics()[i]
	line := func(text string, f draw.Font, col color.NRGBA) {
		c.Text(f.Fit(text, plot.W()), draw.Point{X: plot.X0, Y: y + f.Ascent()}, f, col, draw.Place{})
		y += f.Line()
	}
	line(nameOr(p.sets[i].Name, c.Say("set %s", count(i+1))), headFont, c.Ink)
	line(s.short(c.Options), smallFont, c.Soft)
	line(s.findings(c.Options), smallFont, c.Soft)
}

func (p *histogramPlan) drawYLabel(c *Sheet, left float64, plot draw.Rect) {
	label := c.Say("values")
	if p.share {
		label = c.Say("%s of values", "%")
	}
	if p.o.yLabel != "" {
		label = p.o.yLabel
	}
	c.Text(labelFont.Fit(label, plot.H()), draw.Point{X: left + labelFont.Ascent(), Y: (plot.Y0 + plot.Y1) / 2}, labelFont, c.Soft, draw.Place{Align: draw.Middle, Up: true})
}

func (p *histogramPlan) drawFacet(c *Sheet, i int, plot draw.Rect) {
	x, y := &p.x[i], &p.y[i]
	y.drawY(c, plot, !p.shared || i%p.columns == 0)
	x.drawX(c, plot)
	if x.lo < 0 && x.hi > 0 {
		at := plot.X0 + x.at(0)*plot.W()
		c.Line([]draw.Point{{X: at, Y: plot.Y0}, {X: at, Y: plot.Y1}}, 1, c.Frame)
	}
	p.drawBars(c, i, plot)
	draw.Frame(c, plot, 1, c.Frame)
	if p.o.xLabel != "" {
		c.Text(labelFont.Fit(p.o.xLabel, plot.W()), draw.Point{X: (plot.X0 + plot.X1) / 2, Y: plot.Y1 + tickLength + tickGap + tickFont.Line() + labelFont.Ascent()}, labelFont, c.Soft, draw.Place{Align: draw.Middle})
	}
	if p.statistics()[i].n == 0 {
		c.Text(c.Say("no finite values"), draw.Point{X: (plot.X0 + plot.X1) / 2, Y: (plot.Y0 + plot.Y1) / 2}, labelFont, c.Soft, draw.Place{Align: draw.Middle})
	}
	p.drawBeyond(c, i, plot)
}

// drawBars draws the bins; those beyond a fence in the colour of a warning.
func (p *histogramPlan) drawBars(c *Sheet, i int, plot draw.Rect) {
	x, y, s, b := &p.x[i], &p.y[i], p.statistics()[i], &p.bins[i]
	for k, n := range b.counts {
		if n == 0 {
			continue
		}
		from, to := b.start+float64(k)*b.width, b.start+float64(k+1)*b.width
		col := c.First
		if from > s.fenceHigh || to < s.fenceLow {
			col = c.Warning
		}
		if p.statistics()[i].whole && b.width == 1 { // values apart, bars apart
			from, to = from+0.06, to-0.06
		}
		// The least count is still to be seen.
		h := max(y.at(p.height(i, n))*plot.H(), 1.5)
		c.Block(draw.Rect{
			X0: plot.X0 + max(x.at(from), 0)*plot.W(), X1: plot.X0 + min(x.at(to), 1)*plot.W(),
			Y0: plot.Y1 - h, Y1: plot.Y1,
		}, col)
	}
}

// drawBeyond says above the frame what lies beyond the ends of the axis, with
// arrows that point there.
func (p *histogramPlan) drawBeyond(c *Sheet, i int, plot draw.Rect) {
	low, high := p.outside(i)
	s, y := p.statistics()[i], plot.Y0-6
	mid, room := y-smallFont.Ascent()/2+1, plot.W()-12
	if low > 0 && high > 0 {
		room = plot.W()/2 - 14
	}
	if high > 0 {
		tip := plot.X1
		c.Polygon([]draw.Point{{X: tip, Y: mid}, {X: tip - 7, Y: mid - 4}, {X: tip - 7, Y: mid + 4}}, c.Warning)
		c.Text(beyond(room, count(high), c.Say("%s beyond, up to %s", count(high), number(s.highest)), c.Say("%s to %s", count(high), number(s.highest))), draw.Point{X: tip - 11, Y: y}, smallFont, c.Warning, draw.Place{Align: draw.End})
	}
	if low > 0 {
		tip := plot.X0
		c.Polygon([]draw.Point{{X: tip, Y: mid}, {X: tip + 7, Y: mid - 4}, {X: tip + 7, Y: mid + 4}}, c.Warning)
		c.Text(beyond(room, count(low), c.Say("%s beyond, down to %s", count(low), number(s.lowest)), c.Say("%s to %s", count(low), number(s.lowest))), draw.Point{X: tip + 11, Y: y}, smallFont, c.Warning, draw.Place{})
	}
}

// beyond is the first of some texts that has room, or a short one.
func beyond(width float64, short string, texts ...string) string {
	for _, text := range texts {
		if smallFont.Width(text) <= width {
			return text
		}
	}
	return smallFont.Fit(short, width)
}

// message is an art that only says why there is none.
func message(text string, width float64) Body {
	return Body{Height: 60, Draw: func(c *Sheet, area draw.Rect) {
		draw.Frame(c, area.Inset(0.5), 1, c.Grid)
		c.Text(labelFont.Fit(text, width), draw.Point{X: (area.X0 + area.X1) / 2, Y: (area.Y0+area.Y1)/2 + labelFont.Ascent()/2}, labelFont, c.Soft, draw.Place{Align: draw.Middle})
	}}
}
