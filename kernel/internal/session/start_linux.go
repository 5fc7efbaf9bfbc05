package session

import (
	"cmp"
	"errors"
	"io"
	"os"
	"os/exec"
	"runtime"
	"sync/atomic"
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

// socketPair makes the connection between the kernel and a worker.
func socketPair() (ours, theirs *os.File, err error) {
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, err
	}
	return os.NewFile(uintptr(fds[0]), "worker"), os.NewFile(uintptr(fds[1]), "kernel"), nil
}

// apart makes a command the head of a process group, so that signals from the
// terminal reach only the kernel, and all of the group can be ended at once.
func apart(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return killGroup(cmd.Process.Pid) }
}

// apartUntilDeath is apart for a command that never outlives its kernel,
// however that ends. It has to be started by startLocked.
func apartUntilDeath(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// inOwnSession keeps signals of the kernel's terminal and process group away.
func inOwnSession(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} }

func killGroup(group int) error { return syscall.Kill(-group, syscall.SIGKILL) }

// groupGone reports whether a process group is empty.
func groupGone(group int) bool { return errors.Is(syscall.Kill(-group, 0), syscall.ESRCH) }

// startLocked starts a worker. With fixed its addresses are not chosen at random,
// where that is allowed (containers may forbid it): the memory of C functions
// would lie where cells are to go, more often than not.
func startLocked(cmd *exec.Cmd, fixed bool) error {
	done := make(chan error)
	starter <- func() {
		const addrNoRandomize, query = 0x0040000, 0xffffffff
		if fixed {
			if before, _, e := syscall.RawSyscall(syscall.SYS_PERSONALITY, query, 0, 0); e == 0 {
				syscall.RawSyscall(syscall.SYS_PERSONALITY, before|addrNoRandomize, 0, 0)
				defer syscall.RawSyscall(syscall.SYS_PERSONALITY, before, 0, 0)
			}
		}
		done <- cmd.Start()
	}
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

// readMarked reads as f.Read does. From before bytes leave the pipe, reading is
// one more: the caller takes that back once it has passed them on.
func readMarked(f *os.File, buf []byte, reading *atomic.Int32) (int, error) {
	c, err := f.SyscallConn()
	if err != nil {
		reading.Add(1)
		return 0, err
	}
	var n int
	var failed error
	marked := false
	err = c.Read(func(fd uintptr) bool {
		reading.Add(1)
		for {
			if n, failed = syscall.Read(int(fd), buf); failed != syscall.EINTR {
				break
			}
		}
		marked = failed != syscall.EAGAIN
		if !marked {
			reading.Add(-1)
		}
		return marked
	})
	if !marked {
		reading.Add(1)
	}
	if err = cmp.Or(err, failed); err != nil {
		return 0, err
	}
	if n == 0 {
		return 0, io.EOF
	}
	return n, nil
}
