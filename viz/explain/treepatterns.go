package explain

import (
	"math/bits"

	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/mat"

	"loupe/trees"
)

// Limits of what is kept of patterns: how many a tree may have to be explained by them,
// and how many numbers all trees together keep of those that rows have had.
const (
	mostPatterns = 1 << 18
	patternRoom  = 1 << 25
)

// A weigher computes the weights of a leaf's slots for rows that miss some of them: what
// the features contribute is weight × value. It reports whether any is not zero.
type weigher func(leaf int, l *path, missed uint16, weights []float64) bool

// patterns explains a tree by the patterns of which features on a path let the row pass
// and which do not. What a pattern contributes is computed when a row first has it.
type patterns struct {
	tree     *trees.Tree
	weigh    weigher
	branches []branch // parents before their children
	leaves   []patternLeaf
	paths    []path
	width    int
	masks    []uint16  // of each node, what the row misses on the way there
	index    []int32   // of each leaf's patterns, where their weights are; 0 if unknown
	weights  []float64 // from 1 on
	room     int
}

// branch is an inner node: what the row misses below it.
type branch struct {
	threshold         float64
	node              int32
	feature           int32
	left, right       int32
	bit               uint16 // of the feature's slot
	special, nansLeft bool
}

type patternLeaf struct {
	node    int32
	first   int32   // of its patterns in the index
	targets []int32 // where the contributions of the slots go
}

// nothing stands in the index for patterns that contribute nothing.
const nothing = -1

func newPatterns(p *paths, room int, weigh weigher) *patterns {
	s := &patterns{tree: p.tree, weigh: weigh, paths: p.leaves, width: p.width, masks: make([]uint16, len(p.tree.Left)), room: max(room, 1<<12)}
	s.branches = branchesOf(p)
	n := 0
	for _, l := range p.leaves {
		leaf := patternLeaf{node: int32(l.leaf), first: int32(n)}
		for _, f := range l.features {
			leaf.targets = append(leaf.targets, f*int32(p.stride)+int32(p.to))
		}
		s.leaves = append(s.leaves, leaf)
		n += 1 << len(l.features)
	}
	s.index = make([]int32, n)
	s.weights = make([]float64, 1, 64)
	return s
}

// branchesOf lists the inner nodes from the root downwards.
func branchesOf(p *paths) []branch {
	t := p.tree
	var list []branch
	var walk func(node int32)
	walk = func(node int32) {
		if t.IsLeaf(int(node)) {
			return
		}
		list = append(list, branch{threshold: t.Threshold[node], node: node, feature: t.Feature[node], left: t.Left[node], right: t.Right[node],
			bit:      1 << p.node[node],
			special:  t.Categories != nil && t.Categories[node] != nil || t.ZeroMissing != nil && t.ZeroMissing[node],
			nansLeft: t.MissingLeft != nil && t.MissingLeft[node]})
		walk(t.Left[node])
		walk(t.Right[node])
	}
	walk(0)
	return list
}

// missed finds what a row misses on the way to each node.
func (s *patterns) missed(row []float64) []uint16 {
	masks := s.masks
	for i := range s.branches {
		b := &s.branches[i]
		v := row[b.feature]
		away := b.bit // what the left child misses
		if v <= b.threshold {
			away = 0
		}
		if b.special || v != v && b.nansLeft {
			away = b.bit
			if s.tree.GoesLeft(int(b.node), v) {
				away = 0
			}
		}
		m := masks[b.node]
		masks[b.left] = m | away
		masks[b.right] = m | (away ^ b.bit)
	}
	return masks
}

func (s *patterns) score(row, to []float64) {
	masks := s.missed(row)
	for i := range s.leaves {
		l := &s.leaves[i]
		missed := masks[l.node]
		at := s.index[int(l.first)+int(missed)]
		if at <= 0 {
			if at == nothing {
				continue
			}
			if at = s.learn(i, missed); at == nothing {
				continue
			}
		}
		w := s.weights[at:]
		w = w[:len(l.targets)]
		if s.width == 1 {
			for j, target := range l.targets {
				to[target] += w[j]
			}
			continue
		}
		for k, v := range s.paths[i].value {
			for j, target := range l.targets {
				to[int(target)+k] += w[j] * v
			}
		}
	}
}

// learn computes the weights of a pattern. With a single output they are multiplied with
// its value.
func (s *patterns) learn(leaf int, missed uint16) int32 {
	p := &s.paths[leaf]
	m := len(p.features)
	if len(s.weights)+m > s.room { // start anew: memory is bounded
		clear(s.index)
		s.weights = s.weights[:1]
	}
	at := len(s.weights)
	for range m {
		s.weights = append(s.weights, 0)
	}
	w := s.weights[at:]
	slot := &s.index[int(s.leaves[leaf].first)+int(missed)]
	if !s.weigh(leaf, p, missed, w) {
		s.weights = s.weights[:at]
		*slot = nothing
		return nothing
	}
	if s.width == 1 {
		for j := range w {
			w[j] *= p.value[0]
		}
	}
	*slot = int32(at)
	return int32(at)
}

// pathWeights are those of the path-dependent game: a feature that is absent passes with
// the share z of the training rows. The Shapley value of slot i is
//
//	∫ (o_i − z_i) ∏_{j≠i} (o_j t + z_j (1−t)) dt, t from 0 to 1,
//
// where o is 1 for slots that pass and 0 for those that miss. The integrand is a
// polynomial: ⌈m/2⌉ points of Gauss and Legendre integrate it exactly.
func pathWeights(slots int) weigher {
	rules := make([]*rule, slots+1)
	for m := 1; m <= slots; m++ {
		rules[m] = ruleFor(m)
	}
	return func(_ int, l *path, missed uint16, weights []float64) bool {
		r := rules[len(weights)]
		clear(weights)
		var factors [16]float64
		for q, t := range r.at {
			product, away := r.weight[q], 1-t
			for j, z := range l.share {
				f := away * z
				if missed>>j&1 == 0 {
					f += t
				}
				factors[j] = f
				product *= f
			}
			for j, z := range l.share {
				if missed>>j&1 == 0 {
					weights[j] += product / factors[j] * (1 - z)
				} else {
					weights[j] -= product / away // the slot's own z is cancelled
				}
			}
		}
		return true
	}
}

// A rule integrates from 0 to 1.
type rule struct{ at, weight []float64 }

// ruleFor integrates the products of up to m factors but one exactly.
func ruleFor(m int) *rule {
	n := max(1, (m+1)/2)
	r := &rule{make([]float64, n), make([]float64, n)}
	quad.Legendre{}.FixedLocations(r.at, r.weight, 0, 1)
	return r
}

// backgroundWeights are those of the interventional game: absent features are those of a
// background row. Where row and background row miss the same slot, the leaf gives nothing;
// else those that only the background row misses share a gain, and those that only the
// row misses a loss.
func backgroundWeights(p *paths, background *mat.Dense) weigher {
	counts := missedBy(p, background)
	n, _ := background.Dims()
	return func(leaf int, _ *path, missed uint16, weights []float64) bool {
		clear(weights)
		lost, loss, some := bits.OnesCount16(missed), 0.0, false
		for _, c := range counts[leaf] {
			if c.missed&missed != 0 || c.missed|missed == 0 {
				continue
			}
			some = true
			gained, share := bits.OnesCount16(c.missed), float64(c.count)/float64(n)
			if lost > 0 {
				loss += share * orders(gained, lost-1)
			}
			if gained == 0 {
				continue
			}
			gain := share * orders(gained-1, lost)
			for b := c.missed; b != 0; b &= b - 1 {
				weights[bits.TrailingZeros16(b)] += gain
			}
		}
		for b := missed; b != 0; b &= b - 1 {
			weights[bits.TrailingZeros16(b)] = -loss
		}
		return some
	}
}

// A pattern is how many background rows miss the same slots of a leaf.
type pattern struct {
	missed uint16
	count  int
}

// missedBy counts the patterns that background rows have at each leaf.
func missedBy(p *paths, background *mat.Dense) [][]pattern {
	s := &patterns{tree: p.tree, branches: branchesOf(p), masks: make([]uint16, len(p.tree.Left))}
	n, _ := background.Dims()
	at := make([]map[uint16]int, len(p.leaves))
	counts := make([][]pattern, len(p.leaves))
	for i := range n {
		masks := s.missed(background.RawRowView(i))
		for j, l := range p.leaves {
			if at[j] == nil {
				at[j] = map[uint16]int{}
			}
			missed := masks[l.leaf]
			k, ok := at[j][missed]
			if !ok {
				k = len(counts[j])
				at[j][missed] = k
				counts[j] = append(counts[j], pattern{missed: missed})
			}
			counts[j][k].count++
		}
	}
	return counts
}

// orders is a! b! / (a+b+1)!, the share of the orders of a+b+1 players in which a
// certain one comes after a certain a and before the b others.
func orders(a, b int) float64 {
	// ∏ i/(b+i+1) for i from 1 to a, over b+1.
	v := 1 / float64(b+1)
	for i := 1; i <= a; i++ {
		v *= float64(i) / float64(b+i+1)
	}
	return v
}
