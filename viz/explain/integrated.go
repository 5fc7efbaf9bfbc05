package explain

import (
	"fmt"

	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/mat"
)

// IntegratedGradients explains by the gradients on the straight way from a baseline
// to the input (Sundararajan, Taly and Yan 2017), at 50 places of a Gauss–Legendre
// rule unless [Steps] says otherwise. Contributions sum up to the difference between
// the outputs; how exactly is the completeness gap.
func IntegratedGradients(model any, list ...Option) *GradientMethod {
	m := newGradientMethod("Integrated gradients", model, list, "Steps", "Baseline")
	m.complete = true
	if m.err == nil && m.o.steps == 0 {
		m.o.steps = 50
	}
	if m.err == nil && m.o.steps < 1 {
		m.err = fmt.Errorf("a way of %d steps leads nowhere", m.o.steps)
	}
	m.values = (*GradientMethod).integrated
	return m
}

// integrated sums up gradients on the way from the baseline.
func (m *GradientMethod) integrated(x *mat.Dense, of []int) (*mat.Dense, error) {
	base, err := m.start()
	if err != nil {
		return nil, err
	}
	at, weight := make([]float64, m.o.steps), make([]float64, m.o.steps)
	quad.Legendre{}.FixedLocations(at, weight, 0, 1)
	n, features := x.Dims()
	total := mat.NewDense(n, features, nil)
	for s, t := range at {
		g, err := m.at.gradients(onWay(base, x, t), of)
		if err != nil {
			return nil, err
		}
		g.Scale(weight[s], g)
		total.Add(total, g)
	}
	for i := range n {
		row, to := x.RawRowView(i), total.RawRowView(i)
		for j, b := range base {
			to[j] *= row[j] - b
		}
	}
	return total, nil
}

// onWay is the places a share of the way from the baseline to rows.
func onWay(base []float64, x *mat.Dense, at float64) *mat.Dense {
	n, features := x.Dims()
	here := mat.NewDense(n, features, nil)
	for i := range n {
		row, to := x.RawRowView(i), here.RawRowView(i)
		for j, b := range base {
			to[j] = b + at*(row[j]-b)
		}
	}
	return here
}
