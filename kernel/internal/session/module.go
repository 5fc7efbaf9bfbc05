package session

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"loupe/kernel/internal/build"
	"loupe/kernel/internal/cell"
)

// A module is where the session's packages come from beside the worker's: the
// notebook's own go.mod, or one in the session's folder.
type module struct {
	session *Session
	dir     string // folder of go.mod, once it is needed
	own     string // that of the session's go.mod for packages of Loupe, once it is needed
}

// open finds the go.mod beside the notebook or makes one.
func (m *module) open(w *build.Worker) error {
	if m.dir != "" {
		return nil
	}
	for dir := m.session.config.Dir; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			m.dir = dir
			return nil
		}
		if dir == filepath.Dir(dir) {
			break
		}
	}
	if err := m.openOwn(w); err != nil {
		return err
	}
	m.dir = m.own
	return nil
}

// openOwn makes a go.mod in the session's folder. It is the session's module where
// there is none beside the notebook; packages of Loupe are always found in it.
func (m *module) openOwn(w *build.Worker) error {
	if m.own != "" {
		return nil
	}
	dir := filepath.Join(m.session.tmp, "module")
	if err := w.CopyModule(dir); err != nil {
		return err
	}
	m.own = dir
	return nil
}

// get adds modules to the session, without a restart.
func (e *execution) get(ctx context.Context, args string) error {
	if args == "" {
		return errors.New("%get wants a module, such as %get github.com/google/uuid@v1.6.0")
	}
	m := e.s.module
	if err := m.open(e.s.worker()); err != nil {
		return err
	}
	for _, path := range strings.Fields(args) {
		e.out.Stream("stderr", "loupe: getting "+path+" …\n")
		note, err := e.s.worker().Get(ctx, m.dir, path)
		if err != nil {
			return err
		}
		if note != "" {
			e.out.Stream("stderr", "loupe: "+note+"\n")
		}
		// Its packages are compiled now rather than by the cell that imports
		// them. A module need not have one at its root.
		name, _, _ := strings.Cut(path, "@")
		e.s.setPlanning(e)
		_ = e.s.load(ctx, e.s.worker(), name)
		e.s.setPlanning(nil)
		e.sayRemarks()
	}
	return nil
}

// silentFor is how long a package may take before the cell that imports it says
// what it waits for.
const silentFor = 500 * time.Millisecond

// fetchAll loads all that a cell imports, at once: to ask the go command for
// each package alone takes several times as long. What is wrong with one is
// said when it is asked for.
func (s *Session) fetchAll(code string) {
	if !strings.Contains(code, "import") {
		return // most cells: they need not be read for that
	}
	w := s.worker()
	paths := slices.DeleteFunc(cell.Imports(code), func(path string) bool {
		excluded, _ := build.Excluded(path)
		_, known := w.Package(path)
		return excluded || known || path == "unsafe"
	})
	if len(paths) > 1 {
		_ = s.fetch(context.Background(), w, paths...)
	}
}

// fetch is load for a cell, or for a completion in one.
func (s *Session) fetch(ctx context.Context, w *build.Worker, paths ...string) error {
	s.mu.Lock()
	e := s.planning
	s.mu.Unlock()
	if e != nil {
		timer := time.AfterFunc(silentFor, func() {
			s.mu.Lock()
			defer s.mu.Unlock()
			if s.planning == e {
				e.waited = true
				e.out.Stream("stderr", "loupe: compiling "+strings.Join(paths, ", ")+" and what they import …\n")
			}
		})
		defer timer.Stop()
	}
	return s.load(ctx, w, paths...)
}

// load makes packages and all that they import known to the session.
func (s *Session) load(ctx context.Context, w *build.Worker, paths ...string) error {
	for _, path := range paths {
		if excluded, why := build.Excluded(path); excluded {
			return errors.New(why)
		}
	}
	if err := s.module.open(w); err != nil {
		return err
	}
	var own []string
	paths = slices.DeleteFunc(slices.Clone(paths), func(path string) bool {
		if s.module.dir == s.module.own || !strings.HasPrefix(path, "loupe/") {
			return false
		}
		own = append(own, path)
		return true
	})
	if len(paths) > 0 {
		if err := s.loadFrom(ctx, w, paths); err != nil {
			return err
		}
	}
	if len(own) == 0 {
		return nil
	}
	return s.loadOwn(ctx, w, own)
}

// loadOwn loads packages of Loupe that the worker does not contain, where the notebook
// has a module that does not know them.
func (s *Session) loadOwn(ctx context.Context, w *build.Worker, paths []string) error {
	if err := s.module.openOwn(w); err != nil {
		return err
	}
	list, err := w.Toolchain.List(ctx, s.module.own, paths...)
	if err != nil {
		return fmt.Errorf("package %s was not found: %w", strings.Join(paths, ", "), err)
	}
	if err := w.Agrees(list); err != nil {
		return fmt.Errorf("%s: %w", strings.Join(paths, ", "), err)
	}
	return w.Add(list)
}

// loadFrom loads packages from the session's module.
func (s *Session) loadFrom(ctx context.Context, w *build.Worker, paths []string) error {
	list, err := w.Toolchain.List(ctx, s.module.dir, paths...)
	if err != nil || slices.ContainsFunc(list, func(p *build.Package) bool { return p.Ignored }) {
		if hint := s.inC(ctx, w, paths...); hint != "" {
			if err != nil {
				return errors.New(hint)
			}
			s.remark("loupe: " + strings.Join(paths, ", ") + ": compiled without C. " + hint + "\n")
		}
	}
	if err != nil && strings.Contains(err.Error(), "is not in std") {
		return errors.New("neither the standard library nor the session's module has it")
	}
	if err != nil {
		return fmt.Errorf("package %s was not found: %w. If it is a module's, add it with %%get %s", strings.Join(paths, ", "), err, paths[0])
	}
	if s.module.own != "" && s.module.own != s.module.dir {
		if err := w.Agrees(list); err != nil {
			return err
		}
	}
	return w.Add(list)
}
