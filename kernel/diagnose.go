package kernel

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"loupe/kernel/internal/build"
)

// A Finding is the result of one check of the machine. Err is nil if all is
// well; it says what is wrong, and Mend what to do.
type Finding struct {
	Name   string // what was checked
	Detail string // what was found
	Err    error
	Mend   string
}

// Prepare builds ahead what the first cell would otherwise wait for. progress
// is told what takes time.
func Prepare(ctx context.Context, progress func(step string)) error {
	tools, err := build.FindToolchain(ctx)
	if err == nil {
		_, err = build.Prepare(ctx, tools, build.Options{Progress: progress})
	}
	return advised(err)
}

// advised adds to an error what to do about it, if that is known.
func advised(err error) error {
	if err == nil {
		return nil
	}
	if mend := build.Advice(err); mend != "" {
		return fmt.Errorf("%w\n→ %s", err, mend)
	}
	return err
}

// Diagnose checks what the kernel needs to compile and run cells.
func Diagnose(ctx context.Context) []Finding {
	tools, err := build.FindToolchain(ctx)
	goFound := Finding{
		Name: "Go", Err: err,
		Mend: "install " + strings.Join(build.Supported(), " or ") + " from https://go.dev/dl and put its bin folder into PATH",
	}
	if err != nil {
		return []Finding{goFound, checkCache(ctx)}
	}
	goFound.Detail = fmt.Sprintf("%s in %s", strings.TrimPrefix(tools.Version, "go"), tools.Root)
	worker := Finding{Name: "worker", Detail: "built", Mend: "build it with: loupe install"}
	if !build.Prepared(tools, build.Options{}) {
		worker.Err = errors.New("not built yet: the first cell will wait for it")
	}
	return []Finding{goFound, checkCache(ctx), worker}
}

// checkCache tries to write to Go's build cache.
func checkCache(ctx context.Context) Finding {
	f := Finding{Name: "build cache", Mend: "set GOCACHE to a folder that you may write to: go env -w GOCACHE=DIR"}
	out, err := exec.CommandContext(ctx, "go", "env", "GOCACHE").Output()
	if err != nil {
		f.Err = errors.New("cannot tell where it is, because go env GOCACHE fails")
		return f
	}
	f.Detail = strings.TrimSpace(string(out))
	if err := os.MkdirAll(f.Detail, 0o700); err != nil {
		f.Err = err
		return f
	}
	probe, err := os.CreateTemp(f.Detail, "loupe-doctor-*")
	if err != nil {
		f.Err = fmt.Errorf("%s cannot be written: %w", filepath.Clean(f.Detail), err)
		return f
	}
	probe.Close()
	os.Remove(probe.Name())
	return f
}
