package trees

import (
	"math"
	"slices"
)

// A ruler has the marks of a feature: numbers at which a node of the ensemble decides
// otherwise for greater values. Where a value stands among them is all that nodes need.
type ruler struct {
	feature int32
	marks   []float64 // ascending
	heap    []float64 // the marks from 1 on for a search: a complete tree, filled up with ∞
	levels  int
	columns []column8
}

// A column8 makes codes of a byte of the ranks of values, the numbers of marks below them.
type column8 struct {
	number   int     // among all columns
	from, to int     // the marks that count, if there are no codes
	codes    []uint8 // of ranks, with that of missing values at the end
}

// columnMarks is how many marks a column has at most: codes are below 127, which is that
// of missing values.
const (
	columnMarks = 126
	missingCode = 127
)

// mark puts the marks of the tree's nodes on rulers.
func (t *Tree) mark(rulers map[int32]*ruler) {
	for i := range t.Left {
		if t.IsLeaf(i) {
			continue
		}
		r := rulers[t.Feature[i]]
		if r == nil {
			r = &ruler{feature: t.Feature[i]}
			rulers[t.Feature[i]] = r
		}
		if t.ZeroMissing != nil && t.ZeroMissing[i] {
			r.marks = append(r.marks, math.Nextafter(-lightZero, math.Inf(-1)), lightZero)
		}
		if t.Categories == nil || t.Categories[i] == nil {
			r.marks = append(r.marks, t.Threshold[i])
			continue
		}
		set, was := t.Categories[i], false
		for n := range len(set)*64 + 1 {
			has := set.Has(float64(n))
			if has != was && n == 0 {
				r.marks = append(r.marks, -1) // all numbers above are 0
			} else if has != was {
				r.marks = append(r.marks, math.Nextafter(float64(n), -1))
			}
			was = has
		}
	}
}

// finish makes columns of the marks, with numbers from some on, and returns the next one.
// Without columns there are too many.
func (r *ruler) finish(column int) int {
	slices.Sort(r.marks)
	r.marks = slices.Clone(slices.Compact(r.marks))
	n := len(r.marks)
	if n > math.MaxUint16-2 {
		return column
	}
	parts := (n + columnMarks - 1) / columnMarks
	for k := range parts {
		r.columns = append(r.columns, column8{number: column + k, from: n * k / parts, to: n * (k + 1) / parts})
	}
	for 1<<r.levels <= n {
		r.levels++
	}
	r.heap = make([]float64, 1<<r.levels)
	for i := range r.heap[1:] {
		// The way to a node in a level are the first bits of its place among all.
		i, level := i+1, 0
		for 2<<level <= i {
			level++
		}
		place := (2*(i-1<<level)+1)<<(r.levels-1-level) - 1
		if r.heap[i] = math.Inf(1); place < n {
			r.heap[i] = r.marks[place]
		}
	}
	return column + parts
}

// code is the column with a mark, and the greatest code of values that are not above it.
func (r *ruler) code(mark float64) (column, code int) {
	at, _ := slices.BinarySearch(r.marks, mark)
	for k := range r.columns {
		if c := &r.columns[k]; at < c.to {
			return c.number, at - c.from
		}
	}
	panic("trees: a threshold is on no ruler")
}

// single adds a column for a node that has more than a threshold: the codes are 0 for what
// goes left, and 1 for what goes right.
func (r *ruler) single(t *Tree, node, number int) {
	codes := make([]uint8, len(r.marks)+2)
	for i := range codes {
		v := math.NaN()
		if i < len(r.marks) {
			v = r.marks[i]
		} else if i == len(r.marks) {
			v = math.Inf(1)
		}
		if !t.GoesLeft(node, v) {
			codes[i] = 1
		}
	}
	r.columns = append(r.columns, column8{number: number, codes: codes})
}

// read sets the codes of up to groupRows rows. Where values are missing, there are others,
// behind them, for nodes that send them to the left.
func (r *ruler) read(b *block, codes []group32, from, end int) {
	var ranks [groupRows]uint16
	var to [groupRows]uint8
	n := end - from
	r.rank(&ranks, b, from, end)
	for k := range r.columns {
		c := &r.columns[k]
		c.of(to[:n], ranks[:n])
		if b.whole {
			pack(&codes[c.number], to[:n])
			continue
		}
		for i, rank := range ranks[:n] {
			if rank == math.MaxUint16 {
				if to[i] = missingCode; c.codes != nil {
					to[i] = c.codes[len(c.codes)-1]
				}
			}
		}
		pack(&codes[c.number], to[:n])
		for i, rank := range ranks[:n] {
			if rank == math.MaxUint16 && c.codes == nil {
				to[i] = 0
			}
		}
		pack(&codes[len(codes)/2+c.number], to[:n])
	}
}

// of sets the codes of ranks.
func (c *column8) of(to []uint8, ranks []uint16) {
	to = to[:len(ranks)]
	switch {
	case c.codes != nil:
		for i, rank := range ranks {
			to[i] = c.codes[min(int(rank), len(c.codes)-1)]
		}
	case c.from == 0:
		for i, rank := range ranks {
			to[i] = uint8(min(int(rank), c.to))
		}
	default:
		for i, rank := range ranks {
			to[i] = uint8(max(0, min(int(rank), c.to)-c.from))
		}
	}
}

// pack puts eight codes in a word each, with their high bits set.
func pack(to *group32, codes []uint8) {
	for i := range (len(codes) + 7) / 8 {
		var c [8]uint8
		copy(c[:], codes[8*i:])
		to[i] = highs | uint64(c[0]) | uint64(c[1])<<8 | uint64(c[2])<<16 | uint64(c[3])<<24 |
			uint64(c[4])<<32 | uint64(c[5])<<40 | uint64(c[6])<<48 | uint64(c[7])<<56
	}
}

// rank sets how many marks are below the values of rows: MaxUint16 if they are missing.
func (r *ruler) rank(ranks *[groupRows]uint16, b *block, from, end int) {
	var v [groupRows]float64
	at := from*b.stride + int(r.feature)
	for i := range v[:end-from] {
		v[i] = b.x[at]
		at += b.stride
	}
	for i := 0; i < end-from; i += 4 {
		search(r.heap, r.levels, (*[4]float64)(v[i:]), (*[4]uint16)(ranks[i:]))
	}
	if b.whole {
		return
	}
	for i, v := range v {
		if v != v {
			ranks[i] = math.MaxUint16
		}
	}
}

// search has the ranks of four values, side by side, so that none waits.
//
//go:noinline
func search(heap []float64, levels int, v *[4]float64, to *[4]uint16) {
	p, q, r, s := 1, 1, 1, 1
	a, b, c, d := v[0], v[1], v[2], v[3]
	for range levels {
		p = 2*p + above(a, heap[p])
		q = 2*q + above(b, heap[q])
		r = 2*r + above(c, heap[r])
		s = 2*s + above(d, heap[s])
	}
	n := len(heap)
	to[0], to[1], to[2], to[3] = uint16(p-n), uint16(q-n), uint16(r-n), uint16(s-n)
}
