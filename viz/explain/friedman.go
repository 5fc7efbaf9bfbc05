package explain

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/mat"

	"loupe/viz/chart"
	"loupe/viz/draw"
)

// Interactions says how much of the joint effect of two features is more than the sum
// of both: Friedman's H, from 0 for features that add up to 1 for those that only
// matter together (Friedman and Popescu 2008).
type Interactions struct {
	Features []string
	H        *mat.Dense // features × features, symmetric, zero on the diagonal
	// Share is what the interaction contributes to the variance of the output (the H of
	// features that hardly matter can be large).
	Share  *mat.Dense
	Output string

	err error
}

// FriedmanH measures the interactions of features: of all, or of those that are
// named. It asks the model for pairs of 50 rows, drawn by [Seed], unless [Samples]
// says otherwise: 2,500 rows a pair of features.
func FriedmanH(model any, rows any, features []string, list ...Option) *Interactions {
	h := &Interactions{}
	h.err = h.measure(model, rows, features, list)
	return h
}

// Err says what went wrong, nil if nothing did.
func (h *Interactions) Err() error {
	if h.err != nil {
		return fmt.Errorf("explain: Friedman's H: %w", h.err)
	}
	return nil
}

func (h *Interactions) measure(model, rows any, features []string, list []Option) error {
	o, err := optionsOf(list, "Output", "Samples", "Seed")
	if err != nil {
		return err
	}
	if o.samples == 0 {
		o.samples = 50
	}
	if o.samples < 2 {
		return fmt.Errorf("an effect needs two rows at least, not %d", o.samples)
	}
	t, err := rowsOf(rows)
	if err != nil {
		return err
	}
	ask, err := predictorOf(model)
	if err != nil {
		return err
	}
	if len(features) == 0 {
		features = t.features
	}
	columns := make([]int, len(features))
	for k, name := range features {
		if columns[k] = slices.Index(t.features, name); columns[k] < 0 {
			return fmt.Errorf("there is no feature %q; there are %s", name, someOf(t.features))
		}
	}
	if len(columns) < 2 {
		return fmt.Errorf("an interaction is one of two features, not of %d", len(columns))
	}
	x := drawn(t.x, o.samples, o.seed)
	y, err := ask.first(x)
	if err != nil {
		return err
	}
	output, err := chosenOutput(o, ask.outputs)
	if err != nil {
		return err
	}
	if output < len(t.classes) && ask.outputs == len(t.classes) {
		h.Output = t.classes[output]
	}
	e := &effectsOf{ask: ask, x: x, output: output}
	h.Features = slices.Clone(features)
	return h.pairs(e, columns, centred(column(y, output)))
}

// drawn are some rows, all if there are no more.
func drawn(x *mat.Dense, n int, seed uint64) *mat.Dense {
	rows, cols := x.Dims()
	if rows <= n {
		return x
	}
	out := mat.NewDense(n, cols, nil)
	for i, from := range rand.New(rand.NewPCG(seed, 0)).Perm(rows)[:n] {
		out.SetRow(i, x.RawRowView(from))
	}
	return out
}

// chosenOutput is the output that an effect is one on.
func chosenOutput(o *options, outputs int) (int, error) {
	switch {
	case o.output >= outputs:
		return 0, fmt.Errorf("there is no output %d: the model has %d", o.output, outputs)
	case o.output >= 0:
		return o.output, nil
	case outputs == 1:
		return 0, nil
	case outputs == 2: // the second of two classes
		return 1, nil
	}
	return 0, fmt.Errorf("the model has %d outputs: choose one, such as explain.Output(0)", outputs)
}

// effectsOf computes partial dependences at the rows themselves.
type effectsOf struct {
	ask    *predictor
	x      *mat.Dense
	output int
}

// at is the partial dependence on some columns at each row, less its mean.
func (e *effectsOf) at(columns ...int) ([]float64, error) {
	n, cols := e.x.Dims()
	out := make([]float64, n)
	for i := range n {
		mixed := mat.NewDense(n, cols, nil)
		for k := range n {
			mixed.SetRow(k, e.x.RawRowView(k))
			for _, j := range columns {
				mixed.Set(k, j, e.x.At(i, j))
			}
		}
		y, err := e.ask.predict(mixed)
		if err != nil {
			return nil, err
		}
		for k := range n {
			out[i] += y.At(k, e.output) / float64(n)
		}
	}
	return centred(out), nil
}

func centred(list []float64) []float64 {
	mean := sum(list) / float64(len(list))
	out := make([]float64, len(list))
	for i, v := range list {
		out[i] = v - mean
	}
	return out
}

func (h *Interactions) pairs(e *effectsOf, columns []int, all []float64) error {
	m := len(columns)
	single := make([][]float64, m)
	err := parallel(m, e.ask.workers(), "effects", func(k int) (err error) {
		single[k], err = e.at(columns[k])
		return err
	})
	if err != nil {
		return err
	}
	h.H, h.Share = mat.NewDense(m, m, nil), mat.NewDense(m, m, nil)
	variance := squares(all)
	type pair struct{ a, b int }
	var list []pair
	for a := range m {
		for b := range a {
			list = append(list, pair{a, b})
		}
	}
	return parallel(len(list), e.ask.workers(), "interactions", func(i int) error {
		p := list[i]
		both, err := e.at(columns[p.a], columns[p.b])
		if err != nil {
			return err
		}
		rest := make([]float64, len(both))
		for k := range rest {
			rest[k] = both[k] - single[p.a][k] - single[p.b][k]
		}
		strength, share := 0.0, 0.0
		// What remains of two sums that differ by rounding is no interaction.
		if joint := squares(both); squares(rest) > 1e-18*joint && joint > 0 {
			strength = math.Sqrt(min(squares(rest)/joint, 1))
			if variance > 0 {
				share = squares(rest) / variance
			}
		}
		for _, q := range []pair{p, {p.b, p.a}} {
			h.H.Set(q.a, q.b, strength)
			h.Share.Set(q.a, q.b, share)
		}
		return nil
	})
}

func squares(list []float64) (s float64) {
	for _, v := range list {
		s += v * v
	}
	return s
}

// Figure shows H as colours, feature × feature.
func (h *Interactions) Figure() *chart.Figure {
	if err := h.Err(); err != nil {
		return chart.Failed(err)
	}
	names := make([]string, len(h.Features))
	for i, name := range h.Features {
		names[i] = draw.Clean(name)
	}
	return chart.HeatMap(h.H, chart.Rows(names...), chart.Columns(names...), chart.Range(0, 1)).
		Worded(func(o *chart.Options) chart.Wording { return chart.Wording{Scale: o.Say("Friedman's H")} }).Noting(h.notes)
}

// notes name the strongest interactions, by what they contribute.
func (h *Interactions) notes(o *chart.Options) []string {
	m := len(h.Features)
	most, at := 0.0, [2]int{}
	for a := range m {
		for b := range a {
			if v := h.Share.At(a, b); v > most {
				most, at = v, [2]int{b, a}
			}
		}
	}
	if most == 0 {
		return []string{o.Say("No two of these features interact: their effects add up.")}
	}
	return []string{o.Say("The strongest interaction is that of %s and %s: %s of the variance of the output, H = %s.",
		draw.Clean(h.Features[at[0]]), draw.Clean(h.Features[at[1]]), share(most), chart.Number(h.H.At(at[0], at[1])))}
}

// TryMIMEBundle is that of the figure.
func (h *Interactions) TryMIMEBundle() (data, metadata map[string]any, err error) {
	return h.Figure().TryMIMEBundle()
}

// MIMEBundle is TryMIMEBundle with the error as the text.
func (h *Interactions) MIMEBundle() (data, metadata map[string]any) { return h.Figure().MIMEBundle() }
