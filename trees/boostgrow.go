package trees

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
)

// A binGrower grows the trees of boosting, by histograms.
type binGrower struct {
	t     *table
	bins  []bins
	quads [][]uint32 // the bins of four features, side by side
	o     *Options
	ctx   context.Context
	alone bool    // does not share its work among cores
	scale float64 // of the values of leaves

	random      *rand.Rand
	rows, spare []int32
	units       units
	pairs       []cell // of the rows of the table
	near        []cell // of the rows of the node, side by side
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
func newBinGrower(t *table, b []bins, quads [][]uint32, o *Options, ctx context.Context) *binGrower {
	g := &binGrower{t: t, bins: b, quads: quads, o: o, ctx: ctx, scale: o.LearningRate}
	if t.k > 2 {
		// Friedman 2001, algorithm 6: the second derivatives leave out those between
		// outputs.
		g.scale *= float64(t.k-1) / float64(t.k)
	}
	g.rows, g.spare = make([]int32, t.n), make([]int32, t.n)
	g.pairs, g.near = make([]cell, t.n), make([]cell, t.n)
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
	g.rows, g.random, g.tree, g.leaves = append(g.rows[:0], rows...), r, &Tree{}, g.leaves[:0]
	all := g.take(pairs)
	if len(rows) < g.t.n {
		all = cell{}
		for _, r := range rows {
			all.g += g.pairs[r].g
			all.hn += g.pairs[r].hn
		}
	}
	root := g.enter(0, len(rows), 0, all)
	if g.splittable(&root, 1) {
		root.cells = g.cells()
		g.search(&root, nil)
	}
	open := []binBranch{root}
	for leaves := 1; len(open) > 0; {
		if g.ctx.Err() != nil {
			return nil
		}
		b := g.next(&open)
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

// next removes the last branch, or that with the greatest gain.
func (g *binGrower) next(open *[]binBranch) binBranch {
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
	if left.to-left.from > right.to-right.from {
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

// take makes cells of the derivatives, and returns their sum.
func (g *binGrower) take(pairs []pair) (all cell) {
	var lock sync.Mutex
	mostG, mostH := 0.0, 0.0
	g.chunks(len(pairs), func(from, end int) {
		a, b := largest(pairs[from:end])
		lock.Lock()
		mostG, mostH = max(mostG, a), max(mostH, b)
		lock.Unlock()
	})
	g.units = unitsFor(len(pairs), mostG, mostH)
	g.chunks(len(pairs), func(from, end int) {
		u, sum, to := g.units, cell{}, g.pairs[from:end]
		for i, p := range pairs[from:end] {
			c := u.cell(p)
			to[i] = c
			sum.g += c.g
			sum.hn += c.hn
		}
		lock.Lock()
		all.g += sum.g
		all.hn += sum.hn
		lock.Unlock()
	})
	return all
}

// chunks does work for some rows in pieces: on all cores if there are many.
func (g *binGrower) chunks(rows int, do func(from, end int)) {
	const chunk = 1 << 13
	if g.alone || rows <= 2*chunk {
		do(0, rows)
		return
	}
	spread((rows+chunk-1)/chunk, func(c int) { do(c*chunk, min(rows, (c+1)*chunk)) })
}

// splittable reports whether a node may have children.
func (g *binGrower) splittable(b *binBranch, leaves int) bool {
	return b.depth < g.o.Depth && b.to-b.from >= 2*g.o.MinLeaf && (g.o.Leaves == 0 || leaves < g.o.Leaves)
}

// search finds the splits of a node, and of its sibling, whose histograms are still those
// of their parent; or of one node without a sibling.
func (g *binGrower) search(small, large *binBranch) {
	rows := g.rows[small.from:small.to]
	wide := !g.alone && len(rows)*g.t.p >= manyCells
	near := g.gather(rows)
	g.choose()
	quads := g.t.p / 4
	some := func(k int) {
		j, end := 4*k, 4*k+4
		if k < quads {
			fillFour(small.cells[j:end], g.quads[k], rows, near)
		} else {
			j = 4*quads + k - quads
			end = j + 1
			small.cells[j].fill(&g.bins[j], rows, near)
		}
		for ; j < end; j++ {
			g.found[0][j] = g.find(small, j)
			if large != nil {
				large.cells[j].subtract(&small.cells[j], g.bins[j].n)
				g.found[1][j] = g.find(large, j)
			}
		}
	}
	if n := quads + g.t.p%4; wide {
		spread(n, some)
	} else {
		for k := range n {
			some(k)
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

// gather puts the pairs of rows side by side.
func (g *binGrower) gather(rows []int32) []cell {
	if len(rows) == g.t.n { // they are
		return g.pairs
	}
	near := g.near[:len(rows)]
	g.chunks(len(rows), func(from, end int) {
		for i := from; i < end; i++ {
			near[i] = g.pairs[rows[i]]
		}
	})
	return near
}

// find looks for a node's split by a feature.
func (g *binGrower) find(b *binBranch, j int) split {
	if !g.use[j] || b.to-b.from < 2*g.o.MinLeaf || b.depth >= g.o.Depth {
		return split{feature: -1}
	}
	s := b.cells[j].find(&g.bins[j], b.all, &g.units, g.o)
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
	var left [256]uint8 // 1 for codes that go left
	set := func(code int, yes bool) {
		if left[code] = 0; yes {
			left[code] = 1
		}
	}
	for k := range left {
		set(k, k <= int(s.code))
	}
	if s.set != nil {
		for k, members := range g.bins[s.feature].members {
			set(k, s.set.Has(float64(members[0])))
		}
	}
	set(g.bins[s.feature].n, s.missingLeft)
	of := g.bins[s.feature].of
	rows, others := g.rows[b.from:b.to], g.spare[:b.to-b.from]
	var lefts [][2]int // the places of those that go left in each chunk
	var lock sync.Mutex
	g.chunks(len(rows), func(from, end int) {
		n, rows, others := 0, rows[from:end], others[from:end]
		for i, r := range rows {
			// Both are written, and one counts: no branch that cannot be foreseen.
			rows[n], others[i-n] = r, r
			n += int(left[of[r]])
		}
		lock.Lock()
		lefts = append(lefts, [2]int{from, from + n})
		lock.Unlock()
	})
	return b.from + join(rows, others, lefts)
}

// join puts together what chunks of rows have parted: those that go left are at the begin
// of the chunks, the others at that of the same chunks of the others. It returns how many go left.
func join(rows, others []int32, lefts [][2]int) int {
	slices.SortFunc(lefts, func(a, b [2]int) int { return a[0] - b[0] })
	n, m := 0, 0
	for k, c := range lefts {
		end := len(rows)
		if k+1 < len(lefts) {
			end = lefts[k+1][0]
		}
		n += copy(rows[n:], rows[c[0]:c[1]])
		m += copy(others[m:], others[c[0]:c[0]+end-c[1]])
	}
	copy(rows[n:], others[:m])
	return n
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
		all := g.units.of(b.all)
		if all.h+g.o.Lambda <= 0 {
			continue
		}
		step := -all.g / (all.h + g.o.Lambda)
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
