package trees

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"loupe/nn/data"
)

// TestPrune compares with all trees that a tree can be cut to.
func TestPrune(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	for range 30 {
		s := random(r, 25, 3, r.IntN(3), 0)
		full := newGrower(newTable("Grow", s, &Options{}), nil, &Options{MinLeaf: 1, Depth: maxDepth, Features: s.Width()}, context.Background(), 1)
		full.cols = full.t.columns()
		copy(full.weight, full.t.weight)
		tree := full.grow(full.t.all(), r)
		for _, alpha := range []float64{1e-9, 0.003, 0.02, 0.1, 10} {
			best := math.Inf(1)
			for _, cost := range full.cuts(tree, 0, alpha) {
				best = min(best, cost)
			}
			pruned := Grow(s, Options{Alpha: alpha})
			got := 0.0
			sum := pruned.Trees[0]
			for node := range sum.Left {
				if sum.IsLeaf(node) {
					got += impurityOf(s, sum, node)/float64(s.Len()) + alpha
				}
			}
			if math.Abs(got-best) > 1e-9*max(1, best) {
				t.Errorf("α = %v: the cost is %v, and %v can be had", alpha, got, best)
			}
			if err := pruned.Check(); err != nil {
				t.Error(err)
			}
		}
	}
}

// cuts are the costs of all trees that the branch at a node can be cut to; of many, the
// least one of each child is enough.
func (g *grower) cuts(t *Tree, node int, alpha float64) []float64 {
	own := g.impurity[node]/t.Cover[0] + alpha
	if t.IsLeaf(node) {
		return []float64{own}
	}
	list := []float64{own}
	for _, a := range g.cuts(t, int(t.Left[node]), alpha) {
		for _, b := range g.cuts(t, int(t.Right[node]), alpha) {
			list = append(list, a+b)
		}
	}
	if len(list) > 50 {
		least := list[0]
		for _, v := range list {
			least = min(least, v)
		}
		return []float64{least}
	}
	return list
}

// impurityOf is that of the samples in a leaf, times their number.
func impurityOf(s *data.Set, t *Tree, leaf int) float64 {
	count, n, sum, squares := map[int]float64{}, 0.0, 0.0, 0.0
	for i := range s.Len() {
		if t.Leaf(s.X(i)) == leaf {
			n++
			sum += s.Target(i)
			squares += s.Target(i) * s.Target(i)
			if s.Targets() == nil {
				count[s.Y(i)]++
			}
		}
	}
	if s.Targets() != nil {
		return squares - sum*sum/n
	}
	all := 0.0
	for _, c := range count {
		all += c * c
	}
	return n - all/n
}
