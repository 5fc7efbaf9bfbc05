// Package cell turns the text of a notebook cell into Go that the official
// compiler accepts: the cell's own declarations, its statements as the body of
// one function, and stubs for what it names from earlier cells.
//
// [Notebook.Plan] is a pure function of an immutable Notebook and a text. It
// starts no process and opens no file; packages come from [Config].Importer.
//
// A cell is read in five steps, a file each:
//
//	split.go   the text into declarations and statements
//	names.go   the names the cell leaves open: earlier cells, packages
//	check.go   one file of the cell and stubs, checked by go/types
//	change.go  what a redefinition makes stale, and must be compiled again
//	unit.go    the files for the compiler, with //line directives
//
// All types are checked by go/types in a package of their own for every cell.
// What is remembered of a declaration (see [Decl]) is therefore text and
// strings, never a go/types object.
package cell

import "go/types"

// PkgPath is the import path of the package that all cells belong to.
const PkgPath = "notebook"

// WorkerPath is the package whose Result and ResultErr show a cell's result.
const WorkerPath = "loupe/kernel/worker"

// A Config is what a Notebook needs from its session.
type Config struct {
	// Importer gives packages by import path. It must give the same package
	// for the same path each time, and should cache.
	Importer types.Importer
	// Language is the version of Go that cells are written in, such as
	// "go1.26"; "" is the newest that this program knows.
	Language string
	// Known lists the import paths that a bare package name may mean, best
	// first ("rand": "math/rand", "math/rand/v2"). It may be nil.
	Known func(name string) []string
}

// A Notebook is what the cells linked so far have declared. It is immutable
// and safe for concurrent use.
type Notebook struct {
	config  Config
	decls   layers[*Decl]    // by key: "f", "T", "T.m"
	methods layers[[]string] // keys of a type's methods, by type name
	imports layers[string]   // import paths by local name
	dots    []string         // packages imported with a dot, oldest first
}

// New returns an empty notebook.
func New(config Config) *Notebook { return &Notebook{config: config} }

// A Plan says what to compile and to link to run one cell.
type Plan struct {
	// Units are to be compiled, in any order or at once, and then linked in
	// this order. A cell that neither runs nor declares anything has none.
	Units []Unit
	// Entry is the link symbol of the func() that runs the cell, such as
	// "notebook.cell_3"; "" when there is nothing to run but initialisers.
	Entry string
	// After is the notebook once the units have been linked.
	After *Notebook
	// Notes are lines the user must be told: values lost to a changed type,
	// functions that still use an old variable.
	Notes []string
	// Dropped is what the linker must forget before it links the units. It
	// has names that are gone and names whose old meaning must stay as it is
	// for code that still uses it (a function whose signature has changed, a
	// variable that gets new storage); the latter are in a unit's New again.
	Dropped Symbols
	// Defines and Uses are the notebook names that the cell declares, and
	// those of earlier cells that it mentions; sorted.
	Defines, Uses []string
	// Changed are those of Defines that may mean something else than before:
	// all but functions, types and constants declared again in the same words.
	Changed []string
	// Unused are, of the variables in Dropped, those that no function holds on
	// to.
	Unused []string
}

// A Unit is one file for the compiler.
type Unit struct {
	// Source is a Go file of package notebook. Its //line directives name
	// "cell N" and lines of the user's text.
	Source []byte
	// Symabis is the file for compile -symabis.
	Symabis []byte
	// Imports are the import paths of Source, sorted, without "unsafe".
	Imports []string
	// New is what the unit defines for the notebook. Anything else of package
	// notebook in its object file exists already or is private to the unit.
	New Symbols
	// RunInit says whether the unit's package initialisation is to be run
	// before Entry. Without it that code must not run: it may hold
	// initialisers repeated for their type.
	RunInit bool
}

// Symbols are names as the linker sees them after "notebook.": variables "x",
// functions "f", "T.m" and "(*T).m", types "T". A generic function or a method
// of a generic type is named without type arguments, "Map", "(*List).Push",
// and stands for all its instantiations.
type Symbols struct {
	Vars, Funcs, Types []string
	// Extended are existing, unchanged types whose method table this unit has
	// anew: a method was added or redefined, on the type or on one it embeds.
	Extended []string
}
