package explain

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// A regression is a weighted least squares problem by its moments: XᵀWX, XᵀWy and
// yᵀWy, of centred features and outputs.
type regression struct {
	xx *mat.SymDense
	xy []float64
	yy float64
}

// ridge solves for the coefficients of some features, with a penalty on their squares.
func (r *regression) ridge(only []int, penalty float64) ([]float64, bool) {
	a := mat.NewSymDense(len(only), nil)
	b := mat.NewVecDense(len(only), nil)
	for p, i := range only {
		b.SetVec(p, r.xy[i])
		for q, j := range only[:p+1] {
			a.SetSym(p, q, r.xx.At(i, j))
		}
		a.SetSym(p, p, a.At(p, p)+penalty)
	}
	var c mat.Cholesky
	var beta mat.VecDense
	if !c.Factorize(a) || c.SolveVecTo(&beta, b) != nil {
		return nil, false
	}
	return beta.RawVector().Data, true
}

// lasso follows the path of the lasso from the greatest penalty to none (least angle
// regression, Efron et al. 2004), and calls visit with the coefficients at every bend
// until it returns false.
func (r *regression) lasso(visit func(beta []float64) bool) {
	m := len(r.xy)
	beta, corr := make([]float64, m), slices.Clone(r.xy)
	var active []int
	out := make([]bool, m) // features that others of the active ones determine
	dropped := -1
	for range 8 * m {
		c, enters := 0.0, -1
		for j, v := range corr {
			if !out[j] && !slices.Contains(active, j) && j != dropped && math.Abs(v) > c {
				c, enters = math.Abs(v), j
			}
		}
		if len(active) > 0 {
			c = math.Abs(corr[active[0]])
		}
		if enters >= 0 && dropped < 0 {
			active = append(active, enters)
			c = math.Abs(corr[enters])
		}
		if c <= 1e-12*math.Sqrt(r.yy+1e-300) || len(active) == 0 {
			return
		}
		direction, ok := r.equiangular(active, corr)
		if !ok { // the last one adds nothing to the others
			out[active[len(active)-1]] = true
			active = active[:len(active)-1]
			continue
		}
		step, leaves := r.stride(active, out, beta, corr, direction, c)
		for p, j := range active {
			beta[j] += step * direction[p]
		}
		for j := range corr {
			for p, i := range active {
				corr[j] -= step * direction[p] * r.xx.At(i, j)
			}
		}
		dropped = -1
		if leaves >= 0 {
			dropped = active[leaves]
			beta[dropped] = 0
			active = slices.Delete(active, leaves, leaves+1)
		}
		if !visit(beta) {
			return
		}
	}
}

// equiangular is the direction of coefficients in which the correlations of all active
// features shrink alike, from c to 0 in a step of c.
func (r *regression) equiangular(active []int, corr []float64) ([]float64, bool) {
	a := mat.NewSymDense(len(active), nil)
	s := mat.NewVecDense(len(active), nil)
	for p, i := range active {
		s.SetVec(p, math.Copysign(1, corr[i]))
		for q, j := range active[:p+1] {
			a.SetSym(p, q, r.xx.At(i, j))
		}
	}
	var c mat.Cholesky
	var d mat.VecDense
	if !c.Factorize(a) || c.Cond() > 1e12 || c.SolveVecTo(&d, s) != nil {
		return nil, false
	}
	return d.RawVector().Data, true
}

// stride is how far to go until another feature is as correlated as the active ones,
// or a coefficient becomes 0: then its place among the active ones is returned too.
func (r *regression) stride(active []int, out []bool, beta, corr, direction []float64, c float64) (step float64, leaves int) {
	step, leaves = c, -1
	for j := range corr {
		if out[j] || slices.Contains(active, j) {
			continue
		}
		a := 0.0
		for p, i := range active {
			a += direction[p] * r.xx.At(i, j)
		}
		for _, t := range []float64{(c - corr[j]) / (1 - a), (c + corr[j]) / (1 + a)} {
			if t > 1e-14*c && t < step {
				step = t
			}
		}
	}
	for p, j := range active {
		if t := -beta[j] / direction[p]; t > 1e-14*c && t < step {
			step, leaves = t, p
		}
	}
	return step, leaves
}

// lassoSelection are the features of the last bend of the lasso's path that has no
// more than n.
func (r *regression) lassoSelection(n int) []int {
	var only []int
	r.lasso(func(beta []float64) bool {
		var now []int
		for j, v := range beta {
			if v != 0 {
				now = append(now, j)
			}
		}
		if len(now) <= n {
			only = now
		}
		return true
	})
	return only
}
