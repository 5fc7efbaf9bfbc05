package notebook

import (
	"fmt"
	"go/scanner"
	"go/token"
	"go/types"
	"html"
	"strings"
)

// highlight colours Go with the standard library's own scanner. It works for
// parts of programs and for what is not Go at all, such as a shell command in
// a cell: what the scanner does not know stays as it is.
func highlight(source string) string {
	var b strings.Builder
	fset := token.NewFileSet()
	file := fset.AddFile("", fset.Base(), len(source))
	var s scanner.Scanner
	s.Init(file, []byte(source), func(token.Position, string) {}, scanner.ScanComments)
	done := 0
	for {
		pos, tok, lit := s.Scan()
		if tok == token.EOF {
			break
		}
		start := file.Offset(pos)
		class := classOf(tok, lit)
		if class == "" || start < done {
			continue
		}
		// The scanner drops carriage returns from its texts: take the length
		// from the source where they differ.
		end := start + len(lit)
		if end > len(source) || source[start:end] != lit {
			continue
		}
		b.WriteString(html.EscapeString(source[done:start]))
		fmt.Fprintf(&b, `<span class="%s">%s</span>`, class, html.EscapeString(lit))
		done = end
	}
	b.WriteString(html.EscapeString(source[done:]))
	return b.String()
}

func classOf(tok token.Token, lit string) string {
	switch {
	case tok.IsKeyword():
		return "k"
	case tok == token.COMMENT:
		return "c"
	case tok == token.STRING || tok == token.CHAR:
		return "s"
	case tok == token.INT || tok == token.FLOAT || tok == token.IMAG:
		return "n"
	case tok == token.IDENT && types.Universe.Lookup(lit) != nil:
		return "b"
	}
	return ""
}
