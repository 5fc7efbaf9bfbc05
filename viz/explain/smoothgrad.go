package explain

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

// SmoothGrad explains by the mean gradient over 50 inputs with noise, whose standard
// deviation is 15 % of the range of the input (Smilkov et al. 2017); [Samples] and
// [Noise] change that.
func SmoothGrad(model any, list ...Option) *GradientMethod {
	m := newGradientMethod("SmoothGrad", model, list, "Samples", "Noise", "Seed")
	m.slope = true
	if m.err == nil && m.o.samples == 0 {
		m.o.samples = 50
	}
	if m.err == nil && m.o.noise == 0 {
		m.o.noise = 0.15
	}
	if m.err == nil && (m.o.samples < 1 || m.o.noise < 0 || math.IsNaN(m.o.noise)) {
		m.err = fmt.Errorf("SmoothGrad needs samples and noise, not %d and %v", m.o.samples, m.o.noise)
	}
	m.values = (*GradientMethod).smooth
	return m
}

// smooth takes the mean over noisy inputs.
func (m *GradientMethod) smooth(x *mat.Dense, of []int) (*mat.Dense, error) {
	n, features := x.Dims()
	total, here := mat.NewDense(n, features, nil), mat.NewDense(n, features, nil)
	for s := range m.o.samples {
		for i := range n {
			row, to := x.RawRowView(i), here.RawRowView(i)
			lo, hi := extent(row)
			// The noise of a row depends on nothing but the row's values.
			r := rand.New(rand.NewPCG(m.o.seed, uint64(s)^hash(row)))
			for j, v := range row {
				to[j] = v + r.NormFloat64()*m.o.noise*(hi-lo)
			}
		}
		g, err := m.at.gradients(here, of)
		if err != nil {
			return nil, err
		}
		total.Add(total, g)
	}
	total.Scale(1/float64(m.o.samples), total)
	return total, nil
}

// hash mixes the numbers of a row (FNV-1a), so that rows have noise of their own
// wherever they stand in a batch.
func hash(row []float64) uint64 {
	h := uint64(14695981039346656037)
	for _, v := range row {
		h = (h ^ math.Float64bits(v)) * 1099511628211
	}
	return h
}
