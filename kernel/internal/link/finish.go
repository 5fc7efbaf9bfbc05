package link

import (
	"encoding/binary"
	"slices"
	"strings"

	"loupe/kernel/internal/object"
)

// addTypelinks lists the unnamed types of the image, sorted by their text, for
// reflect to find.
func (im *Image) addTypelinks(t *tables) {
	var types []*symbol
	for _, s := range im.roSyms {
		if s.Typelink() && !s.shadow {
			types = append(types, s)
		}
	}
	slices.SortFunc(types, func(a, b *symbol) int { return strings.Compare(typeText(a.Name), typeText(b.Name)) })
	var b []byte
	for _, s := range types {
		b = binary.LittleEndian.AppendUint32(b, uint32(s.addr-im.l.world.Types))
	}
	t.typelinks = t.add(b)
}

// typeText is the text of a type as reflect shows it: packages by their last
// element.
func typeText(name string) string {
	name = strings.TrimPrefix(name, "type:")
	var b strings.Builder
	for {
		i := strings.IndexByte(name, '/')
		if i < 0 {
			return b.String() + name
		}
		start := strings.LastIndexAny(name[:i], "*[]( ,{") + 1
		b.WriteString(name[:start])
		name = name[i+1:]
	}
}

// finish writes the tables into the image and lists what the worker must do.
func (im *Image) finish() error {
	t := &im.tables
	copy(t.blob[t.module.off:], im.encodeModule())
	copy(im.Data.Bytes[t.at-im.dataBase:], t.blob)
	im.Module, im.NextOffset = t.addr(t.module), im.l.layout.next
	im.Typelinks = Typelinks{im.l.world.Types, t.addr(t.typelinks), uint64(t.typelinks.len / 4)}
	im.Masks = []Mask{
		{t.addr(t.dataMask), im.ptrStart, im.vars(im.ptrs)},
		{t.addr(t.bssMask), im.bssStart, im.vars(im.bss)},
	}
	im.findItabs()
	im.Unstoppable = im.unstoppable()
	im.commitNames()
	for _, s := range im.inits {
		im.Inits = append(im.Inits, s.addr)
	}
	if im.entry != "" {
		im.Entry = im.current[im.entry].addr
	}
	im.Funcs, im.Bytes = len(im.textSyms), len(im.Text.Bytes)+len(im.Data.Bytes)
	return nil
}

// vars lists variables with the descriptors of their types.
func (im *Image) vars(list []*symbol) []Var {
	var vars []Var
	for _, s := range list {
		gotype := s.file.GoType(s.index)
		if gotype.IsZero() {
			continue
		}
		if t, err := im.resolve(s, gotype); err == nil {
			a := t.addr
			if t.sym != nil {
				a = t.sym.addr
			}
			vars = append(vars, Var{s.addr, a})
		}
	}
	return vars
}

// findItabs lists the interface tables that the image brings and who refers
// to them.
func (im *Image) findItabs() {
	at := map[*symbol]int{}
	for _, s := range im.roSyms {
		if strings.HasPrefix(s.Name, "go:itab.") {
			at[s] = len(im.Itabs)
			im.Itabs = append(im.Itabs, Itab{Addr: s.addr, Slot: s.addr + uint64(s.Size)})
		}
	}
	if len(at) == 0 {
		return
	}
	for _, s := range im.order {
		for _, r := range s.relocs() {
			t, ok := im.targets[refKey{s.file, r.Sym}]
			if !ok || t.sym == nil || r.Size == 0 {
				continue
			}
			if i, ok := at[t.sym]; ok && r.Add == 0 {
				im.Itabs[i].Sites = append(im.Itabs[i].Sites, Site{s.addr + uint64(r.Off), r.Type == im.l.machine.address})
			}
		}
	}
}

// commitNames records the addresses that Commit makes known.
func (im *Image) commitNames() {
	for n, s := range im.names {
		im.syms[n] = s.addr
	}
	for key, s := range im.placed {
		if s.unit == nil && s.ABI == object.ABIStatic {
			im.statics[key] = s.addr
		}
	}
	for name, sl := range im.slots {
		if s := im.current[name]; s != nil {
			sl.code = s.addr
			im.slots[name] = sl
			im.Writes = append(im.Writes, Segment{sl.at, binary.LittleEndian.AppendUint64(nil, sl.code)})
		}
	}
	slices.SortFunc(im.Writes, func(a, b Segment) int { return int(int64(a.Addr) - int64(b.Addr)) })
}
