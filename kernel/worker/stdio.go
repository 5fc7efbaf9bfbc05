//go:build linux && (amd64 || arm64)

package worker

import (
	"errors"
	"fmt"
	"io"
	"reflect"
	"sync"
	"sync/atomic"
	"syscall"
	"unsafe"

	"loupe/kernel/internal/ipc"
)

// hookOutput makes writes to standard output and error, and reads of standard
// input, go through the kernel's socket, so that what a cell prints and shows
// arrives in one order and with its cell. What bypasses package syscall (the
// builtin println, C, child processes) still goes to the process's own
// descriptors.
func hookOutput() error {
	overrideWrite = countedWrite
	// Package os calls these two directly: syscall.Write and Read are inlined.
	if err := replace(syscallWrite, write); err != nil {
		return err
	}
	if err := replace(syscallRead, read); err != nil {
		return err
	}
	return replace(syscall.Exit, exit)
}

// exit stands for syscall.Exit, which os.Exit and log.Fatal end in: it says who
// called it before the process ends.
func exit(code int) {
	f := failure(fmt.Sprint(code))
	f.Kind = "exit"
	send(ipc.Event{Cell: number(), Exit: f})
	quit(code)
}

// quit ends the process.
func quit(code int) {
	for {
		syscall.RawSyscall(syscall.SYS_EXIT_GROUP, uintptr(code), 0, 0)
	}
}

// printed is how many bytes the runtime itself has written: by the builtin
// println, which may run where nothing can wait for a lock. Events carry it, so
// that the kernel knows what to show before each.
var printed atomic.Uint64

//go:nosplit
func countedWrite(fd uintptr, p unsafe.Pointer, n int32) int32 {
	m := write1(fd, p, n)
	if m > 0 && fd == 2 {
		printed.Add(uint64(m))
	}
	return m
}

// transfer makes a read or write system call.
func transfer(trap uintptr, fd int, p []byte) (int, error) {
	n, _, e := syscall.Syscall(trap, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)))
	if e != 0 {
		return -1, e
	}
	return int(n), nil
}

// writeBytes is how much is sent at once, so that a cell that prints a gigabyte
// in one call needs no gigabytes in the kernel.
const writeBytes = 256 << 10

// write stands for syscall.write.
func write(fd int, p []byte) (int, error) {
	if fd != 1 && fd != 2 {
		return transfer(syscall.SYS_WRITE, fd, p)
	}
	if len(p) > 0 && process.gonb != nil {
		process.gonb.Flush() // what was displayed before
	}
	for rest := p; len(rest) > 0; {
		n := min(len(rest), writeBytes)
		send(ipc.Event{Cell: number(), Output: &ipc.Output{Stream: fd, Text: rest[:n]}})
		rest = rest[n:]
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
	if process.gonb != nil {
		process.gonb.Flush()
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

// push makes a line the next that is read.
func push(line string) {
	typed.Lock()
	defer typed.Unlock()
	typed.text = append(append(typed.text, line...), '\n')
}
