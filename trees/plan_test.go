package trees

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"loupe/nn/data"
)

// TestPlan compares batches with one row after the other, bit by bit: of trees that are
// deep and uneven, of all kinds of rows, with the vectors of this machine and without.
func TestPlan(t *testing.T) {
	defer func(was bool) { wide = was }(wide)
	testPlan(t)
	wide = false
	testPlan(t)
}

func testPlan(t *testing.T) {
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

// TestPlanKinds compares batches with walks, of trees that have nodes of all kinds: sets of
// categories, zeros that count as missing, thresholds that are infinite, many and few of
// them; of values that are on thresholds, beside them or missing.
func TestPlanKinds(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for trial := range 120 {
		outputs := 1 + r.IntN(3)
		e := &Ensemble{Inputs: 5, Outputs: make([]string, outputs)}
		kinds, steps := r.IntN(8), []float64{2, 100}[r.IntN(2)]
		for range 1 + r.IntN([]int{8, 60}[trial%2]) {
			width := []int{1, outputs}[r.IntN(2)]
			tree := grown(r, r.IntN([]int{2, 9, 40, 150}[r.IntN(4)]), width, false)
			tree.Output = r.IntN(outputs - width + 1)
			vary(r, tree, kinds, steps)
			e.Trees = append(e.Trees, tree)
		}
		if err := e.Check(); err != nil {
			t.Fatal(err)
		}
		rows := 1 + r.IntN(900)
		x := mat.NewDense(rows, 5, nil)
		for i := range rows {
			for j := range 5 {
				x.Set(i, j, value(r, kinds, steps))
			}
		}
		got := e.Raw(x)
		want := make([]float64, outputs)
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

// vary makes nodes of a tree special ones.
func vary(r *rand.Rand, t *Tree, kinds int, steps float64) {
	for i := range t.Left {
		t.Threshold[i] = math.Round(r.NormFloat64()*steps) / steps
		switch r.IntN(20) {
		case 0:
			t.Threshold[i] = math.Inf(1 - 2*r.IntN(2))
		case 1:
			t.Threshold[i] = lightZero
		}
	}
	if kinds&1 != 0 {
		t.Categories = make([]Categories, len(t.Left))
		for i := range t.Left {
			if r.IntN(8) == 0 {
				t.Categories[i] = CategoriesOf(r.IntN(3), r.IntN(70), r.IntN(200))
			}
		}
	}
	if kinds&2 != 0 {
		t.ZeroMissing = make([]bool, len(t.Left))
		for i := range t.Left {
			t.ZeroMissing[i] = r.IntN(8) == 0
		}
	}
	if r.IntN(4) == 0 {
		t.MissingLeft = nil
	}
}

// value is one that a node may take for another.
func value(r *rand.Rand, kinds int, steps float64) float64 {
	v := math.Round(r.NormFloat64()*steps) / steps
	switch r.IntN(12) {
	case 0:
		v = math.Nextafter(v, math.Inf(1-2*r.IntN(2)))
	case 1:
		v = math.Inf(1 - 2*r.IntN(2))
	case 2:
		v = float64(r.IntN(210)) + r.Float64() - 1
	case 3:
		v = float64(r.IntN(210)) - 1
	case 4:
		v = []float64{lightZero, -lightZero, math.Nextafter(lightZero, 1), math.Nextafter(-lightZero, -1), math.Copysign(0, -1)}[r.IntN(5)]
	case 5:
		if kinds&4 != 0 {
			v = math.NaN()
		}
	}
	return v
}

// BenchmarkPredict predicts batches as explanations ask for, and large ones; of trees that
// are shallow, as boosting makes them, or large.
func BenchmarkPredict(b *testing.B) {
	cancer := data.BreastCancer()
	forest := Forest(cancer, Options{Trees: 100, Depth: 8})
	boosted := Boost(cancer, Options{Trees: 100, Depth: 3})
	digits := Forest(data.Digits(), Options{Trees: 100})
	for _, c := range []struct {
		name string
		e    *Ensemble
		set  *data.Set
		rows int
	}{{"forest", forest, cancer, 5000}, {"forest", forest, cancer, 250}, {"forest", forest, cancer, 1}, {"boosted", boosted, cancer, 5000}, {"digits", digits, data.Digits(), 5000}} {
		r := rand.New(rand.NewPCG(1, 2))
		x := mat.NewDense(c.rows, c.set.Width(), nil)
		for i := range c.rows {
			for j := range c.set.Width() {
				x.Set(i, j, c.set.Matrix().At(r.IntN(c.set.Len()), j))
			}
		}
		b.Run(fmt.Sprintf("%s/%d", c.name, c.rows), func(b *testing.B) {
			for b.Loop() {
				c.e.Raw(x)
			}
		})
	}
}
