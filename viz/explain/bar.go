package explain

import (
	"image/color"
	"math"
	"strings"

	"loupe/viz/chart"
	"loupe/viz/draw"
)

// Bar shows the features as bars: of one row by their contributions, of many rows by
// the mean size of their contributions. Without a chosen output, bars over many rows
// have a part for each output.
func (a *Attribution) Bar() *chart.Figure {
	v, err := a.view()
	if err != nil {
		return chart.Failed(err)
	}
	b := &bars{v: v}
	if v.rows() == 1 {
		return b.row()
	}
	return b.all()
}

type bars struct {
	v     *view
	parts [][]float64 // of each line, by output; one for a single output
}

// row makes the bars of one row.
func (b *bars) row() *chart.Figure {
	v := b.v
	art := &board{lines: func(o *chart.Options) []boardLine { return v.boardLines(o, true) }, height: 24, over: 2, axis: v.axis, draw: b.drawRow,
		describe: v.describeRow, caption: v.captionWhiskers, data: v.table}
	for i := range v.lines() {
		x, e := v.contribution(0, i), v.reach(i)
		art.lo, art.hi = min(art.lo, x-e), max(art.hi, x+e)
	}
	art.left, art.right = v.besideRow(art.lo < 0, art.hi > 0)
	return chart.New(art)
}

// besideRow is the room for the numbers of a row at the left and right ends.
func (v *view) besideRow(atLeft, atRight bool) (left, right float64) {
	for i := range v.lines() {
		w := smallFont.Width(signedNumber(v.contribution(0, i))) + 8
		if atLeft {
			left = max(left, w)
		}
		if atRight {
			right = max(right, w)
		}
	}
	return left, right
}

func (b *bars) drawRow(c *boardPen) {
	zero := c.x(0)
	for i := range b.v.lines() {
		x, y, h := b.v.contribution(0, i), c.middle(i), min(c.step()*0.7, 20)
		tip := c.x(x)
		box := draw.Rect{X0: min(zero, tip), Y0: y - h/2, X1: max(zero, tip), Y1: y + h/2}
		c.Block(box, sideColor(c.Sheet, x))
		c.Hover(box, draw.Clean(b.v.name(c.Options, i))+": "+signedNumber(x))
		e := b.v.reach(i)
		c.whisker(x, b.v.deviation(0, i), b.v.spread(i), y, false)
		if x < 0 {
			c.Text(signedNumber(x), draw.Point{X: c.x(x-e) - 4, Y: y + 4}, smallFont, c.Ink, draw.Place{Align: draw.End})
		} else {
			c.Text(signedNumber(x), draw.Point{X: c.x(x+e) + 4, Y: y + 4}, smallFont, c.Ink, draw.Place{})
		}
	}
	c.rule(0, c.Frame)
}

// all makes the bars of many rows.
func (b *bars) all() *chart.Figure {
	v := b.v
	outputs := len(v.a.Values)
	if outputs == 2 { // of two classes, one says all
		outputs = 1
	}
	if outputs > 1 {
		total := make([]float64, len(v.a.Features))
		for k := range outputs {
			for j, x := range v.a.Importance(k) {
				total[j] += x
			}
		}
		v.arrange(total)
	}
	for i := range v.lines() {
		parts := make([]float64, outputs)
		for k := range parts {
			values := v.values
			if outputs > 1 {
				values = v.a.Values[k]
			}
			one := view{a: v.a, values: values, order: v.order, rest: v.rest}
			for r := range v.rows() {
				parts[k] += math.Abs(one.contribution(r, i)) / float64(v.rows())
			}
		}
		b.parts = append(b.parts, parts)
	}
	art := &board{lines: func(o *chart.Options) []boardLine { return v.boardLines(o, false) }, height: 24, over: 2, draw: b.drawAll,
		describe: v.describeAll, caption: v.captionAll, data: v.table,
		axis: func(o *chart.Options) string {
			if outputs > 1 {
				return o.Say("mean size of the contributions")
			}
			return o.Say("mean size of the %s", v.axis(o))
		}}
	if outputs > 1 {
		art.over = 24
		art.caption = func(o *chart.Options) string {
			return strings.Join(nonempty(o.Say("Contributions to %s:", o.Count(outputs, "output", "outputs"))+b.most(o, 2), v.checked(o)), " ")
		}
		art.describe = b.describeAll
	}
	for _, p := range b.parts {
		art.hi = max(art.hi, sum(p))
	}
	for _, p := range b.parts {
		art.right = max(art.right, smallFont.Width(chart.Number(sum(p)))+8)
	}
	return chart.New(art)
}

func (b *bars) drawAll(c *boardPen) {
	for i, parts := range b.parts {
		y, h, at := c.middle(i), min(c.step()*0.7, 20), 0.0
		for k, p := range parts {
			box := draw.Rect{X0: c.x(at), Y0: y - h/2, X1: c.x(at + p), Y1: y + h/2}
			c.Block(box, b.color(c, k))
			c.Hover(box, draw.Clean(b.v.name(c.Options, i))+" "+b.output(c.Options, k)+": "+chart.Number(p))
			at += p
		}
		c.Text(chart.Number(at), draw.Point{X: c.x(at) + 4, Y: y + 4}, smallFont, c.Ink, draw.Place{})
	}
	if len(b.parts) > 0 && len(b.parts[0]) > 1 {
		b.legend(c)
	}
}

// describeAll says which features matter most to all outputs together.
func (b *bars) describeAll(o *chart.Options) string {
	v := b.v
	text := v.a.Method + o.Say(": ") + o.Say("contributions to %s over %s.", o.Count(len(b.parts[0]), "output", "outputs"), o.Count(v.rows(), "row", "rows"))
	return strings.Join(nonempty(text+b.most(o, 3), v.checked(o)), " ")
}

// most says of the first features how much they matter to all outputs, and to which most.
func (b *bars) most(o *chart.Options, n int) (text string) {
	v := b.v
	for i := range min(n, len(v.order)) {
		most := 0
		for k, p := range b.parts[i] {
			if p > b.parts[i][most] {
				most = k
			}
		}
		text += " " + o.Say("%s changes them by %s on average, most of all %s.", draw.Clean(v.name(o, i)), chart.Number(sum(b.parts[i])), b.output(o, most))
	}
	return text
}

func (b *bars) color(c *boardPen, k int) color.NRGBA {
	if len(b.parts[0]) == 1 {
		return c.First
	}
	return c.Category(k)
}

func (b *bars) output(o *chart.Options, k int) string {
	if len(b.parts[0]) == 1 {
		return ""
	}
	return draw.Clean((&view{a: b.v.a, k: k}).output(o))
}

// legend names the outputs above the bars, as many as have room.
func (b *bars) legend(c *boardPen) {
	x := c.area.X0
	for k := range b.parts[0] {
		text := smallFont.Fit(b.output(c.Options, k), 120)
		if x+14+smallFont.Width(text) > c.area.X1 {
			c.Text("…", draw.Point{X: x, Y: c.area.Y0 - 9}, smallFont, c.Soft, draw.Place{})
			return
		}
		c.Block(draw.Rect{X0: x, Y0: c.area.Y0 - 18, X1: x + 10, Y1: c.area.Y0 - 8}, c.Category(k))
		c.Text(text, draw.Point{X: x + 14, Y: c.area.Y0 - 9}, smallFont, c.Soft, draw.Place{})
		x += 14 + smallFont.Width(text) + 14
	}
}
