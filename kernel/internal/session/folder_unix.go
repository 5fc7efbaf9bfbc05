//go:build unix

package session

import (
	"errors"
	"os"
	"syscall"
)

// tryLock takes a lock that ends with the file or the process.
func tryLock(f *os.File) bool {
	return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil
}

// alive says whether there is a process with this number.
func alive(pid int) bool { return !errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) }
