package explain

import (
	"errors"
	"fmt"
	"iter"
	"runtime"
	"sync"

	"gonum.org/v1/gonum/mat"

	"loupe/display"
	"loupe/trees"
)

// A TreeExplainer is TreeSHAP for an ensemble.
type TreeExplainer struct {
	e          *trees.Ensemble
	name       string
	background *table // nil for the path-dependent game
	// linked says that predictions after the link are explained.
	linked bool
	// spare says that the outputs always sum up to the same, as those of probabilities do:
	// the last one is minus the others.
	spare bool
	base  []float64
	err   error

	// The scorers are made at the first use: each block of trees has its own, and the next
	// chunk of rows finds what they have learned.
	mu      sync.Mutex
	scorers [][]scorer
}

// A scorer adds what a tree contributes for a row: to[feature·outputs + output].
type scorer interface {
	score(row []float64, to []float64)
}

// treeBlocks is in how many parts the trees of an ensemble are worked on. The sums of the
// parts are added in their order: so any number of cores gives the same numbers.
const treeBlocks = 16

// treeChunk is how many rows are explained at once, and treeRoom how many numbers the sums
// of the parts may have in all.
const (
	treeChunk = 2048
	treeRoom  = 1 << 23
)

// TreeSHAP explains ensembles of trees exactly, by the Shapley values of what the trees
// give (for boosted classifiers the log-odds; see [Probability]).
//
// Without a background, a feature that is absent sends a row down both sides of a split,
// in proportion to the rows that went there in training (path-dependent, Lundberg, Erion
// and Lee 2018). With [Background], absent features are taken from its rows
// (interventional, Lundberg et al. 2020): the values are those of ExactSHAP with the same
// rows, and cost no more for a large background.
//
//	explain.TreeSHAP(forest).Explain(test).Beeswarm()
//	explain.TreeSHAP(forest, explain.Background(train)).Explain(test)
//
// What a leaf contributes depends only on which of the questions on its path a row passes:
// it is computed once for each such pattern (as Fast TreeSHAP v2, Yang 2021, does), by
// Gauss–Legendre quadrature, which is exact for these polynomials. Options: Background,
// Probability.
func TreeSHAP(ensemble *trees.Ensemble, options ...Option) *TreeExplainer {
	x := &TreeExplainer{e: ensemble, name: "Tree SHAP"}
	x.err = x.prepare(options)
	return x
}

func (x *TreeExplainer) prepare(list []Option) error {
	if err := x.e.Check(); err != nil {
		return err
	}
	o, err := optionsOf(list, "Background", "Probability")
	if err != nil {
		return err
	}
	x.spare = sumsConstant(x.e)
	if o.background == nil {
		if o.probability {
			return errors.New("the path-dependent game explains the sums of the trees: for predictions give a Background")
		}
		x.base = pathBase(x.e)
		return nil
	}
	if x.background, err = rowsOf(o.background); err != nil {
		return fmt.Errorf("the background: %w", err)
	}
	n, cols := x.background.x.Dims()
	if err := x.e.Takes(cols); err != nil {
		return fmt.Errorf("the background: %w", err)
	}
	if x.linked = o.probability && x.e.Link != trees.Identity; x.linked {
		x.spare = false // the link is applied to each output
	}
	if x.linked && x.e.Link == trees.Softmax {
		return errors.New("predictions of several classes by softmax are no sums of trees: explain the sums, without Probability, or give ExactSHAP or KernelSHAP the ensemble")
	}
	y := x.e.Raw(x.background.x)
	if x.linked {
		x.e.Finish(y.RawMatrix().Data)
	}
	x.base = make([]float64, len(x.e.Outputs))
	for i := range n {
		for k, v := range y.RawRowView(i) {
			x.base[k] += v / float64(n)
		}
	}
	return nil
}

// sumsConstant reports whether the outputs of every tree sum up to the same in each leaf.
func sumsConstant(e *trees.Ensemble) bool {
	if len(e.Outputs) < 2 {
		return false
	}
	for _, t := range e.Trees {
		first, known := 0.0, false
		for i := range t.Left {
			if !t.IsLeaf(i) {
				continue
			}
			sum := 0.0
			for _, v := range t.Values(i) {
				sum += v
			}
			if t.Width() != len(e.Outputs) || known && !(sum-first < 1e-13 && first-sum < 1e-13) {
				return false
			}
			first, known = sum, true
		}
	}
	return true
}

// Explain explains rows: a *data.Set, a matrix or [][]float64. NaN is a missing value.
func (x *TreeExplainer) Explain(rows any) *Attribution {
	t, err := x.rows(rows)
	if err != nil {
		return failed(x.name, err)
	}
	n, _ := t.x.Dims()
	a := x.attribution(t)
	bar := display.NewBar(n, x.name)
	defer bar.Done()
	for from := 0; from < n; {
		to := min(n, from+x.chunk(t))
		if err := x.values(t, from, to, a); err != nil {
			return failed(x.name, fmt.Errorf("after %d of %d rows: %w", from, n, err))
		}
		bar.Add(to - from)
		from = to
	}
	return a.additive(1e-9)
}

// Each explains rows without end in bounded memory, a few thousand at a time, in order:
// each gets the attributions one after the other. It ends when there are no more rows,
// when each returns an error, which Each returns, and when the cell is interrupted.
//
//	err := explain.TreeSHAP(forest).Each(rows, func(why *explain.Attribution) error {
//		return write(why.Values[0])
//	})
func (x *TreeExplainer) Each(rows iter.Seq[[]float64], each func(why *Attribution) error) error {
	if x.err != nil {
		return fmt.Errorf("explain: %s: %w", x.name, x.err)
	}
	bar := display.NewBar(-1, x.name)
	defer bar.Done()
	done := 0
	explain := func(list [][]float64) error {
		t, err := x.rows(list)
		if err != nil {
			return fmt.Errorf("explain: %s: after row %d: %w", x.name, done, err)
		}
		a := x.attribution(t)
		if err := x.values(t, 0, len(list), a); err != nil {
			return fmt.Errorf("explain: %s: stopped after row %d: %w", x.name, done, err)
		}
		if a = a.additive(1e-9); a.Err() != nil {
			return a.Err()
		}
		done += len(list)
		bar.Add(len(list))
		return each(a)
	}
	var list [][]float64
	for row := range rows {
		if list = append(list, append([]float64(nil), row...)); len(list) < treeChunk {
			continue
		}
		if err := explain(list); err != nil {
			return err
		}
		list = list[:0]
	}
	if len(list) > 0 {
		return explain(list)
	}
	return nil
}

// rows reads rows, and checks that they are such as the trees take.
func (x *TreeExplainer) rows(v any) (*table, error) {
	if x.err != nil {
		return nil, x.err
	}
	t, err := rowsOf(v)
	if err != nil {
		return nil, err
	}
	_, cols := t.x.Dims()
	if err := x.e.Takes(cols); err != nil {
		return nil, err
	}
	if len(x.e.Features) == cols {
		t.features = x.e.Features
	}
	if x.background != nil {
		return t, t.like(x.background)
	}
	return t, nil
}

// attribution is an empty one for rows.
func (x *TreeExplainer) attribution(t *table) *Attribution {
	n, cols := t.x.Dims()
	a := &Attribution{Method: x.name, Base: x.base, Data: t.x, Features: t.features, Outputs: x.e.Outputs, Names: t.names}
	if len(t.classes) == len(x.e.Outputs) && x.e.Outputs[0] == "" {
		a.Outputs = t.classes
	}
	if x.e.Link == trees.Logistic && !x.linked {
		a.Unit = "log-odds"
	}
	for range x.e.Outputs {
		a.Values = append(a.Values, mat.NewDense(n, cols, nil))
	}
	a.Predicted = mat.NewDense(n, len(x.e.Outputs), nil)
	return a
}

// width is how many outputs are computed.
func (x *TreeExplainer) width() int {
	if x.spare {
		return len(x.e.Outputs) - 1
	}
	return len(x.e.Outputs)
}

// chunk is how many rows are explained at once.
func (x *TreeExplainer) chunk(t *table) int {
	_, cols := t.x.Dims()
	return min(treeChunk, max(16, treeRoom/(treeBlocks*cols*x.width())))
}

// values explains the rows from ≤ i < to of a table into an attribution of all of them.
func (x *TreeExplainer) values(t *table, from, to int, a *Attribution) error {
	if x.linked {
		return x.linkedValues(t, from, to, a)
	}
	x.mu.Lock() // scorers learn
	defer x.mu.Unlock()
	_, cols := t.x.Dims()
	n, size := to-from, cols*x.width()
	blocks, err := x.blocks()
	if err != nil {
		return err
	}
	parts := make([][]float64, len(blocks))
	err = eachCore(len(blocks), func(b int) error {
		part := make([]float64, n*size)
		for _, s := range blocks[b] {
			for i := range n {
				s.score(t.x.RawRowView(from+i), part[i*size:(i+1)*size])
			}
		}
		parts[b] = part
		return nil
	})
	if err != nil {
		return err
	}
	const piece = 128 // rows
	return eachCore((n+piece-1)/piece, func(c int) error {
		first, last := c*piece*size, min(n, (c+1)*piece)*size
		sum := parts[0][first:last]
		for _, part := range parts[1:] {
			for i, v := range part[first:last] {
				sum[i] += v
			}
		}
		for i := c * piece; i < min(n, (c+1)*piece); i++ {
			x.put(a, from+i, parts[0][i*size:(i+1)*size])
			x.e.Margin(t.x.RawRowView(from+i), a.Predicted.RawRowView(from+i))
		}
		return nil
	})
}

// eachCore does n pieces of work on all cores.
func eachCore(n int, do func(i int) error) error {
	return parallel(n, runtime.GOMAXPROCS(0), "", do)
}

// put writes the contributions to a row of an attribution.
func (x *TreeExplainer) put(a *Attribution, row int, sums []float64) {
	w := x.width()
	for k := range w {
		to := a.Values[k].RawRowView(row)
		for j := range to {
			to[j] = sums[j*w+k]
		}
	}
	if !x.spare {
		return
	}
	last := a.Values[w].RawRowView(row)
	for j := range last {
		for k := range w {
			last[j] -= sums[j*w+k]
		}
	}
}

// blocks returns the scorers of the trees in parts.
func (x *TreeExplainer) blocks() ([][]scorer, error) {
	if x.scorers != nil {
		return x.scorers, nil
	}
	n := min(treeBlocks, len(x.e.Trees))
	scorers := make([][]scorer, n)
	err := eachCore(n, func(b int) error {
		for i := b * len(x.e.Trees) / n; i < (b+1)*len(x.e.Trees)/n; i++ {
			scorers[b] = append(scorers[b], x.scorer(x.e.Trees[i]))
		}
		return nil
	})
	if err == nil {
		x.scorers = scorers
	}
	return x.scorers, err
}

// scorer chooses how a tree is explained.
func (x *TreeExplainer) scorer(t *trees.Tree) scorer {
	p := pathsOf(t, x.e.Weight(), x.width(), x.spare)
	few, room := p.patterns() <= mostPatterns, patternRoom/len(x.e.Trees)
	switch {
	case few && x.background != nil:
		return newPatterns(p, room, backgroundWeights(p, x.background.x))
	case few:
		return newPatterns(p, room, pathWeights(p.slots))
	case x.background != nil:
		return newPairs(p, x.background.x)
	}
	return newSweep(p)
}
