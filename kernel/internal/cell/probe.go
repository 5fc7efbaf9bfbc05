package cell

import (
	"go/ast"
	"go/token"
	"go/types"
)

// Syntax reports the syntax errors of a cell.
func Syntax(source string) Errors {
	src, errs := newSource(0, source)
	if errs == nil {
		_, errs = parse(src)
	}
	return errs
}

// A Probe is what the type checker makes of a cell that may be wrong or not
// be finished. It serves those who help in writing cells.
type Probe struct {
	Pkg  *types.Package // the cell and what it names from earlier ones
	Info *types.Info
	File *ast.File // as it was checked; see At

	checked *checked
}

// Probe looks at a cell. It fails only if the text cannot be parsed.
func (n *Notebook) Probe(source string) (*Probe, bool) {
	src, errs := newSource(0, source)
	if errs != nil {
		return nil, false
	}
	c, errs := parse(src)
	if c == nil || errs != nil {
		return nil, false
	}
	p, _ := n.prepare(c)
	k := p.check()
	if k.file == nil {
		return nil, false
	}
	return &Probe{k.pkg, &k.info, k.file, k}, true
}

// At returns the offset in the cell of something in File; it fails for what
// is not in the cell.
func (p *Probe) At(pos token.Pos) (offset int, ok bool) {
	at := p.checked.fset.PositionFor(pos, false).Offset
	if p.checked.sheet.owner(at) != nil {
		return 0, false
	}
	src, off := p.checked.sheet.origin(at)
	return off, src == p.checked.c.src
}

// Generated tells whether a name at file level is not the user's.
func (p *Probe) Generated(name string) bool { return name == p.checked.entry }

// Key returns the name under which the notebook has an object, "" if it does
// not. It may be the cell's own.
func (p *Probe) Key(obj types.Object) string { return p.checked.key(obj) }

// Import returns the path of the package that a name of the cell means, ""
// if it means something else.
func (p *Probe) Import(name string) string {
	if path := p.checked.scope.own[name]; path != "" {
		return path
	}
	return p.checked.n.Import(name)
}
