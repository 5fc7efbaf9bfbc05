package link

import (
	"encoding/binary"

	"golang.org/x/arch/x86/x86asm"

	"loupe/kernel/internal/object"
)

var amd64 = machine{
	textSize: DataBase - TextBase, stubSize: 8, quantum: 1, deferBack: 1,
	call: object.RCall, address: object.RPCRel,
	// JMP *slot(RIP)
	jumpSlot: func(b []byte, at, slot uint64) {
		b[0], b[1] = 0xff, 0x25
		binary.LittleEndian.PutUint32(b[2:], uint32(slot-(at+6)))
		b[6], b[7] = 0x66, 0x90
	},
	edit:        func([]byte, uint64, object.RelocType, int64) (bool, error) { return false, nil },
	firstBranch: firstBranchAMD64,
}

func firstBranchAMD64(code []byte, from uint32) uint32 {
	for at := int(from); at < len(code); {
		inst, err := x86asm.Decode(code[at:], 64)
		if err != nil {
			return uint32(len(code))
		}
		at += inst.Len
		for _, a := range inst.Args {
			if _, ok := a.(x86asm.Rel); ok {
				return uint32(at)
			}
		}
		if inst.Op == x86asm.CALL || inst.Op == x86asm.RET || inst.Op == x86asm.JMP {
			return uint32(at)
		}
	}
	return uint32(len(code))
}
