// Package params draws what a model's parameters are and how they change:
// weights, their gradients and updates.
package params

import (
	"cmp"
	"math"
	"slices"

	"loupe/viz/chart"
	"loupe/viz/model"
)

// most is how many parameters one figure shows.
const most = 36

// Weights returns histograms of a model's weights: of every array with two axes
// or more, biases and scales left out. It says what is odd.
func Weights(v any) *chart.Figure {
	m, err := model.Of(v)
	if err != nil {
		return chart.Failed(err)
	}
	list := matrices(m)
	if len(list) == 0 {
		return chart.Failed(noWeights(m))
	}
	var sets []chart.Set
	for _, p := range list[:min(most, len(list))] {
		sets = append(sets, chart.Named(p.Name, p.Values()))
	}
	return chart.Histogram(sets...).Noting(func(o *chart.Options) []string {
		var notes []string
		for _, p := range list {
			notes = append(notes, deadUnits(p, o)...)
		}
		if n := len(list) - most; n > 0 {
			notes = append(notes, o.Say("%s more are not drawn.", o.Count(n, "array", "arrays")))
		}
		return notes
	})
}

// matrices are the parameters that are weights of connections.
func matrices(m *model.Model) []model.Param {
	var list []model.Param
	for _, p := range m.Params {
		if len(p.Shape) >= 2 && model.Size(p.Shape) > 1 {
			list = append(list, p)
		}
	}
	return list
}

// deadShare is how small the weights of a unit are, measured by the median of
// its layer's, if it is dead.
const deadShare = 1e-3

// deadUnits names the units of a layer that hardly anything flows into.
func deadUnits(p model.Param, o *chart.Options) []string {
	norms := unitNorms(p.Values(), p.Shape[len(p.Shape)-1])
	sorted := slices.Sorted(slices.Values(norms))
	median := sorted[len(sorted)/2]
	dead := 0
	for _, n := range norms {
		if n < deadShare*median || n == 0 {
			dead++
		}
	}
	if dead == 0 {
		return nil
	}
	if len(p.Shape) > 2 {
		return []string{o.Say("%s: %s of %s filters are dead: their weights are next to nothing.", p.Name, chart.Count(dead), chart.Count(len(norms)))}
	}
	return []string{o.Say("%s: %s of %s units are dead: their weights are next to nothing.", p.Name, chart.Count(dead), chart.Count(len(norms)))}
}

// unitNorms are the norms of what belongs to each index of the last axis.
func unitNorms(values []float64, units int) []float64 {
	norms := make([]float64, units)
	for i, v := range values {
		norms[i%units] = math.Hypot(norms[i%units], v) // squares may overflow, or vanish
	}
	return norms
}

// Spectra returns the singular values of a model's weights, each relative to the
// largest of its layer: how many directions a layer really uses.
func Spectra(v any) *chart.Figure {
	m, err := model.Of(v)
	if err != nil {
		return chart.Failed(err)
	}
	list := slices.DeleteFunc(matrices(m), func(p model.Param) bool { // a single direction says nothing
		units := p.Shape[len(p.Shape)-1]
		return min(units, model.Size(p.Shape)/units) < 2
	})
	if len(list) == 0 {
		return chart.Failed(noWeights(m))
	}
	var marks []chart.Mark
	var ranks []rank
	for _, p := range list[:min(10, len(list))] {
		s, err := singular(p)
		if err != nil {
			return chart.Failed(err)
		}
		x := make([]float64, len(s))
		for i := range x {
			x[i] = float64(i + 1)
		}
		marks = append(marks, chart.Line(x, s, chart.Label(p.Name)))
		ranks = append(ranks, rank{p.Name, effective(s), len(s)})
	}
	slices.SortStableFunc(ranks, func(a, b rank) int { return cmp.Compare(a.share(), b.share()) })
	return chart.Plot(marks...).With(chart.LogY()).Worded(func(o *chart.Options) chart.Wording {
		return chart.Wording{X: o.Say("singular value"), Y: o.Say("relative to the largest")}
	}).Noting(func(o *chart.Options) []string {
		var notes []string
		for _, r := range ranks[:min(2, len(ranks))] {
			notes = append(notes, o.Say("%s uses %s of %s directions.", r.name, chart.Number(r.used), chart.Count(r.all)))
		}
		return notes
	})
}

type rank struct {
	name string
	used float64
	all  int
}

func (r rank) share() float64 { return r.used / float64(r.all) }

// effective is the effective rank of Roy and Vetterli (2007): the exponential of
// the entropy of the singular values.
func effective(s []float64) float64 {
	sum, h := 0.0, 0.0
	for _, v := range s {
		sum += v
	}
	if sum == 0 {
		return 0
	}
	for _, v := range s {
		if q := v / sum; q > 0 {
			h -= q * math.Log(q)
		}
	}
	return math.Exp(h)
}
