package explain

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// moments are the weighted sums of samples that a local linear model is fitted from:
// of representations x and of outputs y. Sums of parts of the samples add up.
type moments struct {
	weight float64
	x, y   []float64
	xx     []float64  // features × features, the lower triangle
	xy     *mat.Dense // outputs × features
	yy     []float64
}

func newMoments(features, outputs int) *moments {
	return &moments{x: make([]float64, features), y: make([]float64, outputs), xx: make([]float64, features*features),
		xy: mat.NewDense(outputs, features, nil), yy: make([]float64, outputs)}
}

// add adds a sample, of whose representation most numbers may be zero. The room is
// for the places of the others, as many as features.
func (m *moments) add(x, y []float64, weight float64, room []int) {
	n := 0
	for j, v := range x { // without a branch: it could not be predicted
		room[n] = j
		var some int
		if v != 0 {
			some = 1
		}
		n += some
	}
	some := room[:n]
	m.weight += weight
	for p, i := range some {
		v := weight * x[i]
		m.x[i] += v
		row := m.xx[i*len(x):]
		for _, j := range some[:p+1] {
			row[j] += v * x[j]
		}
	}
	for k, v := range y {
		v *= weight
		m.y[k] += v
		m.yy[k] += v * y[k]
		row := m.xy.RawRowView(k)
		for _, j := range some {
			row[j] += v * x[j]
		}
	}
}

// plus adds the sums of other samples, times sign.
func (m *moments) plus(sign float64, o *moments) {
	m.weight += sign * o.weight
	floats.AddScaled(m.x, sign, o.x)
	floats.AddScaled(m.y, sign, o.y)
	floats.AddScaled(m.xx, sign, o.xx)
	floats.AddScaled(m.xy.RawMatrix().Data, sign, o.xy.RawMatrix().Data)
	floats.AddScaled(m.yy, sign, o.yy)
}

// centred is the regression of one output.
func (m *moments) centred(output int) *regression {
	n := len(m.x)
	r := &regression{xx: mat.NewSymDense(n, nil), xy: make([]float64, n)}
	y := m.y[output]
	for i := range n {
		for j := range i + 1 {
			r.xx.SetSym(i, j, m.xx[i*n+j]-m.x[i]*m.x[j]/m.weight)
		}
		r.xy[i] = m.xy.At(output, i) - m.x[i]*y/m.weight
	}
	r.yy = max(m.yy[output]-y*y/m.weight, 0)
	if r.yy <= 1e-14*m.yy[output] { // the same output everywhere: there is nothing but rounding
		r.yy = 0
		clear(r.xy)
	}
	return r
}

// A localModel is a linear model of what a model does near a row.
type localModel struct {
	only      []int // its features
	weights   []float64
	intercept float64
	score     float64 // R²; 1 if there is nothing to explain
}

// fit fits a ridge regression (penalty 1) to some features, which the way of selection
// chooses. At is the representation of the row itself.
func (m *moments) fit(output int, selection string, most int, at []float64) (*localModel, error) {
	r := m.centred(output)
	only, err := r.choose(selection, most, at)
	if err != nil {
		return nil, err
	}
	return m.fitOnly(output, r, only)
}

func (m *moments) fitOnly(output int, r *regression, only []int) (*localModel, error) {
	const penalty = 1
	l := &localModel{only: only, intercept: m.y[output] / m.weight, score: 1}
	if len(only) == 0 {
		return l, nil
	}
	var ok bool
	if l.weights, ok = r.ridge(only, penalty); !ok {
		return nil, fmt.Errorf("the local model has no solution")
	}
	for p, j := range only {
		l.intercept -= l.weights[p] * m.x[j] / m.weight
	}
	l.score = r.score(only, l.weights)
	return l, nil
}

// score is the R² of coefficients.
func (r *regression) score(only []int, beta []float64) float64 {
	if r.yy == 0 {
		return 1
	}
	left := r.yy
	for p, i := range only {
		left -= 2 * beta[p] * r.xy[i]
		for q, j := range only {
			left += beta[p] * beta[q] * r.xx.At(i, j)
		}
	}
	return 1 - left/r.yy
}

// choose selects features as LIME does.
func (r *regression) choose(selection string, most int, at []float64) ([]int, error) {
	if selection == "auto" {
		selection = "highest"
		if most <= 6 {
			selection = "forward"
		}
	}
	most = min(most, len(r.xy))
	switch selection {
	case "none":
		return everyone(len(r.xy)), nil
	case "lasso":
		return r.lassoSelection(most), nil
	case "forward":
		return r.forward(most), nil
	}
	const penalty = 0.01
	beta, ok := r.ridge(everyone(len(r.xy)), penalty)
	if !ok {
		return nil, fmt.Errorf("the local model has no solution")
	}
	only := everyone(len(beta))
	size := func(j int) float64 { return math.Abs(beta[j] * at[j]) }
	slices.SortStableFunc(only, func(i, j int) int {
		switch {
		case size(i) > size(j):
			return -1
		case size(i) < size(j):
			return 1
		}
		return 0
	})
	only = only[:most]
	slices.Sort(only)
	return only, nil
}

// forward adds the feature with which R² is greatest, one after the other.
func (r *regression) forward(most int) []int {
	var only []int
	for len(only) < most {
		best, which := math.Inf(-1), -1
		for j := range r.xy {
			if slices.Contains(only, j) {
				continue
			}
			with := append(slices.Clone(only), j)
			beta, ok := r.ridge(with, 0)
			if !ok {
				continue
			}
			if s := r.score(with, beta); s > best {
				best, which = s, j
			}
		}
		if which < 0 {
			break // the others add nothing: they are constant or duplicates
		}
		only = append(only, which)
	}
	slices.Sort(only)
	return only
}
