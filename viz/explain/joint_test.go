package explain

import (
	"math"
	"math/bits"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"loupe/trees"
)

// TestInteractionsGolden compares with SHAP's interaction values.
func TestInteractionsGolden(t *testing.T) {
	for _, name := range []string{"decision_tree", "random_forest", "extra_trees", "gradient_boosting"} {
		var r struct {
			X            [][]float64 `json:"x"`
			Interactions [][][]any   `json:"interactions"` // rows × features × features (× outputs)
		}
		e, err := trees.Open(goldenTree(t, name+".json", &r))
		if err != nil {
			t.Fatal(err)
		}
		n := len(r.Interactions)
		j := TreeSHAP(e).Interactions(r.X[:n])
		if j.Err() != nil {
			t.Fatal(j.Err())
		}
		worst := 0.0
		for i, row := range r.Interactions {
			for a := range row {
				for b, v := range row[a] {
					for k, want := range flat(v) {
						worst = max(worst, math.Abs(j.Values[k][i].At(a, b)-want))
					}
				}
			}
		}
		if !(worst <= 1e-6) || n == 0 {
			t.Errorf("%s: %d rows differ by %g", name, n, worst)
		}
	}
}

// enumeratedPairs are the interactions of a game by their definition, over all coalitions.
func enumeratedPairs(players int, worth func(s uint64) float64) *mat.SymDense {
	m := mat.NewSymDense(players, nil)
	weights := shapleyWeights(players)
	for i := range players {
		phi := 0.0
		for s := range uint64(1) << players {
			if s>>i&1 == 0 {
				phi += weights[bits.OnesCount64(s)] * (worth(s|1<<i) - worth(s))
			}
		}
		m.SetSym(i, i, phi)
	}
	both := shapleyWeights(players - 1)
	for i := range players {
		for j := range i {
			v := 0.0
			for s := range uint64(1) << players {
				if s>>i&1 == 0 && s>>j&1 == 0 {
					v += both[bits.OnesCount64(s)] / 2 * (worth(s|1<<i|1<<j) - worth(s|1<<i) - worth(s|1<<j) + worth(s))
				}
			}
			m.SetSym(i, j, v)
			m.SetSym(i, i, m.At(i, i)-v)
			m.SetSym(j, j, m.At(j, j)-v)
		}
	}
	return m
}

// TestInteractionsExact compares both games of trees with repeated features, missing values
// and categories with enumeration, and their sums with the SHAP values.
func TestInteractionsExact(t *testing.T) {
	r := rand.New(rand.NewPCG(21, 2))
	for trial := range 30 {
		const features = 5
		e := randomEnsemble(r, 1+trial%4, features, 1+trial%6, 1+trial%2)
		rows, background := randomRows(r, 2, features), randomRows(r, 1+trial%7, features)
		for name, x := range map[string]*TreeExplainer{"path": TreeSHAP(e), "background": TreeSHAP(e, Background(background))} {
			j := x.Interactions(rows)
			if j.Err() != nil {
				t.Fatal(j.Err())
			}
			why := x.Explain(rows)
			for i, row := range rows {
				for k := range e.Outputs {
					worth := func(s uint64) float64 {
						sum := 0.0
						for _, t := range e.Trees {
							sum += e.Weight() * knownTo(t, 0, row, uint(s), k)
						}
						return sum
					}
					if name == "background" {
						worth = func(s uint64) float64 {
							mean := 0.0
							for _, b := range background {
								mixed := append([]float64(nil), b...)
								for f := range mixed {
									if s>>f&1 == 1 {
										mixed[f] = row[f]
									}
								}
								to := make([]float64, len(e.Outputs))
								e.Margin(mixed, to)
								mean += to[k] / float64(len(background))
							}
							return mean
						}
					}
					want, got := enumeratedPairs(features, worth), j.Values[k][i]
					if !mat.EqualApprox(want, got, 1e-9) {
						t.Fatalf("%d, %s, row %d, output %d:\n%v\nby enumeration\n%v", trial, name, i, k, mat.Formatted(got), mat.Formatted(want))
					}
					for f := range features {
						sum := floats.Sum(mat.Row(nil, f, got))
						if math.Abs(sum-why.At(i, f, k)) > 1e-9 || math.Abs(j.Attribution().At(i, f, k)-why.At(i, f, k)) > 1e-9 {
							t.Errorf("%d, %s: the interactions of feature %d sum up to %v, its SHAP value is %v", trial, name, f, sum, why.At(i, f, k))
						}
					}
				}
			}
		}
	}
}

// TestAndTreeTogether is the tree of x1 AND x2 that gives 80, by hand: of 60 above the base,
// each does 20 alone and both do 20 together.
func TestAndTreeTogether(t *testing.T) {
	and := smallTree([]int32{0, -1, 1, -1, -1}, []float64{0.5, 0, 0.5, 0, 0}, []int32{1, -1, 3, -1, -1}, []int32{2, -1, 4, -1, -1},
		[]float64{0, 0, 0, 0, 80}, []float64{4, 2, 2, 1, 1})
	e := &trees.Ensemble{Trees: []*trees.Tree{and}, Inputs: 2, Outputs: []string{""}, Features: []string{"x1", "x2"}}
	j := TreeSHAP(e).Interactions([][]float64{{1, 1}, {0, 0}})
	if want := mat.NewSymDense(2, []float64{20, 10, 10, 20}); !mat.EqualApprox(j.Values[0][0], want, 1e-12) {
		t.Errorf("%v", mat.Formatted(j.Values[0][0]))
	}
	text := j.Row(0).Figure().Describe()
	for _, want := range []string{"x1 and x2 together are associated with +20 beyond what each is alone."} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in: %s", want, text)
		}
	}
	if text := j.Figure().Describe(); !strings.Contains(text, "x1 and x2 together change the output by 20 on average beyond what each does alone.") {
		t.Error(text)
	}
	if s := j.String(); !strings.Contains(s, "of 2 rows, 2 features, 1 outputs (additivity gap") {
		t.Error(s)
	}
}

func TestMistakesOfInteractions(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	e := randomEnsemble(r, 2, 3, 2, 2)
	linked := *e
	linked.Link = trees.Logistic
	good := [][]float64{{1, 2, 3}}
	whole := TreeSHAP(e).Interactions(good)
	for want, j := range map[string]*Joint{
		"is nil":                     TreeSHAP(nil).Interactions(good),
		"2 features":                 TreeSHAP(e).Interactions([]float64{1, 2}),
		"leave Probability out":      TreeSHAP(&linked, Background(good), Probability()).Interactions(good),
		"there are no rows 3 to 3":   whole.Row(3),
		"there is no output 2":       whole.Output(2),
		"there are no interactions:": nil,
	} {
		if err := j.Err(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error is %v, want %q", err, want)
		}
		if _, err := j.Figure().Image(1); err == nil {
			t.Errorf("a picture in spite of %q", want)
		}
	}
	if one := whole.Output(1); one.Err() != nil || len(one.Values) != 1 || one.Values[0][0] != whole.Values[1][0] {
		t.Errorf("%v", one.Err())
	}
}
