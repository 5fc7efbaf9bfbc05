package session

import (
	"context"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"loupe/internal/soak"
	"loupe/kernel/internal/protocol"
)

var (
	soakFor  = flag.Duration("soak", 0, "how long to soak; the default is a few notebooks")
	soakSeed = flag.Uint64("seed", 1, "where the random numbers of a soak begin")
)

// soaked is a session as a soak sees it.
type soaked struct {
	t     *testing.T
	s     *Session
	count int
}

// A watched output keeps text and result apart.
type watched struct {
	mu              sync.Mutex
	printed, result strings.Builder
	began           func() // called when there is text
}

func (w *watched) Stream(name, text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if name == "stdout" {
		w.printed.WriteString(text)
		if w.began != nil {
			w.began()
		}
	}
}
func (w *watched) Display(protocol.Bundle, string, bool) {}
func (w *watched) Result(b protocol.Bundle) {
	text, _ := b.Data["text/plain"].(string)
	w.result.WriteString(text)
}
func (w *watched) Clear(bool) {}
func (w *watched) Ask(context.Context, string, bool) (string, error) {
	return "", context.Canceled
}

func (e *soaked) Execute(code string, interrupt time.Duration) soak.Outcome {
	ctx, cancel := context.WithTimeout(e.t.Context(), 5*time.Minute) // a hang, for all purposes
	defer cancel()
	e.count++
	w := &watched{}
	if interrupt > 0 {
		w.began = sync.OnceFunc(func() { time.AfterFunc(interrupt, cancel) })
	}
	begin := time.Now()
	o := e.s.Execute(ctx, protocol.Cell{Code: code, Count: e.count}, w)
	w.mu.Lock()
	defer w.mu.Unlock()
	out := soak.Outcome{Printed: w.printed.String(), Result: w.result.String(), Took: time.Since(begin)}
	if o.Err != nil {
		out.Name, out.Text = o.Err.Name, o.Err.Value+"\n"+strings.Join(o.Err.Traceback, "\n")
	}
	return out
}

func (e *soaked) Kill() {
	for _, pid := range e.s.Processes() {
		syscall.Kill(pid, syscall.SIGKILL)
	}
	for len(e.s.Processes()) > 0 {
		time.Sleep(time.Millisecond)
	}
}

func (e *soaked) Usage() (u soak.Usage) {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	u.Heap, u.Goroutines = int64(m.HeapAlloc), runtime.NumGoroutine()
	u.Resident = resident(os.Getpid())
	e.s.mu.Lock()
	if e.s.process != nil {
		u.Worker = int64(e.s.process.resident())
	}
	e.s.mu.Unlock()
	fds, _ := os.ReadDir("/proc/self/fd")
	u.Files = len(fds)
	filepath.WalkDir(e.s.tmp, func(string, os.DirEntry, error) error {
		u.Left++
		return nil
	})
	return u
}

func resident(pid int) int64 {
	self, err := os.FindProcess(pid)
	if err != nil {
		return 0
	}
	return int64((&process{cmd: &exec.Cmd{Process: self}}).resident())
}

// TestSoak runs random notebooks, see package soak. make soak runs it for long.
func TestSoak(t *testing.T) {
	if testing.Short() {
		t.Skip("the engine under random notebooks: -short")
	}
	s, err := New(protocol.Config{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	cells := 120
	if *soakFor == 0 {
		cells = 40
	}
	report, err := soak.Run(t.Context(), &soaked{t: t, s: s}, soak.Options{For: *soakFor, Seed: *soakSeed, Cells: cells, Dir: t.TempDir(), Log: t.Logf})
	if err != nil {
		t.Fatal(err)
	}
	report.Check(t)
}
