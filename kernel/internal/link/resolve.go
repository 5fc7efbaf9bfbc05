package link

import (
	"fmt"
	"slices"
	"strings"
	"unsafe"

	"loupe/kernel/internal/object"
)

// resolve finds what a reference in s means: a symbol of the notebook, of the
// worker, of a package linked before, of s's own file, or one that has to be
// taken from a package's archive.
func (im *Image) resolve(s *symbol, ref object.Ref) (target, error) {
	key := refKey{s.file, ref}
	if t, ok := im.targets[key]; ok {
		return t, nil
	}
	t, err := im.find(s, ref)
	if err != nil {
		return t, err
	}
	im.targets[key] = t
	return t, nil
}

func (im *Image) find(s *symbol, ref object.Ref) (target, error) {
	i, own := s.file.Index(ref)
	if own && s.file.Defined(i) {
		return im.findOwn(s, i), nil
	}
	name, pkg, err := im.referenced(s.file, ref, i, own)
	if err != nil {
		return target{}, err
	}
	if t, ok := im.known(name); ok {
		return t, nil
	}
	return im.fetch(s, name, pkg)
}

// referenced names a symbol that its file does not define.
func (im *Image) referenced(f *object.File, ref object.Ref, i uint32, own bool) (name object.Name, pkg string, err error) {
	if own {
		sym := f.Symbol(i)
		return object.Name{Text: sym.Name, ABI: sym.ABI}, "", nil
	}
	if ref.Pkg == object.PkgBuiltin {
		name, _ = f.Builtin(ref.Sym)
		return name, "runtime", nil
	}
	pkg, text := f.Foreign(ref)
	if text == "" {
		// Some names stand only in the package that the number counts in.
		if a, err := im.archive(pkg); err == nil && len(a.Files) > 0 {
			sym := a.Files[0].Symbol(ref.Sym)
			return object.Name{Text: sym.Name, ABI: sym.ABI}, pkg, nil
		}
		return name, pkg, fmt.Errorf("link: %s refers to symbol %d of package %q, which has no name", f.Package, ref.Sym, pkg)
	}
	return object.Name{Text: text, ABI: anyABI}, pkg, nil
}

// anyABI stands for a symbol of which only the name is known: a package's own
// functions are referred to by number when they are ABIInternal.
const anyABI = 0xfffe

// findOwn decides about a definition in the referring file: most are placed,
// but what must exist once in a process is taken from where it is.
func (im *Image) findOwn(s *symbol, i uint32) target {
	f := s.file
	if p, ok := im.placed[static{f, i}]; ok && !p.shadow {
		return im.wrap(p)
	}
	if f.ContentAddressed(i) {
		return target{sym: im.place(f, i, s.unit), ok: true}
	}
	d := f.Symbol(i)
	if d.ABI == object.ABIStatic {
		if a, ok := im.l.statics[static{f, i}]; ok {
			return target{addr: a, ok: true}
		}
		return target{sym: im.place(f, i, s.unit), ok: true}
	}
	if im.shared(s.unit, &d) {
		if t, ok := im.known(object.Name{Text: d.Name, ABI: d.ABI}); ok {
			return t
		}
	}
	return im.wrap(im.place(f, i, s.unit))
}

// wrap turns a placed notebook function into a target behind its slot.
func (im *Image) wrap(p *symbol) target {
	t := target{sym: p, ok: true}
	if p.unit != nil && p.Kind.IsText() && p.ABI != object.ABIStatic && strings.HasPrefix(p.Name, prefix) {
		t.slot = p.Name
	}
	return t
}

// shared reports whether a definition in a unit stands for something that may
// exist already. What a package defines always does.
func (im *Image) shared(u *Unit, d *object.Symbol) bool {
	if u == nil {
		return true
	}
	switch {
	case strings.HasPrefix(d.Name, "type:"), strings.HasPrefix(d.Name, "go:itab."):
		return !isLocalType(d.Name)
	case d.Kind.IsText():
		return d.DupOK() && !strings.Contains(d.Name, prefix)
	case strings.HasPrefix(d.Name, prefix):
		name := object.Name{Text: d.Name}
		_, session := im.l.syms[name]
		return session || im.names[name] != nil
	}
	return false
}

// known looks a name up in this image, the session and the worker.
func (im *Image) known(name object.Name) (target, bool) {
	if s, ok := im.current[name.Text]; ok && name.ABI != object.ABI0 {
		return target{sym: s, slot: name.Text, ok: true}, true
	}
	if sl, ok := im.l.slots[name.Text]; ok && name.ABI != object.ABI0 {
		return target{addr: sl.code, slot: name.Text, ok: true}, true
	}
	abis := []uint16{name.ABI}
	if name.ABI == anyABI {
		abis = []uint16{object.ABIInternal, object.ABI0}
	}
	for _, abi := range abis {
		if s := im.names[object.Name{Text: name.Text, ABI: abi}]; s != nil {
			return target{sym: s, ok: true}, true
		}
		if a, ok := im.l.syms[object.Name{Text: name.Text, ABI: abi}]; ok && !im.isRetyped(name.Text) {
			return target{addr: a, ok: true}, true
		}
		if strings.HasPrefix(name.Text, prefix) {
			continue
		}
		if a, ok := im.l.world.Lookup(name.Text, abi); ok {
			return target{addr: a, ok: true}, true
		}
	}
	return target{}, false
}

// fetch takes a symbol that is nowhere yet from its package's archive.
func (im *Image) fetch(s *symbol, name object.Name, pkg string) (target, error) {
	if pkg == Notebook || strings.HasPrefix(name.Text, prefix) {
		return target{}, fmt.Errorf("link: %s is not defined in this notebook (referred to by %s)", name.Text, s.Name)
	}
	tried := map[string]bool{}
	for _, p := range []string{pkg, packageOf(name.Text), s.file.Package, "runtime"} {
		if p == "" || tried[p] || p == Notebook {
			continue
		}
		tried[p] = true
		a, err := im.archive(p)
		if err != nil {
			continue
		}
		abis := []uint16{name.ABI}
		if name.ABI == anyABI {
			abis = []uint16{object.ABIInternal, object.ABI0}
		}
		for _, abi := range abis {
			if f, i, ok := a.Lookup(name.Text, abi); ok {
				return target{sym: im.place(f, i, nil), ok: true}, nil
			}
		}
	}
	if t, ok := im.instance(s, name); ok {
		return t, nil
	}
	return target{}, fmt.Errorf("link: undefined symbol %s (ABI %d), referred to by %s", name.Text, name.ABI, s.Name)
}

// instance finds an instance of a generic function. It is compiled into the package
// that first needs it; a function that is inlined elsewhere takes the call with it,
// and then any package that is imported, directly or not, may be that one.
func (im *Image) instance(s *symbol, name object.Name) (target, bool) {
	if !strings.Contains(name.Text, "[") {
		return target{}, false
	}
	next := slices.Clone(im.l.packages.Imports(object.UnescapePath(s.file.Package)))
	if s.unit != nil {
		next = append(next, s.unit.Imports...)
	}
	seen := map[string]bool{}
	for len(next) > 0 {
		path := next[0]
		next = next[1:]
		if seen[path] {
			continue
		}
		seen[path] = true
		if a, err := im.l.packages.Archive(path); err == nil {
			for _, abi := range []uint16{name.ABI, object.ABIInternal} {
				if f, i, ok := a.Lookup(name.Text, abi); ok {
					return target{sym: im.place(f, i, nil), ok: true}, true
				}
			}
		}
		next = append(next, im.l.packages.Imports(path)...)
	}
	return target{}, false
}

// archive opens a package by its path as symbol names have it.
func (im *Image) archive(prefix string) (*object.Archive, error) {
	return im.l.packages.Archive(object.UnescapePath(prefix))
}

// packageOf guesses a symbol's package from its name: the path ends at the
// first dot after the last slash, before any bracket or parenthesis.
func packageOf(name string) string {
	name = strings.TrimPrefix(name, "type:")
	name = strings.TrimLeft(name, "*[]")
	if i := strings.IndexAny(name, "[("); i >= 0 {
		name = name[:i]
	}
	slash := strings.LastIndexByte(name, '/') + 1
	if dot := strings.IndexByte(name[slash:], '.'); dot >= 0 {
		return name[:slash+dot]
	}
	return ""
}

// isLocalType reports whether a name mentions a type that is declared inside a
// function of a cell, and so belongs to one unit.
func isLocalType(name string) bool {
	return strings.Contains(name, prefix) && strings.Contains(name, "·")
}

// throughSlot reports whether a reference goes through the function's slot,
// so that a redefinition reaches it: calls from other units, and what method
// tables and dictionaries hold. Code of the same unit was compiled against
// exactly this version and calls it directly; a function value keeps the
// version it was made from.
func (im *Image) throughSlot(s *symbol, r object.Reloc, t target) bool {
	if s.IsItab() || s.IsType() || r.Type == object.RMethodOff || strings.HasPrefix(s.Name, "go:itab.") || strings.Contains(s.Name, "..dict.") {
		return true
	}
	if r.Type != im.l.machine.call {
		return false
	}
	return t.sym == nil || t.sym.unit != s.unit
}

func unsafeString(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
