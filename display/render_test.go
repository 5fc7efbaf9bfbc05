package display

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"strings"
	"testing"
	"time"

	"loupe/internal/golden"
)

type point struct{ X, Y float64 }

type node struct {
	Name string
	Next *node
	kids []*node
	any  any
}

type temperature float64

func (t temperature) String() string { return fmt.Sprintf("%.1f °C", float64(t)) }

type sullen struct{ n int }

func (s sullen) String() string { panic("no") }

type broken struct{}

func (broken) MIMEBundle() (data, metadata map[string]any) { panic("out of ink") }

type nilSafe struct{}

func (*nilSafe) MIMEBundle() (data, metadata map[string]any) {
	return map[string]any{"text/plain": "not nil"}, nil
}

type undrawable struct{}

func (undrawable) TryMIMEBundle() (data, metadata map[string]any, err error) {
	return nil, nil, errors.New("3 rows and 4 labels")
}

type dense struct{ r, c int }

func (d dense) Dims() (int, int)    { return d.r, d.c }
func (d dense) At(i, j int) float64 { return float64(i*d.c+j) / 8 }

func values() []struct {
	name  string
	value any
} {
	loop := &node{Name: "a"}
	loop.Next = &node{Name: "b", Next: loop}
	loop.kids = []*node{loop, nil}
	cyclicMap := map[string]any{}
	cyclicMap["self"] = cyclicMap
	cyclicSlice := []any{1, nil}
	cyclicSlice[1] = cyclicSlice
	var nilPoint *point
	var nilErr *os.PathError
	long := make([]float64, 500)
	for i := range long {
		long[i] = math.Sin(float64(i))
	}
	long[7], long[8] = math.NaN(), math.Inf(1)
	deep := any(1)
	for range 20 {
		deep = []any{deep}
	}
	return []struct {
		name  string
		value any
	}{
		{"nil", nil}, {"int", 3}, {"string", "a \"quoted\" text"}, {"lines", "one\ntwo\ttabbed"}, {"tab", "a\tb"},
		{"float", 0.1}, {"float32", float32(0.1)}, {"whole", 3.0}, {"rune", 'x'}, {"bool", true}, {"complex", 1 + 2i},
		{"duration", 1500 * time.Millisecond}, {"bytes", Bytes(1_536_000)}, {"temperature", temperature(21.55)},
		{"error", fmt.Errorf("open: %w", os.ErrNotExist)}, {"struct", point{1, 2.5}}, {"pointer", &point{1, 2}},
		{"nil pointer", nilPoint}, {"nil error pointer", nilErr}, {"nil bundler", (*nilSafe)(nil)}, {"nil map", map[string]int(nil)}, {"nil slice", []int(nil)},
		{"empty", []int{}}, {"empty struct", struct{}{}},
		{"ints", []int{3, 1, 2}}, {"strings", []string{"a", "b\nc"}}, {"any", []any{1, "two", 3.5, nil, point{1, 2}}},
		{"array", [2]bool{true, false}}, {"raw", []byte("text")}, {"binary", []byte{0xff, 0, 1}},
		{"map", map[string]int{"b": 2, "a": 1}}, {"int keys", map[int]string{10: "x", 9: "y", -1: "z"}},
		{"mixed keys", map[any]int{"a": 1, 2: 2, 1.5: 3}}, {"struct keys", map[point]string{{2, 1}: "b", {1, 2}: "a"}},
		{"nested", map[string][]point{"p": {{1, 2}, {3, 4}}}}, {"durations", []time.Duration{time.Second, time.Hour}},
		{"cycle", loop}, {"cyclic map", cyclicMap}, {"cyclic slice", cyclicSlice}, {"deep", deep},
		{"sullen", sullen{1}}, {"sullen inside", map[string]any{"s": sullen{1}}},
		{"func", strings.ToUpper}, {"nil func", (func())(nil)}, {"chan", make(chan int, 3)},
		{"long", long}, {"unexported", node{Name: "x", any: point{1, 2}, kids: []*node{{Name: "y"}}}},
		{"rows", []point{{1, 2}, {3, 4.5}}}, {"pointer rows", []*point{{1, 2}, nil}}, {"numbers", [][]int{{1, 2}, {3, 4}}}, {"ragged", [][]int{{1, 2}, {3}}},
		{"matrix", dense{3, 4}}, {"large matrix", dense{100, 30}}, {"empty matrix", dense{0, 3}}, {"pointer to matrix", &dense{1, 2}},
		{"broken", broken{}}, {"undrawable", undrawable{}}, {"html", HTML("<h1>Hi</h1><p>a &lt; b<script>x()</script></p>")},
		{"math", Math(`x^2`)}, {"json", JSON(map[string]any{"a": []int{1}})}, {"json scalar", JSON("x")}, {"bad json", JSON(math.NaN())},
		{"not png", PNG("nope")}, {"hidden", []any{struct{ S string }{`<script>alert("&")</script>`}}},
	}
}

// TestText compares the texts of all kinds of values with testdata/text.txt.
func TestText(t *testing.T) {
	var b strings.Builder
	for _, v := range values() {
		text, _ := Render(v.value).Data["text/plain"].(string)
		fmt.Fprintf(&b, "-- %s --\n%s\n", v.name, text)
	}
	golden.Text(t, "text.txt", b.String())
}

// TestEscape keeps text of values from becoming markup.
func TestEscape(t *testing.T) {
	type row struct{ Name, Note string }
	b := Render([]row{{`<script>alert("1")</script>`, "a & b"}, {"", `"quotes'`}})
	page := b.Data["text/html"].(string)
	for _, bad := range []string{"<script", "a & b", `"quotes`} {
		if strings.Contains(page, bad) {
			t.Errorf("the table contains %s unescaped:\n%s", bad, page)
		}
	}
	golden.Text(t, "table.html", page)
	bar := &Bar{label: `<img src=x onerror="1">`, total: 2, now: time.Now}
	if strings.Contains(bar.html(), "<img") {
		t.Errorf("the bar contains its label unescaped: %s", bar.html())
	}
}

// TestEncode sends every bundle as JSON, which is how it leaves the process.
func TestEncode(t *testing.T) {
	for _, v := range values() {
		if _, err := json.Marshal(Render(v.value).Data); err != nil {
			t.Errorf("%s: %v", v.name, err)
		}
	}
}

func TestError(t *testing.T) {
	if b := Render(undrawable{}); b.Err == nil || b.Data["text/plain"] != b.Err.Error() {
		t.Errorf("an error of TryMIMEBundle became %v", b)
	}
}

func TestImage(t *testing.T) {
	img := image.NewGray(image.Rect(2, 3, 10, 11))
	img.SetGray(2, 3, color.Gray{200})
	b := Render(img)
	file, err := png.Decode(base64.NewDecoder(base64.StdEncoding, strings.NewReader(b.Data["image/png"].(string))))
	if err != nil {
		t.Fatal(err)
	}
	if got := file.Bounds().Size(); got != image.Pt(160, 160) {
		t.Errorf("an image of 8 × 8 pixels is shown with %v", got)
	}
	if r, _, _, _ := file.At(19, 19).RGBA(); r>>8 != 200 {
		t.Errorf("the first pixel became %d", r>>8)
	}
	if got := b.Data["text/plain"]; got != "Image, 8 × 8 pixels, shown 20 times as large" {
		t.Errorf("text: %q", got)
	}
	if got := Render(image.NewGray(image.Rectangle{})).Data["text/plain"]; got != "Image, 0 × 0 pixels: empty" {
		t.Errorf("an empty image: %q", got)
	}
}

func TestRegister(t *testing.T) {
	type special struct{ n int }
	Register(func(v any) (Bundle, bool) {
		s, ok := v.(special)
		return Bundle{Data: map[string]any{"image/gif": []byte{1, 2, byte(s.n)}}}, ok
	})
	if got := Render(special{3}).Data["image/gif"]; got != "AQID" {
		t.Errorf("a registered type became %v", got)
	}
}

// TestLarge bounds the text of large values, and the time it takes.
func TestLarge(t *testing.T) {
	wide := map[int][]string{}
	for i := range 20000 {
		wide[i] = []string{strings.Repeat("x", 100), "y"}
	}
	for _, v := range []any{wide, strings.Repeat("é", 1e6), make([]int, 1e6), [][]string{make([]string, 1e5), make([]string, 1e5)}} {
		start := time.Now()
		text := Render(v).Data["text/plain"].(string)
		if len(text) > 200_000 || !strings.Contains(text, "more") {
			t.Errorf("%T became %d bytes, ending in %q", v, len(text), text[len(text)-40:])
		}
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("%T took %v", v, took)
		}
	}
}

type formatted struct{ n int }

func (f formatted) Format(s fmt.State, verb rune) { fmt.Fprintf(s, "formatted with %c: %d", verb, f.n) }

func TestFormattersPrintThemselves(t *testing.T) {
	if got := Render(formatted{3}).Data["text/plain"]; got != "formatted with v: 3" {
		t.Errorf("a Formatter shows as %q", got)
	}
}
