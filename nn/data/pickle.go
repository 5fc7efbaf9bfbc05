package data

import (
	"encoding/binary"
	"fmt"
	"strings"
)

// readLists reads what NumPy writes for an array of Python lists of whole numbers:
// a pickle, https://docs.python.org/3/library/pickletools.html. Of its language it
// knows what builds such an array, and it calls nothing.
func readLists(f *file, shape []int) ([][]int, error) {
	n, err := f.elements(shape)
	if err != nil {
		return nil, err
	}
	p := &pickle{f: f, memo: map[int]any{}}
	if err := p.run(); err != nil {
		return nil, err
	}
	lists := make([][]int, 0, min(n, 1<<16))
	total := int64(0)
	for i, v := range p.state {
		list, ok := v.(*pickled)
		if !ok {
			return nil, f.fail("element %d is %v, expected a list of whole numbers", i, v)
		}
		// A list can be named many times; more numbers than bytes are a trap.
		if total += int64(len(list.items)); total > f.at {
			return nil, f.fail("the lists have more numbers together than the file has bytes")
		}
		numbers := make([]int, len(list.items))
		for k, item := range list.items {
			if numbers[k], ok = item.(int); !ok {
				return nil, f.fail("element %d has %v at place %d, expected a whole number", i, item, k)
			}
		}
		lists = append(lists, numbers)
	}
	if int64(len(lists)) != n {
		return nil, f.fail("expected %d lists, and there are %d", n, len(lists))
	}
	return lists, nil
}

// A pickle is a machine with a stack of values: int, string, *pickled for lists
// and tuples, mark, and nil for all that does not matter.
type pickle struct {
	f     *file
	stack []any
	memo  map[int]any
	state []any // the elements of the array
}

type pickled struct{ items []any }

func (p *pickled) String() string { return fmt.Sprintf("%d objects", len(p.items)) }

type mark struct{}

func (p *pickle) push(v any) { p.stack = append(p.stack, v) }

func (p *pickle) pop() (any, error) {
	if len(p.stack) == 0 {
		return nil, p.f.fail("a Python object needs a value that is not there")
	}
	v := p.stack[len(p.stack)-1]
	p.stack = p.stack[:len(p.stack)-1]
	return v, nil
}

// marked pops what stands above the last mark.
func (p *pickle) marked() ([]any, error) {
	for i := len(p.stack) - 1; i >= 0; i-- {
		if _, ok := p.stack[i].(mark); ok {
			items := append([]any(nil), p.stack[i+1:]...)
			p.stack = p.stack[:i]
			return items, nil
		}
	}
	return nil, p.f.fail("a Python list has no beginning")
}

func (p *pickle) run() error {
	for {
		op, err := p.f.take(1, "Python objects")
		if err != nil {
			return err
		}
		if op[0] == '.' {
			return p.f.end()
		}
		if err := p.do(op[0]); err != nil {
			return err
		}
	}
}

// sizes of the little-endian number behind an operation.
var pickleSizes = map[byte]int64{
	0x80: 1, 0x95: 8, 'K': 1, 'M': 2, 'J': 4, 0x8a: 1, 'q': 1, 'r': 4, 'h': 1, 'j': 4,
	'U': 1, 'T': 4, 'X': 4, 0x8c: 1, 'C': 1, 'B': 4,
}

func (p *pickle) do(op byte) error {
	n := 0
	if size, ok := pickleSizes[op]; ok {
		b, err := p.f.take(size, "a Python number")
		if err != nil {
			return err
		}
		var wide [8]byte
		copy(wide[:], b)
		n = int(binary.LittleEndian.Uint64(wide[:]))
	}
	switch op {
	case 0x80, 0x95: // the version, a frame
	case 'K', 'M':
		p.push(n)
	case 'J':
		p.push(int(int32(n)))
	case 'U', 'T', 'X', 0x8c, 'C', 'B':
		text, err := p.f.take(int64(n), "a Python text")
		if err != nil {
			return err
		}
		p.push(string(text))
	case 'q', 'r', 0x94:
		return p.remember(op, n)
	case 'h', 'j':
		v, ok := p.memo[n]
		if !ok {
			return p.f.fail("Python object %d is used before it is there", n)
		}
		p.push(v)
	case 'N', 0x88, 0x89:
		p.push(nil)
	case '(':
		p.push(mark{})
	case ']', ')', '}':
		p.push(&pickled{})
	default:
		return p.build(op, n)
	}
	return nil
}

func (p *pickle) remember(op byte, n int) error {
	if op == 0x94 {
		n = len(p.memo)
	}
	v, err := p.pop()
	if err != nil {
		return err
	}
	p.push(v)
	p.memo[n] = v
	return nil
}

// build does operations that put values together.
func (p *pickle) build(op byte, n int) error {
	switch op {
	case 'c': // a name: module and name, a line each
		for range 2 {
			if err := p.line(); err != nil {
				return err
			}
		}
		p.push(nil)
		return nil
	case 0x8a: // a long number of n bytes
		return p.long(n)
	case 'a':
		v, err := p.pop()
		if err != nil {
			return err
		}
		return p.extend([]any{v})
	case 'e':
		items, err := p.marked()
		if err != nil {
			return err
		}
		return p.extend(items)
	case 't':
		items, err := p.marked()
		p.push(&pickled{items})
		return err
	case 0x85, 0x86, 0x87:
		return p.tuple(int(op) - 0x84)
	case 'R', 0x93, 0x81: // calls and names: their result is what BUILD fills
		for range 2 {
			if _, err := p.pop(); err != nil {
				return err
			}
		}
		p.push(nil)
		return nil
	case 'b':
		return p.fill()
	}
	return p.f.fail("Python operation %#x is not one that arrays of lists of whole numbers need; save the array as numbers", op)
}

// line reads a name's line.
func (p *pickle) line() error {
	var b strings.Builder
	for b.Len() < 1000 {
		c, err := p.f.take(1, "a Python name")
		if err != nil {
			return err
		}
		if c[0] == '\n' {
			return nil
		}
		b.WriteByte(c[0])
	}
	return p.f.fail("a Python name is too long: %.40q…", b.String())
}

func (p *pickle) long(n int) error {
	b, err := p.f.take(int64(n), "a Python number")
	if err != nil {
		return err
	}
	if n > 8 {
		return p.f.fail("a Python number has %d bytes, expected at most 8", n)
	}
	var bits uint64
	for k, v := range b {
		bits |= uint64(v) << (8 * k)
	}
	unused := 64 - 8*uint(n)
	p.push(int(int64(bits<<unused) >> unused))
	return nil
}

func (p *pickle) tuple(n int) error {
	t := &pickled{make([]any, n)}
	for k := range n {
		v, err := p.pop()
		if err != nil {
			return err
		}
		t.items[n-1-k] = v
	}
	p.push(t)
	return nil
}

func (p *pickle) extend(items []any) error {
	v, err := p.pop()
	if err != nil {
		return err
	}
	list, ok := v.(*pickled)
	if !ok {
		return p.f.fail("values are added to %v, which is no list", v)
	}
	list.items = append(list.items, items...)
	p.push(list)
	return nil
}

// fill takes the state of an object. That of an array is a tuple of version,
// shape, type, order and list of elements; that of its type has other fields.
func (p *pickle) fill() error {
	v, err := p.pop()
	if err != nil {
		return err
	}
	if state, ok := v.(*pickled); ok && len(state.items) == 5 {
		if list, ok := state.items[4].(*pickled); ok {
			p.state = list.items
		}
	}
	return nil
}
