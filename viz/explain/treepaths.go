package explain

import (
	"fmt"

	"loupe/trees"
)

// paths are the games of a tree's leaves: a leaf gives its value if all features on the
// path to it let the row pass.
type paths struct {
	tree *trees.Tree
	// width is how many outputs the tree has values for; to is where the first one stands
	// among stride outputs.
	width, to, stride int
	slots             int // of the longest path
	leaves            []path
	// node is for each node the slot of its feature, on all paths through it.
	node []int
}

// A path leads to a leaf. Its slots are the different features asked for on the way, in
// the order in which they are first met.
type path struct {
	leaf     int
	features []int32
	// share is for each slot which share of the training set passes the splits by the
	// feature, one after the other.
	share []float64
	value []float64 // of the outputs, less what is most frequent in the tree
}

// pathsOf finds the paths of a tree whose values count by a weight among some outputs; if
// one is spare, it is left out.
func pathsOf(t *trees.Tree, weight float64, outputs int, spare bool) *paths {
	p := &paths{tree: t, width: t.Width(), to: t.Output, stride: outputs, node: make([]int, len(t.Left))}
	if spare {
		p.width--
	}
	p.walk(0, nil, nil)
	usual := p.usual()
	kept := p.leaves[:0]
	for _, l := range p.leaves {
		zero := true
		l.value = make([]float64, p.width)
		for k, v := range t.Values(l.leaf)[:p.width] {
			l.value[k] = (v - usual[k]) * weight
			zero = zero && l.value[k] == 0
		}
		if !zero {
			kept = append(kept, l)
		}
	}
	p.leaves = kept
	return p
}

func (p *paths) walk(node int, features []int32, share []float64) {
	t := p.tree
	if t.IsLeaf(node) {
		p.slots = max(p.slots, len(features))
		p.leaves = append(p.leaves, path{leaf: node, features: features, share: share})
		return
	}
	slot := len(features)
	for s, f := range features {
		if f == t.Feature[node] {
			slot = s
		}
	}
	p.node[node] = slot
	for _, child := range []int32{t.Left[node], t.Right[node]} {
		f, z := features, append([]float64(nil), share...)
		if slot == len(f) {
			f, z = append(f[:slot:slot], t.Feature[node]), append(z, 1)
		}
		z[slot] *= passing(t, node, int(child))
		p.walk(int(child), f, z)
	}
}

// passing is the share of the training rows in a node that go to a child.
func passing(t *trees.Tree, node, child int) float64 {
	all := t.Cover[t.Left[node]] + t.Cover[t.Right[node]]
	if all == 0 {
		return 0.5 // nobody knows
	}
	return t.Cover[child] / all
}

// usual is the value that most leaves have. Adding the same to all leaves changes no
// contribution: without it, these leaves have nothing to contribute, and of the pure
// leaves of a forest that is every other one.
func (p *paths) usual() []float64 {
	counts := map[string]int{}
	most, best := 0, 0
	for i, l := range p.leaves {
		key := fmt.Sprint(p.tree.Values(l.leaf)[:p.width])
		if counts[key] += len(l.features); counts[key] > most {
			most, best = counts[key], i
		}
	}
	return p.tree.Values(p.leaves[best].leaf)[:p.width]
}

// patterns is how many patterns of passed and missed features the leaves have.
func (p *paths) patterns() int {
	n := 0
	for _, l := range p.leaves {
		if len(l.features) > 16 {
			return 1 << 30
		}
		n += 1 << len(l.features)
	}
	return n
}

// pathBase is what an ensemble gives for a row of which nothing is known.
func pathBase(e *trees.Ensemble) []float64 {
	base := make([]float64, len(e.Outputs))
	for _, t := range e.Trees {
		var walk func(node int, share float64)
		walk = func(node int, share float64) {
			if t.IsLeaf(node) {
				for k, v := range t.Values(node) {
					base[t.Output+k] += share * v * e.Weight()
				}
				return
			}
			l, r := int(t.Left[node]), int(t.Right[node])
			walk(l, share*passing(t, node, l))
			walk(r, share*passing(t, node, r))
		}
		walk(0, 1)
	}
	for k, v := range e.Init {
		base[k] += v
	}
	return base
}
