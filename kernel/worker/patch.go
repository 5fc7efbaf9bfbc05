//go:build linux && (amd64 || arm64)

package worker

import (
	"fmt"
	"syscall"
	"unsafe"
)

// replace makes every call of a function of this program go to another of the
// same type.
func replace(old, new any) error {
	at := entry(old)
	return patch(at, jumpTo(at, entry(new)))
}

// patch overwrites code of this program. The page is replaced as a whole by a
// changed copy, so that it is executable at every moment and never writable.
func patch(at uintptr, code []byte) error {
	first := at &^ (pageSize - 1)
	last := (at + uintptr(len(code)) - 1) &^ (pageSize - 1)
	size := last + pageSize - first
	fresh, err := syscall.Mmap(-1, 0, int(size), syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_PRIVATE|syscall.MAP_ANON)
	if err != nil {
		return fmt.Errorf("cannot patch the worker at %#x: %w", at, err)
	}
	copy(fresh, memory(uint64(first), int(size)))
	copy(fresh[at-first:], code)
	if err := syscall.Mprotect(fresh, syscall.PROT_READ|syscall.PROT_EXEC); err != nil {
		return fmt.Errorf("cannot patch the worker at %#x: %w", at, err)
	}
	const fixed, mayMove = 2, 1
	if _, _, e := syscall.Syscall6(syscall.SYS_MREMAP, uintptr(unsafe.Pointer(&fresh[0])), size, size, fixed|mayMove, first, 0); e != 0 {
		return fmt.Errorf("cannot patch the worker at %#x: %w", at, e)
	}
	return nil
}
