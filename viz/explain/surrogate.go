package explain

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"loupe/nn/data"
	"loupe/trees"
	"loupe/viz/chart"
)

// Depth sets how many questions on the way to a leaf a tree has at most.
func Depth(n int) Option { return func(o *options) { o.set("Depth"); o.depth = n } }

// A SurrogateTree is a small tree that was trained to predict what a model predicts; see
// [Surrogate].
type SurrogateTree struct {
	Tree   *trees.Ensemble // of one tree, trained on all rows
	Output string          // that is imitated; empty if it has no name
	// Fidelity is the R² of trees trained in the same way, on rows held out from them: 1 if
	// they predict what the model predicts, 0 if they are no better than its mean.
	Fidelity float64
	// Low and High are the ends of a 95 % confidence interval of Fidelity (Student's t over
	// the parts of the cross-validation).
	Low, High float64
	// Agreement is the share of held-out rows for which tree and model agree whether the
	// output is more likely than not; NaN if the output is no probability.
	Agreement float64

	set     *data.Set // the rows, labelled with what the model predicts
	y       []float64 // what the model predicts for each row
	k       int       // the output
	outputs int
	o       *options
	err     error
}

const (
	surrogateDepth = 3
	surrogateFolds = 5
	surrogateRows  = 20
	surrogateLeaf  = 5 // least rows in a leaf
	// lowFidelity is where a tree says too little of a model to be read as it.
	lowFidelity = 0.8
)

// Surrogate trains a small decision tree to imitate a model on rows: a global surrogate
// (Craven and Shavlik 1996; Molnar, Interpretable Machine Learning, section 8.6). The tree
// is fitted to the output that the model predicts for each row, by squared error: of two
// outputs to the second, of more to the one that varies most, or to [Output]. It has at most
// 3 questions to a leaf, or [Depth], and 5 rows or more in each. [Categorical] features are
// asked for sets of their categories.
//
// Fidelity says how well it imitates rows that it was not trained on, by a
// cross-validation of 5 parts, or [Folds], that [Seed] divides. The tree explains the model
// no better than that, and says nothing of where no rows are.
//
// Errors are fewer than 20 rows, values that are missing, and a model that predicts the same
// for every row.
func Surrogate(model, rows any, list ...Option) *SurrogateTree {
	s := &SurrogateTree{}
	if err := s.imitate(model, rows, list); err != nil {
		s.err = fmt.Errorf("explain: surrogate tree: %w", err)
	}
	return s
}

// Err says what went wrong, nil if nothing did.
func (s *SurrogateTree) Err() error { return s.err }

func (s *SurrogateTree) imitate(model, rows any, list []Option) error {
	o, err := optionsOf(list, "Output", "Depth", "Folds", "Seed", "Categorical")
	if err != nil {
		return err
	}
	if !o.has("Depth") {
		o.depth = surrogateDepth
	}
	if !o.has("Folds") {
		o.folds = surrogateFolds
	}
	p, err := predictorOf(model)
	if err != nil {
		return err
	}
	t, err := rowsOf(rows)
	if err != nil {
		return err
	}
	n, _ := t.x.Dims()
	switch {
	case n < surrogateRows:
		return fmt.Errorf("a tree cannot be trained and tested with %d rows: give %d or more", n, surrogateRows)
	case o.depth < 1:
		return fmt.Errorf("a tree of Depth(%d) asks nothing: give 1 or more", o.depth)
	case o.folds < 2 || o.folds > n:
		return fmt.Errorf("%d rows cannot be divided into %d parts: Folds is from 2 to the number of rows", n, o.folds)
	}
	if err := complete(t); err != nil {
		return err
	}
	predicted, err := p.all(t.x)
	if err != nil {
		return err
	}
	s.o = o
	if err := s.target(predicted, o, outputNames(p.outputs, t)); err != nil {
		return err
	}
	if err := s.label(t, predicted); err != nil {
		return err
	}
	set := s.numbers(t)
	if s.Tree, err = s.grow(set); err != nil {
		return err
	}
	return s.hold(set, o)
}

// target chooses the output.
func (s *SurrogateTree) target(predicted *mat.Dense, o *options, names []string) error {
	_, s.outputs = predicted.Dims()
	switch {
	case o.has("Output"):
		if s.k = o.output; s.k < 0 || s.k >= s.outputs {
			return fmt.Errorf("there is no output %d; there are %d: %s", s.k, s.outputs, someOf(names))
		}
	case s.outputs == 2:
		s.k = 1
	default:
		most := math.Inf(-1)
		for k := range s.outputs {
			if v := stat.PopVariance(mat.Col(nil, k, predicted), nil); v > most {
				s.k, most = k, v
			}
		}
	}
	s.Output, s.y = names[s.k], mat.Col(nil, s.k, predicted)
	if lo, hi := extent(s.y); hi-lo <= 1e-12*max(math.Abs(lo), math.Abs(hi)) {
		return fmt.Errorf("the model predicts %v for every row (output %d): there is nothing to imitate", s.y[0], s.k)
	}
	return nil
}

// grow trains a tree. What the learner panics with, a mistaken option, is an error here.
func (s *SurrogateTree) grow(set *data.Set) (e *trees.Ensemble, err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case *trees.Error:
			err = errors.New(r.Text)
		default:
			panic(r)
		}
	}()
	return trees.Grow(set, trees.Options{Depth: s.o.depth, MinLeaf: surrogateLeaf, Categorical: s.o.categorical}), nil
}

// numbers are the rows with what is imitated.
func (s *SurrogateTree) numbers(t *table) *data.Set {
	set, err := data.Regression("the data", t.x, s.y, t.features)
	if err != nil {
		panic(err) // rows and predictions are as many, and numbers
	}
	return set
}

// label labels the rows for the drawing: with the class that the model predicts, or with
// the number.
func (s *SurrogateTree) label(t *table, predicted *mat.Dense) (err error) {
	classes := t.classes
	if !probabilities(predicted) || s.outputs == 1 && len(classes) != 2 {
		s.Agreement = math.NaN()
		s.set, err = data.Regression("the data", t.x, s.y, t.features)
		return err
	}
	labels := make([]int, len(s.y))
	for i := range labels {
		if s.outputs > 1 {
			labels[i] = floats.MaxIdx(predicted.RawRowView(i))
		} else if s.y[i] >= 0.5 {
			labels[i] = 1
		}
	}
	if s.outputs == 1 {
		s.Output = classes[1]
	} else if len(classes) != s.outputs {
		classes = nil
		for k := range s.outputs {
			classes = append(classes, fmt.Sprintf("output %d", k))
		}
	}
	s.set, err = data.New("the data", t.x, labels, t.features, classes)
	return err
}

// probabilities reports whether outputs can be those of classes.
func probabilities(y *mat.Dense) bool {
	rows, outputs := y.Dims()
	for i := range rows {
		row := y.RawRowView(i)
		if floats.Min(row) < 0 || floats.Max(row) > 1+1e-6 || outputs > 1 && math.Abs(sum(row)-1) > 1e-3 {
			return false
		}
	}
	return true
}

// hold measures fidelity on rows held out from trees.
func (s *SurrogateTree) hold(set *data.Set, o *options) error {
	scores, agree := make([]float64, o.folds), make([]float64, o.folds)
	variance := stat.PopVariance(s.y, nil) // of all rows: a small part may have none
	err := parallel(o.folds, 2, "surrogate tree", func(fold int) error {
		train, test := folded(set, fold, o)
		tree, err := s.grow(train)
		if err != nil {
			return err
		}
		got := tree.Raw(test.Matrix())
		for i, want := range test.Targets() {
			d := got.At(i, 0) - want
			scores[fold] += d * d / variance / float64(test.Len())
			if (got.At(i, 0) >= 0.5) == (want >= 0.5) {
				agree[fold] += 1 / float64(len(s.y))
			}
		}
		scores[fold] = 1 - scores[fold]
		return nil
	})
	if err != nil {
		return err
	}
	mean, spread := stat.MeanVariance(scores, nil)
	k := float64(o.folds)
	// Parts share training rows, which widens the interval (Nadeau and Bengio 2003).
	half := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: k - 1}.Quantile(0.975) * math.Sqrt(spread*(1/k+1/(k-1)))
	s.Fidelity, s.Low, s.High = mean, mean-half, min(mean+half, 1)
	if !math.IsNaN(s.Agreement) {
		s.Agreement = sum(agree)
	}
	if math.IsNaN(mean) || math.IsInf(mean, 0) {
		return errors.New("the predictions are so large that their squares are no numbers: scale them down")
	}
	return nil
}

// TryMIMEBundle is that of the figure.
func (s *SurrogateTree) TryMIMEBundle() (data, metadata map[string]any, err error) {
	return s.Figure().TryMIMEBundle()
}

// MIMEBundle is TryMIMEBundle with the error as the text.
func (s *SurrogateTree) MIMEBundle() (data, metadata map[string]any) {
	return s.Figure().MIMEBundle()
}

// Describe says in sentences how much of the model the tree imitates, and by which rules.
func (s *SurrogateTree) Describe() string { return s.Figure().Describe() }

// Figure draws the tree with the rows in its nodes, as [Tree] does: with the class that
// the model predicts, or with its predictions in the leaves.
func (s *SurrogateTree) Figure() *chart.Figure {
	d, err := s.drawing()
	if err != nil {
		return chart.Failed(err)
	}
	return chart.New(d)
}
