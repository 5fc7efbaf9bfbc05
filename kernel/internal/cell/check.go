package cell

import (
	"cmp"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"slices"
	"sort"
	"strings"
)

// A checked cell is what go/types found of it, together with stubs and with
// the earlier declarations that are to be compiled again.
type checked struct {
	*planner
	sheet  *sheet
	fset   *token.FileSet
	file   *ast.File
	pkg    *types.Package
	info   types.Info
	uses   []use   // in the cell, in order of the text
	errs   Errors  // in the cell
	cycles Errors  // cycles of initialisation in the cell
	broken []fault // in earlier declarations
}

// A use is a name in the cell that means something of the notebook.
type use struct {
	at  int
	key string
}

// A fault is an earlier declaration that does not go with the cell.
type fault struct {
	decl *Decl
	msg  string
}

// check writes the cell as one file and checks it. Definitions become
// variables with initialisers at package level, which is how Go infers their
// types; the file for the compiler has assignments instead.
func (p *planner) check() *checked {
	k := &checked{planner: p}
	k.write()
	text := k.sheet.finish()
	k.fset = token.NewFileSet()
	file, err := parser.ParseFile(k.fset, "", text, parser.SkipObjectResolution)
	if err != nil {
		k.errs = Errors{p.c.src.errorAt(0, "syntax error: "+err.Error())}
		return k
	}
	k.file = file
	k.info = types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{},
		Selections: map[*ast.SelectorExpr]*types.Selection{}, Defs: map[*ast.Ident]types.Object{},
	}
	config := types.Config{
		GoVersion: p.n.config.Language, Importer: packages{p.n}, Sizes: sizes, Error: k.report,
		DisableUnusedImportCheck: true,
	}
	k.pkg, _ = config.Check(PkgPath, k.fset, []*ast.File{file}, &k.info)
	k.cyclic()
	k.errs = k.errs.tidy()
	k.findUses()
	return k
}

var sizes = types.SizesFor("gc", "amd64")

// write lays out the file: the cell, then what comes from earlier cells.
func (k *checked) write() {
	redo := k.redoList()
	stubs := k.view().stubs(k.roots())
	s := newSheet(false, k.scope.unknown, k.ownNames(), declNames(stubs), declNames(redo))
	s.taken[k.entry] = ""
	k.sheet = s
	for _, r := range k.c.regions {
		switch r.kind {
		case token.FUNC, token.TYPE, token.CONST:
			s.piece(nil, k.slice(r.from, r.to))
		}
	}
	for _, it := range k.items {
		if it.stmt == nil {
			s.piece(nil, generated("var "), k.slice(it.from, it.to))
		} else if it.declares() {
			k.variable(it)
		}
	}
	s.gen("func " + k.entry + "() {\n")
	for _, it := range k.items {
		k.statement(it)
	}
	s.gen("}\n")
	for _, d := range redo {
		s.piece(d, d.whole...)
	}
	for _, d := range stubs {
		s.piece(d, d.stub...)
	}
}

// variable writes x, y := f() as a package variable; a name that it assigns
// to is left out.
func (k *checked) variable(it *item) {
	list := []text{generated("var ")}
	for i, name := range it.names {
		if i > 0 {
			list = append(list, generated(", "))
		}
		if at := k.c.at(name.Pos()); it.fresh[i] {
			list = append(list, k.slice(at, at+len(name.Name)))
		} else {
			list = append(list, generated("_"))
		}
	}
	k.sheet.piece(nil, append(list, generated(" = "), k.valueText(it))...)
}

// valueText is the right side of a definition.
func (p *planner) valueText(it *item) text {
	return p.slice(p.c.at(it.values[0].Pos()), p.c.at(it.values[len(it.values)-1].End()))
}

// statement writes an item of the entry function. Of a definition that is
// what it assigns.
func (k *checked) statement(it *item) {
	switch {
	case it.stmt == nil:
	case it.names != nil:
		if it.start > it.from {
			k.sheet.piece(nil, k.slice(it.from, it.start), generated("{}"))
		}
		if k.assigns(it) {
			k.assignment(it)
		}
	case it.stmt == k.c.result && !isCall(k.c.result.X) && k.c.silent:
		k.sheet.piece(nil, generated("_ = "), k.slice(it.from, it.to))
	case it.stmt == k.c.result && !isCall(k.c.result.X):
		k.sheet.piece(nil, k.show("Result", k.slice(it.from, it.to))...)
	default:
		k.sheet.piece(nil, k.slice(it.from, it.to))
	}
}

func isCall(x ast.Expr) bool {
	_, ok := ast.Unparen(x).(*ast.CallExpr)
	return ok
}

// show calls a function of package worker.
func (p *planner) show(function string, expr text) []text {
	call := generated("." + function + "(")
	call.edits = []edit{{path: WorkerPath, name: "worker"}}
	return []text{call, expr, generated(")")}
}

// assigns tells whether a definition has a name that is declared elsewhere.
func (k *checked) assigns(it *item) bool {
	for i, name := range it.names {
		if name.Name != "_" && !it.fresh[i] {
			return true
		}
	}
	return false
}

// assignment writes what a definition assigns; what it declares is checked
// elsewhere.
func (k *checked) assignment(it *item) {
	var list []text
	for i, name := range it.names {
		if i > 0 {
			list = append(list, generated(", "))
		}
		if at := k.c.at(name.Pos()); it.fresh[i] {
			list = append(list, generated("_"))
		} else {
			list = append(list, k.slice(at, at+len(name.Name)))
		}
	}
	k.sheet.piece(nil, append(list, generated(" = "), k.valueText(it))...)
}

// report takes an error of go/types.
func (k *checked) report(err error) {
	e, ok := err.(types.Error)
	if !ok {
		return
	}
	offset := k.fset.PositionFor(e.Pos, false).Offset
	decl := k.sheet.owner(offset)
	src, off := k.sheet.origin(offset)
	msg, follows := strings.CutPrefix(e.Msg, "\t")
	msg = strings.ReplaceAll(msg, " in argument to worker.Result", "")
	switch {
	case follows:
		k.follow(src, off, msg)
	case k.unused(src, off, msg):
	case decl != nil:
		k.broken = append(k.broken, fault{decl, msg})
	default:
		if src == nil {
			src, off = k.c.src, 0
		}
		if name, ok := strings.CutPrefix(msg, "undefined: "); ok && k.gone[name] != "" {
			msg += " (" + k.gone[name] + ")"
		}
		if strings.HasPrefix(msg, "initialization cycle") {
			k.cycles = append(k.cycles, src.errorAt(off, msg))
			return
		}
		k.errs = append(k.errs, src.errorAt(off, msg))
	}
}

// follow adds a remark to the error before it.
func (k *checked) follow(src *Source, off int, msg string) {
	if len(k.errs) == 0 || src == nil {
		return
	}
	line, _ := src.position(off)
	last := &k.errs[len(k.errs)-1]
	last.Msg += "; " + msg + " at " + place(src.Number, line)
}

// unused tells whether an error is only about the cell's result, which the
// compiler will find used.
func (k *checked) unused(src *Source, off int, msg string) bool {
	return k.c.result != nil && src == k.c.src && off == k.c.at(k.c.result.Pos()) && strings.HasSuffix(msg, "is not used")
}

// cyclic reports cycles of initialisation, except among variables that are
// assigned to in order: fib := func(n int) int { … fib(n-1) … } is all right.
// Not so if a variable's type depends on itself.
func (k *checked) cyclic() {
	for _, e := range k.cycles {
		name := strings.TrimSuffix(e.Msg, " refers to itself")
		name = name[strings.LastIndexByte(name, ' ')+1:]
		switch obj := k.pkg.Scope().Lookup(name).(type) {
		case *types.Func:
			if k.c.body != nil {
				continue
			}
		case *types.Var:
			typed := obj.Type() != types.Typ[types.Invalid]
			if typed && k.c.body != nil {
				continue
			}
			if !typed && strings.HasSuffix(e.Msg, " refers to itself") {
				e = k.c.src.errorAt(k.mention(name), "undefined: "+name)
			}
		}
		k.errs = append(k.errs, e)
	}
}

// mention returns where the cell first uses a name that it also declares.
func (k *checked) mention(name string) int {
	for _, f := range k.scope.open {
		if f.name == name {
			return f.at
		}
	}
	return 0
}

// findUses notes where the cell mentions names of the notebook.
func (k *checked) findUses() {
	for id, obj := range k.info.Uses {
		key := k.key(obj)
		if key == "" {
			continue
		}
		offset := k.fset.PositionFor(id.Pos(), false).Offset
		if k.sheet.owner(offset) != nil {
			continue
		}
		if src, off := k.sheet.origin(offset); src == k.c.src {
			k.uses = append(k.uses, use{off, key})
		}
	}
	slices.SortFunc(k.uses, func(a, b use) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.key, b.key)) })
}

// key returns the name under which the notebook has an object, or "".
func (k *checked) key(obj types.Object) string {
	if obj.Pkg() != k.pkg {
		return ""
	}
	if f, ok := obj.(*types.Func); ok {
		if recv := f.Origin().Signature().Recv(); recv != nil {
			base := recv.Type()
			if p, ok := base.(*types.Pointer); ok {
				base = p.Elem()
			}
			named, ok := base.(*types.Named)
			if !ok || named.Obj().Parent() != k.pkg.Scope() || types.IsInterface(named) {
				return ""
			}
			return named.Obj().Name() + "." + f.Name()
		}
	}
	if obj.Parent() != k.pkg.Scope() {
		return ""
	}
	return obj.Name()
}

// usesIn lists the names used in a part of the cell, sorted.
func (k *checked) usesIn(from, to int) []string {
	first := sort.Search(len(k.uses), func(i int) bool { return k.uses[i].at >= from })
	var names []string
	for _, u := range k.uses[first:] {
		if u.at >= to {
			break
		}
		names = append(names, u.key)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// packages gives go/types the packages of the session, and the one that
// shows results, of which only the signatures matter here.
type packages struct{ n *Notebook }

func (i packages) Import(path string) (*types.Package, error) {
	if path == WorkerPath {
		return worker, nil
	}
	return i.n.load(path)
}

var worker = func() *types.Package {
	pkg := types.NewPackage(WorkerPath, "worker")
	values := types.NewVar(token.NoPos, pkg, "values", types.NewSlice(types.Universe.Lookup("any").Type()))
	sig := types.NewSignatureType(nil, nil, nil, types.NewTuple(values), nil, true)
	for _, name := range []string{"Result", "ResultErr"} {
		pkg.Scope().Insert(types.NewFunc(token.NoPos, pkg, name, sig))
	}
	pkg.MarkComplete()
	return pkg
}()
