package trees

import (
	"math"
	"slices"
	"unsafe"
)

// masked is a tree that rows need not walk down (Lucchese et al. 2015, "QuickScorer").
// Leaves have numbers from left to right. A node that sends a row to the right rules out
// the leaves at its left; the first leaf that no node rules out is that of the row, as nodes
// that the row does not come to rule out none in front of it.
//
// A byte has the bits of eight leaves of a row, and a word those of eight rows: all nodes
// are asked for all rows, and each answer is a few operations for eight of them, without a
// branch and without one waiting for another.
type masked struct {
	eights []eight
	values []float64 // mostLeaves × width
	width  int
	output int
}

// An eight is up to eight leaves that follow each other, and what rules them out.
type eight struct {
	nodes []ruling
	// missing are the same nodes where values are missing; those that send these to the
	// left look at other codes.
	missing []ruling
}

// A ruling is a node by its column, what is taken from codes, so that the high bit tells
// whether they go right, and the leaves that are then ruled out.
type ruling struct {
	at        int
	less, out uint64
}

const (
	mostLeaves  = 64
	mostSpecial = 4
	highs       = uint64(0x8080808080808080)
	ones        = uint64(0x0101010101010101)
)

// maskable reports whether the tree is small enough, all thresholds are numbers, and few
// nodes have more than a threshold: each of these needs codes of its own.
func (t *Tree) maskable() bool {
	leaves, special := 0, 0
	for i := range t.Left {
		switch {
		case t.IsLeaf(i):
			leaves++
		case math.IsNaN(t.Threshold[i]):
			return false
		case t.special(i):
			special++
		}
	}
	return leaves <= mostLeaves && special <= mostSpecial
}

// fits reports whether all features of the tree have a ruler that is not too long.
func (t *Tree) fits(rulers map[int32]*ruler) bool {
	for i, f := range t.Feature {
		if !t.IsLeaf(i) && len(rulers[f].columns) == 0 {
			return false
		}
	}
	return true
}

// masked lays out the tree.
func (p *plan) masked(t *Tree, rulers map[int32]*ruler) *masked {
	out := &masked{width: t.Width(), output: t.Output, values: make([]float64, mostLeaves*t.Width())}
	var visit func(node, at int) int
	visit = func(node, at int) int {
		if t.IsLeaf(node) {
			copy(out.values[at*out.width:], t.Values(node))
			if at%8 == 0 {
				out.eights = append(out.eights, eight{})
			}
			return at + 1
		}
		middle := visit(int(t.Left[node]), at)
		r := rulers[t.Feature[node]]
		column, code, left := p.columns, 0, false
		if t.special(node) {
			r.single(t, node, column)
			p.columns++
		} else {
			column, code = r.code(t.Threshold[node])
			left = t.MissingLeft != nil && t.MissingLeft[node]
		}
		out.rule(ruling{at: column, less: uint64(code+1) * ones}, left, at, middle)
		return visit(int(t.Right[node]), middle)
	}
	visit(0, 0)
	return out
}

// rule adds a node that rules out leaves.
func (t *masked) rule(r ruling, missingLeft bool, from, end int) {
	for k := from / 8; k*8 < end; k++ {
		bits := uint64(0)
		for i := max(from, k*8); i < min(end, k*8+8); i++ {
			bits |= 1 << (i & 7)
		}
		r.out = bits
		e := &t.eights[k]
		e.nodes = append(e.nodes, r)
		if e.missing = append(e.missing, r); missingLeft {
			e.missing[len(e.missing)-1].at = -1 - r.at // until the number of columns is known
		}
	}
}

// place gives the nodes that send missing values left their codes.
func (t *masked) place(columns int) {
	for k := range t.eights {
		e := &t.eights[k]
		e.nodes = slices.Clip(e.nodes)
		for i := range e.missing {
			if n := &e.missing[i]; n.at < 0 {
				n.at = columns - 1 - n.at
			}
		}
	}
}

func (t *masked) add(b *block) {
	var leaves group32
	for from := 0; from < b.rows; from += groupRows {
		t.find(b.codes[from/groupRows], b.whole, &leaves)
		n := min(groupRows, b.rows-from)
		y := b.y[from*b.outputs+t.output:]
		switch {
		case b.outputs == 1:
			addOnes(y[:n], (*[mostLeaves]float64)(t.values), &leaves)
		case t.width == 2 && b.outputs == 2:
			addTwos(y[:2*n], (*[2 * mostLeaves]float64)(t.values), &leaves)
		default:
			for i := range n {
				leaf := int(leaves[i/8] >> (8 * (i & 7)) & 0xff)
				for k, v := range t.values[leaf*t.width:][:t.width] {
					y[i*b.outputs+k] += v
				}
			}
		}
	}
}

// find sets the leaves of 32 rows, a byte each.
func (t *masked) find(codes []group32, whole bool, leaves *group32) {
	if wide {
		missing := 1
		if whole {
			missing = 0
		}
		findAVX2(&t.eights[0], len(t.eights), missing, unsafe.SliceData(codes), leaves)
		return
	}
	t.findByWords(codes, whole, leaves)
}

// findByWords is find on machines without wide vectors.
func (t *masked) findByWords(codes []group32, whole bool, leaves *group32) {
	var rest, before group32
	for k := len(t.eights) - 1; k >= 0; k-- {
		nodes := t.eights[k].nodes
		if !whole {
			nodes = t.eights[k].missing
		}
		var out group32
		out[0], out[1], out[2], out[3] = ruledOut(nodes, codes)
		if k == len(t.eights)-1 {
			rest = group32{^out[0], ^out[1], ^out[2], ^out[3]}
			continue
		}
		for q, v := range out {
			// Bytes where none are left are full, all others empty.
			none := (v & (v&^highs + ones) & highs >> 7) * 0xff
			rest[q] = ^v | none&rest[q]
			before[q] = none & (before[q] + 8*ones)
		}
	}
	for q, v := range rest {
		below := (v - ones) &^ v // as many bits as there are leaves before the first
		below -= below >> 1 & (0x55 * ones)
		below = below&(0x33*ones) + below>>2&(0x33*ones)
		leaves[q] = (below+below>>4)&(0x0f*ones) + before[q]
	}
}

// ruledOut has the leaves that are ruled out of 32 rows.
//
//go:noinline
func ruledOut(nodes []ruling, codes []group32) (a, b, c, d uint64) {
	for i := range nodes {
		n := &nodes[i]
		x := &codes[n.at]
		less, out := n.less, n.out
		a |= (x[0] - less) >> 7 & ones * out
		b |= (x[1] - less) >> 7 & ones * out
		c |= (x[2] - less) >> 7 & ones * out
		d |= (x[3] - less) >> 7 & ones * out
	}
	return a, b, c, d
}

// addOnes adds a value of leaves to rows with one output.
//
//go:noinline
func addOnes(y []float64, values *[mostLeaves]float64, leaves *group32) {
	for _, w := range leaves {
		if len(y) < 8 {
			for i := range y {
				y[i] += values[w>>(8*i)%mostLeaves]
			}
			return
		}
		to := (*[8]float64)(y)
		to[0] += values[w%mostLeaves]
		to[1] += values[w>>8%mostLeaves]
		to[2] += values[w>>16%mostLeaves]
		to[3] += values[w>>24%mostLeaves]
		to[4] += values[w>>32%mostLeaves]
		to[5] += values[w>>40%mostLeaves]
		to[6] += values[w>>48%mostLeaves]
		to[7] += values[w>>56%mostLeaves]
		y = y[8:]
	}
}

// addTwos adds two values of leaves to rows with two outputs.
//
//go:noinline
func addTwos(y []float64, values *[2 * mostLeaves]float64, leaves *group32) {
	for _, w := range leaves {
		for range 4 {
			if len(y) < 4 {
				if len(y) == 2 {
					k := w % mostLeaves * 2
					y[0] += values[k]
					y[1] += values[k+1]
				}
				return
			}
			to, i, k := (*[4]float64)(y), w%mostLeaves*2, w>>8%mostLeaves*2
			to[0] += values[i]
			to[1] += values[i+1]
			to[2] += values[k]
			to[3] += values[k+1]
			w >>= 16
			y = y[4:]
		}
	}
}
