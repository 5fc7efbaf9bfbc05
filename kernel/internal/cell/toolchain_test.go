package cell

import (
	"bytes"
	"fmt"
	"go/importer"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// A toolchain compiles units as a session does.
type toolchain struct {
	dir      string
	compiler string
	archives map[string]string // by import path
	importer types.Importer
}

var shared struct {
	sync.Once
	*toolchain
	err error
}

// tools returns the toolchain, with the archives of the standard library.
func tools(t testing.TB) *toolchain {
	t.Helper()
	shared.Do(func() { shared.toolchain, shared.err = newToolchain() })
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	return shared.toolchain
}

func newToolchain() (*toolchain, error) {
	dir, err := os.MkdirTemp("", "loupe-cell")
	if err != nil {
		return nil, err
	}
	compiler, err := exec.Command("go", "tool", "-n", "compile").Output()
	if err != nil {
		return nil, fmt.Errorf("go tool: %w", err)
	}
	tc := &toolchain{dir: dir, compiler: strings.TrimSpace(string(compiler)), archives: map[string]string{}}
	out, err := exec.Command("go", "list", "-export", "-deps", "-f", "{{if .Export}}{{.ImportPath}}={{.Export}}{{end}}",
		"std").Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	for _, line := range strings.Fields(string(out)) {
		path, file, _ := strings.Cut(line, "=")
		tc.archives[path] = file
	}
	tc.importer = importer.ForCompiler(token.NewFileSet(), "gc", func(path string) (io.ReadCloser, error) {
		if tc.archives[path] == "" {
			return nil, fmt.Errorf("no package %s", path)
		}
		return os.Open(tc.archives[path])
	})
	return tc, tc.makeWorker()
}

// makeWorker compiles what a unit needs of package worker.
func (tc *toolchain) makeWorker() error {
	out := filepath.Join(tc.dir, "worker.a")
	source := "package worker\nfunc Result(values ...any) {}\nfunc ResultErr(values ...any) {}\n"
	if err := tc.compile(WorkerPath, Unit{Source: []byte(source)}, "worker", out); err != nil {
		return err
	}
	tc.archives[WorkerPath] = out
	return nil
}

// compile compiles one unit.
func (tc *toolchain) compile(path string, u Unit, name, out string) error {
	file := func(suffix string, text []byte) string {
		p := filepath.Join(tc.dir, name+suffix)
		if err := os.WriteFile(p, text, 0o644); err != nil {
			panic(err)
		}
		return p
	}
	var config bytes.Buffer
	for _, imp := range u.Imports {
		fmt.Fprintf(&config, "packagefile %s=%s\n", imp, tc.archives[imp])
	}
	cmd := exec.Command(tc.compiler, "-p", path, "-importcfg", file(".cfg", config.Bytes()),
		"-symabis", file(".symabis", u.Symabis), "-o", out, file(".go", u.Source))
	msg, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w\n%s", err, msg)
	}
	return nil
}

func (tc *toolchain) config() Config {
	known := map[string][]string{
		"fmt": {"fmt"}, "strings": {"strings"}, "rand": {"math/rand", "math/rand/v2", "crypto/rand"}, "math": {"math"},
		"time": {"time"}, "sort": {"sort"}, "os": {"os"}, "errors": {"errors"}, "sync": {"sync"}, "http": {"net/http"},
	}
	return Config{Importer: tc.importer, Known: func(name string) []string { return known[name] }}
}

func TestMain(m *testing.M) {
	code := m.Run()
	if shared.toolchain != nil {
		os.RemoveAll(shared.dir)
	}
	os.Exit(code)
}
