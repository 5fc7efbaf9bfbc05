package explain

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync"

	"gonum.org/v1/gonum/mat"
)

// A Local explains rows by a linear model of what the model does near them; see
// [LIME].
type Local struct {
	p        *predictor
	o        *options
	train    *table
	features []feature
	rooms    sync.Pool
	cutter   cutter // takes samples apart; nil for rows of features
	draw     func(z []float64, r *rand.Rand) (weight float64)
	err      error
}

// A neighbourhood is samples about one row or sample, that local models are fitted to.
type neighbourhood struct {
	o       *options
	outputs int
	at      []float64 // the representation of the row itself
	number  int       // of the row
	// sample asks the model for n samples; the first ones begin with the row itself.
	sample func(n int, first bool, r *rand.Rand) (*moments, error)
}

// A limeRoom is where samples are drawn.
type limeRoom struct {
	x, z   []float64
	places []int
}

const (
	limeName    = "LIME"
	limeSamples = 5000
	limePiece   = 250 // samples of one piece of work
	limeBlock   = 50  // samples that are drawn feature after feature: they fit in a near cache
	limeMost    = 10
	limeWidth   = 0.75 // × √features
)

// LIME explains the prediction for a row by a linear model that is fitted to what the
// model says about samples near the row (Ribeiro, Singh and Guestrin 2016). Samples
// are drawn, each feature alone, as the training rows are distributed.
//
// A feature is represented by whether it is in the same quarter of the training rows
// as the row ([Bins]), a category by whether it is the same ([Categorical]). Its value is
// how much being there adds to the output. There are 5,000 [Samples], weighted by
// √exp(−d²/w²) of their distance d with w = 0.75·√features ([Width]), a ridge regression
// with penalty 1, and the 10 features that say most ([MaxFeatures], [Selection]).
//
// Check is the R² of the local model, the lowest if there are several. Errors are
// standard errors over the choice of samples (a jackknife of 20 parts or so, with the same
// features); [Repeats] measures how stable features and values are.
func LIME(model, train any, list ...Option) *Local {
	l := &Local{}
	if l.o, l.err = optionsOf(list, "Output", "Samples", "Seed", "MaxFeatures", "Selection", "Bins", "Categorical", "Width", "Repeats"); l.err != nil {
		return l
	}
	if l.p, l.err = predictorOf(model); l.err != nil {
		return l
	}
	if l.train, l.err = rowsOf(train); l.err != nil {
		l.err = fmt.Errorf("the training rows: %w", l.err)
		return l
	}
	_, m := l.train.x.Dims()
	l.defaults(limeSamples, limeMost, limeWidth*math.Sqrt(float64(m)))
	if !l.o.has("Bins") {
		l.o.bins = "quartile"
	}
	if l.err == nil {
		l.features, l.err = l.represent()
	}
	return l
}

func (l *Local) defaults(samples, features int, width float64) {
	o := l.o
	if !o.has("Samples") {
		o.samples = samples
	}
	if !o.has("MaxFeatures") {
		o.features = features
	}
	if !o.has("Selection") {
		o.selection = "auto"
	}
	if !o.has("Width") {
		o.width = width
	}
	if !o.has("Repeats") {
		o.repeats = 1
	}
	switch {
	case o.samples < 2*limePiece:
		l.err = fmt.Errorf("%d samples are too few for a local model: Samples needs %d or more", o.samples, 2*limePiece)
	case !(o.width > 0) || math.IsInf(o.width, 0):
		l.err = fmt.Errorf("a neighbourhood of the width %v is none: give a Width above 0", o.width)
	case o.repeats < 1:
		l.err = fmt.Errorf("Repeats(%d) explains nothing: give 1 or more", o.repeats)
	case !slices.Contains([]string{"auto", "forward", "highest", "lasso", "none"}, o.selection):
		l.err = fmt.Errorf("there is no selection %q; there are auto, forward, highest, lasso and none", o.selection)
	}
}

// Selection is the way to choose features: "forward" adds those that explain most one
// after the other, "highest" takes the greatest weights of a model with all, "lasso"
// follows the lasso's path, "none" takes all, and "auto", the default, is forward up to 6
// features and highest for more.
func Selection(name string) Option {
	return func(o *options) { o.set("Selection"); o.selection = name }
}

// Width sets how far the neighbourhood of a row extends, in units of the distance
// between representations.
func Width(w float64) Option { return func(o *options) { o.set("Width"); o.width = w } }

// Row explains one row.
func (l *Local) Row(row any) *Attribution { return l.Explain(row) }

// Explain explains rows, each by a local model of its own.
func (l *Local) Explain(rows any) *Attribution {
	if l.err != nil {
		return failed(limeName, l.err)
	}
	if l.cutter != nil {
		return l.explainParts(rows, limeName)
	}
	t, err := rowsOf(rows)
	if err == nil {
		err = t.like(l.train)
	}
	if err != nil {
		return failed(limeName, err)
	}
	if err := complete(t); err != nil {
		return failed(limeName, err)
	}
	predicted, err := l.p.all(t.x)
	if err != nil {
		return failed(limeName, err)
	}
	a, err := l.explain(t, predicted)
	if err != nil {
		return failed(limeName, err)
	}
	if l.o.output >= 0 {
		return a.Output(l.o.output)
	}
	return a
}

// complete checks that rows have all their values: samples are drawn about them.
func complete(t *table) error {
	n, _ := t.x.Dims()
	for i := range n {
		for j, v := range t.x.RawRowView(i) {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return fmt.Errorf("%s is %v in row %d: samples cannot be drawn about it, so fill in missing values first", t.features[j], v, i)
			}
		}
	}
	return nil
}

func (l *Local) explain(t *table, predicted *mat.Dense) (*Attribution, error) {
	n, _ := t.x.Dims()
	workers, inner, label, within := l.p.workers(), 1, limeName, ""
	if n < workers {
		workers, inner, label, within = 1, workers, "", limeName
	}
	explained := make([]*locals, n)
	err := parallel(n, workers, label, func(i int) (err error) {
		explained[i], err = l.near(t.x.RawRowView(i), i).repeated(inner, within)
		return err
	})
	if err != nil {
		return nil, err
	}
	a := localAttribution(t, predicted, explained, outputNames(l.p.outputs, t, l.train))
	for i := range n {
		a.conditions = append(a.conditions, make([]string, len(l.features)))
		for j, v := range t.x.RawRowView(i) {
			a.conditions[i][j] = l.features[j].condition(t.features[j], v)
		}
	}
	return a, nil
}

// localAttribution puts local models of rows together.
func localAttribution(t *table, predicted *mat.Dense, explained []*locals, names []string) *Attribution {
	n, m := t.x.Dims()
	a := &Attribution{Method: limeName, Predicted: predicted, Data: t.x, Features: t.features, Outputs: names,
		Names: t.names, Check: Check{Name: "R² of the local model", Value: math.Inf(1)}}
	for range names {
		a.Values, a.Errors = append(a.Values, mat.NewDense(n, m, nil)), append(a.Errors, mat.NewDense(n, m, nil))
	}
	for i, e := range explained {
		for k := range names {
			a.Values[k].SetRow(i, e.values.RawRowView(k))
			a.Errors[k].SetRow(i, e.errors.RawRowView(k))
		}
		a.Check.Value = min(a.Check.Value, e.score)
		if e.stability != nil {
			a.Stability = append(a.Stability, *e.stability)
		}
	}
	a.bases = mat.NewDense(n, len(names), nil)
	for i, e := range explained {
		a.bases.SetRow(i, e.base)
	}
	if n == 1 {
		a.Base = explained[0].base
	}
	return a
}

// near is the neighbourhood of a row of features.
func (l *Local) near(row []float64, number int) *neighbourhood {
	at, bins := make([]float64, len(row)), make([]int, len(row))
	for j := range l.features {
		at[j], bins[j] = l.features[j].own(row[j])
	}
	return &neighbourhood{o: l.o, outputs: l.p.outputs, at: at, number: number,
		sample: func(n int, first bool, r *rand.Rand) (*moments, error) { return l.sample(row, at, bins, n, first, r) }}
}

// locals are the local models of one row, outputs × features.
type locals struct {
	values, errors *mat.Dense
	base           []float64
	score          float64
	stability      *Stability
}

// once explains the row with samples of its own.
func (h *neighbourhood) once(seed uint64, workers int, label string) (*locals, error) {
	m, outputs := len(h.at), h.outputs
	parts := make([]*moments, (h.o.samples+limePiece-1)/limePiece)
	err := parallel(len(parts), workers, label, func(i int) (err error) {
		n := min(limePiece, h.o.samples-i*limePiece)
		parts[i], err = h.sample(n, i == 0, source(seed, uint64(i)))
		return err
	})
	if err != nil {
		return nil, err
	}
	all := newMoments(m, outputs)
	for _, part := range parts {
		all.plus(1, part)
	}
	e := &locals{values: mat.NewDense(outputs, m, nil), errors: mat.NewDense(outputs, m, nil), base: make([]float64, outputs), score: math.Inf(1)}
	if !(all.weight-1 > 1e-9) { // but for the row itself
		return nil, errors.New("all samples are too far away to count: give a greater Width")
	}
	return e, e.fit(all, parts, h.o, h.at, workers)
}

// fit fits the local model of each output to all samples, and each without a part of them.
func (e *locals) fit(all *moments, parts []*moments, o *options, at []float64, workers int) error {
	scores := make([]float64, len(e.base))
	err := parallel(len(scores), workers, "", func(k int) error {
		fit, err := all.fit(k, o.selection, o.features, at)
		if err != nil {
			return err
		}
		for p, j := range fit.only {
			e.values.Set(k, j, fit.weights[p])
		}
		e.base[k], scores[k] = fit.intercept, fit.score
		return jackknife(e.errors.RawRowView(k), all, parts, k, fit)
	})
	e.score = slices.Min(scores)
	return err
}

// sample asks the model for n samples; the first is the row itself.
func (l *Local) sample(row, at []float64, bins []int, n int, first bool, r *rand.Rand) (*moments, error) {
	m := len(row)
	drawn, ok := l.rooms.Get().(*limeRoom)
	if !ok {
		drawn = &limeRoom{x: make([]float64, limePiece*m), z: make([]float64, limePiece*m), places: make([]int, m)}
	}
	defer l.rooms.Put(drawn)
	x, z := mat.NewDense(n, m, drawn.x[:n*m]), mat.NewDense(n, m, drawn.z[:n*m])
	for from := 0; from < n; from += limeBlock {
		begin, end := from*m, min(from+limeBlock, n)*m
		for j := range l.features {
			l.features[j].draw(drawn.x[begin+j:end], drawn.z[begin+j:end], m, bins[j], r)
		}
	}
	if first {
		x.SetRow(0, row)
		z.SetRow(0, at)
	}
	y, err := l.p.predict(x)
	if err != nil {
		return nil, err
	}
	if _, got := y.Dims(); got != l.p.outputs {
		return nil, l.p.otherOutputs(got)
	}
	sums := newMoments(m, l.p.outputs)
	for i := range n {
		rep := z.RawRowView(i)
		square := 0.0
		for j, v := range rep {
			square += (v - at[j]) * (v - at[j])
		}
		sums.add(rep, y.RawRowView(i), l.o.nearness(math.Sqrt(square)), drawn.places)
	}
	return sums, nil
}

// jackknife writes standard errors of weights: from the local models of all samples but
// one part each.
func jackknife(to []float64, all *moments, parts []*moments, output int, fit *localModel) error {
	rest := newMoments(len(all.x), len(all.y))
	rest.plus(1, all)
	n := float64(len(parts))
	mean, square := make([]float64, len(fit.only)), make([]float64, len(fit.only))
	for _, part := range parts {
		rest.plus(-1, part)
		f, err := rest.fitOnly(output, rest.centred(output), fit.only)
		if err != nil {
			return err
		}
		rest.plus(1, part)
		for p, w := range f.weights {
			w -= fit.weights[p]
			mean[p] += w / n
			square[p] += w * w / n
		}
	}
	for p, j := range fit.only {
		to[j] = math.Sqrt(max(square[p]-mean[p]*mean[p], 0) * (n - 1))
	}
	return nil
}
