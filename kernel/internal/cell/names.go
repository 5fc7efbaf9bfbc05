package cell

import (
	"cmp"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strconv"
)

// A free name is one that the cell's own syntax does not bind: the notebook,
// a package, the universe or a later part of the cell may.
type free struct {
	name string
	at   int
	sel  string // the name selected from it, if any
	stmt bool   // it stands in a statement, not in a declaration
	key  key    // it is a key of a composite literal
}

type key int

const (
	noKey    key = iota
	mapKey       // an expression
	maybeKey     // an expression or the name of a field
)

// open lists the free names of a cell in the order of the text.
func (c *parsed) open() []free {
	var list []free
	for _, file := range []*ast.File{c.decls, c.stmts} {
		if file == nil {
			continue
		}
		selected := map[*ast.Ident]string{}
		keys := map[*ast.Ident]key{}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.SelectorExpr:
				if x, ok := n.X.(*ast.Ident); ok {
					selected[x] = n.Sel.Name
				}
			case *ast.CompositeLit:
				literalKeys(n, keys)
			}
			return true
		})
		add := func(id *ast.Ident) {
			list = append(list, free{id.Name, c.at(id.Pos()), selected[id], file == c.stmts, keys[id]})
		}
		for _, id := range file.Unresolved {
			add(id)
			delete(keys, id)
		}
		for id := range keys {
			add(id)
		}
	}
	slices.SortFunc(list, func(a, b free) int { return cmp.Compare(a.at, b.at) })
	return list
}

// literalKeys finds the plain names among the keys of a literal, which the
// parser does not resolve because they may be names of fields.
func literalKeys(lit *ast.CompositeLit, keys map[*ast.Ident]key) {
	kind := maybeKey
	switch lit.Type.(type) {
	case *ast.MapType, *ast.ArrayType:
		kind = mapKey
	}
	for _, e := range lit.Elts {
		kv, ok := e.(*ast.KeyValueExpr)
		if !ok {
			continue
		}
		if id, ok := kv.Key.(*ast.Ident); ok && id.Obj == nil {
			keys[id] = kind
		}
	}
}

// A scope is what the free names of a cell mean.
type scope struct {
	open    []free
	edits   []edit            // where packages are named, in order of the text
	need    []string          // names of the notebook
	own     map[string]string // imports of the cell: name to path
	dots    []string          // dot imports of the cell
	blanks  []string          // blank imports of the cell
	unknown []string          // names that are neither
}

// load returns a package.
func (n *Notebook) load(path string) (*types.Package, error) {
	if path == "unsafe" {
		return types.Unsafe, nil
	}
	return n.config.Importer.Import(path)
}

// importAll resolves the import declarations of a cell.
func (n *Notebook) importAll(c *parsed) (*scope, Errors) {
	s := &scope{own: map[string]string{}}
	var errs Errors
	for _, spec := range c.imports {
		at := c.at(spec.Path.Pos())
		path, _ := strconv.Unquote(spec.Path.Value)
		if path == "C" {
			errs = append(errs, c.src.errorAt(at, `import "C" does not work in a cell: put the C code in a package and import that`))
			continue
		}
		pkg, err := n.load(path)
		if err != nil {
			errs = append(errs, c.src.errorAt(at, "could not import "+path+" ("+err.Error()+")"))
			continue
		}
		name := pkg.Name()
		if spec.Name != nil {
			name = spec.Name.Name
		}
		switch name {
		case "_":
			s.blanks = append(s.blanks, path)
		case ".":
			s.dots = append(s.dots, path)
		default:
			if old := s.own[name]; old != "" && old != path {
				errs = append(errs, c.src.errorAt(c.at(spec.Pos()), name+" redeclared in this block"))
			}
			s.own[name] = path
		}
	}
	return s, errs
}

// resolve finds what the free names of a cell mean.
func (p *planner) resolve(open []free) {
	n, s := p.n, p.scope
	s.open = open
	defined := p.defined()
	seen := map[string]bool{}
	guessed := map[string]string{}
	for _, f := range open {
		if p.own[f.name] {
			// As in a function, a package has its name until that is defined
			// anew: rand := rand.New(…)
			it, old := defined[f.name], n.Lookup(f.name)
			switch {
			case it == nil || it.stmt == nil || !f.stmt || f.key != noKey || f.at >= it.to:
			case old == nil:
				n.resolvePackage(s, f, guessed)
			case f.at >= it.from && n.shadowed(old, f):
				s.edits = append(s.edits, edit{at: f.at, cut: len(f.name), path: old.shadows, name: f.name})
			}
			continue
		}
		_, imported := s.own[f.name]
		switch {
		case !imported && n.Lookup(f.name) != nil:
			if !seen[f.name] {
				seen[f.name] = true
				s.need = append(s.need, f.name)
			}
		case f.key != noKey && n.resolveKey(s, f):
		case f.key == noKey && n.resolvePackage(s, f, guessed):
		default:
			s.unknown = append(s.unknown, f.name)
		}
	}
}

// resolvePackage resolves a name that may be that of a package, or of
// something in a package imported with a dot.
func (n *Notebook) resolvePackage(s *scope, f free, guessed map[string]string) bool {
	path := s.own[f.name]
	if path == "" {
		path = n.Import(f.name)
	}
	if path != "" {
		s.edits = append(s.edits, edit{at: f.at, cut: len(f.name), path: path, name: f.name})
		return true
	}
	if n.resolveDot(s, f) {
		return true
	}
	if f.sel == "" || types.Universe.Lookup(f.name) != nil {
		return false
	}
	path, ok := guessed[f.name]
	if !ok {
		path = n.guess(f.name, s.open)
		guessed[f.name] = path
	}
	if path != "" {
		s.edits = append(s.edits, edit{at: f.at, cut: len(f.name), path: path, name: f.name})
	}
	return path != ""
}

// resolveKey resolves a plain name as key of a literal. It is that of a field
// unless the literal is seen to be a map or an array.
func (n *Notebook) resolveKey(s *scope, f free) bool { return f.key == mapKey && n.resolveDot(s, f) }

func (n *Notebook) resolveDot(s *scope, f free) bool {
	if !token.IsExported(f.name) {
		return false
	}
	for _, paths := range [][]string{s.dots, n.dots} {
		for _, path := range slices.Backward(paths) {
			pkg, err := n.load(path)
			if err == nil && pkg.Scope().Lookup(f.name) != nil {
				s.edits = append(s.edits, edit{at: f.at, path: path, name: "dot_" + pkg.Name(), dot: true})
				return true
			}
		}
	}
	return false
}

// guess returns the best of the packages that a name may mean: the first that
// has all that the cell selects from it, else the first that can be loaded.
func (n *Notebook) guess(name string, open []free) string {
	if n.config.Known == nil {
		return ""
	}
	first := ""
	for _, path := range n.config.Known(name) {
		pkg, err := n.load(path)
		if err != nil || pkg.Name() != name {
			continue
		}
		if first == "" {
			first = path
		}
		if !slices.ContainsFunc(open, func(f free) bool {
			return f.name == name && f.sel != "" && pkg.Scope().Lookup(f.sel) == nil
		}) {
			return path
		}
	}
	return first
}

// edited tells whether a name at an offset is that of a package.
func (s *scope) edited(at int) bool {
	return slices.ContainsFunc(s.edits, func(e edit) bool { return e.at == at })
}
