package cell

import (
	"cmp"
	"go/token"
	"slices"
)

// A view is a notebook as a unit sees it.
type view struct {
	get     func(key string) *Decl // nil for what is not there, or not a stub
	methods func(typ string) []string
	bodies  map[string]*Decl // declared in full in the unit
}

// stubs lists what has to be repeated for a unit that mentions the names in
// roots: those, and what their stubs mention in turn.
func (v view) stubs(roots []string) []*Decl {
	var list []*Decl
	seen := map[string]bool{}
	var visit func(key string)
	visit = func(key string) {
		if seen[key] {
			return
		}
		seen[key] = true
		d, refs := v.bodies[key], []string(nil)
		if d != nil {
			refs = d.refs
		} else if d = v.get(key); d != nil {
			list = append(list, d)
			refs = d.stubRefs
		} else {
			return
		}
		for _, ref := range refs {
			visit(ref)
		}
		if d.Kind == token.TYPE {
			for _, m := range v.methods(key) {
				visit(m)
			}
		}
	}
	for _, root := range roots {
		visit(root)
	}
	sortDecls(list)
	return list
}

// sortDecls puts declarations in the order in which they were made.
func sortDecls(list []*Decl) {
	slices.SortFunc(list, func(a, b *Decl) int {
		return cmp.Or(cmp.Compare(a.Cell, b.Cell), cmp.Compare(a.offset, b.offset), cmp.Compare(a.Name, b.Name))
	})
}

func declNames(list []*Decl) []string {
	names := make([]string, len(list))
	for i, d := range list {
		names[i] = d.Name
	}
	return names
}

// earlier returns what the notebook has under a name that the cell leaves
// alone.
func (p *planner) earlier(key string) *Decl {
	if p.own[key] || p.gone[key] != "" {
		return nil
	}
	return p.n.Lookup(key)
}

// view is the notebook as the file for the type checker sees it.
func (p *planner) view() view {
	return view{p.earlier, p.n.Methods, p.redo}
}

// roots are the names of the notebook that the cell needs, with the methods
// of the types that it declares again.
func (p *planner) roots() []string {
	roots := slices.Clone(p.scope.need)
	for _, name := range p.ownNames() {
		roots = append(roots, p.n.Methods(name)...)
	}
	for _, d := range p.redoList() {
		roots = append(roots, d.Name)
	}
	return roots
}

// redoList lists what is to be compiled again.
func (p *planner) redoList() []*Decl {
	list := make([]*Decl, 0, len(p.redo))
	for _, d := range p.redo {
		list = append(list, d)
	}
	sortDecls(list)
	return list
}
