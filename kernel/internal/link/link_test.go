package link

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"loupe/kernel/internal/object"
)

// compile runs the installed compiler on a cell that imports nothing.
func compile(t *testing.T, src, symabis string) *object.Archive {
	t.Helper()
	dir := t.TempDir()
	in, out, abis := filepath.Join(dir, "x.go"), filepath.Join(dir, "x.o"), filepath.Join(dir, "symabis")
	for name, text := range map[string]string{in: src, abis: symabis} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if b, err := exec.Command("go", "tool", "compile", "-p", Notebook, "-symabis", abis, "-o", out, in).CombinedOutput(); err != nil {
		t.Fatalf("compile: %v\n%s", err, b)
	}
	a, err := object.Open(Notebook, out)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// nowhere is a set of packages that has none.
type nowhere struct{}

func (nowhere) Archive(path string) (*object.Archive, error) {
	return nil, fmt.Errorf("no package %s", path)
}
func (nowhere) Imports(string) []string { return nil }
func (nowhere) Preloaded(string) bool   { return true }

// testWorld has what the compiler calls in the runtime, at made-up addresses.
func testWorld(t *testing.T) *World {
	t.Helper()
	syms := map[string]uint64{}
	names := []string{
		"runtime.zerobase", "runtime.writeBarrier", "runtime.gcWriteBarrier1", "runtime.gcWriteBarrier2", "runtime.memequal64", "runtime.memequal128", "runtime.strequal", "runtime.morestack_noctxt", "runtime.memequal64·f", "runtime.memequal128·f", "runtime.strequal·f",
		"type:int", "type:string", "type:float64", "type:uint8", "type:interface {}",
	}
	minor := uint64(0)
	if _, err := fmt.Sscanf(runtime.Version(), "go1.%d", &minor); err != nil {
		t.Fatal(err)
	}
	for _, n := range object.Builtins(fmt.Sprintf("go1.%d", minor)) {
		names = append(names, n.Text)
	}
	for i, name := range names {
		if strings.HasPrefix(name, "runtime.") && !strings.HasSuffix(name, "·f") {
			syms[name+suffixABIInternal] = 0x41_0000 + uint64(i)*64
		}
		syms[name] = 0x41_0000 + uint64(i)*64
	}
	w, err := parseWorld("test", encodeWorld(Bases{0x40_0000, 0x80_0000, 0x90_0000, 0x80_0000, minor, ^uint64(7), uint64(elf.EM_X86_64)}, syms))
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func mustLink(t *testing.T, l *Linker, units ...Unit) *Image {
	t.Helper()
	im, err := l.Link(units)
	if err != nil {
		t.Fatal(err)
	}
	return im
}

func TestWorldFindsWhatWasWritten(t *testing.T) {
	w := testWorld(t)
	for _, name := range []string{"type:int", "runtime.zerobase", "runtime.newobject"} {
		if a, ok := w.Lookup(name, object.ABIInternal); !ok || a < 0x41_0000 {
			t.Errorf("%s is at %#x, %v", name, a, ok)
		}
	}
	if a, ok := w.Lookup("runtime.newobjec", object.ABIInternal); ok {
		t.Errorf("runtime.newobjec, which is not there, is at %#x", a)
	}
	if _, err := parseWorld("short", encodeWorld(Bases{}, map[string]uint64{"x": 1})[:70]); err == nil {
		t.Error("a cut file is accepted")
	}
}

func testLinker(t *testing.T) *Linker {
	t.Helper()
	l, err := New(testWorld(t), nowhere{})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// TestRedefinition links two versions of a function: a caller in another unit
// goes through a slot that a write moves to the new version.
func TestRedefinition(t *testing.T) {
	l := testLinker(t)
	first := mustLink(t, l, Unit{Object: compile(t, "package notebook\nfunc f() int { return 1 }\n", ""), New: Names{Funcs: []string{"f"}}})
	first.Commit()
	old := l.slots["notebook.f"]
	if old.code == 0 || old.stub == 0 || old.at == 0 {
		t.Fatalf("f has no slot: %+v", old)
	}
	stub := first.Text.Bytes[old.stub-first.Text.Addr:]
	if !bytes.Equal(stub[:2], []byte{0xff, 0x25}) || old.stub+6+uint64(binary.LittleEndian.Uint32(stub[2:])) != old.at {
		t.Errorf("the stub of f is % x, want a jump through %#x", stub[:6], old.at)
	}
	caller := mustLink(t, l, Unit{Object: compile(t, "package notebook\nfunc f() int\nfunc g() int { return f() + 1 }\n", "def notebook.f ABIInternal\n"), New: Names{Funcs: []string{"g"}}})
	if !calls(caller, old.stub) {
		t.Error("g does not call f through its stub")
	}
	caller.Commit()
	second := mustLink(t, l, Unit{Object: compile(t, "package notebook\nfunc f() int { return 2 }\n", ""), New: Names{Funcs: []string{"f"}}})
	second.Commit()
	now := l.slots["notebook.f"]
	if now.stub != old.stub || now.at != old.at || now.code == old.code {
		t.Errorf("after the redefinition the slot is %+v, was %+v", now, old)
	}
	want := Segment{old.at, binary.LittleEndian.AppendUint64(nil, now.code)}
	if !slices.ContainsFunc(second.Writes, func(s Segment) bool { return s.Addr == want.Addr && bytes.Equal(s.Bytes, want.Bytes) }) {
		t.Errorf("the image writes %v, want %v", second.Writes, want)
	}
}

// calls reports whether the image's code has a call of an address.
func calls(im *Image, to uint64) bool {
	b := im.Text.Bytes
	for i := 0; i+5 <= len(b); i++ {
		if b[i] == 0xe8 && im.Text.Addr+uint64(i)+5+uint64(int64(int32(binary.LittleEndian.Uint32(b[i+1:])))) == to {
			return true
		}
	}
	return false
}

// TestVariablesAndTypesExistOnce checks that a later unit's copy of a variable
// or a type is the one that is there already.
func TestVariablesAndTypesExistOnce(t *testing.T) {
	l := testLinker(t)
	src := "package notebook\ntype T struct{ A int }\nvar x T\nvar i any\nfunc set() { i = x }\n"
	im := mustLink(t, l, Unit{Object: compile(t, src, ""), New: Names{Vars: []string{"x", "i"}, Types: []string{"T"}, Funcs: []string{"set"}}})
	im.Commit()
	x, _ := l.Address("x")
	typ := l.syms[object.Name{Text: "type:notebook.T"}]
	if x == 0 || typ == 0 {
		t.Fatalf("x is at %#x, its type at %#x", x, typ)
	}
	again := mustLink(t, l, Unit{Object: compile(t, "package notebook\ntype T struct{ A int }\nvar x T\nvar i any\nfunc again() bool { return i == any(x) }\n", ""), New: Names{Funcs: []string{"again"}}})
	again.Commit()
	if now, _ := l.Address("x"); now != x {
		t.Errorf("x has moved from %#x to %#x", x, now)
	}
	if now := l.syms[object.Name{Text: "type:notebook.T"}]; now != typ {
		t.Errorf("the type has moved from %#x to %#x", typ, now)
	}
	changed := mustLink(t, l, Unit{Object: compile(t, "package notebook\ntype T struct{ A, B int }\nvar y T\nvar j any\nfunc set2() { j = y }\n", ""), New: Names{Vars: []string{"y", "j"}, Types: []string{"T"}, Funcs: []string{"set2"}}})
	changed.Commit()
	if now := l.syms[object.Name{Text: "type:notebook.T"}]; now == typ {
		t.Error("a changed type has the descriptor of the old one")
	}
}

// TestFailureChangesNothing links a cell that refers to what does not exist.
func TestFailureChangesNothing(t *testing.T) {
	l := testLinker(t)
	before := l.text
	_, err := l.Link([]Unit{{Object: compile(t, "package notebook\nfunc gone() int\nfunc g() int { return gone() }\n", "def notebook.gone ABIInternal\n"), New: Names{Funcs: []string{"g"}}}})
	if err == nil || !strings.Contains(err.Error(), "notebook.gone") {
		t.Errorf("error is %v, want one that names notebook.gone", err)
	}
	if l.text != before || len(l.slots) != 0 || len(l.syms) != 0 {
		t.Error("a failed link has changed the linker")
	}
}

func TestIncompleteFrames(t *testing.T) {
	a := compile(t, "package notebook\nvar n int\nfunc f() {\n\tdefer func() { n++ }()\n\tfor {\n\t\tn++\n\t}\n}\n", "")
	l := testLinker(t)
	im, err := l.Link([]Unit{{Object: a, New: Names{Vars: []string{"n"}, Funcs: []string{"f"}}}})
	if err != nil {
		t.Skip("this compiler needs symbols that the test's worker lacks:", err)
	}
	f := im.current["notebook.f"]
	if len(im.Unstoppable) == 0 || len(im.Unstoppable)%2 != 0 || !slices.IsSorted(im.Unstoppable) {
		t.Fatalf("ranges %x", im.Unstoppable)
	}
	if im.Unstoppable[0] > f.addr || im.Unstoppable[1] <= f.addr {
		t.Errorf("the entry of f at %#x is not in %x", f.addr, im.Unstoppable)
	}
}

func TestMentions(t *testing.T) {
	for _, c := range []struct {
		text string
		want bool
	}{
		{"type:notebook.T", true}, {"type:[]*notebook.T", true}, {"type:map[string]notebook.T", true}, {"type:notebook.Tree", false},
		{"type:notebook.Pair[notebook.T]", true}, {"go:itab.*notebook.T,fmt.Stringer", true}, {"type:notebook.T·1", true}, {"type:other.T", false}, {"type:notebook.T_", false},
	} {
		if got := mentions(c.text, []string{"T"}); got != c.want {
			t.Errorf("%s mentions T: %v", c.text, got)
		}
	}
}

func TestPackageOf(t *testing.T) {
	for name, want := range map[string]string{
		"fmt.Println": "fmt", "net/http.(*Client).Do": "net/http", "type:*encoding/json.Decoder": "encoding/json",
		"gopkg.in/yaml%2ev3.Unmarshal": "gopkg.in/yaml%2ev3", "slices.Sort[go.shape.[]int]": "slices", "main": "",
	} {
		if got := packageOf(name); got != want {
			t.Errorf("%s is of package %q, want %q", name, got, want)
		}
	}
}

func TestTypeText(t *testing.T) {
	for name, want := range map[string]string{
		"type:*net/http.Request": "*http.Request", "type:map[string]*go/ast.File": "map[string]*ast.File",
		"type:func(io.Reader, net/url.URL) error": "func(io.Reader, url.URL) error", "type:[]int": "[]int",
	} {
		if got := typeText(name); got != want {
			t.Errorf("%s reads %q, want %q", name, got, want)
		}
	}
}
