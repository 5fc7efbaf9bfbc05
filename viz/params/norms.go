package params

import (
	"errors"
	"math"
	"strings"

	"loupe/viz/chart"
	"loupe/viz/model"
)

// length is the root of the sum of the squares of the finite numbers, computed so
// that squares neither overflow nor vanish.
func length(values []float64) float64 {
	size := 0.0
	for _, x := range values {
		if !math.IsInf(x, 0) {
			size = max(size, math.Abs(notNaN(x)))
		}
	}
	if size == 0 {
		return 0
	}
	sum := 0.0
	for _, x := range values {
		if !math.IsInf(x, 0) {
			sum += notNaN(x) / size * (notNaN(x) / size)
		}
	}
	return size * math.Sqrt(sum)
}

// mostLines is how many lines a reader tells apart in one plot.
const mostLines = 20

// Norms returns how large the weights of a model are, as the root of the sum of the
// squares of each array: bars of a model, lines over the steps of a training that
// was recorded.
func Norms(v any) *chart.Figure {
	if t, err := model.TraceOf(v); err == nil {
		return normsOverTime(t)
	}
	m, err := model.Of(v)
	if err != nil {
		return chart.Failed(err)
	}
	list := matrices(m)
	if len(list) == 0 {
		return chart.Failed(noWeights(m))
	}
	var names []string
	var norms []float64
	for _, p := range list[:min(most, len(list))] {
		names, norms = append(names, p.Name), append(norms, length(p.Values()))
	}
	return chart.Plot(chart.HBars(names, norms)).Worded(func(o *chart.Options) chart.Wording {
		return chart.Wording{X: o.Say("norm of the weights")}
	}).Noting(func(o *chart.Options) []string {
		if n := len(list) - len(names); n > 0 {
			return []string{o.Say("%s more are not drawn.", o.Count(n, "array", "arrays"))}
		}
		return nil
	})
}

func normsOverTime(t *model.Trace) *chart.Figure {
	g := table(t, "", func(p model.Point) float64 { return p.Norm })
	if len(g.names) == 0 {
		return chart.Failed(errors.New("the record holds no weights: it was made without a step of training"))
	}
	steps := make([]float64, len(g.steps))
	for j, s := range g.steps {
		steps[j] = float64(s)
	}
	var marks []chart.Mark
	for i, name := range g.names[:min(mostLines, len(g.names))] {
		marks = append(marks, chart.Line(steps, g.values[i], chart.Label(name)))
	}
	return chart.Plot(marks...).With(chart.LogY()).Worded(func(o *chart.Options) chart.Wording {
		return chart.Wording{X: o.Say("step"), Y: o.Say("norm of the weights")}
	}).Noting(func(o *chart.Options) []string {
		notes := g.growth(o)
		if n := len(g.names) - len(marks); n > 0 {
			notes = append(notes, o.Say("%s more are not drawn.", o.Count(n, "array", "arrays")))
		}
		return notes
	})
}

// growth says which norm has grown most, and which has shrunk most. Arrays that
// begin at zero, as biases do, have no ratio.
func (g *grid) growth(o *chart.Options) []string {
	var notes []string
	up, down := -1, -1
	ratios := make([]float64, len(g.names))
	for i, name := range g.names {
		if k := g.broken(i); k >= 0 && k < len(g.steps) {
			notes = append(notes, o.Say("%s is not finite from step %s on.", name, chart.Count(g.steps[k])))
			continue
		}
		ratios[i] = g.values[i][len(g.steps)-1] / g.values[i][0]
		if !(ratios[i] > 0) || math.IsInf(ratios[i], 0) || strings.HasSuffix(name, "bias") {
			continue
		}
		if up < 0 || ratios[i] > ratios[up] {
			up = i
		}
		if down < 0 || ratios[i] < ratios[down] {
			down = i
		}
	}
	if up >= 0 && ratios[up] > 1.05 {
		notes = append(notes, o.Say("%s has grown most, to %s times its norm at the beginning.", g.names[up], chart.Number(ratios[up])))
	}
	if down >= 0 && ratios[down] < 0.95 {
		notes = append(notes, o.Say("%s has shrunk most, to %s times its norm at the beginning.", g.names[down], chart.Number(ratios[down])))
	}
	return notes
}
