package display

import (
	"strings"
	"unicode/utf8"
)

// lineWidth is how wide a printed value may become before it is broken.
const lineWidth = 80

// A piece is a printed value: a leaf of text, or items between an opening text
// ("Point{") and a closing one.
type piece struct {
	label string // what stands before it: "X: "
	text  string // the leaf, or the opening text
	items []piece
	close string
	width int // of the piece on one line, in runes
}

func leaf(text string) piece {
	p := piece{text: text, width: utf8.RuneCountInString(text)}
	if strings.Contains(text, "\n") {
		p.width = lineWidth + 1
	}
	return p
}

func group(open string, items []piece, close string) piece {
	w := utf8.RuneCountInString(open) + utf8.RuneCountInString(close)
	for i, it := range items {
		if i > 0 {
			w += 2
		}
		w += it.width
	}
	return piece{text: open, items: items, close: close, width: w}
}

func (p piece) labelled(label string) piece {
	p.label = label
	p.width += utf8.RuneCountInString(label)
	return p
}

// write prints the piece where column runes of the line are used already.
func (p piece) write(w *strings.Builder, indent, column int) {
	w.WriteString(p.label)
	w.WriteString(p.text)
	if p.close == "" {
		return
	}
	if column+p.width <= lineWidth {
		for i, it := range p.items {
			if i > 0 {
				w.WriteString(", ")
			}
			it.write(w, indent, 0)
		}
	} else {
		p.writeLines(w, indent+2)
		w.WriteString("\n" + strings.Repeat(" ", indent))
	}
	w.WriteString(p.close)
}

// writeLines prints the items below the opening text: leaves without a label
// side by side as long as they fit, others one to a line.
func (p piece) writeLines(w *strings.Builder, indent int) {
	column := lineWidth + 1
	for _, it := range p.items {
		packed := it.label == "" && it.close == "" && column+it.width+2 <= lineWidth
		if packed {
			w.WriteString(" ")
			column++
		} else {
			w.WriteString("\n" + strings.Repeat(" ", indent))
			column = indent
		}
		it.write(w, indent, column)
		w.WriteString(",")
		column += it.width + 1
		if it.label != "" || it.close != "" {
			column = lineWidth + 1
		}
	}
}
