package build

import (
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/semver"

	"loupe/kernel/internal/object"
)

// Package returns what is known of a package by its import path.
func (w *Worker) Package(path string) (*Package, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	p, ok := w.packages[path]
	return p, ok
}

// Add makes packages known that the session's module brings. It adds none if
// one of them is compiled differently from what the worker contains.
func (w *Worker) Add(list []*Package) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, p := range list {
		if q, ok := w.packages[p.Path]; ok && q.Preloaded && q.Export != p.Export {
			return fmt.Errorf("this module wants another version of %s than the one that Loupe itself is built with; use the same version in its go.mod", p.Path)
		}
	}
	for _, p := range list {
		if _, ok := w.packages[p.Path]; !ok {
			w.packages[p.Path] = p
		}
	}
	return nil
}

// Agrees reports what is wrong if packages come from two modules with a go.mod each: a
// package may be compiled in one way only.
func (w *Worker) Agrees(list []*Package) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, p := range list {
		if q, ok := w.packages[p.Path]; ok && !q.Preloaded && q.Export != p.Export {
			return fmt.Errorf("it wants %s %s, and the session has %s of it, or of what that imports; use the same versions in the notebook's go.mod", p.Path, p.Version, q.Version)
		}
	}
	return nil
}

// Excluded reports whether a package cannot be used in a cell, and why.
func Excluded(path string) (bool, string) {
	if path == "C" {
		return true, "C cannot be written in a cell: put it into a package of its own, beside the notebook's go.mod, and build a worker with that: %cgo PATH"
	}
	if excluded[path] {
		return true, fmt.Sprintf("package %s does not work in a cell: it has to be in a process from its start", path)
	}
	return false, ""
}

func (w *Worker) export(path string) (string, error) {
	p, ok := w.Package(path)
	if !ok || p.Export == "" {
		return "", fmt.Errorf("package %q is not in the session's module: add it with %%get %s", path, path)
	}
	if p.Kept != "" {
		return p.Kept, nil
	}
	return p.Export, nil
}

// Export opens the package's export data, for the type checker.
func (w *Worker) Export(path string) (io.ReadCloser, error) {
	export, err := w.export(path)
	if err != nil {
		return nil, err
	}
	return os.Open(export)
}

// Archive opens a package's archive from the build cache.
func (w *Worker) Archive(path string) (*object.Archive, error) {
	w.mu.Lock()
	a, ok := w.archives[path]
	w.mu.Unlock()
	if ok {
		return a, nil
	}
	export, err := w.export(path)
	if err != nil {
		return nil, err
	}
	if a, err = object.Open(path, export); err != nil {
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.archives[path] = a
	return a, nil
}

// Imports lists the packages that a package imports directly.
func (w *Worker) Imports(path string) []string {
	if p, ok := w.Package(path); ok {
		return p.Imports
	}
	return nil
}

// Preloaded reports whether the worker was linked with the package.
func (w *Worker) Preloaded(path string) bool {
	p, ok := w.Package(path)
	return ok && p.Preloaded
}

// Known lists the import paths that a package name may mean, best first: the
// standard library before others, short paths before long ones.
func (w *Worker) Known(name string) []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var paths []string
	for path, p := range w.packages {
		if p.Name == name && importable(path) {
			paths = append(paths, path)
		}
	}
	slices.SortFunc(paths, func(a, b string) int {
		if sa, sb := w.packages[a].Standard, w.packages[b].Standard; sa != sb {
			if sa {
				return -1
			}
			return 1
		}
		if len(a) != len(b) {
			return len(a) - len(b)
		}
		return strings.Compare(a, b)
	})
	return paths
}

// Paths lists the packages that a cell may import.
func (w *Worker) Paths() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var paths []string
	for path := range w.packages {
		if importable(path) {
			paths = append(paths, path)
		}
	}
	return paths
}

// Dir returns the folder with a package's source files, "" if it is not known.
func (w *Worker) Dir(path string) string {
	if p, ok := w.Package(path); ok {
		return p.Dir
	}
	return ""
}

func importable(path string) bool {
	return !strings.HasPrefix(path, "vendor/") && !slices.Contains(strings.Split(path, "/"), "internal") && path != workerModule
}

// CopyModule writes a module into a folder that has the worker's requirements,
// so that what is added to it agrees with what the worker contains.
func (w *Worker) CopyModule(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	mod, err := os.ReadFile(filepath.Join(w.dir, "worker.src", "go.mod"))
	if err != nil {
		return fmt.Errorf("the worker's go.mod: %w", err)
	}
	text := strings.Replace(string(mod), "module "+workerModule+"\n", "module notebook\n", 1)
	text = strings.Replace(text, "=> ../loupe.src", "=> "+filepath.Join(w.dir, "loupe.src"), 1)
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte(text+w.pins()), 0o600); err != nil {
		return err
	}
	sum, err := os.ReadFile(filepath.Join(w.dir, "worker.src", "go.sum"))
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "go.sum"), sum, 0o600)
}

// pins are replace directives that keep the modules that the worker is linked
// with at their versions, whatever another module asks for.
func (w *Worker) pins() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	versions := map[string]string{}
	for _, p := range w.packages {
		if p.Preloaded && p.Version != "" && p.Module != "loupe" {
			versions[p.Module] = p.Version
		}
	}
	var b strings.Builder
	for _, m := range slices.Sorted(maps.Keys(versions)) {
		fmt.Fprintf(&b, "\nreplace %s => %s %s\n", m, m, versions[m])
	}
	return b.String()
}

// Get adds a module, or a package of one, to the module in a folder. The note
// says that an older version was asked for than others in the folder's module
// need: it stays at the newer one.
func (w *Worker) Get(ctx context.Context, dir, query string) (note string, err error) {
	path, version, _ := strings.Cut(query, "@")
	if semver.IsValid(version) {
		module, has, err := w.required(dir, path)
		if err != nil {
			return "", err
		}
		if semver.Compare(version, has) < 0 {
			return fmt.Sprintf("%s stays at %s, which the session needs: %s is older", module, has, version), nil
		}
	}
	_, err = w.Toolchain.run(ctx, dir, "get", query)
	return "", err
}

// required finds the module of a package among those that the go.mod of a
// folder names, with its version there; "" if there is none.
func (w *Worker) required(dir, path string) (module, version string, err error) {
	name := filepath.Join(dir, "go.mod")
	b, err := os.ReadFile(name)
	if err != nil {
		return "", "", err
	}
	mod, err := modfile.ParseLax(name, b, nil)
	if err != nil {
		return "", "", err
	}
	for _, r := range mod.Require {
		if m := r.Mod.Path; (path == m || strings.HasPrefix(path, m+"/")) && len(m) > len(module) {
			module, version = m, r.Mod.Version
		}
	}
	return module, version, nil
}
