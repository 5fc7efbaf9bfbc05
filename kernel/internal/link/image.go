package link

import (
	"fmt"
	"slices"
	"strings"

	"loupe/kernel/internal/object"
)

// An Image is what a worker has to do to take in a cell: bytes to write at
// addresses, in this order, then tables to announce to the runtime.
type Image struct {
	Text Segment // to become executable, and read-only from then on
	Data Segment // everything else; what follows it up to DataEnd stays zero
	// Module is the address of the runtime's description of the image, and
	// NextOffset where in it the link to the next one is.
	Module, NextOffset uint64
	// Typelinks are types that reflect is to find.
	Typelinks Typelinks
	Masks     []Mask
	Itabs     []Itab
	// Writes change what earlier images placed: slots of redefined functions,
	// method tables of extended types. They are made while the world stands.
	Writes []Segment
	// Retyped are the addresses of descriptors whose methods changed.
	Retyped []uint64
	// Inits are the addresses of init tasks, to be run in order, and Entry
	// that of the cell's own function, 0 if it has none.
	Inits []uint64
	Entry uint64
	// Unstoppable are ranges of code in which an interrupt has to wait, as
	// pairs of addresses.
	Unstoppable []uint64
	// Funcs and Bytes say what was placed, for measuring.
	Funcs, Bytes int

	l *Linker
	state
	retyped []string
	entry   string

	placed  map[static]*symbol
	names   map[object.Name]*symbol // what all files share of the placed
	order   []*symbol
	targets map[refKey]target
	current map[string]*symbol // notebook functions that this image defines, by name
	inits   []*symbol
	stubs   []string // slots made by this image
	// far are addresses in the worker that calls lead to by a jump, and farAt
	// where the jumps are.
	far     []uint64
	farAt   map[uint64]uint64
	extends []extension

	layoutState
	tables tables
}

// A Segment is bytes at an address.
type Segment struct {
	Addr  uint64
	Bytes []byte
}

// Typelinks are N types, as 32-bit offsets from an address, sorted by text.
type Typelinks struct{ Base, At, N uint64 }

// A Mask tells the garbage collector where pointers are in a range of
// variables: the worker computes one bit a word from the variables' types.
type Mask struct {
	Bits uint64 // address of the bitmap
	Base uint64 // first address that it describes
	Vars []Var
}

// A Var is a variable and its type descriptor.
type Var struct{ Addr, Type uint64 }

// An Itab is an interface table that may exist in the worker already, made at
// run time: then Sites are changed to refer to that one.
type Itab struct {
	Addr  uint64
	Slot  uint64 // a pointer to the table that is really used
	Sites []Site
}

// A Site is a reference to an itab: a pointer, or the displacement of an LEAQ
// instruction, which becomes a MOVQ from the slot; on arm64 the two that load
// an address.
type Site struct {
	Addr uint64
	Code bool
}

// A symbol is a definition that the image places.
type symbol struct {
	object.Symbol
	file  *object.File
	index uint32
	unit  *Unit // nil for a package's
	addr  uint64
	extra uint64 // room after the symbol
	data  []byte // its bytes in the image, once laid out
	fn    *object.Function
	// shadow marks a second descriptor of a type, of which only the method
	// table is used.
	shadow bool
}

func (s *symbol) bytes() []byte          { return s.file.Data(s.index) }
func (s *symbol) relocs() []object.Reloc { return s.file.Relocs(s.index) }

type refKey struct {
	file *object.File
	ref  object.Ref
}

// A target is what a reference resolves to: a symbol of this image, an
// address, or a notebook function behind its slot.
type target struct {
	sym  *symbol
	addr uint64
	slot string // name of the slot, "" for none
	ok   bool
}

func newImage(l *Linker) *Image {
	return &Image{
		l: l,
		state: state{text: l.text, data: l.data, syms: map[object.Name]uint64{}, slots: map[string]slot{},
			statics: map[static]uint64{}, linked: map[string]bool{}},
		placed:  map[static]*symbol{},
		names:   map[object.Name]*symbol{},
		targets: map[refKey]target{},
		current: map[string]*symbol{},
	}
}

// addUnit places what a unit defines for the notebook and what it runs.
func (im *Image) addUnit(u *Unit) error {
	for _, p := range u.Imports {
		if err := im.addPackage(p); err != nil {
			return err
		}
	}
	im.retype(u.New.Types)
	for _, v := range u.New.Vars {
		if err := im.define(u, v, object.ABI0); err != nil {
			return err
		}
	}
	for _, t := range u.New.Types {
		im.defineType(u, t)
	}
	for _, f := range u.New.Funcs {
		if err := im.defineFunc(u, prefix+f); err != nil {
			return err
		}
	}
	for _, t := range u.New.Extended {
		im.extend(u, t)
	}
	if u.RunInit {
		if f, i, ok := u.Object.Lookup(prefix+".inittask", object.ABI0); ok {
			im.inits = append(im.inits, im.place(f, i, u))
		}
	}
	if u.Entry == "" {
		return nil
	}
	f, i, ok := u.Object.Lookup(u.Entry, object.ABIInternal)
	if !ok {
		return fmt.Errorf("link: the compiled cell has no function %s", u.Entry)
	}
	im.entry = u.Entry
	im.current[u.Entry] = im.place(f, i, u)
	return nil
}

// define places a new variable, under its name from now on.
func (im *Image) define(u *Unit, name string, abi uint16) error {
	f, i, ok := u.Object.Lookup(prefix+name, abi)
	if !ok {
		return fmt.Errorf("link: the compiled cell does not define %s", name)
	}
	im.place(f, i, u)
	return nil
}

// defineFunc places a new version of a function or method. Generic functions
// have no code of their own name: their instances are placed where used.
func (im *Image) defineFunc(u *Unit, name string) error {
	f, i, ok := u.Object.Lookup(name, object.ABIInternal)
	if !ok {
		return nil
	}
	im.current[name] = im.place(f, i, u)
	im.needSlot(name)
	return nil
}

// addPackage links a package that the worker lacks, after what it imports.
func (im *Image) addPackage(path string) error {
	if path == "unsafe" || im.linked[path] || im.l.linked[path] || im.l.packages.Preloaded(path) {
		return nil
	}
	im.linked[path] = true
	for _, dep := range im.l.packages.Imports(path) {
		if err := im.addPackage(dep); err != nil {
			return err
		}
	}
	a, err := im.l.packages.Archive(path)
	if err != nil {
		return err
	}
	if f, i, ok := a.Lookup(object.EscapePath(path)+"..inittask", object.ABI0); ok {
		im.inits = append(im.inits, im.place(f, i, nil))
	}
	return nil
}

// place adds a definition to the image, once.
func (im *Image) place(f *object.File, i uint32, u *Unit) *symbol {
	key := static{f, i}
	if s, ok := im.placed[key]; ok {
		return s
	}
	s := &symbol{Symbol: f.Symbol(i), file: f, index: i, unit: u}
	im.placed[key] = s
	im.order = append(im.order, s)
	if im.exports(s) {
		im.names[object.Name{Text: s.Name, ABI: s.ABI}] = s
	}
	return s
}

// exports reports whether other files find the symbol by its name: all that a
// package defines, and of a unit what it declares for the notebook.
func (im *Image) exports(s *symbol) bool {
	if s.file.ContentAddressed(s.index) || s.ABI == object.ABIStatic {
		return false
	}
	if s.unit == nil {
		return true
	}
	if strings.HasPrefix(s.Name, "type:") || strings.HasPrefix(s.Name, "go:itab.") {
		return !isLocalType(s.Name)
	}
	return !s.Kind.IsText() && strings.HasPrefix(s.Name, prefix) && slices.Contains(s.unit.New.Vars, s.Name[len(prefix):])
}

// drain resolves the references of everything placed, which places more.
func (im *Image) drain() error {
	for n := 0; n < len(im.order); n++ {
		s := im.order[n]
		if s.Kind.IsText() {
			if err := im.scanFunction(s); err != nil {
				return err
			}
		}
		for _, r := range s.relocs() {
			if r.Size == 0 && r.Type != object.RKeep || isWeak(r) || r.Sym.IsZero() || isTLS(r) {
				continue
			}
			t, err := im.resolve(s, r.Sym)
			if err != nil {
				return err
			}
			if t.slot != "" && im.throughSlot(s, r, t) {
				if t.sym != nil && im.current[t.slot] == nil {
					im.current[t.slot] = t.sym
				}
				im.needSlot(t.slot)
			}
		}
		if gotype := s.file.GoType(s.index); !gotype.IsZero() && (s.Kind == object.Data || s.Kind == object.BSS) {
			if _, err := im.resolve(s, gotype); err != nil {
				return err
			}
		}
	}
	return nil
}

// isWeak reports whether a reference is to what exists anyway: that of a type
// to its pointer type. Others that the object file calls weak, the methods of
// an itab and the initialisation of a map, are for the official linker to drop
// when nothing in the program can need them; here any later cell may.
func isWeak(r object.Reloc) bool { return r.Weak && r.Type == object.RAddrOff }

// isTLS reports whether a relocation is the place of a thread's variable, which
// is always the runtime's.
func isTLS(r object.Reloc) bool { return r.Type == object.RTLSLE || r.Type == object.RARM64TLSLE }

// scanFunction places the tables that describe a function to the runtime.
func (im *Image) scanFunction(s *symbol) error {
	fn, ok := s.file.Function(s.index)
	if !ok {
		return nil
	}
	s.fn = fn
	for _, r := range fn.FuncData {
		if r.IsZero() {
			continue
		}
		if _, err := im.resolve(s, r); err != nil && !s.file.FromAssembly() {
			return err
		}
	}
	return nil
}
