package explain

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// Precision sets for what share of rows a rule must hold.
func Precision(share float64) Option {
	return func(o *options) { o.set("Precision"); o.precision = share }
}

// An Anchoring finds rules that suffice for a model's answer; see [Anchor].
type Anchoring struct {
	p     *predictor
	o     *options
	train *table
	// edges cut each feature; nil for categories.
	edges [][]float64
	err   error
}

// Anchor makes an explainer that finds a rule of few conditions under which the model
// almost always gives the answer that it gives for a row, whatever the other features
// are (anchors: Ribeiro, Singh and Guestrin 2018). Conditions are of quarters of the
// features ([Bins] cuts otherwise), and of categories ([Categorical]). A rule must hold
// for 95 % of rows, or [Precision]; among the shortest that do, that for most of the
// training rows is taken. Other rows are training rows, with values of others where a
// condition asks for them.
//
// Rules are looked for by a beam search whose samples go to the rules that are hard to
// tell apart (KL-LUCB, Kaufmann and Kalyanakrishnan 2013).
func Anchor(model, train any, list ...Option) *Anchoring {
	a := &Anchoring{}
	a.err = a.prepare(model, train, list)
	return a
}

func (a *Anchoring) prepare(model, train any, list []Option) (err error) {
	if a.o, err = optionsOf(list, "Precision", "Bins", "Categorical", "Seed", "AtLeast", "AtMost", "Output"); err != nil {
		return err
	}
	if !a.o.has("Precision") {
		a.o.precision = 0.95
	}
	if !a.o.has("Bins") {
		a.o.bins = "quartile"
	}
	if !(a.o.precision > 0 && a.o.precision < 1) {
		return fmt.Errorf("no rule can be found that holds for a share of %v: Precision lies between 0 and 1", a.o.precision)
	}
	if a.o.bins == "none" {
		return errors.New("conditions are of bins: take quartile, decile or entropy")
	}
	if a.p, err = predictorOf(model); err != nil {
		return err
	}
	if a.train, err = rowsOf(train); err != nil {
		return fmt.Errorf("the training rows: %w", err)
	}
	l := &Local{p: a.p, o: a.o, train: a.train} // bins are those of LIME
	features, err := l.represent()
	if err != nil {
		return err
	}
	for _, f := range features {
		a.edges = append(a.edges, f.edges)
		if f.categories != nil {
			a.edges[len(a.edges)-1] = nil
		} else if f.edges == nil {
			a.edges[len(a.edges)-1] = []float64{}
		}
	}
	return nil
}

// A condition is of one feature: above low and not above high, or equal to a category.
type condition struct {
	feature   int
	low, high float64 // infinite where it is open
	is        float64 // the category
	category  bool
}

func (c condition) holds(v float64) bool {
	if c.category {
		return v == c.is
	}
	return v > c.low && v <= c.high
}

// A rule is conditions of different features, in their order, and what samples said.
type anchorRule struct {
	list        []condition
	hits, asked int
	coverage    float64
}

func (r *anchorRule) precision() float64 { return float64(r.hits) / float64(max(r.asked, 1)) }

func (r *anchorRule) key() uint64 {
	var list []float64
	for _, c := range r.list {
		list = append(list, float64(c.feature), c.low, c.high, c.is)
	}
	return hash(list)
}

// conditions are all that hold for a row.
func (a *Anchoring) conditions(x []float64) []condition {
	var list []condition
	for j, v := range x {
		if a.edges[j] == nil {
			list = append(list, condition{feature: j, category: true, is: v})
			continue
		}
		for _, e := range a.edges[j] {
			if v > e {
				list = append(list, condition{feature: j, low: e, high: math.Inf(1)})
			} else {
				list = append(list, condition{feature: j, low: math.Inf(-1), high: e})
			}
		}
	}
	return list
}

// and is a rule with another condition, nil if it says nothing new.
func (r *anchorRule) and(c condition) *anchorRule {
	out := &anchorRule{list: slices.Clone(r.list)}
	for i, d := range out.list {
		if d.feature != c.feature {
			continue
		}
		both := condition{feature: c.feature, low: max(c.low, d.low), high: min(c.high, d.high)}
		if both == d || d.category {
			return nil
		}
		out.list[i] = both
		return out
	}
	at, _ := slices.BinarySearchFunc(out.list, c.feature, func(d condition, j int) int { return d.feature - j })
	out.list = slices.Insert(out.list, at, c)
	return out
}

// A hunt is the search for the rule of one row.
type hunt struct {
	*Anchoring
	says func(y []float64) bool // whether an answer is that for the row
	fits map[condition][]float64
}

const (
	anchorBeam  = 4
	anchorBatch = 100
	anchorMost  = 6    // conditions
	anchorSure  = 0.05 // the chance to be wrong
	anchorNear  = 0.1  // rules whose precisions are this near need not be told apart
	anchorCalls = 20000
)

// sample asks for rows under a rule.
func (h *hunt) sample(r *anchorRule, n int) error {
	rows, cols := h.train.x.Dims()
	random := source(h.o.seed^r.key(), uint64(r.asked))
	x := mat.NewDense(n, cols, nil)
	for i := range n {
		to := x.RawRowView(i)
		copy(to, h.train.x.RawRowView(random.IntN(rows)))
		for _, c := range r.list {
			if values := h.fits[c]; !c.holds(to[c.feature]) {
				to[c.feature] = values[random.IntN(len(values))]
			}
		}
	}
	y, err := h.p.all(x)
	if err != nil {
		return err
	}
	for i := range n {
		if h.says(y.RawRowView(i)) {
			r.hits++
		}
	}
	r.asked += n
	return nil
}

// measure counts the training rows that a rule is about, and keeps values for which its
// conditions hold; the row's own if there are none.
func (h *hunt) measure(r *anchorRule, x []float64) {
	rows, _ := h.train.x.Dims()
	in := 0
	for i := range rows {
		row := h.train.x.RawRowView(i)
		if !slices.ContainsFunc(r.list, func(c condition) bool { return !c.holds(row[c.feature]) }) {
			in++
		}
	}
	r.coverage = float64(in) / float64(rows)
	for _, c := range r.list {
		if h.fits[c] != nil {
			continue
		}
		for i := range rows {
			if v := h.train.x.At(i, c.feature); c.holds(v) {
				h.fits[c] = append(h.fits[c], v)
			}
		}
		if h.fits[c] == nil {
			h.fits[c] = []float64{x[c.feature]}
		}
	}
}
