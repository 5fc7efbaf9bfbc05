package link

import (
	"debug/buildinfo"
	"debug/elf"
	"encoding/binary"
	"fmt"
	"os"
	"slices"
	"strings"

	"loupe/kernel/internal/object"
)

// A World is what the worker already contains: the address of every symbol
// that the official linker placed. A worker is linked at fixed addresses, so
// its World is computed once and kept beside it as a file.
type World struct {
	Bases
	b     []byte // the file, mapped
	n     uint32
	offs  uint32 // where the n+1 offsets of names start
	addrs uint32
	names uint32
}

// Bases are the addresses that the runtime's tables count offsets from.
type Bases struct {
	Text, Types, ETypes, ROData uint64
	// Minor is the version of Go that linked the worker: 26 for Go 1.26.
	Minor uint64
	// TLS is where the runtime's variable of a thread is, relative to the
	// thread pointer: a negative number.
	TLS uint64
	// Machine is the processor, as ELF files number it.
	Machine uint64
}

const (
	worldMagic  = "loupe world 4\n\x00\x00"
	worldHeader = len(worldMagic) + 8*8
)

// Lookup returns the address of a symbol. Functions that keep their arguments
// on the stack (ABI0) and those in registers (ABIInternal) are different
// symbols of one name.
func (w *World) Lookup(name string, abi uint16) (uint64, bool) {
	suffix := suffixABI0
	if abi == object.ABIInternal {
		suffix = suffixABIInternal
	}
	if a, ok := w.find(name + suffix); ok {
		return a, true
	}
	return w.find(name) // data
}

// Functions have their calling convention in the name under which a World
// keeps them.
const (
	suffixABI0        = ".abi0"
	suffixABIInternal = ".abi1"
)

func (w *World) find(name string) (uint64, bool) {
	lo, hi := uint32(0), w.n
	for lo < hi {
		mid := (lo + hi) / 2
		if w.name(mid) < name {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo == w.n || w.name(lo) != name {
		return 0, false
	}
	return binary.LittleEndian.Uint64(w.b[w.addrs+8*lo:]), true
}

func (w *World) name(i uint32) string {
	from := binary.LittleEndian.Uint32(w.b[w.offs+4*i:])
	to := binary.LittleEndian.Uint32(w.b[w.offs+4*i+4:])
	return unsafeString(w.b[w.names+from : w.names+to])
}

// OpenWorld maps the file that Survey wrote.
func OpenWorld(path string) (*World, error) {
	b, err := object.Map(path)
	if err != nil {
		return nil, fmt.Errorf("link: the worker's symbols: %w", err)
	}
	return parseWorld(path, b)
}

func parseWorld(path string, b []byte) (*World, error) {
	if len(b) < worldHeader {
		return nil, fmt.Errorf("link: %s holds no symbols (%d bytes)", path, len(b))
	}
	if string(b[:len(worldMagic)]) != worldMagic {
		return nil, fmt.Errorf("link: %s is not a symbol file of this version", path)
	}
	u64 := func(i int) uint64 { return binary.LittleEndian.Uint64(b[len(worldMagic)+8*i:]) }
	w := &World{b: b, n: uint32(u64(7)), Bases: Bases{u64(0), u64(1), u64(2), u64(3), u64(4), u64(5), u64(6)}}
	w.offs = uint32(worldHeader)
	w.addrs = (w.offs + 4*(w.n+1) + 7) &^ 7
	w.names = w.addrs + 8*w.n
	if uint64(w.names) > uint64(len(b)) {
		return nil, fmt.Errorf("link: %s is cut off: %d symbols announced in %d bytes", path, w.n, len(b))
	}
	if end := binary.LittleEndian.Uint32(b[w.offs+4*w.n:]); uint64(w.names)+uint64(end) != uint64(len(b)) {
		return nil, fmt.Errorf("link: %s is cut off: names end at %d of %d", path, uint64(w.names)+uint64(end), len(b))
	}
	return w, nil
}

// Survey reads a linked worker and the archives it was linked from, and
// writes the file that OpenWorld maps.
func Survey(worker string, archives []*object.Archive, out string) error {
	exe, err := elf.Open(worker)
	if err != nil {
		return fmt.Errorf("link: survey: %w", err)
	}
	defer exe.Close()
	all, err := exe.Symbols()
	if err != nil {
		return fmt.Errorf("link: survey %s: %w", worker, err)
	}
	syms := make(map[string]uint64, len(all))
	onlyABI0 := assembled(archives)
	for _, s := range all {
		if s.Section == elf.SHN_UNDEF || s.Name == "" {
			continue
		}
		name := s.Name
		// The official linker marks ABI0 only where a function has both.
		if elf.ST_TYPE(s.Info) == elf.STT_FUNC && !strings.HasSuffix(name, suffixABI0) {
			if onlyABI0[name] {
				name += suffixABI0
			} else {
				name += suffixABIInternal
			}
		}
		syms[name] = s.Value
	}
	for _, name := range []string{"runtime.text", "runtime.etext"} {
		if a, ok := syms[name+suffixABIInternal]; ok {
			syms[name] = a
		}
	}
	bases := Bases{syms["runtime.text"], syms["runtime.types"], syms["runtime.etypes"], syms["runtime.rodata"], 0, tlsOffset(exe, all), uint64(exe.Machine)}
	if bases.Text == 0 || bases.Types == 0 || bases.ROData == 0 {
		return fmt.Errorf("link: survey %s: it lacks runtime.text, runtime.types or runtime.rodata: is it a stripped or foreign binary?", worker)
	}
	if bases.Minor, err = minorVersion(worker); err != nil {
		return err
	}
	if err := surveyTypes(exe, bases, archives, syms); err != nil {
		return err
	}
	return os.WriteFile(out, encodeWorld(bases, syms), 0o600)
}

// minorVersion is the version of Go that a program was linked by, 26 for Go
// 1.26.5.
func minorVersion(program string) (minor uint64, err error) {
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		return 0, fmt.Errorf("link: survey: %w", err)
	}
	if _, err := fmt.Sscanf(info.GoVersion, "go1.%d", &minor); err != nil {
		return 0, fmt.Errorf("link: survey %s: it was linked by %q, which is no version of Go 1", program, info.GoVersion)
	}
	return minor, nil
}

// tlsOffset is where runtime.tlsg is, relative to the thread pointer: the
// variables of a thread end there.
func tlsOffset(exe *elf.File, syms []elf.Symbol) uint64 {
	for _, p := range exe.Progs {
		if p.Type != elf.PT_TLS {
			continue
		}
		for _, s := range syms {
			if s.Name == "runtime.tlsg" && elf.ST_TYPE(s.Info) == elf.STT_TLS {
				return s.Value - (p.Memsz+p.Align-1)&^(p.Align-1)
			}
		}
	}
	return ^uint64(7) // what the official linker chooses without C
}

// assembled lists the functions that exist with ABI0 only: those written in
// assembly without a wrapper for Go's register convention.
func assembled(archives []*object.Archive) map[string]bool {
	only := map[string]bool{}
	for _, abi := range []uint16{object.ABI0, object.ABIInternal} {
		for _, a := range archives {
			for _, f := range a.Files {
				for i := range f.NumDefs() {
					if s := f.Symbol(i); s.Kind.IsText() && s.ABI == abi {
						if abi == object.ABI0 {
							only[s.Name] = true
						} else {
							delete(only, s.Name)
						}
					}
				}
			}
		}
	}
	return only
}

func encodeWorld(bases Bases, syms map[string]uint64) []byte {
	names := make([]string, 0, len(syms))
	for n := range syms {
		names = append(names, n)
	}
	slices.Sort(names)
	b := []byte(worldMagic)
	for _, v := range []uint64{bases.Text, bases.Types, bases.ETypes, bases.ROData, bases.Minor, bases.TLS, bases.Machine, uint64(len(names))} {
		b = binary.LittleEndian.AppendUint64(b, v)
	}
	off := uint32(0)
	for _, n := range names {
		b = binary.LittleEndian.AppendUint32(b, off)
		off += uint32(len(n))
	}
	b = binary.LittleEndian.AppendUint32(b, off)
	for len(b)%8 != 0 {
		b = append(b, 0)
	}
	for _, n := range names {
		b = binary.LittleEndian.AppendUint64(b, syms[n])
	}
	return append(b, strings.Join(names, "")...)
}

// surveyTypes finds the worker's type descriptors. The official linker lists
// none of them by name, but every descriptor that could be there is defined
// in an archive, and its first 24 bytes (size, pointer bytes, a hash of its
// full name, flags, alignment, kind) are found again in the linked section.
func surveyTypes(exe *elf.File, bases Bases, archives []*object.Archive, syms map[string]uint64) error {
	mem, err := readRange(exe, bases.Types, bases.ETypes)
	if err != nil {
		return err
	}
	at := make(map[[23]byte]uint64, len(mem)/128)
	for off := 0; off+48 <= len(mem); off += 8 {
		if k := mem[off+23] & 31; k == 0 || k > 26 {
			continue
		}
		if key := typeKey(mem[off:]); key != ([23]byte{}) {
			if _, dup := at[key]; !dup {
				at[key] = bases.Types + uint64(off)
			}
		}
	}
	for _, a := range archives {
		for _, f := range a.Files {
			for i := range f.NumDefs() {
				s := f.Symbol(i)
				if !strings.HasPrefix(s.Name, "type:") || strings.HasPrefix(s.Name, "type:.") || s.Size < 48 {
					continue
				}
				if d := f.Data(i); len(d) >= 48 {
					if addr, ok := at[typeKey(d)]; ok {
						syms[s.Name] = addr
					}
				}
			}
		}
	}
	return nil
}

// typeKey is what a descriptor has in its object file and keeps when linked:
// all but the flag bits that the linker itself may set.
func typeKey(b []byte) (k [23]byte) {
	copy(k[:], b[:20])
	k[20], k[21], k[22] = b[21], b[22], b[23]
	return k
}

// readRange reads bytes of a linked program by address.
func readRange(exe *elf.File, from, to uint64) ([]byte, error) {
	for _, s := range exe.Sections {
		if s.Type == elf.SHT_PROGBITS && s.Addr <= from && to <= s.Addr+s.Size {
			b := make([]byte, to-from)
			_, err := s.ReadAt(b, int64(from-s.Addr))
			return b, err
		}
	}
	return nil, fmt.Errorf("link: no section holds %#x to %#x", from, to)
}
