package explain

import (
	"fmt"
	"math"
	"math/bits"
	"sync"

	"gonum.org/v1/gonum/mat"
)

// A reference is what rows are compared with: background rows and their weights.
type reference struct {
	x       *mat.Dense
	columns [][]float64
	weights []float64 // their sum is 1

	mu     sync.Mutex
	ground *ground // of an ensemble that is explained
}

func referenceOf(x *mat.Dense, weights []float64) *reference {
	rows, cols := x.Dims()
	r := &reference{x: x, columns: make([][]float64, cols), weights: make([]float64, rows)}
	for j := range r.columns {
		r.columns[j] = mat.Col(nil, j, x)
	}
	total := 0.0
	for i := range r.weights {
		r.weights[i] = 1
		if weights != nil {
			r.weights[i] = weights[i]
		}
		total += r.weights[i]
	}
	for i := range r.weights {
		r.weights[i] /= total
	}
	return r
}

// mean is the weighted mean of each output over rows of answers.
func (r *reference) mean(to []float64, y *mat.Dense, from int) {
	raw := y.RawMatrix()
	at := from * raw.Stride
	if len(to) == 2 { // as classifiers have: a probability and what is left
		var a, b float64
		for _, w := range r.weights {
			row := (*[2]float64)(raw.Data[at:])
			a += w * row[0]
			b += w * row[1]
			at += raw.Stride
		}
		to[0], to[1] = a, b
		return
	}
	clear(to)
	for _, w := range r.weights {
		for k, v := range raw.Data[at : at+len(to)] {
			to[k] += w * v
		}
		at += raw.Stride
	}
}

// A game is the explanation of one row. Its players are features, or groups of them;
// what a coalition is worth is the mean of the model over the background, with the
// features of the coalition set to those of the row (the interventional, or marginal,
// expectation: Janzing, Minorics and Blöbaum 2020).
type game struct {
	p          *predictor
	background *reference
	x          []float64
	players    [][]int // their columns
	active     []int   // and their numbers among all
	base, full []float64
	workers    int
	label      string
	batches    sync.Pool
	walk       *walkGame // of an ensemble of trees, once it was asked
}

const (
	batchRows = 128 // a model is asked for about as many rows at once: they fit in a near cache
	batchRun  = 16  // coalitions that one place in the batch goes through
)

// values returns what coalitions are worth, coalitions × outputs.
func (g *game) values(c *coalitions) ([]float64, error) {
	if g.p.ensemble != nil {
		if g.walk == nil {
			d, err := g.background.groundOf(g.p.ensemble)
			if err != nil {
				return nil, err
			}
			g.walk = d.game(g)
		}
		return g.walk.values(c)
	}
	n, outputs := c.len(), g.p.outputs
	rows := len(g.background.weights)
	places := (batchRows + rows - 1) / rows
	piece := places * batchRun
	worth := make([]float64, n*outputs)
	err := parallel((n+piece-1)/piece, g.workers, g.label, func(i int) error {
		b, ok := g.batches.Get().(*batch)
		if !ok {
			b = g.newBatch(places, c.words)
		}
		defer g.batches.Put(b)
		return b.run(c, i*piece, min((i+1)*piece, n), worth)
	})
	return worth, err
}

// drawn returns what coalitions are worth of which some were drawn more than once: these are
// asked for once. Of more players than a word has bits, hardly any is there twice.
func (g *game) drawn(c *coalitions) ([]float64, error) {
	if c.words > 1 {
		return g.values(c)
	}
	some, which := c.distinct()
	worth, err := g.values(some)
	if err != nil {
		return nil, err
	}
	k := g.p.outputs
	all := make([]float64, len(which)*k)
	for i, n := range which {
		copy(all[i*k:(i+1)*k], worth[n*k:(n+1)*k])
	}
	return all, nil
}

// A batch is rows that a model is asked for: as often the background as it has
// places, each with the features of one coalition. A place goes from one coalition to
// the next, and only the columns in which they differ are written.
type batch struct {
	g  *game
	x  *mat.Dense
	in *coalitions // where the places are
}

func (g *game) newBatch(places, words int) *batch {
	rows, cols := g.background.x.Dims()
	b := &batch{g: g, x: mat.NewDense(places*rows, cols, nil), in: &coalitions{words: words, bits: make([]uint64, places*words)}}
	for i := range places {
		b.x.Slice(i*rows, (i+1)*rows, 0, cols).(*mat.Dense).Copy(g.background.x)
	}
	return b
}

// run asks for the coalitions from ≤ i < to.
func (b *batch) run(c *coalitions, from, to int, worth []float64) error {
	outputs, rows := b.g.p.outputs, len(b.g.background.weights)
	_, cols := b.x.Dims()
	each := (to - from + b.in.len() - 1) / b.in.len() // coalitions of one place, but for the last
	for step := range each {
		n := 0
		for i := from + step; i < to; i += each {
			b.become(n, c.at(i))
			n++
		}
		x := b.x.Slice(0, n*rows, 0, cols).(*mat.Dense)
		y, err := b.g.p.answer(x)
		if err != nil {
			return err
		}
		if _, got := y.Dims(); got != outputs {
			return b.g.p.otherOutputs(got)
		}
		for k := range n {
			i := from + step + k*each
			mean := worth[i*outputs : (i+1)*outputs]
			b.g.background.mean(mean, y, k*rows)
			for _, v := range mean {
				if v-v == 0 {
					continue // as all that it is the mean of
				}
				if err := numbers(x, y); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// become makes one place that of another coalition.
func (b *batch) become(place int, s []uint64) {
	raw := b.x.RawMatrix()
	rows := len(b.g.background.weights)
	data := raw.Data[place*rows*raw.Stride:]
	now := b.in.at(place)
	for w := range s {
		for diff := now[w] ^ s[w]; diff != 0; diff &= diff - 1 {
			player := w*64 + bits.TrailingZeros64(diff)
			for _, col := range b.g.players[player] {
				b.column(data, raw.Stride, col, has(s, player))
			}
		}
		now[w] = s[w]
	}
}

// column sets a feature to that of the row, or to those of the background.
func (b *batch) column(data []float64, stride, col int, joins bool) {
	at := col
	if joins {
		v := b.g.x[col]
		for range b.g.background.weights {
			data[at] = v
			at += stride
		}
		return
	}
	for _, v := range b.g.background.columns[col] {
		data[at] = v
		at += stride
	}
}

// varying are the players in which a row differs from the background: the others
// contribute nothing.
func (r *reference) varying(x []float64, players [][]int) []int {
	var out []int
	for p, columns := range players {
		if r.differs(x, columns) {
			out = append(out, p)
		}
	}
	return out
}

func (r *reference) differs(x []float64, columns []int) bool {
	for _, col := range columns {
		for _, v := range r.columns[col] {
			if v != x[col] && !(math.IsNaN(v) && math.IsNaN(x[col])) {
				return true
			}
		}
	}
	return false
}

// all asks for the outputs of many rows.
func (p *predictor) all(x *mat.Dense) (*mat.Dense, error) {
	const rows = 1024
	n, cols := x.Dims()
	y, err := p.predict(x.Slice(0, min(rows, n), 0, cols).(*mat.Dense))
	if err != nil {
		return nil, err
	}
	_, outputs := y.Dims()
	if outputs == 0 {
		return nil, fmt.Errorf("the model returned no output for %d rows", min(rows, n))
	}
	if p.outputs == 0 {
		p.outputs = outputs
	}
	if p.outputs != outputs {
		return nil, p.otherOutputs(outputs)
	}
	out := mat.NewDense(n, outputs, nil)
	out.Slice(0, min(rows, n), 0, outputs).(*mat.Dense).Copy(y)
	err = parallel((n-1)/rows, p.workers(), "", func(i int) error {
		from, to := (i+1)*rows, min((i+2)*rows, n)
		y, err := p.predict(x.Slice(from, to, 0, cols).(*mat.Dense))
		if err == nil {
			out.Slice(from, to, 0, outputs).(*mat.Dense).Copy(y)
		}
		return err
	})
	return out, err
}

func (p *predictor) otherOutputs(n int) error {
	return fmt.Errorf("the model returned %d outputs a row, and %d before", n, p.outputs)
}
