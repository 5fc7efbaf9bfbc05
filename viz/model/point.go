package model

import (
	"math"
	"slices"
	"sort"
)

// bins is how many bins a point has.
const bins = 40

// PointOf says how numbers were distributed at a step. Sources whose framework does
// not count them itself make their traces of such points.
func PointOf(step int, values []float64) Point {
	p := Point{Step: step, Count: len(values), Norm: math.NaN()}
	finite := make([]float64, 0, len(values))
	for _, v := range values {
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			finite = append(finite, v)
		}
		if v == 0 {
			p.Zeros++
		}
	}
	if p.Finite = len(finite); p.Finite == 0 {
		return p
	}
	n := float64(len(finite))
	p.Min, p.Max, p.Norm = math.Inf(1), math.Inf(-1), 0
	for _, v := range finite {
		p.Mean += v / n
		p.Min, p.Max = min(p.Min, v), max(p.Max, v)
	}
	p.Bins = make([]int, bins)
	width := p.Max/bins - p.Min/bins
	for _, v := range finite {
		p.Std += (v - p.Mean) * (v - p.Mean) / n
		p.Norm = math.Hypot(p.Norm, v)
		i := 0
		if width > 0 {
			i = min(int((v-p.Min)/width), bins-1)
		}
		p.Bins[i]++
	}
	p.Std = math.Sqrt(p.Std)
	p.Quantiles = quantiles(finite)
	return p
}

// quantiles are those at 5, 25, 50, 75 and 95 %. They put the numbers in another
// order.
func quantiles(x []float64) (list [5]float64) {
	shares := [5]float64{0.05, 0.25, 0.5, 0.75, 0.95}
	var ranks []int
	for _, q := range shares {
		low := int(q * float64(len(x)-1))
		ranks = append(ranks, low, min(low+1, len(x)-1))
	}
	place(x, 0, ranks)
	for i, q := range shares {
		low, high := x[ranks[2*i]], x[ranks[2*i+1]]
		at := q * float64(len(x)-1)
		list[i] = low + (at-math.Floor(at))*(high-low)
	}
	return list
}

// place moves the numbers of some ranks, which rise, to where they were if all were
// sorted: Hoare's selection (1961), for several ranks at a time. The first number has
// the rank from.
func place(x []float64, from int, ranks []int) {
	for len(ranks) > 0 {
		if len(x) < 32 {
			slices.Sort(x)
			return
		}
		less, more := divide(x)
		a := sort.SearchInts(ranks, from+less)
		b := sort.SearchInts(ranks, from+more)
		place(x[:less], from, ranks[:a])
		x, from, ranks = x[more:], from+more, ranks[b:]
	}
}

// divide puts the numbers less than one of them before those that are equal to it, and
// those that are greater behind: they begin at more.
func divide(x []float64) (less, more int) {
	a, b, c := x[0], x[len(x)/2], x[len(x)-1]
	pivot := max(min(a, b), min(max(a, b), c)) // the one in the middle
	more = len(x)
	for i := 0; i < more; {
		switch v := x[i]; {
		case v < pivot:
			x[i], x[less] = x[less], v
			less++
			i++
		case v > pivot:
			more--
			x[i], x[more] = x[more], v
		default:
			i++
		}
	}
	return less, more
}
