package worker

import (
	"errors"
	"io"
	"reflect"
	"sync"
	"syscall"

	"loupe/kernel/internal/ipc"
)

// hookOutput makes writes to standard output and error, and reads of standard
// input, go through the kernel's socket, so that what a cell prints and shows
// arrives in one order and with its cell. What bypasses package syscall (the
// builtin println, C) still goes to the process's own descriptors.
func hookOutput() error {
	if err := replace(syscall.Write, write); err != nil {
		return err
	}
	return replace(syscall.Read, read)
}

// write stands for syscall.Write.
func write(fd int, p []byte) (int, error) {
	if fd != 1 && fd != 2 {
		return syscallWrite(fd, p)
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

// read stands for syscall.Read.
func read(fd int, p []byte) (int, error) {
	if fd != 0 || len(p) == 0 {
		return syscallRead(fd, p)
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
