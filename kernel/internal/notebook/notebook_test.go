package notebook

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

const sample = `{
 "cells": [
  {
   "attachments": {},
   "cell_type": "markdown",
   "id": "intro",
   "metadata": {},
   "source": [
    "# Title\n",
    "é <b> & 🙂"
   ]
  },
  {
   "cell_type": "code",
   "execution_count": 7,
   "id": "a",
   "metadata": {
    "tags": [
     "parameters"
    ],
    "x": 1.50
   },
   "outputs": [
    {
     "name": "stdout",
     "output_type": "stream",
     "text": [
      "a\n",
      "b"
     ]
    },
    {
     "data": {
      "application/json": {
       "k": [
        1,
        2
       ]
      },
      "image/png": "iVBOR\n",
      "text/plain": [
       "x\n",
       "y"
      ]
     },
     "metadata": {},
     "output_type": "display_data"
    }
   ],
   "source": []
  }
 ],
 "metadata": {
  "kernelspec": {
   "display_name": "Go (Loupe)",
   "language": "go",
   "name": "loupe"
  },
  "unknown": 12345678901234567890
 },
 "nbformat": 4,
 "nbformat_minor": 5,
 "other": null
}
`

func TestRoundTrip(t *testing.T) {
	n, err := Parse([]byte(sample))
	if err != nil {
		t.Fatal(err)
	}
	got, err := n.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != sample {
		t.Errorf("got\n%s", got)
	}
	if n.Language() != "go" || !n.Cells[1].HasTag("parameters") || n.Cells[0].HasTag("x") || n.Cells[1].ID() != "a" {
		t.Error("language, tags or id are lost")
	}
	if text := n.Cells[1].Outputs[0]["text"]; text != "a\nb" {
		t.Errorf("text %q", text)
	}
}

func TestFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "n.ipynb")
	n, _ := Parse([]byte(sample))
	if err := n.Write(path); err != nil {
		t.Fatal(err)
	}
	if content, _ := os.ReadFile(path); string(content) != sample {
		t.Errorf("wrote\n%s", content)
	}
	if _, err := Read(path); err != nil {
		t.Error(err)
	}
	if err := n.Write(filepath.Join(path, "x")); err == nil {
		t.Error("a file below a file is written")
	}
}

func TestParseRefuses(t *testing.T) {
	for in, want := range map[string]string{
		"":                           "no notebook",
		"[]":                         "no notebook",
		`{"nbformat":3}`:             "nbformat 3",
		`{"nbformat":4}`:             "list of cells",
		`{"nbformat":4,"cells":[1]}`: "cell 1",
	} {
		if _, err := Parse([]byte(in)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v", in, err)
		}
	}
}

func TestRecorder(t *testing.T) {
	n := New()
	a, b := NewCode("a", "t", "1"), NewCode("b", "t", "2")
	n.Cells = []*Cell{a, b}
	text := func(s string) map[string]any { return map[string]any{"text/plain": s} }
	r := NewRecorder()
	first := r.Track(a, 1)
	first.Stream("stdout", "gone")
	first.Clear(false)
	first.Stream("stdout", "x")
	first.Stream("stdout", "y\n")
	first.Stream("stderr", "e")
	first.Display(text("one"), nil, "fig")
	first.Display(text("50 %"), nil, "bar")
	first.Update(text(""), nil, "bar")
	first.Result(text("7"), nil)
	second := r.Track(b, 2)
	second.Update(text("two"), nil, "fig")
	second.Update(text("nobody"), nil, "unknown")
	second.Stream("stdout", "gone too")
	second.Clear(true)
	second.Display(text("z"), map[string]any{"m": 1}, "")
	second.Clear(true) // and nothing comes after it: nothing is cleared
	first.Stream("stdout", "late")
	r.Finish(n)
	got, err := n.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "recorded.ipynb", got)
}

// golden compares with a file in testdata; go test -update writes it.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil || string(want) != string(got) {
		t.Errorf("differs from %s (%v); go test -update writes it anew. Got\n%s", path, err, got)
	}
}
