//go:build linux && (amd64 || arm64)

package worker

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	"loupe/kernel/internal/ipc"
)

// A cell is one execution.
type cell struct {
	number     int
	allowStdin bool
	label      unsafe.Pointer        // identifies its goroutines
	failed     atomic.Pointer[error] // the first error that is not a panic
	ctx        context.Context
	cancel     context.CancelFunc // when the cell is interrupted

	g           atomic.Pointer[byte] // its goroutine
	done        atomic.Bool          // its end has been reported
	ended       atomic.Bool          // its goroutine has ended
	marking     sync.Mutex           // held while its goroutine is marked to be stopped
	interrupted atomic.Bool
	listens     atomic.Bool // somebody has asked for its context
}

var cells struct {
	sync.Mutex
	byLabel map[unsafe.Pointer]*cell
	current *cell
}

// start loads a cell's image and runs it in its own goroutine.
func start(r *ipc.Run) {
	c := &cell{number: r.Cell, allowStdin: r.AllowStdin}
	c.ctx, c.cancel = context.WithCancel(context.Background())
	cells.Lock()
	cells.current = c
	cells.Unlock()
	if err := load(&r.Image); err != nil {
		finish(c, &ipc.Failure{Kind: "error", Value: err.Error()})
		return
	}
	go c.run(r.Image.Inits, r.Image.Entry)
}

// afterGoexit is how long a cell that has ended its own goroutine waits for what
// others do about it.
const afterGoexit = 20 * time.Millisecond

// run calls the cell's functions. A panic ends the cell, not the worker.
func (c *cell) run(inits []uint64, entry uint64) {
	c.enter()
	var f *ipc.Failure
	// Deferred, because runtime.Goexit ends the goroutine.
	defer func() { c.end(f) }()
	func() {
		returned := false
		defer func() {
			if v := recover(); v != nil {
				f = failure(v)
				if c.isInterrupt(v) {
					f.Kind, f.Value = "interrupt", ""
				}
			} else if !returned {
				f = &ipc.Failure{Kind: "panic", Value: "runtime.Goexit was called", Frames: trace()}
				// In a program the others go on, and it may be one of them
				// that says how it ends, told by a deferred call.
				time.Sleep(afterGoexit)
			}
		}()
		// A wild pointer is the cell's error, too.
		debug.SetPanicOnFault(true)
		for _, task := range inits {
			runInit(task)
		}
		if entry != 0 {
			call(uintptr(entry))
		}
		returned = true
	}()
}

// end reports how the cell has ended.
func (c *cell) end(f *ipc.Failure) {
	if err := c.failed.Load(); f == nil && err != nil {
		f = &ipc.Failure{Kind: "error", Value: (*err).Error()}
	}
	c.unmark()
	if process.gonb != nil {
		process.gonb.Flush()
	}
	finish(c, f)
}

// enter labels the goroutine, and so all that it starts, as the cell's.
func (c *cell) enter() {
	ctx := pprof.WithLabels(context.Background(), pprof.Labels("cell", strconv.Itoa(c.number)))
	pprof.SetGoroutineLabels(ctx)
	c.label = getProfLabel()
	c.g.Store((*byte)(getg()))
	cells.Lock()
	defer cells.Unlock()
	if cells.byLabel == nil {
		cells.byLabel = map[unsafe.Pointer]*cell{}
	}
	cells.byLabel[c.label] = c
}

// finish reports a cell's end, once.
func finish(c *cell, f *ipc.Failure) {
	if c.done.CompareAndSwap(false, true) {
		send(ipc.Event{Cell: c.number, Done: &ipc.Done{Failure: f}})
	}
}

// owner is the cell that the calling goroutine belongs to; other goroutines
// count for the cell that ran last.
func owner() *cell {
	cells.Lock()
	defer cells.Unlock()
	if c := cells.byLabel[getProfLabel()]; c != nil {
		return c
	}
	return cells.current
}

func number() int {
	if c := owner(); c != nil {
		return c.number
	}
	return 0
}

// call runs a function without arguments by the address of its code.
func call(code uintptr) {
	fv := &funcval{code}
	f := *(*func())(unsafe.Pointer(&fv))
	f()
}

// runInit runs a package's initialisation once, as runtime.doInit1 does.
func runInit(task uint64) {
	t := (*struct{ state, n uint32 })(pointer(task))
	if t.state != 0 {
		return
	}
	t.state = 1
	fns := unsafe.Slice((*uintptr)(pointer(task+8)), t.n)
	for _, code := range fns {
		call(code)
	}
	t.state = 2
}

// failure describes a recovered panic with the stack that it left.
func failure(v any) *ipc.Failure {
	f := &ipc.Failure{Kind: "panic", Frames: trace()}
	switch v := v.(type) {
	case error:
		f.Value = v.Error()
	case fmt.Stringer:
		f.Value = v.String()
	case string:
		f.Value = v
	default:
		f.Value = fmt.Sprintf("%v (%T)", v, v)
	}
	return f
}

// trace lists the frames between the panic and the worker's own code.
func trace() []ipc.Frame {
	pcs := make([]uintptr, 128)
	pcs = pcs[:runtime.Callers(3, pcs)]
	frames := runtime.CallersFrames(pcs)
	var out []ipc.Frame
	for {
		f, more := frames.Next()
		if strings.HasPrefix(f.Function, "loupe/kernel/worker.call") {
			break
		}
		if f.Function != "" && !strings.HasPrefix(f.Function, "runtime.") && !strings.HasPrefix(f.Function, "loupe/kernel/worker.") {
			out = append(out, ipc.Frame{Func: f.Function, File: f.File, Line: line(f)})
		}
		if !more {
			break
		}
	}
	return out
}

// line is a frame's line. The compiler gives the jump back of a loop without a
// condition the first line of its file, which is before the first of the cell:
// the loop's is that of the code before it.
func line(f runtime.Frame) int {
	if f.Line > 0 || f.Func == nil {
		return f.Line
	}
	for pc := f.PC; pc > f.Func.Entry(); {
		pc--
		if _, n := f.Func.FileLine(pc); n > 0 {
			return n
		}
	}
	return f.Line
}

// hookPanic makes a panic that nobody recovers end its goroutine only.
func hookPanic() error { return replace(fatalpanic, unrecovered) }

// unrecovered stands for runtime.fatalpanic: all deferred calls have run. The
// panic is reported under the cell whose goroutine it is.
func unrecovered(p *runtimePanic) {
	atomic.AddUint32(&runningPanicDefers, ^uint32(0))
	f := failure(p.arg)
	if goroutineID() == 1 { // the worker itself
		println("panic:", f.Value)
		quit(2)
	}
	send(ipc.Event{Cell: number(), Panic: f})
	goexit1()
}
