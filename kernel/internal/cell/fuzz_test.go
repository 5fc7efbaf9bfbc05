package cell

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"strings"
	"testing"
)

// FuzzPlan gives two cells to a notebook. Whatever they are, Plan must not
// panic, its errors must lie in the text, and its units must be right.
func FuzzPlan(f *testing.F) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range files {
		before := ""
		for _, s := range readScenario(f, path).sections {
			if strings.HasPrefix(s.name, "cell ") {
				f.Add(before, s.text)
				before = s.text
			}
		}
	}
	f.Add("x := 3\r\n\ty := `a\r\nb`\r\n", "\uFEFFx // \x00")
	f.Add("func f() { /* */ }; type T = f", "L: for {}; }{")
	f.Fuzz(func(t *testing.T, first, second string) {
		n := New(tools(t).config())
		for i, source := range []string{first, second, first} {
			p, err := n.Plan(i+1, source)
			if err != nil {
				checkErrors(t, source, err)
				continue
			}
			for _, u := range p.Units {
				checkUnit(t, n, u)
			}
			n = p.After
		}
	})
}

func checkErrors(t *testing.T, source string, err error) {
	var errs Errors
	if !errors.As(err, &errs) || len(errs) == 0 || len(errs) > maxErrors {
		t.Fatalf("error is %#v", err)
	}
	for _, e := range errs {
		if e.Line < 1 || e.Line > strings.Count(source, "\n")+1 || e.Col < 1 {
			t.Fatalf("%v is not in\n%s", e, source)
		}
	}
	errs.Render()
}

// checkUnit checks a unit as the compiler would.
func checkUnit(t *testing.T, n *Notebook, u Unit) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "", u.Source, parser.SkipObjectResolution)
	if err != nil {
		t.Fatalf("%v in\n%s", err, u.Source)
	}
	config := types.Config{Importer: packages{n}, Sizes: sizes}
	if _, err := config.Check(PkgPath, fset, []*ast.File{file}, nil); err != nil {
		t.Fatalf("%v in\n%s", err, u.Source)
	}
}
