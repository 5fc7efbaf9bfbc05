package trees

import (
	"context"
	"math"
	"math/rand/v2"
	"runtime"

	"loupe/display"
)

// boosting is learning that is under way.
type boosting struct {
	t       *table
	o       *Options
	e       *Ensemble
	ctx     context.Context
	train   *judged
	pairs   [][]pair // of each output
	growers []*binGrower
	all     []int32 // the rows
	valid   *validation
	since   int // rounds without a better loss of the validation
}

// boost learns the trees of Boost.
func (t *table) boost(o Options) *Ensemble {
	b := &boosting{t: t, o: &o, ctx: display.Context(), all: t.all()}
	init := t.start()
	b.e = t.ensemble("gradient boosting", len(init))
	b.e.Init = init
	switch {
	case t.k == 2:
		b.e.Link = Logistic
	case t.k > 0:
		b.e.Link = Softmax
	}
	if o.Validation != nil {
		b.valid = newValidation(t, &o, init)
	}
	bar := display.NewBar(o.Trees, "gradient boosting")
	defer bar.Done()
	b.begin(init)
	for round := range o.Trees {
		if !b.round(round) {
			break
		}
		bar.Add(1)
	}
	if len(b.e.Trees) == 0 {
		fail(t.learner, "the cell was interrupted before the first round was over")
	}
	return b.end()
}

// begin prepares growers: one for each output if they work side by side.
func (b *boosting) begin(init []float64) {
	t := b.t
	b.train = newJudged(t.k, t.y, t.target, t.weight, init)
	bins := t.bins()
	quads := quadsOf(bins)
	for range init {
		b.pairs = append(b.pairs, make([]pair, t.n))
	}
	n := 1
	if len(init) > 1 {
		n = min(len(init), runtime.GOMAXPROCS(0))
	}
	for range n {
		g := newBinGrower(t, bins, quads, b.o, b.ctx)
		g.alone = n > 1
		b.growers = append(b.growers, g)
	}
}

// round adds a tree for each output, and reports whether another round follows.
func (b *boosting) round(round int) bool {
	l := b.e.Learned
	loss := b.train.loss(b.pairs)
	if round > 0 {
		l.Loss = append(l.Loss, loss)
	}
	rows := b.sample(round)
	grown := make([]*Tree, len(b.pairs))
	free := make(chan *binGrower, len(b.growers))
	for _, g := range b.growers {
		free <- g
	}
	spread(len(grown), func(k int) {
		g := <-free
		defer func() { free <- g }()
		r := rand.New(rand.NewPCG(b.o.Seed, uint64(round*len(grown)+k)<<1|1))
		if grown[k] = g.grow(rows, b.pairs[k], r); grown[k] != nil {
			grown[k].Output = k
			b.add(g, k, len(rows) < b.t.n)
		}
	})
	split := false
	for _, t := range grown {
		if t == nil {
			l.Stopped = "interrupted"
			return false
		}
		split = split || !t.IsLeaf(0)
	}
	b.e.Trees = append(b.e.Trees, grown...)
	if !split && len(rows) == b.t.n && b.o.Features == b.t.p {
		l.Stopped = "no split makes the loss less"
	}
	if b.valid != nil {
		b.judge(grown, round+1)
	}
	return l.Stopped == ""
}

// sample draws the rows of a round, in their order.
func (b *boosting) sample(round int) []int32 {
	n := max(1, int(math.Round(b.o.Subsample*float64(b.t.n))))
	if n == b.t.n {
		return b.all
	}
	r := rand.New(rand.NewPCG(b.o.Seed, uint64(round)<<1))
	rows := make([]int32, 0, n)
	for i := range b.t.n {
		if r.IntN(b.t.n-i) < n-len(rows) {
			rows = append(rows, int32(i))
		}
	}
	return rows
}

// add adds the values of a tree's leaves to the scores of an output. Rows that the tree
// has not learned from walk down to theirs.
func (b *boosting) add(g *binGrower, output int, others bool) {
	score := b.train.score[output]
	if others {
		spread((len(score)+lossChunk-1)/lossChunk, func(c int) {
			for i := c * lossChunk; i < min(len(score), (c+1)*lossChunk); i++ {
				score[i] += g.tree.Value[g.tree.Leaf(b.t.row(i))]
			}
		})
		return
	}
	to := func(k int) {
		leaf := &g.leaves[k]
		v := g.tree.Value[leaf.node]
		for _, r := range g.rows[leaf.from:leaf.to] {
			score[r] += v
		}
	}
	if !g.alone && len(score) >= manyRows {
		spread(len(g.leaves), to)
		return
	}
	for k := range g.leaves {
		to(k)
	}
}

// manyRows is from how many rows on their scores are worth several cores.
const manyRows = 1 << 14

// judge has the loss of the validation after a round.
func (b *boosting) judge(grown []*Tree, round int) {
	l := b.e.Learned
	loss := b.valid.after(grown)
	l.Validation = append(l.Validation, loss)
	if b.since++; l.Best == 0 || loss < l.Validation[l.Best-1] {
		l.Best, b.since = round, 0
	}
	if b.o.Patience > 0 && b.since >= b.o.Patience && l.Stopped == "" {
		l.Stopped = "the loss of the validation has stopped falling"
	}
}

// end finishes the record, and drops trees after the best round.
func (b *boosting) end() *Ensemble {
	l, outputs := b.e.Learned, len(b.pairs)
	if len(l.Loss) < len(b.e.Trees)/outputs {
		l.Loss = append(l.Loss, b.train.loss(nil))
	}
	if l.Best > 0 && b.o.Patience > 0 {
		b.e.Trees = b.e.Trees[:l.Best*outputs]
	}
	return b.e
}

// A validation is the samples of Options.Validation.
type validation struct {
	*judged
	x      []float64
	stride int
}

func newValidation(t *table, o *Options, init []float64) *validation {
	set := o.Validation
	if set.Len() == 0 || set.Width() != t.p {
		fail(t.learner, "Validation has %d samples with %d features, and those of %s have %d", set.Len(), set.Width(), t.name, t.p)
	}
	if (set.Targets() == nil) != (t.k > 0) {
		fail(t.learner, "of Validation and %s one has classes and the other numbers to predict", t.name)
	}
	x := set.Matrix().RawMatrix()
	weights, y := make([]float64, x.Rows), make([]int32, x.Rows)
	for i := range weights {
		if weights[i] = 1; t.k == 0 {
			if v := set.Target(i); !(math.Abs(v) <= mostTarget) {
				fail(t.learner, "sample %d of Validation has the target %v: targets are finite numbers, not above %g", i, v, mostTarget)
			}
			continue
		}
		c := set.Y(i)
		if c >= t.k {
			fail(t.learner, "sample %d of Validation has the class %d, and those of %s go from 0 to %d", i, c, t.name, t.k-1)
		}
		y[i], weights[i] = int32(c), t.ofClass[c]
	}
	v := &validation{newJudged(t.k, y, set.Targets(), weights, init), x.Data, x.Stride}
	if v.all == 0 {
		fail(t.learner, "all samples of Validation have classes of weight 0")
	}
	return v
}

// after is the loss once more trees are added.
func (v *validation) after(grown []*Tree) float64 {
	n := len(v.weight)
	spread((n+lossChunk-1)/lossChunk, func(c int) {
		for i := c * lossChunk; i < min(n, (c+1)*lossChunk); i++ {
			row := v.x[i*v.stride:]
			for k, t := range grown {
				v.score[k][i] += t.Value[t.Leaf(row)]
			}
		}
	})
	return v.loss(nil)
}
