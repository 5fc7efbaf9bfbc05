package link

import (
	"encoding/binary"
	"fmt"

	"loupe/kernel/internal/object"
)

// A call of arm64 reaches 128 MiB in both directions: all code of a session,
// but not the worker's, to which jumps lead that lie beside the code.
var arm64 = machine{
	textSize: 128 << 20, stubSize: 16, quantum: 4, deferBack: 0,
	call: object.RCallARM64, address: object.RAddrARM64,
	// ADRP slot, R16; MOVD slot(R16), R16; JMP (R16)
	jumpSlot: func(b []byte, at, slot uint64) {
		putInstructions(b, adrp(at, slot, 16), 0xf9400210|uint32(slot&0xfff)>>3<<10, 0xd61f0200)
	},
	// ADRP to, R16; ADD to, R16; JMP (R16)
	jumpFar: func(b []byte, at, to uint64) {
		putInstructions(b, adrp(at, to, 16), 0x91000210|uint32(to&0xfff)<<10, 0xd61f0200)
	},
	edit:        editARM64,
	firstBranch: firstBranchARM64,
}

func putInstructions(b []byte, list ...uint32) {
	for i, v := range list {
		binary.LittleEndian.PutUint32(b[4*i:], v)
	}
}

// adrp loads the address of a page into a register.
func adrp(at, to uint64, register uint32) uint32 {
	return 0x90000000 | register | pageBits(int64(to)>>12-int64(at)>>12)
}

// pageBits are the bits of an ADRP instruction that hold a distance in pages.
func pageBits(pages int64) uint32 { return uint32(pages&3)<<29 | uint32(pages>>2&0x7ffff)<<5 }

// scales of the offsets in the second instruction of a pair, as powers of two.
var scales = map[object.RelocType]uint{
	object.RAddrARM64: 0, object.RARM64PCRelLdSt8: 0, object.RARM64PCRelLdSt16: 1, object.RARM64PCRelLdSt32: 2, object.RARM64PCRelLdSt64: 3,
}

func editARM64(code []byte, at uint64, t object.RelocType, to int64) (bool, error) {
	first := binary.LittleEndian.Uint32(code)
	if t == object.RCallARM64 {
		distance := to - int64(at)
		if distance&3 != 0 || distance < -1<<27 || distance >= 1<<27 {
			return true, fmt.Errorf("a call from %#x does not reach %#x", at, to)
		}
		binary.LittleEndian.PutUint32(code, first|uint32(distance>>2)&0x3ffffff)
		return true, nil
	}
	scale, ok := scales[t]
	if !ok {
		return false, nil
	}
	pages := to>>12 - int64(at)>>12
	if pages < -1<<20 || pages >= 1<<20 {
		return true, fmt.Errorf("the code at %#x does not reach %#x", at, to)
	}
	low := uint32(to & 0xfff)
	if low&(1<<scale-1) != 0 {
		return true, fmt.Errorf("%#x is not aligned to the %d bytes that are read there", to, 1<<scale)
	}
	second := binary.LittleEndian.Uint32(code[4:])
	putInstructions(code, first|pageBits(pages), second|low>>scale<<10)
	return true, nil
}

func firstBranchARM64(code []byte, from uint32) uint32 {
	for at := from; int(at)+4 <= len(code); at += 4 {
		v := binary.LittleEndian.Uint32(code[at:])
		switch {
		case v>>26&0x1f == 0x05, // B, BL
			v>>24 == 0x54,      // B.cond
			v>>25&0x3f == 0x1a, // CBZ, CBNZ
			v>>25&0x3f == 0x1b, // TBZ, TBNZ
			v>>25 == 0x6b:      // BR, BLR, RET
			return at + 4
		}
	}
	return uint32(len(code))
}
