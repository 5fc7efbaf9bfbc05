package cell

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// A recorded cell is a checked one with what the notebook will remember.
type recorded struct {
	*checked
	decls   map[string]*Decl // the cell's own
	again   map[string]*Decl // earlier ones, as compiled again
	group   *group
	from    map[string]*item  // where a variable is declared
	effects map[string]effect // what has become of names the notebook had
}

// record makes the declarations of the cell ready to be remembered.
func (k *checked) record() *recorded {
	r := &recorded{checked: k, decls: map[string]*Decl{}, again: map[string]*Decl{}, group: &group{}, from: map[string]*item{}}
	for _, f := range k.c.funcs() {
		r.function(f)
	}
	for _, s := range k.c.specs() {
		switch spec := s.spec.(type) {
		case *ast.TypeSpec:
			r.typ(s.decl, spec)
		case *ast.ValueSpec:
			r.constants(s, spec)
		}
	}
	for _, it := range k.planner.items {
		for i, name := range it.names {
			if it.fresh[i] {
				r.variable(it, i, name)
			}
		}
	}
	for key, old := range k.redo {
		r.again[key] = r.redone(old)
	}
	r.group.names = append(slices.Sorted(maps.Keys(r.decls)), slices.Sorted(maps.Keys(r.again))...)
	return r
}

// add remembers a declaration of the cell.
func (r *recorded) add(d *Decl, at int, doc *ast.CommentGroup) {
	d.Cell, d.offset, d.unit = r.c.src.Number, at, r.group
	d.Line, _ = r.c.src.position(at)
	d.Doc = doc.Text()
	r.decls[d.Name] = d
}

func (r *recorded) function(f *ast.FuncDecl) {
	key := funcKey(f)
	if key == "" {
		return
	}
	c := r.c
	from, to := c.at(f.Pos()), c.at(f.End())
	sig := to
	if f.Body != nil {
		sig = c.at(f.Body.Lbrace)
	}
	d := &Decl{Name: key, Kind: token.FUNC, generic: f.Type.TypeParams != nil}
	d.Text = strings.TrimSpace(c.src.Text[from:sig])
	d.method(f)
	d.whole = []text{r.slice(r.lead(from), to)}
	d.refs = r.usesIn(from, to)
	d.stub, d.stubRefs = []text{r.slice(from, from+len(d.Text))}, r.usesIn(from, sig)
	if link := c.linkname(f.Name.Name); link != "" && f.Recv == nil {
		d.linkname = true
		d.stub = append([]text{generated(link + "\n")}, d.stub...)
	}
	if d.generic {
		d.stub, d.stubRefs = d.whole, d.refs
	}
	if obj := r.lookup(key); obj != nil {
		d.key = typeKey(obj.Type())
		d.Type = r.reader(obj.Type())
	}
	r.add(d, from, f.Doc)
}

// method notes what kind of receiver a function has, if any.
func (d *Decl) method(f *ast.FuncDecl) {
	if f.Recv == nil {
		return
	}
	d.recv = receiver(f)
	x := ast.Unparen(f.Recv.List[0].Type)
	star, pointer := x.(*ast.StarExpr)
	if d.pointer = pointer; pointer {
		x = ast.Unparen(star.X)
	}
	_, plain := x.(*ast.Ident)
	// The compiler wants a body in anything called init.
	d.generic = !plain || f.Name.Name == "init"
}

// lead is where the comments above the declaration at an offset start.
func (r *recorded) lead(from int) int {
	for _, region := range r.c.regions {
		if region.from == from {
			return region.lead
		}
	}
	return from
}

// lookup finds the object that go/types has for a name of the notebook.
func (k *checked) lookup(key string) types.Object {
	base, method, ok := strings.Cut(key, ".")
	obj := k.pkg.Scope().Lookup(base)
	if !ok || obj == nil {
		return obj
	}
	if named, ok := types.Unalias(obj.Type()).(*types.Named); ok {
		for m := range named.Methods() {
			if m.Name() == method {
				return m
			}
		}
	}
	return nil
}

// reader writes a type for a human reader.
func (k *checked) reader(t types.Type) string {
	return types.TypeString(t, types.RelativeTo(k.pkg))
}

func (r *recorded) typ(g *ast.GenDecl, s *ast.TypeSpec) {
	from, to := r.c.at(s.Pos()), r.c.at(s.End())
	if s.Name.Name == "_" {
		return
	}
	d := &Decl{Name: s.Name.Name, Kind: token.TYPE, alias: s.Assign.IsValid(), generic: s.TypeParams != nil}
	d.Text = "type " + r.c.src.Text[from:to]
	d.whole = []text{generated("type "), r.slice(from, to)}
	d.refs = r.usesIn(from, to)
	d.stub, d.stubRefs = d.whole, d.refs
	r.shape(d)
	doc := s.Doc
	if doc == nil {
		doc = g.Doc
	}
	r.add(d, from, doc)
}

// shape notes what makes a type the same as another of that name.
func (k *checked) shape(d *Decl) {
	obj := k.pkg.Scope().Lookup(d.Name)
	if obj == nil {
		return
	}
	if alias, ok := obj.Type().(*types.Alias); ok {
		w := &speller{exact: true}
		w.typeParams(alias.TypeParams())
		w.write(alias.Rhs())
		d.key = "= " + w.String()
		return
	}
	named, ok := obj.Type().(*types.Named)
	if !ok { // type A = int, without go/types keeping the alias
		d.key = "= " + typeKey(obj.Type())
		return
	}
	w := &speller{exact: true}
	w.typeParams(named.TypeParams())
	w.write(named.Underlying())
	d.key, d.embeds = w.String(), nil
	if s, ok := named.Underlying().(*types.Struct); ok {
		for f := range s.Fields() {
			if f.Embedded() {
				d.embeds = append(d.embeds, k.base(f.Type())...)
			}
		}
	}
}

// base is the notebook type that a type or a pointer names.
func (k *checked) base(t types.Type) []string {
	t = types.Unalias(t)
	if p, ok := t.(*types.Pointer); ok {
		t = types.Unalias(p.Elem())
	}
	if named, ok := t.(*types.Named); ok && named.Obj().Pkg() == k.pkg {
		return []string{named.Obj().Name()}
	}
	return nil
}

func (r *recorded) constants(s specification, spec *ast.ValueSpec) {
	from := s.inherited
	for i, name := range spec.Names {
		if name.Name == "_" || from == nil || i >= len(from.Values) {
			continue
		}
		d := &Decl{Name: name.Name, Kind: token.CONST}
		at := r.c.at(name.Pos())
		d.whole = []text{generated("const "), r.slice(at, at+len(name.Name)), generated(" ")}
		if from.Type != nil {
			at, end := r.c.at(from.Type.Pos()), r.c.at(from.Type.End())
			d.whole = append(d.whole, r.slice(at, end), generated(" "))
			d.refs = r.usesIn(at, end)
		}
		value := from.Values[i]
		at, end := r.c.at(value.Pos()), r.c.at(value.End())
		d.whole = append(d.whole, generated("= "), r.withIota(value, s.iota))
		d.refs = append(d.refs, r.usesIn(at, end)...)
		r.value(d)
		doc := spec.Doc
		if doc == nil {
			doc = s.decl.Doc
		}
		r.add(d, r.c.at(name.Pos()), doc)
	}
}

// withIota is a constant expression with iota replaced by its value, so that
// it can stand outside its group.
func (r *recorded) withIota(x ast.Expr, value int) text {
	edits := slices.Clone(r.scope.edits)
	ast.Inspect(x, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && id.Name == "iota" && id.Obj == nil && !r.own["iota"] {
			edits = append(edits, edit{at: r.c.at(id.Pos()), cut: len("iota"), with: strconv.Itoa(value)})
		}
		return true
	})
	slices.SortStableFunc(edits, func(a, b edit) int { return a.at - b.at })
	return r.c.src.slice(r.c.at(x.Pos()), r.c.at(x.End()), edits)
}

// value notes the value of a constant; its stub is that value.
func (k *checked) value(d *Decl) {
	obj, ok := k.pkg.Scope().Lookup(d.Name).(*types.Const)
	if !ok || obj.Val().Kind() == constant.Unknown {
		d.stub, d.stubRefs = d.whole, d.refs
		return
	}
	literal := constantText(obj.Val(), obj.Type())
	d.Type = k.reader(obj.Type())
	d.key = d.Type + " = " + literal
	d.Text = "const " + d.Name + " = " + obj.Val().String()
	d.stub, d.stubRefs = []text{generated("const " + d.Name + " = " + literal)}, nil
	if basic, ok := types.Unalias(obj.Type()).(*types.Basic); ok && basic.Info()&types.IsUntyped != 0 {
		return
	}
	spelled, refs, ok := k.spell(obj.Type())
	if !ok {
		d.stub, d.stubRefs = d.whole, d.refs
		return
	}
	d.stub, d.stubRefs = []text{generated("const " + d.Name + " "), spelled, generated(" = " + literal)}, refs
}

func (r *recorded) variable(it *item, i int, name *ast.Ident) {
	obj, ok := r.pkg.Scope().Lookup(name.Name).(*types.Var)
	if !ok {
		return
	}
	d := &Decl{Name: name.Name, Kind: token.VAR, key: typeKey(obj.Type()), Type: r.reader(obj.Type())}
	d.Text = "var " + d.Name + " " + d.Type
	d.refs = r.usesIn(it.from, it.to)
	for _, e := range r.slice(it.from, it.to).edits {
		if e.name == d.Name {
			d.shadows = e.path
		}
	}
	spelled, refs, ok := r.spell(obj.Type())
	switch {
	case ok:
		d.stub, d.stubRefs = []text{generated("var " + d.Name + " "), spelled}, refs
	case it.typ != nil:
		at, end := r.c.at(it.typ.Pos()), r.c.at(it.typ.End())
		d.stub, d.stubRefs = []text{generated("var " + d.Name + " "), r.slice(at, end)}, r.usesIn(at, end)
	default:
		names := make([]string, len(it.names))
		for j := range names {
			names[j] = "_"
		}
		names[i] = d.Name
		values := r.valueText(it)
		d.stub, d.repeats = []text{generated("var " + strings.Join(names, ", ") + " = "), values}, true
		d.stubRefs = r.usesIn(values.off, values.off+len(values.s))
	}
	if link := r.c.linkname(d.Name); link != "" {
		d.linkname = true
		d.stub = append([]text{generated(link + "\n")}, d.stub...)
	}
	r.from[d.Name] = it
	r.add(d, r.c.at(name.Pos()), it.doc)
}

// redone is an earlier declaration as it is after compiling it again.
func (r *recorded) redone(old *Decl) *Decl {
	d := *old
	d.unit = r.group
	switch d.Kind {
	case token.TYPE:
		r.shape(&d)
	case token.CONST:
		r.value(&d)
	}
	return &d
}
