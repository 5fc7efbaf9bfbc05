package explain

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"loupe/viz/chart"
	"loupe/viz/draw"
)

// A Dependence says how a model's output depends on one feature.
type Dependence struct {
	Method  string // "Partial dependence", "Accumulated local effects"
	Feature string
	At      []float64 // values of the feature
	Effect  []float64 // the output, or its deviation from the mean, at each
	// Rows are the outputs of single rows with the feature changed, rows × values: the
	// individual conditional expectations. Nil for accumulated local effects.
	Rows *mat.Dense
	// Seen are the values that the feature has in the data.
	Seen []float64
	// Output names the output.
	Output string

	err error
}

// PartialDependence asks a model for its output over the values of a feature, with
// the rows otherwise as they are: for each row (ICE, Goldstein et al. 2015), and on
// average (Friedman 2001). It goes over 40 quantiles of the values, or as many as
// [Steps] says. Where features go together it asks for rows that cannot be: see [ALE].
func PartialDependence(model any, rows any, feature string, list ...Option) *Dependence {
	d := &Dependence{Method: "Partial dependence", Feature: feature}
	d.err = d.partial(model, rows, list)
	return d
}

// ALE accumulates how a model's output changes over small intervals of a feature, each
// for the rows that lie in it (Apley and Zhu 2020): it asks only for rows that are
// almost as they were. The effect is zero on average.
func ALE(model any, rows any, feature string, list ...Option) *Dependence {
	d := &Dependence{Method: "Accumulated local effects", Feature: feature}
	d.err = d.accumulated(model, rows, list)
	return d
}

// Err says what went wrong, nil if nothing did.
func (d *Dependence) Err() error {
	if d.err != nil {
		return fmt.Errorf("explain: %s: %w", d.Method, d.err)
	}
	return nil
}

// A probe is what both methods ask with.
type probe struct {
	ask    *predictor
	t      *table
	j      int // the feature
	output int
	grid   []float64
}

func (d *Dependence) probe(model, rows any, list []Option) (*probe, error) {
	o, err := optionsOf(list, "Output", "Steps")
	if err != nil {
		return nil, err
	}
	if o.steps == 0 {
		o.steps = 40
	}
	if o.steps < 2 {
		return nil, fmt.Errorf("an effect needs two values of the feature at least, not %d", o.steps)
	}
	p := &probe{}
	if p.ask, err = predictorOf(model); err != nil {
		return nil, err
	}
	if p.t, err = rowsOf(rows); err != nil {
		return nil, err
	}
	if p.j = slices.Index(p.t.features, d.Feature); p.j < 0 {
		return nil, fmt.Errorf("there is no feature %q; there are %s", d.Feature, someOf(p.t.features))
	}
	y, err := p.ask.first(p.t.x)
	if err != nil {
		return nil, err
	}
	_, outputs := y.Dims()
	if p.output, err = chosenOutput(o, outputs); err != nil {
		return nil, err
	}
	if p.output < len(p.t.classes) && outputs == len(p.t.classes) {
		d.Output = p.t.classes[p.output]
	}
	d.Seen = column(p.t.x, p.j)
	p.grid = quantiles(d.Seen, o.steps)
	if len(p.grid) < 2 {
		return nil, fmt.Errorf("%s is %v in all rows: nothing can be said about other values", d.Feature, p.grid)
	}
	return p, nil
}

// quantiles are up to n different values of a list that is not empty, evenly taken
// from the lowest to the greatest.
func quantiles(list []float64, n int) []float64 {
	sorted := slices.DeleteFunc(slices.Sorted(slices.Values(list)), func(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) })
	var out []float64
	if different := slices.Compact(slices.Clone(sorted)); len(different) <= n {
		return different
	}
	for k := range n {
		out = append(out, sorted[k*(len(sorted)-1)/(n-1)])
	}
	return slices.Compact(out)
}

func (d *Dependence) partial(model, rows any, list []Option) error {
	p, err := d.probe(model, rows, list)
	if err != nil {
		return err
	}
	n, _ := p.t.x.Dims()
	d.At, d.Effect, d.Rows = p.grid, make([]float64, len(p.grid)), mat.NewDense(n, len(p.grid), nil)
	err = parallel(len(p.grid), p.ask.workers(), d.Method, func(g int) error {
		x := mat.DenseCopyOf(p.t.x)
		for i := range n {
			x.Set(i, p.j, p.grid[g])
		}
		y, err := p.ask.predict(x)
		if err != nil {
			return err
		}
		for i := range n {
			d.Rows.Set(i, g, y.At(i, p.output))
		}
		return nil
	})
	for g := range p.grid {
		d.Effect[g] = sum(column(d.Rows, g)) / float64(n)
	}
	return err
}

func (d *Dependence) accumulated(model, rows any, list []Option) error {
	p, err := d.probe(model, rows, list)
	if err != nil {
		return err
	}
	n, cols := p.t.x.Dims()
	// Both ends of the interval that each row lies in, for all rows at once.
	low, high, in := mat.DenseCopyOf(p.t.x), mat.DenseCopyOf(p.t.x), make([]int, n)
	for i := range n {
		v := p.t.x.At(i, p.j)
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("%s is %v in row %d (of %d × %d)", d.Feature, v, i, n, cols)
		}
		k, _ := slices.BinarySearch(p.grid, v) // the first end that is not below
		in[i] = max(k, 1)
		low.Set(i, p.j, p.grid[in[i]-1])
		high.Set(i, p.j, p.grid[in[i]])
	}
	a, err := p.ask.predict(low)
	if err != nil {
		return err
	}
	b, err := p.ask.predict(high)
	if err != nil {
		return err
	}
	change, count := make([]float64, len(p.grid)), make([]float64, len(p.grid))
	for i, k := range in {
		change[k] += b.At(i, p.output) - a.At(i, p.output)
		count[k]++
	}
	d.At, d.Effect = p.grid, make([]float64, len(p.grid))
	for k := 1; k < len(p.grid); k++ {
		d.Effect[k] = d.Effect[k-1]
		if count[k] > 0 {
			d.Effect[k] += change[k] / count[k]
		}
	}
	// The mean over the rows, each at the middle of its interval, becomes zero.
	mean := 0.0
	for _, k := range in {
		mean += (d.Effect[k-1] + d.Effect[k]) / 2 / float64(n)
	}
	for k := range d.Effect {
		d.Effect[k] -= mean
	}
	return nil
}

// maxLines is how many single rows a figure shows.
const maxLines = 100

// Figure shows the effect as a line, single rows as thin lines behind it, and where
// there are data as marks below.
func (d *Dependence) Figure() *chart.Figure {
	if err := d.Err(); err != nil {
		return chart.Failed(err)
	}
	var marks []chart.Mark
	effect := []chart.MarkOption{chart.Thick(2.6)}
	lo, hi := extent(d.Effect)
	if d.Rows != nil {
		n, _ := d.Rows.Dims()
		for k := range min(n, maxLines) {
			row := d.Rows.RawRowView(k * n / min(n, maxLines))
			a, b := extent(row)
			lo, hi = min(lo, a), max(hi, b)
			marks = append(marks, chart.Line(d.At, row, chart.Color("#8c959f"), chart.Thick(0.8), chart.Opacity(0.35), chart.Said(func(o *chart.Options) string { return o.Say("single rows") })))
		}
		effect = append(effect, chart.Said(func(o *chart.Options) string { return o.Say("mean") }))
	} else {
		marks = append(marks, chart.HLine(0))
	}
	foot := make([]float64, len(d.Seen))
	for i := range foot {
		foot[i] = lo - 0.06*(hi-lo)
	}
	marks = append(marks, chart.Points(d.Seen, foot, chart.Thick(4), chart.Opacity(max(0.05, min(0.5, 40/float64(len(foot))))), chart.Color("#57606a")),
		chart.Line(d.At, d.Effect, effect...))
	return chart.Plot(marks...).With(chart.XLabel(draw.Clean(d.Feature))).
		Worded(func(o *chart.Options) chart.Wording { return chart.Wording{Y: d.axis(o)} }).Noting(d.notes)
}

func (d *Dependence) output(o *chart.Options) string {
	if d.Output != "" {
		return draw.Clean(d.Output)
	}
	return o.Say("the output")
}

func (d *Dependence) axis(o *chart.Options) string {
	if d.Rows == nil {
		return o.Say("effect on %s", d.output(o))
	}
	return d.output(o)
}

// notes say how far and in which direction the output moves.
func (d *Dependence) notes(o *chart.Options) []string {
	lo, hi := extent(d.Effect)
	notes := []string{o.Say("Over the values of %s, %s changes by %s on average.", draw.Clean(d.Feature), d.output(o), chart.Number(hi-lo))}
	switch first, last := d.Effect[0], d.Effect[len(d.Effect)-1]; {
	case hi-lo == 0:
	case last-first > 0.8*(hi-lo):
		notes = append(notes, o.Say("It rises with %s.", draw.Clean(d.Feature)))
	case first-last > 0.8*(hi-lo):
		notes = append(notes, o.Say("It falls as %s rises.", draw.Clean(d.Feature)))
	default:
		notes = append(notes, o.Say("It rises and falls."))
	}
	if d.Rows != nil {
		if against := d.against(); against >= 0.05 {
			notes = append(notes, o.Say("For %s of the rows it moves the other way: other features decide with it.", share(against)))
		}
	}
	return append(notes, o.Say("The dots below show where there are data."))
}

// against is the share of rows that move the other way than the mean.
func (d *Dependence) against() float64 {
	n, last := d.Rows.Dims()
	way, count := d.Effect[last-1]-d.Effect[0], 0
	for i := range n {
		if (d.Rows.At(i, last-1)-d.Rows.At(i, 0))*way < 0 {
			count++
		}
	}
	return float64(count) / float64(n)
}

// TryMIMEBundle is that of the figure.
func (d *Dependence) TryMIMEBundle() (data, metadata map[string]any, err error) {
	return d.Figure().TryMIMEBundle()
}

// MIMEBundle is TryMIMEBundle with the error as the text.
func (d *Dependence) MIMEBundle() (data, metadata map[string]any) { return d.Figure().MIMEBundle() }
