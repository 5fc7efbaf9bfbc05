package trees

import "math"

// walked is a tree of which nodes have 16 bytes and children are neighbours, so that a
// step is a comparison and an addition without a branch.
type walked struct {
	tree   *Tree
	nodes  []node    // nil if a step needs more than a comparison
	values []float64 // nodes × width
	width  int
}

// A node goes to left, or with a value above the threshold to the node behind it. Leaves
// go to themselves.
type node struct {
	threshold float64
	feature   int32
	left      int32
}

func (t *Tree) walked() *walked {
	out := &walked{tree: t, width: t.Width()}
	if !t.plain() {
		return out
	}
	type place struct{ from, to int32 }
	out.nodes, out.values = make([]node, 1, len(t.Left)), make([]float64, len(t.Value))
	todo := []place{{}}
	for len(todo) > 0 {
		p := todo[0]
		todo = todo[1:]
		copy(out.values[int(p.to)*out.width:], t.Values(int(p.from)))
		if t.IsLeaf(int(p.from)) {
			out.nodes[p.to] = node{math.Inf(1), 0, p.to}
			continue
		}
		left := int32(len(out.nodes))
		out.nodes = append(out.nodes, node{}, node{})
		out.nodes[p.to] = node{t.Threshold[p.from], t.Feature[p.from], left}
		todo = append(todo, place{t.Left[p.from], left}, place{t.Right[p.from], left + 1})
	}
	return out
}

// plain reports whether thresholds alone decide in the tree, but for what is missing.
func (t *Tree) plain() bool {
	for i := range t.Left {
		if !t.IsLeaf(i) && t.special(i) {
			return false
		}
	}
	return true
}

// special reports whether a node has more than a threshold.
func (t *Tree) special(node int) bool {
	return t.Categories != nil && t.Categories[node] != nil || t.ZeroMissing != nil && t.ZeroMissing[node]
}

func (t *walked) add(b *block) {
	if t.nodes == nil || !b.whole {
		b.walk(t.tree)
		return
	}
	r := 0
	for ; r+4 <= b.rows; r += 4 {
		i, j, k, l := t.four(b.x[r*b.stride:], b.stride)
		t.to(b, r, i)
		t.to(b, r+1, j)
		t.to(b, r+2, k)
		t.to(b, r+3, l)
	}
	for ; r < b.rows; r++ {
		t.to(b, r, t.one(b.row(r)))
	}
}

// to adds the values of a leaf to a row.
func (t *walked) to(b *block, row int, leaf int32) {
	y := b.y[row*b.outputs+t.tree.Output:]
	for k, v := range t.values[int(leaf)*t.width:][:t.width] {
		y[k] += v
	}
}

// one is the leaf that a row comes to.
func (t *walked) one(row []float64) int32 {
	i := int32(0)
	for {
		n := t.nodes[i]
		if n.left == i {
			return i
		}
		i = n.left + int32(above(row[n.feature], n.threshold))
	}
}

// four are the leaves that four rows come to.
func (t *walked) four(x []float64, stride int) (a, b, c, d int32) {
	nodes := t.nodes
	u, v, w := x[stride:], x[2*stride:], x[3*stride:]
	for {
		m, n, o, p := &nodes[a], &nodes[b], &nodes[c], &nodes[d]
		if m.left == a && n.left == b && o.left == c && p.left == d {
			return a, b, c, d
		}
		a = m.left + int32(above(x[m.feature], m.threshold))
		b = n.left + int32(above(u[n.feature], n.threshold))
		c = o.left + int32(above(v[o.feature], o.threshold))
		d = p.left + int32(above(w[p.feature], p.threshold))
	}
}
