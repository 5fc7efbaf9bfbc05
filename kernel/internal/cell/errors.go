package cell

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// maxErrors bounds how many errors of one cell are reported.
const maxErrors = 10

// An Error is one mistake in a cell.
type Error struct {
	Cell, Line, Col int // line and column from 1; columns count bytes
	Msg             string
	text            string // the source line
	early           bool   // the text ends where more was expected
}

func (e Error) Error() string {
	return fmt.Sprintf("cell %d:%d:%d: %s", e.Cell, e.Line, e.Col, e.Msg)
}

// What is shown of a text: machines write lines, and names, of megabytes.
const (
	maxLine    = 400  // bytes of a source line, around the column
	maxMessage = 1000 // bytes of what is wrong
)

// excerpt cuts a long line around a column; col is the one in the excerpt.
func excerpt(line string, col int) (part string, at int) {
	at = min(max(col, 0), len(line))
	from, to := 0, len(line)
	if len(line) > maxLine {
		from = max(0, at-maxLine/2)
		to = min(len(line), from+maxLine)
	}
	part, at = strings.ToValidUTF8(line[from:at], "")+strings.ToValidUTF8(line[at:to], ""), len(strings.ToValidUTF8(line[from:at], ""))
	if from > 0 {
		part, at = "…"+part, at+len("…")
	}
	if to < len(line) {
		part += "…"
	}
	return part, at
}

// Render returns the error, the source line, and a caret under the column.
func (e Error) Render() string {
	text, at := excerpt(e.text, e.Col-1)
	before := text[:at]
	pad := strings.Map(func(r rune) rune {
		if r == '\t' {
			return r
		}
		return ' '
	}, before)
	return e.Error() + "\n\t" + text + "\n\t" + pad + "^"
}

// Errors are the mistakes that keep a cell from being compiled, in the order
// of the text; there is at least one.
type Errors []Error

func (e Errors) Error() string { return e.join(Error.Error) }

// Render shows each error with its source line and a caret.
func (e Errors) Render() string { return e.join(Error.Render) }

func (e Errors) join(show func(Error) string) string {
	lines := make([]string, len(e))
	for i, one := range e {
		lines[i] = show(one)
	}
	return strings.Join(lines, "\n")
}

// Unfinished tells whether the cell would be right so far if more followed.
func (e Errors) Unfinished() bool { return len(e) > 0 && e[0].early }

// tidy puts errors in order, without repetitions, and bounds their number.
func (e Errors) tidy() Errors {
	slices.SortStableFunc(e, func(a, b Error) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col))
	})
	for i := range e {
		if msg := e[i].Msg; len(msg) > maxMessage {
			e[i].Msg = strings.ToValidUTF8(msg[:maxMessage], "") + "…"
		}
	}
	e = slices.CompactFunc(e, func(a, b Error) bool {
		return a.Line == b.Line && a.Col == b.Col && a.Msg == b.Msg
	})
	return e[:min(len(e), maxErrors)]
}
