package session

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"loupe/kernel/internal/protocol"
)

// lines repeats a line with its number in it.
func lines(n int, format string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format+"\n", i)
	}
	return b.String()
}

// TestBadInput runs cells that no editor should send. Each ends, in good time,
// in order or with an error that names what is wrong, and the next cell runs.
func TestBadInput(t *testing.T) {
	if testing.Short() {
		t.Skip("cells of 10 MB: -short")
	}
	s, err := New(protocol.Config{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	r := &recorder{}
	const deep = 200_000
	for i, c := range []struct {
		name, code string
		want       string // in the error; "" if the cell ends in order
	}{
		{"invalid UTF-8 in a string", "\"a\xff\xfeb\"", "illegal UTF-8"},
		{"invalid UTF-8 in a comment", "x := 1 // \xc3(", "illegal UTF-8"},
		{"invalid UTF-8 in a name", "a\xe2\x28\xa1 := 1", "illegal"},
		{"NUL in a name", "a\x00b := 1", "NUL"},
		{"NUL in a string", "\"\x00\"", "NUL"},
		{"only NULs", strings.Repeat("\x00", 1000), "NUL"},
		{"CRLF", "x := 3\r\ny := `a\r\nb`\r\nif x != 3 || len(y) != 3 {\r\n\tpanic(y)\r\n}\r\n", ""},
		{"only CR", "x := 3\r", ""},
		{"a BOM", "\ufeffx := 4", ""},
		{"a BOM later", "x := 4\n\ufeffy := 3", "byte order mark"},
		{"Unicode spaces", "x\u00a0:=\u20031", "U+00A0"},
		{"typographic quotes", "x := “text”", "“"},
		{"a control character", "x := 1\x1b[31m", "U+001B"},
		{"10 MB of comment", "/*" + strings.Repeat("x", 10<<20) + "*/ x := 5", ""},
		{"10 MB of string", "x := `" + strings.Repeat("x", 10<<20) + "`\nif len(x) != 10<<20 {\n\tpanic(len(x))\n}", ""},
		{"10 MB of spaces", strings.Repeat(" ", 10<<20), ""},
		{"10 MB of empty lines", strings.Repeat("\n", 10<<20), ""},
		{"10 MB of one name", strings.Repeat("n", 10<<20), "undefined"},
		{"10 MB of noise", strings.Repeat("}{)(][", 10<<20/6), "expected"},
		{"100,000 lines that do something", "n := 0\n" + lines(100_000, "n += %d"), ""},
		{"100,000 comment lines", lines(100_000, "// line %d"), ""},
		{"5,000 variables", lines(5_000, "many%d := 1"), ""},
		{"5,000 mistakes", lines(5_000, "undefined%d()"), "undefined"},
		{"open parentheses", strings.Repeat("(", deep), "is never closed"},
		{"closing parentheses", strings.Repeat(")", deep), "expected"},
		{"open braces", strings.Repeat("{", deep), "is never closed"},
		{"closing braces", strings.Repeat("}", deep), "expected"},
		{"open brackets", strings.Repeat("[", deep), "is never closed"},
		{"open functions", strings.Repeat("func(){", deep), "is never closed"},
		{"nested minus", "x := " + strings.Repeat("- ", deep) + "1", "nest"},
		{"nested pointers", "var x " + strings.Repeat("*", deep) + "int", "nest"},
		{"a long sum", "x := 1" + strings.Repeat("+1", 50_000), ""},
		{"an open string", "x := \"abc", "string"},
		{"an open raw string", "x := `abc", "string"},
		{"an open comment", "/* abc", "comment"},
		{"an open rune", "x := 'a", "rune"},
		{"a variable too large", "var big [1 << 31]byte", "too large"},
		{"a type too large", "var huge [1 << 60]byte", "larger than address space"},
		{"a type in itself", "type self struct{ s self }", "recursive"},
		{"a constant too large", "const c = 1 << 100000\nx := c", "constant"},
		{"a package that is not there", "import \"no/such/package\"", "no/such/package"},
		{"an import of nonsense", "import \"a b\\x00\"", "import"},
		{"the unsafe linkname", "//go:linkname secret runtime.secret\nfunc secret()", ""},
		{"a command that is not there", "%nothing", "%nothing"},
		{"only a percent sign", "%", "%"},
		{"a variable beyond the room", "var room [1900 << 20]byte", "used its"},
		{"a cell of percent signs", strings.Repeat("%", 100_000), "there is no %%%"},
		{"a shell command with a NUL", "!echo \x00", "invalid argument"},
		{"a folder that is not there", "%cd /no/such/folder", "/no/such/folder"},
	} {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		begin := time.Now()
		o := s.Execute(ctx, protocol.Cell{Code: c.code, Count: i + 1}, r)
		took := time.Since(begin)
		if ctx.Err() != nil {
			t.Errorf("%s: it does not end", c.name)
		}
		cancel()
		shown := r.take()
		switch {
		case o.Err == nil && c.want != "":
			t.Errorf("%s: no error, want one with %q", c.name, c.want)
		case o.Err != nil && c.want == "":
			t.Errorf("%s: %.300s\n%.1000s", c.name, o.Err.Error(), strings.Join(o.Err.Traceback, "\n"))
		case o.Err != nil && (!strings.Contains(o.Err.Error(), c.want) || o.Err.Name == "InternalError"):
			t.Errorf("%s: error %.300s, want one with %q", c.name, o.Err.Error(), c.want)
		}
		if o.Err != nil {
			if n := len(o.Err.Error()) + len(strings.Join(o.Err.Traceback, "")); n > 64<<10 {
				t.Errorf("%s: the error has %d bytes", c.name, n)
			}
		}
		if len(shown) > 64<<10 {
			t.Errorf("%s: %d bytes are shown", c.name, len(shown))
		}
		t.Logf("%-32s %8v", c.name, took.Round(time.Millisecond))
		if o := s.Execute(t.Context(), protocol.Cell{Code: "fmt.Println(6 * 7)", Count: 1000 + i}, r); o.Err != nil || r.take() != "42\n" {
			t.Errorf("the cell after %s: %v", c.name, o.Err)
		}
		// What front-ends ask while somebody types.
		if len(c.code) < 1<<20 {
			s.IsComplete(c.code)
			s.Complete(c.code, min(10, len([]rune(c.code))))
			s.Inspect(c.code, 0, 1)
		}
	}
}
