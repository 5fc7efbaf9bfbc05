//go:build linux && (amd64 || arm64)

package worker

import (
	"fmt"
	"syscall"
	"unsafe"

	"loupe/kernel/internal/ipc"
)

// The ranges of addresses that images go to; the kernel's linker has the same
// numbers.
const (
	textBase = 0x2000_0000
	textSize = 0x1000_0000
	dataBase = 0x3000_0000
	dataSize = 0x4000_0000

	mapFixedNoreplace = 0x100000
)

var pageSize = uintptr(syscall.Getpagesize())

// reserve sets the ranges aside. Memory is used only where something is put.
func reserve() error {
	for _, r := range [][3]uintptr{{textBase, textSize, syscall.PROT_READ}, {dataBase, dataSize, syscall.PROT_READ | syscall.PROT_WRITE}} {
		_, _, e := syscall.Syscall6(syscall.SYS_MMAP, r[0], r[1], r[2],
			syscall.MAP_PRIVATE|syscall.MAP_ANON|syscall.MAP_NORESERVE|mapFixedNoreplace, ^uintptr(0), 0)
		if e != 0 {
			return fmt.Errorf("cannot reserve addresses %#x to %#x for cells: %v", r[0], r[0]+r[1], e)
		}
	}
	return nil
}

// memory is the bytes at an address outside Go's heap.
func memory(addr uint64, n int) []byte {
	return unsafe.Slice((*byte)(pointer(addr)), n)
}

// pointer turns an address that the linker chose into a pointer.
func pointer(addr uint64) unsafe.Pointer {
	return *(*unsafe.Pointer)(unsafe.Pointer(&addr))
}

// load takes an image in: bytes, then the runtime's tables, then changes of
// what earlier images placed. Code may begin on a page where an earlier image's
// ends.
func load(im *ipc.Image) error {
	copy(memory(im.Data.Addr, len(im.Data.Bytes)), im.Data.Bytes)
	at, n := uintptr(im.Text.Addr), len(im.Text.Bytes)
	text, err := newDraft(at, n)
	if err != nil {
		return err
	}
	copy(text.memory(at, n), im.Text.Bytes)
	for _, m := range im.Masks {
		fillMask(m)
	}
	for _, t := range im.Itabs {
		adoptItab(t, text)
	}
	if err := text.publish(); err != nil {
		return err
	}
	if n > 0 {
		addModule(im)
		addUnstoppable(im.Unstoppable)
	}
	change(im.Writes, im.Retyped)
	return nil
}

// fillMask computes which words of the variables hold pointers.
func fillMask(m ipc.Mask) {
	for _, v := range m.Vars {
		typ := (*abiType)(pointer(v.Type))
		words := typ.ptrBytes / 8
		if words == 0 {
			continue
		}
		mask := unsafe.Slice(getGCMask(typ), (words+7)/8)
		first := uintptr(v.Addr-m.Base) / 8
		bits := memory(m.Bits, int((first+words)/8)+1)
		for w := range words {
			if mask[w/8]>>(w%8)&1 != 0 {
				bits[(first+w)/8] |= 1 << ((first + w) % 8)
			}
		}
	}
}

// adoptItab makes an interface table the only one for its pair of types: the
// one that the runtime may have made already stays, and what refers to the
// new one is changed, before the code runs for the first time.
func adoptItab(t ipc.Itab, text *draft) {
	m := (*itab)(pointer(t.Addr))
	lockItabs()
	before := findItab(itabTable, m.inter, m.typ)
	if before == nil {
		itabAdd(m)
	}
	unlockItabs()
	if before == nil || before.fun[0] == 0 {
		before = m
	}
	*(*uint64)(pointer(t.Slot)) = uint64(uintptr(unsafe.Pointer(before)))
	if before == m {
		return
	}
	for _, s := range t.Sites {
		retarget(s, t.Slot, uint64(uintptr(unsafe.Pointer(before))), text)
	}
}

// retarget makes a reference to an itab lead to another.
func retarget(s ipc.Site, slot, addr uint64, text *draft) {
	if s.Code {
		loadInstead(text, uintptr(s.Addr), slot)
		return
	}
	*(*uint64)(pointer(s.Addr)) = addr
}

// change writes to what runs already. A slot is one word, and replaced at
// once; the method table of a type changes while no goroutine runs.
func change(writes []ipc.Segment, retyped []uint64) {
	if len(writes) == 0 {
		return
	}
	if len(retyped) > 0 {
		stw := stopTheWorld(0)
		defer startTheWorld(stw)
	}
	for _, w := range writes {
		if len(w.Bytes) == 8 && w.Addr%8 == 0 {
			storeWord(w.Addr, w.Bytes)
			continue
		}
		copy(memory(w.Addr, len(w.Bytes)), w.Bytes)
	}
	if len(retyped) > 0 {
		retryItabs(retyped)
	}
}
