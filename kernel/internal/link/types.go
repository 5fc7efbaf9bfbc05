package link

import (
	"encoding/binary"
	"fmt"
	"strings"

	"loupe/kernel/internal/object"
)

// An extension gives a type that exists the method table of its newest
// compilation.
type extension struct {
	old    uint64  // address of the descriptor in use
	newest *symbol // the descriptor that has all methods
}

const flagUncommon = 1 // abi.TFlagUncommon

// Offsets in a type descriptor (internal/abi.Type).
const (
	offFlag = 20
	offKind = 23
)

func hasUncommon(b []byte) bool { return len(b) > offFlag && b[offFlag]&flagUncommon != 0 }

// uncommonOffset is where the part that leads to the methods stands in a
// descriptor of a kind: right after internal/abi's struct for the kind.
func uncommonOffset(kind byte) uint64 {
	switch kind & 31 {
	case 17: // array
		return 72
	case 18: // chan
		return 64
	case 19, 22, 23: // func, pointer, slice
		return 56
	case 20: // interface
		return 80
	case 21: // map
		return 112
	case 25: // struct
		return 80
	}
	return 48
}

// defineType places the descriptors of a new type and of pointers to it.
// Generic types have none.
func (im *Image) defineType(u *Unit, name string) {
	for _, text := range []string{"type:" + prefix + name, "type:*" + prefix + name} {
		if f, i, ok := u.Object.Lookup(text, object.ABI0); ok {
			im.place(f, i, u)
		}
	}
}

// retype forgets what earlier links knew of types that get a new definition,
// and of all types made of them.
func (im *Image) retype(names []string) {
	im.retyped = append(im.retyped, names...)
}

func (im *Image) isRetyped(text string) bool {
	return len(im.retyped) > 0 && (strings.HasPrefix(text, "type:") || strings.HasPrefix(text, "go:itab.")) && mentions(text, im.retyped)
}

// mentions reports whether a symbol name holds one of the notebook's types.
func mentions(text string, types []string) bool {
	for _, t := range types {
		for rest := text; ; {
			i := strings.Index(rest, prefix+t)
			if i < 0 {
				break
			}
			rest = rest[i+len(prefix)+len(t):]
			if rest == "" || !isIdent(rest) {
				return true
			}
		}
	}
	return false
}

// isIdent reports whether s begins with a byte that goes on an identifier.
func isIdent(s string) bool {
	c := s[0]
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80 && !strings.HasPrefix(s, "·")
}

func dropTypes(syms map[object.Name]uint64, types []string) {
	if len(types) == 0 {
		return
	}
	for n := range syms {
		if (strings.HasPrefix(n.Text, "type:") || strings.HasPrefix(n.Text, "go:itab.")) && mentions(n.Text, types) {
			delete(syms, n)
		}
	}
}

// extend places a second descriptor of a type and of pointers to it, for
// their method tables.
func (im *Image) extend(u *Unit, name string) {
	for _, text := range []string{"type:" + prefix + name, "type:*" + prefix + name} {
		old, ok := im.l.syms[object.Name{Text: text}]
		if !ok {
			continue // nobody has the descriptor yet: it will be placed where it is used
		}
		f, i, ok := u.Object.Lookup(text, object.ABI0)
		if !ok {
			continue
		}
		key := static{f, i}
		s := &symbol{Symbol: f.Symbol(i), file: f, index: i, unit: u, shadow: true}
		im.placed[key] = s
		im.order = append(im.order, s)
		im.extends = append(im.extends, extension{old, s})
	}
}

// extendTypes points the old descriptors to the new method tables.
func (im *Image) extendTypes() error {
	for _, e := range im.extends {
		d := e.newest.data
		if !hasUncommon(d) {
			continue
		}
		off := uncommonOffset(d[offKind])
		if uint64(len(d)) < off+uncommon {
			return fmt.Errorf("link: the descriptor %s has %d bytes, too few for its methods", e.newest.Name, len(d))
		}
		u := append([]byte(nil), d[off:off+uncommon]...)
		methods := e.newest.addr + off + uint64(binary.LittleEndian.Uint32(u[8:]))
		if methods < e.old+off {
			return fmt.Errorf("link: the methods of %s lie before its descriptor", e.newest.Name)
		}
		binary.LittleEndian.PutUint32(u[8:], uint32(methods-e.old-off))
		im.Writes = append(im.Writes,
			Segment{e.old + off, u},
			Segment{e.old + offFlag, []byte{d[offFlag]}})
		im.Retyped = append(im.Retyped, e.old)
	}
	return nil
}
