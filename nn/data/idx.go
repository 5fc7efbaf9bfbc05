package data

import (
	"encoding/binary"
	"fmt"
	"math"

	"loupe/nn/tensor"
)

// idxTypes are the types of numbers in IDX files by their code.
var idxTypes = map[byte]numberType{
	0x08: {size: 1, kind: 'u'}, 0x09: {size: 1, kind: 'i'}, 0x0b: {size: 2, kind: 'i'},
	0x0c: {size: 4, kind: 'i'}, 0x0d: {size: 4, kind: 'f'}, 0x0e: {size: 8, kind: 'f'},
}

// A numberType is how a file writes numbers.
type numberType struct {
	size   int64 // bytes
	kind   byte  // u, i, f or b, as in NumPy
	little bool  // the lowest byte is first
}

// IDX reads an array of numbers in the format of MNIST, compressed by gzip or not.
// Numbers of up to 2 bytes and float32 become float32, others float64.
func IDX(path string) (*tensor.Tensor, error) {
	f, err := openFile(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return readIDX(f)
}

func readIDX(f *file) (*tensor.Tensor, error) {
	head, err := f.take(4, "the head of an IDX file")
	if err != nil {
		return nil, err
	}
	kind, known := idxTypes[head[2]]
	if head[0] != 0 || head[1] != 0 || !known || head[3] == 0 {
		return nil, f.fail("expected the head of an IDX file (00 00, a type from 08 to 0e, and the number of axes), and it is % x", head)
	}
	kind.little = false
	dims, err := f.take(4*int64(head[3]), "the lengths of the axes")
	if err != nil {
		return nil, err
	}
	shape := make([]int, head[3])
	for k := range shape {
		shape[k] = int(binary.BigEndian.Uint32(dims[4*k:]))
	}
	t, err := f.numbers(kind, shape)
	if err != nil {
		return nil, err
	}
	return t, f.end()
}

// numbers reads an array whose last axis changes fastest.
func (f *file) numbers(kind numberType, shape []int) (*tensor.Tensor, error) {
	n, err := f.elements(shape)
	if err != nil {
		return nil, err
	}
	raw, err := f.take(n*kind.size, fmt.Sprintf("numbers of the shape %v", shape))
	if err != nil {
		return nil, err
	}
	if kind.size <= 2 || kind.size == 4 && kind.kind == 'f' {
		x := make([]float32, n)
		convert(x, raw, kind)
		return tensor.FromSlice(x, shape...), nil
	}
	x := make([]float64, n)
	convert(x, raw, kind)
	return tensor.FromSlice(x, shape...), nil
}

func convert[T tensor.Float](to []T, from []byte, kind numberType) {
	var order binary.ByteOrder = binary.BigEndian
	if kind.little {
		order = binary.LittleEndian
	}
	for i := range to {
		to[i] = T(kind.value(from[int64(i)*kind.size:], order))
	}
}

// value is the number that stands first.
func (k numberType) value(b []byte, order binary.ByteOrder) float64 {
	var bits uint64
	switch k.size {
	case 1:
		bits = uint64(b[0])
	case 2:
		bits = uint64(order.Uint16(b))
	case 4:
		bits = uint64(order.Uint32(b))
	case 8:
		bits = order.Uint64(b)
	}
	switch {
	case k.kind == 'f' && k.size == 4:
		return float64(math.Float32frombits(uint32(bits)))
	case k.kind == 'f':
		return math.Float64frombits(bits)
	case k.kind == 'i':
		unused := 64 - 8*uint(k.size)
		return float64(int64(bits<<unused) >> unused)
	}
	return float64(bits)
}

// IDXImages reads images and their classes from two IDX files, as those of MNIST:
// bytes [samples height width] and [samples]. Values become 0 to 1, and images
// [height width 1]. classes may be nil.
func IDXImages(name, images, labels string, classes []string) (*Set, error) {
	x, err := IDX(images)
	if err != nil {
		return nil, &Error{name, err}
	}
	y, err := IDX(labels)
	if err != nil {
		return nil, &Error{name, err}
	}
	t, err := grey(x, y, classes)
	if err != nil {
		return nil, &Error{name, fmt.Errorf("%s and %s: %w", images, labels, err)}
	}
	return newSet(name, t)
}

// grey makes samples of images of bytes and the numbers of their classes.
func grey(x, y *tensor.Tensor, classes []string) (*samples, error) {
	if x.Rank() != 3 || y.Rank() != 1 || x.DType() != tensor.Float32 {
		return nil, fmt.Errorf("expected images of bytes, [samples height width], and classes, [samples], and they are %v and %v", x.Shape(), y.Shape())
	}
	bytesToShare(tensor.Data[float32](x))
	s := x.Shape()
	return &samples{x: x.Reshape(s[0], s[1], s[2], 1), y: integers(y), classes: classes}, nil
}

// bytesToShare makes 0 to 255 to 0 to 1.
func bytesToShare(x []float32) {
	for i, v := range x {
		x[i] = v / 255
	}
}

func integers(t *tensor.Tensor) []int {
	y := make([]int, t.Len())
	for i, v := range t.Float64s() {
		y[i] = int(v)
	}
	return y
}
