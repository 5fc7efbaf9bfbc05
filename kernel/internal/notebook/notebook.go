// Package notebook reads and writes notebook files (nbformat 4) and shows them
// as HTML pages.
//
// [Read] and [Notebook.Write] keep everything they do not know. What is written
// has sorted keys, one space of indent and no timestamps, as Jupyter writes it:
// equal notebooks are equal bytes.
//
// https://nbformat.readthedocs.io/en/latest/format_description.html
package notebook

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"
)

// A Notebook is the content of an .ipynb file.
type Notebook struct {
	Cells []*Cell
	rest  map[string]any // all other fields
}

// A Cell is one cell. Its outputs are those of the format, with texts joined.
type Cell struct {
	Type    string // "code", "markdown" or "raw"
	Source  string
	Count   int // execution count, 0 for none
	Outputs []Output
	rest    map[string]any
}

// An Output is one output of a cell: a JSON object with an output_type.
type Output map[string]any

// New returns an empty notebook.
func New() *Notebook {
	return &Notebook{rest: map[string]any{
		"metadata": map[string]any{}, "nbformat": json.Number("4"), "nbformat_minor": json.Number("5"),
	}}
}

// Read reads a notebook file.
func Read(path string) (*Notebook, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("cannot read the notebook: %w", err)
	}
	n, err := Parse(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return n, nil
}

// Parse reads a notebook.
func Parse(data []byte) (*Notebook, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber() // numbers are written as they were read
	var fields map[string]any
	if err := dec.Decode(&fields); err != nil {
		return nil, fmt.Errorf("this is no notebook: %w", err)
	}
	if v := fmt.Sprint(fields["nbformat"]); v != "4" {
		return nil, fmt.Errorf("this notebook has nbformat %s, only 4 is supported; Jupyter converts it when it saves it", v)
	}
	list, ok := fields["cells"].([]any)
	if !ok {
		return nil, fmt.Errorf("this is no notebook: it has no list of cells")
	}
	delete(fields, "cells")
	n := &Notebook{rest: fields}
	for i, raw := range list {
		fields, ok := raw.(map[string]any)
		if !ok {
			return nil, fmt.Errorf("cell %d is no JSON object", i+1)
		}
		n.Cells = append(n.Cells, parseCell(fields))
	}
	return n, nil
}

func parseCell(fields map[string]any) *Cell {
	c := &Cell{Source: join(fields["source"]), rest: fields}
	c.Type, _ = fields["cell_type"].(string)
	if count, ok := fields["execution_count"].(json.Number); ok {
		n, _ := count.Int64()
		c.Count = int(n)
	}
	outputs, _ := fields["outputs"].([]any)
	for _, raw := range outputs {
		if fields, ok := raw.(map[string]any); ok {
			c.Outputs = append(c.Outputs, joined(fields))
		}
	}
	for _, name := range []string{"cell_type", "source", "execution_count", "outputs"} {
		delete(fields, name)
	}
	return c
}

// joined joins the texts of an output, which files hold as lists of lines.
func joined(o Output) Output {
	if o["output_type"] == "stream" {
		o["text"] = join(o["text"])
	}
	data, _ := o["data"].(map[string]any)
	for mime, value := range data {
		if !isJSON(mime) {
			data[mime] = join(value)
		}
	}
	return o
}

// join makes one text of a list of lines.
func join(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case []any:
		var b strings.Builder
		for _, part := range v {
			s, _ := part.(string)
			b.WriteString(s)
		}
		return b.String()
	}
	return ""
}

func isJSON(mime string) bool {
	return mime == "application/json" || strings.HasSuffix(mime, "+json")
}

// Metadata returns the notebook's metadata; changing it changes the notebook.
func (n *Notebook) Metadata() map[string]any { return object(n.rest, "metadata") }

// Metadata returns the cell's metadata; changing it changes the cell.
func (c *Cell) Metadata() map[string]any {
	if c.rest == nil {
		c.rest = map[string]any{}
	}
	return object(c.rest, "metadata")
}

func object(fields map[string]any, name string) map[string]any {
	m, ok := fields[name].(map[string]any)
	if !ok {
		m = map[string]any{}
		fields[name] = m
	}
	return m
}

// ID returns the cell's id ("" before nbformat 4.5).
func (c *Cell) ID() string {
	id, _ := c.rest["id"].(string)
	return id
}

// HasTag reports whether the cell carries a tag.
func (c *Cell) HasTag(tag string) bool {
	tags, _ := c.Metadata()["tags"].([]any)
	for _, t := range tags {
		if t == tag {
			return true
		}
	}
	return false
}

// NewCode returns a code cell with an id and a tag.
func NewCode(id, tag, source string) *Cell {
	return &Cell{Type: "code", Source: source, rest: map[string]any{
		"id": id, "metadata": map[string]any{"tags": []any{tag}},
	}}
}

// Language returns the language of the notebook's code ("" if it does not say).
func (n *Notebook) Language() string {
	for _, where := range [][2]string{{"kernelspec", "language"}, {"language_info", "name"}} {
		fields, _ := n.Metadata()[where[0]].(map[string]any)
		if name, _ := fields[where[1]].(string); name != "" {
			return name
		}
	}
	return ""
}
