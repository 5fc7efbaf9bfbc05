package explain

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"

	"loupe/viz/chart"
	"loupe/viz/draw"
)

// Scatter shows the contributions of one feature over its values, a point for each
// row. The colour is the value of a second feature: the named one, or that with which
// the first interacts most.
func (a *Attribution) Scatter(feature string, with ...string) *chart.Figure {
	v, err := a.view()
	if err == nil && a.Data == nil {
		err = fmt.Errorf("explain: the attribution has no values of features to draw contributions over")
	}
	if err != nil {
		return chart.Failed(err)
	}
	j := slices.Index(a.Features, feature)
	if j < 0 {
		return chart.Failed(fmt.Errorf("explain: there is no feature %q; there are %s", feature, someOf(a.Features)))
	}
	other := v.partner(j)
	if len(with) > 0 {
		if other = slices.Index(a.Features, with[0]); other < 0 {
			return chart.Failed(fmt.Errorf("explain: there is no feature %q; there are %s", with[0], someOf(a.Features)))
		}
	}
	x, y := column(a.Data, j), column(v.values, j)
	marks := []chart.MarkOption{}
	list := []chart.Option{chart.XLabel(draw.Clean(feature))}
	if other >= 0 {
		marks = append(marks, chart.ColorBy(column(a.Data, other)))
		list = append(list, chart.ScaleLabel(draw.Clean(a.Features[other])))
	}
	return chart.Plot(chart.HLine(0), chart.Points(x, y, marks...)).With(list...).Worded(func(o *chart.Options) chart.Wording { return chart.Wording{Y: v.axis(o)} }).Noting(func(o *chart.Options) []string {
		var notes []string
		switch r := v.trend(j); {
		case math.IsNaN(r):
		case r > 0.5:
			notes = append(notes, o.Say("Higher values of %s go with higher output.", draw.Clean(feature)))
		case r < -0.5:
			notes = append(notes, o.Say("Higher values of %s go with lower output.", draw.Clean(feature)))
		default:
			notes = append(notes, o.Say("What %s contributes does not simply rise or fall with its value.", draw.Clean(feature)))
		}
		return append(notes, nonempty(v.checked(o), v.chosen(o))...)
	})
}

// partner is the feature that the contributions of another depend on most, where its
// own values are about the same: it sums up, over windows of rows that are neighbours
// by the first feature, how far the contributions correlate with the second (as
// SHAP's approximate interactions). It is -1 if there is none.
func (v *view) partner(j int) int {
	n, features := v.values.Dims()
	if n < 10 {
		return -1
	}
	x, y := column(v.a.Data, j), column(v.values, j)
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(x[a], x[b]) })
	window := max(min(n/10, 50), 5)
	best, most := -1, 0.0
	for k := range features {
		if k == j {
			continue
		}
		z, total := column(v.a.Data, k), 0.0
		for from := 0; from+window <= n; from += window {
			a, b := make([]float64, window), make([]float64, window)
			for i := range window {
				a[i], b[i] = y[order[from+i]], z[order[from+i]]
			}
			if r := stat.Correlation(a, b, nil); !math.IsNaN(r) {
				total += math.Abs(r)
			}
		}
		if total > most {
			best, most = k, total
		}
	}
	return best
}
