package cell

import (
	"fmt"
	"go/constant"
	"go/types"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A speller writes a type as Go. Aliases are seen through where possible, so
// that what the notebook declares depends on no more than it must.
type speller struct {
	strings.Builder
	load  func(path string) (*types.Package, error)
	exact bool                   // write a key for comparison: full paths, sorted methods
	hides func(name string) bool // tells whether a predeclared name means something else
	edits []edit
	refs  []string
	bad   bool // the type cannot be written outside its package
}

// spell returns a type as source text, and the notebook names in it. It fails
// for a type that mentions what another package does not export, or a predeclared
// type whose name the notebook has given to something else.
func (k *checked) spell(t types.Type) (_ text, refs []string, ok bool) {
	hides := func(name string) bool { return k.own[name] || k.n.Lookup(name) != nil }
	w := &speller{load: k.n.load, hides: hides}
	w.write(t)
	return text{s: w.String(), edits: w.edits}, w.refs, !w.bad
}

// typeKey returns a string that is equal for identical types. Types of the
// notebook are identical when their names are.
func typeKey(t types.Type) string {
	w := &speller{exact: true}
	w.write(t)
	return w.String()
}

func (w *speller) write(t types.Type) {
	switch t := t.(type) {
	case *types.Basic:
		w.basic(t)
	case *types.Alias:
		w.alias(t)
	case *types.Named:
		w.named(t.Obj(), t.TypeArgs())
	case *types.TypeParam:
		w.WriteString(t.Obj().Name())
	case *types.Pointer:
		w.WriteByte('*')
		w.write(t.Elem())
	case *types.Slice:
		w.WriteString("[]")
		w.write(t.Elem())
	case *types.Array:
		fmt.Fprintf(w, "[%d]", t.Len())
		w.write(t.Elem())
	case *types.Map:
		w.WriteString("map[")
		w.write(t.Key())
		w.WriteByte(']')
		w.write(t.Elem())
	case *types.Chan:
		w.channel(t)
	case *types.Signature:
		w.WriteString("func")
		w.signature(t)
	case *types.Struct:
		w.structure(t)
	case *types.Interface:
		w.iface(t)
	case *types.Union:
		w.union(t)
	default:
		w.bad = true
		w.WriteString(t.String())
	}
}

func (w *speller) basic(t *types.Basic) {
	switch {
	case t.Kind() == types.UnsafePointer:
		w.qualify(types.Unsafe)
		w.WriteString("Pointer")
	case t.Kind() == types.Invalid || t.Kind() == types.UntypedNil:
		w.bad = true
	default:
		name := types.Default(t).(*types.Basic).Name()
		w.bad = w.bad || w.hides != nil && w.hides(name)
		w.WriteString(name)
	}
}

// alias writes what an alias stands for, and the alias itself only where that
// cannot be written.
func (w *speller) alias(t *types.Alias) {
	plain := &speller{load: w.load, exact: w.exact, hides: w.hides}
	plain.write(types.Unalias(t))
	if plain.bad {
		w.named(t.Obj(), t.TypeArgs())
		return
	}
	at := w.Len()
	w.WriteString(plain.String())
	for _, e := range plain.edits {
		e.at += at
		w.edits = append(w.edits, e)
	}
	w.refs = append(w.refs, plain.refs...)
}

// qualify writes the qualifier of a name of another package.
func (w *speller) qualify(pkg *types.Package) {
	if w.exact {
		w.WriteString(strconv.Quote(pkg.Path()) + ".")
		return
	}
	w.edits = append(w.edits, edit{at: w.Len(), path: pkg.Path(), name: pkg.Name(), dot: true})
}

func (w *speller) named(obj *types.TypeName, args *types.TypeList) {
	switch pkg := obj.Pkg(); {
	case pkg == nil: // error, comparable, any
		w.bad = w.bad || w.hides != nil && w.hides(obj.Name())
	case pkg.Path() == PkgPath:
		w.bad = w.bad || obj.Parent() != pkg.Scope()
		w.refs = append(w.refs, obj.Name())
	default:
		w.bad = w.bad || !obj.Exported() || pkg.Scope().Lookup(obj.Name()) != obj || !w.reachable(pkg)
		w.qualify(pkg)
	}
	w.WriteString(obj.Name())
	for i := range args.Len() {
		w.WriteByte("[,"[min(i, 1)])
		w.write(args.At(i))
	}
	if args.Len() > 0 {
		w.WriteByte(']')
	}
}

// reachable tells whether the notebook can import a package. An internal one
// may have come with another package without being there by itself.
func (w *speller) reachable(pkg *types.Package) bool {
	if w.exact || !strings.Contains("/"+pkg.Path()+"/", "/internal/") && !strings.HasPrefix(pkg.Path(), "vendor/") {
		return true
	}
	_, err := w.load(pkg.Path())
	return err == nil
}

func (w *speller) channel(t *types.Chan) {
	switch t.Dir() {
	case types.SendOnly:
		w.WriteString("chan<- ")
	case types.RecvOnly:
		w.WriteString("<-chan ")
	default:
		w.WriteString("chan ")
	}
	if inner, ok := types.Unalias(t.Elem()).(*types.Chan); ok && inner.Dir() == types.RecvOnly && t.Dir() != types.RecvOnly {
		w.WriteByte('(')
		defer w.WriteByte(')')
	}
	w.write(t.Elem())
}

// signature writes type parameters, parameters and results.
func (w *speller) signature(t *types.Signature) {
	w.typeParams(t.TypeParams())
	w.tuple(t.Params(), t.Variadic())
	switch t.Results().Len() {
	case 0:
	case 1:
		w.WriteByte(' ')
		w.write(t.Results().At(0).Type())
	default:
		w.WriteByte(' ')
		w.tuple(t.Results(), false)
	}
}

func (w *speller) typeParams(list *types.TypeParamList) {
	for i := range list.Len() {
		w.WriteByte("[,"[min(i, 1)])
		w.write(list.At(i))
		w.WriteByte(' ')
		w.write(list.At(i).Constraint())
	}
	if list.Len() > 0 {
		w.WriteByte(']')
	}
}

func (w *speller) tuple(t *types.Tuple, variadic bool) {
	w.WriteByte('(')
	for i := range t.Len() {
		if i > 0 {
			w.WriteString(", ")
		}
		typ := t.At(i).Type()
		if variadic && i == t.Len()-1 {
			if s, ok := types.Unalias(typ).(*types.Slice); ok {
				w.WriteString("...")
				typ = s.Elem()
			}
		}
		w.write(typ)
	}
	w.WriteByte(')')
}

func (w *speller) structure(t *types.Struct) {
	w.WriteString("struct{")
	for i := range t.NumFields() {
		f := t.Field(i)
		if i > 0 {
			w.WriteString("; ")
		}
		w.member(f)
		if !f.Embedded() {
			w.WriteString(f.Name() + " ")
		}
		w.write(f.Type())
		if tag := t.Tag(i); tag != "" {
			w.WriteString(" " + strconv.Quote(tag))
		}
	}
	w.WriteByte('}')
}

// member checks the name of a field or a method of an unnamed type: if it is
// not exported the type belongs to its package.
func (w *speller) member(obj types.Object) {
	if pkg := obj.Pkg(); pkg != nil && pkg.Path() != PkgPath && !obj.Exported() {
		w.bad = true
		if w.exact {
			w.WriteString(strconv.Quote(pkg.Path()) + ".")
		}
	}
}

func (w *speller) iface(t *types.Interface) {
	if t.NumExplicitMethods() == 0 && t.NumEmbeddeds() == 0 {
		w.WriteString("any")
		return
	}
	var parts []func()
	methods := make([]*types.Func, t.NumExplicitMethods())
	for i := range methods {
		methods[i] = t.ExplicitMethod(i)
	}
	slices.SortFunc(methods, func(a, b *types.Func) int { return strings.Compare(a.Id(), b.Id()) })
	for _, m := range methods {
		parts = append(parts, func() {
			w.member(m)
			w.WriteString(m.Name())
			w.signature(m.Signature())
		})
	}
	for i := range t.NumEmbeddeds() {
		parts = append(parts, func() { w.write(t.EmbeddedType(i)) })
	}
	if t.IsImplicit() && len(parts) == 1 {
		parts[0]()
		return
	}
	w.WriteString("interface{")
	for i, part := range parts {
		if i > 0 {
			w.WriteString("; ")
		}
		part()
	}
	w.WriteByte('}')
}

func (w *speller) union(t *types.Union) {
	for i := range t.Len() {
		if i > 0 {
			w.WriteString(" | ")
		}
		if t.Term(i).Tilde() {
			w.WriteByte('~')
		}
		w.write(t.Term(i).Type())
	}
}

// constantText writes a value as an expression of the same kind, exactly. The
// type is written beside it unless it is untyped.
func constantText(v constant.Value, t types.Type) string {
	basic, _ := t.Underlying().(*types.Basic)
	info := types.BasicInfo(0)
	if basic != nil {
		info = basic.Info()
	}
	switch {
	case v.Kind() == constant.Bool:
		return v.String()
	case v.Kind() == constant.String:
		return strconv.Quote(constant.StringVal(v))
	case info&types.IsComplex != 0:
		return floatText(constant.Real(v)) + " + " + floatText(constant.Imag(v)) + "*1i"
	case info&types.IsFloat != 0:
		return floatText(v)
	case basic != nil && basic.Kind() == types.UntypedRune:
		if r, ok := constant.Int64Val(v); ok && r >= 0 && r <= unicode.MaxRune && utf8.ValidRune(rune(r)) {
			return strconv.QuoteRune(rune(r))
		}
		return `'\x00' + ` + v.ExactString()
	}
	return constant.ToInt(v).ExactString()
}

func floatText(v constant.Value) string {
	switch x := constant.Val(constant.ToFloat(v)).(type) {
	case *big.Rat:
		if x.IsInt() {
			return x.Num().String() + ".0"
		}
		return "(" + x.Num().String() + ".0 / " + x.Denom().String() + ".0)"
	case *big.Float:
		return "(" + x.Text('p', 0) + ")"
	}
	return "(" + v.ExactString() + " + 0.0)"
}
