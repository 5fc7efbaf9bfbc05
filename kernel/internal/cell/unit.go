package cell

import (
	"fmt"
	"go/ast"
	"go/token"
	"maps"
	"slices"
	"strings"
)

// A unit is a file for the compiler while it is written.
type unit struct {
	*recorded
	after   *Notebook
	sheet   *sheet
	declare bool // it has the cell's declarations
	enter   bool // it has the entry function
	program bool // variables keep their initialisers, which the runtime runs
	repeats bool // a stub has an initialiser
}

// plan writes the units of a cell that is known to be right.
func (r *recorded) plan() *Plan {
	after := r.after()
	p := &Plan{After: after, Notes: r.notes(), Defines: r.ownNames()}
	for _, u := range r.uses {
		if !r.own[u.key] {
			p.Uses = append(p.Uses, u.key)
		}
	}
	p.Changed = slices.DeleteFunc(slices.Clone(p.Defines), r.repeated)
	slices.Sort(p.Uses)
	p.Uses = slices.Compact(p.Uses)
	for _, key := range slices.Sorted(maps.Keys(r.effects)) {
		if r.effects[key] == different {
			p.Dropped.add(r.n.Lookup(key))
		}
	}
	program, split := r.program(), r.captures()
	enter := r.own["main"] || !program && len(r.planner.items)+len(r.inits()) > 0
	if enter {
		p.Entry = PkgPath + "." + r.entry
	}
	switch {
	case split:
		p.Units = []Unit{
			r.write(after, unit{declare: true}),
			r.write(after, unit{enter: true}),
		}
		// The one calls these of the other.
		p.Units[0].New.Funcs = append(p.Units[0].New.Funcs, r.inits()...)
	case enter || r.links():
		p.Units = []Unit{r.write(after, unit{declare: true, enter: enter, program: program})}
	}
	return p
}

// repeated tells whether the cell declares a name in the words that the
// notebook has for it already.
func (r *recorded) repeated(key string) bool {
	d, old := r.decls[key], r.n.Lookup(key)
	return d != nil && old != nil && d.Kind == old.Kind && d.Kind != token.VAR && d.key == old.key && slices.EqualFunc(d.whole, old.whole, text.same)
}

// links tells whether the cell declares anything that a linker sees.
func (r *recorded) links() bool {
	constant := func(d *Decl) bool { return d.Kind == token.CONST }
	for _, decls := range []map[string]*Decl{r.decls, r.again} {
		for _, d := range decls {
			if !constant(d) {
				return true
			}
		}
	}
	return len(r.scope.blanks)+len(r.planner.items)+len(r.inits()) > 0
}

// program tells whether the cell can be initialised as Go packages are: it
// has no statements, all its variables are new, none of its stubs has an
// initialiser that must not run again, and nothing outlives it that would
// hold on to its functions.
func (r *recorded) program() bool {
	if r.c.body != nil || r.captures() {
		return false
	}
	for key, d := range r.decls {
		if old := r.n.Lookup(key); d.Kind == token.VAR && old != nil && r.effects[key] != different {
			return false
		}
	}
	for _, d := range r.view().stubs(r.roots()) {
		if d.repeats {
			return false
		}
	}
	return true
}

// inits are the names that init functions get in a cell with statements.
func (r *recorded) inits() []string {
	var list []string
	for _, f := range r.c.funcs() {
		if f.Recv == nil && f.Name.Name == "init" {
			list = append(list, fmt.Sprintf("%s_init%d", r.entry, len(list)+1))
		}
	}
	return list
}

// write writes one unit.
func (r *recorded) write(after *Notebook, u unit) Unit {
	u.recorded, u.after = r, after
	bodies := map[string]*Decl{}
	var out Unit
	var roots []string
	if u.declare {
		maps.Copy(bodies, r.decls)
		maps.Copy(bodies, r.again)
		out.New = r.symbols(bodies)
		roots = append(slices.Collect(maps.Keys(bodies)), out.New.Extended...)
		roots = append(roots, r.loose()...)
	}
	if u.enter {
		roots = append(roots, r.running()...)
	}
	if !u.program {
		for key, d := range bodies { // variables are declared as stubs are
			if d.Kind == token.VAR {
				delete(bodies, key)
			}
		}
	}
	stubs := view{after.Lookup, after.Methods, bodies}.stubs(roots)
	u.sheet = newSheet(true, r.scope.unknown, r.ownNames(), declNames(stubs), declNames(r.redoList()))
	u.sheet.taken[r.entry] = ""
	if u.declare {
		u.writeDecls()
	}
	if u.enter {
		u.writeEntry()
	}
	out.Symabis = u.writeStubs(stubs)
	out.Source = u.sheet.finish()
	out.Imports = u.sheet.imports()
	out.RunInit = u.program && !u.repeats
	return out
}

// running are the names that the entry function mentions.
func (r *recorded) running() []string {
	names := slices.Collect(maps.Keys(r.from))
	for _, it := range r.planner.items {
		names = append(names, r.usesIn(it.from, it.to)...)
	}
	if r.own["main"] {
		names = append(names, "main")
	}
	return names
}

// loose are the names used by declarations that the notebook does not
// remember: init functions and blank ones.
func (r *recorded) loose() []string {
	var names []string
	for _, region := range r.c.regions {
		if region.kind != token.VAR {
			names = append(names, r.usesIn(region.from, region.to)...)
		}
	}
	return names
}

// writeDecls writes the declarations of the cell, and those to be compiled
// again with it.
func (u *unit) writeDecls() {
	r, s := u.recorded, u.sheet
	s.blanks = append(s.blanks, r.scope.blanks...)
	for _, p := range r.c.pragmas {
		s.gen(r.c.src.Text[p.from:p.to] + "\n")
	}
	inits := r.inits()
	names := map[int]string{} // by offset, what init functions are called
	for _, f := range r.c.funcs() {
		if f.Recv == nil && f.Name.Name == "init" && !u.program {
			names[r.c.at(f.Pos())] = inits[len(names)]
		}
	}
	for _, region := range r.c.regions {
		switch region.kind {
		case token.VAR:
			if u.program {
				s.piece(nil, r.slice(region.lead, region.to))
			}
		case token.FUNC:
			t := r.slice(region.lead, region.to)
			if name := names[region.from]; name != "" {
				at := strings.Index(r.c.src.Text[region.from:], "init") + region.from - region.lead
				t.edits = slices.Insert(t.edits, 0, edit{at: at, cut: len("init"), with: name})
			}
			s.piece(nil, t)
		case token.TYPE, token.CONST:
			s.piece(nil, r.slice(region.lead, region.to))
		}
	}
	for _, d := range r.redoList() {
		s.piece(nil, d.whole...)
	}
	u.needUnsafe()
}

// needUnsafe imports unsafe for a //go:linkname directive.
func (u *unit) needUnsafe() {
	if !slices.Contains(u.sheet.blanks, "unsafe") && strings.Contains(u.sheet.body.String(), "\n//go:linkname ") {
		u.sheet.blanks = append(u.sheet.blanks, "unsafe")
	}
}

// writeStubs writes what earlier units have, and returns the symabis file.
func (u *unit) writeStubs(stubs []*Decl) []byte {
	var symabis strings.Builder
	if len(stubs) > 0 {
		u.sheet.gen("\n//line earlier cells:1\n")
	}
	for _, d := range stubs {
		for _, t := range d.stub {
			u.sheet.text(t)
		}
		u.sheet.gen("\n")
		u.repeats = u.repeats || d.repeats
		if d.bodyless() {
			symabis.WriteString("def " + PkgPath + "." + d.symbol() + " ABIInternal\n")
		}
	}
	if u.enter && !u.declare {
		for _, name := range u.inits() {
			u.sheet.gen("func " + name + "()\n")
			symabis.WriteString("def " + PkgPath + "." + name + " ABIInternal\n")
		}
	}
	u.needUnsafe()
	return []byte(symabis.String())
}

// symbols lists what a unit with the given declarations defines.
func (r *recorded) symbols(bodies map[string]*Decl) Symbols {
	var s Symbols
	extended := map[string]bool{}
	for _, key := range slices.Sorted(maps.Keys(bodies)) {
		d := bodies[key]
		if d.Kind == token.FUNC || r.effects[key] == different || r.n.Lookup(key) == nil {
			s.add(d)
		}
		if d.recv != "" && r.n.Lookup(d.recv) != nil && r.effects[d.recv] != different {
			extended[d.recv] = true
		}
	}
	if len(extended) > 0 {
		r.embedders(extended)
		s.Extended = slices.Sorted(maps.Keys(extended))
	}
	return s
}

// embedders adds the types that embed one in the set, whose methods they
// have: types of earlier cells that are still the same.
func (r *recorded) embedders(set map[string]bool) {
	for grown := true; grown; {
		grown = false
		r.n.Each(func(d *Decl) {
			if d.Kind != token.TYPE || set[d.Name] || r.effects[d.Name] == different || r.gone[d.Name] != "" {
				return
			}
			if slices.ContainsFunc(d.embeds, func(e string) bool { return set[e] }) {
				set[d.Name], grown = true, true
			}
		})
	}
}

// captures tells whether the cell leaves function values in variables or
// goroutines that call its own functions directly, and so would call them
// after they have been redefined. Then they are compiled apart.
func (r *recorded) captures() bool {
	for _, it := range r.planner.items {
		nodes := []ast.Node{}
		if it.stmt != nil {
			nodes = append(nodes, it.stmt)
		} else {
			for _, v := range it.values {
				nodes = append(nodes, v)
			}
		}
		for _, n := range nodes {
			if r.captured(n) {
				return true
			}
		}
	}
	return false
}

// captured looks for function literals and method values in a statement. A
// literal that is called where it stands is over when the cell is.
func (r *recorded) captured(n ast.Node) bool {
	found := false
	called := map[ast.Expr]bool{}
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt:
			if lit, ok := ast.Unparen(n.Call.Fun).(*ast.FuncLit); ok {
				found = found || r.callsOwn(lit)
			}
		case *ast.CallExpr:
			called[ast.Unparen(n.Fun)] = true
		case *ast.FuncLit:
			found = found || !called[n] && r.callsOwn(n)
		case *ast.SelectorExpr:
			if !called[n] {
				found = found || r.callsOwn(n.Sel)
			}
		}
		return !found
	})
	return found
}

// callsOwn tells whether a piece of the cell mentions a function compiled in
// the same unit, or a generic one that does.
func (r *recorded) callsOwn(n ast.Node) bool {
	seen := map[string]bool{}
	var visit func(refs []string) bool
	visit = func(refs []string) bool {
		for _, ref := range refs {
			if seen[ref] {
				continue
			}
			seen[ref] = true
			if d := r.decls[ref]; d != nil && d.Kind == token.FUNC || r.again[ref] != nil && r.again[ref].Kind == token.FUNC {
				return true
			}
			if d := r.n.Lookup(ref); d != nil && d.generic && visit(d.refs) {
				return true
			}
		}
		return false
	}
	return visit(r.usesIn(r.c.at(n.Pos()), r.c.at(n.End())))
}
