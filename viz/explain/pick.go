package explain

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"

	"loupe/viz/chart"
)

// An Explainer explains rows, or texts and images: all that this package makes of a
// model and returns an [Attribution].
type Explainer interface {
	Explain(rows any) *Attribution
}

// Picks are a few rows whose explanations together show the features that matter most
// over many; see [Attribution.Pick].
type Picks struct {
	// Rows are the numbers of those that are picked, in the order of picking.
	Rows []int
	// Covered is the share of the importance of all features that the picked rows show
	// together, after each.
	Covered []float64
	// Importance is the importance of each feature of Why: the root of the sum of the
	// sizes of its contributions.
	Importance []float64
	// Why are the explanations of the picked rows, in the order of Rows. Those of texts
	// have as their features the words that some explanation shows, and as their data how
	// often the text has each; Row has all words of a text.
	Why *Attribution
	// Explained is how many rows were explained, and From how many there were.
	Explained, From int

	most    int            // features that an explanation shows
	sizes   [][]float64    // that each picked row shows
	outputs []int          // of each picked row, the one that is explained
	texts   []*Attribution // the picked rows as texts, nil of others
	err     error
}

const (
	pickMost = 10   // as LIME's
	pickRows = 1000 // that are explained
	// rounding is what contributions are no more than rounding below, as a share of the
	// largest.
	rounding = 1e-12
)

var errNothingShown = errors.New("all contributions are 0: no explanation shows anything, so that none is better than others")

var errPickImages = errors.New("explanations of images have no features in common: a region, or a pixel, of one image is not the same thing in another, so that none can stand for others; Prototypes chooses images that stand for all")

// Pick picks n rows whose explanations together cover the features that matter most: the
// submodular pick of LIME (SP-LIME: Ribeiro, Singh and Guestrin 2016, section 4), for
// explanations of any method. With the sizes W of contributions, rows × features, a
// feature's importance is √Σ W over the rows, and it is covered if the explanation of a
// picked row shows it. Rows are added that cover most importance, one after the other,
// which reaches at least 1 − 1/e of what the best n rows cover.
//
// An explanation shows the 10 features, or [MaxFeatures], with the largest contributions
// that are not 0. Among rows that cover as much, the one that shows features most strongly
// is picked, and of those that are equal the first. Explained is the second of two
// outputs, and of more the one that is greatest for the row; for another one, call
// [Attribution.Output] before.
//
// Errors are n < 1, more than there are rows, contributions that are not numbers or all
// 0, and rows without features in common: images, whose regions have no identity, and texts,
// which [SubmodularPick] can pick from.
func (a *Attribution) Pick(n int, list ...Option) *Picks {
	rows, _, _ := a.Dims()
	p := &Picks{Explained: rows, From: rows}
	o, err := optionsOf(list, "MaxFeatures")
	switch {
	case a.Err() != nil:
		p.err = a.Err()
		return p
	case err != nil:
	case a.words && rows > 1:
		err = errors.New("the features are places in texts, where each text has another word: give the texts to SubmodularPick, which knows words again")
	default:
		p.most = o.shownBy()
		err = p.pick(a, n)
	}
	p.fail(err)
	return p
}

// fail notes a mistake.
func (p *Picks) fail(err error) {
	if err != nil {
		p.err = fmt.Errorf("explain: picking explanations: %w", err)
	}
}

// shownBy is how many features an explanation shows.
func (o *options) shownBy() int {
	if o.has("MaxFeatures") {
		return o.features
	}
	return pickMost
}

// Err says what went wrong, nil if nothing did.
func (p *Picks) Err() error { return p.err }

// Row returns the explanation of the picked row i, counted in the order of picking: of a
// text, that of its words in their places.
func (p *Picks) Row(i int) *Attribution {
	switch {
	case p.err != nil:
		return &Attribution{err: p.err}
	case i < 0 || i >= len(p.Rows):
		return failed(p.Why.Method, fmt.Errorf("there is no pick %d: %d rows are picked, counted from 0", i, len(p.Rows)))
	case p.texts != nil:
		return p.texts[i]
	}
	return p.Why.Row(i)
}

// pick picks rows of an attribution.
func (p *Picks) pick(a *Attribution, n int) error {
	if len(a.Shape) > 1 {
		return errPickImages
	}
	rows, _, _ := a.Dims()
	if n < 1 || n > rows {
		return fmt.Errorf("of %d explained rows, %d cannot be picked: ask for 1 to %d", rows, n, rows)
	}
	v, err := a.view()
	if err != nil {
		return err
	}
	w, outputs, largest := make([][]float64, rows), make([]int, rows), 0.0
	for i := range w {
		outputs[i] = v.k
		if v.because == "most explained" && a.Predicted != nil {
			outputs[i] = floats.MaxIdx(a.Predicted.RawRowView(i))
		}
		values := a.Values[outputs[i]].RawRowView(i)
		for j, x := range values {
			if math.IsNaN(x) || math.IsInf(x, 0) {
				return fmt.Errorf("the contribution of %s for row %d is %v: it must be a number", a.Features[j], i, x)
			}
		}
		w[i] = shownSizes(values, p.most)
		largest = max(largest, slices.Max(w[i]))
	}
	for _, row := range w { // the root would make much of what is but rounding
		for j, x := range row {
			if x < rounding*largest {
				row[j] = 0
			}
		}
	}
	p.Importance = pickImportance(w)
	if sum(p.Importance) == 0 {
		return errNothingShown
	}
	p.Rows, p.Covered = cover(w, p.Importance, n)
	for _, i := range p.Rows {
		p.outputs, p.sizes = append(p.outputs, outputs[i]), append(p.sizes, w[i])
	}
	p.Why = a.taken(p.Rows)
	return nil
}

// shownSizes are the sizes of the largest values, at most so many, and 0 for others.
func shownSizes(values []float64, most int) []float64 {
	order, sizes := everyone(len(values)), make([]float64, len(values))
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(math.Abs(values[j]), math.Abs(values[i])) })
	for _, j := range order[:min(most, len(order))] {
		sizes[j] = math.Abs(values[j])
	}
	return sizes
}

// pickImportance is the root of each feature's sum of sizes.
func pickImportance(w [][]float64) []float64 {
	importance := make([]float64, len(w[0]))
	for _, row := range w {
		floats.Add(importance, row)
	}
	for j, s := range importance {
		importance[j] = math.Sqrt(s)
	}
	return importance
}

// cover picks rows of sizes greedily. The second measure decides among rows that cover as
// much, above all when nothing is left to cover: how strongly each feature is shown at
// best. It is submodular too.
func cover(w [][]float64, importance []float64, n int) (rows []int, covered []float64) {
	features := len(importance)
	largest, best := make([]float64, features), make([]float64, features) // of all rows, and of those picked
	for _, row := range w {
		for j, x := range row {
			largest[j] = max(largest[j], x)
		}
	}
	for len(rows) < n {
		at, most, strongest := -1, 0.0, 0.0
		for i, row := range w {
			if slices.Contains(rows, i) {
				continue
			}
			gain, strength := 0.0, 0.0
			for j, x := range row {
				if x > 0 && best[j] == 0 {
					gain += importance[j]
				}
				if x > best[j] {
					strength += importance[j] * (x - best[j]) / largest[j]
				}
			}
			if at < 0 || gain > most || gain == most && strength > strongest {
				at, most, strongest = i, gain, strength
			}
		}
		rows = append(rows, at)
		all := 0.0
		for j, x := range w[at] {
			if best[j] = max(best[j], x); best[j] > 0 {
				all += importance[j]
			}
		}
		covered = append(covered, all/sum(importance))
	}
	return rows, covered
}

// taken is the attribution of some rows, in their order.
func (a *Attribution) taken(rows []int) *Attribution {
	list := make([]*Attribution, len(rows))
	for k, i := range rows {
		list[k] = a.Row(i)
	}
	all := stacked(list)
	all.Check = a.Check
	if a.Names != nil {
		all.Names = nil
		for _, i := range rows {
			all.Names = append(all.Names, a.Names[i])
		}
	}
	return all
}

// TryMIMEBundle is that of the figure.
func (p *Picks) TryMIMEBundle() (data, metadata map[string]any, err error) {
	return p.Figure().TryMIMEBundle()
}

// MIMEBundle is TryMIMEBundle with the error as the text.
func (p *Picks) MIMEBundle() (data, metadata map[string]any) { return p.Figure().MIMEBundle() }

// Describe says in sentences which rows are picked, and what they show.
func (p *Picks) Describe() string { return p.Figure().Describe() }

// Figure shows the picked rows beside each other: the most important features, with their
// contribution to each, and how much of the importance of all is covered.
func (p *Picks) Figure() *chart.Figure {
	if p.err != nil {
		return chart.Failed(p.err)
	}
	return chart.New(newPickDrawing(p))
}
