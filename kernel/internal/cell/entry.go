package cell

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// order is the order in which the items run: that of the text, but a variable
// that depends on one declared later comes after it. In a cell without
// statements it is exactly Go's order of initialisation.
func (r *recorded) order() []*item {
	items := r.planner.items
	if r.c.body == nil {
		return r.initOrder(items)
	}
	var list []*item
	done := map[*item]bool{}
	var emit func(it *item)
	emit = func(it *item) {
		if done[it] {
			return
		}
		done[it] = true
		if it.declares() {
			for _, before := range r.dependencies(it) {
				emit(before)
			}
		}
		list = append(list, it)
	}
	for _, it := range items {
		emit(it)
	}
	return list
}

// dependencies lists the items that declare new variables which an item
// needs, directly or through functions of the cell.
func (r *recorded) dependencies(it *item) []*item {
	var list []*item
	seen := map[string]bool{}
	var visit func(refs []string)
	visit = func(refs []string) {
		for _, ref := range refs {
			if seen[ref] {
				continue
			}
			seen[ref] = true
			if from := r.from[ref]; from != nil && from != it {
				if old := r.n.Lookup(ref); old == nil || r.effects[ref] == different {
					list = append(list, from)
				}
			} else if d := r.decls[ref]; d != nil && d.Kind == token.FUNC {
				visit(d.refs)
			}
		}
	}
	visit(r.usesIn(it.from, it.to))
	return list
}

func (r *recorded) initOrder(items []*item) []*item {
	var list []*item
	done := map[*item]bool{}
	add := func(it *item) {
		if it != nil && !done[it] {
			done[it] = true
			list = append(list, it)
		}
	}
	for _, it := range items {
		if it.values == nil {
			add(it)
		}
	}
	at := map[int]*item{}
	for _, it := range items {
		for _, name := range it.names {
			at[r.c.at(name.Pos())] = it
		}
	}
	for _, init := range r.info.InitOrder {
		for _, v := range init.Lhs {
			offset := r.fset.PositionFor(v.Pos(), false).Offset
			if src, off := r.sheet.origin(offset); src == r.c.src && r.sheet.owner(offset) == nil {
				add(at[off])
			}
		}
	}
	for _, it := range items {
		add(it)
	}
	return list
}

// writeEntry writes the function that runs the cell.
func (u *unit) writeEntry() {
	r, s := u.recorded, u.sheet
	s.gen("func " + r.entry + "() {\n")
	inits := r.inits()
	if !u.program {
		for _, it := range r.order() {
			if it.stmt != nil {
				u.call(inits)
				inits = nil
			}
			u.run(it)
		}
		u.call(inits)
	}
	if r.own["main"] {
		s.gen("main()\n")
	}
	s.gen("}\n")
}

func (u *unit) call(functions []string) {
	for _, f := range functions {
		u.sheet.gen(f + "()\n")
	}
}

// run writes an item: a definition as an assignment, the last expression as a
// result, anything else as it is.
func (u *unit) run(it *item) {
	r, s := u.recorded, u.sheet
	switch {
	case it.names != nil:
		u.assign(it)
	case it.stmt == r.c.result:
		u.result(r.slice(it.from, it.to))
	default:
		s.piece(nil, r.slice(it.from, it.to))
	}
}

// result writes the last expression of the cell.
func (u *unit) result(expr text) {
	switch show := u.shows(); {
	case show == "":
		u.sheet.piece(nil, expr)
	case show == "nothing":
	case u.c.silent && show == "ResultErr", u.c.silent && u.tuple():
		u.sheet.piece(nil, expr)
	case u.c.silent:
		u.sheet.piece(nil, generated("_ = "), expr)
	default:
		u.sheet.piece(nil, u.show(show, expr)...)
	}
}

// tuple tells whether the last expression has more than one value.
func (r *recorded) tuple() bool {
	call := r.lastCall()
	if call == nil {
		return false
	}
	_, ok := r.info.Types[call].Type.(*types.Tuple)
	return ok
}

// assign writes a definition or the specification of variables.
func (u *unit) assign(it *item) {
	r, s := u.recorded, u.sheet
	end := r.c.at(it.names[len(it.names)-1].End())
	switch {
	case it.stmt == nil && !it.declares():
		if it.values != nil {
			s.piece(nil, generated("var "), r.slice(it.from, it.to))
		}
	case it.values == nil:
		u.zero(it)
	default:
		values := r.valueText(it)
		// A line may end after "=", and the values keep their lines.
		lines := strings.Count(r.c.src.Text[end:values.off], "\n")
		s.piece(nil, r.slice(it.from, end), generated(" = "+strings.Repeat("\n", lines)), values)
	}
}

// zero writes var x T. A variable that is new is zero already.
func (u *unit) zero(it *item) {
	at, to := u.c.at(it.typ.Pos()), u.c.at(it.typ.End())
	for i, name := range it.names {
		old := u.n.Lookup(name.Name)
		if it.fresh[i] && old != nil && u.effects[name.Name] != different {
			from := u.c.at(name.Pos())
			u.sheet.piece(nil, u.slice(from, from+len(name.Name)), generated(" = *new("), u.slice(at, to), generated(")"))
		}
	}
}

// shows tells what becomes of the cell's last expression: the function of
// package worker to give it to, "" if it is a mere call, "nothing" for nil.
func (r *recorded) shows() string {
	x := ast.Unparen(r.c.result.X)
	if id, ok := x.(*ast.Ident); ok && id.Name == "nil" && !r.own["nil"] && r.n.Lookup("nil") == nil {
		return "nothing"
	}
	if _, ok := x.(*ast.CallExpr); !ok {
		return "Result"
	}
	call := r.lastCall()
	if call == nil || r.info.Types[call].IsVoid() {
		return ""
	}
	if r.info.Types[call.Fun].IsType() {
		return "Result"
	}
	if prints(r.info, call) {
		return ""
	}
	last := r.info.Types[call].Type
	if tuple, ok := last.(*types.Tuple); ok {
		last = tuple.At(tuple.Len() - 1).Type()
	}
	if types.Identical(last, types.Universe.Lookup("error").Type()) {
		return "ResultErr"
	}
	return "Result"
}

// lastCall finds the last statement of the entry function in the syntax that
// was checked.
func (r *recorded) lastCall() *ast.CallExpr {
	for _, d := range r.file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || f.Name.Name != r.entry || len(f.Body.List) == 0 {
			continue
		}
		if stmt, ok := f.Body.List[len(f.Body.List)-1].(*ast.ExprStmt); ok {
			call, _ := ast.Unparen(stmt.X).(*ast.CallExpr)
			return call
		}
	}
	return nil
}

// prints tells whether a call is to a printing function of fmt, the number of
// bytes from which nobody wants to see.
func prints(info types.Info, call *ast.CallExpr) bool {
	sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok {
		return false
	}
	f, ok := info.Uses[sel.Sel].(*types.Func)
	return ok && f.Pkg() != nil && f.Pkg().Path() == "fmt" && strings.Contains(f.Name(), "rint") && !strings.HasPrefix(f.Name(), "S")
}
