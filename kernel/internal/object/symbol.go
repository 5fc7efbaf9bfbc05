package object

import "encoding/binary"

// A Kind is what a symbol's bytes are.
type Kind uint8

// The kinds of symbols, as cmd/internal/objabi numbers them.
const (
	KindNone Kind = iota
	Text
	TextFIPS
	ROData
	RODataFIPS
	NoPtrData
	NoPtrDataFIPS
	Data
	DataFIPS
	BSS
	NoPtrBSS
	TLSBSS
)

// IsText reports whether k is code.
func (k Kind) IsText() bool { return k == Text || k == TextFIPS }

// Flags of a symbol.
const (
	flagDupok    = 1 << 0
	flagTypelink = 1 << 2
	flagGoType   = 1 << 6
	flag2Itab    = 1 << 1
)

// A Symbol is a definition, or a reference by name to another package's.
type Symbol struct {
	Name  string
	ABI   uint16
	Kind  Kind
	Size  uint32
	Align uint32

	flag, flag2 uint8
}

// DupOK reports whether several files may define the symbol, all alike.
func (s *Symbol) DupOK() bool { return s.flag&flagDupok != 0 }

// Typelink reports whether reflect finds the type descriptor by its name.
func (s *Symbol) Typelink() bool { return s.flag&flagTypelink != 0 }

// IsType reports whether the symbol is a type descriptor.
func (s *Symbol) IsType() bool { return s.flag&flagGoType != 0 }

// IsItab reports whether the symbol is an interface table.
func (s *Symbol) IsItab() bool { return s.flag2&flag2Itab != 0 }

// IsABIWrapper reports whether the function only changes the calling convention.
func (s *Symbol) IsABIWrapper() bool { return s.flag2&(1<<5) != 0 }

// NumDefs is the number of symbols the file defines; their indices are 0 to
// NumDefs-1.
func (f *File) NumDefs() uint32 { return f.ndef[0] + f.ndef[1] + f.ndef[2] + f.ndef[3] }

// Symbol decodes symbol i: a definition, or from NumDefs on a reference.
func (f *File) Symbol(i uint32) Symbol {
	off := f.off[blkSymdef] + i*uint32(symSize)
	if i >= f.NumDefs()+f.nref {
		return Symbol{}
	}
	b := f.b[off:]
	return Symbol{
		Name:  f.str(off),
		ABI:   binary.LittleEndian.Uint16(b[8:]),
		Kind:  Kind(b[10]),
		flag:  b[11],
		flag2: b[12],
		Size:  binary.LittleEndian.Uint32(b[13:]),
		Align: binary.LittleEndian.Uint32(b[17:]),
	}
}

// Index returns the index of the symbol that r names if r is one of the
// file's own symbols or named references.
func (f *File) Index(r Ref) (uint32, bool) {
	base, n := uint32(0), uint32(0)
	switch r.Pkg {
	case PkgSelf:
		base, n = 0, f.ndef[0]
	case PkgHashed64:
		base, n = f.ndef[0], f.ndef[1]
	case PkgHashed:
		base, n = f.ndef[0]+f.ndef[1], f.ndef[2]
	case PkgNone:
		base, n = f.ndef[0]+f.ndef[1]+f.ndef[2], f.ndef[3]+f.nref
	default:
		return 0, false
	}
	return base + r.Sym, r.Sym < n
}

// Defined reports whether symbol i is a definition.
func (f *File) Defined(i uint32) bool { return i < f.NumDefs() }

// ContentAddressed reports whether definition i is named by its content: its
// name then says nothing, and equal ones are the same.
func (f *File) ContentAddressed(i uint32) bool {
	return i >= f.ndef[0] && i < f.ndef[0]+f.ndef[1]+f.ndef[2]
}

// Foreign names the package and the name of a symbol that r takes from
// another package's symbol list.
func (f *File) Foreign(r Ref) (pkg, name string) {
	if r.Pkg == PkgBuiltin {
		n, _ := f.Builtin(r.Sym)
		return "runtime", n.Text
	}
	if f.names == nil {
		f.readRefNames()
	}
	if r.Pkg < uint32(len(f.pkgs)) {
		pkg = f.pkgs[r.Pkg]
	}
	return pkg, f.names[r]
}

func (f *File) readRefNames() {
	n := f.blockLen(blkRefName) / uint32(refNameSize)
	f.names = make(map[Ref]string, n)
	for i := range n {
		off := f.off[blkRefName] + i*uint32(refNameSize)
		f.names[f.ref(off)] = f.str(off + 8)
	}
}

// Lookup finds a definition by name.
func (f *File) Lookup(name string, abi uint16) (uint32, bool) {
	if f.byName == nil {
		f.byName = make(map[Name]uint32, f.NumDefs())
		for i := range f.NumDefs() {
			if f.ContentAddressed(i) {
				continue
			}
			s := f.Symbol(i)
			f.byName[Name{s.Name, s.ABI}] = i
		}
	}
	i, ok := f.byName[Name{name, abi}]
	return i, ok
}

// Data returns the bytes of definition i, fewer than its size where the rest
// is zero. The caller must not change them.
func (f *File) Data(i uint32) []byte {
	if i >= f.NumDefs() {
		return nil
	}
	at := f.off[blkDataIdx] + 4*i
	base := f.off[blkData]
	return f.b[base+f.u32(at) : base+f.u32(at+4)]
}

// A Reloc asks the linker to write an address into a symbol's bytes.
type Reloc struct {
	Off  int32
	Size uint8
	Type RelocType
	Weak bool
	Add  int64
	Sym  Ref
}

// A RelocType says how the address is written.
type RelocType uint16

// The relocations of amd64 and arm64, and those that every machine has.
const (
	RAddr           RelocType = 1
	RAddrOff        RelocType = 5
	RSize           RelocType = 6
	RCall           RelocType = 7
	RCallInd        RelocType = 10
	RConst          RelocType = 13
	RPCRel          RelocType = 14
	RTLSLE          RelocType = 15
	RTLSIE          RelocType = 16
	RUseField       RelocType = 21
	RUseType        RelocType = 22
	RUseIface       RelocType = 23
	RUseIfaceMethod RelocType = 24
	RUseNamedMethod RelocType = 25
	RMethodOff      RelocType = 26
	RKeep           RelocType = 27
	RGOTPCRel       RelocType = 29

	RAddrARM64        RelocType = 3
	RCallARM64        RelocType = 9
	RARM64TLSLE       RelocType = 32
	RARM64PCRelLdSt8  RelocType = 37
	RARM64PCRelLdSt16 RelocType = 38
	RARM64PCRelLdSt32 RelocType = 39
	RARM64PCRelLdSt64 RelocType = 40
)

const relocWeak = 1 << 15

// Relocs decodes the relocations of definition i.
func (f *File) Relocs(i uint32) []Reloc {
	if i >= f.NumDefs() {
		return nil
	}
	at := f.off[blkRelocIdx] + 4*i
	first, last := f.u32(at), f.u32(at+4)
	relocs := make([]Reloc, last-first)
	for j := range relocs {
		off := f.off[blkReloc] + (first+uint32(j))*uint32(relocSize)
		b := f.b[off:]
		typ := binary.LittleEndian.Uint16(b[5:])
		relocs[j] = Reloc{
			Off:  int32(binary.LittleEndian.Uint32(b)),
			Size: b[4],
			Type: RelocType(typ &^ relocWeak),
			Weak: typ&relocWeak != 0,
			Add:  int64(binary.LittleEndian.Uint64(b[7:])),
			Sym:  f.ref(off + 15),
		}
	}
	return relocs
}
