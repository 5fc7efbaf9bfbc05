// Package assist helps in writing cells: what could stand at the cursor, what
// a name means, and whether a cell is finished. It works from a snapshot of
// the notebook, so it can answer while a cell runs, and it takes code as it
// is while being typed: broken.
//
// The trick is in repair.go: it makes a text that can be parsed out of one
// that cannot, keeping as much as possible before the cursor.
package assist

import (
	"go/build"
	"path/filepath"
	"sync"

	"loupe/kernel/internal/cell"
)

// A Config says where packages are. Both functions may be nil.
type Config struct {
	// Paths lists the import paths that a cell may import, in any order.
	Paths func() []string
	// Dir returns the folder with the source files of a package, "" if it is
	// not known. Without it only the standard library is documented.
	Dir func(path string) string
}

// An Assistant answers questions about code. It is safe for concurrent use.
type Assistant struct {
	config Config
	files  sync.Map // lists of a package's files, by folder
}

// New returns an assistant.
func New(config Config) *Assistant {
	if config.Paths == nil {
		config.Paths = func() []string { return nil }
	}
	if config.Dir == nil {
		config.Dir = func(path string) string { return filepath.Join(build.Default.GOROOT, "src", filepath.FromSlash(path)) }
	}
	return &Assistant{config: config}
}

// A question is a place in code that is being written.
type question struct {
	*Assistant
	nb   *cell.Notebook
	code string
	at   int // offset in bytes
}

func (a *Assistant) ask(nb *cell.Notebook, code string, cursor int) *question {
	return &question{a, nb, code, bytesOf(code, cursor)}
}

// bytesOf turns an index of runes into one of bytes.
func bytesOf(code string, runes int) int {
	for i := range code {
		if runes <= 0 {
			return i
		}
		runes--
	}
	return len(code)
}
