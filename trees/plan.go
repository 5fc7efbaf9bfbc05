package trees

import (
	"math"
	"slices"
	"sync"
)

// A plan is the trees of an ensemble laid out for speed: nodes of 16 bytes whose
// children are neighbours, so that a step is a comparison and an addition without a
// branch, and rows that walk four at a time, so that one does not wait for another.
type plan struct {
	of    []*Tree // what it was made of
	trees []planned
}

// A planned tree is one, or the tree itself where a step needs more than a comparison.
type planned struct {
	nodes  []node
	values []float64 // nodes × width
	width  int
	output int
	depth  int
	slow   *Tree
}

// A node goes to left, or with a value above the threshold to the node behind it. Leaves
// go to themselves.
type node struct {
	threshold float64
	feature   int32
	left      int32
}

// plans guards the plan of each ensemble, which is made when it first predicts.
var plans sync.RWMutex

// plan returns the plan of the ensemble's trees.
func (e *Ensemble) plan() *plan {
	plans.RLock()
	p := e.made
	plans.RUnlock()
	if p != nil && slices.Equal(p.of, e.Trees) {
		return p
	}
	p = &plan{of: slices.Clone(e.Trees)}
	for _, t := range e.Trees {
		p.trees = append(p.trees, t.planned())
	}
	plans.Lock()
	e.made = p
	plans.Unlock()
	return p
}

func (t *Tree) planned() planned {
	out := planned{width: t.Width(), output: t.Output}
	if t.Categories != nil || t.ZeroMissing != nil {
		out.slow = t
		return out
	}
	type place struct {
		from, to int32
		depth    int
	}
	out.nodes, out.values = make([]node, 1, len(t.Left)), make([]float64, len(t.Value))
	todo := []place{{}}
	for len(todo) > 0 {
		p := todo[0]
		todo = todo[1:]
		copy(out.values[int(p.to)*out.width:], t.Values(int(p.from)))
		if t.IsLeaf(int(p.from)) {
			out.nodes[p.to] = node{math.Inf(1), 0, p.to}
			out.depth = max(out.depth, p.depth)
			continue
		}
		left := int32(len(out.nodes))
		out.nodes = append(out.nodes, node{}, node{})
		out.nodes[p.to] = node{t.Threshold[p.from], t.Feature[p.from], left}
		todo = append(todo, place{t.Left[p.from], left, p.depth + 1}, place{t.Right[p.from], left + 1, p.depth + 1})
	}
	return out
}

// margins writes what the trees give for rows that follow each other, before weight and
// start: the same numbers as of one row after the other. Rows with missing values take
// their own way.
func (p *plan) margins(x []float64, stride int, y []float64, outputs int) {
	rows := len(y) / outputs
	whole := true
	for i := range rows {
		for _, v := range x[i*stride : i*stride+min(stride, len(x)-i*stride)] {
			whole = whole && v == v
		}
	}
	for i := range p.trees {
		t := &p.trees[i]
		if t.slow != nil || !whole {
			tree := p.of[i]
			for r := range rows {
				row := x[r*stride : r*stride+min(stride, len(x)-r*stride)]
				t.add(y[r*outputs:], tree.Values(tree.Leaf(row)))
			}
			continue
		}
		r := 0
		for ; r+4 <= rows; r += 4 {
			a, b, c, d := t.four(x[r*stride:], stride)
			t.add(y[r*outputs:], t.leaf(a))
			t.add(y[(r+1)*outputs:], t.leaf(b))
			t.add(y[(r+2)*outputs:], t.leaf(c))
			t.add(y[(r+3)*outputs:], t.leaf(d))
		}
		for ; r < rows; r++ {
			t.add(y[r*outputs:], t.leaf(t.one(x[r*stride:])))
		}
	}
}

func (t *planned) leaf(i int32) []float64 { return t.values[int(i)*t.width:][:t.width] }

func (t *planned) add(y, values []float64) {
	y = y[t.output:]
	for k, v := range values {
		y[k] += v
	}
}

// one is the leaf that a row comes to.
func (t *planned) one(row []float64) int32 {
	i := int32(0)
	for {
		n := t.nodes[i]
		if n.left == i {
			return i
		}
		if i = n.left; row[n.feature] > n.threshold {
			i++
		}
	}
}

// four are the leaves that four rows come to.
func (t *planned) four(x []float64, stride int) (a, b, c, d int32) {
	nodes := t.nodes
	u, v, w := x[stride:], x[2*stride:], x[3*stride:]
	for range t.depth {
		m, n, o, p := &nodes[a], &nodes[b], &nodes[c], &nodes[d]
		if m.left == a && n.left == b && o.left == c && p.left == d {
			break
		}
		a = m.left + above(x[m.feature], m.threshold)
		b = n.left + above(u[n.feature], n.threshold)
		c = o.left + above(v[o.feature], o.threshold)
		d = p.left + above(w[p.feature], p.threshold)
	}
	return a, b, c, d
}

// above is 1 if v is above a threshold, and 0 otherwise; the compiler makes it no
// branch.
func above(v, threshold float64) int32 {
	i := int32(0)
	if v > threshold {
		i = 1
	}
	return i
}
