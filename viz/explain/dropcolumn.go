package explain

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"loupe/display"
	"loupe/nn/data"
)

// Folds sets into how many parts data are divided for cross-validation.
func Folds(n int) Option { return func(o *options) { o.set("Folds"); o.folds = n } }

// DropColumn measures how much worse models become that are trained without a feature:
// what the feature adds to all others, for which these cannot stand in. Fit trains a
// model, the same way each time. It is called for each feature, and once with all of
// them, in each of 5 parts of a cross-validation, or as many as [Folds] says.
//
// Intervals are by Student's t over the parts, widened because these share training
// rows (Nadeau and Bengio 2003).
func DropColumn(fit func(train *data.Set) any, set *data.Set, list ...Option) *Importance {
	p := &Importance{Method: "Drop-column importance"}
	p.err = p.drop(fit, set, list)
	return p
}

func (p *Importance) drop(fit func(train *data.Set) any, set *data.Set, list []Option) error {
	o, err := optionsOf(list, "Folds", "Groups", "Seed")
	if err != nil {
		return err
	}
	if !o.has("Folds") {
		o.folds = 5
	}
	t, err := rowsOf(set)
	if err != nil {
		return err
	}
	if n := set.Len(); o.folds < 2 || o.folds > n {
		return fmt.Errorf("%d rows cannot be divided into %d parts: Folds is from 2 to the number of rows", n, o.folds)
	}
	if fit == nil {
		return fmt.Errorf("there is nothing that trains a model: fit is nil")
	}
	g, err := groupsOf(t.features, o.groups)
	if err != nil {
		return err
	}
	if len(g.names) < 2 {
		return fmt.Errorf("without %s nothing is left to learn from", someOf(g.names))
	}
	scores := mat.NewDense(len(g.names)+1, o.folds, nil) // the last of all features
	bar := display.NewBar(o.folds*(len(g.names)+1), "drop-column importance")
	defer bar.Done()
	for fold := range o.folds {
		train, test := folded(set, fold, o)
		for k := range len(g.names) + 1 {
			if err := display.Context().Err(); err != nil {
				return fmt.Errorf("interrupted after %d of %d models", fold*(len(g.names)+1)+k, o.folds*(len(g.names)+1))
			}
			var columns []int
			if k < len(g.names) {
				columns = g.columns[k]
			}
			v, name, err := trained(fit, train, test, columns)
			if err != nil {
				return err
			}
			p.Metric = name
			scores.Set(k, fold, v)
			bar.Add(1)
		}
	}
	p.between(scores, g.names)
	return nil
}

// between compares the scores without each feature with those of all.
func (p *Importance) between(scores *mat.Dense, names []string) {
	_, folds := scores.Dims()
	k := float64(folds)
	all := scores.RawRowView(len(names))
	p.Features, p.Score = names, stat.Mean(all, nil)
	quantile := distuv.StudentsT{Sigma: 1, Nu: k - 1}.Quantile(0.975)
	for j := range names {
		drops := slices.Clone(all)
		for i, v := range scores.RawRowView(j) {
			drops[i] -= v
		}
		mean, variance := stat.MeanVariance(drops, nil)
		half := quantile * math.Sqrt(variance*(1/k+1/(k-1)))
		p.Drop, p.Low, p.High = append(p.Drop, mean), append(p.Low, mean-half), append(p.High, mean+half)
	}
}

// folded are the rows outside and in one part.
func folded(set *data.Set, fold int, o *options) (train, test *data.Set) {
	var in, out []int
	for i, row := range source(o.seed, 0).Perm(set.Len()) {
		if i%o.folds == fold {
			in = append(in, row)
		} else {
			out = append(out, row)
		}
	}
	return set.Take(set.Name(), out), set.Take(set.Name(), in)
}

// trained is the score of a model that is trained without some columns.
func trained(fit func(*data.Set) any, train, test *data.Set, columns []int) (v float64, metric string, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("fit panicked: %v", r)
		}
	}()
	if train, err = without(train, columns); err != nil {
		return 0, "", err
	}
	if test, err = without(test, columns); err != nil {
		return 0, "", err
	}
	ask, err := predictorOf(fit(train))
	if err != nil {
		return 0, "", err
	}
	y, err := ask.all(test.Matrix())
	if err != nil {
		return 0, "", err
	}
	s := newScore(test)
	if err := s.fits(y); err != nil {
		return 0, "", err
	}
	return s.of(y), s.name, nil
}

// without is a data set without some columns.
func without(set *data.Set, columns []int) (*data.Set, error) {
	all := set.Matrix()
	n, cols := all.Dims()
	x := mat.NewDense(n, cols-len(columns), nil)
	var features []string
	names := set.Features()
	if len(names) != cols {
		names = numbered(cols)
	}
	for j, name := range names {
		if slices.Contains(columns, j) {
			continue
		}
		x.SetCol(len(features), mat.Col(nil, j, all))
		features = append(features, name)
	}
	if set.Targets() != nil {
		return data.Regression(set.Name(), x, set.Targets(), features)
	}
	return data.New(set.Name(), x, set.Labels(), features, set.Classes())
}
