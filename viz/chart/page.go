package chart

import (
	"fmt"
	"math"

	"loupe/viz/draw"
)

// maxNotes is how many lines a caption may have in a figure of 640 pixels: a few
// sentences, which take more lines in a narrower one.
const maxNotes = 8

// A page is a figure that is laid out: the title, the caption, the art.
type page struct {
	width, height float64
	title, notes  []string
	top           float64 // where the art begins
	body          Body
	o             *Options
}

const (
	margin   = 10.0
	maxWidth = 4000.0
	minWidth = 120.0
)

// layout decides on all sizes. A panic in it is an error of ours, which must
// not take a notebook down.
func (f *Figure) layout() (p *page, err error) {
	defer func() {
		if r := recover(); r != nil {
			p, err = nil, fmt.Errorf("viz: the figure cannot be laid out: %v", r)
		}
	}()
	o := f.options()
	p = &page{width: o.width, o: &o}
	if p.width == 0 {
		p.width = math.Ceil(f.art.Width(&o))
	}
	if !(p.width >= minWidth && p.width <= maxWidth) {
		return nil, fmt.Errorf("viz: a figure cannot be %.0f pixels wide: between %.0f and %.0f", p.width, minWidth, maxWidth)
	}
	if o.height != 0 && !(o.height >= 60 && o.height <= maxWidth) {
		return nil, fmt.Errorf("viz: a figure cannot be %.0f pixels high: between 60 and %.0f", o.height, maxWidth)
	}
	inner := p.width - 2*margin
	p.top = margin
	if o.title != "" {
		p.title = titleFont.Wrap(o.title, inner, 3)
		p.top += float64(len(p.title))*titleFont.Line() + 2
	}
	if text := f.caption(&o); text != "" {
		p.notes = noteFont.Wrap(text, inner, int(maxNotes*max(1, 640/p.width)))
		p.top += float64(len(p.notes)) * noteFont.Line()
	}
	if len(p.title)+len(p.notes) > 0 {
		p.top += 6
	}
	if o.height > 0 { // what remains for the art
		o.height = max(40, o.height-p.top-margin)
	}
	if p.body, err = f.art.Layout(inner, &o); err != nil {
		return nil, err
	}
	p.height = math.Ceil(p.top + p.body.Height + margin) // in whole pixels, as notebooks ask for it
	return p, nil
}

func (p *page) draw(canvas draw.Canvas) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("viz: the figure cannot be drawn: %v", r)
		}
	}()
	c := NewSheet(canvas, p.o)
	if c.Paper != Light.Paper { // a canvas is white
		c.Fill(draw.Rect{X1: p.width, Y1: p.height}, c.Paper)
	}
	p.drawAt(c, 0, 0)
	return nil
}

// drawAt draws the figure with its upper left corner at a place.
func (p *page) drawAt(c *Sheet, x, y float64) {
	top := y
	y += margin
	for _, line := range p.title {
		c.Text(line, draw.Point{X: x + margin, Y: y + titleFont.Ascent()}, titleFont, c.Ink, draw.Place{})
		y += titleFont.Line()
	}
	if len(p.title) > 0 {
		y += 2
	}
	for _, line := range p.notes {
		c.Text(line, draw.Point{X: x + margin, Y: y + noteFont.Ascent()}, noteFont, c.Soft, draw.Place{})
		y += noteFont.Line()
	}
	p.body.Draw(c, draw.Rect{X0: x + margin, Y0: top + p.top, X1: x + p.width - margin, Y1: top + p.top + p.body.Height})
}
