package kernel

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// write writes a notebook of code cells; a source "tag|code" has a tag.
func writeNotebook(t *testing.T, sources ...string) string {
	t.Helper()
	var cells []map[string]any
	for i, s := range sources {
		meta := map[string]any{}
		if tag, code, ok := strings.Cut(s, "|"); ok {
			meta["tags"] = []string{tag}
			s = code
		}
		cells = append(cells, map[string]any{"cell_type": "code", "id": string(rune('a' + i)), "metadata": meta, "source": s, "outputs": []any{}, "execution_count": 99})
	}
	data, _ := json.Marshal(map[string]any{"cells": cells, "metadata": map[string]any{}, "nbformat": 4, "nbformat_minor": 5})
	path := filepath.Join(t.TempDir(), "in.ipynb")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func content(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestRunTwiceSameBytes(t *testing.T) {
	in := writeNotebook(t, "print a\nprint b\nvalue 7", "", "show-as bar 50\nprint x\nupdate bar ", "show-as f 1", "update f 2\nhtml <b>x</b>")
	dir := t.TempDir()
	first, second, page := filepath.Join(dir, "1.ipynb"), filepath.Join(dir, "2.ipynb"), filepath.Join(dir, "page.html")
	var printed, progress bytes.Buffer
	if err := (Run{In: in, Out: first, HTML: page, Print: &printed, Progress: &progress}).run(t.Context(), newFake); err != nil {
		t.Fatal(err)
	}
	if err := (Run{In: first, Out: second}).run(t.Context(), newFake); err != nil {
		t.Fatal(err)
	}
	got := content(t, first)
	if again := content(t, second); got != again {
		t.Errorf("the second run differs:\n%s", again)
	}
	for _, want := range []string{`"a\n",`, `"execution_count": 4`, `"2"`, `"name": "loupe"`} {
		if !strings.Contains(got, want) {
			t.Errorf("the notebook lacks %s:\n%s", want, got)
		}
	}
	for _, not := range []string{"99", `"50"`, `"1"`} {
		if strings.Contains(got, not) {
			t.Errorf("the notebook has %s:\n%s", not, got)
		}
	}
	if printed.String() != "a\nb\n7\nx\n" || !strings.Contains(progress.String(), "cell 4 of 4: update f 2") {
		t.Errorf("printed %q, progress\n%s", &printed, &progress)
	}
	if !strings.Contains(content(t, page), "<b>x</b>") {
		t.Error("the page lacks the display")
	}
}

func TestRunFails(t *testing.T) {
	in := writeNotebook(t, "print a", "print b\nbogus", "print c")
	out := filepath.Join(t.TempDir(), "out.ipynb")
	var failure *CellError
	err := Run{In: in, Out: out}.run(t.Context(), newFake)
	if !errors.As(err, &failure) || failure.Cell != 2 || failure.Name != "CompileError" || !strings.Contains(strings.Join(failure.Traceback, "\n"), "line 2") {
		t.Fatalf("error %v", err)
	}
	if got := content(t, out); !strings.Contains(got, `"ename": "CompileError"`) || strings.Contains(got, `"c\n"`) {
		t.Errorf("the notebook is\n%s", got)
	}
	if err := (Run{In: in, Out: out, AllowErrors: true}).run(t.Context(), newFake); err != nil {
		t.Error(err)
	}
	if got := content(t, out); !strings.Contains(got, `"c\n"`) {
		t.Errorf("the notebook is\n%s", got)
	}
	expected := writeNotebook(t, "raises-exception|bogus", "skip-execution|bogus", "print c")
	if err := (Run{In: expected}).run(t.Context(), newFake); err != nil {
		t.Error(err)
	}
	if err := (Run{In: writeNotebook(t, "ask x")}).run(t.Context(), newFake); err == nil || !strings.Contains(err.Error(), "nobody to ask") {
		t.Errorf("error %v", err)
	}
}

func TestRunTimeout(t *testing.T) {
	in := writeNotebook(t, "sleep 1m")
	err := Run{In: in, Timeout: 30 * time.Millisecond}.run(t.Context(), newFake)
	if err == nil || !strings.Contains(err.Error(), "longer than 30ms") {
		t.Errorf("error %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(30*time.Millisecond, cancel)
	if err := (Run{In: in, AllowErrors: true}).run(ctx, newFake); err == nil {
		t.Error("a run that was cancelled succeeds")
	}
}

func TestRunParameters(t *testing.T) {
	params := []Parameter{{"lr", "0.5"}, {"name", "a b"}}
	out := filepath.Join(t.TempDir(), "out.ipynb")
	for _, test := range []struct{ first, want string }{
		{"parameters|print p", `"lr = 0.5\n",`},
		{"print p", `"lr := 0.5\n",`},
	} {
		r := Run{In: writeNotebook(t, test.first, "print c"), Out: out, Parameters: params}
		if err := r.run(t.Context(), newFake); err != nil {
			t.Fatal(err)
		}
		once := content(t, out)
		if !strings.Contains(once, test.want) || !strings.Contains(once, `a b\"`) {
			t.Errorf("no %s in\n%s", test.want, once)
		}
		r.In = out // papermill's rule: a second run replaces the cell
		if err := r.run(t.Context(), newFake); err != nil || content(t, out) != once {
			t.Errorf("%v, then\n%s", err, content(t, out))
		}
	}
}

func TestRunRefuses(t *testing.T) {
	python := filepath.Join(t.TempDir(), "p.ipynb")
	os.WriteFile(python, []byte(`{"cells":[],"metadata":{"kernelspec":{"language":"python"}},"nbformat":4}`), 0o600)
	if err := (Run{In: python}).run(t.Context(), newFake); err == nil || !strings.Contains(err.Error(), "in python") {
		t.Errorf("error %v", err)
	}
	if err := (Run{In: writeNotebook(t, "print x")}).run(t.Context(), noLanguage); err == nil || !strings.Contains(err.Error(), "no toolchain") {
		t.Errorf("error %v", err)
	}
}
