package explain

import (
	"fmt"
	"math/bits"
	"math/rand/v2"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// mostExact is the most features of all of whose coalitions a model is asked for.
const mostExact = 20

// ExactSHAP explains by Shapley values without sampling: it asks the model for all
// coalitions of the features in which a row differs from the background, which are
// at most 20 (2²⁰ coalitions, each for every background row).
func ExactSHAP(model, background any, list ...Option) *SHAP {
	s := newSHAP("Exact SHAP", model, background, list, masking...)
	s.solve = func(_ *SHAP, g *game, _ *rand.Rand) (*shares, error) { return g.exact() }
	return s
}

func (g *game) exact() (*shares, error) {
	m := len(g.players)
	if m > mostExact {
		return nil, fmt.Errorf("%d features (or groups) have 2^%[1]d coalitions, and %d features are the most: "+
			"use KernelSHAP or PermutationSHAP, or make Groups of features", m, mostExact)
	}
	c := gray(m)
	worth, err := g.values(c)
	if err != nil {
		return nil, err
	}
	phi := mat.NewDense(m, g.p.outputs, nil)
	weights := shapleyWeights(m)
	for i, s := range c.bits {
		v := worth[i*g.p.outputs : (i+1)*g.p.outputs]
		n := bits.OnesCount64(s)
		for p := range m {
			// The coalition is one that the player has joined, or could join.
			if s>>p&1 == 1 {
				floats.AddScaled(phi.RawRowView(p), weights[n-1], v)
			} else {
				floats.AddScaled(phi.RawRowView(p), -weights[n], v)
			}
		}
	}
	return &shares{values: phi}, nil
}

// gray lists all coalitions in the order of the reflected Gray code: neighbours
// differ in one player.
func gray(players int) *coalitions {
	c := &coalitions{words: 1, bits: make([]uint64, 1<<players)}
	for i := range c.bits {
		c.bits[i] = uint64(i ^ i>>1)
	}
	return c
}

// shapleyWeights are the weights s!(m−1−s)!/m! of what a player adds to a coalition
// of s others.
func shapleyWeights(m int) []float64 {
	w := make([]float64, m)
	w[0] = 1 / float64(m)
	for s := 1; s < m; s++ {
		w[s] = w[s-1] * float64(s) / float64(m-s)
	}
	return w
}
