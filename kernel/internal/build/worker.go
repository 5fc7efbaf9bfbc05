package build

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"loupe/kernel/internal/link"
	"loupe/kernel/internal/object"
)

// A Worker is a worker program on disk, with all that is needed to compile
// cells for it and to link them into it. It is safe for concurrent use.
type Worker struct {
	Toolchain *Toolchain
	Program   string // path of the executable
	World     *link.World

	dir     string            // the folder of the worker in the cache
	sources map[string][]byte // files of its main package

	mu       sync.Mutex
	packages map[string]*Package
	archives map[string]*object.Archive
}

// A Package is a compiled package.
type Package struct {
	Path      string
	Name      string
	Dir       string // of its source files
	Export    string // its archive in the build cache
	Kept      string // the same beside the worker, "" if it is not kept
	Size      int64  // of the archive, if it is kept
	Imports   []string
	Standard  bool
	Module    string // that it is of, "" for the standard library
	Version   string // of the module
	Preloaded bool   // linked into the worker
	Ignored   bool   // it has files that are not compiled here
}

// Options for Prepare.
type Options struct {
	// Cache is the folder for workers; "" is loupe in the user's cache folder.
	Cache string
	// Progress, if not nil, is told what takes time.
	Progress func(step string)
	// Extra, if not nil, is what the worker is to contain besides the usual.
	Extra *Extra
}

// Extra are packages to be linked into a worker by the official linker, because
// they have parts in C.
type Extra struct {
	Packages []string // import paths
	Module   string   // the folder of the module that they are imported in
}

// Prepare returns the worker for a toolchain, which it builds unless the cache
// has it.
func Prepare(ctx context.Context, t *Toolchain, o Options) (*Worker, error) {
	if o.Progress == nil {
		o.Progress = func(string) {}
	}
	cache, err := cacheDir(o.Cache)
	if err != nil {
		return nil, err
	}
	if o.Extra != nil {
		with := *t
		with.Cgo = true
		t = &with
	}
	sources, err := o.Extra.sources()
	if err != nil {
		return nil, err
	}
	key, err := sourceKey(t, sources)
	if err != nil {
		return nil, err
	}
	dir := filepath.Join(cache, "worker-"+key)
	w := &Worker{Toolchain: t, dir: dir, sources: sources, Program: filepath.Join(dir, "worker"), archives: map[string]*object.Archive{}}
	if err := w.open(); err == nil {
		return w, nil
	}
	unlock, err := lockDir(cache, key)
	if err != nil {
		return nil, err
	}
	defer unlock()
	if err := w.open(); err == nil { // another kernel has built it meanwhile
		return w, nil
	}
	if err := w.build(ctx, o.Progress); err != nil {
		return nil, err
	}
	return w, w.open()
}

// Prepared reports whether the cache holds the worker for a toolchain.
func Prepared(t *Toolchain, o Options) bool {
	cache, err := cacheDir(o.Cache)
	if err != nil {
		return false
	}
	sources, err := o.Extra.sources()
	if err != nil {
		return false
	}
	key, err := sourceKey(t, sources)
	if err != nil {
		return false
	}
	_, err = os.Stat(filepath.Join(cache, "worker-"+key, "packages.json"))
	return err == nil
}

func cacheDir(dir string) (string, error) {
	if dir == "" {
		dir = os.Getenv("LOUPE_CACHE")
	}
	if dir == "" {
		user, err := os.UserCacheDir()
		if err != nil {
			return "", fmt.Errorf("no cache folder: %w. Set LOUPE_CACHE to a folder that can be written", err)
		}
		dir = filepath.Join(user, "loupe")
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("the cache folder cannot be made: %w. Set LOUPE_CACHE to a folder that can be written", err)
	}
	return dir, private(dir)
}

// cacheFormat changes with what this package writes into a worker's folder.
const cacheFormat = 9

// sourceKey names a worker by all that it is made of.
func sourceKey(t *Toolchain, sources map[string][]byte) (string, error) {
	h := sha256.New()
	fmt.Fprint(h, cacheFormat, t.Version, t.Root, t.Arch, t.Cgo)
	for _, name := range slices.Sorted(maps.Keys(sources)) {
		fmt.Fprintf(h, "%s %s", name, sources[name])
	}
	err := eachSource(func(name string, b []byte) error {
		fmt.Fprintln(h, name, len(b))
		_, err := h.Write(b)
		return err
	})
	return fmt.Sprintf("%x", h.Sum(nil)[:8]), err
}

// open reads what build has written.
func (w *Worker) open() error {
	b, err := os.ReadFile(filepath.Join(w.dir, "packages.json"))
	if err != nil {
		return err
	}
	var list []*Package
	if err := json.Unmarshal(b, &list); err != nil {
		return fmt.Errorf("%s: %w", filepath.Join(w.dir, "packages.json"), err)
	}
	w.packages = make(map[string]*Package, len(list))
	for _, p := range list {
		w.packages[p.Path] = p
	}
	if _, err := os.Stat(w.Program); err != nil {
		return err
	}
	if err := checkArchives(list); err != nil {
		return err
	}
	if w.World, err = link.OpenWorld(filepath.Join(w.dir, "world")); err != nil {
		return err
	}
	now := time.Now()
	_ = os.Chtimes(w.dir, now, now) // prune keeps what is in use
	return nil
}

// keepWorkers is how many workers the cache holds: for the versions of Go and
// Loupe that somebody goes back and forth between.
const keepWorkers = 4

// keepFor spares workers that a running kernel may start again after a crash.
const keepFor = 7 * 24 * time.Hour

// prune removes the workers that were not used for the longest time.
func prune(cache string) {
	dirs, err := filepath.Glob(filepath.Join(cache, "worker-*"))
	if err != nil || len(dirs) <= keepWorkers {
		return
	}
	used := func(dir string) time.Time {
		info, err := os.Stat(dir)
		if err != nil {
			return time.Time{}
		}
		return info.ModTime()
	}
	slices.SortFunc(dirs, func(a, b string) int { return used(b).Compare(used(a)) })
	for _, dir := range dirs[keepWorkers:] {
		if time.Since(used(dir)) > keepFor {
			os.RemoveAll(dir)
			os.Remove(filepath.Join(cache, "lock-"+strings.TrimPrefix(filepath.Base(dir), "worker-")))
		}
	}
}

// build makes the worker in its folder, where its sources stay: the go command finds
// a package compiled only if it has not been moved since, and sessions have it compile
// packages of Loupe that the worker does not contain. What is complete has a
// packages.json, which is written last.
func (w *Worker) build(ctx context.Context, progress func(string)) (err error) {
	os.RemoveAll(w.dir) // what an interrupted build has left
	if err := os.Mkdir(w.dir, 0o700); err != nil {
		return fmt.Errorf("cannot build the worker: %w", err)
	}
	defer func() {
		if err != nil {
			os.RemoveAll(w.dir)
		}
	}()
	progress("writing the sources of the worker")
	if err := writeSources(w.dir, w.sources); err != nil {
		return err
	}
	progress(w.compiling())
	src := filepath.Join(w.dir, "worker.src")
	list, err := w.Toolchain.List(ctx, src, ".")
	if err != nil {
		return err
	}
	archives, err := openAll(list)
	if err != nil {
		return err
	}
	progress("linking the worker")
	if err := w.linkWorker(ctx, archives); err != nil {
		return err
	}
	progress("reading the worker's symbols")
	if err := link.Survey(w.Program, archives, filepath.Join(w.dir, "world")); err != nil {
		return err
	}
	if err := os.Chmod(w.Program, 0o700); err != nil {
		return err
	}
	for _, p := range list {
		p.Preloaded = true
	}
	extra, err := w.Toolchain.List(ctx, src, unpreloaded...)
	if err != nil {
		return err
	}
	for _, p := range extra {
		if !slices.ContainsFunc(list, func(q *Package) bool { return q.Path == p.Path }) {
			list = append(list, p)
		}
	}
	if err := keepArchives(list, filepath.Join(w.dir, "archives")); err != nil {
		return err
	}
	prune(filepath.Dir(w.dir))
	return w.write(list)
}

// write writes what the worker contains; it is complete then.
func (w *Worker) write(list []*Package) error {
	b, err := json.Marshal(list)
	if err != nil {
		return err
	}
	name := filepath.Join(w.dir, "packages.json")
	if err := os.WriteFile(name+".new", b, 0o600); err != nil {
		return err
	}
	return os.Rename(name+".new", name)
}

// Discard makes the next [Prepare] build the worker again: its program does not
// start.
func (w *Worker) Discard() { os.Remove(filepath.Join(w.dir, "packages.json")) }

// compiling says what is going on, and how long.
func (w *Worker) compiling() string {
	if w.Toolchain.Cgo {
		return "compiling the standard library, Loupe and what is written in C (once; minutes, if there is much of it)"
	}
	return "compiling the standard library and Loupe (once, about a minute)"
}

func openAll(list []*Package) ([]*object.Archive, error) {
	var archives []*object.Archive
	for _, p := range list {
		if p.Export == "" {
			continue
		}
		a, err := object.Open(p.Path, p.Export)
		if err != nil {
			return nil, err
		}
		archives = append(archives, a)
	}
	return archives, nil
}

// linkWorker links the worker program with a file that keeps every function
// of its packages alive.
func (w *Worker) linkWorker(ctx context.Context, archives []*object.Archive) error {
	src := filepath.Join(w.dir, "worker.src")
	if err := os.WriteFile(filepath.Join(src, "keep.go"), keepSource(archives), 0o600); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(src, "keep.s"), nil, 0o600); err != nil {
		return err
	}
	_, err := w.Toolchain.run(ctx, src, "build", "-ldflags=-checklinkname=0", "-o", w.Program, ".")
	return err
}

// lockDir makes one kernel build a worker while others wait for it.
func lockDir(cache, key string) (unlock func(), err error) {
	path := filepath.Join(cache, "lock-"+key)
	deadline := time.Now().Add(5 * time.Minute)
	for {
		f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
		if err != nil {
			return nil, fmt.Errorf("cannot write to the cache folder: %w", err)
		}
		ok, err := tryLock(f)
		if ok {
			return func() { f.Close() }, nil
		}
		f.Close()
		if err != nil || time.Now().After(deadline) {
			return nil, fmt.Errorf("another process has been building the worker for five minutes (lock %s): %v", path, err)
		}
		time.Sleep(100 * time.Millisecond)
	}
}
