package build

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"loupe/kernel/internal/link"
	"loupe/kernel/internal/object"
)

// Compile compiles one file of package notebook and reads the result. dir is a
// folder for the files of this one call.
func (w *Worker) Compile(ctx context.Context, dir string, source, symabis []byte, imports []string) (*object.Archive, error) {
	var cfg strings.Builder
	for _, p := range imports {
		if p == "unsafe" {
			continue
		}
		export, err := w.export(p)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&cfg, "packagefile %s=%s\n", p, export)
	}
	in, out := filepath.Join(dir, "cell.go"), filepath.Join(dir, "cell.o")
	for name, b := range map[string][]byte{in: source, filepath.Join(dir, "importcfg"): []byte(cfg.String()), filepath.Join(dir, "symabis"): symabis} {
		if err := os.WriteFile(name, b, 0o600); err != nil {
			return nil, fmt.Errorf("cannot write the cell for the compiler: %w", err)
		}
	}
	cmd := exec.CommandContext(ctx, filepath.Join(w.Toolchain.Tools, "compile"), "-p", link.Notebook, "-importcfg", filepath.Join(dir, "importcfg"),
		"-symabis", filepath.Join(dir, "symabis"), "-trimpath", dir, "-dwarf=false", "-nolocalimports", "-o", out, in)
	// The compiler is short-lived: collecting its garbage only costs time.
	cmd.Env = append(os.Environ(), "GOARCH="+w.Toolchain.Arch, "GOGC=off", "GOMEMLIMIT=1GiB")
	if said, err := cmd.CombinedOutput(); err != nil {
		return nil, &CompileError{Said: strings.TrimSpace(strings.ReplaceAll(string(said), dir+"/", "")), Err: err}
	}
	return readObject(out)
}

// readObject reads an object file into memory, since its file is temporary.
func readObject(path string) (*object.Archive, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return object.ParseArchive(link.Notebook, b)
}

// A CompileError is what the compiler says of a cell that passed the type
// checker.
type CompileError struct {
	Said string
	Err  error
}

func (e *CompileError) Error() string { return e.Said }

// Unwrap returns how the compiler ended.
func (e *CompileError) Unwrap() error { return e.Err }
