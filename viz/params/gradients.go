package params

import (
	"errors"
	"math"
	"slices"
	"strings"

	"loupe/viz/chart"
	"loupe/viz/model"
)

// Gradients returns a heat map of what a training has recorded, layers × steps: how
// large the gradient of each array of weights is, as the root of the mean square of
// its numbers, in orders of magnitude. It says where gradients vanish or explode.
func Gradients(v any) *chart.Figure {
	t, err := model.TraceOf(v)
	if err != nil {
		return chart.Failed(err)
	}
	g := table(t, " gradient", rms)
	if len(g.names) == 0 {
		return chart.Failed(errors.New("viz: the record holds no gradients of weights: it was made without a step of training"))
	}
	return g.figure(func(o *chart.Options) string { return o.Say("gradient (RMS)") }).With(chart.Limits(vanishing, exploding)).Noting(g.gradientNotes)
}

// Updates returns a heat map, layers × steps, of how much a step changes each array
// of weights in relation to its size. About one in a thousand is usual.
func Updates(v any) *chart.Figure {
	t, err := model.TraceOf(v)
	if err != nil {
		return chart.Failed(err)
	}
	u := ratios(t, " update")
	if len(u.names) == 0 {
		return chart.Failed(errors.New("viz: the record holds no updates of weights: it was made without a step of training"))
	}
	return u.figure(func(o *chart.Options) string { return o.Say("update / weight") }).Noting(u.updateNotes)
}

// GradientRatios returns a heat map, layers × steps, of how large the gradient of each
// array of weights is in relation to its size. Arrays whose ratios differ by orders
// of magnitude cannot all learn well at one rate.
func GradientRatios(v any) *chart.Figure {
	t, err := model.TraceOf(v)
	if err != nil {
		return chart.Failed(err)
	}
	g := ratios(t, " gradient")
	if len(g.names) == 0 {
		return chart.Failed(errors.New("viz: the record holds no gradients of weights: it was made without a step of training"))
	}
	return g.figure(func(o *chart.Options) string { return o.Say("gradient / weight") }).Noting(g.ratioNotes)
}

// ratios are the norms of the series with a suffix, each in relation to that of the
// weights at the same step.
func ratios(t *model.Trace, suffix string) *grid {
	norm := func(p model.Point) float64 { return p.Norm }
	u, w := table(t, suffix, norm), table(t, "", norm)
	for i, name := range u.names {
		k := slices.Index(w.names, name)
		for j := range u.values[i] {
			if u.values[i][j] /= w.at(k, u.steps[j]); math.IsInf(u.values[i][j], 0) {
				u.values[i][j] = math.NaN() // weights that begin at 0, as biases do
			}
		}
	}
	return u
}

// ratioNotes says which arrays have the least and the largest ratio at the end.
func (g *grid) ratioNotes(o *chart.Options) []string {
	least, largest := -1, -1
	for i := range g.names {
		v := g.last(i)
		if math.IsNaN(v) {
			continue
		}
		if least < 0 || v < g.last(least) {
			least = i
		}
		if largest < 0 || v > g.last(largest) {
			largest = i
		}
	}
	if least < 0 {
		return nil
	}
	return []string{o.Say("At the end the gradient is between %s (%s) and %s (%s) of the size of the weights.",
		chart.Number(g.last(least)), g.names[least], chart.Number(g.last(largest)), g.names[largest])}
}

// A grid is a number for each array of weights and each step.
type grid struct {
	names  []string
	steps  []int
	values [][]float64
}

func rms(p model.Point) float64 {
	if p.Finite == 0 || p.Finite < p.Count {
		return math.NaN() // also where only some numbers are not finite
	}
	return p.Norm / math.Sqrt(float64(p.Count))
}

// table collects one number of all series whose name ends with a suffix. Without
// one, it takes those of arrays that are updated.
func table(t *model.Trace, suffix string, number func(model.Point) float64) *grid {
	g := &grid{}
	updated := trained(t)
	var rows []model.Series
	for _, s := range t.Series {
		name, ok := strings.CutSuffix(s.Name(), suffix)
		if !ok || !updated[name] {
			continue
		}
		g.names = append(g.names, name)
		rows = append(rows, s)
		for _, p := range s.Points {
			g.steps = append(g.steps, p.Step)
		}
	}
	slices.Sort(g.steps)
	g.steps = slices.Compact(g.steps)
	for _, s := range rows {
		row := make([]float64, len(g.steps))
		for j := range row {
			row[j] = math.NaN()
		}
		for _, p := range s.Points {
			j, _ := slices.BinarySearch(g.steps, p.Step)
			row[j] = number(p)
		}
		g.values = append(g.values, row)
	}
	return g
}

func (g *grid) at(row, step int) float64 {
	if row < 0 {
		return math.NaN()
	}
	j, ok := slices.BinarySearch(g.steps, step)
	if !ok {
		return math.NaN()
	}
	return g.values[row][j]
}

// figure draws the grid. What says what its numbers are.
func (g *grid) figure(what func(o *chart.Options) string) *chart.Figure {
	columns := make([]string, len(g.steps))
	for j, s := range g.steps {
		columns[j] = chart.Count(s)
	}
	return chart.HeatMap(chart.FromRows(g.values), chart.LogColors(), chart.Rows(g.names...), chart.Columns(columns...), chart.NoNumbers()).Worded(func(o *chart.Options) chart.Wording {
		return chart.Wording{X: o.Say("step"), Scale: what(o)}
	})
}

// last is the mean of a row over the last quarter of the steps, in orders of
// magnitude.
func (g *grid) last(row int) float64 {
	sum, n := 0.0, 0
	for _, v := range g.values[row][len(g.steps)*3/4:] {
		if v > 0 && !math.IsInf(v, 0) {
			sum, n = sum+math.Log10(v), n+1
		}
	}
	if n == 0 {
		return math.NaN()
	}
	return math.Pow(10, sum/float64(n))
}

// Below vanishing a gradient changes nothing in float32; above exploding it
// changes everything at once.
const (
	vanishing = 1e-7
	exploding = 1e2
)

func (g *grid) gradientNotes(o *chart.Options) []string {
	var notes []string
	var gone, vast []int // rows whose gradient vanishes or explodes
	least, largest := -1, -1
	for i, name := range g.names {
		v := g.last(i)
		switch {
		case g.broken(i) >= 0:
			notes = append(notes, o.Say("%s is not finite from step %s on.", name, chart.Count(g.steps[g.broken(i)])))
		case math.IsNaN(v):
			notes = append(notes, o.Say("%s gets no gradient at all: it is always 0.", name))
			continue
		case v < vanishing:
			gone = append(gone, i)
		case v > exploding:
			vast = append(vast, i)
		}
		if least < 0 || v < g.last(least) {
			least = i
		}
		if largest < 0 || v > g.last(largest) {
			largest = i
		}
	}
	if len(gone) > 0 {
		notes = append(notes, o.Say("Gradients vanish in %s: they are %s in %s at the end.", g.rows(gone, o), chart.Number(g.last(least)), g.names[least]))
	}
	if len(vast) > 0 {
		notes = append(notes, o.Say("Gradients explode in %s: they are %s in %s at the end.", g.rows(vast, o), chart.Number(g.last(largest)), g.names[largest]))
	}
	switch {
	case least < 0 || len(gone)+len(vast) > 0:
	case g.last(largest) > 1000*g.last(least):
		notes = append(notes, o.Say("At the end the gradient of %s is %s times that of %s: the one hardly learns beside the other.", g.names[largest], chart.Number(g.last(largest)/g.last(least)), g.names[least]))
	case len(notes) == 0:
		notes = append(notes, o.Say("No gradient vanishes or explodes: at the end they are between %s (%s) and %s (%s).",
			chart.Number(g.last(least)), g.names[least], chart.Number(g.last(largest)), g.names[largest]))
	}
	return notes
}

// rows names some of the rows: "dense/kernel", or "dense/kernel … dense_3/bias (7 of 26)".
func (g *grid) rows(list []int, o *chart.Options) string {
	if len(list) == 1 {
		return g.names[list[0]]
	}
	return o.Say("%s … %s (%s of %s)", g.names[list[0]], g.names[list[len(list)-1]], chart.Count(len(list)), chart.Count(len(g.names)))
}

// broken is the first step at which a row is not a number after it has been one,
// or from the start; -1 if there is none.
func (g *grid) broken(row int) int {
	last := g.values[row][len(g.steps)-1]
	if !math.IsNaN(last) && !math.IsInf(last, 0) {
		return -1
	}
	for j, v := range slices.Backward(g.values[row]) {
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			return j + 1
		}
	}
	return 0
}

func (g *grid) updateNotes(o *chart.Options) []string {
	var notes []string
	for i, name := range g.names {
		switch v := g.last(i); {
		case v > 0.1:
			notes = append(notes, o.Say("A step still changes %s by %s of its size: the learning rate may be too high.", name, percent(v)))
		case v < 1e-6:
			notes = append(notes, o.Say("A step hardly changes %s any more: by %s of its size.", name, chart.Number(v)))
		}
	}
	return notes
}

func percent(v float64) string { return chart.Number(100*v) + " %" }
