package trees

import (
	"context"
	"math"
	"math/rand/v2"
)

// A binGrower grows the trees of boosting, by histograms.
type binGrower struct {
	t     *table
	bins  []bins
	o     *Options
	ctx   context.Context
	alone bool    // does not share its work among cores
	scale float64 // of the values of leaves

	random      *rand.Rand
	rows, spare []int32
	pairs       []pair // of the rows of the table
	near        []pair // of the rows of the node, side by side
	tree        *Tree
	use         []bool // the features that are tried
	draw        []int32
	found       [2][]split // of both children
	free        [][]histogram
	leaves      []binBranch
}

// A binBranch is a node that may be split.
type binBranch struct {
	branch
	cells []histogram // of the features; nil if it is a leaf for sure
	all   cell
}

// newBinGrower makes a grower for the table.
func newBinGrower(t *table, b []bins, o *Options, ctx context.Context) *binGrower {
	g := &binGrower{t: t, bins: b, o: o, ctx: ctx, scale: o.LearningRate}
	if t.k > 2 {
		// Friedman 2001, algorithm 6: the second derivatives leave out those between
		// outputs.
		g.scale *= float64(t.k-1) / float64(t.k)
	}
	g.rows, g.spare = make([]int32, t.n), make([]int32, t.n)
	g.near = make([]pair, t.n)
	g.use, g.draw = make([]bool, t.p), make([]int32, t.p)
	g.found = [2][]split{make([]split, t.p), make([]split, t.p)}
	for j := range g.use {
		g.use[j], g.draw[j] = true, int32(j)
	}
	return g
}

// grow grows a tree from rows of the table and the derivatives of their losses; nil if the
// cell was interrupted.
func (g *binGrower) grow(rows []int32, pairs []pair, r *rand.Rand) *Tree {
	g.rows, g.pairs, g.random, g.tree, g.leaves = append(g.rows[:0], rows...), pairs, r, &Tree{}, g.leaves[:0]
	root := g.enter(0, len(rows), 0, sum(rows, pairs))
	if g.splittable(&root, 1) {
		root.cells = g.cells()
		g.search(&root, nil)
	}
	open := []binBranch{root}
	for leaves := 1; len(open) > 0; {
		if g.ctx.Err() != nil {
			return nil
		}
		b := g.take(&open)
		if b.split.feature < 0 || g.o.Leaves > 0 && leaves == g.o.Leaves {
			g.release(&b)
			g.leaves = append(g.leaves, b)
			continue
		}
		leaves++
		l, r := g.divide(&b, leaves)
		g.tree.splitAt(b.node, &b.split, l.node, r.node)
		open = append(open, r, l)
	}
	g.values()
	return g.tree
}

// take removes the last branch, or that with the greatest gain.
func (g *binGrower) take(open *[]binBranch) binBranch {
	list := *open
	k := len(list) - 1
	if g.o.Leaves > 0 {
		for i := range list {
			if x, y := list[i].split.gain, list[k].split.gain; x > y || x == y && list[i].node < list[k].node {
				k = i
			}
		}
	}
	b := list[k]
	*open = append(list[:k], list[k+1:]...)
	return b
}

// divide splits a node: it counts the smaller child, and has the larger one by
// subtraction.
func (g *binGrower) divide(b *binBranch, leaves int) (left, right binBranch) {
	middle := g.part(b)
	left = g.enter(b.from, middle, b.depth+1, b.split.left)
	right = g.enter(middle, b.to, b.depth+1, b.all.less(b.split.left))
	small, large := &left, &right
	if left.all.n > right.all.n {
		small, large = large, small
	}
	if !g.splittable(small, leaves) && !g.splittable(large, leaves) {
		g.release(b)
		return left, right
	}
	small.cells, large.cells = g.cells(), b.cells
	g.search(small, large)
	for _, c := range []*binBranch{small, large} {
		if c.split.feature < 0 {
			g.release(c)
		}
	}
	return left, right
}

// cells returns histograms that nobody uses.
func (g *binGrower) cells() []histogram {
	if n := len(g.free); n > 0 {
		c := g.free[n-1]
		g.free = g.free[:n-1]
		return c
	}
	return make([]histogram, g.t.p)
}

func (g *binGrower) release(b *binBranch) {
	if b.cells != nil {
		g.free = append(g.free, b.cells)
		b.cells = nil
	}
}

// enter adds a node to the tree, for some rows and their sums.
func (g *binGrower) enter(from, to, depth int, all cell) binBranch {
	b := binBranch{branch: branch{from: from, to: to, depth: depth, split: split{feature: -1, gain: -1}}, all: all}
	cover := float64(to - from)
	if g.t.weighted {
		cover = 0
		for _, r := range g.rows[from:to] {
			cover += g.t.weight[r]
		}
	}
	b.node = g.tree.addLeaf([]float64{0}, cover)
	return b
}

// sum adds up the pairs of rows.
func sum(rows []int32, pairs []pair) cell {
	all := cell{n: int64(len(rows))}
	for _, r := range rows {
		all.g += pairs[r].g
		all.h += pairs[r].h
	}
	return all
}

// splittable reports whether a node may have children.
func (g *binGrower) splittable(b *binBranch, leaves int) bool {
	return b.depth < g.o.Depth && b.all.n >= int64(2*g.o.MinLeaf) && (g.o.Leaves == 0 || leaves < g.o.Leaves)
}

// search finds the splits of a node, and of its sibling, whose histograms are still those
// of their parent; or of one node without a sibling.
func (g *binGrower) search(small, large *binBranch) {
	rows := g.rows[small.from:small.to]
	wide := !g.alone && len(rows)*g.t.p >= manyCells
	near := g.gather(rows, wide)
	g.choose()
	two := func(k int) {
		j := 2 * k
		if j+1 == g.t.p {
			small.cells[j].fill(&g.bins[j], rows, near)
		} else {
			fillTwo(&small.cells[j], &small.cells[j+1], &g.bins[j], &g.bins[j+1], rows, near)
		}
		for end := min(j+2, g.t.p); j < end; j++ {
			g.found[0][j] = g.find(small, j)
			if large != nil {
				large.cells[j].subtract(&small.cells[j], g.bins[j].n)
				g.found[1][j] = g.find(large, j)
			}
		}
	}
	if n := (g.t.p + 1) / 2; wide {
		spread(n, two)
	} else {
		for k := range n {
			two(k)
		}
	}
	for k, b := range []*binBranch{small, large} {
		for j := range g.found[k] {
			if s := &g.found[k][j]; b != nil && s.feature >= 0 && s.beats(&b.split, 1e-10*s.gain) {
				b.split = *s
			}
		}
	}
}

// gather puts the pairs of rows side by side, on all cores if there are many.
func (g *binGrower) gather(rows []int32, wide bool) []pair {
	if len(rows) == g.t.n { // they are
		return g.pairs
	}
	near := g.near[:len(rows)]
	part := func(from, end int) {
		for i := from; i < end; i++ {
			near[i] = g.pairs[rows[i]]
		}
	}
	const chunk = 1 << 13
	if !wide || len(rows) <= chunk {
		part(0, len(rows))
	} else {
		spread((len(rows)+chunk-1)/chunk, func(c int) { part(c*chunk, min(len(rows), (c+1)*chunk)) })
	}
	return near
}

// find looks for a node's split by a feature.
func (g *binGrower) find(b *binBranch, j int) split {
	if !g.use[j] || b.all.n < int64(2*g.o.MinLeaf) || b.depth >= g.o.Depth {
		return split{feature: -1}
	}
	s := b.cells[j].find(&g.bins[j], b.all, g.o)
	if s.feature == 0 {
		s.feature = int32(j)
	}
	return s
}

// choose draws the features that are tried next.
func (g *binGrower) choose() {
	if g.o.Features == g.t.p {
		return
	}
	clear(g.use)
	for j := range g.o.Features {
		k := j + g.random.IntN(g.t.p-j)
		g.draw[j], g.draw[k] = g.draw[k], g.draw[j]
		g.use[g.draw[j]] = true
	}
}

// part moves the rows that go left to the front and returns where the others begin.
func (g *binGrower) part(b *binBranch) int {
	s := &b.split
	var left [256]bool
	for k := range left {
		left[k] = k <= int(s.code)
	}
	if s.set != nil {
		for k, members := range g.bins[s.feature].members {
			left[k] = s.set.Has(float64(members[0]))
		}
	}
	left[g.bins[s.feature].n] = s.missingLeft
	of := g.bins[s.feature].of
	rows, others := g.rows[b.from:b.to], g.spare
	n, m := 0, 0
	for _, r := range rows {
		// Both are written, and one counts: no branch that cannot be foreseen.
		rows[n], others[m] = r, r
		if left[of[r]] {
			n++
		} else {
			m++
		}
	}
	copy(rows[n:], others[:m])
	return b.from + n
}

// mostStep bounds the step of a leaf of log-odds: where the loss is nearly flat, Newton's
// step goes far beyond the least loss. (Friedman, Hastie and Tibshirani 2000 bound it in
// LogitBoost, for each sample, by 2 to 4.)
const mostStep = 10

// values sets what leaves add to the predictions, and what inner nodes do on average.
func (g *binGrower) values() {
	t := g.tree
	for i := range g.leaves {
		b := &g.leaves[i]
		if b.all.h+g.o.Lambda <= 0 {
			continue
		}
		step := -b.all.g / (b.all.h + g.o.Lambda)
		if g.t.k > 0 {
			step = math.Max(-mostStep, math.Min(step, mostStep))
		}
		t.Value[b.node] = g.scale * step
	}
	for node := len(t.Left) - 1; node >= 0; node-- { // children stand behind their parents
		if l, r := t.Left[node], t.Right[node]; l >= 0 {
			t.Value[node] = (t.Cover[l]*t.Value[l] + t.Cover[r]*t.Value[r]) / t.Cover[node]
		}
	}
}
