package explain

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"
)

// PermutationSHAP explains by Shapley values as the mean over random orders of the
// features, each forwards and backwards (antithetic: Mitchell et al. 2022), of what
// each feature adds to those before it. It takes 10 orders unless [Samples] says
// otherwise, which are 2M − 2 coalitions of M features each. Contributions sum up to
// the prediction exactly, and are exact if no more than two features interact.
//
// Errors are standard errors over orders. As they are known from few, they are
// widened by Student's t, for skewness, and by what is typical of all features: the exact
// value is within 1.96 of them in about 95 %. Of 10 orders that is so over the features,
// and for single ones whose interactions are rare it may be 90 %.
func PermutationSHAP(model, background any, list ...Option) *SHAP {
	s := newSHAP("Permutation SHAP", model, background, list, append(slices.Clip(masking), "Samples", "Seed")...)
	s.fewest(10, 2, "orders of features")
	s.solve = func(s *SHAP, g *game, r *rand.Rand) (*shares, error) { return g.permutations(s.o.samples, r) }
	return s
}

// SamplingSHAP explains by Shapley values as the mean over random orders of the
// features, another order for each feature (Štrumbelj and Kononenko 2014). It takes 200
// of them for each feature unless [Samples] says otherwise, which are two coalitions
// each. [PermutationSHAP] is better unless few features vary: contributions here sum up
// to the prediction only nearly, and the additivity gap says how nearly.
//
// Errors are as those of PermutationSHAP.
func SamplingSHAP(model, background any, list ...Option) *SHAP {
	s := newSHAP("Sampling SHAP", model, background, list, append(slices.Clip(masking), "Samples", "Seed")...)
	s.fewest(200, 2, "orders for each feature")
	s.limit = 0
	s.solve = func(s *SHAP, g *game, r *rand.Rand) (*shares, error) { return g.sampled(s.o.samples, r) }
	return s
}

// fewest sets the number of samples, of which there must be some.
func (s *SHAP) fewest(usual, fewest int, what string) {
	if s.err != nil {
		return
	}
	if s.o.samples == 0 && !s.o.has("Samples") {
		s.o.samples = usual
	}
	if s.o.samples < fewest {
		s.err = fmt.Errorf("%d %s are too few to know an error: Samples needs %d or more", s.o.samples, what, fewest)
	}
}

func (g *game) permutations(n int, r *rand.Rand) (*shares, error) {
	m, outputs := len(g.players), g.p.outputs
	if m == 1 {
		return g.alone(), nil
	}
	orders := make([][]int, n)
	c := coalitionsOf(m)
	for i := range orders {
		orders[i] = r.Perm(m)
		for to := 1; to < m; to++ {
			c.addPlayers(orders[i][:to]...)
		}
		for from := m - 1; from > 0; from-- {
			c.addPlayers(orders[i][from:]...)
		}
	}
	worth, err := g.drawn(c)
	if err != nil {
		return nil, err
	}
	t := newTally(m, outputs)
	sample := mat.NewDense(m, outputs, nil)
	for i, order := range orders {
		sample.Zero()
		way := worth[i*2*(m-1)*outputs:]
		g.steps(sample, order, way[:(m-1)*outputs], 1)
		g.steps(sample, order, way[(m-1)*outputs:], -1)
		for p := range m {
			t.add(p, sample.RawRowView(p))
		}
	}
	return t.shares(), nil
}

// steps adds half of what each player of an order adds to those before it.
func (g *game) steps(to *mat.Dense, order []int, way []float64, direction int) {
	outputs := g.p.outputs
	before := g.base
	for i := range order {
		after := g.full
		if i < len(order)-1 {
			after = way[i*outputs : (i+1)*outputs]
		}
		player := order[i]
		if direction < 0 {
			player = order[len(order)-1-i]
		}
		row := to.RawRowView(player)
		floats.AddScaled(row, 0.5, after)
		floats.AddScaled(row, -0.5, before)
		before = after
	}
}

func (g *game) sampled(n int, r *rand.Rand) (*shares, error) {
	m, outputs := len(g.players), g.p.outputs
	if m == 1 {
		return g.alone(), nil
	}
	c := coalitionsOf(m)
	for p := range m {
		for range n {
			s := c.add()
			for _, before := range r.Perm(m) {
				if before == p {
					break
				}
				join(s, before)
			}
		}
	}
	// The same coalitions follow, each with its player.
	without := c.len()
	c.bits = append(c.bits, c.bits...)
	for i := range without {
		join(c.at(without+i), i/n)
	}
	worth, err := g.drawn(c)
	if err != nil {
		return nil, err
	}
	t := newTally(m, outputs)
	for i := range without {
		with := worth[(without+i)*outputs : (without+i+1)*outputs]
		floats.Sub(with, worth[i*outputs:(i+1)*outputs])
		t.add(i/n, with)
	}
	return t.shares(), nil
}

// A tally is the running mean of samples of contributions, and their second and third
// central moments, times the samples (Welford; Pébay 2008).
type tally struct {
	n                  []int
	mean, square, cube *mat.Dense
}

func newTally(players, outputs int) *tally {
	room := func() *mat.Dense { return mat.NewDense(players, outputs, nil) }
	return &tally{n: make([]int, players), mean: room(), square: room(), cube: room()}
}

func (t *tally) add(player int, sample []float64) {
	t.n[player]++
	n := float64(t.n[player])
	mean, square, cube := t.mean.RawRowView(player), t.square.RawRowView(player), t.cube.RawRowView(player)
	for k, v := range sample {
		away := v - mean[k]
		step := away * away * (n - 1) / n
		cube[k] += step*away*(n-2)/n - 3*away/n*square[k]
		mean[k] += away / n
		square[k] += step
	}
}

func (t *tally) shares() *shares {
	wide, typical := 0.0, t.typical()
	for p, samples := range t.n {
		n := float64(samples)
		square, cube := t.square.RawRowView(p), t.cube.RawRowView(p)
		if p == 0 || samples != t.n[p-1] {
			wide = widened(samples)
		}
		for k, v := range square {
			if v == 0 {
				continue
			}
			skewness := cube[k] / n / math.Pow(v/n, 1.5)
			few := fewOrders / n
			square[k] = (wide + skewed*skewness*skewness/n) * math.Sqrt((v+few*typical[k])/(n-1+few)/n)
		}
	}
	return &shares{values: t.mean, errors: t.square}
}

// fewOrders is how many samples what is typical counts as one more of; of more samples, less.
const fewOrders = 10

// typical is the mean variance of a sample over the players that vary, of each output. The
// variance of a player is drawn towards it: few orders may all have missed the interaction
// that it is from (moderated variances, Smyth 2004).
func (t *tally) typical() []float64 {
	players, outputs := t.square.Dims()
	mean, vary := make([]float64, outputs), make([]float64, outputs)
	for p := range players {
		for k, v := range t.square.RawRowView(p) {
			if v > 0 {
				vary[k]++
				mean[k] += (v/float64(t.n[p]-1) - mean[k]) / vary[k]
			}
		}
	}
	return mean
}

// widened is by how much the standard error of n samples is widened so that 1.96 of
// it are an interval of 95 %.
func widened(n int) float64 {
	const middle = 0.975
	return distuv.StudentsT{Sigma: 1, Nu: float64(n - 1)}.Quantile(middle) / distuv.UnitNormal.Quantile(middle)
}

// skewed is the same for samples that are not symmetric, with their squared skewness
// over n: (z⁵ + 2z³ − 3z) / 36φ(z) · 2φ(z) / z at z = 1.96, from the Edgeworth expansion of
// Student's statistic (Hall 1992, section 3.6).
const skewed = 1.08
