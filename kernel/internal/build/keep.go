package build

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"loupe"
	"loupe/kernel/internal/object"
)

// mainSource is the worker's main file, before the imports of preload.
const mainSource = `// Command worker is the process that a notebook's cells live in.
package main

import (
	"os"

	"loupe/kernel/worker"
)

func main() {
	// The linker keeps what could be called. No process has so many arguments.
	if len(os.Args) > 1<<30 {
		for _, f := range keep {
			f()
		}
	}
	worker.Main()
}
`

// preload lists what is linked into every worker, besides the standard
// library.
var preload = []string{
	"loupe/display",
	"loupe/nn",
	"loupe/nn/data",
	"loupe/nn/tensor",
	"loupe/trees",
	"loupe/viz",
	"loupe/viz/chart",
	"loupe/viz/explain",
	"loupe/viz/plots",
	"gonum.org/v1/gonum/floats",
	"gonum.org/v1/gonum/integrate",
	"gonum.org/v1/gonum/interp",
	"gonum.org/v1/gonum/mat",
	"gonum.org/v1/gonum/optimize",
	"gonum.org/v1/gonum/stat",
	"gonum.org/v1/gonum/stat/distuv",
	"gonum.org/v1/plot",
	"gonum.org/v1/plot/palette",
	"gonum.org/v1/plot/palette/moreland",
	"gonum.org/v1/plot/plotter",
	"gonum.org/v1/plot/plotutil",
	"gonum.org/v1/plot/text",
	"gonum.org/v1/plot/vg",
	"gonum.org/v1/plot/vg/draw",
	"gonum.org/v1/plot/vg/vgimg",
}

// unpreloaded are packages of the standard library that do something when
// they are merely there: they are linked when a cell imports them.
var unpreloaded = []string{"expvar", "net/http/pprof", "time/tzdata"}

// excluded are those that a worker cannot have.
var excluded = map[string]bool{
	"plugin": true, "runtime/cgo": true, "runtime/race": true, "runtime/msan": true, "runtime/asan": true,
}

// eachSource visits the files that this program carries, without tests.
func eachSource(visit func(name string, b []byte) error) error {
	return fs.WalkDir(loupe.Source, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && d.Name() == "testdata":
			return fs.SkipDir
		case d.IsDir() || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		b, err := loupe.Source.ReadFile(name)
		if err != nil {
			return err
		}
		return visit(name, b)
	})
}

// writeSources lays out two modules: loupe.src, what this program carries, and
// worker.src, the worker's main package.
func writeSources(dir string, sources map[string][]byte) error {
	err := eachSource(func(name string, b []byte) error {
		to := filepath.Join(dir, "loupe.src", filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
			return err
		}
		return os.WriteFile(to, b, 0o600)
	})
	if err != nil {
		return fmt.Errorf("cannot write the worker's sources: %w", err)
	}
	src := filepath.Join(dir, "worker.src")
	if err := os.MkdirAll(src, 0o700); err != nil {
		return err
	}
	for name, b := range sources {
		if err := os.WriteFile(filepath.Join(src, name), b, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// sources are the files of the worker's main package. keep.go is written again
// once it is known what to keep.
func (x *Extra) sources() (map[string][]byte, error) {
	mod, sum, err := x.module()
	if err != nil {
		return nil, err
	}
	packages := slices.Concat(preload, standard)
	if x != nil {
		packages = append(packages, x.Packages...)
	}
	return map[string][]byte{
		"go.mod": mod, "go.sum": sum, "main.go": []byte(mainSource), "preload.go": preloadSource(packages),
		"keep.go": []byte("package main\n\nvar keep [0]func()\n"),
	}, nil
}

// preloadSource imports what the worker is to contain.
func preloadSource(packages []string) []byte {
	var b bytes.Buffer
	b.WriteString("package main\n\nimport (\n")
	for _, p := range packages {
		fmt.Fprintf(&b, "\t_ %q\n", p)
	}
	b.WriteString(")\n")
	return b.Bytes()
}

// List asks the go command for packages and all that they import, compiled.
func (t *Toolchain) List(ctx context.Context, dir string, patterns ...string) ([]*Package, error) {
	args := append([]string{"list", "-export", "-deps", "-json=ImportPath,Name,Dir,Export,Imports,ImportMap,Standard,Module,IgnoredGoFiles"}, patterns...)
	out, err := t.run(ctx, dir, args...)
	if err != nil {
		return nil, err
	}
	var list []*Package
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p struct {
			ImportPath, Name, Dir, Export string
			Imports                       []string
			ImportMap                     map[string]string
			Standard                      bool
			IgnoredGoFiles                []string
			Module                        struct{ Path, Version string }
		}
		if err := d.Decode(&p); err == io.EOF {
			return list, nil
		} else if err != nil {
			return nil, fmt.Errorf("go list: %w", err)
		}
		for i, imp := range p.Imports {
			if real, ok := p.ImportMap[imp]; ok {
				p.Imports[i] = real
			}
		}
		list = append(list, &Package{Path: p.ImportPath, Name: p.Name, Dir: p.Dir, Export: p.Export, Imports: p.Imports, Standard: p.Standard, Module: p.Module.Path, Version: p.Module.Version, Ignored: !p.Standard && len(p.IgnoredGoFiles) > 0})
	}
}

var (
	plainName = regexp.MustCompile(`^(\(\*?[\pL_][\pL_\d]*\)\.|[\pL_][\pL_\d]*\.)?[\pL_][\pL_\d]*$`)
	closure   = regexp.MustCompile(`\.(func|gowrap|deferwrap)\d`)
)

// keepSource declares each function of the packages and lists them all in a
// table, so that the official linker keeps them: a notebook may call any.
func keepSource(archives []*object.Archive) []byte {
	var decls, table bytes.Buffer
	n := 0
	for _, a := range archives {
		if a.Package == workerModule || a.Package == "main" || excluded[a.Package] {
			continue
		}
		for _, f := range a.Files {
			if f.FromAssembly() {
				continue
			}
			for i := range f.NumDefs() {
				if s := f.Symbol(i); keepable(a.Package, &s) {
					fmt.Fprintf(&decls, "//go:linkname k%d %s\nfunc k%d()\n", n, s.Name, n)
					fmt.Fprintf(&table, "\tk%d,\n", n)
					n++
				}
			}
		}
	}
	var b bytes.Buffer
	b.WriteString("// Code generated for the worker. DO NOT EDIT.\n\npackage main\n\nimport _ \"unsafe\"\n\n")
	b.Write(decls.Bytes())
	fmt.Fprintf(&b, "\nvar keep = [...]func(){\n%s}\n", table.Bytes())
	return b.Bytes()
}

// keepable reports whether a function can be declared by name: not what the
// compiler makes (wrappers, instances, closures), and no init.
func keepable(pkg string, s *object.Symbol) bool {
	if s.Kind != object.Text || s.ABI != object.ABIInternal || s.DupOK() || s.IsABIWrapper() {
		return false
	}
	name, ok := strings.CutPrefix(s.Name, object.EscapePath(pkg)+".")
	if !ok || !plainName.MatchString(name) || closure.MatchString("."+name) {
		return false
	}
	last := name[strings.LastIndexByte(name, '.')+1:]
	return last != "init" && last != "_" && !strings.HasPrefix(name, "init.")
}
