//go:build unix && !linux

package gonb

import "time"

// take reads from the pipe.
func (s *stream) take(p []byte) (int, error) {
	s.set(true, false)
	n, err := s.file.Read(p)
	s.set(false, err != nil)
	return n, err
}

// empty gives the reader time to wake up. There is no portable way to ask how many bytes
// wait in a pipe.
func (s *stream) empty() bool {
	time.Sleep(5 * time.Millisecond)
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.waiting
}
