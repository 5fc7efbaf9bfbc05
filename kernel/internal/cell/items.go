package cell

import (
	"cmp"
	"go/ast"
	"go/token"
	"slices"
)

// An item is a statement at top level, or the specification of variables:
// what has a place in the order in which a cell runs.
type item struct {
	from, to int
	stmt     ast.Stmt // nil for a var specification
	start    int      // where a definition starts, after its labels
	names    []*ast.Ident
	fresh    []bool // which names it declares, as opposed to assigns
	typ      ast.Expr
	values   []ast.Expr
	doc      *ast.CommentGroup
}

// declares tells whether the item brings a variable to the package.
func (it *item) declares() bool { return slices.Contains(it.fresh, true) }

// items lists what runs, in the order of the text.
func (c *parsed) items() ([]*item, Errors) {
	var list []*item
	var errs Errors
	if c.decls != nil {
		for _, d := range c.decls.Decls {
			if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.VAR {
				for _, s := range g.Specs {
					list = append(list, c.varItem(g, s.(*ast.ValueSpec)))
				}
			}
		}
	}
	for _, s := range c.body {
		if _, ok := s.(*ast.EmptyStmt); ok {
			continue
		}
		it := &item{from: c.at(s.Pos()), to: c.at(s.End()), stmt: s}
		errs = append(errs, it.define(c, s)...)
		list = append(list, it)
	}
	slices.SortStableFunc(list, func(a, b *item) int { return cmp.Compare(a.from, b.from) })
	return list, errs
}

func (c *parsed) varItem(g *ast.GenDecl, s *ast.ValueSpec) *item {
	it := &item{from: c.at(s.Pos()), to: c.at(s.End()), names: s.Names, typ: s.Type, values: s.Values, doc: s.Doc}
	if it.doc == nil {
		it.doc = g.Doc
	}
	for _, name := range s.Names {
		it.fresh = append(it.fresh, name.Name != "_")
	}
	return it
}

// define recognises x, y := f(), also after labels. Which of the names are
// fresh is decided by Notebook.settle.
func (it *item) define(c *parsed, s ast.Stmt) Errors {
	for {
		l, ok := s.(*ast.LabeledStmt)
		if !ok {
			break
		}
		s = l.Stmt
	}
	a, ok := s.(*ast.AssignStmt)
	if !ok || a.Tok != token.DEFINE {
		return nil
	}
	var errs Errors
	for _, x := range a.Lhs {
		name, ok := x.(*ast.Ident)
		if !ok {
			at, end := c.at(x.Pos()), c.at(x.End())
			errs = append(errs, c.src.errorAt(at, "non-name "+c.src.Text[at:end]+" on left side of :="))
			continue
		}
		it.names = append(it.names, name)
	}
	it.start = c.at(s.Pos())
	it.fresh, it.values = make([]bool, len(a.Lhs)), a.Rhs
	return errs
}

// settle decides which names of a definition are fresh: those that no item
// before it has declared. A name whose own initialiser mentions it means the
// variable of an earlier cell, which is then assigned to.
func (n *Notebook) settle(c *parsed, items []*item, open []free) Errors {
	var errs Errors
	seen := map[string]bool{}
	for _, it := range items {
		if it.names == nil || it.stmt == nil {
			for _, name := range it.names {
				seen[name.Name] = true
			}
			continue
		}
		again := true
		here := map[string]bool{}
		for i, name := range it.names {
			if here[name.Name] && name.Name != "_" {
				errs = append(errs, c.src.errorAt(c.at(name.Pos()), name.Name+" repeated on left side of :="))
			}
			here[name.Name] = true
			if name.Name == "_" || seen[name.Name] {
				continue
			}
			again, seen[name.Name] = false, true
			old := n.Lookup(name.Name)
			it.fresh[i] = old == nil || old.Kind != token.VAR || !n.mentions(open, old, c.at(it.values[0].Pos()), it.to)
		}
		if again && errs == nil {
			errs = append(errs, c.src.errorAt(c.at(it.names[0].Pos()), "no new variables on left side of :="))
		}
	}
	return errs
}

// mentions tells whether a part of the cell mentions a variable.
func (n *Notebook) mentions(open []free, d *Decl, from, to int) bool {
	return slices.ContainsFunc(open, func(f free) bool {
		return f.name == d.Name && from <= f.at && f.at < to && !n.shadowed(d, f)
	})
}

// shadowed tells whether a name in the initialiser of a variable is that of
// the package which it was when the variable was first defined. This lets
// rand := rand.New(…) be run again.
func (n *Notebook) shadowed(d *Decl, f free) bool {
	if d.shadows == "" || f.sel == "" {
		return false
	}
	pkg, err := n.load(d.shadows)
	return err == nil && pkg.Scope().Lookup(f.sel) != nil
}
