package explain

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// AdditiveSHAP explains additive models, whose output is a sum of functions of one feature
// each: a contribution is what the row's value alone changes in the background, which
// then is the Shapley value. It asks for as many coalitions as features.
//
// Contributions to a model that is not additive do not sum up to its prediction: then the
// attribution has an error that says so.
func AdditiveSHAP(model, background any, list ...Option) *SHAP {
	s := newSHAP("Additive SHAP", model, background, list)
	s.limit = 0
	s.solve = func(_ *SHAP, g *game, _ *rand.Rand) (*shares, error) { return g.additive() }
	return s
}

// additiveGap is how far contributions may be from the prediction, as a share of their
// size: models that compute in 32 bits are additive only nearly.
const additiveGap = 1e-4

func (g *game) additive() (*shares, error) {
	m := len(g.players)
	c := coalitionsOf(m)
	for p := range m {
		c.addPlayers(p)
	}
	worth, err := g.values(c)
	if err != nil {
		return nil, err
	}
	phi := mat.NewDense(m, g.p.outputs, worth)
	for p := range m {
		floats.Sub(phi.RawRowView(p), g.base)
	}
	for k, base := range g.base {
		parts := mat.Col(nil, k, phi)
		reached, size := base+floats.Sum(parts), math.Abs(base)+floats.Norm(parts, 1)
		if gap := math.Abs(reached - g.full[k]); gap > additiveGap*max(size, 1e-3) {
			return nil, fmt.Errorf("the model is not additive: what its features change one at a time sums up to %.4g, and it predicts %.4g (output %d): "+
				"take PartitionSHAP, PermutationSHAP or KernelSHAP", reached, g.full[k], k)
		}
	}
	return &shares{values: phi}, nil
}
