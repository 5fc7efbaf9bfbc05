package object

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// compile runs the installed compiler on a source that imports nothing.
func compile(t testing.TB, src string) string {
	t.Helper()
	dir := t.TempDir()
	in, out := filepath.Join(dir, "x.go"), filepath.Join(dir, "x.o")
	if err := os.WriteFile(in, []byte(src), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("go", "tool", "compile", "-p", "notebook", "-o", out, in)
	if b, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("compile: %v\n%s", err, b)
	}
	return out
}

const source = `package notebook

type point struct{ x, y int }

func (p *point) add(q point) { p.x += q.x; p.y += q.y }

var origin = point{1, 2}

func sum(ps []point) (s point) {
	defer func() { recover() }()
	for _, p := range ps {
		s.add(p)
	}
	return s
}
`

func TestReadsWhatTheCompilerWrites(t *testing.T) {
	a, err := Open("notebook", compile(t, source))
	if err != nil {
		t.Fatal(err)
	}
	f, i, ok := a.Lookup("notebook.sum", ABIInternal)
	if !ok {
		t.Fatal("notebook.sum is not defined")
	}
	s := f.Symbol(i)
	if s.Kind != Text || s.Size == 0 || len(f.Data(i)) != int(s.Size) {
		t.Errorf("sum: kind %d, size %d, %d bytes of code", s.Kind, s.Size, len(f.Data(i)))
	}
	fn, ok := f.Function(i)
	if !ok || len(fn.Files) == 0 || fn.StartLine != 9 || len(fn.Inlined) == 0 {
		t.Errorf("sum: function tables %+v, want start line 9 and an inlined call of add", fn)
	}
	if j, ok := f.Index(fn.Inlined[0].Func); !ok || f.Symbol(j).Name != "notebook.(*point).add" {
		t.Errorf("sum inlines symbol %d, want notebook.(*point).add", j)
	}
	if !strings.HasSuffix(f.Files()[fn.Files[0]], "x.go") {
		t.Errorf("sum is in %q", f.Files())
	}
	calls := map[string]bool{}
	for _, r := range f.Relocs(i) {
		if r.Type == RCall && r.Sym.Pkg == PkgBuiltin {
			_, name := f.Foreign(r.Sym)
			calls[name] = true
		}
	}
	if !calls["runtime.deferreturn"] {
		t.Errorf("sum calls %v, want runtime.deferreturn", calls)
	}
	if _, i, ok := a.Lookup("notebook.origin", ABI0); !ok || a.Files[0].Symbol(i).Size != 16 {
		t.Error("notebook.origin is not a variable of 16 bytes")
	}
}

func FuzzParse(f *testing.F) {
	b, err := os.ReadFile(compile(f, source))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add([]byte(archiveMagic))
	f.Fuzz(func(t *testing.T, b []byte) {
		a, err := ParseArchive("notebook", b)
		if err != nil {
			return
		}
		for _, f := range a.Files {
			for i := range f.NumDefs() + f.nref {
				f.Symbol(i)
				f.Data(i)
				f.Function(i)
				for _, r := range f.Relocs(i) {
					if _, ok := f.Index(r.Sym); !ok {
						f.Foreign(r.Sym)
					}
				}
			}
		}
	})
}
