package chart

import (
	"fmt"
	"math"
	"strings"

	"loupe/viz/draw"
)

const (
	tileWidth = 74.0 // natural
	tileGap   = 8.0
	maxTiles  = 1024
)

func (t *tiles) Width(o *Options) float64 {
	if t.len() == 0 {
		return 400
	}
	w := float64(t.columns(o))*(tileWidth+tileGap) + 2*margin
	if t.maps != nil {
		w += 60
	}
	w += rowNames(o, 120)
	return min(max(w, 260), 900)
}

func (t *tiles) Layout(width float64, o *Options) (Body, error) {
	t = t.arranged(o)
	n := t.len()
	if n == 0 {
		return message(o.Say("no images"), width), nil
	}
	if n > maxTiles {
		return Body{}, fmt.Errorf("viz: a grid of %s images is too large to see: pass at most %s", count(n), count(maxTiles))
	}
	if len(t.names) > n {
		return Body{}, fmt.Errorf("viz: the grid has %s and %s for them", plural(n, "image", "images"), plural(len(t.names), "name", "names"))
	}
	shape := 0.0 // height of a tile over its width
	if filled, _ := t.filled(); filled == 0 {
		return message(o.Say("no images"), width), nil
	}
	for i := range n {
		if t.empty(i) {
			continue
		}
		w, h := t.size(i)
		if w <= 0 || h <= 0 {
			return Body{}, fmt.Errorf("viz: image %d of the grid is empty: %d × %d", i, w, h)
		}
		shape = max(shape, float64(h)/float64(w))
	}
	if o.overInput && o.under() == nil {
		return Body{}, fmt.Errorf("viz: this grid does not know an image that its maps could lie over: give it by Over")
	}
	p := tilesPlan{tiles: t, o: o, columns: t.columns(o), shape: min(shape, 4)}
	if t.maps != nil {
		var err error
		if p.scale, err = newScale(t.survey(), o); err != nil {
			return Body{}, err
		}
	}
	p.measure(width)
	return Body{Height: p.height, Draw: p.draw}, nil
}

// A tilesPlan is a grid that is laid out.
type tilesPlan struct {
	*tiles
	o            *Options
	scale        *scale
	columns      int
	shape        float64
	tileW, tileH float64
	rowH, height float64
	bar          float64 // width of the colour bar
	left         float64 // of the names of rows, if there is one for each
}

func (p *tilesPlan) measure(width float64) {
	if p.scale != nil {
		p.bar = p.scale.width(200)
	}
	if n := len(p.o.rows); n == (p.len()+p.columns-1)/p.columns {
		p.left = rowNames(p.o, width*0.3)
	}
	room := width - p.bar - p.left
	for p.columns > 1 && (room+tileGap)/float64(p.columns)-tileGap < 28 {
		p.columns--
		room += p.left // names of rows belong to rows as they were
		p.left = 0
	}
	p.tileW = min((room+tileGap)/float64(p.columns)-tileGap, 240)
	rows := (p.len() + p.columns - 1) / p.columns
	label := 4.0
	if len(p.names) > 0 {
		label = tickFont.Line() + 6
	}
	if p.o.height > 0 {
		p.tileW = max(4, min(p.tileW, ((p.o.height+4)/float64(rows)-label)/p.shape))
	}
	p.tileH = p.tileW * p.shape
	p.rowH = p.tileH + label + 2
	p.height = float64(rows)*p.rowH - 2
}

func (p *tilesPlan) draw(c *Sheet, area draw.Rect) {
	d := c.Density()
	p.drawRowNames(c, area)
	area.X0 += p.left
	for i := range p.len() {
		if p.empty(i) {
			continue
		}
		x := area.X0 + float64(i%p.columns)*(p.tileW+tileGap)
		y := area.Y0 + float64(i/p.columns)*p.rowH
		w, h := p.size(i)
		// The largest size of its shape that fits into the tile.
		k := min(p.tileW/float64(w), p.tileH/float64(h))
		r := draw.Rect{X0: x, Y0: y, X1: x + k*float64(w), Y1: y + k*float64(h)}
		c.Image(p.picture(i, max(1, int(math.Round(r.W()*d))), max(1, int(math.Round(r.H()*d))), p.scale, p.o.under()), r)
		draw.Frame(c, r, 1, c.Rim)
		c.Hover(r, p.hover(i))
		if text := tickFont.Fit(p.shortName(i), p.tileW+tileGap-4); text != "" {
			c.Text(text, draw.Point{X: x + p.tileW/2, Y: y + p.tileH + 4 + tickFont.Ascent()}, tickFont, c.Ink, draw.Place{Align: draw.Middle})
		}
	}
	if p.scale != nil {
		used := float64(min(p.columns, p.len()))*(p.tileW+tileGap) - tileGap
		bottom := area.Y0 + float64((p.len()+p.columns-1)/p.columns-1)*p.rowH + p.tileH
		if p.nan() { // the box that explains it may stand beside the names
			bottom = area.Y1
		}
		p.scale.draw(c, area.X0+used, draw.Rect{X0: area.X0, Y0: area.Y0, X1: area.X1, Y1: bottom})
	}
}

func (p *tilesPlan) nan() bool { return p.scale.nan && len(p.names) > 0 }

// hover is the name of a tile, its size, and what values it has.
func (p *tilesPlan) hover(i int) string {
	w, h := p.size(i)
	lines := []string{nameOr(p.name(i), p.o.Say("image %s", count(i))), count(h) + " × " + count(w)}
	if p.maps != nil {
		if e := survey(p.maps[i]); !e.missing {
			lines = append(lines, p.o.Say("from %s to %s", number(e.lo), number(e.hi)))
		}
	}
	return strings.Join(lines, "\n")
}

// rowNames is what the names of rows take, at most limit.
func rowNames(o *Options, limit float64) float64 {
	w := 0.0
	for _, name := range o.rows {
		w = max(w, tickFont.Width(name)+8)
	}
	return min(w, limit)
}

// shortName is the name of a tile, without that of its row where this stands beside
// it.
func (p *tilesPlan) shortName(i int) string {
	if p.left == 0 {
		return p.name(i)
	}
	return strings.TrimPrefix(p.name(i), p.o.rows[i/p.columns]+" ")
}

func (p *tilesPlan) drawRowNames(c *Sheet, area draw.Rect) {
	if p.left == 0 {
		return
	}
	for i, name := range p.o.rows {
		y := area.Y0 + float64(i)*p.rowH + p.tileH/2
		c.Text(tickFont.Fit(name, p.left-8), draw.Point{X: area.X0 + p.left - 8, Y: y + tickFont.Ascent()/2}, tickFont, c.Ink, draw.Place{Align: draw.End})
	}
}
