package arch

import (
	"go/ast"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"
)

// TestSystems checks everything for systems other than this one, dependencies included: as
// the compiler does, but from the source, which takes seconds where compiling takes minutes.
func TestSystems(t *testing.T) {
	if testing.Short() {
		t.Skip("types are the same with the race detector, which makes this slow")
	}
	for _, system := range []string{"linux/arm64", "darwin/arm64", "windows/amd64", "freebsd/amd64", "linux/386"} {
		t.Run(system, func(t *testing.T) {
			name, processor, _ := strings.Cut(system, "/")
			all, err := packages.Load(&packages.Config{
				Mode: packages.LoadAllSyntax | packages.NeedModule,
				Dir:  filepath.Join("..", ".."),
				Env:  append(os.Environ(), "GOOS="+name, "GOARCH="+processor, "CGO_ENABLED=0"),
			}, "./...")
			if err != nil {
				t.Fatal(err)
			}
			packages.Visit(all, nil, func(p *packages.Package) {
				for _, err := range p.Errors {
					t.Error(err)
				}
				if p.Module != nil && p.Module.Main {
					assembled(t, p)
				}
			})
			if len(all) < 40 {
				t.Errorf("only %d packages were checked", len(all))
			}
		})
	}
}

// assembled checks that functions without a body have one in assembly, of which types say
// nothing.
func assembled(t *testing.T, p *packages.Package) {
	if slices.ContainsFunc(p.OtherFiles, func(file string) bool { return filepath.Ext(file) == ".s" }) {
		return
	}
	for _, file := range p.Syntax {
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Body == nil {
				t.Errorf("%s: %s has no body on this system", p.Fset.Position(f.Pos()), f.Name.Name)
			}
		}
	}
}
