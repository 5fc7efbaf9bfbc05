package session

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"loupe/kernel/internal/protocol"
)

// TestOutOfMemory runs a cell that allocates without end.
func TestOutOfMemory(t *testing.T) {
	t.Setenv(memoryVariable, "500M")
	s, err := New(protocol.Config{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	r := &recorder{}
	o := s.Execute(ctx, protocol.Cell{Code: "var all [][]byte\nfor {\n\tb := make([]byte, 1<<20)\n\tfor i := range b {\n\t\tb[i] = 1\n\t}\n\tall = append(all, b)\n}", Count: 1}, r)
	if o.Err == nil || !strings.Contains(o.Err.Value, "out of memory") {
		t.Fatalf("the cell ends with %v", o.Err)
	}
	if o := s.Execute(ctx, protocol.Cell{Code: `fmt.Println("alive")`, Count: 2}, r); o.Err != nil || r.take() != "alive\n" {
		t.Errorf("the next cell ends with %v", o.Err)
	}
}

func TestParseBytes(t *testing.T) {
	for s, want := range map[string]uint64{"1000": 1000, "2K": 2048, "3M": 3 << 20, "4G": 4 << 30} {
		if got, ok := parseBytes(s); !ok || got != want {
			t.Errorf("%s is %d bytes, want %d", s, got, want)
		}
	}
	for _, s := range []string{"", "many", "-1", "1T"} {
		if got, ok := parseBytes(s); ok {
			t.Errorf("%q is taken for %d bytes", s, got)
		}
	}
}

// TestMemoryOfRedefinitions bounds what code costs that cannot be freed.
func TestMemoryOfRedefinitions(t *testing.T) {
	s, err := New(protocol.Config{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	r := &recorder{}
	run := func(n int, code string) string {
		t.Helper()
		if o := s.Execute(t.Context(), protocol.Cell{Code: code, Count: n}, r); o.Err != nil {
			t.Fatal(o.Err)
		}
		return r.take()
	}
	const times = 100
	run(1, "func f() int { return 0 }")
	text, data := s.linker.Text().Used, s.linker.Data().Used
	for i := range times {
		run(i+2, fmt.Sprintf("func f() int { return %d }", i))
	}
	if text, data = s.linker.Text().Used-text, s.linker.Data().Used-data; text > times*256 || data > times*2048 {
		t.Errorf("%d redefinitions take %d bytes of code and %d of tables", times, text, data)
	}
	said := run(times+2, "%memory")
	if !regexp.MustCompile(`^worker  \d+\.\d MB, .*\ncode    0\.0 MB of \d+\.\d MB\n.* 0\.1 MB of `).MatchString(said) {
		t.Errorf("%%memory says %q", said)
	}
}
