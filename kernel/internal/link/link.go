// Package link is the incremental linker: it turns the object files of one
// cell into an image of bytes and addresses that a living worker process maps
// in, as if the official linker had put it there.
//
// For most uses, make one [Linker] for a worker, call [Linker.Link] for each
// cell, send the [Image] to the worker, and call [Image.Commit] once the
// worker has it. A Link that fails, or whose Image is not committed, leaves
// the Linker as it was.
//
// docs/ENGINE.md explains how a symbol is found and what the runtime needs.
package link

import (
	"fmt"
	"maps"

	"loupe/kernel/internal/object"
)

// Notebook is the import path of the package that all cells belong to.
const Notebook = "notebook"

const prefix = Notebook + "."

// Names are what a unit defines for the notebook, as the linker sees them
// after "notebook.": "x" for variables, "f", "T.m" and "(*T).m" for functions,
// "T" for types.
type Names struct {
	Vars, Funcs, Types []string
	// Extended lists types that exist and are unchanged but got new or
	// redefined methods.
	Extended []string
}

// A Unit is a compiled piece of a cell.
type Unit struct {
	Object *object.Archive
	New    Names
	// Imports are the packages the unit imports.
	Imports []string
	// RunInit asks for the unit's package initialisation before the entry.
	RunInit bool
	// Entry is the function that runs the cell ("notebook.cell_3"), or "".
	Entry string
}

// Packages finds compiled packages, for what the worker does not contain.
type Packages interface {
	// Archive opens the package's archive from the build cache.
	Archive(path string) (*object.Archive, error)
	// Imports lists the packages it imports directly.
	Imports(path string) []string
	// Preloaded reports whether the worker was linked with the package.
	Preloaded(path string) bool
}

// A Linker knows every address in one worker. It is not safe for concurrent
// use.
type Linker struct {
	// GOROOT stands for $GOROOT in the names of source files.
	GOROOT string

	world    *World
	layout   moduleLayout
	machine  *machine
	packages Packages
	state
}

// state is what a commit replaces.
type state struct {
	text, data arena
	// syms holds what units and packages linked so far define: variables and
	// the newest version of types, itabs, functions.
	syms map[object.Name]uint64
	// slots are the indirections that calls of notebook functions go through.
	slots map[string]slot
	// statics are symbols that only their own file names.
	statics map[static]uint64
	linked  map[string]bool // packages that were not preloaded
}

// A slot makes a function replaceable: callers in other units call the stub,
// which jumps to the address that the slot holds.
type slot struct {
	stub uint64 // address of the jump
	at   uint64 // address of the pointer
	code uint64 // the version it points to now
}

type static struct {
	file *object.File
	sym  uint32
}

// The two ranges of addresses that the worker sets aside, near enough to its
// own for 32-bit displacements. A machine may use a part of that for code.
const (
	TextBase = 0x2000_0000
	DataBase = 0x3000_0000
	DataSize = 0x4000_0000
)

// An arena hands out addresses; what is behind them is never reused, because
// running code may still refer to it.
type arena struct{ base, next, end uint64 }

func (a *arena) use() Use { return Use{a.next - a.base, a.end - a.base} }

func (a *arena) take(size, align uint64) (uint64, error) {
	at := (a.next + align - 1) &^ (align - 1)
	if at+size > a.end {
		return 0, fmt.Errorf("link: the session has used its %d MiB of space for code or data: restart the kernel", (a.end-a.base)>>20)
	}
	a.next = at + size
	return at, nil
}

// New returns a linker for a fresh worker.
func New(world *World, packages Packages) (*Linker, error) {
	layout, err := layoutOf(world)
	if err != nil {
		return nil, err
	}
	m, err := machineOf(world)
	if err != nil {
		return nil, err
	}
	return &Linker{world: world, packages: packages, layout: layout, machine: m, state: state{
		text:    arena{TextBase, TextBase, TextBase + m.textSize},
		data:    arena{DataBase, DataBase, DataBase + DataSize},
		syms:    map[object.Name]uint64{},
		slots:   map[string]slot{},
		statics: map[static]uint64{},
		linked:  map[string]bool{},
	}}, nil
}

// Link places the units of one cell, which may refer to each other, and all
// that they need and the worker lacks.
func (l *Linker) Link(units []Unit) (*Image, error) {
	im := newImage(l)
	for i := range units {
		if err := im.addUnit(&units[i]); err != nil {
			return nil, err
		}
	}
	steps := []func() error{im.drain, im.layout, im.buildTables, im.relocate, im.extendTypes, im.finish}
	for _, step := range steps {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return im, nil
}

// Forget removes names from the session, for values that a redefinition has
// dropped. The function that it returns brings them back, for a cell that could
// not be linked after all.
func (l *Linker) Forget(n Names) (undo func()) {
	syms, slots := maps.Clone(l.syms), maps.Clone(l.slots)
	for _, list := range [][]string{n.Vars, n.Types} {
		for _, name := range list {
			delete(l.syms, object.Name{Text: prefix + name})
		}
	}
	for _, f := range n.Funcs {
		delete(l.slots, prefix+f)
	}
	dropTypes(l.syms, n.Types)
	return func() { l.syms, l.slots = syms, slots }
}

// Commit makes what the image defines known to later links.
func (im *Image) Commit() {
	l := im.l
	l.text, l.data = im.text, im.data
	dropTypes(l.syms, im.retyped)
	maps.Copy(l.syms, im.syms)
	maps.Copy(l.statics, im.statics)
	maps.Copy(l.linked, im.linked)
	maps.Copy(l.slots, im.slots)
}

// A Use is how much of the addresses set aside is in use, in bytes.
type Use struct{ Used, Size uint64 }

// Text says how much code the session has linked so far.
func (l *Linker) Text() Use { return l.text.use() }

// Data says how much else: variables, types, the runtime's tables.
func (l *Linker) Data() Use { return l.data.use() }

// Address returns the address of a notebook variable ("x").
func (l *Linker) Address(variable string) (uint64, bool) {
	a, ok := l.syms[object.Name{Text: prefix + variable}]
	return a, ok
}
