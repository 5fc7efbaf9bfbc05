package trees

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// TestPlan compares batches with one row after the other, bit by bit: of trees that are
// deep and uneven, of all kinds of rows.
func TestPlan(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for trial := range 40 {
		e := &Ensemble{Inputs: 5, Outputs: []string{"", ""}, Average: trial%2 == 0, Init: []float64{1, -1}}
		for k := range 1 + r.IntN(6) {
			e.Trees = append(e.Trees, grown(r, r.IntN(60), 1+k%2, trial%5 == 4))
		}
		if err := e.Check(); err != nil {
			t.Fatal(err)
		}
		rows := 1 + r.IntN(200)
		wide := mat.NewDense(rows, 7, nil)
		x := wide.Slice(0, rows, 1, 6).(*mat.Dense) // with a stride
		for i := range rows {
			for j := range 5 {
				v := math.Round(r.NormFloat64()*4) / 4 // often on a threshold
				switch trial % 4 {
				case 1:
					if r.IntN(60) == 0 {
						v = math.NaN()
					}
				case 2:
					v = [...]float64{math.Inf(1), math.Inf(-1), 0, math.Copysign(0, -1), v}[r.IntN(5)]
				}
				x.Set(i, j, v)
			}
		}
		got := e.Raw(x)
		want := make([]float64, 2)
		for i := range rows {
			e.Margin(x.RawRowView(i), want)
			for k := range want {
				if math.Float64bits(got.At(i, k)) != math.Float64bits(want[k]) {
					t.Fatalf("trial %d, row %d %v, output %d: %v, alone %v", trial, i, x.RawRowView(i), k, got.At(i, k), want[k])
				}
			}
		}
	}
}

// grown is a random tree with some splits.
func grown(r *rand.Rand, splits, width int, categories bool) *Tree {
	t := &Tree{}
	add := func() int32 {
		t.Left, t.Right, t.Feature, t.Threshold, t.Cover = append(t.Left, -1), append(t.Right, -1), append(t.Feature, 0), append(t.Threshold, 0), append(t.Cover, 1)
		t.MissingLeft = append(t.MissingLeft, r.IntN(2) == 0)
		for range width {
			t.Value = append(t.Value, r.NormFloat64())
		}
		return int32(len(t.Left) - 1)
	}
	leaves := []int32{add()}
	for range splits {
		k := r.IntN(len(leaves))
		if r.IntN(3) > 0 {
			k = len(leaves) - 1 // one side grows deep
		}
		n := leaves[k]
		t.Feature[n], t.Threshold[n] = int32(r.IntN(5)), math.Round(r.NormFloat64()*4)/4
		a, b := add(), add()
		t.Left[n], t.Right[n] = a, b
		leaves[k] = a
		leaves = append(leaves, b)
	}
	if categories && splits > 0 {
		t.Categories = make([]Categories, len(t.Left))
		t.Categories[0] = CategoriesOf(0, 2)
	}
	return t
}

func BenchmarkPredict(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	for name, splits := range map[string]int{"small": 7, "large": 100} {
		e := &Ensemble{Inputs: 5, Outputs: []string{""}}
		for range 100 {
			e.Trees = append(e.Trees, grown(r, splits, 1, false))
		}
		x := mat.NewDense(10000, 5, nil)
		for i := range 10000 {
			for j := range 5 {
				x.Set(i, j, r.NormFloat64())
			}
		}
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				e.Predict(x)
			}
		})
	}
}
