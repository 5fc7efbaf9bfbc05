package explain

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sort"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"loupe/viz/chart"
)

// Bins is how numbers are represented: "quartile", the default, "decile", "entropy" (up
// to 8 bins that tell apart the classes that the model predicts for the training rows)
// or "none": then a value is the effect of one standard deviation.
func Bins(name string) Option { return func(o *options) { o.set("Bins"); o.bins = name } }

// Categorical names the features that are categories: a number means nothing but that
// it is another one.
func Categorical(names ...string) Option {
	return func(o *options) { o.set("Categorical"); o.categorical = names }
}

// A feature is how the values of one feature are drawn, and represented to the local
// model.
type feature struct {
	// Of continuous ones:
	mean, scale float64
	// Of others: bins by their upper edges, but the last, or categories by their value.
	edges      []float64
	categories []float64
	cumulated  []float64   // shares of the training rows
	quantiles  [][]float64 // of what is drawn within each bin
	// Of a number between the shares of two neighbours, how far it is in the quantiles:
	// (number − low) × stretch.
	lows, stretch []float64
}

func (l *Local) represent() ([]feature, error) {
	rows, cols := l.train.x.Dims()
	for i := range rows {
		if row := l.train.x.RawRowView(i); floats.HasNaN(row) || math.IsInf(floats.Norm(row, math.Inf(1)), 1) {
			return nil, fmt.Errorf("training row %d has a value that is missing or infinite: %s", i, rowText(row))
		}
	}
	category := make([]bool, cols)
	for _, name := range l.o.categorical {
		j := slices.Index(l.train.features, name)
		if j < 0 {
			return nil, fmt.Errorf("there is no feature %q; there are %s", name, someOf(l.train.features))
		}
		category[j] = true
	}
	edges, err := l.binning()
	if err != nil {
		return nil, err
	}
	list := make([]feature, cols)
	for j := range list {
		column := mat.Col(nil, j, l.train.x)
		switch {
		case category[j]:
			list[j] = newCategory(column)
		case edges == nil:
			list[j].mean, list[j].scale = stat.PopMeanStdDev(column, nil)
			if list[j].scale == 0 {
				list[j].scale = 1
			}
		default:
			list[j] = newBinned(column, edges(column))
		}
	}
	return list, nil
}

// binning returns what finds the edges of bins, nil if there are none.
func (l *Local) binning() (func(column []float64) []float64, error) {
	quantiles := func(n int) func([]float64) []float64 {
		return func(column []float64) []float64 {
			var edges []float64
			for i := 1; i < n; i++ {
				edges = append(edges, percentile(column, float64(i)/float64(n)))
			}
			return slices.Compact(edges)
		}
	}
	switch l.o.bins {
	case "quartile":
		return quantiles(4), nil
	case "decile":
		return quantiles(10), nil
	case "none":
		return nil, nil
	case "entropy":
		y, err := l.p.all(l.train.x)
		if err != nil {
			return nil, fmt.Errorf("for the training rows: %w", err)
		}
		rows, outputs := y.Dims()
		if outputs == 1 {
			return nil, fmt.Errorf("bins by entropy tell classes apart, and the model has one output: take quartile or decile")
		}
		classes := make([]int, rows)
		for i := range classes {
			classes[i] = floats.MaxIdx(y.RawRowView(i))
		}
		return func(column []float64) []float64 { return entropyEdges(column, classes, outputs) }, nil
	}
	return nil, fmt.Errorf("there are no bins %q; there are quartile, decile, entropy and none", l.o.bins)
}

// percentile interpolates between the sorted values around a share (the definition of
// NumPy).
func percentile(values []float64, share float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	at := share * float64(len(sorted)-1)
	i := min(int(at), len(sorted)-1)
	if i+1 == len(sorted) {
		return sorted[i]
	}
	return sorted[i] + (at-float64(i))*(sorted[i+1]-sorted[i])
}

// entropyEdges splits values into two where that tells classes apart best, three times
// over.
func entropyEdges(column []float64, classes []int, n int) []float64 {
	order := everyone(len(column))
	slices.SortStableFunc(order, func(i, j int) int {
		switch {
		case column[i] < column[j]:
			return -1
		case column[i] > column[j]:
			return 1
		}
		return 0
	})
	var edges []float64
	var split func(part []int, depth int)
	split = func(part []int, depth int) {
		at := bestSplit(column, classes, n, part)
		if depth == 0 || at == 0 {
			return
		}
		edges = append(edges, (column[part[at-1]]+column[part[at]])/2)
		split(part[:at], depth-1)
		split(part[at:], depth-1)
	}
	split(order, 3)
	slices.Sort(edges)
	return slices.Compact(edges)
}

// bestSplit is where the entropy of the classes on both sides is lowest, 0 if nowhere
// is better than the whole.
func bestSplit(column []float64, classes []int, n int, part []int) int {
	left, right := make([]float64, n), make([]float64, n)
	for _, i := range part {
		right[classes[i]]++
	}
	best, where := entropyOf(right)-1e-12, 0
	for at := 1; at < len(part); at++ {
		c := classes[part[at-1]]
		left[c]++
		right[c]--
		if column[part[at-1]] == column[part[at]] {
			continue
		}
		if e := entropyOf(left) + entropyOf(right); e < best {
			best, where = e, at
		}
	}
	return where
}

// entropyOf is the entropy of counts, times their sum.
func entropyOf(counts []float64) float64 {
	total := floats.Sum(counts)
	e := 0.0
	for _, c := range counts {
		if c > 0 {
			e -= c * math.Log(c/total)
		}
	}
	return e
}

func newCategory(column []float64) feature {
	f := feature{categories: slices.Compact(slices.Sorted(slices.Values(column)))}
	counts := make([]float64, len(f.categories))
	for _, v := range column {
		counts[sort.SearchFloat64s(f.categories, v)]++
	}
	f.cumulate(counts)
	return f
}

// newBinned draws from bins as often as training rows are in them, and within a bin from
// a normal distribution of their mean and deviation, cut off at its edges.
func newBinned(column, edges []float64) feature {
	f := feature{edges: edges}
	in := make([][]float64, len(edges)+1)
	for _, v := range column {
		b := f.bin(v)
		in[b] = append(in[b], v)
	}
	counts := make([]float64, len(in))
	for b, values := range in {
		counts[b] = float64(len(values))
		low, high := floats.Min(column), floats.Max(column)
		if b > 0 {
			low = edges[b-1]
		}
		if b < len(edges) {
			high = edges[b]
		}
		f.quantiles = append(f.quantiles, cutNormal(values, low, high))
	}
	f.cumulate(counts)
	low := 0.0
	for b, high := range f.cumulated {
		f.lows = append(f.lows, low)
		stretch := 0.0
		if high > low {
			stretch = float64(len(f.quantiles[b])-1) / (high - low)
		}
		f.stretch = append(f.stretch, stretch)
		low = high
	}
	return f
}

// cutNormal tabulates the quantiles of a normal distribution between low and high.
func cutNormal(values []float64, low, high float64) []float64 {
	const places = 64 // the tables of all features fit in a near cache
	if len(values) == 0 {
		return []float64{low, low}
	}
	mean, deviation := stat.PopMeanStdDev(values, nil)
	if deviation == 0 {
		return []float64{mean, mean}
	}
	d := distuv.Normal{Mu: mean, Sigma: deviation}
	from, to := d.CDF(low), d.CDF(high)
	table := make([]float64, places+1)
	for i := range table {
		table[i] = min(max(d.Quantile(from+(to-from)*float64(i)/places), low), high)
	}
	return table
}

func (f *feature) cumulate(counts []float64) {
	f.cumulated = make([]float64, len(counts))
	floats.CumSum(f.cumulated, counts)
	floats.Scale(1/f.cumulated[len(counts)-1], f.cumulated)
}

// bin is the number of the bin of a value: edges belong to the bin below.
func (f *feature) bin(v float64) int {
	for b, edge := range f.edges {
		if v <= edge {
			return b
		}
	}
	return len(f.edges)
}

// condition is what a row with a value meets, and what the weight of the local model is for:
// to be in its bin, or of its category. It is "" for numbers that are taken as they are.
func (f *feature) condition(name string, v float64) string {
	_, bin := f.own(v)
	switch {
	case f.categories != nil, f.edges == nil:
		return ""
	case len(f.edges) == 0:
		return name // there is but one bin
	case bin == 0:
		return name + " ≤ " + chart.Number(f.edges[0])
	case bin == len(f.edges):
		return name + " > " + chart.Number(f.edges[bin-1])
	}
	return chart.Number(f.edges[bin-1]) + " < " + name + " ≤ " + chart.Number(f.edges[bin])
}

// own is the representation of the row's own value, and the bin or the category where it
// is: -1 if it is a category of no training row.
func (f *feature) own(v float64) (representation float64, bin int) {
	switch {
	case f.cumulated == nil:
		return (v - f.mean) / f.scale, 0
	case f.categories != nil:
		return 1, slices.Index(f.categories, v)
	}
	return 1, f.bin(v)
}

// draw draws values and their representations into one column each of samples: for bins
// and categories whether they are in the one of the row's own value.
func (f *feature) draw(x, z []float64, stride, own int, r *rand.Rand) {
	switch {
	case f.cumulated == nil:
		for at := 0; at < len(x); at += stride {
			v := r.NormFloat64()
			x[at], z[at] = f.mean+f.scale*v, v
		}
	case f.categories != nil:
		for at := 0; at < len(x); at += stride {
			b := f.share(r.Float64())
			x[at], z[at] = f.categories[b], alike(b, own)
		}
	default:
		for at := 0; at < len(x); at += stride {
			u := r.Float64()
			b := f.share(u)
			q := f.quantiles[b]
			t := (u - f.lows[b]) * f.stretch[b] // what is left of u is uniform again
			i := min(int(t), len(q)-2)
			x[at], z[at] = q[i]+(t-float64(i))*(q[i+1]-q[i]), alike(b, own)
		}
	}
}

// share is the bin or category of a uniform number. Branches could not be predicted.
func (f *feature) share(u float64) int {
	b := 0
	for _, edge := range f.cumulated[:len(f.cumulated)-1] {
		above := 0
		if u >= edge {
			above = 1
		}
		b += above
	}
	return b
}

// alike is 1 if both are the same, or else 0.
func alike(a, b int) float64 {
	yes := 0
	if a == b {
		yes = 1
	}
	return float64(yes)
}
