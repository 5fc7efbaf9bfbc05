package explain

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/mat"

	"loupe/viz/model"
)

// Rule chooses how layers share out relevance: "epsilon", "gamma", "zplus" or
// "composite".
func Rule(name string) Option { return func(o *options) { o.set("Rule"); o.rule = name } }

// LRP explains by layer-wise relevance propagation (Bach et al. 2015): the output is
// handed back through the layers, each of which shares out what it got among its
// inputs by what these gave to its sums. The output is that before a last softmax or
// sigmoid, as is usual. [Rule] says which share counts, of x·w:
//
//   - "epsilon": all of it; sums are moved away from 0 by a millionth. For layers
//     that are all of this rule, that is gradient × input but for activations.
//   - "gamma": positive weights count a quarter more.
//   - "zplus": only what raises the sum (α = 1, β = 0), which has little noise.
//   - "composite", as it is without Rule: zplus for convolutions, epsilon for other
//     layers (Montavon et al. 2019).
//
// Biases take their share, so that the sum of the contributions is only near the
// output: how near is the conservation gap. Batch normalisation hands on what it gets.
// There is no rule for recurrent layers, attention and layer normalisation; [DeepLIFT]
// goes through these.
func LRP(v any, list ...Option) *GradientMethod {
	m := newGradientMethod("LRP", v, list, "Rule")
	m.stepwise = true
	if m.err != nil {
		return m
	}
	if m.o.rule == "" {
		m.o.rule = "composite"
	}
	if names := []string{"composite", "epsilon", "gamma", "zplus"}; !slices.Contains(names, m.o.rule) {
		m.err = fmt.Errorf("there is no rule %q; there are %s", m.o.rule, strings.Join(names, ", "))
		return m
	}
	r := &relevance{rule: m.o.rule}
	m.values, m.explained = r.values, r.explained
	m.unit = "logit"
	return m
}

type relevance struct{ rule string }

// sums is the step that computes what is explained: that before a last softmax or
// sigmoid.
func (w *way) sums() int {
	last := w.last()
	if op := w.steps[last].Op; last > 0 && len(w.steps[last].Inputs) == 1 && w.steps[last].Inputs[0] >= 0 && slices.Contains([]string{"softmax", "log_softmax", "sigmoid"}, op) {
		return w.steps[last].Inputs[0]
	}
	return last
}

// explained are the outputs before a last softmax.
func (r *relevance) explained(m *GradientMethod, x *mat.Dense, of []int) (*mat.Dense, error) {
	w := m.at.(*way)
	n, _ := x.Dims()
	out := mat.NewDense(n, 1, nil)
	return out, pieces(x, of, func(from int, x *mat.Dense, of []int) error {
		p, err := w.run(x)
		if err != nil {
			return err
		}
		for i, k := range of {
			out.Set(from+i, 0, p.output(w.sums()).At(i, k))
		}
		return nil
	})
}

func (r *relevance) values(m *GradientMethod, x *mat.Dense, of []int) (*mat.Dense, error) {
	w := m.at.(*way)
	p, err := w.run(x)
	if err != nil {
		return nil, err
	}
	start := oneOf(of)(p.done[w.sums()].Output)
	for i, v := range p.done[w.sums()].Output.Values {
		start.Values[i] *= v
	}
	out, err := p.back(w.sums(), start, func(step int, g model.Array) ([]model.Array, error) { return r.through(p, step, g) })
	if err != nil {
		return nil, err
	}
	return out, checkNumbers(out)
}

// through hands relevance back through a step.
func (r *relevance) through(p *pass, step int, got model.Array) ([]model.Array, error) {
	s := p.w.steps[step]
	switch {
	case s.Kind == model.Pointwise, s.Op == "BatchNorm":
		return []model.Array{got}, nil
	case s.Kind == model.Greatest:
		return p.done[step].Back(got), nil
	case s.Kind != model.Affine:
		return nil, fmt.Errorf("LRP has no rule for %s (%s): DeepLIFT and IntegratedGradients go through it", s.Node, s.Op)
	}
	rule := r.rule
	if rule == "composite" {
		if rule = "epsilon"; strings.HasPrefix(s.Op, "Conv") {
			rule = "zplus"
		}
	}
	switch rule {
	case "gamma":
		return shared(s, p.in[step], got, part{weights: func(_ string, w float64) float64 { return w + max(w, 0)/4 }})
	case "zplus":
		return shared(s, p.in[step], got,
			part{inputs: func(x float64) float64 { return max(x, 0) }, weights: func(_ string, w float64) float64 { return max(w, 0) }},
			part{inputs: func(x float64) float64 { return min(x, 0) }, weights: func(name string, w float64) float64 {
				if name == "bias" {
					return 0 // it is in the first part if it raises the sum
				}
				return min(w, 0)
			}})
	}
	return shared(s, p.in[step], got, part{})
}

// A part is some of what inputs give to the sums: changed inputs by changed weights.
// Functions that are nil change nothing.
type part struct {
	inputs  func(x float64) float64
	weights func(name string, w float64) float64
}

// shared shares relevance out among the inputs of a step, by what the parts give to its
// sums.
func shared(s model.Step, in []model.Array, got model.Array, parts ...part) ([]model.Array, error) {
	var list []model.Done
	var given [][]model.Array
	sums := model.Array{Shape: got.Shape, Values: make([]float64, len(got.Values))}
	for _, f := range parts {
		inputs := in
		if f.inputs != nil {
			inputs = changed(in, f.inputs)
		}
		done, err := s.Do(inputs, f.weights)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.Node, err)
		}
		add(&sums, done.Output)
		list, given = append(list, done), append(given, inputs)
	}
	for i, z := range sums.Values {
		const epsilon = 1e-6
		sums.Values[i] = got.Values[i] / (z + math.Copysign(epsilon, z))
	}
	out := make([]model.Array, len(in))
	for k, done := range list {
		for i, slopes := range done.Back(sums) {
			for j := range slopes.Values {
				slopes.Values[j] *= given[k][i].Values[j]
			}
			add(&out[i], slopes)
		}
	}
	return out, nil
}

func changed(in []model.Array, f func(float64) float64) []model.Array {
	out := make([]model.Array, len(in))
	for i, a := range in {
		out[i] = model.Array{Shape: a.Shape, Values: make([]float64, len(a.Values))}
		for j, v := range a.Values {
			out[i].Values[j] = f(v)
		}
	}
	return out
}
