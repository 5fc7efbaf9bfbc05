package explain

import (
	"math"
	"strings"

	"gonum.org/v1/gonum/floats"

	"loupe/viz/chart"
	"loupe/viz/draw"
)

// chosen says which output is shown, where a reader may wonder.
func (v *view) chosen(o *chart.Options) string {
	switch v.because {
	case "second":
		return o.Say("Shown is %s, the second of two outputs.", draw.Clean(v.output(o)))
	case "greatest":
		return o.Say("Shown is %s, the greatest of %s.", draw.Clean(v.output(o)), o.Count(len(v.a.Values), "output", "outputs"))
	case "most explained":
		return o.Say("Shown is %s, the one of %s with the largest contributions.", draw.Clean(v.output(o)), o.Count(len(v.a.Values), "output", "outputs"))
	}
	return ""
}

// named is a feature with its value in a row and its contribution.
func (v *view) named(o *chart.Options, i int) string {
	name, numbers := v.apart(o, i)
	return name + numbers
}

// apart is a feature, and apart from it its value in a row and its contribution.
func (v *view) apart(o *chart.Options, i int) (name, numbers string) {
	name, value := v.line(o, i)
	if value != "" {
		numbers = " = " + value
	}
	numbers += " (" + signedNumber(v.contribution(0, i))
	if e := v.deviation(0, i); e > 0 {
		numbers += " ± " + chart.Number(e)
	}
	return draw.Clean(name), numbers + ")"
}

// describeRow says what raises and what lowers the output for a row. What a model
// does is no cause in the world: contributions go with features.
func (v *view) describeRow(o *chart.Options) string {
	if v.a.slopes {
		return v.describeSlopes(o)
	}
	text := v.a.Method + o.Say(": ") + v.height(o)
	text += v.associated(o, 3)
	if len(v.rest) > 0 {
		text += " " + o.Say("%s together: %s.", v.name(o, len(v.order)), signedNumber(v.contribution(0, len(v.order))))
	}
	return strings.Join(nonempty(text, v.checked(o), v.chosen(o)), " ")
}

// height says what the output is for a row, and how far that is from the base.
func (v *view) height(o *chart.Options) string {
	reached, base, name := v.reached(0), v.base(), draw.Clean(v.scaleName(o))
	if v.local() {
		_, outputs := v.a.Predicted.Dims()
		said := chart.Number(v.a.Predicted.At(0, min(v.k, outputs-1)))
		if v.a.Base == nil {
			return o.Say("%s is %s.", name, said)
		}
		return o.Say("%s is %s; the local model says %s.", name, said, chart.Number(reached))
	}
	switch d := reached - base; {
	case v.a.Base == nil:
		return o.Say("the contributions to %s sum up to %s.", name, chart.Number(reached))
	case d >= 0:
		return o.Say("%s is %s, %s above the base of %s.", name, chart.Number(reached), chart.Number(d), chart.Number(base))
	default:
		return o.Say("%s is %s, %s below the base of %s.", name, chart.Number(reached), chart.Number(-d), chart.Number(base))
	}
}

// associated names what goes with a higher and with a lower output.
func (v *view) associated(o *chart.Options, most int) (text string) {
	raise, lower := v.sides(o, most)
	if len(raise) > 0 {
		text += " " + o.Say("Higher output is associated most with %s.", strings.Join(raise, o.Say(", ")))
	}
	if len(lower) > 0 {
		text += " " + o.Say("Lower output is associated most with %s.", strings.Join(lower, o.Say(", ")))
	}
	return text
}

// sides names the features of each sign, the largest first.
func (v *view) sides(o *chart.Options, most int) (raise, lower []string) {
	for i := range v.order {
		switch x := v.contribution(0, i); {
		case x > 0 && len(raise) < most:
			raise = append(raise, v.named(o, i))
		case x < 0 && len(lower) < most:
			lower = append(lower, v.named(o, i))
		}
	}
	return raise, lower
}

// describeSlopes says what the output reacts to: slopes say nothing of how much a
// feature has contributed.
func (v *view) describeSlopes(o *chart.Options) string {
	text := v.a.Method + o.Say(": ") + v.slopes(o, 3)
	return strings.Join(nonempty(text, v.chosen(o)), " ")
}

func (v *view) slopes(o *chart.Options, most int) string {
	text := o.Say("how much %s changes with a small change of each feature.", draw.Clean(v.output(o)))
	rise, fall := v.sides(o, most)
	if len(rise) > 0 {
		text += " " + o.Say("It rises most with %s.", strings.Join(rise, o.Say(", ")))
	}
	if len(fall) > 0 {
		text += " " + o.Say("It falls most with %s.", strings.Join(fall, o.Say(", ")))
	}
	return text
}

// captionRow is what stands above a picture of a row: what matters most, and how sure that
// is. The description has more.
func (v *view) captionRow(o *chart.Options) string {
	text := v.height(o) + v.associated(o, 2)
	if v.a.slopes {
		text = v.slopes(o, 2)
	}
	return strings.Join(nonempty(text, v.checked(o), v.chosen(o)), " ")
}

// captionAll is what stands above a picture of many rows.
func (v *view) captionAll(o *chart.Options) string {
	if v.rows() == 1 {
		return v.captionRow(o)
	}
	text := o.Say("Contributions to %s:", draw.Clean(v.scaleName(o))) + v.trends(o, 2)
	return strings.Join(nonempty(text, v.checked(o), v.chosen(o)), " ")
}

// captionWhiskers stands above a picture whose lines have whiskers.
func (v *view) captionWhiskers(o *chart.Options) string {
	text := v.captionRow(o)
	if len(v.a.Stability) == 1 && v.widest() > 0 {
		text += " " + o.Say("Thick lines are standard errors of the mean, thin ones the spread of single explanations.")
	}
	return text
}

// littleExplained is the R² of a local model from which on it says something of the model.
const littleExplained = 0.3

// checked words the check value where it is something to know.
func (v *view) checked(o *chart.Options) string {
	c := v.a.Check
	switch {
	case strings.HasPrefix(c.Name, "R²"):
		return strings.Join(nonempty(v.nearby(o), v.repeated(o)), " ")
	case c.Name == "completeness gap" || c.Name == "conservation gap":
		if all := v.all(); c.Value > 0.05*all {
			return o.Say("Contributions miss what they should sum up to by up to %s.", chart.Number(c.Value))
		}
	case v.a.Errors != nil:
		worst := 0.0
		rows, cols := v.a.Errors[v.k].Dims()
		for i := range rows {
			for j := range cols {
				worst = max(worst, v.a.Errors[v.k].At(i, j))
			}
		}
		if v.a.shared {
			return o.Say("Up to %s of a contribution is shared out evenly within a cluster of features: more samples would tell them apart.", chart.Number(worst))
		}
		return o.Say("Contributions are estimates with standard errors up to %s.", chart.Number(worst))
	}
	return ""
}

// nearby says how good local models are.
func (v *view) nearby(o *chart.Options) string {
	text := o.Say("The local model explains %s of what the model does nearby (R²).", share(v.a.Check.Value))
	if v.a.Check.Value < littleExplained {
		text += " " + o.Say("That is little: do not rely on it alone.")
	}
	return text
}

// repeated says how alike repeated explanations of a row were, the least of several rows.
func (v *view) repeated(o *chart.Options) string {
	if len(v.a.Stability) == 0 {
		return ""
	}
	s := v.a.Stability[0]
	for _, other := range v.a.Stability {
		if other.Same < s.Same {
			s = other
		}
	}
	text := o.Say("Repeated %s times, the order of the first %s features agreed in %s.", chart.Count(s.Repeats), chart.Count(s.First), chart.Count(s.Same))
	for _, other := range v.a.Stability {
		s.Agreement = min(s.Agreement, other.Agreement)
	}
	text += " " + o.Say("Ranks agree by %s (1: always the same, 0: chance), which is %s", chart.Number(math.Round(100*s.Agreement)/100), steadiness(o, s.Agreement))
	if most := v.widest(); most > 0 {
		text += o.Say("; values vary by up to %s (one standard deviation)", chart.Number(most))
	}
	text += o.Say(".")
	if firm, of := v.firm(); of > 0 && len(v.a.Shape) < 2 {
		text += " " + o.Say("%s of %s vary by less than half of their value.", chart.Count(firm), o.Count(of, "feature", "features"))
	}
	if s.Agreement < unsteady {
		text += " " + o.Say("More Samples make it steadier.")
	}
	return text
}

// Agreements of ranks, and what they are called: as it is usual for correlations.
const (
	steady   = 0.9
	unsteady = 0.7
)

func steadiness(o *chart.Options, agreement float64) string {
	switch {
	case agreement >= steady:
		return o.Say("stable")
	case agreement >= unsteady:
		return o.Say("fairly stable")
	}
	return o.Say("unstable")
}

// firm counts the features of the only row whose values vary little, of those that have one.
func (v *view) firm() (firm, of int) {
	if len(v.a.Stability) != 1 {
		return 0, 0
	}
	for j, x := range v.values.RawRowView(0) {
		if x != 0 {
			if of++; !v.shaky(j) {
				firm++
			}
		}
	}
	return firm, of
}

// widest is the greatest spread of a value over repeated explanations.
func (v *view) widest() (most float64) {
	for _, s := range v.a.Stability {
		if s.Spread != nil {
			most = max(most, floats.Max(s.Spread.RawRowView(v.k)))
		}
	}
	return most
}

// all is the greatest sum of the sizes of a row's contributions.
func (v *view) all() (most float64) {
	rows, _ := v.values.Dims()
	for i := range rows {
		most = max(most, floats.Norm(v.values.RawRowView(i), 1))
	}
	return most
}

func share(x float64) string { return chart.Number(math.Round(1000*x)/10) + " %" }

func nonempty(list ...string) (out []string) {
	for _, s := range list {
		if s != "" {
			out = append(out, s)
		}
	}
	return out
}

// describeAll says which features matter over many rows, and in which direction.
func (v *view) describeAll(o *chart.Options) string {
	text := v.a.Method + o.Say(": ") + o.Say("contributions to %s over %s.", draw.Clean(v.output(o)), o.Count(v.rows(), "row", "rows"))
	text += v.trends(o, 3)
	return strings.Join(nonempty(text, v.checked(o), v.chosen(o)), " ")
}

// trends says of the first features how much they matter, and in which direction.
func (v *view) trends(o *chart.Options, most int) (text string) {
	importance := v.a.Importance(v.k)
	all := sum(importance)
	for i, j := range v.order {
		if i == most {
			break
		}
		name := draw.Clean(v.a.Features[j])
		s := o.Say("%s changes it by %s on average", name, chart.Number(importance[j]))
		if all > 0 {
			s += o.Say(", %s of all", share(importance[j]/all))
		}
		switch r := v.trend(j); {
		case math.IsNaN(r):
		case r > 0.5:
			s += o.Say("; higher values go with higher output")
		case r < -0.5:
			s += o.Say("; higher values go with lower output")
		default:
			s += o.Say("; its direction changes with its value or with other features")
		}
		text += " " + s + o.Say(".")
	}
	return text
}

// trend is the rank correlation of a feature's values and contributions, NaN if one
// of them does not vary.
func (v *view) trend(j int) float64 {
	if v.a.Data == nil {
		return math.NaN()
	}
	return rankCorrelation(column(v.a.Data, j), column(v.values, j))
}

// table is the data of all pictures: a line for each row and feature.
func (v *view) table() chart.Table {
	rows, features := v.values.Dims()
	row, name := chart.Column{Name: "row"}, chart.Column{Name: "feature", Texts: []string{}}
	value, part, deviation := chart.Column{Name: "value"}, chart.Column{Name: "contribution"}, chart.Column{Name: "standard error"}
	for i := range rows {
		for j := range features {
			row.Numbers = append(row.Numbers, float64(i))
			name.Texts = append(name.Texts, v.a.Features[j])
			x := math.NaN()
			if v.a.Data != nil {
				x = v.a.Data.At(i, j)
			}
			value.Numbers = append(value.Numbers, x)
			part.Numbers = append(part.Numbers, v.values.At(i, j))
			if v.a.Errors != nil {
				deviation.Numbers = append(deviation.Numbers, v.a.Errors[v.k].At(i, j))
			}
		}
	}
	t := chart.Table{Columns: []chart.Column{row, name, value, part}}
	if v.a.Errors != nil {
		t.Columns = append(t.Columns, deviation)
	}
	return t
}
