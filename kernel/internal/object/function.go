package object

import "encoding/binary"

// The kinds of auxiliary symbols of a definition.
const (
	auxGotype   = 0
	auxFuncInfo = 1
	auxFuncdata = 2
	auxPcsp     = 7
	auxPcfile   = 8
	auxPcline   = 9
	auxPcinline = 10
	auxPcdata   = 11
)

// A Function is what the runtime must know of a function besides its code.
// The tables are delta-encoded as in pclntab.
type Function struct {
	Args      uint32
	Locals    uint32
	FuncID    uint8
	Flag      uint8
	StartLine int32
	Files     []uint32 // indices into File.Files
	Inlined   []InlinedCall

	PCSP, PCFile, PCLine, PCInline Ref
	PCData                         []Ref
	FuncData                       []Ref
}

// An InlinedCall is a node of a function's tree of inlined calls.
type InlinedCall struct {
	Parent   int32
	File     uint32
	Line     int32
	Func     Ref
	ParentPC int32
}

// GoType returns the type descriptor of variable i, if it has one.
func (f *File) GoType(i uint32) Ref {
	var typ Ref
	f.aux(i, func(kind uint8, r Ref) {
		if kind == auxGotype {
			typ = r
		}
	})
	return typ
}

func (f *File) aux(i uint32, visit func(kind uint8, r Ref)) {
	if i >= f.NumDefs() {
		return
	}
	at := f.off[blkAuxIdx] + 4*i
	for j := f.u32(at); j < f.u32(at+4); j++ {
		off := f.off[blkAux] + j*uint32(auxSize)
		visit(f.b[off], f.ref(off+1))
	}
}

// Function returns the tables of function i, and false if it has none, as
// some assembly functions do.
func (f *File) Function(i uint32) (*Function, bool) {
	fn := &Function{}
	var info Ref
	f.aux(i, func(kind uint8, r Ref) {
		switch kind {
		case auxFuncInfo:
			info = r
		case auxFuncdata:
			fn.FuncData = append(fn.FuncData, r)
		case auxPcsp:
			fn.PCSP = r
		case auxPcfile:
			fn.PCFile = r
		case auxPcline:
			fn.PCLine = r
		case auxPcinline:
			fn.PCInline = r
		case auxPcdata:
			fn.PCData = append(fn.PCData, r)
		}
	})
	at, ok := f.Index(info)
	if info.IsZero() || !ok || !fn.decode(f.Data(at)) {
		return nil, false
	}
	return fn, true
}

// decode reads the serialized cmd/internal/goobj.FuncInfo.
func (fn *Function) decode(b []byte) bool {
	if len(b) < 20 {
		return false
	}
	u32 := func(off int) uint32 { return binary.LittleEndian.Uint32(b[off:]) }
	fn.Args, fn.Locals = u32(0), u32(4)
	fn.FuncID, fn.Flag = b[8], b[9]
	fn.StartLine = int32(u32(12))
	nfile := int(u32(16))
	if nfile < 0 || len(b) < 24+4*nfile {
		return false
	}
	fn.Files = make([]uint32, nfile)
	for j := range fn.Files {
		fn.Files[j] = u32(20 + 4*j)
	}
	at := 20 + 4*nfile
	ninl := int(u32(at))
	at += 4
	if ninl < 0 || len(b) < at+24*ninl {
		return false
	}
	fn.Inlined = make([]InlinedCall, ninl)
	for j := range fn.Inlined {
		o := at + 24*j
		fn.Inlined[j] = InlinedCall{int32(u32(o)), u32(o + 4), int32(u32(o + 8)), Ref{u32(o + 12), u32(o + 16)}, int32(u32(o + 20))}
	}
	return true
}
