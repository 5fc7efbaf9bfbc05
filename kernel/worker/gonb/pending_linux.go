package gonb

import (
	"os"
	"syscall"
	"unsafe"
)

// pending is how many bytes wait in a pipe.
func pending(f *os.File) int {
	var n int32
	c, err := f.SyscallConn()
	if err != nil {
		return 0
	}
	c.Control(func(fd uintptr) {
		syscall.Syscall(syscall.SYS_IOCTL, fd, syscall.TIOCINQ, uintptr(unsafe.Pointer(&n)))
	})
	return int(n)
}
