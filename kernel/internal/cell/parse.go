package cell

import (
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"strconv"
	"strings"
)

// A parsed cell is its syntax. All offsets are those of the cell's text.
type parsed struct {
	src       *Source
	fset      *token.FileSet
	regions   []region
	imports   []*ast.ImportSpec
	decls     *ast.File     // functions, types, constants, variables; nil if none
	stmts     *ast.File     // the statements as the body of one function; nil if none
	body      []ast.Stmt    // those statements
	pragmas   []lexeme      // //go:linkname comments away from a declaration
	linknames []string      // all such comments
	result    *ast.ExprStmt // the last statement, if it is an expression
	silent    bool          // the cell ends with a semicolon: its result is not shown
}

// Each text given to the parser starts with one of these, as long as each
// other, so that offsets need one correction.
const (
	declPrefix = "package p;        \n" // or a comment would belong to the clause
	stmtPrefix = "package p;func _(){"
)

// parse reads a cell. It returns nil for a cell of nothing but comments.
func parse(src *Source) (*parsed, Errors) {
	l, errs := lex(src)
	if errs != nil || len(l.tokens) == 0 {
		return nil, errs
	}
	c := &parsed{src: src, fset: token.NewFileSet(), regions: l.regions(src)}
	if errs := c.refuse(l); errs != nil {
		return nil, errs
	}
	var decls, imports []region
	for _, r := range c.regions {
		switch r.kind {
		case token.IMPORT:
			imports = append(imports, r)
		case token.FUNC, token.TYPE, token.CONST, token.VAR:
			decls = append(decls, r)
		}
	}
	if len(imports) > 0 {
		file := c.file(declPrefix+only(src.Text, imports), parser.ImportsOnly|parser.SkipObjectResolution, &errs)
		if file != nil {
			c.imports = file.Imports
		}
	}
	if len(decls) > 0 {
		c.decls = c.file(declPrefix+only(src.Text, decls), parser.ParseComments, &errs)
	}
	if text := without(src.Text, c.regions); l.statements(c.regions) {
		c.stmts = c.file(stmtPrefix+text+"\n}", 0, &errs)
	}
	if len(errs) > 0 {
		return nil, errs.tidy()
	}
	if c.stmts != nil {
		c.body = c.stmts.Decls[0].(*ast.FuncDecl).Body.List
		c.findResult(l)
	}
	return c, nil
}

// Imports lists the import paths that a cell names, or nil if it cannot be
// read.
func Imports(source string) []string {
	src, errs := newSource(0, source)
	if errs != nil {
		return nil
	}
	c, errs := parse(src)
	if errs != nil || c == nil {
		return nil
	}
	var paths []string
	for _, spec := range c.imports {
		if path, err := strconv.Unquote(spec.Path.Value); err == nil {
			paths = append(paths, path)
		}
	}
	return paths
}

// file parses a text, and adds the mistakes in it to errs.
func (c *parsed) file(text string, mode parser.Mode, errs *Errors) *ast.File {
	file, err := parser.ParseFile(c.fset, "", text, mode|parser.AllErrors)
	list, _ := err.(scanner.ErrorList)
	end := len(strings.TrimRight(c.src.Text, " \t\r\n"))
	for i, e := range list {
		offset, msg := e.Pos.Offset-len(declPrefix), e.Msg
		if offset >= end {
			if i > 0 {
				break // what follows from the mistakes before
			}
			msg, _, _ = strings.Cut(msg, ", found ")
			offset, msg = end, msg+", found end of cell"
		}
		e := c.src.errorAt(offset, "syntax error: "+msg)
		e.early = offset == end
		*errs = append(*errs, e)
	}
	return file
}

// at returns the offset of a position of any of the cell's syntax trees. A
// label at the end of a cell ends with the function that the parser was given.
func (c *parsed) at(pos token.Pos) int {
	return min(c.fset.File(pos).Offset(pos)-len(declPrefix), len(c.src.Text))
}

// only returns text with blanks for what is outside the regions.
func only(text string, regions []region) string {
	out := []byte(text)
	at := 0
	for _, r := range regions {
		blank(out[at:r.lead])
		at = r.end
	}
	blank(out[at:])
	return string(out)
}

// without returns text with blanks for the regions.
func without(text string, regions []region) string {
	out := []byte(text)
	for _, r := range regions {
		blank(out[r.lead:r.end])
	}
	return string(out)
}

func blank(b []byte) {
	for i := range b {
		if b[i] != '\n' {
			b[i] = ' '
		}
	}
}

// statements tells whether there is a token other than a semicolon outside
// the regions.
func (l *lexed) statements(regions []region) bool {
	for _, t := range l.tokens {
		for len(regions) > 0 && t.from >= regions[0].to {
			regions = regions[1:]
		}
		if inside := len(regions) > 0 && t.from >= regions[0].lead; !inside && t.tok != token.SEMICOLON {
			return true
		}
	}
	return false
}

// refuse reports what a cell cannot contain, and keeps loose pragmas.
func (c *parsed) refuse(l *lexed) Errors {
	var errs Errors
	attached := func(at int) bool {
		for _, r := range c.regions {
			if r.lead <= at && at < r.end {
				return true
			}
		}
		return false
	}
	for _, comment := range l.comments {
		text := c.src.Text[comment.from:comment.to]
		switch {
		case strings.HasPrefix(text, "//go:embed "):
			errs = append(errs, c.src.errorAt(comment.from,
				"//go:embed does not work in a cell: a notebook has no files at compile time; read the file with os.ReadFile"))
		case strings.HasPrefix(text, "//go:linkname "):
			c.linknames = append(c.linknames, strings.TrimSpace(text))
			if !attached(comment.from) {
				c.pragmas = append(c.pragmas, comment)
			}
		}
	}
	return errs
}

// findResult sets result when the last statement is an expression.
func (c *parsed) findResult(l *lexed) {
	last := len(l.tokens) - 1
	c.silent = l.tokens[last].tok == token.SEMICOLON && !l.tokens[last].auto
	for len(c.body) > 0 {
		if _, ok := c.body[len(c.body)-1].(*ast.EmptyStmt); !ok {
			break
		}
		c.body = c.body[:len(c.body)-1]
	}
	if len(c.body) > 0 {
		c.result, _ = c.body[len(c.body)-1].(*ast.ExprStmt)
	}
}
