package link

import (
	"cmp"
	"encoding/binary"
	"slices"
)

// An interrupted cell panics at whatever instruction it has reached. In a
// function with deferred calls that is not possible everywhere: while its
// frame is not complete, the runtime would run deferred calls that were never
// recorded. unstoppable lists those ranges of the image's code, as pairs of
// addresses in order.
func (im *Image) unstoppable() []uint64 {
	var ranges []uint64
	for _, s := range im.textSyms {
		if s.fn == nil || im.l.deferReturn(s) == 0 {
			continue
		}
		i, ok := s.file.Index(s.fn.PCSP)
		if !ok {
			continue
		}
		ranges = append(ranges, im.l.machine.incompleteFrame(s.file.Data(i), s.data, s.addr)...)
	}
	return mergeRanges(ranges)
}

// mergeRanges joins ranges that touch, so that the pairs increase strictly.
func mergeRanges(r []uint64) []uint64 {
	var out []uint64
	for i := 0; i+1 < len(r); i += 2 {
		if n := len(out); n > 0 && r[i] <= out[n-1] {
			out[n-1] = max(out[n-1], r[i+1])
			continue
		}
		out = append(out, r[i], r[i+1])
	}
	return out
}

// incompleteFrame finds where a function's stack pointer is not yet, or no
// longer, at its place, and the code from there to the first jump or call: by
// then the entry block has cleared the bits that record deferred calls.
func (m *machine) incompleteFrame(pcsp, code []byte, addr uint64) []uint64 {
	steps := decodeTable(pcsp, m.quantum)
	if len(steps) == 0 {
		return nil
	}
	full := slices.MaxFunc(steps, func(a, b tableStep) int { return cmp.Compare(a.value, b.value) }).value
	var ranges []uint64
	from, entered := uint32(0), false
	for _, s := range steps {
		switch {
		case s.value != full:
			ranges = append(ranges, addr+uint64(from), addr+uint64(s.end))
		case !entered:
			entered = true
			ranges = append(ranges, addr+uint64(from), addr+uint64(m.firstBranch(code, from)))
		}
		from = s.end
	}
	return ranges
}

// A tableStep gives a value up to a code offset.
type tableStep struct {
	end   uint32
	value int32
}

// decodeTable decodes a pc-value table that counts code in units of quantum
// bytes, as runtime.step does.
func decodeTable(b []byte, quantum int) []tableStep {
	var steps []tableStep
	value, pc := int32(-1), uint32(0)
	for len(b) > 0 {
		u, n := binary.Uvarint(b)
		if n <= 0 || u == 0 && pc != 0 {
			break
		}
		b = b[n:]
		value += int32(-(u & 1) ^ (u >> 1))
		d, n := binary.Uvarint(b)
		if n <= 0 {
			break
		}
		b = b[n:]
		pc += uint32(d) * uint32(quantum)
		steps = append(steps, tableStep{pc, value})
	}
	return steps
}
