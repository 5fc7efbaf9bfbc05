package trees

import (
	"errors"
	"fmt"
	"math"
)

// A Tree is a decision tree in flat arrays with an element for each node. Node 0 is the
// root. Of slices that may be nil, the others say so.
//
// One rule decides in every tree, wherever it comes from: a value that is missing goes
// where MissingLeft says, a category goes left if it is in the node's set, and a number
// goes left if it is not above the threshold. The readers move thresholds to where this
// rule, in float64, decides as the library does that made the tree: see [float32Threshold].
type Tree struct {
	Left, Right []int32 // the children, -1 for leaves
	Feature     []int32 // what an inner node asks for; not read for leaves
	Threshold   []float64
	// MissingLeft says whether NaN goes left; nil if it goes right everywhere.
	MissingLeft []bool
	// ZeroMissing says whether zero counts as missing, as LightGBM's zero_as_missing
	// makes it; nil if it does not.
	ZeroMissing []bool
	// Categories are those that go left, for nodes that split by a category; nil for
	// other nodes, and for trees without any.
	Categories []Categories
	// Value is what the nodes predict, nodes × width: the outputs from Output on. Only
	// those of leaves are read.
	Value  []float64
	Output int
	// Cover is how many samples of the training set have come to a node, or their weight.
	Cover []float64
}

// Categories is a set of numbers from 0, one bit each.
type Categories []uint64

// CategoriesOf makes the set of some numbers.
func CategoriesOf(numbers ...int) Categories {
	set := Categories{0}
	for _, n := range numbers {
		for n>>6 >= len(set) {
			set = append(set, 0)
		}
		set[n>>6] |= 1 << (n & 63)
	}
	return set
}

// Has reports whether the whole part of v is in the set.
func (c Categories) Has(v float64) bool {
	if !(v > -1 && v < float64(len(c)*64)) {
		return false
	}
	n := int(v)
	return c[n>>6]>>(n&63)&1 == 1
}

// lightZero is what LightGBM takes for zero.
const lightZero = float64(float32(1e-35))

// GoesLeft decides for a value of the feature that a node asks for.
func (t *Tree) GoesLeft(node int, v float64) bool {
	if v != v || t.ZeroMissing != nil && t.ZeroMissing[node] && math.Abs(v) <= lightZero {
		return t.MissingLeft != nil && t.MissingLeft[node]
	}
	if t.Categories != nil && t.Categories[node] != nil {
		return t.Categories[node].Has(v)
	}
	return v <= t.Threshold[node]
}

// IsLeaf reports whether a node has no children.
func (t *Tree) IsLeaf(node int) bool { return t.Left[node] < 0 }

// Leaf returns the leaf that a row comes to.
func (t *Tree) Leaf(row []float64) int {
	node := int32(0)
	for range t.Left { // not more steps than nodes: a broken tree must not hang
		if t.Left[node] < 0 {
			break
		}
		if t.GoesLeft(int(node), row[t.Feature[node]]) {
			node = t.Left[node]
		} else {
			node = t.Right[node]
		}
	}
	return int(node)
}

// Width is how many outputs the tree has a value for.
func (t *Tree) Width() int { return len(t.Value) / max(1, len(t.Left)) }

// Values are what a node predicts: the outputs from Output on.
func (t *Tree) Values(node int) []float64 {
	w := t.Width()
	return t.Value[node*w : (node+1)*w]
}

// Leaves is how many leaves there are.
func (t *Tree) Leaves() int { return (len(t.Left) + 1) / 2 }

// Depth is how many questions the longest way to a leaf has.
func (t *Tree) Depth() int { return t.depth(0) }

func (t *Tree) depth(node int32) int {
	if t.Left[node] < 0 {
		return 0
	}
	return 1 + max(t.depth(t.Left[node]), t.depth(t.Right[node]))
}

// maxDepth is what a tree may have: the stack of what walks it must be bounded, and no
// learner grows such a tree.
const maxDepth = 10_000

// check reports what is wrong with the arrays.
func (t *Tree) check(inputs, outputs int) error {
	if t == nil || len(t.Left) == 0 {
		return errors.New("it has no nodes")
	}
	if err := t.checkLengths(); err != nil {
		return err
	}
	if w := t.Width(); w == 0 || t.Output < 0 || t.Output+w > outputs {
		return fmt.Errorf("it has values for the outputs %d to %d, and there are %d outputs", t.Output, t.Output+w-1, outputs)
	}
	for i, v := range t.Value {
		if t.Left[i/t.Width()] < 0 && (math.IsNaN(v) || math.IsInf(v, 0)) {
			return fmt.Errorf("leaf %d predicts %v", i/t.Width(), v)
		}
	}
	return t.checkShape(inputs)
}

func (t *Tree) checkLengths() error {
	n := len(t.Left)
	for _, a := range []struct {
		name string
		n    int
		free bool
	}{
		{"Right", len(t.Right), false}, {"Feature", len(t.Feature), false}, {"Threshold", len(t.Threshold), false},
		{"Cover", len(t.Cover), false}, {"MissingLeft", len(t.MissingLeft), true},
		{"ZeroMissing", len(t.ZeroMissing), true}, {"Categories", len(t.Categories), true},
	} {
		if a.n != n && (a.n > 0 || !a.free) {
			return fmt.Errorf("%s has %d elements, and there are %d nodes", a.name, a.n, n)
		}
	}
	if len(t.Value)%n != 0 {
		return fmt.Errorf("field Value has %d elements, which cannot be divided among %d nodes", len(t.Value), n)
	}
	return nil
}

// checkShape walks the tree: every node must be met exactly once, or what walks it later
// would not end.
func (t *Tree) checkShape(inputs int) error {
	type step struct {
		node  int32
		depth int
	}
	met := make([]bool, len(t.Left))
	todo := []step{{0, 0}}
	for len(todo) > 0 {
		s := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if s.node < 0 || int(s.node) >= len(met) {
			return fmt.Errorf("a node has the child %d, and there are %d nodes", s.node, len(met))
		}
		if met[s.node] {
			return fmt.Errorf("node %d is the child of two nodes", s.node)
		}
		met[s.node] = true
		if c := t.Cover[s.node]; !(c >= 0) || math.IsInf(c, 0) {
			return fmt.Errorf("node %d has a cover of %v", s.node, c)
		}
		l, r := t.Left[s.node], t.Right[s.node]
		if l < 0 && r < 0 {
			continue
		}
		if f := t.Feature[s.node]; f < 0 || int(f) >= inputs {
			return fmt.Errorf("node %d asks for feature %d, and there are %d", s.node, f, inputs)
		}
		if math.IsNaN(t.Threshold[s.node]) {
			return fmt.Errorf("node %d has no threshold: it is NaN", s.node)
		}
		if s.depth >= maxDepth {
			return fmt.Errorf("it is deeper than %d", maxDepth)
		}
		todo = append(todo, step{r, s.depth + 1}, step{l, s.depth + 1})
	}
	for i, ok := range met {
		if !ok {
			return fmt.Errorf("node %d cannot be reached", i)
		}
	}
	return nil
}

// float32Threshold returns the greatest number that is not above t once it is rounded to
// float32: comparing with it in float64 decides as libraries do that make rows float32
// first, scikit-learn (x ≤ t) and, for the number before t, XGBoost (x < t).
func float32Threshold(t float64) float64 {
	f := float32(t)
	if float64(f) > t {
		f = math.Nextafter32(f, float32(math.Inf(-1)))
	}
	if math.IsInf(float64(f), 1) || math.IsNaN(t) {
		return t
	}
	// Halfway to the next float32, rounding is to even: the middle itself may go up.
	middle := (finite(f) + finite(math.Nextafter32(f, float32(math.Inf(1))))) / 2
	if float64(float32(middle)) <= t {
		return middle
	}
	return math.Nextafter(middle, math.Inf(-1))
}

// finite is f, with infinity where the next float32 would be.
func finite(f float32) float64 {
	if math.IsInf(float64(f), 0) {
		return math.Copysign(0x1p128, float64(f))
	}
	return float64(f)
}
