package trees

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestSortKeyed compares with a stable sort by values.
func TestSortKeyed(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for trial := range 60 {
		v := make([]float64, r.IntN(300))
		rows := make([]keyed, len(v))
		for i := range v {
			switch v[i] = r.NormFloat64() * math.Pow(10, float64(r.IntN(600)-300)); trial % 3 {
			case 1:
				v[i] = math.Round(r.NormFloat64() * 3)
			case 2:
				v[i] = []float64{math.Inf(1), math.Inf(-1), 0, math.MaxFloat64, math.SmallestNonzeroFloat64, -1, 1}[r.IntN(7)]
			}
			v[i] += 0
			rows[i] = keyed{keyOf(v[i]), int32(i)}
		}
		want := make([]int32, len(v))
		for i := range want {
			want[i] = int32(i)
		}
		slices.SortStableFunc(want, func(a, b int32) int {
			switch {
			case v[a] < v[b]:
				return -1
			case v[a] > v[b]:
				return 1
			}
			return 0
		})
		for i, k := range sortKeyed(rows, make([]keyed, len(rows))) {
			if k.row != want[i] || valueOf(k.key) != v[k.row] {
				t.Fatalf("trial %d, place %d: row %d with %v, not %d with %v", trial, i, k.row, valueOf(k.key), want[i], v[want[i]])
			}
		}
	}
}
