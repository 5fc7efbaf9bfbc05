package session

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"loupe/kernel/internal/protocol"
)

// TestSurplus prints ten times what may be shown: the beginning and the end are
// shown, the rest is in a file, and the memory of both processes stays small.
func TestSurplus(t *testing.T) {
	t.Setenv(outputVariable, "1M")
	s, err := New(protocol.Config{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	r := &recorder{}
	const lines = 200_000
	code := fmt.Sprintf(`for i := range %d {
	fmt.Printf("line %%06d %%s\n", i, strings.Repeat("x", 40))
}
fmt.Print(strings.Repeat("y", 3<<20))`, lines)
	if o := s.Execute(t.Context(), protocol.Cell{Code: code, Count: 7}, r); o.Err != nil {
		t.Fatal(o.Err)
	}
	shown := r.take()
	if len(shown) > 1<<20+2*tailBytes+1000 {
		t.Errorf("%d bytes are shown", len(shown))
	}
	path := filepath.Join(s.tmp, "output-7.txt")
	for _, want := range []string{"line 000000 ", "has printed 1.0 MB, the rest goes to " + path, "were left out", "yyyy"} {
		if !strings.Contains(shown, want) {
			t.Errorf("%q is not shown", want)
		}
	}
	rest, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	begin, _, _ := strings.Cut(shown, "\nstderr: ")
	whole := begin + string(rest)
	want := lines*len("line 000000 ") + lines*41 + 3<<20
	if len(whole) != want || !strings.Contains(whole, "line 199999 ") {
		t.Errorf("%d bytes are shown and %d in the file, together they should be %d", len(begin), len(rest), want)
	}
	if info, _ := os.Stat(path); info.Mode().Perm() != 0o600 {
		t.Errorf("the file has mode %o", info.Mode().Perm())
	}
	if o := s.Execute(t.Context(), protocol.Cell{Code: `fmt.Println("next")`, Count: 8}, r); o.Err != nil || r.take() != "next\n" {
		t.Errorf("the next cell: %v", o.Err)
	}
	if used := s.process.resident(); used > 300<<20 {
		t.Errorf("the worker has %d MB", used>>20)
	}
}

// println bypasses the socket and is bounded, too.
func TestSurplusOfPrintln(t *testing.T) {
	t.Setenv(outputVariable, "100K")
	s, err := New(protocol.Config{Dir: t.TempDir(), Batch: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	r := &recorder{}
	if o := s.Execute(t.Context(), protocol.Cell{Code: "for i := range 300_000 {\n\tprintln(i)\n}", Count: 1}, r); o.Err != nil {
		t.Fatal(o.Err)
	}
	shown := r.take()
	if !strings.Contains(shown, "the rest is dropped") || !strings.Contains(shown, "\n299999\n") || len(shown) > 120<<10 {
		t.Errorf("%d bytes are shown, at the end:\n%s", len(shown), shown[max(0, len(shown)-300):])
	}
}

// A bound without a worker: displays, clearing, and a file that cannot be made.
func TestBounded(t *testing.T) {
	r := &recorder{}
	b := &bounded{Output: r, limit: 2000, path: filepath.Join(t.TempDir(), "missing", "file")}
	picture := protocol.Bundle{Data: map[string]any{"text/plain": strings.Repeat("p", 8000)}}
	for range 6 {
		b.Display(picture, "", false)
	}
	b.Display(picture, "id", true) // replaces, and needs no room
	b.end()
	if got := r.take(); strings.Count(got, strings.Repeat("p", 8000)) != 4 || !strings.Contains(got, "3 displays were left out") || !strings.Contains(got, "update id: ppp") {
		t.Errorf("displays: %s", strings.ReplaceAll(got, "pppp", ""))
	}
	b.Clear(false)
	b.Display(picture, "", false)
	if got := r.take(); !strings.Contains(got, "display: ppp") {
		t.Errorf("after clearing: %q", got)
	}
	b.Stream("stdout", strings.Repeat("é", 1500))
	b.Stream("stdout", "after")
	b.end()
	got := r.take()
	for _, want := range []string{"the rest is dropped (open ", "were left out", "after"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in %q", want, got)
		}
	}
	if !strings.Contains(got, strings.Repeat("é", 800)) || strings.Contains(got, "\ufffd") {
		t.Errorf("a character is cut: %q", got)
	}
}

func TestHugeDisplay(t *testing.T) {
	s, err := New(protocol.Config{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	r := &recorder{}
	o := s.Execute(t.Context(), protocol.Cell{Code: `err := display.Show(display.Bundle{Data: map[string]any{"text/plain": strings.Repeat("x", 300<<20)}})
fmt.Println(err)`, Count: 1}, r)
	if got := r.take(); o.Err != nil || !strings.Contains(got, "more than the 256 MB that can be shown") {
		t.Errorf("%v, %.300s", o.Err, got)
	}
}
