package chart

import "encoding/binary"

// A flatTable is a table of FlatBuffers (google.github.io/flatbuffers): its
// fields in the order of their numbers.
type flatTable struct {
	fields []flatField
}

// A flatField is bytes of a size that is also their alignment, or something that
// lies elsewhere, of size 4. One of size 0 is absent.
type flatField struct {
	size  int
	value any // []byte, *flatTable, flatText, flatList, flatStructs
}

type (
	flatText    string       // a string
	flatList    []*flatTable // a vector of tables
	flatStructs []byte       // a vector of structs of two 64-bit numbers
)

func flatInt(x uint64, size int) []byte {
	return binary.LittleEndian.AppendUint64(nil, x)[:size]
}

// flatten writes a buffer with a table as its root. What refers to something
// comes before it, so that offsets are positive.
func flatten(root *flatTable) []byte {
	b := flatBuffer{make([]byte, 4)}
	at := b.table(root)
	binary.LittleEndian.PutUint32(b.out, uint32(at))
	return b.out
}

type flatBuffer struct{ out []byte }

func (b *flatBuffer) align(to, offset int) {
	for (len(b.out)+offset)%to != 0 {
		b.out = append(b.out, 0)
	}
}

// table writes the list of where fields are, then the fields, then what they
// refer to, and returns where the table is.
func (b *flatBuffer) table(t *flatTable) int {
	// Larger fields first, so that all are aligned without gaps: the table itself
	// begins with four bytes, at a place four bytes before a multiple of eight.
	offsets, size := make([]int, len(t.fields)), 4
	for _, s := range []int{8, 4, 2, 1} {
		for i, f := range t.fields {
			if f.size == s {
				offsets[i] = size
				size += s
			}
		}
	}
	list := 4 + 2*len(t.fields)
	b.align(8, list+4)
	start := len(b.out) + list
	b.out = binary.LittleEndian.AppendUint16(b.out, uint16(list))
	b.out = binary.LittleEndian.AppendUint16(b.out, uint16(size))
	for _, o := range offsets {
		b.out = binary.LittleEndian.AppendUint16(b.out, uint16(o))
	}
	b.out = append(b.out, make([]byte, size)...)
	binary.LittleEndian.PutUint32(b.out[start:], uint32(list)) // back to the list
	for i, f := range t.fields {
		at := start + offsets[i]
		if bytes, ok := f.value.([]byte); ok {
			copy(b.out[at:], bytes)
		} else if f.size > 0 {
			to := b.object(f.value)
			binary.LittleEndian.PutUint32(b.out[at:], uint32(to-at))
		}
	}
	return start
}

// object writes what a field refers to, and returns where it is.
func (b *flatBuffer) object(value any) int {
	switch v := value.(type) {
	case *flatTable:
		return b.table(v)
	case flatText:
		b.align(4, 0)
		at := len(b.out)
		b.out = binary.LittleEndian.AppendUint32(b.out, uint32(len(v)))
		b.out = append(append(b.out, v...), 0)
		return at
	case flatStructs:
		b.align(8, 4)
		at := len(b.out)
		b.out = binary.LittleEndian.AppendUint32(b.out, uint32(len(v)/16))
		b.out = append(b.out, v...)
		return at
	case flatList:
		b.align(4, 0)
		at := len(b.out)
		b.out = binary.LittleEndian.AppendUint32(b.out, uint32(len(v)))
		b.out = append(b.out, make([]byte, 4*len(v))...)
		for i, t := range v {
			slot := at + 4 + 4*i
			to := b.table(t)
			binary.LittleEndian.PutUint32(b.out[slot:], uint32(to-slot))
		}
		return at
	}
	panic("flatten: a field of an unknown kind")
}
