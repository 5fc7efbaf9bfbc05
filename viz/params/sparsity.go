package params

import (
	"math"

	"loupe/viz/chart"
	"loupe/viz/model"
)

// nearZero is the share of the root of the mean square below which a weight counts
// as near zero, as in histograms.
const nearZero = 0.01

// Sparsity returns which share of each array of weights is exactly zero, and which
// is near zero: less than 1 % of the root of the array's mean square.
func Sparsity(v any) *chart.Figure {
	m, err := model.Of(v)
	if err != nil {
		return chart.Failed(err)
	}
	list := matrices(m)
	if len(list) == 0 {
		return chart.Failed(noWeights(m))
	}
	drawn := list[:min(most, len(list))]
	var names []string
	var exact, near []float64
	zeros, all := 0, 0
	for i, p := range list {
		z, n, size := zerosOf(p.Values())
		zeros, all = zeros+z, all+size
		if i < len(drawn) {
			names = append(names, p.Name)
			exact, near = append(exact, share(z, size)), append(near, share(z+n, size))
		}
	}
	nearly := chart.Said(func(o *chart.Options) string { return o.Say("within %s of the root mean square", "1 %") })
	zero := chart.Said(func(o *chart.Options) string { return o.Say("exactly 0") })
	return chart.Plot(chart.HBars(names, near, nearly), chart.HBars(names, exact, zero)).
		Worded(func(o *chart.Options) chart.Wording { return chart.Wording{X: o.Say("%s of the weights", "%")} }).Noting(func(o *chart.Options) []string {
		notes := []string{o.Say("No weight is exactly 0.")}
		if zeros > 0 {
			notes[0] = o.Say("%s of all %s weights are exactly 0.", percent(float64(zeros)/float64(all)), chart.Count(all))
		}
		if n := len(list) - len(drawn); n > 0 {
			notes = append(notes, o.Say("%s more are not drawn.", o.Count(n, "array", "arrays")))
		}
		return notes
	})
}

// share is a part of a whole in percent.
func share(part, whole int) float64 { return 100 * float64(part) / float64(max(whole, 1)) }

// zerosOf counts the numbers that are zero, those that are near it, and all.
func zerosOf(values []float64) (zero, near, all int) {
	limit := nearZero * length(values) / math.Sqrt(float64(max(len(values), 1)))
	for _, x := range values {
		switch {
		case x == 0:
			zero++
		case math.Abs(x) <= limit:
			near++
		}
	}
	return zero, near, len(values)
}
