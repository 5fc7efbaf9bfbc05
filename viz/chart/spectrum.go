package chart

import (
	"math"
	"slices"
)

// Spectrum shows numbers in their order on an axis of orders of magnitude, such
// as the singular values of weight matrices: how steeply they fall says how many
// directions a layer uses.
func Spectrum(sets ...Set) *Figure {
	s := &spectrum{sets: sets}
	for _, set := range sets {
		values := slices.DeleteFunc(slices.Clone(set.Values), func(x float64) bool { return math.IsNaN(x) || math.IsInf(x, 0) })
		slices.SortFunc(values, func(a, b float64) int {
			if a > b {
				return -1
			}
			return 1
		})
		s.values = append(s.values, values)
		ranks := make([]float64, len(values))
		for i := range ranks {
			ranks[i] = float64(i + 1)
		}
		s.marks = append(s.marks, Line(ranks, values, Label(set.Name)))
	}
	s.panels = []Facet{{Marks: s.marks}}
	return New(s, LogY(), XLabel("rank"), YLabel("singular value"))
}

type spectrum struct {
	plot
	sets   []Set
	values [][]float64 // from the largest
	marks  []Mark
}

// Layout is that of the plot, with the labels in the language of the figure.
func (s *spectrum) Layout(width float64, o *Options) (Body, error) {
	s.label(o)
	return s.plot.Layout(width, o)
}

// Vega is that of the plot, with the same labels.
func (s *spectrum) Vega(width float64, o *Options) (map[string]any, error) {
	s.label(o)
	return s.plot.Vega(width, o)
}

func (s *spectrum) label(o *Options) {
	if o.xLabel == "rank" {
		o.xLabel = o.Say("rank")
	}
	if o.yLabel == "singular value" {
		o.yLabel = o.Say("singular value")
	}
}

// Describe says how far the values fall, and how many carry most of the square
// sum: what a matrix of so many ranks would keep.
func (s *spectrum) Describe(o *Options) string {
	if len(s.sets) == 0 {
		return o.Say("Spectrum without values.")
	}
	text := o.Say("Spectrum of %s:", o.Count(len(s.sets), "set", "sets"))
	for i, v := range s.values {
		if i == maxDescribed {
			return text + " " + o.Say("and %s more", count(len(s.values)-i)) + o.Say(".")
		}
		name := nameOr(s.sets[i].Name, o.Say("set %s", count(i+1)))
		if len(v) == 0 || v[0] <= 0 {
			text += " " + o.Say("%s has no positive values.", name)
			continue
		}
		text += " " + o.Say("%s falls from %s to %s; %s of %s carry 90 %% of the square sum.", name, number(v[0]), number(v[len(v)-1]), count(carrying(v, 0.9)), count(len(v)))
	}
	return text
}

// carrying is how many of the largest values have a share of the square sum.
func carrying(v []float64, share float64) int {
	sum := 0.0
	for _, x := range v {
		sum += (x / v[0]) * (x / v[0])
	}
	part := 0.0
	for i, x := range v {
		if part += (x / v[0]) * (x / v[0]); part >= share*sum {
			return i + 1
		}
	}
	return len(v)
}
