package session

import (
	"context"
	goimporter "go/importer"
	"go/token"
	"go/types"
	"sync"

	"loupe/kernel/internal/assist"
	"loupe/kernel/internal/build"
)

// An importer reads packages for the type checker from the build cache. It
// gives the same package for the same path each time.
type importer struct {
	worker *build.Worker
	load   func(path string) error // makes a package known that is not yet

	mu sync.Mutex
	gc types.Importer
}

func newImporter(w *build.Worker, load func(path string) error) *importer {
	return &importer{worker: w, load: load, gc: goimporter.ForCompiler(token.NewFileSet(), "gc", w.Export)}
}

// Import implements types.Importer.
func (i *importer) Import(path string) (*types.Package, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if p, ok := i.worker.Package(path); path != "unsafe" && (!ok || p.Export == "") {
		if err := i.load(path); err != nil {
			return nil, err
		}
	}
	return i.gc.Import(path)
}

// tools are a worker program and what reads its packages. A session gets other
// ones when it needs a worker with C in it.
type tools struct {
	worker    *build.Worker
	importer  *importer
	assistant *assist.Assistant
}

func (s *Session) newTools(w *build.Worker) *tools {
	return &tools{
		worker:    w,
		importer:  newImporter(w, func(path string) error { return s.fetch(context.Background(), w, path) }),
		assistant: assist.New(assist.Config{Paths: w.Paths, Dir: w.Dir}),
	}
}

// worker is the program that cells are compiled for.
func (s *Session) worker() *build.Worker {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tools.worker
}

// known lists the import paths that a bare package name may mean: first those
// that people mean most often, then the standard library, then the session's
// module.
func (t *tools) known(name string) []string {
	var paths []string
	if p, ok := preferred[name]; ok {
		paths = append(paths, p)
	}
	for _, p := range t.worker.Known(name) {
		if len(paths) == 0 || p != paths[0] {
			paths = append(paths, p)
		}
	}
	return paths
}

// preferred are names of several packages.
var preferred = map[string]string{
	"rand":     "math/rand",
	"template": "text/template",
	"scanner":  "text/scanner",
	"color":    "image/color",
}
