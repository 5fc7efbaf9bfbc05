package link

import (
	"debug/elf"
	"fmt"

	"loupe/kernel/internal/object"
)

// A machine is what the linker has to know of a processor.
type machine struct {
	// textSize is how much code a session can have: calls reach that far.
	textSize uint64
	// stubSize is what a jump takes, through a slot or to the worker.
	stubSize uint64
	// quantum is the unit in which tables count code.
	quantum int
	// deferBack is how far before its operand the call of deferreturn begins.
	deferBack uint32
	// call is the relocation of a call, and address that of the instructions
	// which load an address.
	call, address object.RelocType
	// jumpSlot writes the code that jumps where a slot points to, and jumpFar,
	// where calls do not reach the worker, one that does.
	jumpSlot func(code []byte, at, slot uint64)
	jumpFar  func(code []byte, at, to uint64)
	// edit writes an address into instructions, and reports false for
	// relocations that are not the machine's own.
	edit func(code []byte, at uint64, t object.RelocType, to int64) (bool, error)
	// firstBranch is the offset after the first jump or call from an offset on.
	firstBranch func(code []byte, from uint32) uint32
}

// machines are those that cells run on, by the number that ELF files have.
var machines = map[elf.Machine]*machine{elf.EM_X86_64: &amd64, elf.EM_AARCH64: &arm64}

func machineOf(w *World) (*machine, error) {
	m, ok := machines[elf.Machine(w.Machine)]
	if !ok {
		return nil, fmt.Errorf("link: the worker is a program for %v, which cells do not run on", elf.Machine(w.Machine))
	}
	return m, nil
}
