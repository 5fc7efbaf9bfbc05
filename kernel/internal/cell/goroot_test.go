package cell

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

var allGoroot = flag.Bool("goroot", false, "plan and compile all of Go's own test programs as cells, not a sample")

// goPrograms lists the single-file programs of Go's test suite.
func goPrograms(t *testing.T) []string {
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	err = filepath.WalkDir(filepath.Join(strings.TrimSpace(string(root)), "test"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		first, rest, _ := strings.Cut(string(text), "\n")
		for strings.HasPrefix(first, "//go:build") || strings.TrimSpace(first) == "" {
			first, rest, _ = strings.Cut(rest, "\n")
			if rest == "" {
				break
			}
		}
		if strings.HasSuffix(filepath.Dir(path), ".dir") || strings.Contains(string(text), "syscall/js") {
			return nil // parts of programs of several files, and one for browsers
		}
		if strings.TrimSpace(first) == "// run" && !strings.Contains(string(text), "import \"C\"") {
			list = append(list, path)
		}
		return nil
	})
	if err != nil {
		t.Skip("Go's tests are not installed:", err)
	}
	return list
}

// TestGoPrograms makes a cell of each of Go's own test programs.
func TestGoPrograms(t *testing.T) {
	tc := tools(t)
	list := goPrograms(t)
	var passed atomic.Int32
	jobs := make(chan int)
	var wait sync.WaitGroup
	total := 0
	for range 2 {
		wait.Add(1)
		go func() {
			defer wait.Done()
			for i := range jobs {
				if err := planAndCompile(tc, list[i], fmt.Sprint("go", i)); err != nil {
					t.Errorf("%s: %v", list[i], err)
				} else {
					passed.Add(1)
				}
			}
		}()
	}
	for i := range list {
		if *allGoroot || i%25 == 0 {
			total++
			jobs <- i
		}
	}
	close(jobs)
	wait.Wait()
	t.Logf("%d of %d programs", passed.Load(), total)
}

// planning is held by who plans: all share the importer of the tools, which
// serves one at a time.
var planning sync.Mutex

func planAndCompile(tc *toolchain, path, name string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	planning.Lock()
	p, err := New(tc.config()).Plan(1, string(text))
	planning.Unlock()
	if err != nil {
		return err
	}
	for _, u := range p.Units {
		if err := tc.compile(PkgPath, u, name, filepath.Join(tc.dir, name+".o")); err != nil {
			return err
		}
	}
	return nil
}

// TestGoProgramsInCells takes the same programs as a user would: the
// declarations in one cell, the body of main in the next, both once more, and
// then a struct type with one field more.
func TestGoProgramsInCells(t *testing.T) {
	tc := tools(t)
	ok, total := 0, 0
	for i, path := range goPrograms(t) {
		if !*allGoroot && i%50 != 0 {
			continue
		}
		cells := notebookOf(t, path)
		n := New(tc.config())
		for number, source := range cells {
			total++
			plan, err := n.Plan(number+1, source)
			for j := 0; err == nil && j < len(plan.Units); j++ {
				name := fmt.Sprintf("cells%d_%d_%d", i, number, j)
				err = tc.compile(PkgPath, plan.Units[j], name, filepath.Join(tc.dir, name+".o"))
			}
			if why := exceptions[filepath.Base(path)]; err != nil && why != "" {
				t.Logf("%s, cell %d: %v, because %s", path, number+1, err, why)
				break
			}
			if err != nil {
				t.Errorf("%s, cell %d: %v", path, number+1, err)
				break
			}
			ok++
			n = plan.After
		}
	}
	t.Logf("%d of %d cells", ok, total)
}

// exceptions are programs that cannot become cells, and why.
var exceptions = map[string]string{
	"const8.go":     "its constants refer to outer ones of the same name",
	"rename.go":     "it redefines int, which types of variables are spelled with",
	"simparray.go":  "it gives a variable another type after using it",
	"issue42032.go": "a zero value is assigned to what cannot be allocated",
	"issue42076.go": "a zero value is assigned to what cannot be allocated",
	"issue46903.go": "a zero value is assigned to what cannot be allocated",
}

// notebookOf cuts a program into cells.
func notebookOf(t *testing.T, path string) []string {
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "", text, 0)
	if err != nil {
		t.Fatal(err)
	}
	at := func(pos token.Pos) int { return fset.File(pos).Offset(pos) }
	var decls, body, typ string
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil && d.Name.Name == "main" {
				decls = text[:at(d.Pos())] + text[at(d.End()):]
				body = text[at(d.Body.Lbrace)+1 : at(d.Body.Rbrace)]
			}
		case *ast.GenDecl:
			if s, ok := d.Specs[0].(*ast.TypeSpec); ok && typ == "" {
				if fields, ok := s.Type.(*ast.StructType); ok {
					open := at(fields.Fields.Opening) + 1
					typ = text[at(d.Pos()):open] + "more int;" + text[open:at(d.End())]
				}
			}
		}
	}
	return []string{decls, body, body, decls, typ}
}
