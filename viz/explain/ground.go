package explain

import (
	"math/bits"

	"gonum.org/v1/gonum/floats"

	"loupe/trees"
)

// A ground is an ensemble of trees with a background: which of its rows go left at each
// node. It tells what a coalition is worth in one walk down each tree for all background
// rows at once. Where a node asks for a feature of the coalition, all of them go where the
// explained row goes; elsewhere they part, and a side that none takes is not walked. So far
// fewer nodes are asked than by a walk for every row, and the answers are the same.
type ground struct {
	e         *trees.Ensemble
	reference *reference
	even      bool // all background rows weigh the same
	words     int  // of a set of background rows, a bit each
	left      [][]uint64
}

// groundOf is the ground of an ensemble, which is made at its first use.
func (r *reference) groundOf(e *trees.Ensemble) (*ground, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ground != nil && r.ground.e == e {
		return r.ground, nil
	}
	n := len(r.weights)
	d := &ground{e: e, reference: r, even: true, words: (n + 63) / 64, left: make([][]uint64, len(e.Trees))}
	for _, w := range r.weights {
		d.even = d.even && w == r.weights[0]
	}
	err := eachCore(len(e.Trees), func(i int) error {
		t := e.Trees[i]
		d.left[i] = make([]uint64, len(t.Left)*d.words)
		for node := range t.Left {
			if t.IsLeaf(node) {
				continue
			}
			set, threshold := d.left[i][node*d.words:], t.Threshold[node]
			numbers := (t.Categories == nil || t.Categories[node] == nil) && (t.ZeroMissing == nil || !t.ZeroMissing[node])
			for b, v := range r.columns[t.Feature[node]] {
				// What a threshold decides needs no call.
				if numbers && v <= threshold || (!numbers || v != v) && t.GoesLeft(node, v) {
					set[b>>6] |= 1 << (b & 63)
				}
			}
		}
		return nil
	})
	if err == nil {
		r.ground = d
	}
	return d, err
}

// A walkNode is a node of a tree as one row and its players see it.
type walkNode struct {
	left, right int32 // −1 for leaves
	own         int32 // the side that the row takes
	player      int32 // whose feature the node asks for; −1 if it is the same in all rows
}

// A walkGame is the game of one row on a ground.
type walkGame struct {
	*ground
	g     *game
	nodes [][]walkNode // of each tree
	// asked are the players that a tree asks for, bits of a word. What it gives depends on
	// nothing else: coalitions that are the same there share a walk. Nil if there are more
	// players than a word has bits.
	asked []uint64
}

func (d *ground) game(g *game) *walkGame {
	w := &walkGame{ground: d, g: g, nodes: make([][]walkNode, len(d.e.Trees))}
	player := make([]int32, len(g.x))
	for j := range player {
		player[j] = -1
	}
	for p, columns := range g.players {
		for _, j := range columns {
			player[j] = int32(p)
		}
	}
	if len(g.players) <= 64 {
		w.asked = make([]uint64, len(d.e.Trees))
	}
	for i, t := range d.e.Trees {
		w.nodes[i] = make([]walkNode, len(t.Left))
		for node := range t.Left {
			n := walkNode{left: t.Left[node], right: t.Right[node], player: -1}
			if n.left >= 0 {
				j := t.Feature[node]
				n.player, n.own = player[j], n.right
				if t.GoesLeft(node, g.x[j]) {
					n.own = n.left
				}
				if w.asked != nil && n.player >= 0 {
					w.asked[i] |= 1 << n.player
				}
			}
			w.nodes[i][node] = n
		}
	}
	return w
}

// linear reports whether predictions are sums of what the trees give, so that the mean over
// the background can be taken leaf by leaf.
func (d *ground) linear() bool {
	return d.e.Link == trees.Identity && (d.e.Slope == 0 || d.e.Slope == 1)
}

// Coalitions of a stretch that differ in few trees from those before them are summed up
// from one to the next. Stretches are counted from the first of all coalitions: what a
// coalition is worth does not depend on the pieces, and no error adds up for long.
const stretch = 32

// mostSums is how many sums there are at once, to stay in a near cache.
const mostSums = 1 << 17

// values returns what coalitions are worth, coalitions × outputs.
func (w *walkGame) values(c *coalitions) ([]float64, error) {
	n, outputs := c.len(), len(w.e.Outputs)
	// Coalitions of a piece share walks: there are as few pieces as keep all cores busy.
	piece := max(1, min(max(stretch, (n-1)/w.g.workers+1), 1024, mostSums/w.room()))
	steps := w.asked != nil && stretch*w.room() <= mostSums
	if steps {
		piece = (piece + stretch - 1) / stretch * stretch
	}
	worth := make([]float64, n*outputs)
	err := parallel((n+piece-1)/piece, w.g.workers, w.g.label, func(i int) error {
		from, to := i*piece, min((i+1)*piece, n)
		some := &coalitions{words: c.words, bits: c.bits[from*c.words : to*c.words]}
		w.run(some, steps, worth[from*outputs:to*outputs])
		return nil
	})
	return worth, err
}

// room is how many sums there are for a coalition: an output each, of each background row
// if they cannot be averaged leaf by leaf.
func (w *walkGame) room() int {
	if w.linear() {
		return len(w.e.Outputs)
	}
	return len(w.e.Outputs) * len(w.reference.weights)
}

// run walks all trees for coalitions.
func (w *walkGame) run(c *coalitions, steps bool, worth []float64) {
	n, outputs, room := c.len(), len(w.e.Outputs), w.room()
	k := &walker{walkGame: w, all: make([]uint64, w.words)}
	for b := range w.reference.weights {
		k.all[b>>6] |= 1 << (b & 63)
	}
	sums, found, given := make([]float64, n*room), newFound(n), make([]float64, n*room)
	stepwise := make([]bool, (n+stretch-1)/stretch)
	if steps {
		for i := range stepwise {
			stepwise[i] = w.alike(c.bits[i*stretch : min((i+1)*stretch, n)])
		}
	}
	for tree := range w.nodes {
		k.tree, k.left, k.nodes = w.e.Trees[tree], w.ground.left[tree], w.nodes[tree]
		found.clear()
		var before []float64 // what the tree gave for the coalition before
		for i := range n {
			s, at, ok := c.at(i), 0, false
			if w.asked != nil {
				follows := stepwise[i/stretch] && i%stretch > 0
				if follows && (s[0]^c.bits[i-1])&w.asked[tree] == 0 {
					continue
				}
				if at, ok = found.place(s[0] & w.asked[tree]); !follows {
					before = nil
				}
			}
			k.sums = given[at*room : (at+1)*room]
			if !ok {
				clear(k.sums)
				k.walk(0, s, k.all, 0)
			}
			to := sums[i*room : (i+1)*room]
			if floats.Add(to, k.sums); before != nil {
				floats.Sub(to, before)
			}
			if w.asked != nil {
				before = k.sums
			}
		}
	}
	for i := range n {
		row := sums[i*room : (i+1)*room]
		if next := i + 1; next < n && next%stretch > 0 && stepwise[next/stretch] {
			floats.Add(sums[next*room:(next+1)*room], row)
		}
		w.finish(row, worth[i*outputs:(i+1)*outputs])
	}
}

// alike reports whether most trees give the same for a coalition, a word each, as for the one
// before it.
func (w *walkGame) alike(list []uint64) bool {
	changes := 0
	for i, s := range list[1:] {
		for _, asked := range w.asked {
			if (s^list[i])&asked != 0 {
				changes++
			}
		}
	}
	return 2*changes < (len(list)-1)*len(w.asked)
}

// found numbers the words that it is asked for, the first with 0 (open addressing, a
// table that is cleared by counting on).
type found struct {
	words  []uint64
	number []int32
	since  []uint32
	now    uint32
	n      int32
}

func newFound(most int) *found {
	size := 1 << bits.Len(uint(2*most))
	return &found{words: make([]uint64, size), number: make([]int32, size), since: make([]uint32, size)}
}

func (f *found) clear() { f.now, f.n = f.now+1, 0 }

// place is the number of a word, and whether it had one.
func (f *found) place(word uint64) (number int, ok bool) {
	mask := uint64(len(f.words) - 1)
	at := (word * 0x9e3779b97f4a7c15 >> 32) & mask
	for f.since[at] == f.now {
		if f.words[at] == word {
			return int(f.number[at]), true
		}
		at = (at + 1) & mask
	}
	f.words[at], f.number[at], f.since[at] = word, f.n, f.now
	f.n++
	return int(f.n - 1), false
}

// finish makes worth of the sums of trees.
func (w *walkGame) finish(sums, worth []float64) {
	w.e.Weigh(sums)
	if w.linear() {
		copy(worth, sums)
		return
	}
	w.e.Finish(sums)
	for b, weight := range w.reference.weights {
		for k := range worth {
			worth[k] += weight * sums[b*len(worth)+k]
		}
	}
}

// A walker walks down one tree for one coalition.
type walker struct {
	*walkGame
	tree  *trees.Tree
	left  []uint64
	nodes []walkNode
	all   []uint64 // every background row
	sums  []float64
	sets  []uint64 // of rows, two a level
}

// walk adds what the leaves below a node give to some background rows.
func (k *walker) walk(node int32, s, rows []uint64, level int) {
	words := k.words
	for {
		n := &k.nodes[node]
		if n.left < 0 {
			k.leaf(int(node), rows)
			return
		}
		if n.player < 0 || has(s, int(n.player)) {
			node = n.own
			continue
		}
		if need := 2 * words * (level + 1); len(k.sets) < need {
			k.sets = append(k.sets, make([]uint64, need)...)
		}
		sets := k.sets[2*words*level:]
		l, r := sets[:words:words], sets[words:2*words:2*words]
		goes := k.left[int(node)*words:]
		var some, others uint64
		for i, b := range rows {
			l[i], r[i] = b&goes[i], b&^goes[i]
			some, others = some|l[i], others|r[i]
		}
		switch {
		case others == 0:
			node = n.left
		case some == 0:
			node = n.right
		default:
			k.walk(n.left, s, l, level+1)
			// The sets may have moved to more room, but not what is in them.
			r = k.sets[2*words*level+words : 2*words*(level+1)]
			rows, node = r, n.right
			level++
		}
	}
}

// leaf adds what a leaf gives: to the sums of the background rows, or to their mean.
func (k *walker) leaf(node int, rows []uint64) {
	values, outputs := k.tree.Values(node), len(k.e.Outputs)
	if k.linear() {
		weight := k.weight(rows)
		to := k.sums[k.tree.Output:]
		for c, v := range values {
			to[c] += weight * v
		}
		return
	}
	if outputs == 1 {
		v := values[0]
		for i, word := range rows {
			to := k.sums[i*64 : min((i+1)*64, len(k.sums))]
			for ; word != 0; word &= word - 1 {
				to[bits.TrailingZeros64(word)] = v // each row comes to one leaf
			}
		}
		return
	}
	for i, word := range rows {
		for ; word != 0; word &= word - 1 {
			to := k.sums[(i*64+bits.TrailingZeros64(word))*outputs+k.tree.Output:]
			for c, v := range values {
				to[c] += v
			}
		}
	}
}

// weight is that of some background rows.
func (k *walker) weight(rows []uint64) (sum float64) {
	if k.even {
		n := 0
		for _, word := range rows {
			n += bits.OnesCount64(word)
		}
		return float64(n) * k.reference.weights[0]
	}
	for i, word := range rows {
		for ; word != 0; word &= word - 1 {
			sum += k.reference.weights[i*64+bits.TrailingZeros64(word)]
		}
	}
	return sum
}
