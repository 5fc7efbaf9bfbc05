package explain

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"loupe/nn/data"
	"loupe/viz/chart"
)

// A Robustness says how a model's score changes when its inputs are disturbed a little.
type Robustness struct {
	// Sizes of the disturbance, in standard deviations of each feature.
	Sizes  []float64
	Metric string // "accuracy", "R²"
	// Score is that under noise of each size, the mean over repeats. Low and High are
	// a 95 % interval: for accuracy Wilson's over the rows, for R² Student's t over the
	// repeats.
	Score, Low, High []float64
	// Kept is the share of rows whose predicted class noise does not change; nil for a
	// regression.
	Kept []float64
	// Attacked is the score when each feature moves by at most each size in the
	// direction that hurts most (the fast gradient sign method, Goodfellow, Shlens and
	// Szegedy 2015): others may hurt more. Nil for models without gradients.
	Attacked []float64

	err error
}

// disturbances are their sizes.
var disturbances = []float64{0, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1}

// Robust disturbs the rows of a data set more and more: by normal noise, 10 times or
// as often as [Samples] says, and, if the model tells gradients, in the direction that
// hurts most. Features that are the same in all rows stay as they are.
func Robust(model any, set *data.Set, list ...Option) *Robustness {
	r := &Robustness{}
	r.err = r.measure(model, set, list)
	return r
}

// Err says what went wrong, nil if nothing did.
func (r *Robustness) Err() error {
	if r.err != nil {
		return fmt.Errorf("explain: robustness: %w", r.err)
	}
	return nil
}

func (r *Robustness) measure(model any, set *data.Set, list []Option) error {
	o, err := measuring(list)
	if err != nil {
		return err
	}
	ask, err := predictorOf(model)
	if err != nil {
		return err
	}
	t, err := rowsOf(set)
	if err != nil {
		return err
	}
	score := newScore(set)
	clean, err := ask.all(t.x)
	if err != nil {
		return err
	}
	if err := score.fits(clean); err != nil {
		return err
	}
	r.Metric = score.name
	scale := deviations(t.x)
	if slices.Max(scale) == 0 {
		return errors.New("all features are the same in all rows: nothing can be disturbed")
	}
	if err := r.noisy(ask, t, score, clean, scale, o); err != nil {
		return err
	}
	return r.attack(model, t, score, clean, scale)
}

// deviations are the standard deviations of the columns.
func deviations(x *mat.Dense) []float64 {
	_, cols := x.Dims()
	list := make([]float64, cols)
	for j := range list {
		_, list[j] = stat.PopMeanStdDev(column(x, j), nil)
	}
	return list
}

// noisy measures the scores under noise.
func (r *Robustness) noisy(ask *predictor, t *table, score *score, clean *mat.Dense, scale []float64, o *options) error {
	n, cols := t.x.Dims()
	before := classesOf(clean)
	scores, kept := mat.NewDense(len(disturbances), o.samples, nil), mat.NewDense(len(disturbances), o.samples, nil)
	err := parallel(len(disturbances)*o.samples, ask.workers(), "robustness", func(i int) error {
		size, repeat := i/o.samples, i%o.samples
		x, random := mat.NewDense(n, cols, nil), source(o.seed, uint64(repeat)) // the same directions at each size
		for row := range n {
			from, to := t.x.RawRowView(row), x.RawRowView(row)
			for j, v := range from {
				to[j] = v + disturbances[size]*scale[j]*random.NormFloat64()
			}
		}
		y, err := ask.predict(x)
		if err != nil {
			return err
		}
		scores.Set(size, repeat, score.of(y))
		kept.Set(size, repeat, sameShare(before, classesOf(y)))
		return nil
	})
	if err != nil {
		return err
	}
	quantile := distuv.StudentsT{Sigma: 1, Nu: float64(o.samples - 1)}.Quantile(0.975)
	for size := range disturbances {
		mean, deviation := stat.MeanStdDev(scores.RawRowView(size), nil)
		half := quantile * deviation / math.Sqrt(float64(o.samples))
		low, high := mean-half, mean+half
		if score.labels != nil {
			interval := rate(int(math.Round(mean*float64(n))), n)
			low, high = min(low, interval.Low), max(high, interval.High)
			r.Kept = append(r.Kept, stat.Mean(kept.RawRowView(size), nil))
		}
		r.Sizes, r.Score = append(r.Sizes, disturbances[size]), append(r.Score, mean)
		r.Low, r.High = append(r.Low, low), append(r.High, high)
	}
	return nil
}

// classesOf are the predicted classes.
func classesOf(y *mat.Dense) []int {
	n, outputs := y.Dims()
	list := make([]int, n)
	for i := range list {
		row := y.RawRowView(i)
		switch {
		case outputs > 1:
			for k := range row {
				if row[k] > row[list[i]] {
					list[i] = k
				}
			}
		case row[0] >= 0.5:
			list[i] = 1
		}
	}
	return list
}

// sameShare is the share of numbers that are the same in both.
func sameShare(a, b []int) float64 {
	same := 0
	for i := range a {
		if a[i] == b[i] {
			same++
		}
	}
	return float64(same) / float64(len(a))
}

// attack measures the scores where rows move against the model.
func (r *Robustness) attack(model any, t *table, score *score, clean *mat.Dense, scale []float64) error {
	g, err := differentiableOf(model)
	if err != nil || g.fits(t.x) != nil || g.readsWords() {
		return nil // a model without gradients, or of words
	}
	n, cols := t.x.Dims()
	of, against := make([]int, n), make([]float64, n)
	_, outputs := clean.Dims()
	for i := range n {
		against[i] = -1
		switch {
		case score.target != nil:
			against[i] = 1
			if clean.At(i, 0) < score.target[i] {
				against[i] = -1
			}
		case outputs > 1:
			of[i] = score.labels[i]
		case score.labels[i] == 0:
			against[i] = 1
		}
	}
	worse := mat.NewDense(n, cols, nil)
	if err := pieces(t.x, of, func(from int, x *mat.Dense, of []int) error {
		slopes, err := g.gradients(x, of)
		if err != nil {
			return err
		}
		rows, _ := x.Dims()
		for i := range rows {
			for j, s := range slopes.RawRowView(i) {
				switch {
				case s > 0:
					worse.Set(from+i, j, against[from+i]*scale[j])
				case s < 0:
					worse.Set(from+i, j, -against[from+i]*scale[j])
				}
			}
		}
		return nil
	}); err != nil {
		return err
	}
	for _, size := range disturbances {
		x := mat.NewDense(n, cols, nil)
		x.Scale(size, worse)
		x.Add(x, t.x)
		y, err := g.outputs(x)
		if err != nil {
			return err
		}
		r.Attacked = append(r.Attacked, score.of(y))
	}
	return nil
}

// Figure shows the scores over the sizes of the disturbance.
func (r *Robustness) Figure() *chart.Figure {
	if err := r.Err(); err != nil {
		return chart.Failed(err)
	}
	marks := []chart.Mark{chart.Band(r.Sizes, r.Low, r.High, chart.Color("#8c959f")),
		chart.Line(r.Sizes, r.Score, chart.Thick(2.4), chart.Said(func(o *chart.Options) string { return o.Say("noise") }))}
	if r.Attacked != nil {
		marks = append(marks, chart.Line(r.Sizes, r.Attacked, chart.Thick(2.4), chart.Dashed(), chart.Said(func(o *chart.Options) string { return o.Say("against the model") })))
	}
	return chart.Plot(marks...).Worded(func(o *chart.Options) chart.Wording {
		return chart.Wording{X: o.Say("disturbance (standard deviations of each feature)"), Y: metricName(o, r.Metric)}
	}).Noting(r.notes)
}

// at is the number of a size.
func at(size float64) int { return slices.Index(disturbances, size) }

// notes say what small disturbances do.
func (r *Robustness) notes(o *chart.Options) []string {
	list := []string{o.Say("%s is %s on the data as they are, %s with noise of a tenth of a standard deviation, and %s with half of one.", metricName(o, r.Metric),
		chart.Number(r.Score[0]), chart.Number(r.Score[at(0.1)]), chart.Number(r.Score[at(0.5)])), o.Say("The band is a 95 % interval.")}
	if r.Kept != nil {
		list = append(list, o.Say("Noise of a tenth changes the class of %s of the rows.", share(1-r.Kept[at(0.1)])))
	}
	if r.Attacked != nil {
		list = append(list, o.Say("Moved by no more than a tenth against the model, it is %s.", chart.Number(r.Attacked[at(0.1)])))
		if r.Attacked[at(0.1)] < r.Score[0]-0.2 {
			list = append(list, o.Say("Changes that nobody would notice decide what it says."))
		}
	}
	return list
}

// TryMIMEBundle is that of the figure.
func (r *Robustness) TryMIMEBundle() (data, metadata map[string]any, err error) {
	return r.Figure().TryMIMEBundle()
}

// MIMEBundle is TryMIMEBundle with the error as the text.
func (r *Robustness) MIMEBundle() (data, metadata map[string]any) { return r.Figure().MIMEBundle() }
