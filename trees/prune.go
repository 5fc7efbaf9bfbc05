package trees

// prune cuts off branches that cost more than they are worth: it returns the smallest
// tree for which impurity + Alpha × leaves is least.
func (g *grower) prune() *Tree {
	t := g.tree
	all := g.tree.Cover[0]
	cost := make([]float64, len(t.Left))
	for node := len(t.Left) - 1; node >= 0; node-- { // children stand behind their parents
		own := g.impurity[node]/all + g.o.Alpha
		if cost[node] = own; t.IsLeaf(node) {
			continue
		}
		below := cost[t.Left[node]] + cost[t.Right[node]]
		// Without the tolerance rounding would decide where both are equal.
		if own <= below+1e-12*g.impurity[0]/all {
			t.Left[node], t.Right[node], t.Feature[node], t.Threshold[node], t.MissingLeft[node] = -1, -1, -1, 0, false
			if t.Categories != nil {
				t.Categories[node] = nil
			}
			continue
		}
		cost[node] = below
	}
	return t.reachable()
}
