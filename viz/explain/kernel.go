package explain

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// KernelSHAP explains by Shapley values as the weighted least squares fit to what
// coalitions are worth (Lundberg and Lee 2017), with coalitions and their complements
// in pairs (Covert and Lee 2021). It asks for 2M + 2048 coalitions of M features unless
// [Samples] says otherwise: for all if there are no more, and then the values are exact.
// No feature is left out, unless [MaxFeatures] asks for few. An ensemble of trees (not its
// method Predict) is walked down for all background rows at once, which takes a fraction of
// the time.
//
// Errors are the standard errors of the fit over choices of coalitions (the sandwich
// estimator of White 1980, leverage corrected, for a sample of which some strata are
// complete), widened as those of [PermutationSHAP]. [UntilError] takes samples until they are small.
func KernelSHAP(model, background any, list ...Option) *SHAP {
	s := newSHAP("Kernel SHAP", model, background, list, append(slices.Clip(masking), "Samples", "Seed", "UntilError", "MaxFeatures")...)
	if s.err == nil && s.o.samples < 0 {
		s.err = fmt.Errorf("%d coalitions cannot be asked for: Samples needs 1 or more", s.o.samples)
	}
	s.solve = func(s *SHAP, g *game, r *rand.Rand) (*shares, error) { return g.kernel(s.o, r) }
	return s
}

// UntilError takes samples until the standard error of every contribution is at most
// e, in units of the output.
func UntilError(e float64) Option {
	return func(o *options) {
		o.set("UntilError")
		o.until = e
		if !(e > 0) {
			o.wrong(fmt.Errorf("UntilError(%v): the standard error cannot become that: give one above 0", e))
		}
	}
}

// fewestDraws is how many random coalitions a standard error is estimated from at
// least.
const fewestDraws = 8

// mostSamples is how many coalitions UntilError asks for at most.
const mostSamples = 1 << 19

func (g *game) kernel(o *options, r *rand.Rand) (*shares, error) {
	m := len(g.players)
	if m == 1 {
		return g.alone(), nil
	}
	budget := o.samples
	if budget == 0 {
		budget = 2*m + 2048
	}
	k := newKernelPlan(m, budget, r)
	if k.rest > 0 && k.drawn < fewestDraws {
		return nil, errTooFew
	}
	for worth := []float64(nil); ; budget *= 2 {
		more, err := g.pairs(k.pairs, len(worth)/g.p.outputs)
		if err != nil {
			return nil, err
		}
		worth = append(worth, more...)
		found, err := g.fit(k, worth, o.features)
		if err != nil || o.until == 0 || found.errors == nil || mat.Max(found.errors) <= o.until {
			return found, err
		}
		if 2*budget > mostSamples {
			return nil, fmt.Errorf("after %d coalitions the standard error is still %.3g, above %g: ask for a greater one", budget, mat.Max(found.errors), o.until)
		}
		k.draw(budget) // as many again
	}
}

// alone gives the only player all there is.
func (g *game) alone() *shares {
	phi := mat.NewDense(1, g.p.outputs, nil)
	for k := range g.base {
		phi.Set(0, k, g.full[k]-g.base[k])
	}
	return &shares{values: phi}
}

// pairs returns by how much coalitions, but for the first ones, are worth more than
// their complements, pairs × outputs.
func (g *game) pairs(c *coalitions, from int) ([]float64, error) {
	c = &coalitions{words: c.words, bits: c.bits[from*c.words:]}
	other := c.complements(len(g.players))
	n := len(c.bits)
	worth, err := g.values(&coalitions{words: c.words, bits: append(c.bits[:n:n], other.bits...)})
	if err != nil {
		return nil, err
	}
	half := len(worth) / 2
	for i := range half {
		worth[i] -= worth[half+i]
	}
	return worth[:half], nil
}

// fit solves for the contributions φ that minimise Σ w (d − Σ ±φ)² over pairs whose
// worth differs by d, where Σφ is the difference between the prediction and the base.
// That is the fit to coalitions and complements, of which the sums say nothing.
func (g *game) fit(k *kernelPlan, d []float64, most int) (*shares, error) {
	design := k.design()
	phi := mat.NewDense(k.players, g.p.outputs, nil)
	var errs *mat.Dense
	if k.drawn > 0 {
		errs = mat.NewDense(k.players, g.p.outputs, nil)
	}
	weights := k.weights()
	var f *pairFit
	for out := range g.p.outputs {
		y := make([]float64, k.pairs.len())
		for i := range y {
			y[i] = d[i*g.p.outputs+out]
		}
		total := g.full[out] - g.base[out]
		only := everyone(k.players)
		if most > 0 && most < k.players {
			only = design.moments(weights, y).lassoSelection(most)
		}
		if f == nil || len(only) < k.players { // all outputs have the same fit with everyone
			var err error
			if f, err = newPairFit(design, only, weights); err != nil {
				return nil, err
			}
		}
		values := f.solve(y, total)
		for p, j := range only {
			phi.Set(j, out, values[p])
		}
		if errs != nil {
			for p, e := range f.errors(k, y, values) {
				errs.Set(only[p], out, e)
			}
		}
	}
	return &shares{values: phi, errors: errs}, nil
}

func everyone(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}
