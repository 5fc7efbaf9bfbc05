package session

import (
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"unsafe"
)

// starter is the goroutine that starts all workers. It keeps its thread for
// good: Linux sends the parent-death signal when the thread that started a
// process ends, not when the process does.
var starter = func() chan<- func() {
	work := make(chan func())
	go func() {
		runtime.LockOSThread()
		for f := range work {
			f()
		}
	}()
	return work
}()

func startLocked(cmd *exec.Cmd) error {
	done := make(chan error)
	starter <- func() { done <- cmd.Start() }
	return <-done
}

// pending reports whether a pipe holds bytes that nobody has read.
func pending(f *os.File) bool {
	c, err := f.SyscallConn()
	if err != nil {
		return false
	}
	var n int32
	err = c.Control(func(fd uintptr) {
		const fionread = 0x541b
		syscall.Syscall(syscall.SYS_IOCTL, fd, fionread, uintptr(unsafe.Pointer(&n)))
	})
	return err == nil && n > 0
}
