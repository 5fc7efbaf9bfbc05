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

// patch overwrites code of this program.
func patch(at uintptr, code []byte) error {
	d, err := newDraft(at, len(code))
	if err != nil {
		return err
	}
	copy(d.memory(at, len(code)), code)
	return d.publish()
}

// A draft is a copy of the pages that hold a piece of code, to be changed and
// then to take their place as a whole: they are executable at every moment, and
// never writable.
type draft struct {
	first uintptr // address of the pages that are replaced
	fresh []byte
}

func newDraft(at uintptr, size int) (*draft, error) {
	first := at &^ (pageSize - 1)
	end := (at + uintptr(size) + pageSize - 1) &^ (pageSize - 1)
	if size == 0 {
		return &draft{first: at}, nil
	}
	fresh, err := syscall.Mmap(-1, 0, int(end-first), syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_PRIVATE|syscall.MAP_ANON)
	if err != nil {
		return nil, fmt.Errorf("no memory for code at %#x: %w", at, err)
	}
	copy(fresh, memory(uint64(first), len(fresh)))
	return &draft{first, fresh}, nil
}

// memory is the draft's bytes for an address.
func (d *draft) memory(at uintptr, n int) []byte { return d.fresh[at-d.first:][:n] }

func (d *draft) publish() error {
	if len(d.fresh) == 0 {
		return nil
	}
	if err := syscall.Mprotect(d.fresh, syscall.PROT_READ|syscall.PROT_EXEC); err != nil {
		return fmt.Errorf("cannot make the code at %#x executable: %w", d.first, err)
	}
	const fixed, mayMove = 2, 1
	size := uintptr(len(d.fresh))
	if _, _, e := syscall.Syscall6(syscall.SYS_MREMAP, uintptr(unsafe.Pointer(&d.fresh[0])), size, size, fixed|mayMove, d.first, 0); e != 0 {
		return fmt.Errorf("cannot put code at %#x: %w", d.first, e)
	}
	return nil
}
