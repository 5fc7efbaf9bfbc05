package assist

import (
	"go/scanner"
	"go/token"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A lexeme is a token of code that may be broken.
type lexeme struct {
	tok      token.Token
	lit      string
	from, to int
}

// lex reads the tokens of a text, without semicolons that are not in it.
func lex(code string) []lexeme {
	file := token.NewFileSet().AddFile("", -1, len(code))
	var s scanner.Scanner
	s.Init(file, []byte(code), func(token.Position, string) {}, scanner.ScanComments)
	var list []lexeme
	for {
		pos, tok, lit := s.Scan()
		if tok == token.EOF {
			return list
		}
		if tok == token.SEMICOLON && lit != ";" {
			continue
		}
		at := file.Offset(pos)
		n := len(lit)
		if n == 0 {
			n = len(tok.String())
		}
		list = append(list, lexeme{tok, lit, at, min(at+n, len(code))})
	}
}

// wordStart returns where the identifier that ends at an offset starts.
func wordStart(code string, at int) int {
	for at > 0 {
		r, size := utf8.DecodeLastRuneInString(code[:at])
		if r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			break
		}
		at -= size
	}
	return at
}

// wordEnd returns where the identifier around an offset ends.
func wordEnd(code string, at int) int {
	rest := strings.TrimLeftFunc(code[at:], func(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) })
	return len(code) - len(rest)
}

// closers returns what closes the brackets that are open at the end of a
// text. A brace is closed on a line of its own.
func closers(code string) string {
	var open []token.Token
	for _, x := range lex(code) {
		switch x.tok {
		case token.LPAREN, token.LBRACK, token.LBRACE:
			open = append(open, x.tok)
		case token.RPAREN, token.RBRACK, token.RBRACE:
			if len(open) > 0 {
				open = open[:len(open)-1]
			}
		}
	}
	var b strings.Builder
	for i := len(open) - 1; i >= 0; i-- {
		switch open[i] {
		case token.LPAREN:
			b.WriteString(")")
		case token.LBRACK:
			b.WriteString("]")
		default:
			b.WriteString("\n}")
		}
	}
	return b.String()
}

// operand returns where the expression starts that ends with a text, such as
// "a.b(c)[d]" in "x := a.b(c)[d]".
func operand(code string) int {
	list := lex(code)
	i := len(list) - 1
	start := len(code)
	for i >= 0 {
		switch x := list[i]; x.tok {
		case token.RPAREN, token.RBRACK, token.RBRACE:
			i = opening(list, i)
			if i < 0 {
				return start
			}
			start = list[i].from
			if i == 0 || !ends(list[i-1].tok) || list[i-1].to != list[i].from {
				return start
			}
			i--
			continue
		case token.IDENT, token.STRING, token.INT, token.FLOAT, token.CHAR:
			start = x.from
		default:
			return start
		}
		if i == 0 || list[i-1].tok != token.PERIOD {
			return start
		}
		i -= 2
	}
	return start
}

// ends tells whether an operand may end with a token.
func ends(tok token.Token) bool {
	return tok == token.IDENT || tok == token.RPAREN || tok == token.RBRACK || tok == token.RBRACE
}

// opening returns the index of the bracket that token i closes, or -1.
func opening(list []lexeme, i int) int {
	depth := 0
	for ; i >= 0; i-- {
		switch list[i].tok {
		case token.RPAREN, token.RBRACK, token.RBRACE:
			depth++
		case token.LPAREN, token.LBRACK, token.LBRACE:
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}
