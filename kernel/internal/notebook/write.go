package notebook

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
)

// Write writes the notebook to a file, all or nothing.
func (n *Notebook) Write(path string) error {
	data, err := n.Bytes()
	if err != nil {
		return err
	}
	return replace(path, data)
}

// replace puts a file in the place of another, so that no reader ever sees
// half of it.
func replace(path string, data []byte) error {
	temp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", path, err)
	}
	defer os.Remove(temp.Name()) // fails, rightly, after the rename
	_, err = temp.Write(data)
	if closeErr := temp.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Chmod(temp.Name(), 0o644)
	}
	if err == nil {
		err = os.Rename(temp.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", path, err)
	}
	return nil
}

// Bytes returns the notebook as it stands in a file.
func (n *Notebook) Bytes() ([]byte, error) {
	fields := maps.Clone(n.rest)
	cells := make([]any, len(n.Cells))
	for i, c := range n.Cells {
		cells[i] = c.fields()
	}
	fields["cells"] = cells
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	if err := enc.Encode(fields); err != nil { // sorts keys, ends with a newline
		return nil, fmt.Errorf("cannot encode the notebook: %w", err)
	}
	return buf.Bytes(), nil
}

func (c *Cell) fields() map[string]any {
	c.Metadata() // every cell has one
	fields := maps.Clone(c.rest)
	fields["cell_type"] = c.Type
	fields["source"] = split(c.Source)
	if c.Type != "code" {
		return fields
	}
	fields["execution_count"] = nil
	if c.Count > 0 {
		fields["execution_count"] = c.Count
	}
	outputs := make([]any, len(c.Outputs))
	for i, o := range c.Outputs {
		outputs[i] = o.fields()
	}
	fields["outputs"] = outputs
	return fields
}

func (o Output) fields() map[string]any {
	fields := maps.Clone(o)
	if text, ok := o["text"].(string); ok && o["output_type"] == "stream" {
		fields["text"] = split(text)
	}
	if data, ok := o["data"].(map[string]any); ok {
		data = maps.Clone(data)
		for mime, value := range data {
			if text, ok := value.(string); ok && isText(mime) {
				data[mime] = split(text)
			}
		}
		fields["data"] = data
	}
	return fields
}

// isText says which data Jupyter stores as lines.
func isText(mime string) bool {
	return strings.HasPrefix(mime, "text/") || mime == "image/svg+xml" || mime == "application/javascript"
}

// split makes lines, each with its newline, of a text.
func split(text string) []string {
	lines := []string{}
	for line := range strings.Lines(text) {
		lines = append(lines, line)
	}
	return lines
}
