package cell

import (
	"go/scanner"
	"go/token"
	"strings"
)

// A region is a declaration, an import or a package clause at the top level
// of a cell. What lies between regions are statements.
type region struct {
	kind token.Token // PACKAGE, IMPORT, FUNC, TYPE, CONST or VAR
	lead int         // offset of the comments attached to it
	from int         // offset of its keyword
	to   int         // offset after it, without the semicolon
	end  int         // offset after its semicolon, if that is written out
}

// A lexed cell is its tokens, read once.
type lexed struct {
	tokens   []lexeme
	comments []lexeme
}

type lexeme struct {
	tok      token.Token
	from, to int
	auto     bool // a semicolon that is not in the text
	depth    int  // open brackets around it
	match    int  // for an opening bracket, the index of the closing one
}

// lex reads the tokens of a cell and matches its brackets.
func lex(src *Source) (*lexed, Errors) {
	var errs Errors
	file := token.NewFileSet().AddFile("", -1, len(src.Text))
	var s scanner.Scanner
	s.Init(file, []byte(src.Text), func(pos token.Position, msg string) {
		e := src.errorAt(pos.Offset, msg)
		e.early = msg == "raw string literal not terminated" || msg == "comment not terminated"
		errs = append(errs, e)
	}, scanner.ScanComments)
	l := &lexed{}
	var open []int
	for {
		pos, tok, lit := s.Scan()
		if tok == token.EOF {
			break
		}
		at := file.Offset(pos)
		x := lexeme{tok: tok, from: at, depth: len(open)}
		x.measure(src.Text, lit)
		switch tok {
		case token.COMMENT:
			l.comments = append(l.comments, x)
			continue
		case token.LPAREN, token.LBRACK, token.LBRACE:
			open = append(open, len(l.tokens))
		case token.RPAREN, token.RBRACK, token.RBRACE:
			if len(open) == 0 || closing[l.tokens[open[len(open)-1]].tok] != tok {
				return nil, append(errs, src.errorAt(at, "syntax error: unexpected "+tok.String())).tidy()
			}
			l.tokens[open[len(open)-1]].match = len(l.tokens)
			open = open[:len(open)-1]
			x.depth--
		}
		l.tokens = append(l.tokens, x)
	}
	if len(errs) == 0 && len(open) > 0 {
		last := l.tokens[open[len(open)-1]]
		e := src.errorAt(last.from, "syntax error: "+last.tok.String()+" is never closed")
		e.early = true
		errs = append(errs, e)
	}
	if len(errs) > 0 {
		return nil, errs.tidy()
	}
	return l, nil
}

// measure finds where a token ends. The scanner drops carriage returns from
// the literals that it gives.
func (x *lexeme) measure(text, lit string) {
	x.to = x.from + len(lit)
	switch {
	case lit == "":
		x.to = x.from + len(x.tok.String())
	case x.tok == token.COMMENT:
		x.to = commentEnd(text, x.from)
	case x.tok == token.STRING && lit[0] == '`':
		if i := strings.IndexByte(text[x.from+1:], '`'); i >= 0 {
			x.to = x.from + 1 + i + 1
		}
	case x.tok == token.SEMICOLON && lit != ";":
		x.auto, x.to = true, x.from
	}
}

var closing = map[token.Token]token.Token{
	token.LPAREN: token.RPAREN, token.LBRACK: token.RBRACK, token.LBRACE: token.RBRACE,
}

func commentEnd(text string, at int) int {
	if strings.HasPrefix(text[at:], "/*") {
		if i := strings.Index(text[at+2:], "*/"); i >= 0 {
			return at + 2 + i + 2
		}
		return len(text)
	}
	if i := strings.IndexByte(text[at:], '\n'); i >= 0 {
		return at + i
	}
	return len(text)
}

// regions finds the declarations at the top level. A keyword at the start of
// a statement is enough to tell all but functions from statements.
func (l *lexed) regions(src *Source) []region {
	var found []region
	start, after := true, 0
	for i := 0; i < len(l.tokens); i++ {
		t := l.tokens[i]
		if t.depth == 0 && start && l.declares(i) {
			end := i
			for end < len(l.tokens) && !(l.tokens[end].tok == token.SEMICOLON && l.tokens[end].depth == 0) {
				end++
			}
			r := region{kind: t.tok, lead: l.lead(src, after, t.from), from: t.from, to: l.tokens[end-1].to}
			r.end = r.to
			if end < len(l.tokens) && !l.tokens[end].auto {
				r.end = l.tokens[end].to
			}
			found = append(found, r)
			after, i = r.end, end
			continue
		}
		start = t.depth == 0 && t.tok == token.SEMICOLON
		after = t.to
	}
	return found
}

// declares tells whether the statement that starts with token i is a
// declaration. A function literal is one that has no name; after a receiver
// comes a name and a parameter list, after a literal's parameters a type and a
// body.
func (l *lexed) declares(i int) bool {
	is := func(i int, tok token.Token) bool { return i < len(l.tokens) && l.tokens[i].tok == tok }
	switch l.tokens[i].tok {
	case token.IMPORT, token.TYPE, token.CONST, token.VAR:
		return true
	case token.PACKAGE:
		return is(i+1, token.IDENT)
	case token.FUNC:
		if is(i+1, token.IDENT) {
			return true
		}
		if !is(i+1, token.LPAREN) {
			return false
		}
		close := l.tokens[i+1].match
		return is(close+1, token.IDENT) && (is(close+2, token.LPAREN) || is(close+2, token.LBRACK) && l.methodParams(close+2))
	}
	return false
}

// methodParams tells "func (T) m[P any](" from "func (int) T[P] {".
func (l *lexed) methodParams(bracket int) bool {
	next := l.tokens[bracket].match + 1
	return next < len(l.tokens) && l.tokens[next].tok == token.LPAREN
}

// lead returns where the comments directly above a declaration start, not
// looking back before offset after.
func (l *lexed) lead(src *Source, after, from int) int {
	lead := from
	top, _ := src.position(from)
	above := 0 // the line that whatever is before ends on
	if after > 0 {
		above, _ = src.position(after - 1)
	}
	for i := len(l.comments) - 1; i >= 0; i-- {
		c := l.comments[i]
		if c.from >= from {
			continue
		}
		first, _ := src.position(c.from)
		last, _ := src.position(c.to - 1)
		if c.from < after || first <= above || last < top-1 {
			break
		}
		lead, top = c.from, first
	}
	return lead
}
