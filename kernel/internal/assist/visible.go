package assist

import (
	"go/ast"
	"go/token"
	"go/types"
	"path"
	"regexp"
	"slices"
	"strings"

	"loupe/kernel/internal/cell"
	"loupe/kernel/internal/protocol"
)

// everywhere lists the names that any cell may use: those of the notebook,
// keywords, predeclared names, and packages, imported or not.
func (q *question) everywhere() []candidate {
	var list []candidate
	q.nb.Each(func(d *cell.Decl) {
		if strings.Contains(d.Name, ".") {
			return
		}
		list = append(list, candidate{describeDecl(d), rankNotebook})
	})
	q.nb.EachImport(func(name, path string) {
		list = append(list, candidate{module(name, path), rankImport})
	})
	for _, path := range q.nb.Dots() {
		if pkg, err := q.nb.Load(path); err == nil {
			for _, c := range packageMembers(nil, pkg) {
				list = append(list, candidate{c.Match, rankImport})
			}
		}
	}
	for _, name := range types.Universe.Names() {
		list = append(list, candidate{describe(nil, types.Universe.Lookup(name)), rankUniverse})
	}
	for tok := token.BREAK; tok <= token.VAR; tok++ {
		list = append(list, candidate{protocol.Match{Text: tok.String(), Type: "keyword"}, rankKeyword})
	}
	for _, path := range q.config.Paths() {
		list = append(list, candidate{module(packageName(path), path), rankPackage})
	}
	return list
}

func module(name, path string) protocol.Match {
	return protocol.Match{Text: name, Type: "module", Signature: path}
}

var version = regexp.MustCompile(`^v[0-9]+$|\.v[0-9]+$`)

// packageName guesses a package's name from its path.
func packageName(p string) string {
	name := path.Base(p)
	if version.MatchString(name) && !strings.Contains(name, ".") && path.Dir(p) != "." {
		name = path.Base(path.Dir(p))
	}
	name = version.ReplaceAllString(name, "")
	name = strings.TrimPrefix(name, "go-")
	return strings.ReplaceAll(name, "-", "_")
}

// describeDecl makes a match of what the notebook remembers.
func describeDecl(d *cell.Decl) protocol.Match {
	m := protocol.Match{Text: d.Name, Type: "instance", Signature: d.Type}
	switch {
	case d.Kind == token.TYPE:
		m.Type = "class"
	case d.Kind == token.FUNC || strings.HasPrefix(d.Type, "func("):
		m.Type = "function"
		m.Signature = strings.TrimPrefix(d.Type, "func")
	}
	return m
}

// visible lists the names that the cell itself declares around the cursor.
func (q *question) visible(s *sight) []candidate {
	var list []candidate
	at := s.ident().Pos()
	for scope := s.Pkg.Scope().Innermost(at); scope != nil && scope != types.Universe; scope = scope.Parent() {
		rank, files := rankLocal, scope == s.Pkg.Scope()
		if files {
			rank = rankNotebook
		}
		for _, name := range scope.Names() {
			obj := scope.Lookup(name)
			if _, ok := obj.(*types.PkgName); ok && s.Import(name) == "" || name == marker || files && s.Generated(name) {
				continue
			}
			if rank == rankLocal && !before(scope, s, obj, at) {
				continue
			}
			list = append(list, candidate{describe(s.Pkg, obj), rank})
		}
	}
	return list
}

// before tells whether a local name is declared before the cursor. The file's
// scope holds packages, which are visible everywhere.
func before(scope *types.Scope, s *sight, obj types.Object, at token.Pos) bool {
	return scope.Parent() == s.Pkg.Scope() || obj.Pos() < at
}

// fieldKeys lists the fields that a literal of a struct may still set, if the
// cursor is where their names go.
func fieldKeys(s *sight) []candidate {
	lit, ok := s.outer(1).(*ast.CompositeLit)
	if kv, isKey := s.outer(1).(*ast.KeyValueExpr); isKey && kv.Key == s.ident() {
		lit, ok = s.outer(2).(*ast.CompositeLit)
	}
	if !ok || lit == nil || !slices.ContainsFunc(lit.Elts, func(x ast.Expr) bool { return x.Pos() == s.ident().Pos() }) {
		return nil
	}
	t := s.Info.Types[lit].Type
	if t == nil {
		return nil
	}
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	fields, ok := t.Underlying().(*types.Struct)
	if !ok {
		return nil
	}
	set := map[string]bool{}
	for _, x := range lit.Elts {
		if kv, ok := x.(*ast.KeyValueExpr); ok {
			if id, ok := kv.Key.(*ast.Ident); ok {
				set[id.Name] = true
			}
		}
	}
	var list []candidate
	for f := range fields.Fields() {
		if !set[f.Name()] && (f.Exported() || f.Pkg() == s.Pkg) {
			list = append(list, candidate{describe(s.Pkg, f), rankMember})
		}
	}
	return list
}

// paths lists what can be imported.
func (q *question) paths() []candidate {
	var list []candidate
	for _, p := range q.config.Paths() {
		list = append(list, candidate{protocol.Match{Text: p, Type: "module"}, rankMember})
	}
	return list
}

// inImport tells whether the cursor is in the path of an import, and where
// that path starts.
func (q *question) inImport() (start int, ok bool) {
	list := lex(q.code[:q.at])
	if len(list) == 0 {
		return 0, false
	}
	last := list[len(list)-1]
	if last.tok != token.STRING || len(last.lit) > 1 && last.lit[len(last.lit)-1] == last.lit[0] {
		return 0, false
	}
	keyword := len(list) - 1
	for keyword >= 0 && list[keyword].tok != token.IMPORT {
		keyword--
	}
	if keyword < 0 {
		return 0, false
	}
	between := list[keyword+1 : len(list)-1]
	if len(between) > 0 && between[0].tok == token.LPAREN {
		between = between[1:]
	} else if len(between) > 1 {
		return 0, false
	}
	other := func(x lexeme) bool {
		return x.tok != token.IDENT && x.tok != token.PERIOD && x.tok != token.STRING && x.tok != token.SEMICOLON && x.tok != token.COMMENT
	}
	return last.from + 1, !slices.ContainsFunc(between, other)
}

// inLiteral tells whether the cursor is in a comment, a string, or a number,
// where nothing can be completed.
func (q *question) inLiteral() bool {
	for _, x := range lex(q.code) {
		if x.from >= q.at {
			break
		}
		switch x.tok {
		case token.COMMENT:
			if q.at < x.to || q.at == x.to && strings.HasPrefix(x.lit, "//") {
				return true
			}
		case token.STRING, token.CHAR:
			open := len(x.lit) == 1 || x.lit[len(x.lit)-1] != x.lit[0]
			if q.at < x.to || q.at == x.to && open {
				return true
			}
		case token.INT, token.FLOAT, token.IMAG:
			if q.at <= x.to && !strings.HasSuffix(q.code[x.from:q.at], ".") {
				return true
			}
		}
	}
	return false
}
