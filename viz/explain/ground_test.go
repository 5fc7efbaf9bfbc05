package explain

import (
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"loupe/trees"
)

// TestGround: what an ensemble says of coalitions by its trees is what it says when it is
// asked row by row, with missing values, categories, links, groups and weights.
func TestGround(t *testing.T) {
	r, compared := rand.New(rand.NewPCG(11, 1)), 0
	for trial := range 60 {
		outputs := 1 + trial%3
		e := randomEnsemble(r, 12, 7, 1+trial%6, outputs)
		e.Average = trial%4 == 0
		if trial%2 == 1 {
			e.Link = []trees.Link{trees.Logistic, trees.Softmax, trees.Exp, trees.Square}[trial/2%4]
			e.Slope = []float64{0, 1, 0.5}[trial%3]
			e.Init = make([]float64, outputs)
			for k := range e.Init {
				e.Init[k] = r.NormFloat64()
			}
		}
		background, rows := randomRows(r, 1+trial*3, 7), randomRows(r, 3, 7)
		for i := range rows { // a feature that is the same everywhere
			rows[i][6] = 0.5
		}
		for i := range background {
			background[i][6] = 0.5
		}
		list := []Option{Seed(uint64(trial))}
		if trial%5 == 0 {
			list = append(list, Groups(map[string][]string{"both": {"feature 0", "feature 3"}}))
		}
		var kernel []Option
		if trial%7 == 3 && !missing(background) {
			kernel = append(kernel, Summary(2))
		}
		for name, of := range map[string]func(model any) *Attribution{
			"exact":       func(m any) *Attribution { return ExactSHAP(m, background, list[1:]...).Explain(rows) },
			"kernel":      func(m any) *Attribution { return KernelSHAP(m, background, append(kernel, list...)...).Explain(rows) },
			"permutation": func(m any) *Attribution { return PermutationSHAP(m, background, list...).Explain(rows) },
		} {
			trees, asked := of(e), of(e.Predict)
			if (trees.Err() == nil) != (asked.Err() == nil) {
				t.Fatalf("%d, %s: %v, asked row by row %v", trial, name, trees.Err(), asked.Err())
			}
			if trees.Err() != nil {
				continue
			}
			compared++
			for k := range trees.Values {
				a, b := trees.Values[k].RawMatrix().Data, asked.Values[k].RawMatrix().Data
				scale := 1.0
				for _, v := range b {
					scale = max(scale, math.Abs(v))
				}
				for i := range a {
					if !(math.Abs(a[i]-b[i]) <= 1e-10*scale) {
						t.Fatalf("%d, %s, output %d: %v, asked row by row %v", trial, name, k, a[i], b[i])
					}
				}
			}
		}
	}
	if compared < 120 {
		t.Errorf("only %d explanations were compared", compared)
	}
}

// TestGroundCores: an ensemble says the same of coalitions on one processor and on three, to
// the last bit, where they are summed up from one to the next too.
func TestGroundCores(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	r := rand.New(rand.NewPCG(5, 1))
	e := randomEnsemble(r, 40, 20, 3, 1)
	e.Link = trees.Logistic
	background, rows := randomRows(r, 30, 20), randomRows(r, 1, 20)
	explain := func() (values []float64) {
		for _, s := range []*SHAP{PermutationSHAP(e, background, Samples(7)), KernelSHAP(e, background, Samples(501))} {
			a := s.Explain(rows)
			if a.Err() != nil {
				t.Fatal(a.Err())
			}
			values = append(values, a.Values[0].RawMatrix().Data...)
		}
		return values
	}
	one := explain()
	runtime.GOMAXPROCS(3)
	if three := explain(); !slices.Equal(one, three) {
		t.Errorf("%v, on three processors %v", one, three)
	}
}

func missing(rows [][]float64) bool {
	for _, row := range rows {
		for _, v := range row {
			if v != v {
				return true
			}
		}
	}
	return false
}

func BenchmarkGround(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	e := randomEnsemble(r, 100, 30, 8, 2)
	background, rows := randomRows(r, 100, 30), randomRows(r, 1, 30)
	for b.Loop() {
		if err := KernelSHAP(e, background).Explain(rows).Err(); err != nil {
			b.Fatal(err)
		}
	}
}
