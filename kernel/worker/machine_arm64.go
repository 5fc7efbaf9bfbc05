//go:build linux

package worker

import (
	"encoding/binary"
	_ "unsafe" // for go:linkname
)

// This file holds what is so on arm64 only.

// jumpTo and callTo encode instructions at an address that lead to another.
func jumpTo(at, to uintptr) []byte { return branch(0x14000000, at, to) }
func callTo(at, to uintptr) []byte { return branch(0x94000000, at, to) }

func branch(opcode uint32, at, to uintptr) []byte {
	return binary.LittleEndian.AppendUint32(nil, opcode|uint32(int64(to-at)>>2)&0x3ffffff)
}

// callee decodes a call instruction at an address.
func callee(code []byte, at uintptr) (to uintptr, ok bool) {
	v := binary.LittleEndian.Uint32(code)
	if v>>26 != 0x25 {
		return 0, false
	}
	return at + uintptr(int64(int32(v<<6)>>6)*4), true
}

// instruction is how far apart instructions start.
const instruction = 4

// loadInstead makes the instructions that load an address load what a slot
// holds: the ADD after an ADRP becomes a MOVD.
func loadInstead(text *draft, site uintptr, slot uint64) {
	b := text.memory(site, 8)
	adrp, add := binary.LittleEndian.Uint32(b), binary.LittleEndian.Uint32(b[4:])
	if add>>22 != 0x244 {
		return // reads a method straight out of the table, where both agree
	}
	pages := int64(slot>>12) - int64(site>>12)
	binary.LittleEndian.PutUint32(b, adrp&0x9f00001f|uint32(pages&3)<<29|uint32(pages>>2&0x7ffff)<<5)
	binary.LittleEndian.PutUint32(b[4:], 0xf9400000|add&0x3ff|uint32(slot&0xfff)>>3<<10)
}

func preemptHook() //lint:ignore U1000 called by code that hookPreempt changes

//go:linkname sigpanic runtime.sigpanic
func sigpanic()

// sigpanicPC is where inject goes.
var sigpanicPC = entry(sigpanic) //lint:ignore U1000 preempt_arm64.s reads it
