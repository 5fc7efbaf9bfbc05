package trees

import (
	"cmp"
	"slices"
)

// mostBins is how many bins a feature has for boosting, beside one for missing values.
const mostBins = 255

// bins are the values of a feature, sorted into bins.
type bins struct {
	of []uint8 // the rows; n is a missing value
	n  int
	// low and high are the least and the greatest value in each bin.
	low, high []float64
	members   [][]int // the categories in each bin, if it is categorical
}

// bins sorts the values of all features into bins.
func (t *table) bins() []bins {
	all := make([]bins, t.p)
	t.each(func(j int, rows []int32, sorted []float64) {
		b := &all[j]
		b.of = make([]uint8, t.n)
		var to map[int]int
		if t.categorical[j] {
			to = b.gather(sorted)
		} else {
			b.divide(sorted)
		}
		b.n = max(len(b.low), len(b.members))
		for i := range b.of {
			b.of[i] = uint8(b.n)
		}
		k := 0
		for i, r := range rows {
			if to != nil {
				k = to[int(sorted[i])]
			} else if sorted[i] > b.high[k] {
				k++
			}
			b.of[r] = uint8(k)
		}
	})
	return all
}

// quadsOf puts the bins of four features side by side, as a row's bytes of a number.
func quadsOf(all []bins) [][]uint32 {
	out := make([][]uint32, len(all)/4)
	spread(len(out), func(k int) {
		a, b, c, d := all[4*k].of, all[4*k+1].of, all[4*k+2].of, all[4*k+3].of
		out[k] = make([]uint32, len(a))
		for i := range out[k] {
			out[k][i] = uint32(a[i]) | uint32(b[i])<<8 | uint32(c[i])<<16 | uint32(d[i])<<24
		}
	})
	return out
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
		left := mostBins - len(b.low)
		want := (len(values) - i + left - 1) / left
		end := i
		for end < len(values) {
			next := end + 1 // behind the values that are equal
			for next < len(values) && values[next] == values[end] {
				next++
			}
			// A bin ends where it is nearest to the number that it should have.
			if end > i && (distinct <= mostBins || left > 1 && (end+next)/2-i > want) {
				break
			}
			end = next
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
