package graph

import (
	"image/color"
	"math"
	"slices"

	"loupe/viz/chart"
	"loupe/viz/draw"
	"loupe/viz/model"
)

// A pen draws at a place of the sheet, at the drawing's scale.
type pen struct {
	*chart.Sheet
	p    *drawing
	x, y float64
	page draw.Rect
	// shapes are where shapes have been written: where there is no room for
	// two, the first tells enough.
	shapes []draw.Rect
	back   []color.NRGBA // what the boxes stand on
}

// smallest is the least size of a text, 7 points.
const smallest = 9.34

func (p *drawing) draw(s *chart.Sheet, x, y float64, page draw.Rect) {
	c := &pen{Sheet: s, p: p, x: x, y: y, page: page, back: []color.NRGBA{s.Paper}}
	c.inside(p.root.inner, 0, 0)
}

func (c *pen) at(x, y float64) draw.Point {
	return draw.Point{X: c.x + x*c.p.scale, Y: c.y + y*c.p.scale}
}

func (c *pen) rect(x, y, w, h float64) draw.Rect {
	a, b := c.at(x, y), c.at(x+w, y+h)
	return draw.Rect{X0: a.X, Y0: a.Y, X1: b.X, Y1: b.Y}
}

// write writes a text, or as much of it as has room, if it can be read.
func (c *pen) write(s string, x, y, room float64, f draw.Font, col color.NRGBA, align draw.Align) {
	f.Size *= c.p.scale
	if f.Size < smallest {
		return
	}
	if s = f.Fit(s, room*c.p.scale); s != "" {
		c.Text(s, c.at(x, y), f, col, draw.Place{Align: align})
	}
}

// inside draws layers with their upper left corner at a place.
func (c *pen) inside(l *layers, x, y float64) {
	for _, row := range l.rows {
		for _, q := range row {
			if q.b != nil && q.b.open && q.b.inner != nil {
				c.scope(q.b, x+q.x-q.w/2, y+q.y)
			}
		}
	}
	for _, k := range l.links {
		c.link(k, x, y)
	}
	for _, row := range l.rows {
		for _, q := range row {
			if q.b == nil || q.b.port() {
				continue
			}
			if !q.b.open || q.b.inner == nil {
				c.box(q.b, x+q.x-q.w/2, y+q.y)
			}
			c.shapeBelow(q, x, y)
		}
	}
}

// shapeBelow writes the shape of what leaves a box beside its line.
func (c *pen) shapeBelow(q *place, x, y float64) {
	if len(q.down) == 0 {
		return
	}
	text := c.p.sends(q.b)
	f := shapeFont
	if f.Size*c.p.scale < smallest || text == "" {
		return
	}
	room := q.w/2 + gapX/2
	w := f.Width(text)
	if w > room+30 {
		return
	}
	side, align, left := 5.0, draw.Start, 4.0
	bends := len(q.down) == 1 && q.down[0].x > q.x+1 // away from the label
	at := c.at(x+q.x, 0).X
	fits := at+(5+w)*c.p.scale <= c.page.X1
	if fitsLeft := at-(5+w)*c.p.scale >= c.page.X0; fitsLeft && (bends || !fits) {
		side, align, left = -5, draw.End, -4-w-2
	} else if !fits {
		return
	}
	below := q.y + q.h
	if q.b.times > 1 || q.b.pieces { // below its cards
		below += 2 * cardShift
	}
	behind := c.rect(x+q.x+left, y+below+3, w+2, 11)
	for _, r := range c.shapes {
		if behind.X0 < r.X1 && r.X0 < behind.X1 && behind.Y0 < r.Y1 && r.Y0 < behind.Y1 {
			return
		}
	}
	c.shapes = append(c.shapes, behind)
	c.Fill(behind, c.back[len(c.back)-1])
	c.write(text, x+q.x+side, y+below+12, room+30, f, c.Soft, align)
}

func (c *pen) scope(b *box, x, y float64) {
	area := c.rect(x, y, b.w, b.h)
	if b.times > 1 {
		for i := 2.0; i > 0; i-- {
			c.outlined(rounded(c.rect(x+i*cardShift, y+i*cardShift, b.w, b.h), 6), mix(c.Ink, c.Paper, 0.04), c.Rim)
		}
	}
	ground := mix(c.Ink, c.Paper, 0.04)
	c.outlined(rounded(area, 6), ground, c.Frame)
	c.back = append(c.back, ground)
	defer func() { c.back = c.back[:len(c.back)-1] }()
	c.Hover(c.rect(x, y, b.w, header), c.p.hover(b))
	count := c.p.count(b)
	room := b.w - 2*pad
	if count != "" && noteFont.Width(count)+40 < room {
		c.write(count, x+b.w-pad, y+15, room, noteFont, c.Soft, draw.End)
		room -= noteFont.Width(count) + 10
	}
	c.write(c.p.title(b), x+pad, y+15, room, nameFont, c.Ink, draw.Start)
	c.inside(b.inner, x+(b.w-b.inner.w)/2, y+header)
}

func (c *pen) box(b *box, x, y float64) {
	area := c.rect(x, y, b.w, b.h)
	fill, edge := c.colors(b)
	class := model.Other
	if b.node >= 0 {
		class = c.p.m.Nodes[b.node].Class
	}
	if b.times > 1 || b.pieces {
		for i := 2.0; i > 0; i-- {
			c.outlined(rounded(c.rect(x+i*cardShift, y+i*cardShift, b.w, b.h), 5), fill, edge)
		}
	}
	c.outlined(form(class, area), fill, edge)
	if n := c.matches(b); n > 0 {
		c.Line(closed(rounded(draw.Rect{X0: area.X0 - 2.5, Y0: area.Y0 - 2.5, X1: area.X1 + 2.5, Y1: area.Y1 + 2.5}, 7)), 2, c.Warning)
	}
	c.Hover(area, c.p.hover(b))
	ink, soft := c.inks(fill)
	count, room := c.p.count(b), b.w-2*pad
	if note := c.p.note(b); note != "" {
		c.write(note, x+pad, y+32, room, noteFont, soft, draw.Start)
	}
	if count != "" && nameFont.Width(c.p.title(b))+noteFont.Width(count)+8 <= room {
		c.write(count, x+b.w-pad, y+16, room, noteFont, soft, draw.End)
		room -= noteFont.Width(count) + 8
	}
	c.write(c.p.title(b), x+pad, y+16, room, nameFont, ink, draw.Start)
}

// inks are for a name and a note in a box.
func (c *pen) inks(fill color.NRGBA) (ink, soft color.NRGBA) {
	if c.p.ramp == nil {
		return c.Ink, c.Soft
	}
	ink = onTop(fill)
	return ink, ink
}

// matches is how many operations in a box the user looks for.
func (c *pen) matches(b *box) int {
	n := 0
	if t := c.p.o.Sought(); t != "" {
		for _, i := range b.nodes {
			if found(&c.p.m.Nodes[i], t) {
				n++
			}
		}
	}
	return n
}

// colors are what a box is filled with and its outline: by the kind of its
// operation, or by the numbers laid over the graph.
func (c *pen) colors(b *box) (fill, edge color.NRGBA) {
	if c.p.ramp != nil {
		if v, ok := c.p.value(b); ok {
			if col, ok := c.p.ramp.Color(v); ok {
				return col, c.Frame
			}
		}
		return c.Paper, c.Frame
	}
	if b.node < 0 {
		return mix(c.Ink, c.Paper, 0.07), c.Frame
	}
	return classColors(c.p.m.Nodes[b.node].Class, c.Palette)
}

// classColors are what operations of a kind are filled with, and their outline.
func classColors(k model.Class, p *chart.Palette) (fill, edge color.NRGBA) {
	edge = classColor(k, p)
	if p.Outline {
		return p.Paper, edge
	}
	return mix(edge, p.Paper, 0.16), edge
}

// classColor tells the kinds of operations apart.
func classColor(k model.Class, p *chart.Palette) color.NRGBA {
	order := map[model.Class]int{model.Weighted: 0, model.Activating: 1, model.Pooling: 2, model.Recurrent: 4, model.Regulating: 5,
		model.Attending: 6, model.Merging: 8, model.Normalizing: 9}
	if i, ok := order[k]; ok {
		return p.Category(i)
	}
	return p.Frame
}

func (c *pen) outlined(points []draw.Point, fill, edge color.NRGBA) {
	c.Polygon(points, fill)
	c.Line(closed(points), 1.1, edge)
}

func closed(points []draw.Point) []draw.Point { return append(slices.Clone(points), points[0]) }

// link draws a line with an arrow at its end.
func (c *pen) link(k *link, x, y float64) {
	col := c.Frame
	for i := 1; i < len(k.via); i++ {
		a, b := k.via[i-1], k.via[i]
		from := draw.Point{X: x + a.x, Y: y + a.y + a.h}
		to := draw.Point{X: x + b.x, Y: y + b.y}
		last := i == len(k.via)-1
		if last {
			to.X += spreadAt(a, b)
			if b.b.port() {
				to.Y += pad
			} else {
				to.Y -= 4
			}
		}
		var path []draw.Point
		if t := c.p.turning(a, b); t != nil {
			foot := y + c.p.foot()
			path = []draw.Point{from, {X: from.X, Y: foot}, {X: x + t.gutter, Y: foot}, {X: x + t.gutter, Y: y + 3}, {X: to.X, Y: y + 3}, to}
		} else {
			path = curve(from, to)
		}
		if b.b == nil {
			path = append(path, draw.Point{X: to.X, Y: to.Y + b.h})
		}
		for j := range path {
			path[j] = c.at(path[j].X, path[j].Y)
		}
		c.Line(path, 1.1, col)
		if last && !b.b.port() {
			c.arrow(c.at(to.X, to.Y+4), col)
		}
	}
}

// foot is below everything in the columns, where lines turn.
func (p *drawing) foot() float64 { return p.h/p.scale - 4 }

func (p *drawing) turning(a, b *place) *turn {
	for _, t := range p.breaks {
		if t.from == a && t.to == b {
			return t
		}
	}
	return nil
}

// spreadAt is how far from the middle of a box one of its lines arrives.
func spreadAt(from, to *place) float64 {
	if len(to.up) < 2 {
		return 0
	}
	ups := slices.Clone(to.up)
	slices.SortStableFunc(ups, func(a, b *place) int {
		switch {
		case a.x < b.x:
			return -1
		case a.x > b.x:
			return 1
		}
		return 0
	})
	i := slices.Index(ups, from)
	step := min(14, (to.w-20)/float64(len(ups)))
	return (float64(i) - float64(len(ups)-1)/2) * step
}

// curve is a line that leaves downwards and arrives downwards.
func curve(a, b draw.Point) []draw.Point {
	if math.Abs(a.X-b.X) < 0.5 {
		return []draw.Point{a, b}
	}
	const pieces = 12
	bend := (b.Y - a.Y) * 0.5
	points := make([]draw.Point, pieces+1)
	for i := range points {
		t := float64(i) / pieces
		u := 1 - t
		points[i] = draw.Point{
			X: u*u*u*a.X + 3*u*u*t*a.X + 3*u*t*t*b.X + t*t*t*b.X,
			Y: u*u*u*a.Y + 3*u*u*t*(a.Y+bend) + 3*u*t*t*(b.Y-bend) + t*t*t*b.Y,
		}
	}
	return points
}

func (c *pen) arrow(tip draw.Point, col color.NRGBA) {
	h := 6 * c.p.scale
	c.Polygon([]draw.Point{tip, {X: tip.X - h*0.55, Y: tip.Y - h}, {X: tip.X + h*0.55, Y: tip.Y - h}}, col)
}
