package params

import (
	"errors"
	"math"
	"slices"
	"strings"

	"loupe/viz/chart"
	"loupe/viz/model"
)

// GradientFlow returns how large the gradient is in each layer, from the input at
// the top to the output: at the layer's output, and at its weights, as the root of
// the mean square of its numbers in orders of magnitude. Zones mark where gradients
// vanish or explode. It reads what Gradients reads, of which it takes the mean over
// the last quarter of the steps, or what Backward returns.
func GradientFlow(v any) *chart.Figure {
	t, err := model.TraceOf(v)
	if err != nil {
		return chart.Failed(err)
	}
	f := newFlow(t)
	if len(f.layers) == 0 {
		return chart.Failed(errors.New("the record holds no gradients: it was made without a step of training"))
	}
	var marks []chart.Mark
	if f.hasOutputs {
		marks = append(marks, chart.HBars(f.layers, f.outputs, chart.Said(func(o *chart.Options) string { return o.Say("at the output") })))
	}
	marks = append(marks, chart.HBars(f.layers, f.weights, chart.Said(func(o *chart.Options) string { return o.Say("at the weights") })),
		chart.VZone(math.Inf(-1), vanishing, chart.Said(func(o *chart.Options) string { return o.Say("vanishing") }), chart.Color("#9aa4b2"), chart.Opacity(0.35)),
		chart.VZone(exploding, math.Inf(1), chart.Said(func(o *chart.Options) string { return o.Say("exploding") }), chart.Color("#ff2d95"), chart.Opacity(0.35)))
	return chart.Plot(marks...).With(chart.LogX()).Worded(func(o *chart.Options) chart.Wording {
		return chart.Wording{X: o.Say("gradient (RMS)")}
	}).Noting(f.notes)
}

// A flow is how large gradients are in the layers of a model.
type flow struct {
	layers           []string // from the input to the output
	outputs, weights []float64
	hasOutputs       bool
	broken           string // the first layer with a gradient that is not finite
}

func newFlow(t *model.Trace) *flow {
	f := &flow{}
	sums := map[string]*meanSquare{}
	for i := range t.Series {
		s := &t.Series[i]
		if !strings.HasSuffix(s.What, " gradient") || len(s.Points) == 0 {
			continue
		}
		k := slices.Index(f.layers, s.Node)
		if k < 0 {
			k = len(f.layers)
			f.layers, f.outputs, f.weights = append(f.layers, s.Node), append(f.outputs, math.NaN()), append(f.weights, math.NaN())
		}
		late := s.Points[len(s.Points)*3/4:]
		if s.What == "output gradient" {
			f.outputs[k], f.hasOutputs = (&meanSquare{}).add(late).root(), true
		} else {
			if sums[s.Node] == nil {
				sums[s.Node] = &meanSquare{}
			}
			f.weights[k] = sums[s.Node].add(late).root()
		}
		if f.broken == "" && slices.ContainsFunc(late, func(p model.Point) bool { return p.Finite < p.Count }) {
			f.broken = s.Node
		}
	}
	f.sort(t)
	return f
}

// sort puts the layers in the order of their outputs, which a record keeps as they
// are computed.
func (f *flow) sort(t *model.Trace) {
	at := map[string]int{}
	for i := range t.Series {
		s := &t.Series[i]
		if _, ok := at[s.Node]; !ok || s.What == "output" {
			at[s.Node] = i
		}
	}
	order := make([]int, len(f.layers))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return at[f.layers[a]] - at[f.layers[b]] })
	sorted := flow{hasOutputs: f.hasOutputs, broken: f.broken}
	for _, i := range order {
		sorted.layers, sorted.outputs, sorted.weights = append(sorted.layers, f.layers[i]), append(sorted.outputs, f.outputs[i]), append(sorted.weights, f.weights[i])
	}
	*f = sorted
}

// A meanSquare is over the numbers of some points, by their norms.
type meanSquare struct{ norm, count float64 }

func (m *meanSquare) add(points []model.Point) *meanSquare {
	for _, p := range points {
		m.norm = math.Hypot(m.norm, p.Norm) // does not overflow where squares do
		m.count += float64(p.Count)
	}
	return m
}

func (m *meanSquare) root() float64 { return m.norm / math.Sqrt(max(m.count, 1)) }

// notes says how the gradient changes from the output to the input.
func (f *flow) notes(o *chart.Options) []string {
	if f.broken != "" {
		return []string{o.Say("The gradient of %s is not finite.", f.broken)}
	}
	values := f.weights
	if f.hasOutputs {
		values = f.outputs
	}
	first, last, gone, vast := -1, -1, 0, 0
	for i, v := range values {
		if math.IsNaN(v) {
			continue
		}
		if first < 0 {
			first = i
		}
		last = i
		if v < vanishing {
			gone++
		}
		if v > exploding {
			vast++
		}
	}
	var notes []string
	if gone > 0 {
		notes = append(notes, o.Say("Gradients vanish in %s of %s layers.", chart.Count(gone), chart.Count(len(values))))
	}
	if vast > 0 {
		notes = append(notes, o.Say("Gradients explode in %s of %s layers.", chart.Count(vast), chart.Count(len(values))))
	}
	if first < 0 || first == last {
		return notes
	}
	switch ratio := values[first] / values[last]; {
	case ratio == 0:
		notes = append(notes, o.Say("No gradient reaches %s.", f.layers[first]))
	case ratio > 0 && !math.IsInf(ratio, 0):
		each := math.Pow(ratio, 1/float64(last-first))
		notes = append(notes, o.Say("From %s back to %s the gradient becomes %s times as large, by a factor of %s a layer.", f.layers[last], f.layers[first], chart.Number(ratio), chart.Number(each)))
	}
	return notes
}
