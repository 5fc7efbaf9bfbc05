package session

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strings"

	"loupe/kernel/internal/build"
)

// Packages with parts in C cannot be linked into a living worker: the machine's
// own linker has to do that. %cgo builds a worker that contains them, for this
// notebook, and starts over with it.

// inC says what to do about a package that has parts in C, "" if it has none or
// the worker contains them.
func (s *Session) inC(ctx context.Context, w *build.Worker, paths ...string) string {
	list, err := w.Toolchain.InC(ctx, s.module.dir, paths...)
	if err != nil {
		return ""
	}
	list = slices.DeleteFunc(list, w.Preloaded)
	if len(list) == 0 {
		return ""
	}
	s.mu.Lock()
	want := slices.Clone(s.extra)
	s.mu.Unlock()
	for _, path := range list {
		if !slices.Contains(want, path) {
			want = append(want, path)
		}
	}
	cost := "It takes about half a minute, and as long as the C takes to compile when that is done for the first time; then the notebook starts over with an empty worker, and %replay runs its cells again."
	return fmt.Sprintf("%s has parts in C, which need a worker that contains them: %%cgo %s builds one. %s", strings.Join(list, ", "), strings.Join(want, " "), cost)
}

// remark tells the cell that is being planned, after what it says of waiting.
func (s *Session) remark(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e := s.planning; e != nil {
		e.remarks = append(e.remarks, text)
	}
}

// cgo is %cgo.
func (e *execution) cgo(ctx context.Context, args string) error {
	s := e.s
	paths := strings.Fields(args)
	if len(paths) == 0 {
		return errors.New("%cgo wants the packages with parts in C, such as %cgo github.com/mattn/go-sqlite3")
	}
	w := s.worker()
	if err := s.module.open(w); err != nil {
		return err
	}
	if err := hasCompiler(ctx, w.Toolchain); err != nil {
		return err
	}
	for i, path := range paths {
		name, version, _ := strings.Cut(path, "@")
		if version != "" {
			if err := e.get(ctx, path); err != nil {
				return err
			}
		}
		paths[i] = name
	}
	next, err := build.Prepare(ctx, w.Toolchain, build.Options{
		Progress: func(step string) { e.out.Stream("stderr", "loupe: "+step+" …\n") },
		Extra:    &build.Extra{Packages: paths, Module: s.module.dir},
	})
	if err != nil {
		return fmt.Errorf("the worker with %s could not be built; the notebook goes on with the one it has: %w", strings.Join(paths, ", "), err)
	}
	s.end()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tools, s.extra = s.newTools(next), paths
	e.out.Stream("stderr", "loupe: "+s.forgetAll()+"\n")
	return s.startWorker()
}

// end ends the worker and waits until it has. Nobody is told: it was meant.
func (s *Session) end() {
	s.mu.Lock()
	p := s.process
	s.process = nil
	s.mu.Unlock()
	if p != nil {
		p.kill()
		<-p.exited
	}
}

// hasCompiler looks for the C compiler that the go command would call.
func hasCompiler(ctx context.Context, t *build.Toolchain) error {
	cc, err := t.Env(ctx, "CC")
	if err != nil {
		return err
	}
	name, _, _ := strings.Cut(cc, " ")
	if _, err := exec.LookPath(name); err != nil {
		return fmt.Errorf("there is no C compiler: the command %q is not in PATH. Install one (such as gcc), or name it in the environment variable CC", name)
	}
	return nil
}
