package session

import (
	"context"
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
