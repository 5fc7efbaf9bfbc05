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
	t, err := rowsOf(background)
	if err == nil {
		err = m.g.fits(t.x)
	}
	if err != nil {
		m.err = fmt.Errorf("the background: %w", err)
		return m
	}
	e := &expected{m: m, background: t.x}
	m.estimates = e.values
	m.base = e.base
	return m
}

type expected struct {
	m          *GradientMethod
	background *mat.Dense
	outputs    *mat.Dense // of the background, once they are known
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
func (e *expected) values(x *mat.Dense, of []int) (mean, deviation *mat.Dense, err error) {
	n, features := x.Dims()
	rows, _ := e.background.Dims()
	total, square, here, way := mat.NewDense(n, features, nil), mat.NewDense(n, features, nil), mat.NewDense(n, features, nil), mat.NewDense(n, features, nil)
	source := make([]*rand.Rand, n)
	for i := range source { // what is drawn for a row depends on the row alone
		source[i] = rand.New(rand.NewPCG(e.m.o.seed, hash(x.RawRowView(i))))
	}
	samples := float64(e.m.o.samples)
	for s := range e.m.o.samples {
		for i := range n {
			from := e.background.RawRowView(source[i].IntN(rows))
			// One place in each part of the way is nearer to the truth than any places.
			at := (float64(s) + source[i].Float64()) / samples
			for j, v := range x.RawRowView(i) {
				way.Set(i, j, v-from[j])
				here.Set(i, j, from[j]+at*(v-from[j]))
			}
		}
		g, err := e.m.g.gradients(here, of)
		if err != nil {
			return nil, nil, err
		}
		g.MulElem(g, way)
		total.Add(total, g)
		g.MulElem(g, g)
		square.Add(square, g)
	}
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
