package explain

import (
	"cmp"
	"math"
	"slices"

	"loupe/nn/data"
	"loupe/trees"
)

// growTree grows a regression tree (CART: Breiman, Friedman, Olshen and Stone 1984).
func growTree(set *data.Set, depth, leaf int) *trees.Ensemble {
	g := &treeGrowing{set: set, y: set.Targets(), depth: depth, leaf: leaf, t: &trees.Tree{}}
	g.node(everyone(set.Len()), 0)
	return &trees.Ensemble{Kind: "decision tree", Trees: []*trees.Tree{g.t}, Inputs: set.Width(), Features: set.Features(), Outputs: []string{""}}
}

type treeGrowing struct {
	set         *data.Set
	y           []float64
	depth, leaf int
	t           *trees.Tree
}

func (g *treeGrowing) node(rows []int, level int) int32 {
	mean := 0.0
	for _, i := range rows {
		mean += g.y[i] / float64(len(rows))
	}
	t, at := g.t, len(g.t.Left)
	t.Left, t.Right, t.Feature = append(t.Left, -1), append(t.Right, -1), append(t.Feature, -1)
	t.Threshold, t.Value, t.Cover = append(t.Threshold, 0), append(t.Value, mean), append(t.Cover, float64(len(rows)))
	if level == g.depth {
		return int32(at)
	}
	feature, threshold, gain := -1, 0.0, 1e-12
	for j := range g.set.Width() {
		if v, better := g.split(rows, j, mean); better > gain {
			feature, threshold, gain = j, v, better
		}
	}
	if feature < 0 {
		return int32(at)
	}
	var left, right []int
	for _, i := range rows {
		if g.set.X(i)[feature] <= threshold {
			left = append(left, i)
		} else {
			right = append(right, i)
		}
	}
	t.Feature[at], t.Threshold[at] = int32(feature), threshold
	l := g.node(left, level+1)
	r := g.node(right, level+1)
	t.Left[at], t.Right[at] = l, r
	return int32(at)
}

// split is the threshold of a feature by which the squared error falls most.
func (g *treeGrowing) split(rows []int, j int, mean float64) (threshold, gain float64) {
	order := slices.Clone(rows)
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(g.set.X(a)[j], g.set.X(b)[j]) })
	left, n := 0.0, float64(len(rows))
	gain = math.Inf(-1)
	for at, i := range order[:len(order)-1] {
		left += g.y[i] - mean
		a, b := g.set.X(i)[j], g.set.X(order[at+1])[j]
		if k := at + 1; a < b && k >= g.leaf && len(order)-k >= g.leaf {
			if d := left * left * n / (float64(k) * (n - float64(k))); d > gain {
				threshold, gain = a+(b-a)/2, d
			}
		}
	}
	return threshold, gain
}
