package build

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestAdvice(t *testing.T) {
	for want, err := range map[string]error{
		"":            errors.New("the cell is wrong"),
		"LOUPE_CACHE": fmt.Errorf("write: %w", syscall.ENOSPC),
		"go env -w":   errors.New("go list: failed to initialize build cache at /x: mkdir /x: read-only file system"),
		"ulimit -n":   &os.PathError{Op: "open", Path: "/x", Err: syscall.EMFILE},
	} {
		got := Advice(err)
		if (want == "") != (got == "") || !strings.Contains(got, want) {
			t.Errorf("%v: %q, want %q", err, got, want)
		}
	}
}

// TestNoToolchain looks for Go where there is none, or one that is of no use.
func TestNoToolchain(t *testing.T) {
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("a false go command: it is a shell script")
	}
	dir := t.TempDir()
	t.Setenv("PATH", dir)
	t.Setenv("GOTOOLCHAIN", "")
	if _, err := FindToolchain(t.Context()); err == nil || !strings.Contains(err.Error(), "https://go.dev/dl") {
		t.Errorf("without Go: %v", err)
	}
	script := func(text string) {
		if err := os.WriteFile(filepath.Join(dir, "go"), []byte("#!/bin/sh\n"+text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	script("exit 3\n")
	if _, err := FindToolchain(t.Context()); err == nil || Advice(err) == "" {
		t.Errorf("with a go that fails: %v", err)
	}
	script("echo nonsense\n")
	if _, err := FindToolchain(t.Context()); err == nil {
		t.Error("a go that says nonsense is used")
	}
	script(`case "$GOTOOLCHAIN" in
go1.*) echo "go: download $GOTOOLCHAIN: network is unreachable" >&2; exit 1 ;;
esac
echo '{"GOROOT":"/none","GOVERSION":"go1.20.3","GOTOOLDIR":"/none"}'
`)
	_, err := FindToolchain(t.Context())
	if err == nil || !strings.Contains(err.Error(), "go1.20.3 is not supported") || Advice(err) == "" {
		t.Errorf("with an old Go and no network: %v", err)
	}
}
