package trees

import (
	"cmp"
	"slices"
)

// Boosting sees a feature as one of up to 255 bins; the last one is for missing values.
const (
	mostBins   = 255
	missingBin = 255
)

// bins are the values of a feature, sorted into bins.
type bins struct {
	of []uint8 // the rows
	// low and high are the least and the greatest value in each bin.
	low, high []float64
	members   [][]int // the categories in each bin, if it is categorical
	missing   bool
}

// bins sorts the values of all features into bins.
func (t *table) bins() []bins {
	all := make([]bins, t.p)
	spread(t.p, func(j int) {
		b := &all[j]
		values := t.sorted(j)
		b.of, b.missing = make([]uint8, t.n), len(values) < t.n
		bin := func(v float64) int { return rank(b.high, v) }
		if t.categorical[j] {
			to := b.gather(values)
			bin = func(v float64) int { return to[int(v)] }
		} else {
			b.divide(values)
		}
		for i := range b.of {
			b.of[i] = missingBin
			if v := t.x[int(t.order[i])*t.stride+j]; v == v {
				b.of[i] = uint8(bin(v))
			}
		}
	})
	return all
}

// divide makes bins of sorted values: one for each if there are no more than bins, else
// bins with about equally many, where equal values stay together.
func (b *bins) divide(values []float64) {
	distinct := 0
	for i, v := range values {
		if i == 0 || v != values[i-1] {
			distinct++
		}
	}
	for i := 0; i < len(values); {
		want := 1
		if distinct > mostBins {
			left := mostBins - len(b.low)
			want = (len(values) - i + left - 1) / left
		}
		end := min(i+want, len(values))
		for end < len(values) && values[end] == values[end-1] {
			end++
		}
		b.low, b.high = append(b.low, values[i]), append(b.high, values[end-1])
		i = end
	}
}

// gather makes a bin of each category, the most frequent ones first; those for which no
// bin is left share the last. It returns the bins of categories.
func (b *bins) gather(values []float64) map[int]int {
	count := map[int]int{}
	for _, v := range values {
		count[int(v)]++
	}
	var list []int
	for c := range count {
		list = append(list, c)
	}
	slices.SortFunc(list, func(x, y int) int { return cmp.Or(cmp.Compare(count[y], count[x]), cmp.Compare(x, y)) })
	to := map[int]int{}
	for i, c := range list {
		k := min(i, mostBins-1)
		if to[c] = k; k == len(b.members) {
			b.members = append(b.members, nil)
		}
		b.members[k] = append(b.members[k], c)
	}
	return to
}
