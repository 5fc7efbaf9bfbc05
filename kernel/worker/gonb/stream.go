//go:build unix

package gonb

import (
	"bufio"
	"os"
	"sync"
	"time"
)

// A stream is the reading end of the pipe. It knows whether all that was
// written has been taken in.
type stream struct {
	file *os.File
	*bufio.Reader

	mu      sync.Mutex
	waiting bool // in a read from the pipe, with nothing left to decode
	ended   bool
}

func newStream(f *os.File) *stream {
	s := &stream{file: f}
	s.Reader = bufio.NewReader(source{s})
	return s
}

// source is what the stream's buffer is filled from.
type source struct{ s *stream }

func (r source) Read(p []byte) (int, error) { return r.s.take(p) }

func (s *stream) set(waiting, ended bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.waiting, s.ended = waiting, ended
}

func (s *stream) over() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ended
}

// drain returns when the pipe is empty and its content has been dealt with.
func (s *stream) drain() {
	for !s.over() && !s.empty() {
		time.Sleep(200 * time.Microsecond)
	}
}
