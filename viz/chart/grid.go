package chart

import (
	"fmt"
	"math"
	"strings"

	"loupe/viz/draw"
)

// Grid shows figures side by side, as many as there is room for or Across says.
// They keep their titles and options; theme and language are those of the grid
// unless they have their own.
func Grid(figures ...*Figure) *Figure { return &Figure{art: &gallery{figures}} }

type gallery struct {
	figures []*Figure
}

const (
	cellWidth  = 460.0 // natural, of a figure in a grid
	leastCell  = 280.0
	maxFigures = 64
)

// members are the figures with the options that they take over.
func (g *gallery) members(o *Options) []*Figure {
	list := make([]*Figure, len(g.figures))
	for i, f := range g.figures {
		h := *f
		h.o.width, h.o.height = 0, 0
		if h.o.theme == nil {
			h.o.theme = o.theme
		}
		if h.o.language == 0 {
			h.o.language = o.language
		}
		list[i] = &h
	}
	return list
}

func (g *gallery) columns(o *Options) int {
	n := len(g.figures)
	if o.across > 0 {
		return max(1, min(o.across, n))
	}
	return max(1, min(n, 2+n/9))
}

func (g *gallery) Width(o *Options) float64 {
	return min(float64(g.columns(o))*cellWidth+2*margin, 1400)
}

func (g *gallery) Layout(width float64, o *Options) (Body, error) {
	if len(g.figures) == 0 {
		return message(o.Say("no figures"), width), nil
	}
	if len(g.figures) > maxFigures {
		return Body{}, fmt.Errorf("viz: a grid of %d figures is too large to read: pass at most %d", len(g.figures), maxFigures)
	}
	for i, f := range g.figures {
		if f == nil {
			return Body{}, fmt.Errorf("viz: figure %d of the grid is nil", i)
		}
	}
	columns := g.columns(o)
	for columns > 1 && width/float64(columns) < leastCell {
		columns--
	}
	cell := max(width/float64(columns), minWidth)
	pages := make([]*page, len(g.figures))
	heights := make([]float64, (len(pages)+columns-1)/columns)
	total := 0.0
	for i, f := range g.members(o) {
		f.o.width = cell
		if o.height > 0 {
			f.o.height = max(60, o.height/float64(len(heights)))
		}
		var err error
		if pages[i], err = f.layout(); err != nil {
			return Body{}, err
		}
		heights[i/columns] = max(heights[i/columns], pages[i].height)
	}
	for _, h := range heights {
		total += h
	}
	return Body{Height: total, Draw: func(s *Sheet, area draw.Rect) {
		y := area.Y0
		for i, p := range pages {
			if i > 0 && i%columns == 0 {
				y += heights[i/columns-1]
			}
			p.drawAt(&Sheet{s.Canvas, p.o.palette(), p.o}, area.X0+float64(i%columns)*cell, y)
		}
	}}, nil
}

func (g *gallery) Describe(o *Options) string {
	if len(g.figures) == 0 {
		return o.Say("Grid without figures.")
	}
	parts := []string{o.Say("Grid of %s.", o.Count(len(g.figures), "figure", "figures"))}
	for i, f := range g.members(o) {
		if g.figures[i] != nil {
			parts = append(parts, f.Describe())
		}
	}
	return strings.Join(parts, " ")
}

// Data implements Tabular: the rows of all figures, which their first column
// numbers from 1.
func (g *gallery) Data(o *Options) Table {
	var out Table
	rows := 0
	out.Columns = []Column{{Name: "figure"}}
	for i, f := range g.members(o) {
		t := f.Data()
		for range t.Rows() {
			out.Columns[0].Numbers = append(out.Columns[0].Numbers, float64(i+1))
		}
		for _, c := range t.Columns {
			out.column(c, rows)
		}
		rows += t.Rows()
		for k := range out.Columns {
			out.Columns[k].fill(rows)
		}
	}
	return out
}

// column appends a column to the one of its name, or makes it below some rows.
func (t *Table) column(c Column, rows int) {
	for k := range t.Columns {
		if d := &t.Columns[k]; k > 0 && d.Name == c.Name && (d.Texts == nil) == (c.Texts == nil) {
			d.Numbers, d.Texts = append(d.Numbers, c.Numbers...), append(d.Texts, c.Texts...)
			return
		}
	}
	d := Column{Name: c.Name}
	if c.Texts != nil {
		d.Texts = []string{}
	}
	d.fill(rows)
	d.Numbers, d.Texts = append(d.Numbers, c.Numbers...), append(d.Texts, c.Texts...)
	t.Columns = append(t.Columns, d)
}

// fill adds empty cells up to a number of rows.
func (c *Column) fill(rows int) {
	if c.Texts != nil {
		for len(c.Texts) < rows {
			c.Texts = append(c.Texts, "")
		}
		return
	}
	for len(c.Numbers) < rows {
		c.Numbers = append(c.Numbers, math.NaN())
	}
}
