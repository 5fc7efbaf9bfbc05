package explain

import (
	"cmp"
	"fmt"
	"image/color"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"loupe/viz/chart"
	"loupe/viz/draw"
)

// A Share is what a feature contributes to the output for a group on average.
type Share struct {
	Feature, Group string
	Mean           float64
	Low, High      float64 // a 95 % interval of the mean (Student's t over the rows)
}

// Shares are the mean contributions of features in each group, of an attribution of
// the rows that were reviewed: feature after feature, those first between whose groups
// they differ most.
func (r *Review) Shares(why *Attribution) ([]Share, error) {
	v, err := r.shared(why)
	if err != nil {
		return nil, err
	}
	features := why.Features
	list := make([][]Share, len(features))
	for j, f := range features {
		for _, g := range r.Groups {
			values := make([]float64, len(g.rows))
			for i, row := range g.rows {
				values[i] = v.At(row, j)
			}
			list[j] = append(list[j], shareOf(f, g.Name, values))
		}
	}
	slices.SortStableFunc(list, func(a, b []Share) int { return cmp.Compare(spread(b), spread(a)) })
	return slices.Concat(list...), nil
}

func shareOf(feature, group string, values []float64) Share {
	s := Share{Feature: feature, Group: group}
	mean, deviation := stat.MeanStdDev(values, nil)
	s.Mean, s.Low, s.High = mean, math.Inf(-1), math.Inf(1)
	if n := float64(len(values)); n > 1 {
		half := distuv.StudentsT{Sigma: 1, Nu: n - 1}.Quantile(0.975) * deviation / math.Sqrt(n)
		s.Low, s.High = mean-half, mean+half
	}
	return s
}

// spread is the greatest difference between groups.
func spread(list []Share) float64 {
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, s := range list {
		lo, hi = min(lo, s.Mean), max(hi, s.Mean)
	}
	return hi - lo
}

// shared is the contributions to the probability of the positive class.
func (r *Review) shared(why *Attribution) (*mat.Dense, error) {
	if err := r.Err(); err != nil {
		return nil, err
	}
	if err := why.Err(); err != nil {
		return nil, err
	}
	n, _ := r.t.x.Dims()
	rows, _, outputs := why.Dims()
	if rows != n {
		return nil, fmt.Errorf("explain: review by %s: the attribution is of %d rows, and %d were reviewed: explain the same", r.by, rows, n)
	}
	switch {
	case outputs == 1 && len(why.Outputs) == 1 && why.Outputs[0] == thePredicted:
		return nil, fmt.Errorf("explain: review by %s: the attribution explains another output for each row: give its explainer Output(%d)", r.by, r.positive)
	case outputs == 1 && len(r.t.classes) == 2 && slices.Contains(why.Outputs, r.t.classes[0]):
		return nil, fmt.Errorf("explain: review by %s: the attribution explains %s, and the review is of %s: give its explainer Output(%d)", r.by, why.Outputs[0], r.Positive, r.positive)
	case outputs == 1:
		return why.Values[0], nil
	}
	return why.Values[min(r.positive, outputs-1)], nil
}

// Contributions shows what features contribute to being accepted in each group, on
// average: the difference between groups is by these sums. Of a group that is treated
// worse they say by which features it is.
func (r *Review) Contributions(why *Attribution) *chart.Figure {
	list, err := r.Shares(why)
	if err != nil {
		return chart.Failed(err)
	}
	groups := len(r.Groups)
	list = list[:min(len(list), 12*groups)]
	art := &board{height: 18, over: 2, lines: func(o *chart.Options) (lines []boardLine) {
		for i, s := range list {
			if i%groups == 0 {
				lines = append(lines, boardLine{name: draw.Clean(s.Feature), head: true})
			}
			lines = append(lines, boardLine{name: draw.Clean(s.Group)})
		}
		return lines
	}}
	for _, s := range list {
		art.lo, art.hi = min(art.lo, s.Mean), max(art.hi, s.Mean)
		if !math.IsInf(s.Low, 0) {
			art.lo, art.hi = min(art.lo, s.Low), max(art.hi, s.High)
		}
		art.right = max(art.right, smallFont.Width(signedNumber(s.Mean))+10)
	}
	art.draw = func(c *boardPen) { r.drawShares(c, list) }
	art.axis = func(o *chart.Options) string { return o.Say("mean contribution to %s", draw.Clean(r.Positive)) }
	art.caption = func(o *chart.Options) string { return r.captionShares(o, list) }
	art.describe = func(o *chart.Options) string {
		return why.Method + o.Say(": ") + o.Say("contributions to %s by %s.", draw.Clean(r.Positive), draw.Clean(r.by)) + " " + art.caption(o) + " " + o.Say("That groups differ does not say why.")
	}
	art.data = func() chart.Table {
		feature, group := chart.Column{Name: "feature", Texts: []string{}}, chart.Column{Name: "group", Texts: []string{}}
		mean, low, high := chart.Column{Name: "mean"}, chart.Column{Name: "low"}, chart.Column{Name: "high"}
		for _, s := range list {
			feature.Texts, group.Texts = append(feature.Texts, s.Feature), append(group.Texts, s.Group)
			mean.Numbers, low.Numbers, high.Numbers = append(mean.Numbers, s.Mean), append(low.Numbers, s.Low), append(high.Numbers, s.High)
		}
		return chart.Table{Columns: []chart.Column{feature, group, mean, low, high}}
	}
	return chart.New(art)
}

func (r *Review) drawShares(c *boardPen, list []Share) {
	c.rule(0, c.Frame)
	groups, at := len(r.Groups), 0
	for i, s := range list {
		if i%groups == 0 {
			if y := c.middle(at) - c.step()/2; i > 0 {
				c.Line([]draw.Point{{X: c.area.X0, Y: y}, {X: c.area.X1, Y: y}}, 1, c.Frame)
			}
			at++
		}
		y, col := c.middle(at), c.Category(i%groups)
		at++
		low, high := c.x(max(s.Low, c.b.lo)), c.x(min(s.High, c.b.hi))
		c.Line([]draw.Point{{X: low, Y: y}, {X: high, Y: y}}, 2, col)
		c.Dots([]draw.Point{{X: c.x(s.Mean), Y: y}}, draw.Dot{Radius: 4}, []color.NRGBA{col})
		c.note(signedNumber(s.Mean), draw.Point{X: high + 6, Y: y + 4}, smallFont, c.Soft, draw.Start)
		c.Hover(draw.Rect{X0: low, Y0: y - 8, X1: high, Y1: y + 8}, fmt.Sprintf("%s, %s: %s (%s … %s)", draw.Clean(s.Feature), draw.Clean(s.Group), signedNumber(s.Mean), chart.Number(s.Low), chart.Number(s.High)))
	}
}

// captionShares names the features that set groups apart.
func (r *Review) captionShares(o *chart.Options, list []Share) string {
	var texts []string
	groups := len(r.Groups)
	for from := 0; from < len(list) && len(texts) < 3; from += groups {
		low := slices.MinFunc(list[from:from+groups], func(a, b Share) int { return cmp.Compare(a.Mean, b.Mean) })
		high := slices.MaxFunc(list[from:from+groups], func(a, b Share) int { return cmp.Compare(a.Mean, b.Mean) })
		if low.High < high.Low && high.Mean-low.Mean > 0.1*spread(list[:groups]) { // what is a tenth of the first is not worth a word
			texts = append(texts, o.Say("%s contributes %s for %s and %s for %s.", draw.Clean(low.Feature), signedNumber(high.Mean), draw.Clean(high.Group), signedNumber(low.Mean), draw.Clean(low.Group)))
		}
	}
	if len(texts) == 0 {
		return o.Say("No feature contributes to one group more than to another, beyond what chance explains (95 % intervals).")
	}
	return strings.Join(texts, " ")
}

// Boundary shows, for each group, how the model divides the plane of two features, with
// the group's rows; other features are at the group's medians.
func (r *Review) Boundary(x, y string) *chart.Figure {
	if err := r.Err(); err != nil {
		return chart.Failed(err)
	}
	a, b := slices.Index(r.t.features, x), slices.Index(r.t.features, y)
	for name, j := range map[string]int{x: a, y: b} {
		if j < 0 {
			return chart.Failed(fmt.Errorf("explain: review by %s: there is no feature %q; there are %s", r.by, name, someOf(r.t.features)))
		}
	}
	if len(r.Groups) > 6 {
		return chart.Failed(fmt.Errorf("explain: review by %s: the boundaries of %d groups are too many for one figure: there may be 6", r.by, len(r.Groups)))
	}
	var list []*chart.Figure
	for _, g := range r.Groups {
		list = append(list, r.boundary(&g, a, b).With(chart.XLabel(draw.Clean(x)), chart.YLabel(draw.Clean(y)), chart.Title(draw.Clean(g.Name))).
			Noting(func(o *chart.Options) []string {
				return []string{o.Say("%s of the group lie on the side that is accepted.", share(g.Selected.Value))}
			}))
	}
	return chart.Grid(list...)
}

func (r *Review) boundary(g *Group, x, y int) *chart.Figure {
	_, features := r.t.x.Dims()
	medians := make([]float64, features)
	column := func(j int) []float64 {
		list := make([]float64, len(g.rows))
		for i, row := range g.rows {
			list[i] = r.t.x.At(row, j)
		}
		return list
	}
	for j := range medians {
		medians[j] = stat.Quantile(0.5, stat.Empirical, slices.Sorted(slices.Values(column(j))), nil)
	}
	names := []string{"not " + r.Positive, r.Positive}
	if len(r.t.classes) == 2 {
		names = r.t.classes
	}
	labels := make([]string, len(g.rows))
	for i, belongs := range g.y {
		labels[i] = names[0]
		if belongs {
			labels[i] = names[1]
		}
	}
	return chart.BoundaryOf(func(xs, ys []float64) ([][]float64, error) {
		rows := mat.NewDense(len(xs), features, nil)
		for i := range xs {
			rows.SetRow(i, medians)
			rows.Set(i, x, xs[i])
			rows.Set(i, y, ys[i])
		}
		out, err := r.ask.all(rows)
		if err != nil {
			return nil, err
		}
		list := make([][]float64, len(xs))
		for i := range list {
			list[i] = sides(out.At(i, r.positive), r.Threshold)
		}
		return list, nil
	}, column(x), column(y), labels, names...)
}

// sides are what speaks against and for acceptance: a half each at the threshold.
func sides(p, threshold float64) []float64 {
	t := 0.5
	switch {
	case p < threshold:
		t = 0.5 * p / threshold
	case threshold < 1:
		t = 0.5 + 0.5*(p-threshold)/(1-threshold)
	}
	return []float64{1 - t, t}
}
