package explain

import (
	"cmp"
	"slices"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

func column(m *mat.Dense, j int) []float64 { return mat.Col(nil, j, m) }

// ranks are the places of numbers in their order, from 0; equal ones share the mean
// of theirs.
func ranks(list []float64) []float64 {
	order := make([]int, len(list))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(list[i], list[j]) })
	out := make([]float64, len(list))
	for i := 0; i < len(order); {
		j := i
		for j+1 < len(order) && list[order[j+1]] == list[order[i]] {
			j++
		}
		for k := i; k <= j; k++ {
			out[order[k]] = float64(i+j) / 2
		}
		i = j + 1
	}
	return out
}

// rankCorrelation is Spearman's, NaN where one of the lists does not vary.
func rankCorrelation(a, b []float64) float64 {
	return stat.Correlation(ranks(a), ranks(b), nil)
}

// place is where each number stands among the others, from 0, the lowest, to 1;
// a half where all are equal.
func place(list []float64) []float64 {
	r := ranks(list)
	lo, hi := slices.Min(r), slices.Max(r)
	for i := range r {
		if hi == lo {
			r[i] = 0.5
			continue
		}
		r[i] = (r[i] - lo) / (hi - lo)
	}
	return r
}
