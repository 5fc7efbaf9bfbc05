package chart

import (
	"encoding/binary"
	"math"
)

// Arrow returns the table as an Arrow IPC stream (format version 1.0, metadata
// V5), which pyarrow, pandas, polars and DuckDB read: a schema, one batch of
// records, the end. Numbers are float64 and texts utf8, none of them null; a
// number that is missing is NaN.
//
// The metadata are flatbuffers. They are written here by hand, because Arrow's
// own module is larger than everything else that figures need.
func (t Table) Arrow() []byte {
	var out []byte
	out = arrowMessage(out, t.arrowSchema(), nil)
	header, body := t.arrowBatch()
	out = arrowMessage(out, header, body)
	return append(out, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0)
}

// arrowMessage appends the continuation mark, the length of the metadata, these
// padded to eight bytes, and the body.
func arrowMessage(out, metadata, body []byte) []byte {
	for len(metadata)%8 != 0 {
		metadata = append(metadata, 0)
	}
	out = binary.LittleEndian.AppendUint32(out, 0xffffffff)
	out = binary.LittleEndian.AppendUint32(out, uint32(len(metadata)))
	return append(append(out, metadata...), body...)
}

// The numbers that Arrow's Schema.fbs and Message.fbs give to what is used here.
const (
	arrowV5            = 4
	arrowHeaderSchema  = 1
	arrowHeaderBatch   = 3
	arrowFloatingPoint = 3
	arrowUTF8          = 5
	arrowDouble        = 2
)

// arrowSchema is a Message with a Schema: a field for each column.
func (t Table) arrowSchema() []byte {
	var fields []*flatTable
	for _, c := range t.Columns {
		kind, kindTable := uint8(arrowUTF8), &flatTable{}
		if c.Texts == nil {
			kind, kindTable = arrowFloatingPoint, &flatTable{fields: []flatField{{2, flatInt(arrowDouble, 2)}}}
		}
		// name, nullable, type, its table, (dictionary), children
		fields = append(fields, &flatTable{fields: []flatField{
			{4, flatText(c.Name)}, {1, []byte{0}}, {1, []byte{kind}}, {4, kindTable}, {}, {4, flatList(nil)},
		}})
	}
	schema := &flatTable{fields: []flatField{{2, flatInt(0, 2)}, {4, flatList(fields)}}} // little endian
	return arrowHeader(arrowHeaderSchema, schema, 0)
}

func arrowHeader(kind uint8, header *flatTable, body int) []byte {
	return flatten(&flatTable{fields: []flatField{
		{2, flatInt(arrowV5, 2)}, {1, []byte{kind}}, {4, header}, {8, flatInt(uint64(body), 8)},
	}})
}

// arrowBatch is a Message with a RecordBatch and the columns: for numbers a
// buffer, for texts their ends and the texts, each after an empty one for what is
// null.
func (t Table) arrowBatch() (header, body []byte) {
	var nodes, buffers []byte
	pad := func(b []byte) {
		buffers = binary.LittleEndian.AppendUint64(buffers, uint64(len(body)))
		buffers = binary.LittleEndian.AppendUint64(buffers, uint64(len(b)))
		body = append(body, b...)
		for len(body)%8 != 0 {
			body = append(body, 0)
		}
	}
	for _, c := range t.Columns {
		nodes = binary.LittleEndian.AppendUint64(nodes, uint64(t.Rows()))
		nodes = binary.LittleEndian.AppendUint64(nodes, 0) // nulls
		pad(nil)
		if c.Texts == nil {
			numbers := make([]byte, 0, 8*len(c.Numbers))
			for _, x := range c.Numbers {
				numbers = binary.LittleEndian.AppendUint64(numbers, math.Float64bits(x))
			}
			pad(numbers)
			continue
		}
		ends, texts := make([]byte, 4, 4+4*len(c.Texts)), []byte{}
		for _, s := range c.Texts {
			texts = append(texts, s...)
			ends = binary.LittleEndian.AppendUint32(ends, uint32(len(texts)))
		}
		pad(ends)
		pad(texts)
	}
	batch := &flatTable{fields: []flatField{
		{8, flatInt(uint64(t.Rows()), 8)}, {4, flatStructs(nodes)}, {4, flatStructs(buffers)},
	}}
	return arrowHeader(arrowHeaderBatch, batch, len(body)), body
}
