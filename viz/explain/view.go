package explain

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/mat"

	"loupe/viz/chart"
	"loupe/viz/draw"
)

// A view is what pictures show of an attribution: one output, the features in the
// order of their importance, the least important together.
type view struct {
	a       *Attribution // of all outputs
	k       int          // the output
	values  *mat.Dense   // rows × features
	order   []int        // features that are shown on their own
	rest    []int        // the others
	because string       // how the output was chosen, where there are several
	tiny    float64      // what is no larger is a rounding error
}

// shownFeatures is how many features a picture has a line for.
const shownFeatures = 10

// Top returns the attribution whose pictures have lines for n features, in place of
// ten. The others are shown together.
func (a *Attribution) Top(n int) *Attribution {
	if a.Err() != nil {
		return a
	}
	if n < 1 {
		return failed(a.Method, fmt.Errorf("a picture cannot show the %d most important features", n))
	}
	b := *a
	b.top = n
	return &b
}

// view chooses what to show.
func (a *Attribution) view() (*view, error) {
	if err := a.Err(); err != nil {
		return nil, err
	}
	rows, features, outputs := a.Dims()
	if rows == 0 || features == 0 {
		return nil, errors.New("explain: the attribution is empty")
	}
	v := &view{a: a}
	switch {
	case outputs == 2: // the second of two classes
		v.k, v.because = 1, "second"
	case outputs > 2 && rows == 1 && a.Predicted != nil:
		for k := range outputs {
			if a.Predicted.At(0, k) > a.Predicted.At(0, v.k) {
				v.k = k
			}
		}
		v.because = "greatest"
	case outputs > 2:
		most := -1.0
		for k := range outputs {
			if s := sum(a.Importance(k)); s > most {
				most, v.k = s, k
			}
		}
		v.because = "most explained"
	}
	v.values = a.Values[v.k]
	v.arrange(a.Importance(v.k))
	return v, nil
}

// arrange decides which features are shown on their own.
func (v *view) arrange(importance []float64) {
	all := make([]int, len(importance))
	for j := range all {
		all[j] = j
	}
	slices.SortStableFunc(all, func(i, j int) int { return cmp.Compare(importance[j], importance[i]) })
	top := v.a.top
	if top == 0 {
		top = shownFeatures
	}
	v.tiny = 1e-12 * importance[all[0]]
	own := len(all)
	if own > top { // the last line is for the others
		own = max(top-1, 1)
	}
	for own > 1 && own < len(all) && importance[all[own-1]] <= v.tiny {
		own-- // what contributes nothing needs no line
	}
	v.order, v.rest = all[:own], all[own:]
}

func sum(list []float64) (s float64) {
	for _, x := range list {
		s += x
	}
	return s
}

// contribution is that of line i, which may stand for the rest, to a row.
func (v *view) contribution(row, i int) float64 {
	s := 0.0
	if i < len(v.order) {
		s = v.values.At(row, v.order[i])
	} else {
		for _, j := range v.rest {
			s += v.values.At(row, j)
		}
	}
	if math.Abs(s) <= v.tiny {
		return 0
	}
	return s
}

// deviation is the standard error of line i for a row, 0 where it is exact.
func (v *view) deviation(row, i int) float64 {
	if v.a.Errors == nil {
		return 0
	}
	e := v.a.Errors[v.k]
	if i < len(v.order) {
		return e.At(row, v.order[i])
	}
	s := 0.0
	for _, j := range v.rest {
		s += e.At(row, j) * e.At(row, j)
	}
	return math.Sqrt(s)
}

// spread is the standard deviation of line i over the repeated explanations of a row, 0
// without repeats.
func (v *view) spread(i int) float64 {
	if i < len(v.order) {
		return v.spreadOf(v.order[i])
	}
	s := 0.0
	for _, j := range v.rest {
		s += v.spreadOf(j) * v.spreadOf(j)
	}
	return math.Sqrt(s)
}

// spreadOf is the standard deviation of a feature's values over the repeated explanations
// of the only row, 0 without repeats.
func (v *view) spreadOf(feature int) float64 {
	if len(v.a.Stability) != 1 || v.a.Stability[0].Spread == nil {
		return 0
	}
	return v.a.Stability[0].Spread.At(v.k, feature)
}

// reach is how far the whiskers of line i of the only row go.
func (v *view) reach(i int) float64 { return max(v.deviation(0, i), v.spread(i)) }

// lines is how many lines a picture has.
func (v *view) lines() int {
	if len(v.rest) > 0 {
		return len(v.order) + 1
	}
	return len(v.order)
}

// name is what line i is called.
func (v *view) name(o *chart.Options, i int) string {
	if i < len(v.order) {
		return v.a.Features[v.order[i]]
	}
	return o.Count(len(v.rest), "other feature", "other features")
}

// local reports whether the contributions are weights of a local model, which sum up to
// what that one says, and not to what the model does.
func (v *view) local() bool { return strings.HasPrefix(v.a.Check.Name, "R²") }

// line is the name of line i in a picture of one row, with its value: of local models it is
// the condition that the row meets.
func (v *view) line(o *chart.Options, i int) (name, value string) {
	if i < len(v.order) && v.a.conditions != nil {
		if text := v.a.conditions[0][v.order[i]]; text != "" {
			return text, ""
		}
	}
	return v.name(o, i), v.value(0, i)
}

// value is the value of line i's feature in a row, as text.
func (v *view) value(row, i int) string {
	if i >= len(v.order) || v.a.Data == nil || v.a.words {
		return ""
	}
	return chart.Number(v.a.Data.At(row, v.order[i]))
}

// output names the output that is shown.
func (v *view) output(o *chart.Options) string {
	if v.k < len(v.a.Outputs) && v.a.Outputs[v.k] != "" {
		return v.a.Outputs[v.k]
	}
	if len(v.a.Values) > 1 {
		return o.Say("output %s", chart.Number(float64(v.k)))
	}
	return o.Say("the output")
}

// axis labels the axis of contributions.
func (v *view) axis(o *chart.Options) string {
	text := o.Say("contribution to %s", v.output(o))
	switch {
	case v.a.slopes:
		text = o.Say("slope of %s", v.output(o))
	case v.a.unsigned:
		text = o.Say("activation for %s, the greatest = 1", v.output(o))
	}
	if v.a.Unit != "" {
		text += " (" + v.a.Unit + ")"
	}
	return text
}

// scaleName labels an axis of outputs.
func (v *view) scaleName(o *chart.Options) string {
	if v.a.Unit != "" {
		return v.output(o) + " (" + v.a.Unit + ")"
	}
	return v.output(o)
}

func (v *view) rows() int {
	rows, _ := v.values.Dims()
	return rows
}

func (v *view) base() float64 {
	if v.a.Base == nil {
		return 0
	}
	return v.a.Base[v.k]
}

// summit names what base and contributions sum up to.
func (v *view) summit(o *chart.Options) string {
	if v.local() {
		return o.Say("local model")
	}
	return draw.Clean(v.output(o))
}

// reached is the output that base and contributions sum up to. What is no more than their
// rounding is 0.
func (v *view) reached(row int) float64 {
	s, size := v.base(), math.Abs(v.base())
	for _, x := range v.values.RawRowView(row) {
		s += x
		size += math.Abs(x)
	}
	if math.Abs(s) <= 1e-12*size {
		return 0
	}
	return s
}

// needRow checks that a picture of one row has one.
func (v *view) needRow(picture string) error {
	if n := v.rows(); n != 1 {
		return fmt.Errorf("explain: a %s shows one row, and the attribution has %d: choose one, such as Row(0)", picture, n)
	}
	return nil
}

// signedNumber prints a contribution with its sign.
func signedNumber(x float64) string {
	if x > 0 {
		return "+" + chart.Number(x)
	}
	return chart.Number(x)
}
