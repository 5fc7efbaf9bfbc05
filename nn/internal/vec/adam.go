package vec

import "math"

// An AdamStep is the numbers of one step of [Adam].
type AdamStep struct {
	Beta1, Rest1 float32 // share of the old mean, and of the gradient
	Beta2, Rest2 float32 // share of the old mean square, and of the gradient's
	Rate         float32 // step, corrected for the bias of the mean
	Root         float32 // corrects the root of the mean square
	Epsilon      float32
	Keep         float32 // share of the weight that is kept
}

// Adam changes weights w by gradients g with the means m and v:
//
//	m = β1 m + (1-β1) g
//	v = β2 v + (1-β2) g²
//	w = keep·w - rate·m / (root·√v + ε)
func Adam(w, g, m, v []float32, s *AdamStep) {
	g, m, v = g[:len(w)], m[:len(w)], v[:len(w)]
	p, n := vector(w)
	if n > 0 {
		inUse.adam(p, &g[0], &m[0], &v[0], n, s)
	}
	for i := n; i < len(w); i++ {
		m[i] = float32(s.Beta1*m[i]) + float32(s.Rest1*g[i])
		v[i] = float32(s.Beta2*v[i]) + float32(s.Rest2*float32(g[i]*g[i]))
		root := float32(math.Sqrt(float64(v[i])))
		w[i] = float32(s.Keep*w[i]) - float32(s.Rate*m[i])/(float32(root*s.Root)+s.Epsilon)
	}
}
