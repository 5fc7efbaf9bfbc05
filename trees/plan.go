package trees

import (
	"slices"
	"sync"
)

// A plan is the trees of an ensemble laid out for speed. The values of a block of rows are
// first made numbers of a byte each, by a [ruler]: all that trees want to know of a value
// is which of their thresholds it is above. Trees with up to 64 leaves then need no walk:
// see [masked]. Larger ones are walked by many rows at once: see [walked].
type plan struct {
	of      []*Tree // what it was made of
	rulers  []*ruler
	columns int
	trees   []planned
	walks   []*walked // the same, for few rows
	rooms   sync.Pool // of blocks
}

// A planned tree adds what its leaves predict to rows.
type planned interface {
	add(b *block)
}

// blockRows is how many rows come at once: the tables of a tree are fetched once for them,
// and what they need themselves stays in the first cache.
const blockRows = 64

// fewRows is from how many rows on codes pay.
const fewRows = 8

// A group32 has a code of a byte for each of groupRows rows.
type group32 [4]uint64

const groupRows = 32

// A block is rows that follow each other.
type block struct {
	x       []float64 // rows × stride
	stride  int
	rows    int
	width   int       // of a row
	y       []float64 // rows × outputs
	outputs int
	whole   bool        // nothing is missing
	codes   [][]group32 // of groups of rows, 2 × columns
}

// plans guards the plan of each ensemble, which is made when it first predicts.
var plans sync.RWMutex

// plan returns the plan of the ensemble's trees.
func (e *Ensemble) plan() *plan {
	plans.RLock()
	p := e.made
	plans.RUnlock()
	if p != nil && slices.Equal(p.of, e.Trees) {
		return p
	}
	p = newPlan(e.Trees)
	plans.Lock()
	e.made = p
	plans.Unlock()
	return p
}

func newPlan(list []*Tree) *plan {
	p := &plan{of: slices.Clone(list)}
	rulers := map[int32]*ruler{}
	for _, t := range list {
		if t.maskable() {
			t.mark(rulers)
		}
	}
	p.measure(rulers)
	for _, t := range list {
		w := t.walked()
		p.walks = append(p.walks, w)
		if t.maskable() && t.fits(rulers) {
			p.trees = append(p.trees, p.masked(t, rulers))
		} else {
			p.trees = append(p.trees, w)
		}
	}
	for _, t := range p.trees {
		if t, ok := t.(*masked); ok {
			t.place(p.columns)
		}
	}
	return p
}

// measure finishes the rulers, in the order of their features.
func (p *plan) measure(rulers map[int32]*ruler) {
	for _, r := range rulers {
		p.rulers = append(p.rulers, r)
	}
	slices.SortFunc(p.rulers, func(a, b *ruler) int { return int(a.feature - b.feature) })
	kept := p.rulers[:0]
	for _, r := range p.rulers {
		if p.columns = r.finish(p.columns); len(r.columns) > 0 {
			kept = append(kept, r)
		}
	}
	p.rulers = kept
}

// chunk is how many rows a core takes at once. Few rows are not worth a second core: who
// asks for them often does so from many goroutines.
func (p *plan) chunk(rows int) int {
	const few = 1 << 15 // rows × trees: some tenths of a millisecond
	if rows*len(p.trees) <= few {
		return rows
	}
	return blockRows
}

// margins writes what the trees give for rows that follow each other, before weight and
// start: the same numbers as of one row after the other.
func (p *plan) margins(x []float64, stride, width int, y []float64, outputs int) {
	b, ok := p.rooms.Get().(*block)
	if !ok {
		b = &block{}
		for range blockRows / groupRows {
			b.codes = append(b.codes, make([]group32, 2*p.columns))
		}
	}
	defer p.rooms.Put(b)
	b.stride, b.width, b.outputs = stride, width, outputs
	for rows := len(y) / outputs; rows > 0; rows -= b.rows {
		b.rows = min(rows, blockRows)
		b.x, b.y = x, y
		p.add(b)
		if rows > b.rows {
			x, y = x[b.rows*stride:], y[b.rows*outputs:]
		}
	}
	b.x, b.y = nil, nil
}

// add adds what the trees give for the rows of a block.
func (p *plan) add(b *block) {
	b.whole = true
	for i := range b.rows {
		for _, v := range b.row(i) {
			b.whole = b.whole && v == v
		}
	}
	if b.rows < fewRows {
		for _, t := range p.walks {
			t.add(b)
		}
		return
	}
	for from := 0; from < b.rows; from += groupRows {
		for _, r := range p.rulers {
			r.read(b, b.codes[from/groupRows], from, min(from+groupRows, b.rows))
		}
	}
	for _, t := range p.trees {
		t.add(b)
	}
}

// row is a row of the block.
func (b *block) row(i int) []float64 { return b.x[i*b.stride:][:b.width] }

// walk adds the values of the leaves that rows walk down to, one after the other.
func (b *block) walk(t *Tree) {
	for i := range b.rows {
		to := b.y[i*b.outputs+t.Output:]
		for k, v := range t.Values(t.Leaf(b.row(i))) {
			to[k] += v
		}
	}
}

// above is 1 if v is above a threshold, and 0 otherwise; the compiler makes it no
// branch.
func above(v, threshold float64) int {
	i := 0
	if v > threshold {
		i = 1
	}
	return i
}
