package link

import (
	"strings"

	"loupe/kernel/internal/object"
)

// layoutState is where the symbols of an image go. Data is one block:
// read-only data, variables without pointers, variables with pointers, the
// runtime's tables, and, without bytes of their own, zeroed variables.
type layoutState struct {
	textSyms, roSyms, noptr, ptrs, bss, noptrbss []*symbol

	stubBase           uint64
	dataBase, dataNext uint64
	ptrStart, ptrEnd   uint64
	bssStart, bssEnd   uint64
}

const (
	funcAlign = 32
	slotSize  = 8
	uncommon  = 16 // size of the part of a descriptor that leads to methods
)

// layout gives every symbol of the image its address.
func (im *Image) layout() error {
	im.sort()
	if err := im.layoutText(); err != nil {
		return err
	}
	base, err := im.data.take(0, 64)
	if err != nil {
		return err
	}
	im.dataBase, im.dataNext = base, base
	im.layoutList(im.roSyms)
	im.layoutList(im.noptr)
	im.alignData(8)
	im.ptrStart = im.dataNext
	im.layoutList(im.ptrs)
	im.alignData(8)
	im.ptrEnd = im.dataNext
	for _, name := range im.stubs {
		s := im.slots[name]
		s.at = im.dataNext
		im.dataNext += slotSize
		im.slots[name] = s
	}
	return nil
}

// sort divides the symbols by what kind of memory they need.
func (im *Image) sort() {
	for _, s := range im.order {
		switch s.Kind {
		case object.Text, object.TextFIPS:
			im.textSyms = append(im.textSyms, s)
		case object.ROData, object.RODataFIPS:
			if s.unit != nil && strings.HasPrefix(s.Name, "type:*"+prefix) && !hasUncommon(s.bytes()) {
				s.extra = uncommon // the type may get methods later
			}
			if strings.HasPrefix(s.Name, "go:itab.") {
				s.extra = slotSize
			}
			im.roSyms = append(im.roSyms, s)
		case object.Data, object.DataFIPS:
			im.ptrs = append(im.ptrs, s)
		case object.BSS:
			im.bss = append(im.bss, s)
		case object.NoPtrBSS:
			im.noptrbss = append(im.noptrbss, s)
		default:
			im.noptr = append(im.noptr, s)
		}
	}
}

func (im *Image) layoutText() error {
	im.findFar()
	size := (im.stubsSize() + funcAlign - 1) &^ (funcAlign - 1)
	if len(im.textSyms) == 0 && size == 0 {
		return nil
	}
	for _, s := range im.textSyms {
		align := max(uint64(s.Align), funcAlign)
		size = (size + align - 1) &^ (align - 1)
		s.addr = size // relative, until the start is known
		size += uint64(s.Size)
	}
	base, err := im.text.take(size, funcAlign)
	if err != nil {
		return err
	}
	im.Text = Segment{base, make([]byte, size)}
	for _, s := range im.textSyms {
		s.addr += base
		s.data = im.Text.Bytes[s.addr-base : s.addr-base+uint64(s.Size)]
		copy(s.data, s.bytes())
	}
	im.stubBase = base
	at := base
	for _, name := range im.stubs {
		s := im.slots[name]
		s.stub = at
		im.slots[name] = s
		at += im.l.machine.stubSize
	}
	for _, to := range im.far {
		im.farAt[to] = at
		at += im.l.machine.stubSize
	}
	return nil
}

// stubsSize is how many bytes the jumps take before the first function.
func (im *Image) stubsSize() uint64 {
	return uint64(len(im.stubs)+len(im.far)) * im.l.machine.stubSize
}

// findFar lists the functions that calls do not reach.
func (im *Image) findFar() {
	m := im.l.machine
	if m.jumpFar == nil {
		return
	}
	im.farAt = map[uint64]uint64{}
	for _, s := range im.textSyms {
		for _, r := range s.relocs() {
			t, ok := im.targets[refKey{s.file, r.Sym}]
			if r.Type != m.call || !ok || t.sym != nil || t.slot != "" {
				continue
			}
			to := t.addr + uint64(r.Add)
			if _, listed := im.farAt[to]; !listed && (to < TextBase || to >= TextBase+m.textSize) {
				im.farAt[to] = 0
				im.far = append(im.far, to)
			}
		}
	}
}

func (im *Image) layoutList(list []*symbol) {
	zerobase, _ := im.l.world.Lookup("runtime.zerobase", object.ABI0)
	for _, s := range list {
		if s.Size == 0 && (s.Kind == object.BSS || s.Kind == object.NoPtrBSS) {
			s.addr = zerobase // where all values without size are
			continue
		}
		im.alignData(uint64(dataAlign(s)))
		s.addr = im.dataNext
		im.dataNext += uint64(s.Size) + s.extra
	}
}

func (im *Image) alignData(a uint64) { im.dataNext = (im.dataNext + a - 1) &^ (a - 1) }

// dataAlign is the alignment of a symbol, guessed from its size where the
// object file leaves it open, as the official linker does.
func dataAlign(s *symbol) uint32 {
	if s.Align != 0 {
		return s.Align
	}
	switch {
	case s.Size >= 8 || strings.HasPrefix(s.Name, "type:"):
		if s.Kind == object.ROData && strings.HasPrefix(s.Name, "go:string.") {
			return 1
		}
		return 8
	case s.Size >= 4:
		return 4
	case s.Size >= 2:
		return 2
	}
	return 1
}

// needSlot makes sure that a function has a stub and a slot.
func (im *Image) needSlot(name string) {
	if _, ok := im.slots[name]; ok {
		return
	}
	if s, ok := im.l.slots[name]; ok {
		if im.current[name] != nil {
			im.slots[name] = s
		}
		return
	}
	im.slots[name] = slot{}
	im.stubs = append(im.stubs, name)
}

// slotOf returns the slot of a function, of this image or of the session.
func (im *Image) slotOf(name string) slot {
	if s, ok := im.slots[name]; ok {
		return s
	}
	return im.l.slots[name]
}
