package params

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"loupe/viz/chart"
	"loupe/viz/model"
)

// Distributions returns how the weights of a model were distributed while it was
// trained: for each array bands between quantiles over the steps. Names choose
// arrays or other things that were recorded ("dense/kernel", "dense/output"), or
// all weights of a layer ("dense"). Instead of a record, v may be numbers at steps
// 0, 1, 2, …: [][]float64.
//
// The arrays share an axis while that leaves all of them readable.
func Distributions(v any, names ...string) *chart.Figure {
	return overTime(v, names, chart.QuantilesOf, func(o *chart.Options) chart.Wording {
		return chart.Wording{X: o.Say("step"), Y: o.Say("value")}
	})
}

// Ridges returns the same as outlines, a row for each step, the first at the top.
func Ridges(v any, names ...string) *chart.Figure {
	return overTime(v, names, ridgeLines, func(o *chart.Options) chart.Wording {
		return chart.Wording{X: o.Say("value"), Y: o.Say("step")}
	})
}

// mostRows is how many steps have an outline: rows that do not hide each other.
const mostRows = 18

func ridgeLines(steps []float64, values []chart.Distribution, list ...chart.MarkOption) chart.Mark {
	n := min(mostRows, len(steps))
	some, rows := make([]float64, n), make([]chart.Distribution, n)
	for k := range n {
		i := k * (len(steps) - 1) / max(n-1, 1)
		some[k], rows[k] = steps[i], values[i]
	}
	return chart.RidgeLinesOf(some, rows, list...)
}

type seriesMark func(steps []float64, values []chart.Distribution, list ...chart.MarkOption) chart.Mark

// mostSeries is how many arrays a figure over training shows.
const mostSeries = 24

func overTime(v any, names []string, mark seriesMark, words func(o *chart.Options) chart.Wording) *chart.Figure {
	list, err := seriesOf(v, names)
	if err != nil {
		return chart.Failed(err)
	}
	var panels []chart.Facet
	for _, h := range list[:min(mostSeries, len(list))] {
		panels = append(panels, chart.Panel(h.name, mark(h.steps, h.values)))
	}
	f := chart.Facets(panels...).Worded(words)
	if apart(list[:len(panels)]) {
		f = f.With(chart.OwnScales())
	}
	return f.Noting(func(o *chart.Options) []string {
		notes := changes(list, o)
		if n := len(list) - len(panels); n > 0 {
			notes = append(notes, o.Say("%s more are not drawn.", o.Count(n, "array", "arrays")))
		}
		return notes
	})
}

// A history is how something was distributed at some steps.
type history struct {
	name   string
	steps  []float64
	values []chart.Distribution
	points []model.Point
}

// seriesOf reads what names choose of a record, or plain numbers.
func seriesOf(v any, names []string) ([]history, error) {
	if rows, ok := v.([][]float64); ok {
		return plain(rows)
	}
	t, err := model.TraceOf(v)
	if err != nil {
		return nil, err
	}
	weights := trained(t)
	if len(names) == 0 && len(weights) == 0 {
		return nil, errors.New("the record holds no weights: it was made without a step of training")
	}
	var list []history
	for _, name := range names {
		if !slices.ContainsFunc(t.Series, func(s model.Series) bool { return chosen(&s, name, weights) }) {
			return nil, fmt.Errorf("the record holds no %q; it has %s", name, someSeries(t))
		}
	}
	for i := range t.Series {
		s := &t.Series[i]
		if len(names) == 0 && !weights[s.Name()] || len(names) > 0 && !slices.ContainsFunc(names, func(name string) bool { return chosen(s, name, weights) }) {
			continue
		}
		h := history{name: s.Name(), points: s.Points}
		for _, p := range s.Points {
			h.steps = append(h.steps, float64(p.Step))
			h.values = append(h.values, chart.Distribution{Values: p.Values, Count: p.Finite, Min: p.Min, Max: p.Max, Quantiles: p.Quantiles, Bins: p.Bins})
		}
		list = append(list, h)
	}
	return list, nil
}

// chosen reports whether a series has a name, or is of the weights of a layer that
// has it.
func chosen(s *model.Series, name string, weights map[string]bool) bool {
	return s.Name() == name || s.Node == name && weights[s.Name()]
}

// trained are the names of the arrays that a training has updated, or would.
func trained(t *model.Trace) map[string]bool {
	list := map[string]bool{}
	for i := range t.Series {
		s := &t.Series[i]
		for _, suffix := range []string{" update", " gradient"} {
			if name, ok := strings.CutSuffix(s.Name(), suffix); ok && s.What != "output gradient" {
				list[name] = true
			}
		}
	}
	return list
}

func someSeries(t *model.Trace) string {
	const most = 12
	var names []string
	for i := range t.Series[:min(most, len(t.Series))] {
		names = append(names, t.Series[i].Name())
	}
	text := strings.Join(names, ", ")
	if n := len(t.Series) - most; n > 0 {
		text += fmt.Sprintf(" and %d others", n)
	}
	return cmp.Or(text, "nothing")
}

func plain(rows [][]float64) ([]history, error) {
	if len(rows) == 0 {
		return nil, errors.New("there are no numbers: pass those of at least one step")
	}
	h := history{name: "values"}
	for i, row := range rows {
		h.steps = append(h.steps, float64(i))
		h.values = append(h.values, chart.Distribution{Values: row})
		h.points = append(h.points, model.PointOf(i, row))
	}
	return []history{h}, nil
}

// widest is how many times wider values of an array may be than those of another
// that has the same axis.
const widest = 8

// apart reports whether arrays are too different for common axes.
func apart(list []history) bool {
	low, high := math.Inf(1), 0.0
	for _, h := range list {
		_, last, ok := h.ends()
		if ok && last.Std > 0 {
			low, high = min(low, last.Std), max(high, last.Std)
		}
	}
	return high > widest*low
}

// ends are the first and the last step with finite numbers.
func (h *history) ends() (first, last model.Point, ok bool) {
	for _, p := range h.points {
		if p.Finite == 0 {
			continue
		}
		if last = p; !ok {
			first, ok = p, true
		}
	}
	return first, last, ok
}

// changes says which array has widened most, which has hardly changed, and which
// has numbers that are not finite.
func changes(list []history, o *chart.Options) []string {
	var notes []string
	grown, growth := -1, 1.5
	var still []string
	for i := range list {
		h := &list[i]
		for _, p := range h.points {
			if p.Finite < p.Count {
				notes = append(notes, o.Say("%s is not finite from step %s on.", h.name, chart.Count(p.Step)))
				break
			}
		}
		first, last, ok := h.ends()
		if !ok || first.Step == last.Step {
			continue
		}
		if g := last.Std / first.Std; first.Std > 0 && g > growth {
			grown, growth = i, g
		}
		if moved := math.Hypot(last.Std-first.Std, last.Mean-first.Mean); moved < 1e-3*math.Hypot(first.Std, first.Mean) {
			still = append(still, h.name)
		}
	}
	if grown >= 0 {
		notes = append(notes, o.Say("%s: the standard deviation at the end is %s times that at the beginning.", list[grown].name, chart.Number(growth)))
	}
	if len(still) > 0 {
		notes = append(notes, o.Say("Hardly changed: %s.", someNames(still, o)))
	}
	return notes
}

// someNames lists the first names.
func someNames(names []string, o *chart.Options) string {
	const most = 4
	if n := len(names) - most; n > 0 {
		return strings.Join(names[:most], ", ") + o.Say(", ") + o.Say("and %s more", chart.Count(n))
	}
	return strings.Join(names, ", ")
}
