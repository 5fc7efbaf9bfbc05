package activity

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"loupe/viz/chart"
	"loupe/viz/model"
)

// Activations returns the picture samples × activations of a layer: a row for each
// sample, a column for each unit, colours for what it computes. Names, if there are
// any, stand beside the samples. Without a layer's name it is the last but one with
// weights.
//
// Of a layer that computes images, a unit is a filter, and its activation the mean.
// Of a data set, x may be all of it: the first 100 samples then stand beside their
// classes.
func Activations(v, x any, layerName string, names ...string) *chart.Figure {
	x, known, left := firstOf(x)
	if len(names) == 0 {
		names = known
	}
	m, in, err := input(v, x)
	if err != nil {
		return chart.Failed(err)
	}
	if layerName == "" {
		if layerName, err = hidden(m); err != nil {
			return chart.Failed(err)
		}
	} else if _, err := m.Node(layerName); err != nil {
		return chart.Failed(err)
	}
	var out model.Array
	if _, err := m.Runner.Run([]model.Array{in}, model.Watch{Nodes: []string{layerName}, Value: func(_ string, a model.Array) {
		out = model.Array{Shape: slices.Clone(a.Shape), Values: slices.Clone(a.Values)}
	}}); err != nil {
		return chart.Failed(err)
	}
	if len(out.Shape) < 2 {
		return chart.Failed(fmt.Errorf("layer %s computes a single number for a sample", layerName))
	}
	acts := units(out)
	f := chart.HeatMap(acts, chart.NoNumbers()).Worded(func(o *chart.Options) chart.Wording {
		return chart.Wording{X: o.Say("unit of %s", layerName), Y: o.Say("sample"), Scale: o.Say("activation")}
	})
	if len(names) > 0 {
		f = f.With(chart.Rows(names...))
	}
	return f.Noting(func(o *chart.Options) []string {
		notes := unitNotes(acts, o)
		if left > 0 {
			notes = append(notes, o.Say("%s more are not drawn.", o.Count(left, "sample", "samples")))
		}
		return notes
	})
}

// mostSamples is how many samples of a data set are shown.
const mostSamples = 100

// firstOf are the first samples of a data set with their names, and how many are left
// out. Whatever else is an input as it is.
func firstOf(x any) (in any, names []string, left int) {
	switch x.(type) {
	case *model.Samples, model.Set, model.Labelled:
	default:
		return x, nil, 0
	}
	s, err := model.SamplesOf(x)
	if err != nil || s.N == 0 {
		return x, nil, 0 // whoever reads it says what is wrong
	}
	n := min(s.N, mostSamples)
	for i := range n {
		if s.Label != nil {
			names = append(names, s.Label(i))
		}
	}
	return s.Batch(0, n), names, s.N - n
}

// hidden is the last layer with weights before the output.
func hidden(m *model.Model) (string, error) {
	var names []string
	for _, n := range m.Nodes {
		if len(n.Params) > 0 && n.Class != model.Normalizing {
			names = append(names, n.Name)
		}
	}
	if len(names) == 0 {
		return "", errors.New("the model has no layer with weights: name the one to look at")
	}
	return names[max(0, len(names)-2)], nil
}

// units makes a matrix samples × units, the mean over all axes between.
func units(a model.Array) *mat.Dense {
	samples, n := a.Shape[0], a.Shape[len(a.Shape)-1]
	per := len(a.Values) / (samples * n)
	m := mat.NewDense(samples, n, nil)
	for s := range samples {
		for u := range n {
			sum := 0.0
			for k := range per {
				sum += a.Values[(s*per+k)*n+u]
			}
			m.Set(s, u, sum/float64(per))
		}
	}
	return m
}

// unitNotes says how many units never speak, and how many say always the same.
func unitNotes(m *mat.Dense, o *chart.Options) []string {
	rows, cols := m.Dims()
	if rows < 2 {
		return nil
	}
	dead, constant := 0, 0
	for u := range cols {
		lo, hi := math.Inf(1), math.Inf(-1)
		for s := range rows {
			lo, hi = min(lo, m.At(s, u)), max(hi, m.At(s, u))
		}
		switch {
		case lo == 0 && hi == 0:
			dead++
		case hi-lo <= 1e-6*max(math.Abs(lo), math.Abs(hi)):
			constant++
		}
	}
	var notes []string
	if dead > 0 {
		notes = append(notes, o.Say("%s of %s units are 0 for all samples.", chart.Count(dead), chart.Count(cols)))
	}
	if constant > 0 {
		notes = append(notes, o.Say("%s of %s units say the same for all samples.", chart.Count(constant), chart.Count(cols)))
	}
	return notes
}
