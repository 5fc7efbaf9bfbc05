package assist

import (
	"fmt"
	"go/importer"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"loupe/kernel/internal/cell"
	"loupe/kernel/internal/protocol"
)

// archives are those of the standard library, by import path.
var archives = sync.OnceValue(func() map[string]string {
	out, err := exec.Command("go", "list", "-export", "-f", "{{if .Export}}{{.ImportPath}}={{.Export}}{{end}}", "std").Output()
	if err != nil {
		panic(err)
	}
	list := map[string]string{}
	for _, line := range strings.Fields(string(out)) {
		path, file, _ := strings.Cut(line, "=")
		list[path] = file
	}
	return list
})

var packages = sync.OnceValue(func() types.Importer {
	return importer.ForCompiler(token.NewFileSet(), "gc", func(path string) (io.ReadCloser, error) {
		if archives()[path] == "" {
			return nil, fmt.Errorf("no package %s", path)
		}
		return os.Open(archives()[path])
	})
})

func assistant() *Assistant {
	return New(Config{Paths: func() []string {
		return []string{"fmt", "strings", "strconv", "math/rand/v2", "net/http", "net/http/httptest", "time", "os"}
	}})
}

// notebook is one that has seen a few cells.
func notebook(t testing.TB) *cell.Notebook {
	nb := cell.New(cell.Config{Importer: packages(), Known: func(name string) []string {
		for _, path := range assistant().config.Paths() {
			if packageName(path) == name {
				return []string{path}
			}
		}
		return nil
	}})
	for i, source := range []string{
		"import \"bytes\"\nimport . \"math\"\nbuf := &bytes.Buffer{}",
		"// Shape has a place and a name.\ntype Shape struct { X, Y int; name string; inner }\ntype inner struct { deep bool }\n" +
			"// Area is the area of the shape.\nfunc (s *Shape) Area(scale float64) float64 { return 1 }\nfunc (s Shape) Name() string { return s.name }",
		"shape := &Shape{X: 1}\nshapes := map[string][]Shape{}\nconst Limit = 10",
		"// Scale makes a shape larger.\nfunc Scale[T any](x T, by int) T { return x }\nfunc helper(s Shape) (Shape, error) { return s, nil }",
	} {
		plan, err := nb.Plan(i+1, source)
		if err != nil {
			t.Fatal(err)
		}
		nb = plan.After
	}
	return nb
}

// cursor takes the bar out of a text and returns where it was, in runes.
func cursor(text string) (code string, at int) {
	before, after, _ := strings.Cut(text, "‸")
	return before + after, utf8.RuneCountInString(before)
}

func TestComplete(t *testing.T) {
	nb, a := notebook(t), assistant()
	for _, test := range []struct {
		code string
		want string // matches that must be there; with - those that must not
	}{
		{"shape.‸", "X:property Y name Area:function Name deep inner -foo"},
		{"shape.A‸", "Area:function -X"},
		{"x := shape.na‸\nfmt.Println(x)", "name Name -X"},
		{"strings.Tri‸", "Trim TrimSpace TrimPrefix"},
		{"strings.‸", "Builder:class ToUpper:function"},
		{"buf.Wri‸", "Write WriteString WriteByte"},
		{"bytes.NewB‸", "NewBuffer NewBufferString"},
		{"fmt.println‸", "Println"},
		{"sha‸", "shape:instance shapes -Shape2"},
		{"Sc‸", "Scale:function -shape"},
		{"st‸", "strings:module strconv string:class struct:keyword"},
		{"local := 3\n{\n\tinner2 := loc‸\n}", "local"},
		{"func f(first int, second string) {\n\tthird := 3.5\n\tfor i, fourth := range second {\n\t\tf‸", "first fourth for:keyword func f:function"},
		{"func f(first int) {\n\tif first.‸", ""},
		{"for _, s := range shapes[\"a\"] {\n\tif s.‸", "X Area"},
		{"if shape.‸ {\n}", "X Area"},
		{"switch shape.‸", "X Area"},
		{"fmt.Println(shape.X, shape.‸", "Y Area"},
		{"fmt.Println(shape.X, shape.‸)\nx := 3", "Y Area"},
		{"x := foo(\n\tshape.‸", "Y Area"},
		{"shapes[\"a\"][0].‸", "X"},
		{"helper(*shape)\ns, err := helper(*shape)\ns.‸", "X Name"},
		{"err := fmt.Errorf(\"x\")\nerr.‸", "Error"},
		{"t := time.Now()\nt.Add(3).Form‸", "Format"},
		{"Shape{‸}", "X:property name"},
		{"Shape{X: 1, ‸}", "Y name"},
		{"s := []Shape{{X: 1, ‸", "Y name"},
		{"import \"net/h‸", "net/http net/http/httptest -fmt"},
		{"import (\n\t\"fmt\"\n\tx \"str‸\"\n)", "strings strconv -fmt"},
		{"foo(\"st‸", "-strings -string"},
		{"x := 3 // st‸", "-strings"},
		{"3.‸", "-shape"},
		{"Sq‸", "Sqrt"},
		{"func (s *Shape) Extra() int { return s.‸ }", "X Area Extra"},
		{"type T struct { Shape; own int }\nvar v T\nv.‸", "own X Area Shape"},
		{"http.DefaultClient.‸", "Get Timeout"},
		{"*http.Client‸", ""},
		{"var c http.Cl‸", "Client"},
		{"größe := shape\ngröße.‸", "X"},
		{"x := 1 +\nshape.‸ }}}", "X"},
		{"shape.\n\tAr‸", "Area"},
		{"go func() { shape.‸", "Area"},
		{"Shape.‸", "Name -X"},
		{"select { case x := <-shape.‸", "X"},
		{"a b c\nshape.‸", "X"},
		{"‸", "shape fmt if"},
		{"cell‸", "-cell_0"},
		{"math.Sq‸", ""},
	} {
		code, at := cursor(test.code)
		got := a.Complete(nb, code, at)
		checkMatches(t, test.code, got, test.want)
	}
}

func checkMatches(t *testing.T, code string, got protocol.Completion, want string) {
	t.Helper()
	for _, w := range strings.Fields(want) {
		name, absent := strings.CutPrefix(w, "-")
		name, kind, _ := strings.Cut(name, ":")
		i := slices.IndexFunc(got.Matches, func(m protocol.Match) bool { return m.Text == name })
		switch {
		case absent && i >= 0:
			t.Errorf("%s: has %s", code, name)
		case !absent && i < 0:
			t.Errorf("%s: lacks %s, has %v", code, name, got.Matches)
		case kind != "" && got.Matches[i].Type != kind:
			t.Errorf("%s: %s is %v", code, name, got.Matches[i])
		}
	}
	for _, m := range got.Matches {
		if strings.Contains(m.Text, marker) {
			t.Errorf("%s: has the marker", code)
		}
	}
}

func TestCompleteRange(t *testing.T) {
	got := assistant().Complete(notebook(t), "größe := shape.Are", 18)
	if got.Start != 15 || got.End != 18 || len(got.Matches) != 1 {
		t.Errorf("got %+v", got)
	}
	if sig := got.Matches[0].Signature; sig != "(scale float64) float64" {
		t.Errorf("signature %q", sig)
	}
}

func TestInspect(t *testing.T) {
	nb, a := notebook(t), assistant()
	for _, test := range []struct {
		code   string
		detail int
		want   []string
	}{
		{"strings.Trim‸Space(x)", 0, []string{"func TrimSpace(s string) string", "trailing white space removed", "strings"}},
		{"strings.TrimSpace(‸", 0, []string{"func TrimSpace"}},
		{"fmt.Println(strings.Repeat(\"a\", ‸", 0, []string{"func Repeat"}},
		{"strings.TrimSpace(x‸)", 1, nil},
		{"strings.TrimS‸pace", 1, []string{"func TrimSpace(s string) string {", "return"}},
		{"shape.Area‸(1)", 0, []string{"func (s *Shape) Area(scale float64) float64", "the area of the shape", "cell 2"}},
		{"Shape‸{}", 0, []string{"type Shape struct", "has a place", "cell 2"}},
		{"shape‸", 0, []string{"var shape *Shape", "cell 3"}},
		{"shape.X‸", 0, []string{"field X int"}},
		{"Scale‸", 1, []string{"func Scale[T any]", "return x", "larger"}},
		{"strings‸", 0, []string{"package strings", "simple functions to manipulate UTF-8"}},
		{"strings‸.Trim", 0, []string{"package strings"}},
		{"http.Client‸", 0, []string{"type Client struct", "A Client is an HTTP client"}},
		{"http.DefaultClient.Get‸(", 0, []string{"func (c *Client) Get(url string)", "issues a GET"}},
		{"http.MethodGet‸", 0, []string{"MethodGet", "GET"}},
		{"append‸(x)", 0, []string{"func append(slice []Type, elems ...Type) []Type", "predeclared"}},
		{"var local int\nlocal‸", 0, []string{"var local int", "this cell"}},
		{"func f(arg string) { arg‸ }", 0, []string{"var arg string"}},
		{"bytes.Buffer‸", 0, []string{"type Buffer struct", "variable-sized buffer"}},
		{"Sqrt‸(2)", 0, []string{"func Sqrt(x float64) float64", "square root"}},
		{"nosuch‸", 0, nil},
		{"3 + ‸ 4", 0, nil},
		{"‸", 0, nil},
	} {
		code, at := cursor(test.code)
		got := a.Inspect(nb, code, at, test.detail)
		if got.Found != (test.want != nil) {
			t.Errorf("%s: found %v: %v", test.code, got.Found, got.Data)
			continue
		}
		for _, w := range test.want {
			if text := got.Data["text/plain"].(string); !strings.Contains(text, w) {
				t.Errorf("%s: lacks %q:\n%s", test.code, w, text)
			}
		}
	}
}

func TestIsComplete(t *testing.T) {
	for code, want := range map[string]string{
		"x := 3":                       "complete ",
		"func foo(":                    "incomplete \t",
		"for i := range 3 {":           "incomplete \t",
		"for i := range 3 {\n\tx := 1": "incomplete \t",
		"if x {\n\tif y {":             "incomplete \t\t",
		"x := `raw":                    "incomplete ",
		"/* comment":                   "incomplete ",
		"x :=":                         "incomplete ",
		"a +":                          "incomplete ",
		"foo(1,":                       "incomplete ",
		"}":                            "invalid ",
		"x := := 3":                    "invalid ",
		"fmt.Println(\"a":              "invalid ",
		"func f() {\n}\n":              "complete ",
		"":                             "complete ",
		"// only":                      "complete ",
		"type T struct {":              "incomplete \t",
		"x := []int{1,\n\t2":           "incomplete \t",
		"import (":                     "incomplete \t",
	} {
		got := IsComplete(code)
		if got.Status+" "+got.Indent != want {
			t.Errorf("%q is %+v, not %q", code, got, want)
		}
	}
}

// TestBrokenCode asks everywhere in code cut off anywhere.
func TestBrokenCode(t *testing.T) {
	nb, a := notebook(t), assistant()
	code := "import \"os\"\nfunc (s *Shape) More(größe int) (n int, err error) {\n\tfor i := range s.X { fmt.Printf(\"%d\\n\", i+größe) }\n\treturn\n}\n" +
		"x, err := shape.More(3)\nswitch v := any(x).(type) { case int: _ = v }\nm := map[string]Shape{\"a\": {X: 1}}\nm[\"a\"].X\n"
	slowest := time.Duration(0)
	for i := range utf8.RuneCountInString(code) + 1 {
		cut := string([]rune(code)[:i])
		for _, text := range []string{code, cut} {
			start := time.Now()
			a.Complete(nb, text, i)
			slowest = max(slowest, time.Since(start))
			a.Inspect(nb, text, i, i%2)
			IsComplete(text)
		}
	}
	t.Log("slowest completion:", slowest)
}

func BenchmarkComplete(b *testing.B) {
	nb, a := notebook(b), assistant()
	for b.Loop() {
		a.Complete(nb, "x := 3\nfmt.Println(x, shape.", 28)
	}
}

func BenchmarkInspect(b *testing.B) {
	nb, a := notebook(b), assistant()
	for b.Loop() {
		a.Inspect(nb, "http.DefaultClient.Get(", 22, 0)
	}
}

// Code with a fence in it stays within its block: what follows would be markup.
func TestFence(t *testing.T) {
	e := entry{code: "const s = \"```\\n<script>alert(1)</script>\" // ```"}
	if got := e.markdown(); !strings.HasPrefix(got, "````go\n") || !strings.HasSuffix(got, "\n````") {
		t.Errorf("markdown %q", got)
	}
}
