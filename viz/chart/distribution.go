package chart

import (
	"cmp"
	"math"
	"slices"
	"sort"
)

// A Distribution is how numbers are distributed: the numbers themselves, or what
// was kept of them because they were too many.
type Distribution struct {
	Values []float64 // if there are any, the rest is not read

	Count     int // of the finite numbers; without any there is nothing to draw
	Min, Max  float64
	Quantiles [5]float64 // 5, 25, 50, 75 and 95 %
	Bins      []int      // counts from Min to Max, all of one width; may be missing
}

// kept are the shares below the quantiles of a Distribution.
var kept = [5]float64{0.05, 0.25, 0.5, 0.75, 0.95}

// A spread answers what marks ask of a distribution.
type spread interface {
	none() bool
	// quantile is the number that a share of all lies below.
	quantile(share float64) float64
	// below is the share of the numbers less than x.
	below(x float64) float64
}

func (d *Distribution) spread() spread {
	if d.Values != nil {
		return ordered(summarise(d.Values).sorted)
	}
	return newKnots(d)
}

// ordered is finite numbers in their order.
type ordered []float64

func (s ordered) none() bool                 { return len(s) == 0 }
func (s ordered) quantile(q float64) float64 { return quantile(s, q) }
func (s ordered) below(x float64) float64 {
	return float64(sort.SearchFloat64s(s, x)) / float64(len(s))
}

// knots are points of a cumulative distribution, linear between them: the ends,
// the quantiles that were kept, and the edges of the bins. All of them are exact,
// so that an error is less than a bin, and less than what lies between quantiles.
type knots []knot

type knot struct{ x, share float64 }

func newKnots(d *Distribution) knots {
	if d.Count == 0 {
		return nil
	}
	k := knots{{d.Min, 0}, {d.Max, 1}}
	for i, q := range d.Quantiles {
		k = append(k, knot{min(max(q, d.Min), d.Max), kept[i]})
	}
	all, sum := 0, 0
	for _, n := range d.Bins {
		all += n
	}
	for i, n := range d.Bins[:max(len(d.Bins)-1, 0)] {
		sum += n
		t := float64(i+1) / float64(len(d.Bins))
		k = append(k, knot{d.Min*(1-t) + d.Max*t, float64(sum) / float64(max(all, 1))})
	}
	slices.SortFunc(k, func(a, b knot) int { return cmp.Or(cmp.Compare(a.x, b.x), cmp.Compare(a.share, b.share)) })
	for i := 1; i < len(k); i++ { // rounding may have put them in another order
		k[i].share = max(k[i].share, k[i-1].share)
	}
	return k
}

func (k knots) none() bool { return len(k) == 0 }

func (k knots) quantile(share float64) float64 {
	i := sort.Search(len(k), func(i int) bool { return k[i].share >= share })
	switch {
	case i == 0:
		return k[0].x
	case i == len(k):
		return k[len(k)-1].x
	}
	a, b := k[i-1], k[i]
	if b.share == a.share {
		return b.x
	}
	t := (share - a.share) / (b.share - a.share)
	return a.x*(1-t) + b.x*t
}

func (k knots) below(x float64) float64 {
	i := sort.Search(len(k), func(i int) bool { return k[i].x >= x })
	switch {
	case i == 0:
		return 0
	case i == len(k):
		return 1
	}
	a, b := k[i-1], k[i]
	// Halves keep the largest floats from overflowing.
	t := (x/2 - a.x/2) / (b.x/2 - a.x/2)
	if math.IsNaN(t) {
		return b.share
	}
	return a.share*(1-t) + b.share*t
}
