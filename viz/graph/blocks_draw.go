package graph

import (
	"image/color"
	"strconv"
	"strings"

	"loupe/viz/chart"
	"loupe/viz/draw"
)

// A blocksPen draws blocks at a place of the sheet.
type blocksPen struct {
	*pen
	p    *blockRow
	x, y float64
}

func (p *blockRow) draw(s *chart.Sheet, x, y float64) {
	c := &blocksPen{pen: &pen{Sheet: s, p: &p.drawing}, p: p, x: x, y: y}
	for i := range p.blocks {
		if i > 0 && p.next(i) {
			c.onward(i)
		}
	}
	for i := range p.blocks {
		c.block(&p.blocks[i])
	}
	for _, k := range p.skips {
		if p.blocks[k.from].row == p.blocks[k.to].row {
			c.skip(k)
		}
	}
	c.letters()
	c.brackets()
}

// front is the face of a block that a reader looks at, with its bands.
func (c *blocksPen) front(b *block) draw.Rect {
	x := c.x + b.x + (b.w-b.body())/2
	y := c.y + b.y - b.high/2
	return draw.Rect{X0: x, Y0: y, X1: x + b.thick + bandWidth*float64(len(b.bands)), Y1: y + b.high}
}

func (c *blocksPen) block(b *block) {
	r, shift := c.front(b), b.deep*slant
	fill, edge := c.colors(b.b)
	body := draw.Rect{X0: r.X0, Y0: r.Y0, X1: r.X0 + b.thick, Y1: r.Y1}
	if b.b.times > 1 || b.b.pieces {
		for i := 2.0; i > 0; i-- {
			c.solid(draw.Rect{X0: body.X0 + i*cardShift, Y0: body.Y0 + i*cardShift, X1: body.X1 + i*cardShift, Y1: body.Y1 + i*cardShift}, shift, fill, edge)
		}
	}
	c.solid(body, shift, fill, edge)
	x := body.X1
	for _, k := range b.bands {
		fill, edge := c.colors(k)
		c.solid(draw.Rect{X0: x, Y0: r.Y0, X1: x + bandWidth, Y1: r.Y1}, shift, mix(edge, fill, 0.35), edge)
		x += bandWidth
	}
	hover := c.p.hover(b.b)
	for _, k := range b.bands {
		hover += "\n" + c.p.hover(k)
	}
	c.Hover(draw.Rect{X0: r.X0, Y0: r.Y0 - shift, X1: r.X1 + shift, Y1: r.Y1}, hover)
	bottom := c.y + b.y + c.down(b) + 8
	middle := c.x + b.x + b.w/2
	for i, text := range c.p.captions(b) {
		f, ink := captionFont(i), c.Soft
		if i == 0 {
			ink = c.Ink
		}
		if text = f.Fit(text, b.w); text != "" {
			c.Text(text, draw.Point{X: middle, Y: bottom + captionLine*float64(i) + 10}, f, ink, draw.Place{Align: draw.Middle})
		}
	}
}

// down is how far the lowest block of a row reaches below the middle: captions
// stand at one height.
func (c *blocksPen) down(b *block) float64 {
	d := 0.0
	for i := range c.p.blocks {
		if o := &c.p.blocks[i]; o.row == b.row {
			d = max(d, o.high/2)
		}
	}
	return d
}

// solid draws a body: the front, the side to the right, the top.
func (c *blocksPen) solid(r draw.Rect, shift float64, fill, edge color.NRGBA) {
	if shift > 0 {
		side := []draw.Point{{X: r.X1, Y: r.Y0}, {X: r.X1 + shift, Y: r.Y0 - shift}, {X: r.X1 + shift, Y: r.Y1 - shift}, {X: r.X1, Y: r.Y1}}
		top := []draw.Point{{X: r.X0, Y: r.Y0}, {X: r.X0 + shift, Y: r.Y0 - shift}, {X: r.X1 + shift, Y: r.Y0 - shift}, {X: r.X1, Y: r.Y0}}
		c.outlined(side, mix(edge, fill, 0.22), edge)
		c.outlined(top, mix(c.Paper, fill, 0.5), edge)
	}
	c.outlined([]draw.Point{{X: r.X0, Y: r.Y0}, {X: r.X1, Y: r.Y0}, {X: r.X1, Y: r.Y1}, {X: r.X0, Y: r.Y1}}, fill, edge)
}

// onward draws the line from the block before. Where a new row begins, it leaves
// to the right and arrives from the left.
func (c *blocksPen) onward(i int) {
	a, b := &c.p.blocks[i-1], &c.p.blocks[i]
	from, to := c.front(a), c.front(b)
	start := draw.Point{X: from.X1 + a.deep*slant, Y: c.y + a.y}
	if a.deep > 0 {
		start.X = from.X1 + a.deep*slant/2 // behind the side, whose middle it leaves
	}
	end := draw.Point{X: to.X0 - 1, Y: c.y + b.y}
	if a.row != b.row {
		c.Line([]draw.Point{start, {X: c.x + a.x + a.w + 6, Y: start.Y}}, 1.1, c.Frame)
		start = draw.Point{X: min(c.x+b.x-6, end.X-8), Y: end.Y}
	}
	c.Line([]draw.Point{start, end}, 1.1, c.Frame)
	c.tip(end, 1, 0)
}

// tip draws the end of an arrow that points to the right or down.
func (c *blocksPen) tip(at draw.Point, right, down float64) {
	back := draw.Point{X: at.X - 6*right, Y: at.Y - 6*down}
	c.Polygon([]draw.Point{at, {X: back.X - 3.3*down, Y: back.Y - 3.3*right}, {X: back.X + 3.3*down, Y: back.Y + 3.3*right}}, c.Frame)
}

// skip draws a line past blocks: above them.
func (c *blocksPen) skip(k skip) {
	a, b := &c.p.blocks[k.from], &c.p.blocks[k.to]
	from, to := c.top(a, 0.5), c.top(b, 0.5)
	from.X += 3
	to.X -= 3
	y := c.y + c.p.tops[a.row] + c.p.above[a.row] - skipStep*float64(k.level+1)
	c.Line([]draw.Point{from, {X: from.X, Y: y}, {X: to.X, Y: y}, {X: to.X, Y: to.Y - 1}}, 1.1, c.Frame)
	c.tip(draw.Point{X: to.X, Y: to.Y}, 0, 1)
}

// top is a point in the middle of the upper face, from its front edge (0) to its
// back edge (1).
func (c *blocksPen) top(b *block, back float64) draw.Point {
	r, shift := c.front(b), b.deep*slant
	return draw.Point{X: (r.X0+r.X1)/2 + back*shift, Y: r.Y0 - back*shift}
}

// letters stand at both ends of lines between rows: a letter for each block whose
// lines leave its row.
func (c *blocksPen) letters() {
	of := map[int]string{}   // by where lines begin
	at := map[int][]string{} // what stands above a block
	for _, k := range c.p.skips {
		if c.p.blocks[k.from].row == c.p.blocks[k.to].row {
			continue
		}
		if of[k.from] == "" {
			n := len(of)
			of[k.from] = string(rune('A' + n%26))
			if n >= 26 {
				of[k.from] += strconv.Itoa(n / 26)
			}
			at[k.from] = append(at[k.from], of[k.from])
		}
		at[k.to] = append(at[k.to], of[k.from])
	}
	for i := range c.p.blocks {
		b := &c.p.blocks[i]
		if text := noteFont.Fit(strings.Join(at[i], " "), b.w); text != "" {
			c.Text(text, draw.Point{X: c.x + b.x + b.w/2, Y: c.top(b, 1).Y - 3}, noteFont, c.Soft, draw.Place{Align: draw.Middle})
		}
	}
}

// brackets name the open scopes below the blocks that are in them.
func (c *blocksPen) brackets() {
	for i := 0; i < len(c.p.blocks); {
		first := &c.p.blocks[i]
		j := i + 1
		for j < len(c.p.blocks) && c.p.blocks[j].scope == first.scope && c.p.blocks[j].row == first.row {
			j++
		}
		if last := &c.p.blocks[j-1]; first.scope != nil {
			x0, x1 := c.x+first.x, c.x+last.x+last.w
			y := c.y + first.y + c.down(first) + 8 + captionLine*float64(c.p.lines[first.row]) + 3
			c.Line([]draw.Point{{X: x0, Y: y - 4}, {X: x0, Y: y}, {X: x1, Y: y}, {X: x1, Y: y - 4}}, 1.1, c.Frame)
			if text := noteFont.Fit(c.p.title(first.scope), x1-x0); text != "" {
				c.Text(text, draw.Point{X: (x0 + x1) / 2, Y: y + 13}, noteFont, c.Soft, draw.Place{Align: draw.Middle})
			}
		}
		i = j
	}
}
