package session

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"loupe/kernel/internal/build"
	"loupe/kernel/internal/ipc"
	"loupe/kernel/internal/link"
)

// A process is a running worker.
type process struct {
	cmd    *exec.Cmd
	conn   *ipc.Conn[ipc.Request, ipc.Event]
	events chan *ipc.Event // closed when the worker is gone
	raw    chan rawOutput  // what bypasses the socket: println, C, the runtime
	exited chan struct{}
	state  *os.ProcessState

	pipes   [2]*os.File
	reading atomic.Int32 // readers that may hold bytes

	// For route alone: text from its own stderr that is held back, how much
	// has been passed on, and whether a crash is being explained there.
	held     []byte
	released uint64
	crashing bool
	// outOfMemory is how much it used when it was ended for that.
	outOfMemory atomic.Uint64
	// exit says who has ended the process, if it ended in order.
	exit *ipc.Failure

	tailMu sync.Mutex
	tail   []byte // the last the worker wrote to its stderr, to explain a crash
}

type rawOutput struct {
	stream int
	text   []byte
}

// lastOutput is how long after a worker's end its output is read.
const lastOutput = 500 * time.Millisecond

// startTimeout is how long a worker may take to say that it is ready.
const startTimeout = 20 * time.Second

// startProcess runs a worker in a folder. Its own files are below tmp.
func startProcess(w *build.Worker, j *janitor, tmp, dir string, env []string) (*process, error) {
	tmp, err := os.MkdirTemp(tmp, "worker-")
	if err != nil {
		return nil, fmt.Errorf("cannot make a folder for the worker: %w", err)
	}
	ours, theirs, err := socketPair()
	if err != nil {
		return nil, fmt.Errorf("cannot make a socket for the worker: %w", err)
	}
	defer theirs.Close()
	p := &process{events: make(chan *ipc.Event, 64), raw: make(chan rawOutput, 64), exited: make(chan struct{})}
	// A worker for another machine needs an emulator, as "go test -exec" has it.
	command := append(strings.Fields(os.Getenv("LOUPE_EXEC")), w.Program)
	p.cmd = exec.Command(command[0], command[1:]...)
	p.cmd.Dir = dir
	p.cmd.Env = append(append(os.Environ(), "LOUPE_WORKER_TMP="+tmp), env...)
	p.cmd.ExtraFiles = []*os.File{theirs}
	apartUntilDeath(p.cmd)
	closeTheirs, err := p.openPipes()
	if err != nil {
		ours.Close()
		return nil, err
	}
	defer closeTheirs()
	if err := startLocked(p.cmd, w.Toolchain.Cgo); err != nil {
		ours.Close()
		p.closePipes()
		return nil, fmt.Errorf("cannot start the worker: %w", err)
	}
	j.watch(p.cmd.Process.Pid)
	theirs.Close() // else its end would not be noticed
	p.conn = ipc.NewConn[ipc.Request, ipc.Event](ours)
	p.watch(ours, func() {
		j.forget(p.cmd.Process.Pid)
		os.RemoveAll(tmp)
	})
	select {
	case e, ok := <-p.events:
		if ok && e.Ready {
			return p, nil
		}
	case <-time.After(startTimeout):
	}
	p.kill()
	go func() {
		for range p.raw { // nobody else reads
		}
	}()
	for range p.events {
	}
	return nil, fmt.Errorf("the worker did not start: %v %s", p.state, p.lastWords())
}

// openPipes connects the worker's stdout and stderr.
func (p *process) openPipes() (closeTheirs func(), err error) {
	var theirs [2]*os.File
	for i := range theirs {
		if p.pipes[i], theirs[i], err = os.Pipe(); err != nil {
			p.closePipes()
			return nil, fmt.Errorf("cannot make pipes for the worker: %w", err)
		}
	}
	p.cmd.Stdout, p.cmd.Stderr = theirs[0], theirs[1]
	return func() { theirs[0].Close(); theirs[1].Close() }, nil
}

func (p *process) closePipes() {
	for _, f := range p.pipes {
		f.Close() // on nil it does nothing
	}
}

// watch reads the worker's events and raw output until it ends, and with it
// what it has started: ended is called then.
func (p *process) watch(ours *os.File, ended func()) {
	var readers sync.WaitGroup
	for i, pipe := range p.pipes {
		readers.Go(func() { p.readRaw(i+1, pipe) })
	}
	go func() {
		for {
			e, err := p.conn.Receive()
			if err != nil {
				break
			}
			p.events <- e
		}
		p.kill() // it is ending anyway; its children are not
		p.cmd.Wait()
		p.state = p.cmd.ProcessState
		// A process that has left the group may still hold the pipes.
		late := time.AfterFunc(lastOutput, p.closePipes)
		readers.Wait()
		late.Stop()
		ours.Close()
		ended()
		close(p.exited)
		close(p.raw)
		close(p.events)
	}()
}

const tailSize = 64 << 10

func (p *process) readRaw(stream int, pipe *os.File) {
	defer pipe.Close()
	buf := make([]byte, 32<<10)
	for {
		n, err := readMarked(pipe, buf, &p.reading)
		if n > 0 {
			text := append([]byte(nil), buf[:n]...)
			p.tailMu.Lock()
			p.tail = append(p.tail, text...)
			if extra := len(p.tail) - tailSize; extra > 0 && len(p.tail) > 2*tailSize {
				p.tail = append([]byte(nil), p.tail[extra:]...)
			}
			p.tailMu.Unlock()
			p.raw <- rawOutput{stream, text}
		}
		p.reading.Add(-1)
		if err != nil {
			return
		}
	}
}

// lastWords is what the worker wrote to its own stderr last.
func (p *process) lastWords() string {
	p.tailMu.Lock()
	defer p.tailMu.Unlock()
	return string(p.tail)
}

func (p *process) kill() {
	if p.cmd.Process != nil {
		_ = killGroup(p.cmd.Process.Pid) // it may be gone already
	}
}

// send asks something of the worker; a dead one is noticed by its events.
func (p *process) send(r ipc.Request) { _ = p.conn.Send(&r) }

// transfer copies a linked image into the form that the worker reads.
func transfer(im *link.Image) ipc.Image {
	out := ipc.Image{
		Text: ipc.Segment(im.Text), Data: ipc.Segment(im.Data),
		Module: im.Module, NextOffset: im.NextOffset, Typelinks: ipc.Typelinks(im.Typelinks),
		Retyped: im.Retyped, Inits: im.Inits, Entry: im.Entry, Unstoppable: im.Unstoppable,
	}
	for _, m := range im.Masks {
		t := ipc.Mask{Bits: m.Bits, Base: m.Base}
		for _, v := range m.Vars {
			t.Vars = append(t.Vars, ipc.Var(v))
		}
		out.Masks = append(out.Masks, t)
	}
	for _, i := range im.Itabs {
		t := ipc.Itab{Addr: i.Addr, Slot: i.Slot}
		for _, s := range i.Sites {
			t.Sites = append(t.Sites, ipc.Site(s))
		}
		out.Itabs = append(out.Itabs, t)
	}
	for _, w := range im.Writes {
		out.Writes = append(out.Writes, ipc.Segment(w))
	}
	return out
}

// rawPending reports whether the worker's own streams hold bytes that have not
// been passed on.
func (p *process) rawPending() bool {
	// In the order in which bytes move on, so that none is overlooked between.
	for _, f := range p.pipes {
		if pending(f) {
			return true
		}
	}
	return p.reading.Load() > 0 || len(p.raw) > 0
}
