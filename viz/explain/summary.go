package explain

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// Summary replaces a background of many rows by k weighted ones, the centres of
// clusters (k-means, started by k-means++), each feature rounded to the nearest value
// that a row has. It is faster, and explains a slightly different thing: the
// difference from these rows.
func Summary(k int) Option { return func(o *options) { o.set("Summary"); o.summary = k } }

// summarised finds the centres of rows and how many rows they stand for.
func summarised(x *mat.Dense, k int, seed uint64) (centres *mat.Dense, weights []float64, err error) {
	n, cols := x.Dims()
	if k < 1 {
		return nil, nil, fmt.Errorf("a summary of %d rows says nothing: Summary needs 1 or more", k)
	}
	if k >= n {
		return x, nil, nil
	}
	for i := range n {
		if floats.HasNaN(x.RawRowView(i)) {
			return nil, nil, fmt.Errorf("row %d of the background has a missing value, and so no distance to others: leave Summary out", i)
		}
	}
	centres = spreadOut(x, k, source(seed, math.MaxUint64))
	of := make([]int, n)
	const rounds = 100
	for range rounds {
		if !assign(x, centres, of) {
			break
		}
		recentre(x, centres, of)
	}
	weights = recentre(x, centres, of) // a centre without rows weighs nothing
	for c := range k {
		for j := range cols {
			centres.Set(c, j, nearest(x, j, centres.At(c, j)))
		}
	}
	return centres, weights, nil
}

// spreadOut chooses rows that are far from each other (Arthur and Vassilvitskii 2007).
func spreadOut(x *mat.Dense, k int, r *rand.Rand) *mat.Dense {
	n, cols := x.Dims()
	centres := mat.NewDense(k, cols, nil)
	centres.SetRow(0, x.RawRowView(r.IntN(n)))
	away := make([]float64, n)
	for i := range away {
		away[i] = math.Inf(1)
	}
	for c := 1; c < k; c++ {
		total := 0.0
		for i := range away {
			d := floats.Distance(x.RawRowView(i), centres.RawRowView(c-1), 2)
			away[i] = min(away[i], d*d)
			total += away[i]
		}
		at := r.Float64() * total
		chosen := n - 1
		for i, d := range away {
			if at -= d; at < 0 {
				chosen = i
				break
			}
		}
		centres.SetRow(c, x.RawRowView(chosen))
	}
	return centres
}

// assign gives each row its nearest centre, and says whether any has changed.
func assign(x, centres *mat.Dense, of []int) bool {
	k, _ := centres.Dims()
	changed := false
	for i := range of {
		best, at := math.Inf(1), 0
		for c := range k {
			if d := floats.Distance(x.RawRowView(i), centres.RawRowView(c), 2); d < best {
				best, at = d, c
			}
		}
		if of[i] != at {
			of[i], changed = at, true
		}
	}
	return changed
}

// recentre moves centres to the mean of their rows, and counts these.
func recentre(x, centres *mat.Dense, of []int) (weights []float64) {
	k, cols := centres.Dims()
	weights = make([]float64, k)
	sums := mat.NewDense(k, cols, nil)
	for i, c := range of {
		weights[c]++
		floats.Add(sums.RawRowView(c), x.RawRowView(i))
	}
	for c, n := range weights {
		if n > 0 {
			floats.ScaleTo(centres.RawRowView(c), 1/n, sums.RawRowView(c))
		}
	}
	return weights
}

// nearest is the value of a column that is nearest to v.
func nearest(x *mat.Dense, col int, v float64) float64 {
	n, _ := x.Dims()
	best := x.At(0, col)
	for i := range n {
		if w := x.At(i, col); math.Abs(w-v) < math.Abs(best-v) {
			best = w
		}
	}
	return best
}
