package explain

import (
	"cmp"
	"slices"

	"loupe/viz/chart"
	"loupe/viz/draw"
)

// HeatMap shows the contributions as colours, features × rows. Rows stand in the
// order of their output, the greatest at the left, so that what goes with it is seen: the
// line above the colours is the output.
func (a *Attribution) HeatMap() *chart.Figure {
	v, err := a.view()
	if err != nil {
		return chart.Failed(err)
	}
	order := make([]int, v.rows())
	for r := range order {
		order[r] = r
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(v.reached(j), v.reached(i)) })
	cells := make([][]float64, v.lines())
	for i := range cells {
		cells[i] = make([]float64, len(order))
		for c, r := range order {
			cells[i][c] = v.contribution(r, i)
		}
	}
	outputs := make([]float64, len(order))
	for c, r := range order {
		outputs[c] = v.reached(r)
	}
	var list []chart.Option
	if a.Base != nil { // else contributions do not sum up to it
		list = append(list, chart.Above("", outputs))
	}
	if a.Names != nil {
		columns := make([]string, len(order))
		for c, r := range order {
			columns[c] = a.Names[r]
		}
		list = append(list, chart.Columns(columns...))
	}
	return chart.HeatMap(chart.FromRows(cells), list...).Worded(func(o *chart.Options) chart.Wording {
		w := chart.Wording{X: o.Say("rows, by their output"), Scale: v.axis(o), Above: draw.Clean(v.scaleName(o))}
		for i := range cells {
			w.Rows = append(w.Rows, draw.Clean(v.name(o, i)))
		}
		return w
	}).Noting(func(o *chart.Options) []string { return nonempty(v.captionAll(o)) })
}
