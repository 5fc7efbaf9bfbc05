package params

import (
	"loupe/viz/chart"
	"loupe/viz/model"
)

// WeightMap returns the weights of a name, "dense/kernel" or "dense", as a heat map:
// a row for each input of a unit and a column for each unit, red and blue about zero.
// Of arrays with more axes, the last one is the units. Larger arrays than a picture
// can show are shown in blocks, by the number of the largest size in each.
func WeightMap(v any, name string) *chart.Figure {
	m, err := model.Of(v)
	if err != nil {
		return chart.Failed(err)
	}
	p, err := arrayNamed(m, name)
	if err != nil {
		return chart.Failed(err)
	}
	a, err := newArray(p.Name, p.Shape, p.Values())
	if err != nil {
		return chart.Failed(err)
	}
	return a.figure(func(o *chart.Options) string { return o.Say("weight") }, func(o *chart.Options) []string { return deadUnits(p, o) })
}
