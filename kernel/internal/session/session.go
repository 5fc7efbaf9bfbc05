// Package session is a notebook's engine: it takes the text of cells and runs
// them, compiled, in a worker process that keeps their values.
//
// For most uses, make one [Session] for a notebook and call [Session.Execute]
// for each cell; the engine needs no Jupyter. A cell passes through the
// packages beside this one: cell (text to Go files), build (Go files to
// objects), link (objects to an image) and the worker.
//
// A cell changes the session only when all of it has been compiled and linked:
// what fails before that leaves everything as it was.
package session

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"loupe/kernel/internal/build"
	"loupe/kernel/internal/cell"
	"loupe/kernel/internal/ipc"
	"loupe/kernel/internal/link"
	"loupe/kernel/internal/protocol"
)

// A Session is the state of one notebook. Execute is for one caller at a time;
// all other methods may be called while a cell runs.
type Session struct {
	config  protocol.Config
	tmp     string // folder for the compiler's files
	folders folder // the same, locked
	janitor *janitor

	ready    chan struct{} // closed when prepare has ended
	progress []string      // what prepare has said so far
	prepared error
	note     string // what the first cell is to say of the preparation

	mu       sync.Mutex
	tools    *tools
	extra    []string // packages with C in the worker
	notebook *cell.Notebook
	process  *process
	linker   *link.Linker
	outputs  map[int]protocol.Output // by execution
	waiting  map[int]chan *ipc.Done
	current  int
	closed   bool
	obituary string // how a worker ended that no cell waited for

	planning   *execution     // the cell that is being planned, if any
	executions int            // number of the last execution
	sources    map[int]string // texts of cells by their number, for error messages
	ran        []ranCell      // what built the present state, in order
	lineage    lineage        // which of them have seen what has changed since
	reactive   bool           // cells run again when what they use has changed
	lostCells  []ranCell      // what a crash has undone, for %replay
	dir        string         // working directory of cells
	env        []string
	module     *module
}

// A ranCell is a cell that was linked into the present worker.
type ranCell struct {
	number  int
	code    string
	defines []string
	failure string // the error that it ended with
}

// New starts a session. The worker is prepared in the background: building it
// for the first time takes about a minute, starting it a few milliseconds.
func New(config protocol.Config) (*Session, error) {
	if config.Dir == "" {
		dir, err := os.Getwd()
		if err != nil {
			return nil, fmt.Errorf("the notebook has no folder: %w", err)
		}
		config.Dir = dir
	}
	folders, err := newFolder()
	if err != nil {
		return nil, err
	}
	s := &Session{
		config: config, tmp: folders.path, folders: folders, dir: config.Dir,
		janitor: newJanitor(folders.path),
		ready:   make(chan struct{}),
		outputs: map[int]protocol.Output{}, waiting: map[int]chan *ipc.Done{},
		sources: map[int]string{},
	}
	s.module = &module{session: s}
	go s.prepare()
	return s, nil
}

// prepare finds Go, builds the worker if need be, and starts it.
func (s *Session) prepare() {
	defer close(s.ready)
	ctx := context.Background()
	tc, err := build.FindToolchain(ctx)
	if err != nil {
		s.prepared = err
		return
	}
	s.note = tc.Note
	w, err := build.Prepare(ctx, tc, build.Options{Progress: s.report})
	if err != nil {
		s.prepared = err
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tools = s.newTools(w)
	s.notebook = s.emptyNotebook()
	if !s.closed {
		s.prepared = s.startWorker()
	}
}

func (s *Session) emptyNotebook() *cell.Notebook {
	t := s.tools
	return cell.New(cell.Config{Importer: t.importer, Language: t.worker.Toolchain.Language(), Known: t.known})
}

// Started waits until cells can run.
func (s *Session) Started(ctx context.Context) error {
	select {
	case <-s.ready:
		return s.prepared
	case <-ctx.Done():
		return ctx.Err()
	}
}

// report remembers what preparing does, and tells a cell that waits for it.
func (s *Session) report(step string) {
	if s.config.Progress != nil {
		s.config.Progress(step)
		return
	}
	s.mu.Lock()
	s.progress = append(s.progress, step)
	out := s.outputs[s.current]
	s.mu.Unlock()
	if out != nil {
		out.Stream("stderr", "loupe: "+step+" …\n")
	}
}

// startAttempts is how often a worker is started before that is an error. The
// system may have put something at random where cells are to go; with C in it,
// a worker may find that every second time.
func startAttempts(t *build.Toolchain) int {
	if t.Cgo {
		return 16
	}
	return 4
}

// startWorker starts a fresh worker and forgets all values. s.mu is held.
func (s *Session) startWorker() error {
	linker, err := link.New(s.tools.worker.World, s.tools.worker)
	if err != nil {
		return err
	}
	var p *process
	for range startAttempts(s.tools.worker.Toolchain) {
		if p, err = startProcess(s.tools.worker, s.janitor, s.tmp, s.dir, s.env); err == nil {
			break
		}
	}
	if err != nil {
		s.tools.worker.Discard()
		return fmt.Errorf("%w. It will be built again when the kernel is started again", err)
	}
	s.process = p
	s.linker = linker
	s.linker.GOROOT = s.tools.worker.Toolchain.Root
	go s.route(p)
	go p.watchMemory(memoryLimit())
	return nil
}

// await waits until the worker is there. What it says meanwhile is gone
// afterwards: it is not the cell's.
func (s *Session) await(ctx context.Context, out protocol.Output) error {
	select {
	case <-s.ready:
	default:
		s.mu.Lock()
		for _, step := range s.progress {
			out.Stream("stderr", "loupe: "+step+" …\n")
		}
		s.mu.Unlock()
		select {
		case <-s.ready:
		case <-ctx.Done():
			return ctx.Err()
		}
		s.mu.Lock()
		said := len(s.progress) > 0
		s.mu.Unlock()
		if said && s.prepared == nil {
			out.Clear(false)
		}
	}
	if s.prepared != nil {
		return s.prepared
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return errors.New("the session has been closed")
	}
	if s.obituary != "" {
		out.Stream("stderr", s.obituary)
		s.obituary = ""
	}
	if s.note != "" {
		out.Stream("stderr", "loupe: "+s.note+"\n")
		s.note = ""
	}
	if s.process == nil {
		return s.startWorker()
	}
	return nil
}

// Notebook is what the cells that ran have declared, for completion.
func (s *Session) Notebook() *cell.Notebook {
	select {
	case <-s.ready:
	default:
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.notebook
}

// Processes names the worker process, for usage reports.
func (s *Session) Processes() []int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.process == nil {
		return nil
	}
	return []int{s.process.cmd.Process.Pid}
}

// Close ends the worker, with all that it runs, and removes the session's
// files.
func (s *Session) Close() error {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.end()
	s.janitor.close()
	return s.folders.remove()
}

// folder makes a folder for one compilation.
func (s *Session) folder(n, unit int) (string, error) {
	dir := filepath.Join(s.tmp, fmt.Sprintf("%d-%d", n, unit))
	return dir, os.MkdirAll(dir, 0o700)
}
