package explain

import (
	"strings"

	"loupe/viz/chart"
	"loupe/viz/draw"
)

// A ledger is a figure of texts in lines and columns. The first column names the lines;
// where there is no room, columns at the right are left out, and counted.
type ledger struct {
	columns  func(o *chart.Options) []ledgerColumn
	describe func(o *chart.Options) string
	caption  func(o *chart.Options) string
	data     func() chart.Table
}

type ledgerColumn struct {
	head  string
	cells []ledgerCell
}

// A ledgerCell is a text; marked ones stand out, soft ones stand back.
type ledgerCell struct {
	text         string
	marked, soft bool
}

const (
	ledgerLine = 22.0
	ledgerGap  = 14.0
	ledgerMost = 240.0 // width of a column
	// ledgerMargins are those of a figure.
	ledgerMargins = 20.0
)

var markedFont = draw.Font{Size: 12, Bold: true}

func (c *ledgerCell) font() draw.Font {
	if c.marked {
		return markedFont
	}
	return lineFont
}

func (c *ledgerColumn) width() float64 {
	w := valueFont.Width(c.head)
	for i := range c.cells {
		w = max(w, c.cells[i].font().Width(c.cells[i].text))
	}
	return min(w, ledgerMost) + ledgerGap
}

// Width implements chart.Art.
func (l *ledger) Width(o *chart.Options) float64 {
	w := 0.0
	for _, c := range l.columns(o) {
		w += c.width()
	}
	return min(max(w+ledgerMargins, 320), 1200)
}

// Layout implements chart.Art.
func (l *ledger) Layout(width float64, o *chart.Options) (chart.Body, error) {
	list := l.columns(o)
	widths, all, shown := make([]float64, len(list)), 0.0, len(list)
	for i := range list {
		widths[i] = list[i].width()
		all += widths[i]
	}
	for ; shown > 2 && all > width; shown-- {
		all -= widths[shown-1]
	}
	if over := all - width; over > 0 { // the names give way
		widths[0] = max(60, widths[0]-over)
	}
	note := ""
	lines := float64(len(list[0].cells) + 1)
	if shown < len(list) {
		note = o.Say("and %s more", chart.Count(len(list)-shown))
		lines++
	}
	return chart.Body{Height: ledgerLine * lines, Draw: func(s *chart.Sheet, area draw.Rect) {
		x := area.X0
		for i := range shown {
			list[i].draw(s, x, area.Y0, min(widths[i]-ledgerGap, area.X1-x))
			x += widths[i]
		}
		end := min(x, area.X1)
		for i := range len(list[0].cells) {
			y := area.Y0 + float64(i+1)*ledgerLine
			s.Fill(draw.Rect{X0: area.X0, Y0: y - 0.5, X1: end, Y1: y + 0.5}, s.Grid)
			var about []string
			for _, c := range list {
				if t := c.cells[i].text; t != "" {
					about = append(about, strings.TrimSpace(c.head+" "+t))
				}
			}
			s.Hover(draw.Rect{X0: area.X0, Y0: y, X1: end, Y1: y + ledgerLine}, strings.Join(about, "\n"))
		}
		s.Text(note, draw.Point{X: area.X0, Y: area.Y0 + ledgerLine*lines - 6}, smallFont, s.Soft, draw.Place{})
	}}, nil
}

func (c *ledgerColumn) draw(s *chart.Sheet, x, y, room float64) {
	if head := valueFont.Fit(c.head, room); head != "" {
		s.Text(head, draw.Point{X: x, Y: y + 15}, valueFont, s.Soft, draw.Place{})
	}
	for i := range c.cells {
		one := &c.cells[i]
		y += ledgerLine
		ink := s.Ink
		if one.soft {
			ink = s.Soft
		}
		if text := one.font().Fit(one.text, room); text != "" {
			s.Text(text, draw.Point{X: x, Y: y + 15}, one.font(), ink, draw.Place{})
		}
	}
}

// Describe implements chart.Art.
func (l *ledger) Describe(o *chart.Options) string { return l.describe(o) }

// Caption implements chart.Captioned.
func (l *ledger) Caption(o *chart.Options) string { return l.caption(o) }

// Data implements chart.Tabular.
func (l *ledger) Data(*chart.Options) chart.Table { return l.data() }
