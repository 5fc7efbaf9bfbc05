package link

import (
	"encoding/binary"
	"strings"

	"loupe/kernel/internal/object"
)

// tables are the runtime's descriptions of an image's functions: what
// cmd/link/internal/ld/pcln.go writes, for this image alone.
type tables struct {
	at                                                   uint64 // address of blob
	blob                                                 []byte
	header, names, cutab, files, pctab, funcs, findfuncs span
	typelinks                                            span
	dataMask, bssMask                                    span
	module                                               span
	nfunc                                                int
	minpc, maxpc                                         uint64
}

// A span is a part of the blob.
type span struct{ off, len int }

func (t *tables) addr(s span) uint64 { return t.at + uint64(s.off) }

// add appends bytes to the blob, aligned to eight.
func (t *tables) add(b []byte) span {
	for len(t.blob)%8 != 0 {
		t.blob = append(t.blob, 0)
	}
	s := span{len(t.blob), len(b)}
	t.blob = append(t.blob, b...)
	return s
}

const (
	pcdataInlTreeIndex  = 2
	funcdataInlTree     = 3
	noFuncData          = ^uint32(0)
	funcSize            = 44
	pclnMagic           = 0xfffffff1
	bucketSize          = 4096
	subBuckets          = 16
	subBucketSize       = bucketSize / subBuckets
	funcIDNone, flagAsm = 0, 4
)

// pcln collects the tables while functions are added in order of address.
type pcln struct {
	im      *Image
	names   []byte
	nameAt  map[string]uint32
	files   []byte
	fileAt  map[string]uint32
	cutab   []uint32
	cuAt    map[*object.File]uint32
	pctab   []byte
	pcAt    map[refKey]uint32
	funcs   []byte // the _func records; offsets count from after the pc table
	entries []funcEntry
}

type funcEntry struct {
	addr uint64
	off  uint32
}

// buildTables describes the image's functions and gives the tables, and after
// them the zeroed variables, their addresses.
func (im *Image) buildTables() error {
	im.alignData(8)
	t := &im.tables
	t.at = im.dataNext
	if len(im.Text.Bytes) > 0 {
		p := &pcln{im: im, nameAt: map[string]uint32{}, fileAt: map[string]uint32{}, cuAt: map[*object.File]uint32{}, pcAt: map[refKey]uint32{}, pctab: []byte{0}, names: []byte{0}}
		p.addStubs()
		for _, s := range im.textSyms {
			if err := p.addFunc(s); err != nil {
				return err
			}
		}
		p.write(t)
	}
	im.addTypelinks(t)
	t.dataMask = t.add(make([]byte, (im.ptrEnd-im.ptrStart)/64+8))
	im.dataNext += uint64(len(t.blob))
	bssSize := uint64(0)
	for _, s := range im.bss {
		bssSize += uint64(s.Size) + 64
	}
	t.bssMask = t.add(make([]byte, bssSize/64+8))
	t.module = t.add(make([]byte, im.l.layout.size))
	im.dataNext = t.at + uint64(len(t.blob))
	im.alignData(64)
	im.bssStart = im.dataNext
	im.layoutList(im.bss)
	im.alignData(8)
	im.bssEnd = im.dataNext
	fileEnd := im.bssStart
	im.layoutList(im.noptrbss)
	end := im.dataNext
	if _, err := im.data.take(end-im.data.next, 1); err != nil {
		return err
	}
	im.dataNext = fileEnd
	return nil
}

func (p *pcln) name(text string) uint32 {
	at, ok := p.nameAt[text]
	if !ok {
		at = uint32(len(p.names))
		p.nameAt[text] = at
		p.names = append(append(p.names, text...), 0)
	}
	return at
}

// unit returns where the list of a file's sources starts.
func (p *pcln) unit(f *object.File) uint32 {
	at, ok := p.cuAt[f]
	if ok {
		return at
	}
	at = uint32(len(p.cutab))
	p.cuAt[f] = at
	for _, name := range f.Files() {
		off, ok := p.fileAt[name]
		if !ok {
			off = uint32(len(p.files))
			p.fileAt[name] = off
			p.files = append(append(p.files, p.im.sourceName(name)...), 0)
		}
		p.cutab = append(p.cutab, off)
	}
	return at
}

// pcdata adds a table that maps code offsets to values; offset 0 means none.
func (p *pcln) pcdata(f *object.File, r object.Ref) uint32 {
	if r.IsZero() {
		return 0
	}
	key := refKey{f, r}
	if at, ok := p.pcAt[key]; ok {
		return at
	}
	i, ok := f.Index(r)
	if !ok {
		return 0
	}
	b := f.Data(i)
	at := uint32(0)
	if len(b) > 0 {
		at = uint32(len(p.pctab))
		p.pctab = append(p.pctab, b...)
	}
	p.pcAt[key] = at
	return at
}

// addStubs describes the jumps as one function without a frame.
func (p *pcln) addStubs() {
	n := p.im.stubsSize()
	if n == 0 {
		return
	}
	pcsp := uint32(len(p.pctab))
	p.pctab = append(p.pctab, 2) // from -1 to 0 …
	p.pctab = binary.AppendUvarint(p.pctab, n/uint64(p.im.l.machine.quantum))
	p.pctab = append(p.pctab, 0) // … to the end
	p.begin(p.im.stubBase)
	p.record(p.im.stubBase, p.name("notebook.call"), 0, 0, [3]uint32{pcsp}, nil, nil, noFuncData, 0, funcIDNone, flagAsm)
}

func (p *pcln) begin(addr uint64) {
	for len(p.funcs)%8 != 0 {
		p.funcs = append(p.funcs, 0)
	}
	p.entries = append(p.entries, funcEntry{addr, uint32(len(p.funcs))})
}

// record writes a runtime._func.
func (p *pcln) record(addr uint64, name, args, deferreturn uint32, pcs [3]uint32, pcdata, funcdata []uint32, cu uint32, line int32, id, flag uint8) {
	for _, v := range []uint32{uint32(addr - p.im.l.world.Text), name, args, deferreturn, pcs[0], pcs[1], pcs[2], uint32(len(pcdata)), cu, uint32(line)} {
		p.funcs = binary.LittleEndian.AppendUint32(p.funcs, v)
	}
	p.funcs = append(p.funcs, id, flag, 0, uint8(len(funcdata)))
	for _, list := range [][]uint32{pcdata, funcdata} {
		for _, v := range list {
			p.funcs = binary.LittleEndian.AppendUint32(p.funcs, v)
		}
	}
}

func (p *pcln) addFunc(s *symbol) error {
	p.begin(s.addr)
	deferreturn := p.im.l.deferReturn(s)
	fn := s.fn
	if fn == nil {
		p.record(s.addr, p.name(s.Name), 0, deferreturn, [3]uint32{}, nil, nil, p.unit(s.file), 0, funcIDNone, 0)
		return nil
	}
	pcs := [3]uint32{p.pcdata(s.file, fn.PCSP), p.pcdata(s.file, fn.PCFile), p.pcdata(s.file, fn.PCLine)}
	pcdata := make([]uint32, len(fn.PCData))
	for i, r := range fn.PCData {
		pcdata[i] = p.pcdata(s.file, r)
	}
	funcdata, err := p.funcdata(s)
	if err != nil {
		return err
	}
	if len(fn.Inlined) > 0 {
		for len(pcdata) <= pcdataInlTreeIndex {
			pcdata = append(pcdata, 0)
		}
		pcdata[pcdataInlTreeIndex] = p.pcdata(s.file, fn.PCInline)
		for len(funcdata) <= funcdataInlTree {
			funcdata = append(funcdata, noFuncData)
		}
		tree, err := p.inlineTree(s)
		if err != nil {
			return err
		}
		funcdata[funcdataInlTree] = tree
	}
	p.record(s.addr, p.name(s.Name), fn.Args, deferreturn, pcs, pcdata, funcdata, p.unit(s.file), fn.StartLine, fn.FuncID, fn.Flag)
	return nil
}

// funcdata lists a function's tables as offsets from the worker's text, which
// is what this image's moduledata gives as their base.
func (p *pcln) funcdata(s *symbol) ([]uint32, error) {
	offs := make([]uint32, len(s.fn.FuncData))
	for j, r := range s.fn.FuncData {
		offs[j] = noFuncData
		if r.IsZero() {
			continue
		}
		t, err := p.im.resolve(s, r)
		if err != nil {
			if s.file.FromAssembly() {
				continue // the assembler names maps that only a Go declaration makes
			}
			return nil, err
		}
		a := t.addr
		if t.sym != nil {
			a = t.sym.addr
		}
		offs[j] = uint32(a - p.im.l.world.Text)
	}
	return offs, nil
}

// inlineTree writes a function's runtime.inlinedCall records into the blob.
func (p *pcln) inlineTree(s *symbol) (uint32, error) {
	var b []byte
	for _, c := range s.fn.Inlined {
		name, id, line := p.im.inlined(s.file, c.Func)
		b = append(b, id, 0, 0, 0)
		b = binary.LittleEndian.AppendUint32(b, p.name(name))
		b = binary.LittleEndian.AppendUint32(b, uint32(c.ParentPC))
		b = binary.LittleEndian.AppendUint32(b, uint32(line))
	}
	t := &p.im.tables
	return uint32(t.addr(t.add(b)) - p.im.l.world.Text), nil
}

// inlined describes a function that was inlined, which may be another
// package's and then is looked up there by number.
func (im *Image) inlined(f *object.File, ref object.Ref) (name string, id uint8, line int32) {
	i, own := f.Index(ref)
	if own {
		s := f.Symbol(i)
		name = s.Name
		if f.Defined(i) {
			if fn, ok := f.Function(i); ok {
				return name, fn.FuncID, fn.StartLine
			}
			return name, 0, 0
		}
		if other, j, ok := im.archiveOf(packageOf(name), name); ok {
			if fn, ok := other.Function(j); ok {
				return name, fn.FuncID, fn.StartLine
			}
		}
		return name, 0, 0
	}
	pkg, name := f.Foreign(ref)
	if a, err := im.archive(pkg); err == nil && len(a.Files) > 0 {
		if name == "" { // the file does not name what it only inlines
			name = a.Files[0].Symbol(ref.Sym).Name
		}
		if fn, ok := a.Files[0].Function(ref.Sym); ok {
			return name, fn.FuncID, fn.StartLine
		}
	}
	return name, 0, 0
}

func (im *Image) archiveOf(pkg, name string) (*object.File, uint32, bool) {
	if pkg == "" || pkg == Notebook {
		return nil, 0, false
	}
	a, err := im.archive(pkg)
	if err != nil {
		return nil, 0, false
	}
	return a.Lookup(name, object.ABIInternal)
}

// deferReturn is the offset of the call that runs deferred functions when a
// panic was recovered.
func (l *Linker) deferReturn(s *symbol) uint32 {
	for _, r := range s.relocs() {
		if r.Type != l.machine.call {
			continue
		}
		if r.Sym.Pkg == object.PkgBuiltin {
			if n, ok := s.file.Builtin(r.Sym.Sym); ok && n.Text == "runtime.deferreturn" {
				return uint32(r.Off) - l.machine.deferBack
			}
		} else if i, ok := s.file.Index(r.Sym); ok && s.file.Symbol(i).Name == "runtime.deferreturn" {
			return uint32(r.Off) - l.machine.deferBack
		}
	}
	return 0
}

// write puts the collected tables into the blob.
func (p *pcln) write(t *tables) {
	n := len(p.entries)
	t.nfunc = n
	t.minpc = p.entries[0].addr
	t.maxpc = p.im.Text.Addr + uint64(len(p.im.Text.Bytes))
	var cutab []byte
	for _, v := range p.cutab {
		cutab = binary.LittleEndian.AppendUint32(cutab, v)
	}
	tableSize := (n*8 + 4 + 7) &^ 7
	var funcs []byte
	for _, e := range p.entries {
		funcs = binary.LittleEndian.AppendUint32(funcs, uint32(e.addr-p.im.l.world.Text))
		funcs = binary.LittleEndian.AppendUint32(funcs, e.off+uint32(tableSize))
	}
	funcs = binary.LittleEndian.AppendUint32(funcs, uint32(t.maxpc-p.im.l.world.Text))
	for len(funcs) < tableSize {
		funcs = append(funcs, 0)
	}
	funcs = append(funcs, p.funcs...)

	t.header = t.add(make([]byte, 72))
	t.names = t.add(p.names)
	t.cutab = t.add(cutab)
	t.files = t.add(p.files)
	t.pctab = t.add(p.pctab)
	t.funcs = t.add(funcs)
	t.findfuncs = t.add(p.findFuncs(t))
	h := t.blob[t.header.off:]
	binary.LittleEndian.PutUint32(h, pclnMagic)
	h[6], h[7] = byte(p.im.l.machine.quantum), 8
	for i, v := range []int{n, len(p.fileAt), 0, t.names.off - t.header.off, t.cutab.off - t.header.off, t.files.off - t.header.off, t.pctab.off - t.header.off, t.funcs.off - t.header.off} {
		binary.LittleEndian.PutUint64(h[8+8*i:], uint64(v))
	}
}

// findFuncs builds the table that leads from a code address to its function:
// for each 256 bytes the first function that reaches into them.
func (p *pcln) findFuncs(t *tables) []byte {
	n := int((t.maxpc - t.minpc + subBucketSize - 1) / subBucketSize)
	first := make([]int, n)
	idx := 0
	for i := range first {
		start := t.minpc + uint64(i*subBucketSize)
		for idx+1 < len(p.entries) && p.entries[idx+1].addr <= start {
			idx++
		}
		first[i] = idx
	}
	nb := (n + subBuckets - 1) / subBuckets
	b := make([]byte, nb*(4+subBuckets))
	for i := range nb {
		base := first[i*subBuckets]
		binary.LittleEndian.PutUint32(b[i*(4+subBuckets):], uint32(base))
		for j := 0; j < subBuckets && i*subBuckets+j < n; j++ {
			b[i*(4+subBuckets)+4+j] = uint8(first[i*subBuckets+j] - base)
		}
	}
	return b
}

// sourceName is a source file as stack traces show it.
func (im *Image) sourceName(name string) string {
	if rest, ok := strings.CutPrefix(name, "$GOROOT/"); ok && im.l.GOROOT != "" {
		return im.l.GOROOT + "/" + rest
	}
	return name
}
