package cell

import (
	"sort"
	"strings"
	"unicode/utf8"
)

// A Source is the text of one cell.
type Source struct {
	Number int
	Text   string
	lines  []int // offset of the start of each line
}

// newSource refuses what Go does not allow in a source file. A byte order
// mark at the start is dropped.
func newSource(number int, text string) (*Source, Errors) {
	text = strings.TrimPrefix(text, "\uFEFF")
	s := &Source{Number: number, Text: text, lines: []int{0}}
	for i := 0; i < len(text); i++ {
		if text[i] == '\n' {
			s.lines = append(s.lines, i+1)
		}
	}
	if i := strings.IndexByte(text, 0); i >= 0 {
		return nil, Errors{s.errorAt(i, "illegal character NUL")}
	}
	if !utf8.ValidString(text) {
		for i, r := range text {
			if _, size := utf8.DecodeRuneInString(text[i:]); r == utf8.RuneError && size == 1 {
				return nil, Errors{s.errorAt(i, "illegal UTF-8 encoding")}
			}
		}
	}
	return s, nil
}

// position gives line and column of an offset, both from 1; columns count
// bytes, as Go's do.
func (s *Source) position(offset int) (line, col int) {
	offset = min(max(offset, 0), len(s.Text))
	line = sort.SearchInts(s.lines, offset+1)
	return line, offset - s.lines[line-1] + 1
}

// line returns the text of a line without its end.
func (s *Source) line(n int) string {
	if n < 1 || n > len(s.lines) {
		return ""
	}
	text := s.Text[s.lines[n-1]:]
	if i := strings.IndexByte(text, '\n'); i >= 0 {
		text = text[:i]
	}
	return strings.TrimSuffix(text, "\r")
}

func (s *Source) errorAt(offset int, msg string) Error {
	line, col := s.position(offset)
	return Error{Cell: s.Number, Line: line, Col: col, Msg: msg, text: s.line(line)}
}
