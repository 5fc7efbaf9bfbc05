package gonb

import (
	"io"
	"os"
	"syscall"
	"unsafe"
)

// take reads from the pipe. That something was taken, and that the stream does not wait
// any more, become known at the same time: nobody can find the pipe empty, and the stream
// waiting, while bytes are on their way.
func (s *stream) take(p []byte) (n int, err error) {
	c, err := s.file.SyscallConn()
	if err != nil {
		return 0, err
	}
	if c.Read(func(fd uintptr) bool { n, err = s.try(int(fd), p); return err != syscall.EAGAIN }) != nil {
		err = os.ErrClosed
	}
	switch {
	case err != nil:
		n = 0
	case n == 0:
		err = io.EOF
	}
	if err != nil {
		s.set(false, true)
	}
	return n, err
}

// try reads what is there.
func (s *stream) try(fd int, p []byte) (n int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		if n, err = syscall.Read(fd, p); err != syscall.EINTR {
			break
		}
	}
	s.waiting = err == syscall.EAGAIN
	return n, err
}

// empty reports whether the stream waits for a pipe in which nothing is.
func (s *stream) empty() bool {
	c, err := s.file.SyscallConn()
	if err != nil {
		return true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var n int32
	c.Control(func(fd uintptr) {
		syscall.Syscall(syscall.SYS_IOCTL, fd, syscall.TIOCINQ, uintptr(unsafe.Pointer(&n)))
	})
	return s.waiting && n == 0
}
