package notebook

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const hostile = `<script>alert("1")</script>'"><img src=x onerror=alert(2)> & </pre></title></style>`

// TestHostileTexts puts text that would run into all of a notebook that is not
// HTML, and looks for it in the page.
func TestHostileTexts(t *testing.T) {
	// Read from a file, as anything may stand in one.
	file := map[string]any{
		"nbformat": 4, "nbformat_minor": 5,
		"metadata": map[string]any{"language_info": map[string]any{"name": hostile}},
		"cells": []any{
			map[string]any{"cell_type": "raw", "id": hostile, "metadata": map[string]any{"format": hostile}, "source": hostile},
			map[string]any{"cell_type": hostile, "id": "x", "metadata": map[string]any{}, "source": hostile},
			map[string]any{"cell_type": "code", "id": "y", "metadata": map[string]any{}, "execution_count": 1, "source": hostile + "\n\"" + hostile + "\" // " + hostile, "outputs": []any{
				map[string]any{"output_type": "stream", "name": hostile, "text": hostile + "\x1b[31" + hostile + "m" + hostile},
				map[string]any{"output_type": "error", "ename": hostile, "evalue": hostile, "traceback": []any{hostile}},
				map[string]any{"output_type": "error", "ename": hostile, "evalue": hostile, "traceback": []any{}},
				map[string]any{"output_type": "execute_result", "execution_count": 1, "metadata": map[string]any{}, "data": map[string]any{"text/plain": hostile}},
				map[string]any{"output_type": "display_data", "metadata": map[string]any{}, "data": map[string]any{"text/latex": hostile}},
				map[string]any{"output_type": "display_data", "metadata": map[string]any{}, "data": map[string]any{"application/json": map[string]any{hostile: hostile}}},
				map[string]any{"output_type": "display_data", "metadata": map[string]any{"image/png": map[string]any{"alt": hostile, "width": hostile}}, "data": map[string]any{"image/png": hostile}},
				map[string]any{"output_type": "display_data", "metadata": map[string]any{}, "data": map[string]any{"image/png": "QUJD", "text/plain": hostile}},
				map[string]any{"output_type": "display_data", "metadata": map[string]any{}, "data": map[string]any{hostile: hostile, "application/javascript": "alert(3)"}},
				map[string]any{"output_type": hostile, "text": hostile},
			}},
			map[string]any{"cell_type": "markdown", "id": "z", "metadata": map[string]any{}, "source": "Formulas $<script>alert(1)</script>$ and code `<script>alert(1)</script>`\n\n```\n" + hostile + "\n```\n\n```go\n" + hostile + "\n```\n"},
		},
	}
	data, err := json.Marshal(file)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "hostile.ipynb")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	n, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	page, err := n.HTML(hostile)
	if err != nil {
		t.Fatal(err)
	}
	text := string(page)
	_, body, _ := strings.Cut(text, "</style>")
	for _, bad := range []string{"<script", "<img src=x", "</title>\n<style>\n<", "alert(3)"} {
		if strings.Contains(text, bad) {
			t.Errorf("the page contains %s:\n%s", bad, text)
		}
	}
	if n := strings.Count(text, "&lt;script&gt;"); n < 15 {
		t.Errorf("only %d of the texts are in the page", n)
	}
	elements := regexp.MustCompile(`<([a-zA-Z]+)[^>]*>`)
	for _, m := range elements.FindAllStringSubmatch(body, -1) {
		if !strings.Contains("head body main section div pre code span p figure img html", m[1]) {
			t.Errorf("the page has an element %s", m[0])
		}
		if strings.Contains(m[0], "onerror") && !strings.Contains(m[0], "&gt;") {
			t.Errorf("the page has the element %s", m[0])
		}
	}
}

// What a cell shows as HTML, and HTML in markdown, runs: a page is as
// trustworthy as its notebook, as with nbconvert.
func TestOwnHTMLRuns(t *testing.T) {
	n := New()
	code := NewCode("c", "t", "1")
	r := NewRecorder()
	r.Track(code, 1).Display(map[string]any{"text/html": "<script>own()</script>"}, nil, "")
	n.Cells = []*Cell{code, {Type: "markdown", Source: "<script>markdown()</script>"}}
	r.Finish(n)
	page, err := n.HTML("page")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"<script>own()</script>", "<script>markdown()</script>"} {
		if !strings.Contains(string(page), want) {
			t.Errorf("the page lacks %s", want)
		}
	}
}
