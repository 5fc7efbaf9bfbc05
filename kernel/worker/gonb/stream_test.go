//go:build linux

package gonb

import (
	"bufio"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"
)

// TestDrain writes lines into a pipe: once drain has returned, each has been dealt with. A
// reader that has taken bytes and not yet said so must not be missed.
func TestDrain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	opened := make(chan *os.File)
	go func() {
		f, err := os.OpenFile(path, os.O_RDONLY, 0)
		if err != nil {
			t.Error(err)
		}
		opened <- f
	}()
	w, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	s := newStream(<-opened)
	var lines atomic.Int64
	done := make(chan struct{})
	go func() {
		defer close(done)
		for r := bufio.NewScanner(s.Reader); r.Scan(); {
			lines.Add(1)
		}
	}()
	for i := range int64(5000) {
		if _, err := w.WriteString("line\n"); err != nil {
			t.Fatal(err)
		}
		s.drain()
		if got := lines.Load(); got != i+1 {
			t.Fatalf("drained, and %d of %d lines have been read", got, i+1)
		}
	}
	w.Close()
	<-done
	s.drain() // the pipe is closed: nothing to wait for
}
