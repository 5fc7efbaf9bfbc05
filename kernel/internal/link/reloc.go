package link

import (
	"encoding/binary"
	"fmt"
	"math"

	"loupe/kernel/internal/object"
)

// relocate writes addresses into the bytes of everything placed.
func (im *Image) relocate() error {
	if err := im.copyData(); err != nil {
		return err
	}
	im.writeStubs()
	for _, s := range im.order {
		for _, r := range s.relocs() {
			if r.Size == 0 {
				continue
			}
			if err := im.apply(s, r); err != nil {
				return fmt.Errorf("link: in %s at %d: %w", s.Name, r.Off, err)
			}
		}
	}
	return nil
}

// copyData lays the initial values into the data segment.
func (im *Image) copyData() error {
	im.Data = Segment{im.dataBase, make([]byte, im.dataNext-im.dataBase)}
	for _, list := range [][]*symbol{im.roSyms, im.noptr, im.ptrs} {
		for _, s := range list {
			at := s.addr - im.dataBase
			s.data = im.Data.Bytes[at : at+uint64(s.Size)]
			copy(s.data, s.bytes())
		}
	}
	return nil
}

// writeStubs writes the jumps through new slots, and those to the worker.
func (im *Image) writeStubs() {
	m := im.l.machine
	for _, name := range im.stubs {
		s := im.slots[name]
		m.jumpSlot(im.Text.Bytes[s.stub-im.Text.Addr:], s.stub, s.at)
	}
	for _, to := range im.far {
		at := im.farAt[to]
		m.jumpFar(im.Text.Bytes[at-im.Text.Addr:], at, to)
	}
}

// address is what a resolved reference stands for in one relocation.
func (im *Image) address(s *symbol, r object.Reloc, t target) uint64 {
	if t.slot != "" && im.throughSlot(s, r, t) {
		return im.slotOf(t.slot).stub
	}
	if t.sym != nil {
		return t.sym.addr
	}
	return t.addr
}

// weak resolves a reference only to what exists anyway.
func (im *Image) weak(s *symbol, ref object.Ref) (target, bool) {
	if t, ok := im.targets[refKey{s.file, ref}]; ok {
		return t, true
	}
	i, own := s.file.Index(ref)
	if own && s.file.Defined(i) {
		if p, ok := im.placed[static{s.file, i}]; ok && !p.shadow {
			return target{sym: p, ok: true}, true
		}
		d := s.file.Symbol(i)
		if s.file.ContentAddressed(i) || !im.shared(s.unit, &d) {
			return target{}, false
		}
		return im.known(object.Name{Text: d.Name, ABI: d.ABI})
	}
	name, _, err := im.referenced(s.file, ref, i, own)
	if err != nil {
		return target{}, false
	}
	return im.known(name)
}

func (im *Image) apply(s *symbol, r object.Reloc) error {
	if int(r.Off) < 0 || int(r.Off)+int(r.Size) > len(s.data) {
		return fmt.Errorf("relocation of %d bytes lies outside the symbol's %d", r.Size, len(s.data))
	}
	var t target
	if !r.Sym.IsZero() && !isTLS(r) {
		var ok bool
		var err error
		if isWeak(r) {
			if t, ok = im.weak(s, r.Sym); !ok {
				return nil
			}
		} else if t, err = im.resolve(s, r.Sym); err != nil {
			return err
		}
	}
	a := im.address(s, r, t)
	to := a
	if at, ok := im.farAt[a+uint64(r.Add)]; ok && r.Type == im.l.machine.call {
		to = at - uint64(r.Add)
	}
	if done, err := im.l.machine.edit(s.data[r.Off:], s.addr+uint64(r.Off), r.Type, int64(to)+r.Add); done || err != nil {
		return err
	}
	v, err := im.value(s, r, a)
	if err != nil {
		return err
	}
	return put(s.data[r.Off:], int(r.Size), v, r.Type == object.RPCRel || r.Type == object.RCall)
}

// value computes what a relocation writes for a symbol at address a.
func (im *Image) value(s *symbol, r object.Reloc, a uint64) (int64, error) {
	here := int64(s.addr) + int64(r.Off) + int64(r.Size)
	switch r.Type {
	case object.RAddr:
		return int64(a) + r.Add, nil
	case object.RCall, object.RPCRel, object.RGOTPCRel:
		return int64(a) + r.Add - here, nil
	case object.RAddrOff, object.RMethodOff:
		return int64(a) + r.Add - int64(im.offsetBase(s, a)), nil
	case object.RTLSLE:
		return int64(im.l.world.TLS) + r.Add, nil
	case object.RConst:
		return r.Add, nil
	}
	return 0, fmt.Errorf("relocation type %d is not known on this machine", r.Type)
}

// offsetBase is what an offset counts from. All images share the worker's
// bases, so that one module's tables may refer to another's.
func (im *Image) offsetBase(s *symbol, a uint64) uint64 {
	w := im.l.world
	switch {
	case a >= w.Text && a < w.ROData, a >= TextBase && a < TextBase+im.l.machine.textSize:
		return w.Text
	case s.IsType() || isTypeData(s.Name):
		return w.Types
	}
	return w.ROData
}

func put(b []byte, size int, v int64, signed bool) error {
	switch size {
	case 4:
		if v < math.MinInt32 || v > math.MaxUint32 || signed && v > math.MaxInt32 {
			return fmt.Errorf("value %#x does not fit 32 bits", v)
		}
		binary.LittleEndian.PutUint32(b, uint32(v))
	case 8:
		binary.LittleEndian.PutUint64(b, uint64(v))
	case 1:
		b[0] = byte(v)
	case 2:
		binary.LittleEndian.PutUint16(b, uint16(v))
	default:
		return fmt.Errorf("relocation of %d bytes", size)
	}
	return nil
}

func isTypeData(name string) bool { return len(name) > 5 && name[:5] == "type:" }
