package layers

import (
	"slices"
	"strings"

	"loupe/viz/chart"
	"loupe/viz/draw"
)

// A table is columns of cells, as a figure. Where there is no room, it leaves out
// columns that can be spared.
type table struct {
	columns func(o *chart.Options) []column
}

// A column is what all lines have at one place.
type column struct {
	head  string
	cells []cell
	right bool
	bars  bool // shares are drawn
	spare int  // those with the highest number are left out first; 0 never is
	width float64
}

// A cell is what one line has there.
type cell struct {
	text  string
	depth int // how far it is indented
	bold  bool
	share float64 // of the bar
	pale  bool    // the bar sums up others
	alert bool
}

// of fills the cells from lines.
func (c column) of(lines []line, at func(l *line) cell) column {
	for i := range lines {
		c.cells = append(c.cells, at(&lines[i]))
	}
	return c
}

var (
	headFont = draw.Font{Size: 11}
	cellFont = draw.Font{Size: 12}
	boldFont = draw.Font{Size: 12, Bold: true}
)

const (
	lineHeight = 20.0
	gap        = 16.0
	barWidth   = 70.0
	barRoom    = barWidth + 8
	indent     = 14.0
	widest     = 260.0 // a column of texts
)

func (c *cell) font() draw.Font {
	if c.bold {
		return boldFont
	}
	return cellFont
}

// fit chooses the columns that a width has room for.
func (t *table) fit(o *chart.Options, width float64) []column {
	list := t.columns(o)
	for i := range list {
		c := &list[i]
		c.width = headFont.Width(c.head)
		for j := range c.cells {
			c.width = max(c.width, c.cells[j].font().Width(c.cells[j].text)+float64(c.cells[j].depth)*indent)
		}
		if c.width = min(c.width, widest); c.bars {
			c.width += barRoom
		}
	}
	for most := 9; most > 0 && total(list) > width; most-- {
		list = slices.DeleteFunc(list, func(c column) bool { return c.spare == most })
	}
	if over := total(list) - width; over > 0 {
		list[0].width = max(60, list[0].width-over)
	}
	return list
}

func total(list []column) float64 {
	w := -gap
	for _, c := range list {
		w += c.width + gap
	}
	return w
}

// Width implements chart.Art.
func (t *table) Width(o *chart.Options) float64 {
	return min(max(total(t.fit(o, 1e9))+20, 300), 1400)
}

// Layout implements chart.Art.
func (t *table) Layout(width float64, o *chart.Options) (chart.Body, error) {
	list := t.fit(o, width)
	n := len(list[0].cells)
	shown := min(n, mostLines)
	height := lineHeight * float64(shown+1)
	note := ""
	if n > shown {
		note = o.Say("and %s more", chart.Count(n-shown))
		height += lineHeight
	}
	return chart.Body{Height: height, Draw: func(s *chart.Sheet, area draw.Rect) {
		x := area.X0
		for i := range list {
			list[i].draw(s, x, area.Y0, shown)
			x += list[i].width + gap
		}
		all := t.columns(o)
		for i := range shown {
			y := area.Y0 + float64(i+1)*lineHeight
			s.Hover(draw.Rect{X0: area.X0, Y0: y, X1: min(x-gap, area.X1), Y1: y + lineHeight}, about(all, i))
		}
		for i := range shown + 1 {
			y := area.Y0 + float64(i+1)*lineHeight - 0.5
			s.Fill(draw.Rect{X0: area.X0, Y0: y, X1: min(x-gap, area.X1), Y1: y + 1}, s.Grid)
		}
		s.Text(note, draw.Point{X: area.X0, Y: area.Y0 + height - 6}, headFont, s.Soft, draw.Place{})
	}}, nil
}

// about is all of a line, also of the columns for which there is no room.
func about(list []column, i int) string {
	var texts []string
	for _, c := range list {
		if t := c.cells[i].text; t != "" {
			texts = append(texts, c.head+": "+t)
		}
	}
	return strings.Join(texts, "\n")
}

func (c *column) draw(s *chart.Sheet, x, y float64, lines int) {
	place, at, room := draw.Place{}, x, c.width
	if c.bars {
		room -= barRoom
	}
	if c.right {
		place.Align = draw.End
		at += room
	}
	s.Text(headFont.Fit(c.head, c.width), draw.Point{X: at, Y: y + 14}, headFont, s.Soft, place)
	for i := range c.cells[:lines] {
		one := &c.cells[i]
		y += lineHeight
		if c.bars {
			one.bar(s, x+room+8, y)
		}
		ink := s.Ink
		if one.alert {
			ink = s.Warning
		}
		in := float64(one.depth) * indent
		if text := one.font().Fit(one.text, room-in); text != "" {
			s.Text(text, draw.Point{X: at + in, Y: y + 14}, one.font(), ink, place)
		}
	}
}

// bar draws the share of a cell.
func (c *cell) bar(s *chart.Sheet, x, y float64) {
	box := draw.Rect{X0: x, Y0: y + 6, X1: x + barWidth, Y1: y + 14}
	s.Fill(box, s.Grid)
	if c.share > 0 {
		box.X1 = box.X0 + barWidth*min(c.share, 1)
		col := s.First
		if c.pale {
			col = s.Rim
		}
		s.Block(box, col)
	}
}
