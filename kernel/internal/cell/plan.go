package cell

import (
	"fmt"
	"go/ast"
	"go/token"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// A planner holds what is known of a cell while it is planned.
type planner struct {
	n     *Notebook
	c     *parsed
	scope *scope
	items []*item
	entry string          // the name of the function that runs the cell
	own   map[string]bool // what the cell declares at package level, methods too

	users map[string][]*Decl // by name, what mentions it in the notebook; made when needed
	redo  map[string]*Decl   // earlier declarations to be compiled again
	gone  map[string]string  // names that are no more, and why
	kept  map[string]string  // functions that stay as they are, and what is old in them
	cause map[string]string  // the name whose change made redo or gone necessary
}

// Plan analyses one cell. It changes nothing: the notebook once the cell has
// been linked is in the plan. The error, if any, is of type Errors.
func (n *Notebook) Plan(number int, source string) (*Plan, error) {
	src, errs := newSource(number, source)
	if errs != nil {
		return nil, errs
	}
	c, errs := parse(src)
	if errs != nil {
		return nil, errs
	}
	if c == nil {
		return &Plan{After: n}, nil
	}
	p, errs := n.prepare(c)
	if errs != nil {
		return nil, errs.tidy()
	}
	for {
		k := p.check()
		if errs := k.retyped(); errs != nil {
			return nil, errs
		}
		if len(k.errs) > 0 {
			return nil, k.errs
		}
		r := k.record()
		if !r.spread() {
			return r.plan(), nil
		}
	}
}

// prepare finds what the cell declares and what its names mean. The planner
// is good for a look at the cell even if there are errors.
func (n *Notebook) prepare(c *parsed) (*planner, Errors) {
	p := &planner{
		n: n, c: c, own: map[string]bool{}, redo: map[string]*Decl{}, gone: map[string]string{},
		kept: map[string]string{}, cause: map[string]string{},
	}
	var errs, more Errors
	p.items, errs = c.items()
	p.scope, more = n.importAll(c)
	errs = append(errs, more...)
	open := c.open()
	errs = append(errs, n.settle(c, p.items, open)...)
	errs = append(errs, p.declare()...)
	p.resolve(open)
	for name := range p.scope.own {
		if old := n.Lookup(name); old != nil && !p.own[name] {
			p.gone[name] = fmt.Sprintf("%s is a package now: dropped %s (cell %d)", name, name, old.Cell)
			p.cause[name] = name
		}
	}
	p.nameEntry(open)
	return p, append(errs, p.early(open)...)
}

// declare fills own.
func (p *planner) declare() Errors {
	var errs Errors
	for _, f := range p.c.funcs() {
		if key := funcKey(f); key != "" {
			p.own[key] = true
			errs = append(errs, p.hides(f.Name)...)
		}
		if f.Body == nil && p.c.linkname(f.Name.Name) == "" {
			errs = append(errs, p.c.src.errorAt(p.c.at(f.Name.Pos()), "func "+f.Name.Name+" has no body"))
		}
	}
	for _, s := range p.c.specs() {
		switch s := s.spec.(type) {
		case *ast.TypeSpec:
			p.own[s.Name.Name] = true
			errs = append(errs, p.hides(s.Name)...)
		case *ast.ValueSpec:
			for _, name := range s.Names {
				p.own[name.Name] = true
				errs = append(errs, p.hides(name)...)
			}
		}
	}
	for _, it := range p.items {
		for i, name := range it.names {
			if it.fresh[i] {
				p.own[name.Name] = true
				errs = append(errs, p.hides(name)...)
			}
		}
	}
	delete(p.own, "_")
	return errs
}

// funcKey is the notebook's name for a function, "" for init and _.
func funcKey(f *ast.FuncDecl) string {
	if f.Recv == nil {
		if f.Name.Name == "init" || f.Name.Name == "_" {
			return ""
		}
		return f.Name.Name
	}
	if recv := receiver(f); recv != "" && f.Name.Name != "_" {
		return recv + "." + f.Name.Name
	}
	return ""
}

// receiver is the name of the type that a method belongs to.
func receiver(f *ast.FuncDecl) string {
	if len(f.Recv.List) == 0 {
		return ""
	}
	x := ast.Unparen(f.Recv.List[0].Type)
	if star, ok := x.(*ast.StarExpr); ok {
		x = ast.Unparen(star.X)
	}
	switch g := x.(type) {
	case *ast.IndexExpr:
		x = g.X
	case *ast.IndexListExpr:
		x = g.X
	}
	if id, ok := x.(*ast.Ident); ok {
		return id.Name
	}
	return ""
}

// funcs lists the function declarations of the cell.
func (c *parsed) funcs() []*ast.FuncDecl {
	var list []*ast.FuncDecl
	if c.decls != nil {
		for _, d := range c.decls.Decls {
			if f, ok := d.(*ast.FuncDecl); ok {
				list = append(list, f)
			}
		}
	}
	return list
}

// A specification is a type or constants; inherited are the expressions and
// the type that constants without them repeat.
type specification struct {
	decl      *ast.GenDecl
	spec      ast.Spec
	iota      int
	inherited *ast.ValueSpec
}

// specs lists the types and constants that the cell declares.
func (c *parsed) specs() []specification {
	var list []specification
	if c.decls == nil {
		return nil
	}
	for _, d := range c.decls.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok == token.VAR {
			continue
		}
		var last *ast.ValueSpec
		for i, s := range g.Specs {
			if v, ok := s.(*ast.ValueSpec); ok && (v.Type != nil || v.Values != nil) {
				last = v
			}
			list = append(list, specification{g, s, i, last})
		}
	}
	return list
}

// linkname returns the //go:linkname directive for a name of the cell.
func (c *parsed) linkname(name string) string {
	for _, l := range c.linknames {
		if f := strings.Fields(l); len(f) > 1 && f[1] == name {
			return l
		}
	}
	return ""
}

// nameEntry chooses a name that nothing else in the file has.
func (p *planner) nameEntry(open []free) {
	p.entry = "cell_" + strconv.Itoa(p.c.src.Number)
	taken := func() bool {
		return p.own[p.entry] || p.n.Lookup(p.entry) != nil ||
			slices.ContainsFunc(open, func(f free) bool { return f.name == p.entry })
	}
	for taken() {
		p.entry += "_"
	}
}

// early reports statements that use a variable before the cell declares it.
// The compiler would accept them, since the variable is one of the package.
func (p *planner) early(open []free) Errors {
	var errs Errors
	defined := p.defined()
	for _, f := range open {
		it := defined[f.name]
		if it == nil || !f.stmt || f.key == maybeKey || f.at >= it.from || p.n.Lookup(f.name) != nil || p.scope.edited(f.at) {
			continue
		}
		if user := p.itemAt(f.at); user != nil && user.names == nil {
			line, _ := p.c.src.position(it.from)
			errs = append(errs, p.c.src.errorAt(f.at, fmt.Sprintf("undefined: %s (it is declared later, on line %d)", f.name, line)))
		}
	}
	return errs
}

// defined returns the items that declare variables, by name.
func (p *planner) defined() map[string]*item {
	list := map[string]*item{}
	for _, it := range p.items {
		for i, name := range it.names {
			if it.fresh[i] {
				list[name.Name] = it
			}
		}
	}
	return list
}

// retyped reports a name of an earlier cell that is used before the cell gives
// it another meaning. In a unit it has only one.
func (k *checked) retyped() Errors {
	if k.pkg == nil {
		return nil
	}
	var errs Errors
	defined := k.defined()
	for _, f := range k.scope.open {
		it, old := defined[f.name], k.n.Lookup(f.name)
		if it == nil || old == nil || f.at >= it.to || k.itemAt(f.at) == nil || k.scope.edited(f.at) {
			continue
		}
		obj := k.pkg.Scope().Lookup(f.name)
		if obj == nil || obj.Type() == nil || old.Kind == token.VAR && typeKey(obj.Type()) == old.key {
			continue
		}
		line, _ := k.c.src.position(it.from)
		errs = append(errs, k.c.src.errorAt(f.at, fmt.Sprintf(
			"%s is the %s of cell %d here and another on line %d: do that in a cell of its own, or choose another name",
			old.Name, old.sort(), old.Cell, line)))
		delete(defined, f.name)
	}
	return errs
}

func (p *planner) itemAt(offset int) *item {
	for _, it := range p.items {
		if it.from <= offset && offset < it.to {
			return it
		}
	}
	return nil
}

// slice is a part of the cell with the names of packages marked.
func (p *planner) slice(from, to int) text { return p.c.src.slice(from, to, p.scope.edits) }

// ownNames lists what the cell declares at package level, sorted.
func (p *planner) ownNames() []string { return slices.Sorted(maps.Keys(p.own)) }

func place(cell, line int) string { return fmt.Sprintf("cell %d:%d", cell, line) }
