package kernel

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/go-zeromq/zmq4"

	"loupe/internal/soak"
	"loupe/kernel/internal/wire"
)

var (
	soakFor  = flag.Duration("soak", 0, "how long to soak; the default is a few notebooks")
	soakSeed = flag.Uint64("seed", 1, "where the random numbers of a soak begin")
)

// soaked is a whole kernel, seen over its sockets.
type soaked struct {
	*sockets
	shell, control zmq4.Socket
	outputs        chan *wire.Message
}

func newSoaked(s *sockets) *soaked {
	e := &soaked{
		sockets: s, outputs: make(chan *wire.Message, 1000),
		shell: s.dealer(s.conn.ShellPort, "soak"), control: s.dealer(s.conn.ControlPort, "soak"),
	}
	go func() {
		for {
			raw, err := s.iopub.Recv()
			if err != nil {
				return
			}
			if m, err := s.codec.Decode(raw.Frames); err == nil {
				e.outputs <- m
			}
		}
	}()
	return e
}

// Execute implements [soak.Engine].
func (e *soaked) Execute(code string, interrupt time.Duration) (out soak.Outcome) {
	request, _ := json.Marshal(map[string]any{"code": code})
	begin := time.Now()
	id := e.send(e.shell, "execute_request", string(request))
	defer func() { out.Took = time.Since(begin) }()
	var stop <-chan time.Time
	hang := time.After(5 * time.Minute)
	for {
		select {
		case m := <-e.outputs:
			if parent(m) != id {
				continue
			}
			if m.Header.Type == "status" && strings.Contains(string(m.Content), "idle") {
				e.until(e.shell, "execute_reply", "")
				return out
			}
			e.note(m, &out)
			if interrupt > 0 && out.Printed != "" {
				stop, interrupt = time.After(interrupt), 0
			}
		case <-stop:
			e.send(e.control, "interrupt_request", "{}")
			e.until(e.control, "interrupt_reply", "ok")
		case <-hang:
			e.t.Fatalf("no idle within 5 minutes of\n%s", code)
		}
	}
}

// note takes an output into account.
func (e *soaked) note(m *wire.Message, out *soak.Outcome) {
	var c struct {
		Name, Text, EName, EValue string
		Data                      map[string]any
	}
	if err := json.Unmarshal(m.Content, &c); err != nil {
		e.t.Errorf("%s: %v", m.Content, err)
	}
	switch m.Header.Type {
	case "stream":
		if c.Name == "stdout" {
			out.Printed += c.Text
		}
	case "execute_result":
		out.Result, _ = c.Data["text/plain"].(string)
	case "error":
		out.Name, out.Text = c.EName, c.EValue
	}
}

// Kill implements [soak.Engine].
func (e *soaked) Kill() {
	for _, pid := range e.kernel.language.processes() {
		syscall.Kill(pid, syscall.SIGKILL)
	}
	for len(e.kernel.language.processes()) > 0 {
		time.Sleep(time.Millisecond)
	}
}

// Usage implements [soak.Engine].
func (e *soaked) Usage() (u soak.Usage) {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	_, kernel := process(os.Getpid())
	u.Heap, u.Resident, u.Goroutines = int64(m.HeapAlloc), int64(kernel), runtime.NumGoroutine()
	for _, pid := range e.kernel.language.processes() {
		_, worker := process(pid)
		u.Worker += int64(worker)
	}
	fds, _ := os.ReadDir("/proc/self/fd")
	u.Files = len(fds)
	folders, _ := filepath.Glob(filepath.Join(os.TempDir(), fmt.Sprintf("loupe-session-%d-*", os.Getpid())))
	for _, dir := range folders {
		filepath.WalkDir(dir, func(string, os.DirEntry, error) error {
			u.Left++
			return nil
		})
	}
	return u
}

// TestSoak runs random notebooks through a whole kernel with its sockets, see
// package soak. make soak runs it for long.
func TestSoak(t *testing.T) {
	if testing.Short() {
		t.Skip("the kernel under random notebooks: -short")
	}
	cells := 120
	if *soakFor == 0 {
		cells = 25
	}
	e := newSoaked(serveSockets(t, newInterpreter))
	report, err := soak.Run(t.Context(), e, soak.Options{For: *soakFor, Seed: *soakSeed, Cells: cells, Dir: t.TempDir(), Log: t.Logf})
	if err != nil {
		t.Fatal(err)
	}
	report.Check(t)
}
