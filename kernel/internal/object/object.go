// Package object reads the object files that the Go compiler and assembler
// write: symbols, their data, relocations and the tables that become a
// module's pclntab. The format is that of cmd/internal/goobj ("go120ld").
//
// For most uses, Open an archive or an object file and ask it for symbols by
// [Ref]; nothing is decoded before it is asked for, so that opening the
// archive of a large package costs no more than mapping it.
//
// A File never panics on damaged input: Open checks every table against the
// length of the file, and accessors return zero values for what is out of
// range.
package object

import (
	"encoding/binary"
	"fmt"
)

const magic = "\x00go120ld"

// The blocks of a file, in order.
const (
	blkAutolib = iota
	blkPkgIdx
	blkFile
	blkSymdef
	blkHashed64def
	blkHasheddef
	blkNonpkgdef
	blkNonpkgref
	blkRefFlags
	blkHash64
	blkHash
	blkRelocIdx
	blkAuxIdx
	blkDataIdx
	blkReloc
	blkAux
	blkData
	blkRefName
	blkEnd
	nBlk
)

// Sizes of the serialized records.
const (
	headerSize  = len(magic) + 8 + 4 + 4*nBlk
	stringSize  = 8
	symSize     = stringSize + 2 + 1 + 1 + 1 + 4 + 4
	relocSize   = 4 + 1 + 2 + 8 + 8
	auxSize     = 1 + 8
	refNameSize = 8 + stringSize
)

// Package indices with a meaning of their own.
const (
	PkgNone     = 1<<31 - 1 - iota // non-package symbols: by name across packages
	PkgHashed64                    // content-addressable, 64-bit hash
	PkgHashed                      // content-addressable, long hash
	PkgBuiltin                     // the compiler's list of runtime functions
	PkgSelf                        // symbols of this package
)

// A Ref names a symbol from inside one file.
type Ref struct{ Pkg, Sym uint32 }

// IsZero reports whether r names no symbol.
func (r Ref) IsZero() bool { return r == Ref{} }

// A File is one object file: a package's compiled Go, or one assembled file.
type File struct {
	b        []byte
	off      [nBlk]uint32
	flags    uint32
	ndef     [4]uint32 // numbers of package, hashed64, hashed and non-package definitions
	nref     uint32
	pkgs     []string
	names    map[Ref]string // names of indexed symbols of other packages
	byName   map[Name]uint32
	builtins []Name // runtime symbols that have a number
	Package  string // import path, as the opener gave it
}

// A Name is a symbol's name with its calling convention.
type Name struct {
	Text string
	ABI  uint16
}

// The calling conventions of functions; data has ABI0.
const (
	ABI0        = 0
	ABIInternal = 1
	ABIStatic   = ^uint16(0) // a symbol that only its own file can name
)

// Parse reads an object file's tables from b, which the File keeps.
func Parse(pkg string, b []byte) (*File, error) {
	if len(b) < headerSize || string(b[:len(magic)]) != magic {
		return nil, fmt.Errorf("object: %s: not a Go object file of this toolchain (%d bytes, want magic %q)", pkg, len(b), magic)
	}
	f := &File{b: b, Package: pkg}
	f.flags = binary.LittleEndian.Uint32(b[len(magic)+8:])
	for i := range f.off {
		f.off[i] = binary.LittleEndian.Uint32(b[len(magic)+12+4*i:])
	}
	if err := f.check(); err != nil {
		return nil, fmt.Errorf("object: %s: %w", pkg, err)
	}
	for i := range f.ndef {
		f.ndef[i] = f.blockLen(blkSymdef+i) / uint32(symSize)
	}
	f.nref = f.blockLen(blkNonpkgref) / uint32(symSize)
	f.pkgs = make([]string, f.blockLen(blkPkgIdx)/stringSize)
	for i := range f.pkgs {
		f.pkgs[i] = f.str(f.off[blkPkgIdx] + uint32(i)*stringSize)
	}
	return f, nil
}

// check makes sure that every table lies in the file and that the indices
// between tables stay inside them.
func (f *File) check() error {
	for i := range f.off[:nBlk-1] {
		if f.off[i] > f.off[i+1] || uint64(f.off[i+1]) > uint64(len(f.b)) {
			return fmt.Errorf("block %d ends at %d, beyond the next block or the file (%d bytes)", i, f.off[i+1], len(f.b))
		}
	}
	n := uint32(0)
	for i := blkSymdef; i <= blkNonpkgdef; i++ {
		n += f.blockLen(i) / uint32(symSize)
	}
	for _, t := range []struct {
		index, items int
		size         uint32
	}{{blkRelocIdx, blkReloc, uint32(relocSize)}, {blkAuxIdx, blkAux, uint32(auxSize)}, {blkDataIdx, blkData, 1}} {
		if f.blockLen(t.index) < 4*(n+1) {
			return fmt.Errorf("index block %d holds %d bytes, want %d for %d symbols", t.index, f.blockLen(t.index), 4*(n+1), n)
		}
		before := uint32(0)
		for i := uint32(0); i <= n; i++ {
			x := f.u32(f.off[t.index] + 4*i)
			if x < before || uint64(x)*uint64(t.size) > uint64(f.blockLen(t.items)) {
				return fmt.Errorf("index block %d: entry %d is %d, out of order or beyond its table", t.index, i, x)
			}
			before = x
		}
	}
	return nil
}

func (f *File) blockLen(i int) uint32 { return f.off[i+1] - f.off[i] }

func (f *File) u32(off uint32) uint32 {
	if uint64(off)+4 > uint64(len(f.b)) {
		return 0
	}
	return binary.LittleEndian.Uint32(f.b[off:])
}

// str reads the string whose length and offset stand at off.
func (f *File) str(off uint32) string {
	n, at := f.u32(off), f.u32(off+4)
	if uint64(at)+uint64(n) > uint64(len(f.b)) {
		return ""
	}
	return string(f.b[at : at+n])
}

func (f *File) ref(off uint32) Ref { return Ref{f.u32(off), f.u32(off + 4)} }

// FromAssembly reports whether the assembler wrote the file.
func (f *File) FromAssembly() bool { return f.flags&(1<<2) != 0 }

// Files lists the source files that line tables refer to by index.
func (f *File) Files() []string {
	files := make([]string, f.blockLen(blkFile)/stringSize)
	for i := range files {
		files[i] = f.str(f.off[blkFile] + uint32(i)*stringSize)
	}
	return files
}
