package explain

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// pairs explains a tree against one background row after the other, along the paths that
// a mixture of the two rows can take (Lundberg et al. 2020, algorithm 3): trees that have
// too many patterns, and predictions behind a link, which is applied to each pair.
type pairs struct {
	p          *paths
	value      []float64 // of the leaves, nodes × width
	background *mat.Dense

	// The walk: whose values are followed, and the features for which that was decided.
	follows    []side // for each feature
	gained     []int32
	lost       []int32
	row, other []float64
	to         []float64
	scale      float64
}

// side is whose value of a feature the walk follows.
type side int8

const (
	undecided side = iota
	own            // that of the row
	others         // that of the background row
)

func newPairs(p *paths, background *mat.Dense) *pairs {
	_, cols := background.Dims()
	s := &pairs{p: p, value: make([]float64, len(p.tree.Left)*p.width), background: background, follows: make([]side, cols)}
	for _, l := range p.leaves {
		copy(s.value[l.leaf*p.width:], l.value)
	}
	return s
}

// fork is the same for another goroutine.
func (s *pairs) fork() *pairs {
	return &pairs{p: s.p, value: s.value, background: s.background, follows: make([]side, len(s.follows))}
}

func (s *pairs) score(row, to []float64) {
	n, _ := s.background.Dims()
	for i := range n {
		s.pair(row, s.background.RawRowView(i), 1/float64(n), to)
	}
}

// pair adds the contributions to a row in comparison with another.
func (s *pairs) pair(row, other []float64, scale float64, to []float64) {
	s.row, s.other, s.scale, s.to = row, other, scale, to
	s.walk(0)
}

func (s *pairs) walk(node int32) {
	t := s.p.tree
	if t.Left[node] < 0 {
		s.leaf(node)
		return
	}
	f := t.Feature[node]
	left, otherLeft := t.GoesLeft(int(node), s.row[f]), t.GoesLeft(int(node), s.other[f])
	switch {
	case s.follows[f] == others:
		s.walk(s.child(node, otherLeft))
	case s.follows[f] == own || left == otherLeft:
		s.walk(s.child(node, left))
	default:
		s.follows[f], s.gained = own, append(s.gained, f)
		s.walk(s.child(node, left))
		s.follows[f], s.gained, s.lost = others, s.gained[:len(s.gained)-1], append(s.lost, f)
		s.walk(s.child(node, otherLeft))
		s.follows[f], s.lost = undecided, s.lost[:len(s.lost)-1]
	}
}

func (s *pairs) child(node int32, left bool) int32 {
	if left {
		return s.p.tree.Left[node]
	}
	return s.p.tree.Right[node]
}

// leaf shares its value among the features that have led to it.
func (s *pairs) leaf(node int32) {
	w := s.p.width
	values := s.value[int(node)*w : (int(node)+1)*w]
	a, b := len(s.gained), len(s.lost)
	if a > 0 {
		s.give(s.gained, values, s.scale*orders(a-1, b))
	}
	if b > 0 {
		s.give(s.lost, values, -s.scale*orders(a, b-1))
	}
}

func (s *pairs) give(features []int32, values []float64, share float64) {
	for _, f := range features {
		at := int(f)*s.p.stride + s.p.to
		for k, v := range values {
			s.to[at+k] += share * v
		}
	}
}

// linkedValues explains predictions behind the link: what the trees contribute in
// comparison with each background row is scaled to the difference of the predictions.
func (x *TreeExplainer) linkedValues(t *table, from, to int, a *Attribution) error {
	var all []*pairs
	for _, tree := range x.e.Trees {
		all = append(all, newPairs(pathsOf(tree, x.e.Weight(), x.width(), x.spare), x.background.x))
	}
	const piece = 16 // rows
	return eachCore((to-from+piece-1)/piece, func(c int) error {
		own := make([]*pairs, len(all))
		for i, s := range all {
			own[i] = s.fork()
		}
		for i := from + c*piece; i < min(to, from+(c+1)*piece); i++ {
			x.linkedRow(own, t.x.RawRowView(i), i, a)
		}
		return nil
	})
}

func (x *TreeExplainer) linkedRow(all []*pairs, row []float64, at int, a *Attribution) {
	outputs := len(x.e.Outputs)
	n, cols := x.background.x.Dims()
	sums, one := make([]float64, cols*outputs), make([]float64, cols*outputs)
	margin, other := make([]float64, outputs), make([]float64, outputs)
	x.e.Margin(row, margin)
	predicted := a.Predicted.RawRowView(at)
	copy(predicted, margin)
	x.e.Finish(predicted)
	linked := make([]float64, outputs)
	for b := range n {
		z := x.background.x.RawRowView(b)
		clear(one)
		for _, s := range all {
			s.pair(row, z, 1, one)
		}
		x.e.Margin(z, other)
		copy(linked, other)
		x.e.Finish(linked)
		for k := range outputs {
			scale := 0.0 // of no difference there is nothing to share
			if d := margin[k] - other[k]; math.Abs(d) > 1e-12 {
				scale = (predicted[k] - linked[k]) / d / float64(n)
			}
			for j := k; j < len(one); j += outputs {
				sums[j] += one[j] * scale
			}
		}
	}
	x.put(a, at, sums)
}
