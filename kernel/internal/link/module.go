package link

import (
	"encoding/binary"
	"fmt"
)

// A moduleLayout is runtime.moduledata of one version of Go.
type moduleLayout struct {
	size   int    // bytes
	next   uint64 // where the link to the next module is
	encode func(*moduleWriter)
}

// moduleLayouts are those of the supported versions; there is a file for each.
var moduleLayouts = map[uint64]moduleLayout{26: module126, 27: module127}

func layoutOf(w *World) (moduleLayout, error) {
	l, ok := moduleLayouts[w.Minor]
	if !ok {
		return l, fmt.Errorf("link: the worker was linked by Go 1.%d, whose runtime this version of Loupe does not know", w.Minor)
	}
	return l, nil
}

// A moduleWriter writes the moduledata of an image.
type moduleWriter struct {
	*Image
	b []byte
}

func (w *moduleWriter) word(vs ...uint64) {
	for _, v := range vs {
		w.b = binary.LittleEndian.AppendUint64(w.b, v)
	}
}

// slice writes a slice of elements of a size in bytes, in the image's tables.
func (w *moduleWriter) slice(s span, size int) {
	w.word(w.tables.addr(s), uint64(s.len/size), uint64(s.len/size))
}

// functions writes what all versions begin with, up to the ranges of data.
func (w *moduleWriter) functions() {
	t, world := &w.tables, w.l.world
	w.word(t.addr(t.header))
	w.slice(t.names, 1)
	w.slice(t.cutab, 4)
	w.slice(t.files, 1)
	w.slice(t.pctab, 1)
	w.slice(t.funcs, 1)
	w.word(t.addr(t.funcs), uint64(t.nfunc+1), uint64(t.nfunc+1)) // ftab
	w.word(t.addr(t.findfuncs), t.minpc, t.maxpc)
	w.word(world.Text, t.maxpc)  // text, etext
	w.word(0, 0)                 // noptrdata
	w.word(w.ptrStart, w.ptrEnd) // data
	w.word(w.bssStart, w.bssEnd) // bss
	w.word(0, 0)                 // noptrbss
	w.word(0, 0)                 // covctrs
	w.word(w.bssEnd, 0, 0)       // end, gcdata, gcbss
}

// rest writes what all versions end with, from the plugins' fields on.
func (w *moduleWriter) rest() {
	t := &w.tables
	w.word(0, 0, 0) // ptab
	w.word(0, 0)    // pluginpath
	w.word(0, 0, 0) // pkghashes
	w.word(0, 0, 0) // inittasks: the worker runs them itself
	w.word(0, 0)    // modulename
	w.word(0, 0, 0) // modulehashes
	w.word(0)       // hasmain, bad
	w.word((w.ptrEnd-w.ptrStart)/8, t.addr(t.dataMask))
	w.word((w.bssEnd-w.bssStart)/8, t.addr(t.bssMask))
	w.word(0, 0) // typemap, next
}

// encodeModule writes the moduledata of the image.
func (im *Image) encodeModule() []byte {
	w := &moduleWriter{Image: im}
	im.l.layout.encode(w)
	return w.b
}
