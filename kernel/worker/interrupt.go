//go:build linux && (amd64 || arm64)

package worker

import (
	"errors"
	"fmt"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"

	"loupe/kernel/internal/ipc"
)

// An interrupt costs a running cell nothing until it comes: no poll is
// compiled into loops. The runtime can already stop a goroutine at almost any
// instruction, with a signal, to let others run; preemptHook makes the stopped
// goroutine of an interrupted cell panic there, as a wild memory access would.
// Only code of cells is stopped so: library code runs on until it returns to a
// cell, since a panic in the middle of it could leave a lock held.

// What preemptHook reads: the range of code in which a goroutine may be stopped
// that is marked by SIGINT as its last signal.
var (
	cellText    uintptr = textBase            //lint:ignore U1000 preempt_*.s reads it
	cellTextEnd uintptr = textBase + textSize //lint:ignore U1000 preempt_*.s reads it
	unstoppable atomic.Pointer[ranges]
)

// ranges are pairs of addresses in increasing order: between an even and the
// following odd one a goroutine must not be stopped, because a function with
// deferred calls is entered or left there.
type ranges struct {
	first *uint64
	n     uintptr
	all   []uint64
}

// addUnstoppable extends the ranges. Images come in order of address.
func addUnstoppable(more []uint64) {
	r := &ranges{}
	if before := unstoppable.Load(); before != nil {
		if len(more) == 0 {
			return
		}
		r.all = append(r.all, before.all...)
	}
	r.all = append(r.all, more...)
	r.first, r.n = unsafe.SliceData(r.all), uintptr(len(r.all))
	unstoppable.Store(r)
}

func getg() unsafe.Pointer
func preemptHookPC() uintptr
func asyncPreemptPC() uintptr
func asyncPreempt2PC() uintptr

// hookPreempt makes asyncPreempt call preemptHook instead of asyncPreempt2.
func hookPreempt() error {
	start, old := asyncPreemptPC(), asyncPreempt2PC()
	code := memory(uint64(start), 1024)
	for i := 0; i+8 <= len(code); i += instruction {
		at := start + uintptr(i)
		if to, ok := callee(code[i:], at); ok && to == old {
			return patch(at, callTo(at, preemptHookPC()))
		}
	}
	return errors.New("runtime.asyncPreempt does not call asyncPreempt2 in this version of Go")
}

const (
	// abandonAfter is how long an interrupted cell has before it is left
	// behind, because it waits or runs in a library.
	abandonAfter = 90 * time.Millisecond
	// starvedUntil is how long a cell has at most that runs, but hardly gets
	// processor time because the machine is busy with other things.
	starvedUntil = 2 * time.Second
	// grace is how long a cell that uses display.Context has to end by itself.
	grace    = 250 * time.Millisecond
	tryEvery = 200 * time.Microsecond
	tryLater = 20 * time.Millisecond
)

// interrupt stops a cell: the one given if it still runs.
func interrupt(number int) {
	cells.Lock()
	c := cells.current
	cells.Unlock()
	if c == nil || c.number != number || c.done.Load() {
		return
	}
	c.interrupted.Store(true)
	c.cancel()
	select { // a cell that waits for input
	case process.input <- ipc.Input{Err: "interrupted"}:
	default:
	}
	go c.stop()
}

// stop makes the cell panic as soon as it is in its own code, again if it
// recovers. A cell that cannot be stopped in time is left behind: its goroutine
// is stopped when it comes back.
func (c *cell) stop() {
	started := time.Now()
	if c.listens.Load() { // the cell has been told through its context
		for !c.ended.Load() && time.Since(started) < grace {
			time.Sleep(tryEvery)
		}
		started = time.Now()
	}
	used := processorTime()
	for !c.ended.Load() {
		runs := c.preempt()
		wait := tryEvery
		since := time.Since(started)
		starved := runs && since < starvedUntil && processorTime()-used < abandonAfter/2
		if since > abandonAfter && !starved {
			if since > time.Second {
				wait = tryLater
			}
			if !c.done.Load() {
				finish(c, &ipc.Failure{Kind: "interrupt", Value: c.leftIn()})
			}
		}
		time.Sleep(wait)
	}
}

// processorTime is how long the process's threads have run.
func processorTime() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u) // it fails for wrong arguments only
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// Values of a goroutine's status: it waits for a processor, or has one.
const (
	statusRunnable = 1
	statusRunning  = 2
)

// preempt asks the runtime to stop the cell's goroutine where it is, and
// reports whether it runs, or would if it had a processor.
func (c *cell) preempt() (runs bool) {
	c.marking.Lock()
	defer c.marking.Unlock()
	if c.ended.Load() {
		return false // the goroutine is another's, or nobody's
	}
	g := unsafe.Pointer(c.g.Load())
	if g == nil {
		return true // it has not started yet
	}
	// Where there is one processor, this runs only while the cell's goroutine
	// does not: the mark alone stops that when it goes on.
	mark(g, syscall.SIGINT)
	if m := *(*unsafe.Pointer)(unsafe.Add(g, offGM)); m != nil {
		*(*bool)(unsafe.Add(g, offGPreempt)) = true
		signalM(m, int(syscall.SIGURG))
	}
	status := atomic.LoadUint32((*uint32)(unsafe.Add(g, offGStatus)))
	return status == statusRunnable || status == statusRunning
}

// mark sets the last signal of a goroutine, which preemptHook looks at.
func mark(g unsafe.Pointer, sig syscall.Signal) {
	atomic.StoreUint32((*uint32)(unsafe.Add(g, offGSig)), uint32(sig))
}

// unmark ends the cell's goroutine for those who would stop it.
func (c *cell) unmark() {
	c.marking.Lock()
	defer c.marking.Unlock()
	c.ended.Store(true)
	mark(unsafe.Pointer(c.g.Load()), 0)
}

// interruptText is how the runtime words a panic for SIGINT.
const interruptText = "runtime error: SIGINT: interrupt"

// isInterrupt reports whether a panic value is what inject has raised.
func (c *cell) isInterrupt(v any) bool {
	err, ok := v.(runtime.Error)
	return ok && c.interrupted.Load() && err.Error() == interruptText
}

var stackFunction = regexp.MustCompile(`(?m)^([^\s].*)\((.*)\)$`)

// leftIn says in what library call the cell's goroutine is.
func (c *cell) leftIn() string {
	id := *(*uint64)(unsafe.Add(unsafe.Pointer(c.g.Load()), offGID))
	buf := make([]byte, 1<<20)
	all := string(buf[:runtime.Stack(buf, true)])
	_, mine, ok := strings.Cut(all, "goroutine "+strconv.FormatUint(id, 10)+" [")
	if !ok {
		return ""
	}
	state, rest, _ := strings.Cut(mine, "]")
	rest, _, _ = strings.Cut(rest, "\n\n")
	last, waits := "", !strings.HasPrefix(state, "run")
	for _, m := range stackFunction.FindAllStringSubmatch(rest, -1) {
		if strings.HasPrefix(m[1], "notebook.") {
			break
		}
		if strings.HasPrefix(m[1], "runtime.") || strings.HasPrefix(m[1], "loupe/kernel/worker.") {
			continue
		}
		// A function that is taken in by the cell's code is the cell's, unless
		// it has called another one.
		if inlined := m[2] == "..."; !inlined || last != "" || waits {
			last = m[1]
		}
	}
	switch {
	case last != "":
		return fmt.Sprintf("left behind in %s, which cannot be stopped", last)
	case !waits:
		return "left behind: it did not come to a point where it can be stopped"
	}
	return fmt.Sprintf("left behind while it waits (%s)", state)
}
