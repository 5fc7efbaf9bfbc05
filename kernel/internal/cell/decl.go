package cell

import (
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// A Decl is what the notebook remembers of one declared name: enough to
// repeat it as a stub, to compile it again, and to see whether it changed.
// It is immutable.
type Decl struct {
	Name string      // "f", "T", or "T.m" for a method, whatever its receiver
	Kind token.Token // FUNC, TYPE, CONST or VAR
	Cell int         // the cell that declares it
	Line int         // and its line there
	Doc  string      // its comment
	Text string      // how it was declared, without comment and function body
	Type string      // its type, for a reader; "" for types

	whole    []text // the declaration; none for a variable
	stub     []text // how another unit repeats it
	refs     []string
	stubRefs []string // what the stub mentions
	key      string   // equal for equal types, signatures and constants
	recv     string   // for a method, the type's name
	pointer  bool     // for a method, whether the receiver is a pointer
	alias    bool     // for a type
	generic  bool     // repeated with its body in each unit that uses it
	linkname bool     // has no body because its symbol is another package's
	shadows  string   // the package that the initialiser of a variable calls by the variable's name
	repeats  bool     // the stub of a variable has its initialiser
	embeds   []string // for a type, the notebook types it embeds
	offset   int      // in the cell
	unit     *group   // what it was compiled with
}

// A group is the names compiled in one unit: calls among them are direct and
// may be inlined.
type group struct{ names []string }

// symbol is the name as the linker sees it.
func (d *Decl) symbol() string {
	if d.pointer {
		return "(*" + d.recv + ")" + d.Name[len(d.recv):]
	}
	return d.Name
}

// bodyless tells whether the stub is a function without a body.
func (d *Decl) bodyless() bool { return d.Kind == token.FUNC && !d.generic && !d.linkname }

// add puts the declaration among the symbols.
func (s *Symbols) add(d *Decl) {
	switch d.Kind {
	case token.VAR:
		s.Vars = append(s.Vars, d.Name)
	case token.FUNC:
		s.Funcs = append(s.Funcs, d.symbol())
	case token.TYPE:
		if !d.alias {
			s.Types = append(s.Types, d.Name)
		}
	}
}

// Lookup returns what the notebook has under a name ("T.m" for a method), or
// nil.
func (n *Notebook) Lookup(name string) *Decl {
	d, _ := n.decls.get(name)
	return d
}

// Each calls f for all declarations, methods included, in no particular
// order.
func (n *Notebook) Each(f func(*Decl)) {
	n.decls.each(func(_ string, d *Decl) { f(d) })
}

// EachImport calls f for the names of imported packages, in no particular
// order.
func (n *Notebook) EachImport(f func(name, path string)) { n.imports.each(f) }

// Dots returns the packages imported with a dot.
func (n *Notebook) Dots() []string { return slices.Clone(n.dots) }

// Load returns a package as the notebook sees it.
func (n *Notebook) Load(path string) (*types.Package, error) { return n.load(path) }

// Source is the declaration as it stands in its cell; for a variable, which
// may have been declared together with others, it is Text.
func (d *Decl) Source() string {
	if len(d.whole) == 0 {
		return d.Text
	}
	var b strings.Builder
	for _, t := range d.whole {
		b.WriteString(t.s)
	}
	return b.String()
}

// Methods returns the keys of the methods of a type of the notebook.
func (n *Notebook) Methods(typ string) []string {
	keys, _ := n.methods.get(typ)
	return keys
}

// Import returns the path that a name was imported from, "" if it was not.
func (n *Notebook) Import(name string) string {
	path, _ := n.imports.get(name)
	return path
}
