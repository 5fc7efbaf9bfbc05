package assist

import (
	"cmp"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
	"unicode/utf8"

	"loupe/kernel/internal/cell"
	"loupe/kernel/internal/protocol"
)

// marker stands for what is to be completed.
const marker = "loupeʺcursor"

// A candidate is a match with how near it is: locals come before names of the
// notebook, those before packages, and so on.
type candidate struct {
	protocol.Match
	rank int
}

// Ranks of candidates.
const (
	rankMember = iota
	rankLocal
	rankNotebook
	rankImport
	rankUniverse
	rankKeyword
	rankPackage
)

// Complete lists what could stand at the cursor, an index of runes.
func (a *Assistant) Complete(nb *cell.Notebook, code string, cursor int) protocol.Completion {
	q := a.ask(nb, code, cursor)
	start, list := q.candidates()
	prefix := q.code[start:q.at]
	return protocol.Completion{
		Matches: matching(list, prefix),
		Start:   utf8.RuneCountInString(code[:start]),
		End:     utf8.RuneCountInString(code[:q.at]),
	}
}

// matching keeps the candidates that start with a prefix, in order. If only
// the case is wrong they come last.
func matching(list []candidate, prefix string) []protocol.Match {
	lower := strings.ToLower(prefix)
	list = slices.DeleteFunc(list, func(c candidate) bool { return !strings.HasPrefix(strings.ToLower(c.Text), lower) })
	worse := func(c candidate) int {
		if strings.HasPrefix(c.Text, prefix) {
			return c.rank
		}
		return c.rank + 100
	}
	slices.SortStableFunc(list, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(worse(a), worse(b)), cmp.Compare(a.Text, b.Text))
	})
	matches := []protocol.Match{}
	seen := map[string]bool{}
	for _, c := range list {
		if !seen[c.Text] {
			seen[c.Text] = true
			matches = append(matches, c.Match)
		}
	}
	return matches
}

// candidates lists what may stand at the cursor, and where that starts.
func (q *question) candidates() (start int, list []candidate) {
	start = wordStart(q.code, q.at)
	if from, ok := q.inImport(); ok {
		return from, q.paths()
	}
	if q.inLiteral() {
		return start, nil
	}
	end := wordEnd(q.code, q.at)
	code := q.code[:start] + marker + q.code[end:]
	s := look(q.nb, code, start, start+len(marker))
	if dot := strings.TrimRight(q.code[:start], " \t\n"); strings.HasSuffix(dot, ".") {
		if s == nil {
			return start, nil
		}
		return start, q.members(s)
	}
	list = q.everywhere()
	if s != nil {
		list = append(list, q.visible(s)...)
		list = append(list, fieldKeys(s)...)
	}
	return start, list
}

// members lists what can be selected.
func (q *question) members(s *sight) []candidate {
	sel, ok := s.outer(1).(*ast.SelectorExpr)
	if !ok {
		return nil
	}
	if id, ok := sel.X.(*ast.Ident); ok {
		if pkg, ok := s.Info.Uses[id].(*types.PkgName); ok {
			return packageMembers(s.Pkg, pkg.Imported())
		}
	}
	tv, ok := s.Info.Types[sel.X]
	if !ok || tv.Type == nil {
		return nil
	}
	return typeMembers(s.Pkg, tv.Type, tv.IsType())
}

// packageMembers lists what a package exports.
func packageMembers(from, pkg *types.Package) []candidate {
	var list []candidate
	for _, name := range pkg.Scope().Names() {
		if token.IsExported(name) {
			list = append(list, candidate{describe(from, pkg.Scope().Lookup(name)), rankMember})
		}
	}
	return list
}

// typeMembers lists fields and methods, promoted ones too. Of a type itself
// only methods can be selected.
func typeMembers(from *types.Package, t types.Type, isType bool) []candidate {
	var list []candidate
	reach := func(obj types.Object) bool { return obj.Exported() || obj.Pkg() == from }
	if !isType {
		eachField(t, func(f *types.Var) {
			if reach(f) {
				list = append(list, candidate{describe(from, f), rankMember})
			}
		})
	}
	recv := t
	if _, pointer := types.Unalias(t).(*types.Pointer); !pointer && !types.IsInterface(t) && !isType {
		recv = types.NewPointer(t) // variables can be addressed
	}
	for m := range types.NewMethodSet(recv).Methods() {
		if obj := m.Obj(); reach(obj) {
			list = append(list, candidate{describe(from, obj), rankMember})
		}
	}
	return list
}

// eachField calls f for the fields of a struct or a pointer to one, outer
// ones first.
func eachField(t types.Type, f func(*types.Var)) {
	seen := map[types.Type]bool{}
	names := map[string]bool{}
	level := []types.Type{t}
	for len(level) > 0 {
		var next []types.Type
		for _, t := range level {
			if p, ok := t.Underlying().(*types.Pointer); ok {
				t = p.Elem()
			}
			s, ok := t.Underlying().(*types.Struct)
			if !ok || seen[t] {
				continue
			}
			seen[t] = true
			for field := range s.Fields() {
				if !names[field.Name()] {
					names[field.Name()] = true
					f(field)
				}
				if field.Embedded() {
					next = append(next, field.Type())
				}
			}
		}
		level = next
	}
}

// describe makes a match of an object.
func describe(from *types.Package, obj types.Object) protocol.Match {
	m := protocol.Match{Text: obj.Name(), Type: "instance", Signature: types.TypeString(obj.Type(), qualifier(from))}
	switch obj := obj.(type) {
	case *types.Func:
		m.Type = "function"
		m.Signature = strings.TrimPrefix(m.Signature, "func")
	case *types.Builtin:
		m.Type, m.Signature = "function", ""
	case *types.TypeName:
		m.Type, m.Signature = "class", kind(obj)
	case *types.PkgName:
		m.Type, m.Signature = "module", obj.Imported().Path()
	case *types.Nil:
		m.Signature = ""
	case *types.Var:
		if obj.IsField() {
			m.Type = "property"
		} else if _, ok := obj.Type().Underlying().(*types.Signature); ok {
			m.Type = "function"
		}
	}
	return m
}

// kind says in a word what sort of type it is.
func kind(obj *types.TypeName) string {
	if obj.Type() == nil {
		return ""
	}
	switch t := obj.Type().Underlying().(type) {
	case *types.Struct:
		return "struct"
	case *types.Interface:
		return "interface"
	case *types.Basic:
		return t.Name()
	default:
		return types.TypeString(t, qualifier(obj.Pkg()))
	}
}

// qualifier writes names of packages as cells do.
func qualifier(from *types.Package) types.Qualifier {
	return func(pkg *types.Package) string {
		if pkg == from || pkg.Path() == cell.PkgPath {
			return ""
		}
		return pkg.Name()
	}
}
