package trees

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// ubjson decodes Universal Binary JSON (draft 12) into what encoding/json makes of JSON:
// map[string]any, []any, float64, string, bool and nil.
func ubjson(content []byte) (any, error) {
	d := &ubjDecoder{rest: content}
	marker, err := d.byte()
	if err != nil {
		return nil, err
	}
	v, err := d.value(marker, 0)
	if err != nil {
		return nil, fmt.Errorf("UBJ, at byte %d of %d: %w", len(content)-len(d.rest), len(content), err)
	}
	return v, nil
}

type ubjDecoder struct{ rest []byte }

var errShort = errors.New("it ends too early")

const ubjDepth = 64 // of containers in each other

func (d *ubjDecoder) take(n int) ([]byte, error) {
	if n < 0 || n > len(d.rest) {
		return nil, errShort
	}
	b := d.rest[:n]
	d.rest = d.rest[n:]
	return b, nil
}

func (d *ubjDecoder) byte() (byte, error) {
	b, err := d.take(1)
	if err != nil {
		return 0, err
	}
	return b[0], nil
}

// next reports whether a byte comes, and skips it if so.
func (d *ubjDecoder) next(b byte) bool {
	if len(d.rest) == 0 || d.rest[0] != b {
		return false
	}
	d.rest = d.rest[1:]
	return true
}

// ubjSizes are how many bytes numbers have.
var ubjSizes = map[byte]int{'i': 1, 'U': 1, 'I': 2, 'l': 4, 'L': 8, 'd': 4, 'D': 8}

func (d *ubjDecoder) number(marker byte) (float64, error) {
	b, err := d.take(ubjSizes[marker])
	if err != nil {
		return 0, err
	}
	switch marker {
	case 'i':
		return float64(int8(b[0])), nil
	case 'U':
		return float64(b[0]), nil
	case 'I':
		return float64(int16(binary.BigEndian.Uint16(b))), nil
	case 'l':
		return float64(int32(binary.BigEndian.Uint32(b))), nil
	case 'L':
		return float64(int64(binary.BigEndian.Uint64(b))), nil
	case 'd':
		return float64(math.Float32frombits(binary.BigEndian.Uint32(b))), nil
	}
	return math.Float64frombits(binary.BigEndian.Uint64(b)), nil
}

// length reads how many elements or bytes come; there are never more than bytes.
func (d *ubjDecoder) length() (int, error) {
	marker, err := d.byte()
	if err != nil {
		return 0, err
	}
	if ubjSizes[marker] == 0 || marker == 'd' || marker == 'D' {
		return 0, fmt.Errorf("a length has the type %q", marker)
	}
	n, err := d.number(marker)
	if err == nil && (n < 0 || n > float64(len(d.rest))) {
		err = fmt.Errorf("a length of %g, and %d bytes are left", n, len(d.rest))
	}
	return int(n), err
}

func (d *ubjDecoder) text() (string, error) {
	n, err := d.length()
	if err != nil {
		return "", err
	}
	b, err := d.take(n)
	return string(b), err
}

func (d *ubjDecoder) value(marker byte, depth int) (any, error) {
	if depth > ubjDepth {
		return nil, fmt.Errorf("more than %d containers in each other", ubjDepth)
	}
	switch marker {
	case '{':
		return d.object(depth)
	case '[':
		return d.array(depth)
	case 'S', 'H':
		return d.text()
	case 'C':
		b, err := d.byte()
		return string(rune(b)), err
	case 'T', 'F':
		return marker == 'T', nil
	case 'Z':
		return nil, nil
	}
	if ubjSizes[marker] == 0 {
		return nil, fmt.Errorf("there is no type %q", marker)
	}
	return d.number(marker)
}

// header reads the type and the count of a container; 0 and -1 if there are none.
func (d *ubjDecoder) header() (kind byte, count int, err error) {
	count = -1
	if d.next('$') {
		if kind, err = d.byte(); err != nil {
			return
		}
		if kind == 'T' || kind == 'F' || kind == 'Z' || kind == 'N' {
			return 0, 0, fmt.Errorf("a container of elements without bytes (%q)", kind)
		}
		if len(d.rest) == 0 || d.rest[0] != '#' {
			return 0, 0, errors.New("a container has a type and no count")
		}
	}
	if d.next('#') {
		count, err = d.length()
	}
	return
}

// more reports whether another element comes, and its type.
func (d *ubjDecoder) more(kind byte, count, i int, end byte) (byte, bool, error) {
	if count >= 0 && i >= count || count < 0 && d.next(end) {
		return 0, false, nil
	}
	if kind != 0 {
		return kind, true, nil
	}
	marker, err := d.byte()
	for err == nil && marker == 'N' {
		marker, err = d.byte()
	}
	return marker, err == nil, err
}

func (d *ubjDecoder) array(depth int) (any, error) {
	kind, count, err := d.header()
	if err != nil {
		return nil, err
	}
	list := []any{}
	for i := 0; ; i++ {
		marker, more, err := d.more(kind, count, i, ']')
		if err != nil || !more {
			return list, err
		}
		v, err := d.value(marker, depth+1)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
}

func (d *ubjDecoder) object(depth int) (any, error) {
	kind, count, err := d.header()
	if err != nil {
		return nil, err
	}
	m := map[string]any{}
	for i := 0; count < 0 || i < count; i++ {
		if count < 0 && d.next('}') {
			break
		}
		key, err := d.text()
		if err != nil {
			return nil, err
		}
		marker := kind
		if marker == 0 {
			if marker, err = d.byte(); err != nil {
				return nil, err
			}
		}
		if m[key], err = d.value(marker, depth+1); err != nil {
			return nil, fmt.Errorf("%s: %w", key, err)
		}
	}
	return m, nil
}
