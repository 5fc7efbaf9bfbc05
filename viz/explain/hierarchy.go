package explain

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// A hierarchy is a binary tree over players: merge i joins two nodes to node players+i,
// and nodes below players are the players themselves. The last one is the root.
type hierarchy struct {
	players int
	merges  [][2]int
}

// Hierarchy gives [PartitionSHAP] the tree over features, or over groups of them: the i-th
// merge of M features joins two nodes to node M+i, where nodes below M are the features in
// their order. That is what SciPy's linkage gives in its first two columns.
func Hierarchy(merges [][2]int) Option {
	return func(o *options) { o.set("Hierarchy"); o.merges = merges }
}

// hierarchyOf checks merges that somebody gives.
func hierarchyOf(players int, merges [][2]int) (*hierarchy, error) {
	if len(merges) != players-1 {
		return nil, fmt.Errorf("the Hierarchy has %d merges: a tree over %d features has %d", len(merges), players, players-1)
	}
	joined := make([]bool, 2*players-1)
	for i, m := range merges {
		for _, node := range m {
			if node < 0 || node >= players+i {
				return nil, fmt.Errorf("merge %d of the Hierarchy joins node %d, and there are nodes 0 to %d by then", i, node, players+i-1)
			}
			if joined[node] {
				return nil, fmt.Errorf("merge %d of the Hierarchy joins node %d, which is joined already", i, node)
			}
			joined[node] = true
		}
	}
	return &hierarchy{players: players, merges: merges}, nil
}

// root is the node of all players.
func (h *hierarchy) root() int { return h.players + len(h.merges) - 1 }

// children are the two nodes that a node joins.
func (h *hierarchy) children(node int) [2]int { return h.merges[node-h.players] }

// members are the players below each node.
func (h *hierarchy) members() [][]int {
	list := make([][]int, h.players+len(h.merges))
	for p := range h.players {
		list[p] = []int{p}
	}
	for i, m := range h.merges {
		list[h.players+i] = slices.Concat(list[m[0]], list[m[1]])
	}
	return list
}

// only is the tree over some of the players, which are numbered anew.
func (h *hierarchy) only(players []int) *hierarchy {
	out := &hierarchy{players: len(players)}
	now := make([]int, h.players+len(h.merges)) // the new node of each, -1 if nothing is left of it
	for i := range now {
		now[i] = -1
	}
	for k, p := range players {
		now[p] = k
	}
	for i, m := range h.merges {
		a, b := now[m[0]], now[m[1]]
		switch {
		case a >= 0 && b >= 0:
			now[h.players+i] = out.players + len(out.merges)
			out.merges = append(out.merges, [2]int{a, b})
		default:
			now[h.players+i] = max(a, b)
		}
	}
	return out
}

// correlated is the tree of groups of features by how they go together in some rows:
// average linkage, of the distance 1 − |correlation|. Groups of several features are as
// near as their nearest ones.
func correlated(x *mat.Dense, groups [][]int) *hierarchy {
	_, cols := x.Dims()
	columns := make([][]float64, cols)
	for j := range columns {
		columns[j] = mat.Col(nil, j, x)
	}
	distance := func(a, b int) float64 {
		d := 1.0
		for _, i := range groups[a] {
			for _, j := range groups[b] {
				if r := math.Abs(stat.Correlation(columns[i], columns[j], nil)); r <= 1 {
					d = min(d, 1-r)
				} else if r > 1 { // by rounding
					d = 0
				}
			}
		}
		return d
	}
	return linked(len(groups), distance)
}

// linked is the tree of average linkage: again and again the two nearest nodes are joined,
// the first ones of those that are as near.
func linked(n int, distance func(a, b int) float64) *hierarchy {
	h := &hierarchy{players: n}
	node, size := everyone(n), make([]float64, n)
	d := make([][]float64, n)
	for i := range d {
		d[i], size[i] = make([]float64, n), 1
		for j := range i {
			d[i][j] = distance(j, i)
			d[j][i] = d[i][j]
		}
	}
	near := make([]int, n) // the nearest one of those before each
	for i := 1; i < n; i++ {
		near[i] = nearestOf(d[i], node, i)
	}
	for range n - 1 {
		a, b := 0, -1
		for i := 1; i < n; i++ {
			if node[i] >= 0 && near[i] >= 0 && (b < 0 || d[i][near[i]] < d[b][a]) {
				a, b = near[i], i
			}
		}
		h.merges = append(h.merges, [2]int{node[a], node[b]})
		node[a], node[b] = n+len(h.merges)-1, -1
		for i := range n {
			d[a][i] = (size[a]*d[a][i] + size[b]*d[b][i]) / (size[a] + size[b])
			d[i][a] = d[a][i]
		}
		size[a] += size[b]
		for i := 1; i < n; i++ {
			if node[i] >= 0 && i >= a {
				near[i] = nearestOf(d[i], node, i)
			}
		}
	}
	return h
}

// nearestOf is the nearest of the first ones that are still there, -1 if none is.
func nearestOf(d []float64, node []int, before int) int {
	best := -1
	for j := range before {
		if node[j] >= 0 && (best < 0 || d[j] < d[best]) {
			best = j
		}
	}
	return best
}
