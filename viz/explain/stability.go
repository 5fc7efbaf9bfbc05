package explain

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// A Stability says how alike several explanations of the same row are, with other
// samples each.
type Stability struct {
	Repeats int
	// Agreement is the mean rank correlation (Spearman) of the sizes of the values of
	// any two explanations, the lowest of the outputs: 1 if all name the features in the
	// same order, 0 if the order is chance.
	Agreement float64
	// Same is how many explanations name the First features with the largest values in
	// one and the same order, the fewest of the outputs.
	First, Same int
	// Spread is the standard deviation of each value over the explanations, outputs ×
	// features.
	Spread *mat.Dense
}

// spreading is the stability of a part of an attribution, whose spread is cut.
func (a *Attribution) spreading(cut func(*mat.Dense) *mat.Dense) []Stability {
	list := slices.Clone(a.Stability)
	for i := range list {
		if list[i].Spread != nil {
			list[i].Spread = cut(list[i].Spread)
		}
	}
	return list
}

// Repeats explains each row so often, with other samples each time. Values are the means,
// Errors their standard errors, and [Attribution].Stability says how alike they were. Figures
// of one row show both: as whiskers, as words that are underlined where they vary by more than half
// of their value, and as a second map beside that of an image.
func Repeats(n int) Option { return func(o *options) { o.set("Repeats"); o.repeats = n } }

// repeated explains a row as often as it shall be.
func (h *neighbourhood) repeated(workers int, label string) (*locals, error) {
	n := h.o.repeats
	if n == 1 {
		return h.once(h.seedOf(0), workers, label)
	}
	all := make([]*locals, n)
	err := parallel(n, 1, label, func(i int) (err error) { // once uses all cores for one
		all[i], err = h.once(h.seedOf(i), workers, "")
		return err
	})
	if err != nil {
		return nil, err
	}
	outputs, features := all[0].values.Dims()
	e := &locals{values: mat.NewDense(outputs, features, nil), errors: mat.NewDense(outputs, features, nil), base: make([]float64, outputs), score: math.Inf(1),
		stability: &Stability{Repeats: n, Agreement: 1, First: min(firstFeatures, features), Same: n, Spread: mat.NewDense(outputs, features, nil)}}
	sample := make([]float64, n)
	for k := range outputs {
		for j := range features {
			for i, one := range all {
				sample[i] = one.values.At(k, j)
			}
			mean, spread := stat.MeanStdDev(sample, nil)
			e.values.Set(k, j, mean)
			e.stability.Spread.Set(k, j, spread)
			e.errors.Set(k, j, widened(n)*spread/math.Sqrt(float64(n)))
		}
		e.stability.Agreement = min(e.stability.Agreement, agreement(all, k))
		e.stability.Same = min(e.stability.Same, sameOrder(all, k, e.stability.First))
	}
	for _, one := range all {
		e.score = min(e.score, one.score)
		for k, v := range one.base {
			e.base[k] += v / float64(n)
		}
	}
	return e, nil
}

func (h *neighbourhood) seedOf(repeat int) uint64 {
	return source(h.o.seed, uint64(h.number)<<32|uint64(repeat)).Uint64()
}

// firstFeatures is how many features the order of which is compared.
const firstFeatures = 5

// sameOrder is how many explanations agree on the order of the first features.
func sameOrder(all []*locals, output, first int) int {
	times, most := map[string]int{}, 0
	for _, one := range all {
		values := one.values.RawRowView(output)
		order := everyone(len(values))
		slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(math.Abs(values[j]), math.Abs(values[i])) })
		key := fmt.Sprint(order[:first])
		times[key]++
		most = max(most, times[key])
	}
	return most
}

// agreement is the mean rank correlation of the sizes of values of one output.
func agreement(all []*locals, output int) float64 {
	ranks := make([][]float64, len(all))
	for i, one := range all {
		ranks[i] = rankSizes(one.values.RawRowView(output))
	}
	sum, pairs := 0.0, 0.0
	for i := range ranks {
		for j := range i {
			pairs++
			if c := stat.Correlation(ranks[i], ranks[j], nil); !math.IsNaN(c) {
				sum += c
			} else {
				sum++ // nothing has a rank: all values are alike
			}
		}
	}
	return sum / pairs
}

// rankSizes are the ranks of sizes; those that are equal share one.
func rankSizes(values []float64) []float64 {
	sizes := make([]float64, len(values))
	for j, v := range values {
		sizes[j] = math.Abs(v)
	}
	sorted := slices.Sorted(slices.Values(sizes))
	ranks := make([]float64, len(values))
	for j, v := range sizes {
		from, _ := slices.BinarySearch(sorted, v)
		to := from
		for to < len(sorted) && sorted[to] == v {
			to++
		}
		ranks[j] = float64(from+to-1) / 2
	}
	return ranks
}
