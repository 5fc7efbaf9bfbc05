package explain

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/mat"

	"loupe/viz/model"
)

// DeepLIFT explains by differences from a baseline, step by step: what the difference
// at the output of each operation owes to those at its inputs (Shrikumar, Greenside
// and Kundaje 2017, the rescale rule: the slope of an activation is that of the line
// between its two points). Maxima share out what each of the two inputs adds to the
// greater; softmax, recurrent layers, attention and normalisation have the mean of
// their slopes on the straight way between their two inputs, at 16 places unless
// [Steps] says otherwise, which for a single number is the same rule.
//
// Contributions sum up to the difference between the outputs; how exactly is the
// completeness gap.
func DeepLIFT(model any, list ...Option) *GradientMethod {
	m := newGradientMethod("DeepLIFT", model, list, "Steps", "Baseline")
	d := m.lift()
	m.complete = true
	m.values = func(m *GradientMethod, x *mat.Dense, of []int) (*mat.Dense, error) {
		base, err := m.start()
		if err != nil {
			return nil, err
		}
		n, _ := x.Dims()
		other := mat.NewDense(n, len(base), nil)
		for i := range n {
			other.SetRow(i, base)
		}
		return d.contributions(m.at.(*way), x, other, of)
	}
	return m
}

// DeepSHAP explains by the mean of [DeepLIFT] over the rows of a background (Lundberg
// and Lee 2017): close to Shapley values, in the time of a few predictions for each of
// these rows. Contributions sum up to the difference from the mean output of the
// background.
//
// Unlike SHAP's DeepExplainer it goes through every layer of loupe/nn, also recurrent
// ones and attention.
func DeepSHAP(model, background any, list ...Option) *GradientMethod {
	m := newGradientMethod("Deep SHAP", model, list, "Steps")
	d := m.lift()
	e := m.against(background)
	m.values = func(m *GradientMethod, x *mat.Dense, of []int) (*mat.Dense, error) {
		others, err := e.entered(m)
		if err != nil {
			return nil, err
		}
		return d.mean(m.at.(*way), x, others, of)
	}
	return m
}

// lift checks the options that both methods have.
func (m *GradientMethod) lift() *lifting {
	d := &lifting{}
	m.stepwise = true
	if m.err != nil {
		return d
	}
	if !m.o.has("Steps") {
		m.o.steps = 16
	}
	if m.o.steps < 1 {
		m.err = fmt.Errorf("a way of %d steps leads nowhere", m.o.steps)
		return d
	}
	d.places, d.weights = make([]float64, m.o.steps), make([]float64, m.o.steps)
	quad.Legendre{}.FixedLocations(d.places, d.weights, 0, 1)
	return d
}

// lifting is DeepLIFT with a rule for integrals.
type lifting struct{ places, weights []float64 }

// mean is the mean of contributions over references, each row against each.
func (d *lifting) mean(w *way, x, others *mat.Dense, of []int) (*mat.Dense, error) {
	n, width := x.Dims()
	rows, _ := others.Dims()
	total := mat.NewDense(n, width, nil)
	pairs := n * rows
	for from := 0; from < pairs; from += chunk {
		many := min(chunk, pairs-from)
		a, b, outputs := mat.NewDense(many, width, nil), mat.NewDense(many, width, nil), make([]int, many)
		for k := range many {
			i, j := (from+k)/rows, (from+k)%rows
			a.SetRow(k, x.RawRowView(i))
			b.SetRow(k, others.RawRowView(j))
			outputs[k] = of[i]
		}
		v, err := d.contributions(w, a, b, outputs)
		if err != nil {
			return nil, err
		}
		for k := range many {
			to := total.RawRowView((from + k) / rows)
			for j, c := range v.RawRowView(k) {
				to[j] += c / float64(rows)
			}
		}
	}
	return total, nil
}

// contributions are those of the numbers of rows to the difference from others.
func (d *lifting) contributions(w *way, x, others *mat.Dense, of []int) (*mat.Dense, error) {
	n, width := x.Dims()
	both := mat.NewDense(2*n, width, nil)
	both.Slice(0, n, 0, width).(*mat.Dense).Copy(x)
	both.Slice(n, 2*n, 0, width).(*mat.Dense).Copy(others)
	p, err := w.run(both)
	if err != nil {
		return nil, err
	}
	// What goes back is for the first half; the second are zeros.
	out := p.done[w.last()].Output
	g := oneOf(append(append([]int(nil), of...), of...))(out)
	clear(g.Values[len(g.Values)/2:])
	v, err := p.back(w.last(), g, func(step int, g model.Array) ([]model.Array, error) { return d.through(p, step, g) })
	if err != nil {
		return nil, err
	}
	v = v.Slice(0, n, 0, width).(*mat.Dense)
	slopes := mat.NewDense(n, width, nil)
	slopes.Sub(x, others)
	slopes.MulElem(slopes, v)
	return slopes, checkNumbers(slopes)
}

// same is how near two inputs of a function must be for its slope to be taken instead
// of that of the line between them, where rounding would count.
func same(a, b float64) bool { return math.Abs(a-b) <= 1e-7*max(math.Abs(a), math.Abs(b), 1e-3) }

// through is the rule of each kind of step.
func (d *lifting) through(p *pass, step int, g model.Array) ([]model.Array, error) {
	switch p.w.steps[step].Kind {
	case model.Affine:
		return p.done[step].Back(g), nil
	case model.Pointwise:
		return d.pointwise(p, step, g), nil
	case model.Greatest:
		return d.greatest(p, step, g), nil
	}
	return d.general(p, step, g)
}

func (d *lifting) pointwise(p *pass, step int, g model.Array) []model.Array {
	in, out := p.in[step][0].Values, p.done[step].Output.Values
	back := p.done[step].Back(g)[0] // the slopes
	half := len(in) / 2
	for i := range half {
		if a, b := in[i], in[half+i]; !same(a, b) {
			back.Values[i] = g.Values[i] * (out[i] - out[half+i]) / (a - b)
		}
	}
	return []model.Array{back}
}

// greatest gives the inputs that win on each side what they add to the greater of the
// two outputs.
func (d *lifting) greatest(p *pass, step int, g model.Array) []model.Array {
	in, out := p.in[step][0].Values, p.done[step].Output.Values
	shares := model.Array{Shape: g.Shape, Values: make([]float64, len(g.Values))}
	half := len(g.Values) / 2
	for i := range half {
		most := max(out[i], out[half+i])
		shares.Values[i] = g.Values[i] * (most - out[half+i])
		shares.Values[half+i] = g.Values[i] * (out[i] - most)
	}
	back := p.done[step].Back(shares)[0]
	half = len(in) / 2
	for i := range half {
		sum := back.Values[i] + back.Values[half+i]
		if back.Values[i], back.Values[half+i] = 0, 0; in[i] != in[half+i] {
			back.Values[i] = sum / (in[i] - in[half+i])
		}
	}
	return []model.Array{back}
}

// general takes the mean of the slopes between the two inputs.
func (d *lifting) general(p *pass, step int, g model.Array) ([]model.Array, error) {
	first := func(a model.Array) model.Array { // half
		return model.Array{Shape: append([]int{a.Shape[0] / 2}, a.Shape[1:]...), Values: a.Values[:len(a.Values)/2]}
	}
	s := p.w.steps[step]
	out := make([]model.Array, len(s.Inputs))
	for i, in := range p.in[step] {
		out[i] = model.Array{Shape: in.Shape, Values: make([]float64, len(in.Values))}
	}
	for k, at := range d.places {
		between := make([]model.Array, len(s.Inputs))
		for i, in := range p.in[step] {
			between[i] = first(model.Array{Shape: in.Shape, Values: make([]float64, len(in.Values))})
			half := len(in.Values) / 2
			for j := range half {
				between[i].Values[j] = in.Values[half+j] + at*(in.Values[j]-in.Values[half+j])
			}
		}
		done, err := s.Do(between, nil)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.Node, err)
		}
		for i, slope := range done.Back(first(g)) {
			for j, v := range slope.Values {
				out[i].Values[j] += d.weights[k] * v
			}
		}
	}
	return out, nil
}
