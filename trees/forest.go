package trees

import (
	"math"
	"math/rand/v2"
	"runtime"

	"loupe/display"
)

// forest learns the trees of Forest.
func (t *table) forest(o Options) *Ensemble {
	e := t.ensemble("random forest", max(1, t.k))
	e.Average = true
	bar := display.NewBar(o.Trees, "random forest")
	defer bar.Done()
	cols, ctx := t.columns(), display.Context()
	workers := min(o.Trees, runtime.GOMAXPROCS(0))
	growers := make(chan *grower, workers)
	for range workers {
		growers <- newGrower(t, cols, &o, ctx, 1)
	}
	grown, bags := make([]*Tree, o.Trees), make([]bag, o.Trees)
	spread(o.Trees, func(k int) {
		g := <-growers
		defer func() { growers <- g }()
		if ctx.Err() != nil {
			return
		}
		r := rand.New(rand.NewPCG(o.Seed, uint64(k)))
		rows, in := t.bootstrap(g.weight, &o, r)
		grown[k], bags[k] = g.grow(rows, r), in
		bar.Add(1)
	})
	e.keep(grown, bags, t, &o)
	return e
}

// keep makes an ensemble of the trees that were grown before an interrupt.
func (e *Ensemble) keep(grown []*Tree, bags []bag, t *table, o *Options) {
	var in []bag
	for k, tree := range grown {
		if tree != nil {
			e.Trees = append(e.Trees, tree)
			in = append(in, bags[k])
		}
	}
	if len(e.Trees) == 0 {
		fail(t.learner, "the cell was interrupted before the first tree was grown")
	}
	if len(e.Trees) < len(grown) {
		e.Learned.Stopped = "interrupted"
	}
	if !o.NoBootstrap {
		e.outOfBag(t, in)
	}
}

// A bag is a set of rows, a bit each.
type bag []uint64

func (b bag) has(i int) bool { return b[i>>6]>>(i&63)&1 == 1 }

// bootstrap draws the rows of a tree, and sets their weights: how often they were drawn,
// times their own weight.
func (t *table) bootstrap(weight []float64, o *Options, r *rand.Rand) (rows []int32, in bag) {
	if o.NoBootstrap {
		copy(weight, t.weight)
		return t.all(), nil
	}
	in = make(bag, (t.n+63)/64)
	clear(weight)
	for range max(1, int(math.Round(o.Subsample*float64(t.n)))) {
		weight[r.IntN(t.n)]++
	}
	rows = make([]int32, 0, t.n)
	for i, n := range weight {
		if n > 0 {
			rows = append(rows, int32(i))
			weight[i] = n * t.weight[i]
			in[i>>6] |= 1 << (i & 63)
		}
	}
	return rows, in
}

// outOfBag predicts each sample by the trees that have not learned from it.
func (e *Ensemble) outOfBag(t *table, bags []bag) {
	const chunk = 256
	parts := (t.n + chunk - 1) / chunk
	type tally struct{ rows, right, errors, weight float64 }
	sums := make([]tally, parts)
	mean := 0.0
	for i, v := range t.target {
		mean += (v - mean) / float64(i+1)
	}
	spread(parts, func(c int) {
		value := make([]float64, len(e.Outputs))
		for i := c * chunk; i < min(t.n, (c+1)*chunk); i++ {
			votes := e.votes(value, bags, i, t.row(i))
			if votes == 0 {
				continue
			}
			s := &sums[c]
			s.rows++
			if t.k > 0 {
				if most(value) == int(t.y[i]) {
					s.right++
				}
				continue
			}
			d := value[0]/float64(votes) - t.target[i]
			s.errors += d * d
			s.weight += (t.target[i] - mean) * (t.target[i] - mean)
		}
	})
	var all tally
	for _, s := range sums {
		all = tally{all.rows + s.rows, all.right + s.right, all.errors + s.errors, all.weight + s.weight}
	}
	l := e.Learned
	switch l.OutOfBagRows = int(all.rows); {
	case t.k > 0 && all.rows > 0:
		l.OutOfBag = all.right / all.rows
	case all.weight > 0:
		l.OutOfBag = 1 - all.errors/all.weight
	}
}

// votes adds up what the trees say about a row that is not in their bag.
func (e *Ensemble) votes(value []float64, bags []bag, i int, row []float64) (votes int) {
	clear(value)
	for k, b := range bags {
		if b.has(i) {
			continue
		}
		votes++
		tree := e.Trees[k]
		for c, v := range tree.Values(tree.Leaf(row)) {
			value[c] += v
		}
	}
	return votes
}

// most is the place of the greatest number, the first of equal ones.
func most(v []float64) int {
	k := 0
	for i := range v {
		if v[i] > v[k] {
			k = i
		}
	}
	return k
}
