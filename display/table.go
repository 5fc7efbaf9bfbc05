package display

import (
	"fmt"
	"html"
	"strings"
	"unicode/utf8"
)

// Limits of a table, as pandas has them.
const (
	maxRows    = 60 // rows shown without a gap; else the first and last ten
	endRows    = 10
	maxColumns = 20
	endColumns = 10
)

// A grid is a table that is being written: its cells are texts.
type grid struct {
	sentence string // what the table is, and what it leaves out
	head     []string
	index    []string // the first cell of each row
	rows     [][]string
	numeric  []bool // columns to be aligned at the right
}

// picks chooses the rows or columns to be shown of n; -1 stands for a gap.
func picks(n, limit, ends int) []int {
	var p []int
	for i := range n {
		if n > limit && i == ends {
			p = append(p, -1)
		}
		if n <= limit || i < ends || i >= n-ends {
			p = append(p, i)
		}
	}
	return p
}

// bundle writes the table as plain HTML, which every front-end shows, and as
// aligned text.
func (g *grid) bundle() Bundle {
	return Bundle{Data: map[string]any{"text/html": g.html(), "text/plain": g.text()}}
}

func (g *grid) html() string {
	var b strings.Builder
	b.WriteString("<table>\n<thead>\n<tr><th></th>")
	for _, h := range g.head {
		b.WriteString("<th>" + html.EscapeString(h) + "</th>")
	}
	b.WriteString("</tr>\n</thead>\n<tbody>\n")
	for i, row := range g.rows {
		b.WriteString("<tr><th>" + html.EscapeString(g.index[i]) + "</th>")
		for j, c := range row {
			if g.numeric[j] {
				b.WriteString("<td>" + html.EscapeString(c) + "</td>")
			} else {
				b.WriteString(`<td style="text-align: left">` + html.EscapeString(c) + "</td>")
			}
		}
		b.WriteString("</tr>\n")
	}
	b.WriteString("</tbody>\n</table>\n<p>" + html.EscapeString(g.sentence) + "</p>")
	return b.String()
}

func (g *grid) text() string {
	widths := make([]int, len(g.head))
	first := 0
	for j, h := range g.head {
		widths[j] = utf8.RuneCountInString(h)
	}
	for i, row := range g.rows {
		first = max(first, utf8.RuneCountInString(g.index[i]))
		for j, c := range row {
			widths[j] = max(widths[j], utf8.RuneCountInString(c))
		}
	}
	var b strings.Builder
	b.WriteString(g.sentence)
	line := func(index string, cells []string) {
		var l strings.Builder
		l.WriteString(pad(index, first, true))
		for j, c := range cells {
			l.WriteString("  " + pad(c, widths[j], g.numeric[j]))
		}
		b.WriteString("\n" + strings.TrimRight(l.String(), " "))
	}
	line("", g.head)
	for i, row := range g.rows {
		line(g.index[i], row)
	}
	return b.String()
}

func pad(s string, width int, right bool) string {
	blanks := strings.Repeat(" ", max(0, width-utf8.RuneCountInString(s)))
	if right {
		return blanks + s
	}
	return s + blanks
}

// shapeSentence says "1,797 rows × 3 columns", and what of them is shown.
func shapeSentence(what string, rows, columns int) string {
	s := fmt.Sprintf("%s, %s × %s", what, plural(rows, "row"), plural(columns, "column"))
	var cuts []string
	if rows > maxRows {
		cuts = append(cuts, fmt.Sprintf("the first and last %d rows", endRows))
	}
	if columns > maxColumns {
		cuts = append(cuts, fmt.Sprintf("the first and last %d columns", endColumns))
	}
	if len(cuts) > 0 {
		s += " (" + strings.Join(cuts, ", ") + ")"
	}
	return s
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return Count(n) + " " + noun + "s"
}
