// Package install makes a kernel known to Jupyter.
//
// For most uses: [User] or [Prefix] says where, [Write] writes the kernelspec
// there, and [Remove] takes it away again.
package install

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Name is the directory of the kernelspec, and the name that
// `jupyter console --kernel` and nbconvert know it by.
const Name = "loupe"

// A Spec is the content of kernel.json.
type Spec struct {
	Argv          []string          `json:"argv"`
	DisplayName   string            `json:"display_name"`
	Language      string            `json:"language"`
	InterruptMode string            `json:"interrupt_mode"`
	Env           map[string]string `json:"env,omitempty"`
	Metadata      map[string]any    `json:"metadata"`
}

// NewSpec returns the kernelspec that starts binary, which must be an absolute
// path: Jupyter starts kernels in the directory of their notebook.
func NewSpec(binary string) (Spec, error) {
	if !filepath.IsAbs(binary) {
		return Spec{}, fmt.Errorf("the kernelspec needs the absolute path of the binary, not %q", binary)
	}
	return Spec{
		Argv:          []string{binary, "kernel", "{connection_file}"},
		DisplayName:   "Go (Loupe)",
		Language:      "go",
		InterruptMode: "message",
		Metadata:      map[string]any{"debugger": false, "supported_encryption": "curve"},
	}, nil
}

// Write writes the kernelspec and its logos below data, a Jupyter data
// directory, and returns the directory it wrote. One that is there already is
// replaced.
func Write(data string, spec Spec) (dir string, err error) {
	dir = Dir(data)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fmt.Errorf("cannot make the kernelspec's directory: %w; choose another place with --prefix DIR", err)
	}
	files, err := files(spec)
	if err != nil {
		return "", err
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o644); err != nil {
			return "", fmt.Errorf("cannot write the kernelspec: %w", err)
		}
	}
	return dir, nil
}

func files(spec Spec) (map[string][]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(spec); err != nil {
		return nil, fmt.Errorf("cannot encode the kernelspec: %w", err)
	}
	files := map[string][]byte{"kernel.json": buf.Bytes(), "logo-svg.svg": []byte(logoSVG())}
	for _, size := range []int{32, 64} {
		png, err := logoPNG(size)
		if err != nil {
			return nil, err
		}
		files[fmt.Sprintf("logo-%dx%d.png", size, size)] = png
	}
	return files, nil
}

// Dir returns the directory of the kernelspec below a Jupyter data directory.
func Dir(data string) string { return filepath.Join(data, "kernels", Name) }

// Remove takes the kernelspec away. It reports whether there was one.
func Remove(data string) (bool, error) {
	dir := Dir(data)
	if _, err := os.Stat(filepath.Join(dir, "kernel.json")); errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err := os.RemoveAll(dir); err != nil {
		return false, fmt.Errorf("cannot remove the kernelspec: %w", err)
	}
	return true, nil
}

// Read reads the kernelspec below a Jupyter data directory. The error is
// fs.ErrNotExist if there is none.
func Read(data string) (Spec, error) {
	var spec Spec
	path := filepath.Join(Dir(data), "kernel.json")
	content, err := os.ReadFile(path)
	if err != nil {
		return spec, err
	}
	if err := json.Unmarshal(content, &spec); err != nil {
		return spec, fmt.Errorf("%s is no kernelspec: %w", path, err)
	}
	if len(spec.Argv) == 0 {
		return spec, fmt.Errorf("%s says no command to start the kernel (argv is empty)", path)
	}
	return spec, nil
}
