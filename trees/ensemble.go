// Package trees has ensembles of decision trees: it learns them, reads those of other
// libraries, and predicts as they do.
//
// For most uses, use [Forest] or [Boost]:
//
//	train, test := data.BreastCancer().Split()
//	forest := trees.Forest(train, trees.Options{Trees: 100})
//	forest.Learned.OutOfBag // the share that is right of samples not learned from
//	forest.Predict(test.Matrix())
//
// Forest needs no tuning; Boost is often better with some, and faster on large sets; [Grow]
// makes one tree to look at. [Open] reads models of XGBoost, LightGBM and scikit-learn. An
// [Ensemble], wherever it comes from, is what loupe/viz/explain explains exactly by
// TreeSHAP, and draws.
package trees

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"runtime"
	"sync"
	"sync/atomic"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// An Ensemble is trees whose values are added up, or averaged. Its trees must not change
// once it has predicted.
type Ensemble struct {
	Kind  string // what it is called: "random forest", "XGBoost"
	Trees []*Tree
	// Average says that values are averaged over the trees, not added up.
	Average bool
	// Init is what each output starts from; nil for zeros.
	Init []float64
	// Link makes predictions of what the trees give.
	Link Link
	// Slope is what outputs are multiplied with before Link; 0 for 1.
	Slope float64
	// Inputs is how many features a row has.
	Inputs int
	// MoreInputs says that rows may have more features, which no tree asks for: not every
	// file says how many there are.
	MoreInputs bool
	Features   []string // their names; nil if nobody knows them
	// Outputs are the names of the outputs, empty if nobody knows them.
	Outputs []string
	// Classes are what is predicted, for classifiers: with a single output, which is
	// then for the second class, they are two. Nil for regression.
	Classes []string
	// Learned says how Forest, Grow or Boost has learned the trees; nil for others.
	Learned *Learned

	made *plan // of the trees, once they have predicted
}

// A Link makes predictions of the sums of trees.
type Link int

// How outputs become predictions.
const (
	Identity Link = iota
	Logistic      // a probability for each output, 1 / (1 + e^−v)
	Softmax       // probabilities that sum up to 1
	Exp           // e^v, as for counts
	Square        // v·|v|, LightGBM's reg_sqrt
)

func (l Link) String() string {
	if l < Identity || l > Square {
		return fmt.Sprintf("Link(%d)", int(l))
	}
	return [...]string{"identity", "logistic", "softmax", "exp", "square"}[l]
}

// Apply replaces what the trees give for a row with the predictions.
func (l Link) Apply(v []float64) {
	switch l {
	case Logistic:
		for k := range v {
			v[k] = 1 / (1 + math.Exp(-v[k]))
		}
	case Softmax:
		most, sum := math.Inf(-1), 0.0
		for _, x := range v {
			most = max(most, x)
		}
		for k := range v {
			v[k] = math.Exp(v[k] - most)
			sum += v[k]
		}
		for k := range v {
			v[k] /= sum
		}
	case Exp:
		for k := range v {
			v[k] = math.Exp(v[k])
		}
	case Square:
		for k := range v {
			v[k] *= math.Abs(v[k])
		}
	}
}

// Check reports what is wrong with an ensemble that was not made by this package.
func (e *Ensemble) Check() error {
	if e == nil {
		return errors.New("trees: there is no ensemble: it is nil")
	}
	if len(e.Trees) == 0 {
		return errors.New("trees: the ensemble has no trees")
	}
	if len(e.Outputs) == 0 {
		return errors.New("trees: the ensemble has no outputs: Outputs has a name, which may be empty, for each")
	}
	if e.Inputs < 1 || len(e.Features) > 0 && len(e.Features) != e.Inputs {
		return fmt.Errorf("trees: the ensemble takes %d features, and %d are named", e.Inputs, len(e.Features))
	}
	if len(e.Init) > 0 && len(e.Init) != len(e.Outputs) {
		return fmt.Errorf("trees: Init has %d numbers, and there are %d outputs", len(e.Init), len(e.Outputs))
	}
	for i, t := range e.Trees {
		if err := t.check(e.Inputs, len(e.Outputs)); err != nil {
			return fmt.Errorf("trees: tree %d of %d: %w", i, len(e.Trees), err)
		}
	}
	return nil
}

// Takes says why rows with some number of features cannot be given to the ensemble, nil if
// they can.
func (e *Ensemble) Takes(features int) error {
	if features == e.Inputs || features > e.Inputs && e.MoreInputs {
		return nil
	}
	return fmt.Errorf("trees: the rows have %d features, and the ensemble takes %d", features, e.Inputs)
}

// Weight is what the values of a tree are multiplied with.
func (e *Ensemble) Weight() float64 {
	if e.Average {
		return 1 / float64(len(e.Trees))
	}
	return 1
}

// Margin writes what the trees give for a row, before the link, one number for each
// output.
func (e *Ensemble) Margin(row, to []float64) {
	for k := range to {
		to[k] = 0
	}
	for _, t := range e.Trees {
		for k, v := range t.Values(t.Leaf(row)) {
			to[t.Output+k] += v
		}
	}
	e.Weigh(to)
}

// Weigh makes margins of what the trees give in sum: rows × outputs.
func (e *Ensemble) Weigh(sums []float64) {
	if w := e.Weight(); w != 1 {
		floats.Scale(w, sums)
	}
	switch len(e.Init) {
	case 0:
		return
	case 1:
		floats.AddConst(e.Init[0], sums)
		return
	}
	for ; len(sums) > 0; sums = sums[len(e.Init):] {
		floats.Add(sums[:len(e.Init)], e.Init)
	}
}

// Finish makes predictions of margins: rows × outputs.
func (e *Ensemble) Finish(margins []float64) {
	if e.Slope != 0 {
		floats.Scale(e.Slope, margins)
	}
	if e.Link != Softmax { // all others look at no other output
		e.Link.Apply(margins)
		return
	}
	for n := len(e.Outputs); len(margins) > 0; margins = margins[n:] {
		e.Link.Apply(margins[:n])
	}
}

// Predict returns the predictions for rows, rows × outputs: probabilities of the classes,
// with a single output that of the second class, or numbers. NaN is a missing value. It
// panics with an error if rows have another number of features.
func (e *Ensemble) Predict(x mat.Matrix) mat.Matrix {
	y := e.Raw(x)
	e.Finish(y.RawMatrix().Data)
	return y
}

// Raw returns what the trees give for rows, before the link: rows × outputs.
func (e *Ensemble) Raw(x mat.Matrix) *mat.Dense {
	rows, cols := x.Dims()
	if err := e.Takes(cols); err != nil || rows == 0 || len(e.Trees) == 0 {
		panic(cmp.Or(err, fmt.Errorf("trees: there are %d rows and %d trees", rows, len(e.Trees))))
	}
	dense, ok := x.(*mat.Dense)
	if !ok {
		dense = mat.DenseCopyOf(x)
	}
	outputs := len(e.Outputs)
	y := mat.NewDense(rows, outputs, nil)
	from, to, p := dense.RawMatrix(), y.RawMatrix().Data, e.plan()
	chunk := p.chunk(rows)
	spread((rows+chunk-1)/chunk, func(c int) {
		i, j := c*chunk, min(rows, (c+1)*chunk)
		part := to[i*outputs : j*outputs]
		p.margins(from.Data[i*from.Stride:(j-1)*from.Stride+cols], from.Stride, cols, part, outputs)
		e.Weigh(part)
	})
	return y
}

// spread does n pieces of work on all cores. A panic in one is a panic of the caller.
func spread(n int, do func(i int)) {
	workers := min(n, runtime.GOMAXPROCS(0))
	if workers <= 1 {
		for i := range n {
			do(i)
		}
		return
	}
	var (
		wg     sync.WaitGroup
		next   atomic.Int64
		failed atomic.Pointer[any]
	)
	for range workers {
		wg.Go(func() {
			defer func() {
				if r := recover(); r != nil {
					failed.Store(&r)
				}
			}()
			for i := next.Add(1); i <= int64(n); i = next.Add(1) {
				do(int(i - 1))
			}
		})
	}
	wg.Wait()
	if r := failed.Load(); r != nil {
		panic(*r)
	}
}
