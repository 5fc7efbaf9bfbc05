package explain

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

// GradientSHAP explains by expected gradients (Erion et al. 2021): integrated gradients
// from rows of a background, each at one place of the way, drawn at random; 200 of them
// unless [Samples] says otherwise. Contributions are estimates, with standard errors;
// they sum up to the difference from the mean output of the background, but for these.
// It works for every model with gradients, also through recurrent layers and attention.
func GradientSHAP(model, background any, list ...Option) *GradientMethod {
	m := newGradientMethod("Gradient SHAP", model, list, "Samples", "Seed")
	if m.err != nil {
		return m
	}
	if m.o.samples == 0 {
		m.o.samples = 200
	}
	if m.o.samples < 2 {
		m.err = fmt.Errorf("an error can be estimated from two samples at least, not from %d", m.o.samples)
		return m
	}
	e := m.against(background)
	m.estimates = e.values
	return m
}

// against makes contributions count from the mean output of a background.
func (m *GradientMethod) against(background any) *expected {
	e := &expected{m: m}
	if m.err != nil {
		return e
	}
	t, err := rowsOf(background)
	if err == nil {
		err = m.g.fits(t.x)
	}
	if err != nil {
		m.err = fmt.Errorf("the background: %w", err)
		return e
	}
	e.background, m.base = t.x, e.base
	return e
}

type expected struct {
	m          *GradientMethod
	background *mat.Dense
	outputs    *mat.Dense // of the background, once they are known
}

// entered is the background where gradients are taken.
func (e *expected) entered(m *GradientMethod) (*mat.Dense, error) {
	w, ok := m.at.(*way)
	if !ok {
		return e.background, nil
	}
	x, err := w.enter(e.background)
	if err != nil {
		return nil, fmt.Errorf("the background: %w", err)
	}
	return x, nil
}

// base is the mean output of the background.
func (e *expected) base(k int) (float64, error) {
	if e.outputs == nil {
		y, err := e.m.g.outputs(e.background)
		if err != nil {
			return 0, fmt.Errorf("the background: %w", err)
		}
		e.outputs = y
	}
	return sum(column(e.outputs, k)) / float64(len(column(e.outputs, k))), nil
}

// values are the means over samples, and their standard errors.
func (e *expected) values(m *GradientMethod, x *mat.Dense, of []int) (mean, deviation *mat.Dense, err error) {
	background, err := e.entered(m)
	if err != nil {
		return nil, nil, err
	}
	n, width := x.Dims()
	rows, _ := background.Dims()
	here, way := mat.NewDense(n, width, nil), mat.NewDense(n, width, nil)
	var total, square *mat.Dense
	source := make([]*rand.Rand, n)
	for i := range source { // what is drawn for a row depends on the row alone
		source[i] = rand.New(rand.NewPCG(m.o.seed, hash(x.RawRowView(i))))
	}
	samples := float64(m.o.samples)
	for s := range m.o.samples {
		for i := range n {
			from := background.RawRowView(source[i].IntN(rows))
			// One place in each part of the way is nearer to the truth than any places.
			at := (float64(s) + source[i].Float64()) / samples
			for j, v := range x.RawRowView(i) {
				way.Set(i, j, v-from[j])
				here.Set(i, j, from[j]+at*(v-from[j]))
			}
		}
		g, err := m.at.gradients(here, of)
		if err != nil {
			return nil, nil, err
		}
		g.MulElem(g, way)
		g = m.perFeature(g)
		if s == 0 {
			n, features := g.Dims()
			total, square = mat.NewDense(n, features, nil), mat.NewDense(n, features, nil)
		}
		total.Add(total, g)
		g.MulElem(g, g)
		square.Add(square, g)
	}
	_, features := total.Dims()
	deviation = mat.NewDense(n, features, nil)
	for i := range n {
		for j := range features {
			mean := total.At(i, j) / samples
			total.Set(i, j, mean)
			deviation.Set(i, j, math.Sqrt(max(square.At(i, j)/samples-mean*mean, 0)/(samples-1)))
		}
	}
	return total, deviation, nil
}
