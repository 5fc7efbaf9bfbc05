// Package build runs the Go toolchain: it compiles cells, builds the worker
// program ahead of time, and finds compiled packages in the build cache.
//
// For most uses, find a [Toolchain], [Prepare] its worker (once a machine; a
// few seconds when nothing is cached), and compile cells with [Worker.Compile].
package build

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// known are the Go versions whose object files and runtime the engine knows,
// newest first.
var known = []int{27, 26}

// Supported lists the Go versions that cells can be compiled with, newest
// first. Loupe type-checks cells with the Go that it was built with itself,
// which understands no newer one.
func Supported() []string {
	own, list := minorOf(runtime.Version()), []string(nil)
	for _, minor := range known {
		if minor <= own {
			list = append(list, fmt.Sprintf("go1.%d", minor))
		}
	}
	return list
}

// minorOf is 26 for "go1.26.3", and beyond all that are known for a
// development version.
func minorOf(version string) int {
	var minor int
	if _, err := fmt.Sscanf(version, "go1.%d", &minor); err != nil {
		return math.MaxInt
	}
	return minor
}

// A Toolchain is an installed Go.
type Toolchain struct {
	Go      string // path of the go command
	Version string // e.g. "go1.26.8"
	Root    string // GOROOT
	Tools   string // folder of compile, link and asm
	Arch    string // GOARCH of the worker
	// Cgo makes it compile what is written in C, too.
	Cgo bool
	// Note says that another Go than the user's was taken, "" if not.
	Note string
}

// Language is the version of Go as go/types takes it, such as "go1.26".
func (t *Toolchain) Language() string { return fmt.Sprintf("go1.%d", minorOf(t.Version)) }

// machines are those that the engine knows.
var machines = []string{"amd64", "arm64"}

// arch is the machine that cells run on: this one, unless a test says that
// workers run in an emulator.
func arch() string { return cmp.Or(os.Getenv("LOUPE_ARCH"), runtime.GOARCH) }

// FindToolchain looks for a supported Go: the one in PATH, or the newest
// supported one that the go command can fetch.
func FindToolchain(ctx context.Context) (*Toolchain, error) {
	if runtime.GOOS != "linux" || !slices.Contains(machines, arch()) {
		return nil, fmt.Errorf("cells run on linux/amd64 and linux/arm64 so far, not on %s/%s. The packages display, nn and viz work here in ordinary Go programs", runtime.GOOS, arch())
	}
	path, err := exec.LookPath("go")
	if err != nil {
		return nil, errors.New("found no Go: the command \"go\" is not in PATH. Install Go from https://go.dev/dl and start the kernel again")
	}
	t, err := ask(ctx, path, os.Getenv("GOTOOLCHAIN"))
	if err != nil {
		return nil, err
	}
	if !t.supported() {
		found, supported := t.Version, Supported()
		if len(supported) == 0 {
			return nil, fmt.Errorf("this loupe was built with %s, and knows no version before Go 1.%d: build it with a newer one", runtime.Version(), known[len(known)-1])
		}
		if t, err = ask(ctx, path, release(supported[0])); err != nil {
			return nil, fmt.Errorf("%s is not supported (supported: %s), and a supported one could not be fetched: %w", found, strings.Join(supported, ", "), err)
		}
		t.Note = fmt.Sprintf("cells are compiled with %s: %s, which is installed, is not supported by this loupe (built with %s)", t.Version, found, runtime.Version())
	}
	return t, nil
}

// release is a version that can be fetched: the one that Loupe was built with,
// which is on this machine already more often than another, or the first.
func release(minor string) string {
	own, _, _ := strings.Cut(runtime.Version(), " ")
	if strings.HasPrefix(own, minor+".") {
		return own
	}
	return minor + ".0"
}

func (t *Toolchain) supported() bool { return slices.Contains(Supported(), t.Language()) }

// ask runs "go env" with the given GOTOOLCHAIN.
func ask(ctx context.Context, path, toolchain string) (*Toolchain, error) {
	cmd := exec.CommandContext(ctx, path, "env", "-json", "GOROOT", "GOVERSION", "GOTOOLDIR")
	cmd.Env = os.Environ()
	if toolchain != "" {
		cmd.Env = append(cmd.Env, "GOTOOLCHAIN="+toolchain)
	}
	cmd.Dir = os.TempDir() // no go.mod is to choose another version
	out, err := cmd.Output()
	if err != nil {
		return nil, commandError("go env", err)
	}
	var env struct{ GOROOT, GOVERSION, GOTOOLDIR string }
	if err := json.Unmarshal(out, &env); err != nil {
		return nil, fmt.Errorf("go env: %w", err)
	}
	return &Toolchain{Go: filepath.Join(env.GOROOT, "bin", "go"), Version: env.GOVERSION, Root: env.GOROOT, Tools: env.GOTOOLDIR, Arch: arch()}, nil
}

// Env asks the go command for one of its settings.
func (t *Toolchain) Env(ctx context.Context, name string) (string, error) {
	out, err := t.run(ctx, os.TempDir(), "env", name)
	return strings.TrimSpace(string(out)), err
}

// run runs the go command in a folder, with this toolchain.
func (t *Toolchain) run(ctx context.Context, dir string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, t.Go, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOTOOLCHAIN=local", "CGO_ENABLED="+enabled(t.Cgo), "GOOS="+runtime.GOOS, "GOARCH="+t.Arch)
	if ownModule(dir) {
		cmd.Env = append(cmd.Env, "GOWORK=off", "GOFLAGS=-mod=mod")
	} else {
		cmd.Env = append(cmd.Env, "GOFLAGS=") // a user's go.mod is not written to, unless a command asks for it
	}
	out, err := cmd.Output()
	if err != nil {
		return out, commandError("go "+args[0], err)
	}
	return out, nil
}

func enabled(on bool) string {
	if on {
		return "1"
	}
	return "0"
}

// ownModule tells whether the go.mod of a folder is Loupe's own rather than a
// user's.
func ownModule(dir string) bool {
	b, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	return err == nil && (bytes.HasPrefix(b, []byte("module "+workerModule+"\n")) || bytes.HasPrefix(b, []byte("module notebook\n")))
}

// commandError adds what a command said to how it failed.
func commandError(what string, err error) error {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		if said := bytes.TrimSpace(exit.Stderr); len(said) > 0 {
			return fmt.Errorf("%s: %s", what, shorten(string(said)))
		}
	}
	return fmt.Errorf("%s: %w", what, err)
}
