// Package arch tests the tree as a whole: which package may import which.
package arch

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// policy is the table of all packages. A line says what a package may import
// beside the standard library: packages of this module by their path in it,
// others by the path of their module. Lines stand in the order of the layers,
// so that an import always points upwards. A group of imports that several
// lines share is named with a leading $.
//
// An import that the table forbids is a question about the design: change the
// table only together with the reason in a comment.
const policy = `
	# The facts of the release, and the sources that the binary carries.
	.:

	# What notebooks import. display is a leaf that every program can afford.
	$gonum = gonum.org/v1/gonum gonum.org/v1/plot

	# What vectors the machine has.
	internal/simd:
	internal/golden:
	internal/soak:
	display:
	viz/draw/cjk:
	viz/draw:           viz/draw/cjk golang.org/x/image codeberg.org/go-fonts/liberation codeberg.org/go-pdf/fpdf
	internal/legible:   internal/golden viz/draw
	viz/words:
	viz/model:
	viz/chart:          viz/draw viz/words golang.org/x/image
	viz/plots:          display viz/draw $gonum

	# Numbers: tensors, and the kernels below them.
	nn/internal/team:
	nn/internal/vec:    internal/simd
	nn/internal/gemm:   internal/simd nn/internal/team
	nn/tensor:          nn/internal/team nn/internal/vec nn/internal/gemm gonum.org/v1/gonum

	nn:                 display nn/tensor nn/internal/team nn/internal/vec nn/internal/gemm

	# Data and models: no model knows how it is drawn. A data set may show its
	# samples, by the parts of which figures are made.
	nn/data:            display nn/tensor viz/chart gonum.org/v1/gonum golang.org/x/image

	# Trees that are learned, or read. They know nothing of how they are explained.
	trees:              display internal/simd nn/data gonum.org/v1/gonum

	# Figures. They read models, and nothing of the kernel.
	viz/graph:          viz/model viz/chart viz/draw viz/words
	viz/source/nn:      nn nn/tensor viz/model
	# The framework of others is a dependency of its source alone: nothing that is
	# built without a wish for it compiles any of it.
	viz/source/gomlx:   viz/model github.com/gomlx/gomlx github.com/gomlx/compute github.com/pkg/errors
	viz/layers:          viz/model viz/chart viz/draw
	viz/params:          viz/model viz/chart gonum.org/v1/gonum
	viz/activity:        display viz/model viz/chart gonum.org/v1/gonum
	viz/superpixel:
	viz/explain:         display viz/model viz/chart viz/draw viz/superpixel viz/source/nn nn/data trees gonum.org/v1/gonum
	viz:                display viz/graph viz/layers viz/params viz/activity viz/model viz/source/nn nn viz/draw viz/chart viz/words nn/data $gonum

	# The engine. Each part is usable without those below it.
	kernel/internal/object:
	kernel/internal/link:     kernel/internal/object golang.org/x/arch
	kernel/internal/build:    . kernel/internal/object kernel/internal/link golang.org/x/mod
	kernel/internal/cell:
	kernel/internal/ipc:

	# The worker program: it is compiled apart, with the user's Go.
	kernel/worker/gonb:       display github.com/janpfeifer/gonb
	kernel/worker:            display kernel/internal/ipc kernel/worker/gonb

	# The protocol knows no transport and no language, a transport no language.
	kernel/internal/protocol:
	kernel/internal/wire:     github.com/go-zeromq/zmq4 golang.org/x/crypto
	kernel/internal/notebook: github.com/yuin/goldmark

	# Help in writing cells, and the language: the engine behind the protocol's
	# interface.
	kernel/internal/assist:   kernel/internal/cell kernel/internal/protocol
	kernel/internal/session:  kernel/internal/protocol kernel/internal/assist kernel/internal/cell kernel/internal/build kernel/internal/link kernel/internal/object kernel/internal/ipc

	# All of it together, and the command that starts it.
	kernel:                   . kernel/internal/protocol kernel/internal/wire kernel/internal/notebook kernel/internal/session kernel/internal/build
	install:
	bench/train:              nn nn/tensor
	bench/plots:              viz
	bench/explain:            trees nn/data viz/chart viz/explain $gonum
	cmd/loupe:                kernel install

	internal/arch:
`

// inTests lists what only tests may import more. All of them may import
// internal/golden.
const inTests = `
	viz/words:                viz/draw
	viz/chart:                internal/legible
	viz/graph:                nn viz/source/nn
	viz/layers:               nn viz/source/nn
	viz/params:               internal/legible viz/words nn nn/tensor viz/source/nn
	viz/explain:              internal/legible viz/words nn nn/tensor
	viz/activity:             internal/legible viz/words nn nn/data nn/tensor viz/source/nn
	viz/source/nn:            viz/model nn/tensor
	viz:                      nn/tensor
	viz/source/gomlx:         nn/data viz
	nn:                       nn/data
	kernel/internal/cell:     kernel/internal/build kernel/internal/object
	kernel:                   internal/soak
	kernel/internal/session:  golang.org/x/tools internal/soak
	internal/arch:            golang.org/x/tools
	kernel/internal/link:     kernel/internal/build
`

func TestImports(t *testing.T) {
	allowed, order := parsePolicy(t, policy)
	more, _ := parsePolicy(t, inTests)
	packages := readTree(t, filepath.Join("..", ".."))
	for _, path := range slices.Sorted(maps.Keys(packages)) {
		may, listed := allowed[path]
		if !listed {
			t.Errorf("package %s is not in the table of internal/arch: say there what it may import", path)
			continue
		}
		for _, use := range packages[path] {
			switch {
			case permits(may, use.imported), use.test && permits(more[path], use.imported), use.imported == path:
			case use.test && use.imported == "internal/golden":
			case use.test && !isProject(use.imported) && isListed(allowed, use.imported):
				// A test may use any module that the project depends on anyway.
			default:
				t.Errorf("%s: package %s must not import %s (internal/arch)", use.where, path, use.imported)
			}
		}
	}
	for _, path := range order {
		if _, ok := packages[path]; !ok {
			t.Errorf("the table of internal/arch has a line for %s, and there is no such package", path)
		}
	}
}

// TestPolicy checks the table itself: layers stand in order, so there is no
// cycle, and every line is about known packages.
func TestPolicy(t *testing.T) {
	allowed, order := parsePolicy(t, policy)
	for i, path := range order {
		for _, dep := range allowed[path] {
			if isModule(dep) {
				continue
			}
			if j := slices.Index(order, dep); j < 0 || j >= i {
				t.Errorf("the line of %s permits %s, which does not stand above it", path, dep)
			}
		}
	}
}

// An edge is an import in a file.
type edge struct {
	imported string // as in the table: a path in this module, or an import path
	where    string // file:line
	test     bool
}

func isProject(imported string) bool { return !isModule(imported) }

// isModule tells modules from packages of this one: their first element is a
// host, which has a dot.
func isModule(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return first != "." && strings.Contains(first, ".")
}

// permits reports whether one of the entries is the import or the module it is in.
func permits(entries []string, imported string) bool {
	return slices.ContainsFunc(entries, func(entry string) bool {
		return entry == imported || isModule(entry) && strings.HasPrefix(imported, entry+"/")
	})
}

func isListed(allowed map[string][]string, imported string) bool {
	for _, entries := range allowed {
		if permits(entries, imported) {
			return true
		}
	}
	return false
}

// parsePolicy returns for each package what it may import, and the packages in
// their order.
func parsePolicy(t *testing.T, text string) (allowed map[string][]string, order []string) {
	t.Helper()
	groups := map[string][]string{}
	allowed = map[string][]string{}
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(strings.TrimSpace(line), "#")
		if line == "" {
			continue
		}
		if name, members, ok := strings.Cut(line, " = "); ok {
			groups[name] = strings.Fields(members)
			continue
		}
		path, deps, ok := strings.Cut(line, ":")
		if !ok {
			t.Fatalf("no colon in the line %q of the table", line)
		}
		if _, twice := allowed[path]; twice {
			t.Fatalf("the table has two lines for %s", path)
		}
		order = append(order, path)
		allowed[path] = []string{}
		for _, dep := range strings.Fields(deps) {
			if !strings.HasPrefix(dep, "$") {
				allowed[path] = append(allowed[path], dep)
				continue
			}
			if groups[dep] == nil {
				t.Fatalf("the line of %s names %s, which is no group", path, dep)
			}
			allowed[path] = append(allowed[path], groups[dep]...)
		}
	}
	return allowed, order
}

// readTree returns the imports of every package below root that are not of the
// standard library, whatever the build tags of their files.
func readTree(t *testing.T, root string) map[string][]edge {
	t.Helper()
	packages := map[string][]edge{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() {
			if path != root && (name == "testdata" || name == "dist" || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_")) {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		dir, err := filepath.Rel(root, filepath.Dir(path))
		if err != nil {
			return err
		}
		edges, err := readImports(path)
		dir = filepath.ToSlash(dir)
		packages[dir] = append(packages[dir], edges...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return packages
}

func readImports(path string) ([]edge, error) {
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, path, nil, parser.ImportsOnly)
	if err != nil {
		return nil, err
	}
	var edges []edge
	for _, spec := range file.Imports {
		imported := strings.Trim(spec.Path.Value, "`\"")
		if imported == "loupe" {
			imported = "."
		} else if inside, ok := strings.CutPrefix(imported, "loupe/"); ok {
			imported = inside
		} else if !isModule(imported) {
			continue // the standard library
		}
		at := files.Position(spec.Pos())
		edges = append(edges, edge{
			imported: imported,
			where:    fmt.Sprintf("%s:%d", filepath.ToSlash(path), at.Line),
			test:     strings.HasSuffix(path, "_test.go"),
		})
	}
	return edges, nil
}
