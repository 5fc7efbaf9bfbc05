package explain

import (
	"container/heap"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// PartitionSHAP explains by Owen values (Owen 1977): Shapley values of a game where
// features become known cluster by cluster, in a tree that joins two clusters at a time.
// Features that go together share what they say, and are not set apart in rows that
// nobody has seen. The tree is the features' clustering by correlation in the background
// ([Hierarchy] gives another); images are halved again and again, texts at the ends of
// sentences.
//
// It asks for 2M + 2048 coalitions of M features unless [Samples] says otherwise. If they
// are enough for the whole tree, the values are exact. Otherwise the clusters that matter
// most are taken apart first, and what is known of a cluster only is shared out evenly
// within it; Errors say how much of each value is. Values always sum up to the prediction.
func PartitionSHAP(model, background any, list ...Option) *SHAP {
	s := newSHAP("Partition SHAP", model, background, list, append(slices.Clip(masking), "Samples", "Hierarchy")...)
	if s.err == nil && s.o.samples < 0 {
		s.err = fmt.Errorf("%d coalitions cannot be asked for: Samples needs 1 or more", s.o.samples)
	}
	if s.err == nil && s.groups != nil {
		s.tree, s.err = s.clustered()
	}
	s.shared, s.clusters = true, true
	s.solve = func(s *SHAP, g *game, _ *rand.Rand) (*shares, error) {
		return g.owen(s.tree.only(g.active), s.o.samples)
	}
	return s
}

// clustered is the tree over the groups of a table.
func (s *SHAP) clustered() (*hierarchy, error) {
	if s.o.has("Hierarchy") {
		return hierarchyOf(len(s.groups.names), s.o.merges)
	}
	if n, _ := s.background.x.Dims(); n < 3 || s.background.words { // nothing tells what goes together but the order
		return halved(len(s.groups.names), nil), nil
	}
	return correlated(s.background.x, s.groups.columns), nil
}

// A halving is a cluster that can be taken apart, among players of which some are there
// and the others are not.
type halving struct {
	node    int
	there   []uint64
	without []float64 // what the coalition is worth, of each output
	with    []float64 // and with the cluster
	weight  float64
	number  int // of halvings that matter as much, the first one is taken
}

// matters is the greatest part of an output that the halving is about.
func (h *halving) matters() float64 {
	most := 0.0
	for k, v := range h.with {
		most = max(most, math.Abs(v-h.without[k]))
	}
	return most * h.weight
}

type halvings []*halving

func (q halvings) Len() int      { return len(q) }
func (q halvings) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q halvings) Less(i, j int) bool {
	if a, b := q[i].matters(), q[j].matters(); a != b {
		return a > b
	}
	return q[i].number < q[j].number
}
func (q *halvings) Push(x any) { *q = append(*q, x.(*halving)) }
func (q *halvings) Pop() any {
	last := (*q)[len(*q)-1]
	*q = (*q)[:len(*q)-1]
	return last
}

// An owenRun is the computation of Owen values.
type owenRun struct {
	g       *game
	tree    *hierarchy
	members [][]int
	queue   halvings
	made    int
	phi     *mat.Dense
}

// owenBatch is how many clusters are taken apart at once: a constant, so that the same ones
// are on any number of cores.
const owenBatch = 32

func (g *game) owen(tree *hierarchy, budget int) (*shares, error) {
	m := len(g.players)
	if m == 1 {
		return g.alone(), nil
	}
	if budget == 0 {
		budget = 2*m + 2048
	}
	run := &owenRun{g: g, tree: tree, members: tree.members(), phi: mat.NewDense(m, g.p.outputs, nil)}
	run.push(tree.root(), make([]uint64, coalitionsOf(m).words), g.base, g.full, 1)
	for run.queue.Len() > 0 {
		n := min(owenBatch, run.queue.Len(), budget/2)
		if n == 0 {
			break
		}
		budget -= 2 * n
		if err := run.halve(n); err != nil {
			return nil, err
		}
	}
	return &shares{values: run.phi, errors: run.rest()}, nil
}

// push adds a cluster that is to be taken apart; one player gets what there is.
func (r *owenRun) push(node int, there []uint64, without, with []float64, weight float64) {
	if node < r.tree.players {
		to := r.phi.RawRowView(node)
		floats.AddScaled(to, weight, with)
		floats.AddScaled(to, -weight, without)
		return
	}
	r.made++
	heap.Push(&r.queue, &halving{node: node, there: there, without: without, with: with, weight: weight, number: r.made})
}

// halve takes the n clusters apart that matter most: each half joins without the other
// and after the other.
func (r *owenRun) halve(n int) error {
	list := make([]*halving, n)
	c := coalitionsOf(len(r.g.players))
	for i := range list {
		list[i] = heap.Pop(&r.queue).(*halving)
		for _, half := range r.tree.children(list[i].node) {
			s := c.add()
			copy(s, list[i].there)
			for _, p := range r.members[half] {
				join(s, p)
			}
		}
	}
	worth, err := r.g.values(c)
	if err != nil {
		return err
	}
	outputs := r.g.p.outputs
	for i, h := range list {
		halves := r.tree.children(h.node)
		for k, half := range halves {
			own := worth[(2*i+k)*outputs : (2*i+k+1)*outputs]
			other := worth[(2*i+1-k)*outputs : (2*i+2-k)*outputs]
			r.push(half, h.there, h.without, own, h.weight/2)
			r.push(half, c.at(2*i+1-k), other, h.with, h.weight/2)
		}
	}
	return nil
}

// rest shares out evenly what clusters have that have not been taken apart, and returns how
// much of each value that is; nil if nothing is left.
func (r *owenRun) rest() *mat.Dense {
	if r.queue.Len() == 0 {
		return nil
	}
	players, outputs := r.phi.Dims()
	shared := mat.NewDense(players, outputs, nil)
	slices.SortFunc(r.queue, func(a, b *halving) int { return a.number - b.number })
	for _, h := range r.queue {
		members := r.members[h.node]
		for k, v := range h.with {
			part := h.weight * (v - h.without[k]) / float64(len(members))
			for _, p := range members {
				r.phi.Set(p, k, r.phi.At(p, k)+part)
				shared.Set(p, k, shared.At(p, k)+math.Abs(part))
			}
		}
	}
	return shared
}
