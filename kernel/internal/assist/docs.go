package assist

import (
	"bytes"
	"go/ast"
	"go/build"
	"go/format"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// A declaration is one in the source of a package.
type declaration struct {
	doc    string
	head   string // in short; "" where what go/types says is better
	source string
}

// source finds the declaration of a name, or of a type's method, in the
// sources of a package. Of the files it parses only those that may have it.
func (q *question) source(path, recv, name string) (declaration, bool) {
	dir := q.config.Dir(path)
	if dir == "" {
		return declaration{}, false
	}
	mentions := regexp.MustCompile(`(?m)^(func|type|var|const|\t|\s*)[^\n]*\b` + regexp.QuoteMeta(name) + `\b`)
	for _, file := range q.goFiles(dir) {
		text, err := os.ReadFile(file)
		if err != nil || !mentions.Match(text) {
			continue
		}
		fset := token.NewFileSet()
		syntax, err := parser.ParseFile(fset, file, text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			continue
		}
		f := sourceFile{fset, text}
		for _, d := range syntax.Decls {
			if found, ok := f.find(d, recv, name); ok {
				return found, true
			}
		}
	}
	return declaration{}, false
}

// goFiles lists the files of a package on this system.
func (a *Assistant) goFiles(dir string) []string {
	if list, ok := a.files.Load(dir); ok {
		return list.([]string)
	}
	pkg, err := build.Default.ImportDir(dir, 0)
	if err != nil && pkg == nil {
		return nil
	}
	var list []string
	for _, name := range append(pkg.GoFiles, pkg.CgoFiles...) {
		list = append(list, filepath.Join(dir, name))
	}
	a.files.Store(dir, list)
	return list
}

type sourceFile struct {
	fset *token.FileSet
	text []byte
}

// slice is the text from one position to another.
func (f sourceFile) slice(from, to token.Pos) string {
	file := f.fset.File(from)
	return string(bytes.TrimSpace(f.text[file.Offset(from):file.Offset(to)]))
}

// find looks for a name in a declaration.
func (f sourceFile) find(d ast.Decl, recv, name string) (declaration, bool) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Name.Name != name || recv != receiverName(d) {
			break
		}
		end := d.End()
		if d.Body != nil {
			end = d.Body.Lbrace
		}
		return declaration{d.Doc.Text(), f.slice(d.Pos(), end), f.slice(d.Pos(), d.End())}, true
	case *ast.GenDecl:
		for _, s := range d.Specs {
			if found, ok := f.inSpec(d, s, recv, name); ok {
				return found, true
			}
		}
	}
	return declaration{}, false
}

// inSpec looks for a name in a specification, and for methods in interfaces.
func (f sourceFile) inSpec(d *ast.GenDecl, s ast.Spec, recv, name string) (declaration, bool) {
	switch s := s.(type) {
	case *ast.TypeSpec:
		if recv == "" && s.Name.Name == name {
			return declaration{firstDoc(s.Doc, d.Doc), f.bare(s), "type " + f.slice(s.Pos(), s.End())}, true
		}
		if methods, ok := s.Type.(*ast.InterfaceType); ok && s.Name.Name == recv {
			for _, m := range methods.Methods.List {
				if len(m.Names) > 0 && m.Names[0].Name == name {
					return declaration{m.Doc.Text(), "", f.slice(m.Pos(), m.End())}, true
				}
			}
		}
	case *ast.ValueSpec:
		for _, id := range s.Names {
			if recv == "" && id.Name == name {
				source := d.Tok.String() + " " + f.slice(s.Pos(), s.End())
				head := ""
				if d.Tok == token.CONST {
					head = source
				}
				return declaration{firstDoc(s.Doc, d.Doc, s.Comment), head, source}, true
			}
		}
	}
	return declaration{}, false
}

// bare is a type without the comments of its fields.
func (f sourceFile) bare(s *ast.TypeSpec) string {
	ast.Inspect(s, func(n ast.Node) bool {
		if field, ok := n.(*ast.Field); ok {
			field.Doc, field.Comment = nil, nil
		}
		return true
	})
	s.Doc, s.Comment = nil, nil
	var b strings.Builder
	if err := format.Node(&b, f.fset, s); err != nil {
		return ""
	}
	return "type " + blankLines.ReplaceAllString(b.String(), "\n")
}

var blankLines = regexp.MustCompile(`\n\s*\n`)

func firstDoc(groups ...*ast.CommentGroup) string {
	for _, g := range groups {
		if text := g.Text(); text != "" {
			return text
		}
	}
	return ""
}

func receiverName(f *ast.FuncDecl) string {
	if f.Recv == nil || len(f.Recv.List) == 0 {
		return ""
	}
	x := f.Recv.List[0].Type
	for {
		switch t := x.(type) {
		case *ast.StarExpr:
			x = t.X
		case *ast.IndexExpr:
			x = t.X
		case *ast.IndexListExpr:
			x = t.X
		case *ast.Ident:
			return t.Name
		default:
			return ""
		}
	}
}

// packageDoc is the comment of a package.
func (q *question) packageDoc(path string) string {
	dir := q.config.Dir(path)
	if dir == "" {
		return ""
	}
	for _, file := range q.goFiles(dir) {
		syntax, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.PackageClauseOnly|parser.ParseComments)
		if err == nil && syntax.Doc != nil {
			return syntax.Doc.Text()
		}
	}
	return ""
}
