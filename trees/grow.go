package trees

import (
	"cmp"
	"context"
	"math/rand/v2"
	"runtime"
	"slices"

	"loupe/display"
)

// A grower grows trees by exact splits. It grows one after the other: many at once take a
// grower each.
type grower struct {
	t     *table
	cols  []column
	o     *Options
	ctx   context.Context
	width int // of a node's value
	mean  float64

	random *rand.Rand
	weight []float64 // of each row of the table, in this tree
	rows   []int32   // of the tree; those of a node stand together
	spare  []int32
	draw   []int32 // the features, in the order in which they were drawn last
	tree   *Tree
	// impurity is that of nodes, times their weight.
	impurity []float64
	here     sample
	scanners chan *scanner
}

// A sample is the rows of a node, side by side.
type sample struct {
	class  []int32
	number []float64 // minus the mean of all
	weight []float64
	total  []float64 // weights of the classes, or the sum of the numbers
	all    float64   // weight
	score  float64   // what a split has to reach
	scale  float64   // what rounding is measured by
}

// A branch is a node that may be split.
type branch struct {
	node     int32
	from, to int // its rows
	depth    int
	split    split
}

// newGrower makes a grower whose splits are searched by some scanners at once.
func newGrower(t *table, cols []column, o *Options, ctx context.Context, scanners int) *grower {
	g := &grower{t: t, cols: cols, o: o, ctx: ctx, width: max(1, t.k), scanners: make(chan *scanner, scanners)}
	for i, v := range t.target {
		g.mean += (v - g.mean) / float64(i+1)
	}
	for range scanners {
		g.scanners <- newScanner(g)
	}
	g.spare, g.weight = make([]int32, t.n), make([]float64, t.n)
	g.here.class, g.here.number, g.here.weight = make([]int32, t.n), make([]float64, t.n), make([]float64, t.n)
	g.here.total = make([]float64, g.width)
	g.draw = make([]int32, t.p)
	return g
}

// grow grows a tree from rows of the table, whose weights it has; nil if the cell was
// interrupted.
func (g *grower) grow(rows []int32, r *rand.Rand) *Tree {
	g.rows, g.random, g.tree, g.impurity = rows, r, &Tree{}, g.impurity[:0]
	for j := range g.draw {
		g.draw[j] = int32(j)
	}
	open := []branch{g.enter(0, len(rows), 0)}
	leaves := 1
	for len(open) > 0 && (g.o.Leaves == 0 || leaves < g.o.Leaves) {
		if g.ctx.Err() != nil {
			return nil
		}
		b := take(&open, g.o.Leaves > 0)
		if b.split.feature < 0 {
			continue
		}
		leaves++
		middle := g.part(&b)
		l := g.enter(b.from, middle, b.depth+1)
		r := g.enter(middle, b.to, b.depth+1)
		g.tree.splitAt(b.node, &b.split, l.node, r.node)
		open = append(open, r, l)
	}
	if g.o.Alpha > 0 {
		return g.prune()
	}
	return g.tree
}

// take removes the last branch, or that with the greatest gain.
func take(open *[]branch, best bool) branch {
	list := *open
	k := len(list) - 1
	if best {
		for i := range list {
			if c := cmp.Compare(list[i].split.gain, list[k].split.gain); c > 0 || c == 0 && list[i].node < list[k].node {
				k = i
			}
		}
	}
	b := list[k]
	*open = slices.Delete(list, k, k+1)
	return b
}

// addLeaf adds a node without children.
func (t *Tree) addLeaf(value []float64, cover float64) int32 {
	n := len(t.Left)
	t.Left, t.Right, t.Feature = append(t.Left, -1), append(t.Right, -1), append(t.Feature, -1)
	t.Threshold, t.MissingLeft = append(t.Threshold, 0), append(t.MissingLeft, false)
	t.Value, t.Cover = append(t.Value, value...), append(t.Cover, cover)
	if t.Categories != nil {
		t.Categories = append(t.Categories, nil)
	}
	return int32(n)
}

// splitAt gives a node children.
func (t *Tree) splitAt(node int32, s *split, left, right int32) {
	if !s.seen { // missing values follow the larger side
		s.missingLeft = t.Cover[left] > t.Cover[right]
	}
	t.Left[node], t.Right[node], t.Feature[node] = left, right, s.feature
	t.Threshold[node], t.MissingLeft[node] = s.threshold, s.missingLeft
	if s.set == nil {
		return
	}
	if t.Categories == nil {
		t.Categories = make([]Categories, len(t.Left))
	}
	t.Categories[node] = s.set
}

// enter makes a node of some rows, and looks for its split.
func (g *grower) enter(from, to, depth int) branch {
	h := &g.here
	clear(h.total)
	h.all = 0
	pure := true
	if g.t.k > 0 {
		pure = g.gatherClasses(g.rows[from:to])
	} else {
		pure = g.gatherNumbers(g.rows[from:to])
	}
	b := branch{from: from, to: to, depth: depth, split: split{feature: -1, gain: -1}}
	b.node = int32(len(g.tree.Left) - 1)
	if !pure && to-from >= 2*g.o.MinLeaf && depth < g.o.Depth {
		b.split = g.search(g.rows[from:to])
	}
	return b
}

// gatherClasses reads the rows of a node, adds it to the tree, and reports whether all are
// of one class.
func (g *grower) gatherClasses(rows []int32) bool {
	h := &g.here
	for i, r := range rows {
		c, w := g.t.y[r], g.weight[r]
		h.class[i], h.weight[i] = c, w
		h.total[c] += w
		h.all += w
	}
	squares, pure := 0.0, false
	value := make([]float64, 0, 16)
	for _, v := range h.total {
		squares += v * v
		pure = pure || v == h.all
		value = append(value, v/h.all)
	}
	g.tree.addLeaf(value, h.all)
	h.score, h.scale = squares/h.all, h.all
	if g.o.Criterion == Entropy {
		h.score = -entropy(h.total, h.all)
		g.impurity = append(g.impurity, -h.score)
	} else {
		g.impurity = append(g.impurity, h.all-h.score)
	}
	return pure
}

// gatherNumbers does the same for numbers.
func (g *grower) gatherNumbers(rows []int32) bool {
	h := &g.here
	sum, squares, first := 0.0, 0.0, g.t.target[rows[0]]
	pure := true
	for i, r := range rows {
		v, w := g.t.target[r]-g.mean, g.weight[r]
		h.number[i], h.weight[i] = v, w
		sum += w * v
		squares += w * v * v
		h.all += w
		pure = pure && g.t.target[r] == first
	}
	value := first
	if !pure {
		value = g.mean + sum/h.all
	}
	g.tree.addLeaf([]float64{value}, h.all)
	h.total[0], h.score, h.scale = sum, sum*sum/h.all, squares
	g.impurity = append(g.impurity, max(0, squares-h.score))
	return pure
}

// manyCells is from how many rows × features on a single tree searches on all cores.
const manyCells = 1 << 15

// search finds the best split of the node that was gathered last.
func (g *grower) search(rows []int32) split {
	best := split{feature: -1, gain: -1}
	tolerance := 1e-12 * g.here.scale
	better := func(s *split) {
		if s.feature >= 0 && (best.feature >= 0 || s.gain > -tolerance) && s.beats(&best, tolerance) {
			best = *s
		}
	}
	if all := g.o.Features == g.t.p; all && cap(g.scanners) > 1 && len(rows)*g.t.p > manyCells {
		found := make([]split, g.t.p)
		spread(g.t.p, func(j int) {
			s := <-g.scanners
			found[j], _ = s.scan(int32(j), rows)
			g.scanners <- s
		})
		for j := range found {
			better(&found[j])
		}
		return best
	}
	s := <-g.scanners
	defer func() { g.scanners <- s }()
	for tried, j := 0, 0; j < g.t.p && (tried < g.o.Features || best.feature < 0); j++ {
		if g.o.Features < g.t.p {
			k := j + g.random.IntN(g.t.p-j)
			g.draw[j], g.draw[k] = g.draw[k], g.draw[j]
		}
		found, varies := s.scan(g.draw[j], rows)
		if better(&found); varies {
			tried++ // features that are the same for all samples here do not count
		}
	}
	return best
}

// part moves the rows that go left to the front and returns where the others begin.
func (g *grower) part(b *branch) int {
	c, s := &g.cols[b.split.feature], &b.split
	rows, others := g.rows[b.from:b.to], g.spare[:0]
	left := 0
	missing := uint32(len(c.value))
	for _, r := range rows {
		code := c.code[r]
		goes := code <= s.code
		switch {
		case code == missing:
			goes = s.missingLeft
		case s.set != nil:
			goes = s.set.Has(c.value[code])
		}
		if goes {
			rows[left] = r
			left++
		} else {
			others = append(others, r)
		}
	}
	copy(rows[left:], others)
	return b.from + left
}

// single is the tree of Grow.
func (t *table) single(o Options) *Ensemble {
	e := t.ensemble("decision tree", max(1, t.k))
	g := newGrower(t, t.columns(), &o, display.Context(), runtime.GOMAXPROCS(0))
	copy(g.weight, t.weight)
	tree := g.grow(t.all(), rand.New(rand.NewPCG(o.Seed, 0)))
	if tree == nil {
		fail(t.learner, "the cell was interrupted before the tree was grown")
	}
	e.Trees = []*Tree{tree}
	return e
}

// all lists the rows of the table.
func (t *table) all() []int32 {
	rows := make([]int32, t.n)
	for i := range rows {
		rows[i] = int32(i)
	}
	return rows
}
