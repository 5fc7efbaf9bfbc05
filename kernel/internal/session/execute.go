package session

import (
	"context"
	"errors"
	"os"
	"strings"
	"sync"
	"time"

	"loupe/kernel/internal/cell"
	"loupe/kernel/internal/ipc"
	"loupe/kernel/internal/link"
	"loupe/kernel/internal/object"
	"loupe/kernel/internal/protocol"
)

// Execute runs one cell and returns when it has ended.
func (s *Session) Execute(ctx context.Context, c protocol.Cell, out protocol.Output) protocol.Outcome {
	limited := s.bound(out, c.Count)
	out = limited
	s.mu.Lock()
	s.executions++
	id, before := s.executions, s.current
	s.outputs[id] = out
	s.current = id
	if c.Silent { // what prints later belongs to the last cell that is seen
		defer func() {
			s.mu.Lock()
			s.current = before
			s.mu.Unlock()
		}()
	}
	delete(s.outputs, id-keepOutputs)
	s.mu.Unlock()
	e := &execution{s: s, id: id, cell: c, out: out, number: c.Count}
	if e.number == 0 {
		e.number = silentNumbers + id
	}
	f := e.run(ctx)
	if f == nil && s.reactive && !c.Silent {
		f = e.react(ctx)
	}
	limited.end()
	if f != nil {
		return protocol.Outcome{Err: f}
	}
	return protocol.Outcome{}
}

const (
	// keepOutputs is how many cells back a goroutine may still print under
	// its own cell; what older ones print goes to the latest cell.
	keepOutputs = 1000
	// silentNumbers keeps the numbers of cells that have no In [n] apart.
	silentNumbers = 1_000_000
)

// An execution is one run of one cell.
type execution struct {
	s       *Session
	id      int
	number  int      // as in In [n]
	again   bool     // it has run before
	spoke   bool     // something is shown that must stay
	remarks []string // to be said once it is planned
	waited  bool     // something is shown of what it waits for
	cell    protocol.Cell
	out     protocol.Output
}

func (e *execution) run(ctx context.Context) *protocol.Failure {
	if err := e.s.await(ctx, e.out); err != nil {
		if ctx.Err() != nil {
			return interrupted("")
		}
		return plainFailure("EngineError", err)
	}
	code, f, done := e.commands(ctx, e.cell.Code)
	if f != nil || done {
		return f
	}
	return e.runGo(ctx, code)
}

// runGo compiles, links and runs Go.
func (e *execution) runGo(ctx context.Context, code string) *protocol.Failure {
	s := e.s
	s.mu.Lock()
	s.sources[e.number] = code
	notebook, process, linker := s.notebook, s.process, s.linker
	s.mu.Unlock()
	plan, err := e.plan(notebook, code)
	if err != nil {
		return e.planFailure(err)
	}
	if len(plan.Units) == 0 {
		s.commit(e, plan, nil)
		return nil
	}
	units, err := e.compile(ctx, plan)
	if err != nil {
		if ctx.Err() != nil {
			return interrupted("")
		}
		return e.compileFailure(err)
	}
	undo := func() {}
	if d := plan.Dropped; len(d.Vars)+len(d.Funcs)+len(d.Types) > 0 {
		undo = linker.Forget(names(d))
	}
	image, err := linker.Link(units)
	if err != nil {
		undo()
		return plainFailure("LinkError", err)
	}
	done, ok := s.expect(e.id, process)
	if !ok {
		return s.goneMeanwhile()
	}
	for _, note := range plan.Notes {
		e.out.Stream("stderr", note+"\n")
	}
	process.send(ipc.Request{Run: &ipc.Run{Cell: e.id, Image: transfer(image), AllowStdin: e.cell.AllowStdin}})
	s.commit(e, plan, image)
	f := e.wait(ctx, process, done)
	if f != nil {
		s.failed(e.number, f.Name)
	}
	return f
}

// expect registers a cell whose end is waited for. It fails if the worker has
// ended while the cell was compiled: nobody would report that any more.
func (s *Session) expect(id int, p *process) (chan *ipc.Done, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.process != p {
		return nil, false
	}
	done := make(chan *ipc.Done, 1)
	s.waiting[id] = done
	return done, true
}

// goneMeanwhile is the failure of a cell that found no worker to run in.
func (s *Session) goneMeanwhile() *protocol.Failure {
	s.mu.Lock()
	defer s.mu.Unlock()
	said := strings.TrimSpace(s.obituary)
	s.obituary = ""
	if said == "" {
		said = "The worker has ended while the cell was compiled."
	}
	return plainFailure("WorkerLost", errors.New(said))
}

// failed remembers that a cell ended with an error, for %replay.
func (s *Session) failed(number int, name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := len(s.ran); n > 0 && s.ran[n-1].number == number {
		s.ran[n-1].failure = name
	}
}

// plan analyses the cell. Packages that it imports may have to be compiled
// first; what is said of that is gone afterwards, for it is not the cell's.
func (e *execution) plan(notebook *cell.Notebook, code string) (*cell.Plan, error) {
	e.s.setPlanning(e)
	defer e.s.setPlanning(nil)
	e.s.fetchAll(code)
	plan, err := notebook.Plan(e.number, code)
	e.s.mu.Lock()
	defer e.s.mu.Unlock()
	if e.waited && !e.spoke {
		e.out.Clear(false)
	}
	e.sayRemarks()
	return plan, err
}

// sayRemarks says what has been noticed of packages.
func (e *execution) sayRemarks() {
	for _, text := range e.remarks {
		e.out.Stream("stderr", text)
	}
	e.remarks = nil
}

func (s *Session) setPlanning(e *execution) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.planning = e
}

// commit makes the cell a part of the session.
func (s *Session) commit(e *execution, plan *cell.Plan, image *link.Image) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if image != nil {
		image.Commit()
	}
	s.notebook = plan.After
	if !e.cell.Silent {
		s.ran = append(s.ran, ranCell{number: e.number, code: e.cell.Code, defines: plan.Defines})
		s.lineage.add(lineageCell{id: e.cell.ID, number: e.number, code: e.cell.Code, defines: plan.Defines, uses: plan.Uses}, plan.Changed)
	}
}

// compile compiles the plan's units, at once.
func (e *execution) compile(ctx context.Context, plan *cell.Plan) ([]link.Unit, error) {
	units := make([]link.Unit, len(plan.Units))
	errs := make([]error, len(plan.Units))
	worker := e.s.worker()
	var wg sync.WaitGroup
	for i, u := range plan.Units {
		compile := func() {
			dir, err := e.s.folder(e.id, i)
			if err != nil {
				errs[i] = err
				return
			}
			defer os.RemoveAll(dir)
			var a *object.Archive
			if a, errs[i] = worker.Compile(ctx, dir, u.Source, u.Symabis, u.Imports); errs[i] == nil {
				units[i] = link.Unit{Object: a, New: names(u.New), Imports: u.Imports, RunInit: u.RunInit}
			}
		}
		if i == len(plan.Units)-1 {
			compile()
			break
		}
		wg.Go(compile)
	}
	wg.Wait()
	if plan.Entry != "" {
		units[len(units)-1].Entry = plan.Entry
	}
	return units, errors.Join(errs...)
}

func names(s cell.Symbols) link.Names {
	return link.Names{Vars: s.Vars, Funcs: s.Funcs, Types: s.Types, Extended: s.Extended}
}

// killAfter is how long an interrupted cell may go on before its worker is
// replaced.
const killAfter = 5 * time.Second

// wait waits for the cell's end, and interrupts it when ctx ends.
func (e *execution) wait(ctx context.Context, p *process, done <-chan *ipc.Done) *protocol.Failure {
	var deadline <-chan time.Time
	interrupt := ctx.Done()
	for {
		select {
		case d := <-done:
			if d == nil {
				return e.crashFailure(p, interrupt == nil)
			}
			return e.failure(d.Failure)
		case <-interrupt:
			interrupt = nil
			deadline = time.After(killAfter)
			p.send(ipc.Request{Interrupt: &ipc.Interrupt{Cell: e.id}})
		case <-deadline:
			p.kill()
		}
	}
}
