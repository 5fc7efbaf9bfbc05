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

func (r source) Read(p []byte) (int, error) {
	r.s.set(true, false)
	n, err := r.s.file.Read(p)
	r.s.set(false, err != nil)
	return n, err
}

func (s *stream) set(waiting, ended bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.waiting, s.ended = waiting, ended
}

func (s *stream) state() (waiting, ended bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.waiting, s.ended
}

// drain returns when the pipe is empty and its content has been dealt with.
func (s *stream) drain() {
	for {
		waiting, ended := s.state()
		if ended {
			return
		}
		// The bytes that are still to be read must be counted while the reader
		// waits; it cannot have taken some and be waiting for more then.
		if waiting && pending(s.file) == 0 {
			if still, _ := s.state(); still {
				return
			}
		}
		time.Sleep(200 * time.Microsecond)
	}
}
