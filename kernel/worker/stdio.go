package worker

import (
	"errors"
	"io"
	"reflect"
	"sync"
	"syscall"
	"unsafe"

	"loupe/kernel/internal/ipc"
)

// hookOutput makes writes to standard output and error, and reads of standard
// input, go through the kernel's socket, so that what a cell prints and shows
// arrives in one order and with its cell. What bypasses package syscall (the
// builtin println, C) still goes to the process's own descriptors.
func hookOutput() error {
	// Package os calls these two directly: syscall.Write and Read are inlined.
	if err := replace(syscallWrite, write); err != nil {
		return err
	}
	return replace(syscallRead, read)
}

// transfer makes a read or write system call.
func transfer(trap uintptr, fd int, p []byte) (int, error) {
	n, _, e := syscall.Syscall(trap, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)))
	if e != 0 {
		return -1, e
	}
	return int(n), nil
}

// write stands for syscall.write.
func write(fd int, p []byte) (int, error) {
	if fd != 1 && fd != 2 {
		return transfer(syscall.SYS_WRITE, fd, p)
	}
	if len(p) > 0 {
		send(ipc.Event{Cell: number(), Output: &ipc.Output{Stream: fd, Text: p}})
	}
	return len(p), nil
}

// typed is what the user has entered and nobody has read yet.
var typed struct {
	sync.Mutex
	text []byte
}

// read stands for syscall.read.
func read(fd int, p []byte) (int, error) {
	if fd != 0 || len(p) == 0 {
		return transfer(syscall.SYS_READ, fd, p)
	}
	typed.Lock()
	defer typed.Unlock()
	if len(typed.text) == 0 {
		line, err := ask("", false)
		if errors.Is(err, io.EOF) {
			return 0, nil
		}
		if err != nil {
			return 0, err
		}
		typed.text = append([]byte(line), '\n')
	}
	n := copy(p, typed.text)
	typed.text = typed.text[n:]
	return n, nil
}

// entry is the address of a function's code.
func entry(f any) uintptr { return reflect.ValueOf(f).Pointer() }
