package notebook

import (
	"strings"
	"testing"
)

func TestPage(t *testing.T) {
	n := New()
	text := &Cell{Type: "markdown", Source: "# A *title* & more\n\nCosts $5 and $10, but $a_b + c_d$ is a formula.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```go\nx := \"<s>\"\n```\n\n![pic](attachment:p.png)"}
	text.rest = map[string]any{"attachments": map[string]any{"p.png": map[string]any{"image/png": "QUJD\n"}}}
	code := NewCode("c", "t", "// note\nfor i := range 3 { fmt.Println(\"<a>\", 'b', 1.5, nil) }")
	r := NewRecorder()
	track := r.Track(code, 3)
	track.Stream("stdout", "1 %\r50 %\rdone <b>\n")
	track.Stream("stderr", "warn\n")
	track.Display(map[string]any{"text/html": "<b>bold</b>", "text/plain": "bold"}, nil, "")
	track.Display(map[string]any{"image/png": "QUJD", "text/plain": "a \"plot\""}, map[string]any{"image/png": map[string]any{"width": 320, "height": 240}}, "")
	track.Display(map[string]any{"application/json": map[string]any{"k": "<v>"}}, nil, "")
	track.Result(map[string]any{"text/plain": "<nil>"}, nil)
	track.Error("panic", "oops", []string{"\x1b[31;1mpanic\x1b[0m: <oops>", "    ^"})
	n.Cells = []*Cell{text, code, {Type: "raw", Source: "<raw>"}}
	r.Finish(n)
	got, err := n.HTML("file")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "page.html", got)
	page := string(got)
	for _, want := range []string{
		"<title>A title &amp; more</title>", `<span class="math">$a_b + c_d$</span>`, "Costs $5 and $10",
		"data:image/png;base64,QUJD\" alt=\"pic\"", "<b>bold</b>", `alt="a &#34;plot&#34;" width="320" height="240"`,
		">done &lt;b&gt;\n<", "&lt;raw&gt;", `<span class="k">range</span>`, `<span class="b">nil</span>`,
		`<span style="color:#c0322b;font-weight:bold">panic</span>: &lt;oops&gt;`, "&lt;nil&gt;", "<td>1</td>",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
}

func TestHighlightKeepsText(t *testing.T) {
	for _, source := range []string{"", "!ls -l | wc", "%%bash\necho 'a", "x := `raw\r\nstring`", "/* open", "\xff\xfe", "a := '🙂' // é"} {
		plain := strings.NewReplacer("</span>", "").Replace(highlight(source))
		for {
			open := strings.Index(plain, "<span")
			if open < 0 {
				break
			}
			plain = plain[:open] + plain[open+strings.Index(plain[open:], ">")+1:]
		}
		plain = strings.NewReplacer("&#39;", "'", "&#34;", "\"", "&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(plain)
		if plain != source {
			t.Errorf("%q became %q", source, plain)
		}
	}
}

func FuzzANSI(f *testing.F) {
	f.Add("\x1b[31mred\x1b[0m")
	f.Add("\x1b[38;5;200mx\x1b[48;2;1;2;3my\x1b[38;5m\x1b[38;2;1mz\x1b[")
	f.Add("\x1b\x1b[K<")
	f.Fuzz(func(t *testing.T, text string) {
		if got := ansiHTML(text); strings.Count(got, "<span") != strings.Count(got, "</span>") {
			t.Errorf("%q: %s", text, got)
		}
	})
}
