//go:build linux

package worker

import (
	"encoding/binary"
)

// This file holds what is so on amd64 only.

// jumpTo and callTo encode instructions at an address that lead to another.
func jumpTo(at, to uintptr) []byte { return branch(0xe9, at, to) }
func callTo(at, to uintptr) []byte { return branch(0xe8, at, to) }

func branch(opcode byte, at, to uintptr) []byte {
	b := []byte{opcode, 0, 0, 0, 0}
	binary.LittleEndian.PutUint32(b[1:], uint32(to-at-5))
	return b
}

// callee decodes a call instruction at an address.
func callee(code []byte, at uintptr) (to uintptr, ok bool) {
	if len(code) < 5 || code[0] != 0xe8 {
		return 0, false
	}
	return at + 5 + uintptr(int32(binary.LittleEndian.Uint32(code[1:]))), true
}

// instruction is how far apart instructions may start.
const instruction = 1

// loadInstead makes the instructions that load an address load what a slot
// holds: LEAQ itab(SB), reg becomes MOVQ slot(SB), reg.
func loadInstead(text *draft, site uintptr, slot uint64) {
	const lea, mov = 0x8d, 0x8b
	b := text.memory(site-2, 6)
	if b[0] != lea {
		return // reads a method straight out of the table, where both agree
	}
	b[0] = mov
	binary.LittleEndian.PutUint32(b[2:], uint32(slot-uint64(site+4)))
}
