package session

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// A cell that allocates without end must end its worker, not the machine.

const (
	// memoryShare is how much of the machine's memory a worker may use.
	memoryShare = 0.8
	watchEvery  = 100 * time.Millisecond
	// memoryVariable sets another limit, in bytes or with a suffix K, M or G.
	memoryVariable = "LOUPE_MEMORY"
)

// memoryLimit is how many bytes a worker may use; 0 means no limit is known.
func memoryLimit() uint64 {
	if n, ok := parseBytes(os.Getenv(memoryVariable)); ok {
		return n
	}
	total := uint64(0)
	if b, err := os.ReadFile("/proc/meminfo"); err == nil {
		var kb uint64
		if n, _ := fmt.Sscanf(string(b), "MemTotal: %d kB", &kb); n == 1 {
			total = kb << 10
		}
	}
	if b, err := os.ReadFile("/sys/fs/cgroup/memory.max"); err == nil { // a container's
		if n, err := strconv.ParseUint(strings.TrimSpace(string(b)), 10, 64); err == nil && (total == 0 || n < total) {
			total = n
		}
	}
	return uint64(float64(total) * memoryShare)
}

func parseBytes(s string) (uint64, bool) {
	shift := 0
	for i, suffix := range []string{"K", "M", "G"} {
		if rest, ok := strings.CutSuffix(s, suffix); ok {
			s, shift = rest, 10*(i+1)
		}
	}
	n, err := strconv.ParseUint(s, 10, 54)
	return n << shift, err == nil
}

// memory says what the session takes. Code that a redefinition has replaced is
// not freed, since a goroutine may still run it: this shows what it comes to.
func (e *execution) memory(context.Context, string) error {
	s := e.s
	s.mu.Lock()
	p, text, data := s.process, s.linker.Text(), s.linker.Data()
	s.mu.Unlock()
	if p == nil {
		e.out.Stream("stdout", "The worker has ended; the next cell starts a new one.\n")
		return nil
	}
	limit := "no limit is known"
	if n := memoryLimit(); n > 0 {
		limit = megabytes(n) + " at most"
	}
	e.out.Stream("stdout", fmt.Sprintf("worker  %s, values and Go's heap included (%s)\ncode    %s of %s\ntables and variables of cells and packages added  %s of %s\n",
		megabytes(p.resident()), limit, megabytes(text.Used), megabytes(text.Size), megabytes(data.Used), megabytes(data.Size)))
	return nil
}

func megabytes(n uint64) string { return fmt.Sprintf("%.1f MB", float64(n)/1e6) }

// watchMemory ends a worker that uses more than the limit.
func (p *process) watchMemory(limit uint64) {
	if limit == 0 {
		return
	}
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	for {
		select {
		case <-p.exited:
			return
		case <-tick.C:
		}
		if used := p.resident(); used > limit {
			p.outOfMemory.Store(used)
			p.kill()
			return
		}
	}
}

// resident is how much memory the worker has, in bytes.
func (p *process) resident() uint64 {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", p.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	fields := bytes.Fields(b)
	if len(fields) < 2 {
		return 0
	}
	pages, _ := strconv.ParseUint(string(fields[1]), 10, 64)
	return pages * uint64(os.Getpagesize())
}
