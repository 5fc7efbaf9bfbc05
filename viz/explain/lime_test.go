package explain

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// TestLocalModel fits the local model to the samples of the reference.
func TestLocalModel(t *testing.T) {
	var g struct {
		KernelWidth       float64 `json:"kernel_width"`
		Samples           [][]float64
		Distances, Labels []float64
		Results           map[string]struct {
			Intercept, Score float64
			Weights          [][2]float64
			LocalPrediction  []float64 `json:"local_prediction"`
		}
	}
	readGolden(t, "lime_local_model.json", &g)
	features := len(g.Samples[0])
	sums, room := newMoments(features, 1), make([]int, features)
	for i, x := range g.Samples {
		w := math.Sqrt(math.Exp(-g.Distances[i] * g.Distances[i] / (g.KernelWidth * g.KernelWidth)))
		sums.add(x, g.Labels[i:i+1], w, room)
	}
	ours := map[string]string{"none": "none", "highest_weights": "highest", "forward_selection": "forward", "lasso_path": "lasso", "auto": "auto"}
	for name, want := range g.Results {
		way, count, _ := strings.Cut(name, "/")
		var most int
		if _, err := fmt.Sscan(count, &most); err != nil || ours[way] == "" {
			t.Fatalf("the file has %q", name)
		}
		l, err := sums.fit(0, ours[way], most, g.Samples[0])
		if err != nil {
			t.Fatal(err)
		}
		got := []float64{l.intercept, l.score, l.intercept}
		expected := []float64{want.Intercept, want.Score, want.LocalPrediction[0]}
		for p, w := range want.Weights {
			if p >= len(l.only) || l.only[p] != int(w[0]) {
				t.Fatalf("%s: features %v, want %v", name, l.only, want.Weights)
			}
			got, expected = append(got, l.weights[p]), append(expected, w[1])
			got[2] += l.weights[p] * g.Samples[0][l.only[p]]
		}
		if len(l.only) != len(want.Weights) || !floats.EqualApprox(got, expected, 1e-6) {
			t.Errorf("%s: %v, want %v", name, got, expected)
		}
	}
}

// TestLIME explains a model of which three features matter, by each kind of bins and of
// selection.
func TestLIME(t *testing.T) {
	f := func(x mat.Matrix) mat.Matrix {
		rows, _ := x.Dims()
		y := mat.NewDense(rows, 2, nil)
		for i := range rows {
			p := 1 / (1 + math.Exp(-(3*x.At(i, 1) - 2*x.At(i, 4) + 2*x.At(i, 6))))
			y.SetRow(i, []float64{1 - p, p})
		}
		return y
	}
	train, x := fewRows(300, 8, 1), mat.NewDense(1, 8, []float64{0, 1.5, 0, 0, 1.2, 0, 1.4, 0})
	for _, bins := range []string{"quartile", "decile", "entropy", "none"} {
		for _, selection := range []string{"auto", "forward", "highest", "lasso", "none"} {
			a := LIME(f, train, Bins(bins), Selection(selection), MaxFeatures(3)).Row(x)
			if a.Err() != nil {
				t.Fatal(bins, selection, a.Err())
			}
			for _, j := range []int{1, 4, 6} {
				want := 1.0
				if j == 4 {
					want = -1
				}
				if v := a.At(0, j, 1); v*want < 0.05 || math.Abs(v+a.At(0, j, 0)) > 1e-9 || a.Errors[1].At(0, j) > 0.02 {
					t.Errorf("%s, %s: feature %d: %v ± %v", bins, selection, j, v, a.Errors[1].At(0, j))
				}
			}
			if v := a.At(0, 2, 1); math.Abs(v) > 0.05 || selection != "none" && v != 0 {
				t.Errorf("%s, %s: a feature that does not matter: %v", bins, selection, v)
			}
			if a.Check.Name != "R² of the local model" || a.Check.Value < 0.2 || a.Check.Value > 1 {
				t.Errorf("%s, %s: %+v", bins, selection, a.Check)
			}
		}
	}
}

// TestLIMEErrors compares the stated standard errors with the spread over repeats.
func TestLIMEErrors(t *testing.T) {
	train, x := fewRows(200, 6, 1), fewRows(1, 6, 2)
	one := LIME(interacting, train).Explain(x)
	many := LIME(interacting, train, Repeats(60)).Explain(x)
	if one.Err() != nil || many.Err() != nil {
		t.Fatal(one.Err(), many.Err())
	}
	s := many.Stability[0]
	if s.Repeats != 60 || s.Agreement < 0.5 || s.Agreement > 1 {
		t.Errorf("%+v", s)
	}
	for j := range 6 {
		if stated, spread := one.Errors[0].At(0, j), s.Spread.At(0, j); stated < spread/2 || stated > spread*2 {
			t.Errorf("feature %d: stated %v, spread %v", j, stated, spread)
		}
	}
	again := LIME(interacting, train).Explain(x)
	other := LIME(interacting, train, Seed(5)).Explain(x)
	if !mat.Equal(one.Values[0], again.Values[0]) || mat.Equal(one.Values[0], other.Values[0]) {
		t.Error("the same seed must give the same values, and another one others")
	}
}

// TestCategorical explains a category that matters by what it is, not by how great.
func TestCategorical(t *testing.T) {
	train := mat.NewDense(200, 2, nil)
	for i := range 200 {
		train.SetRow(i, []float64{float64(i % 5), float64(i % 7)})
	}
	f := func(x mat.Matrix) mat.Matrix {
		rows, _ := x.Dims()
		y := mat.NewDense(rows, 1, nil)
		for i := range rows {
			switch x.At(i, 0) {
			case 2:
				y.Set(i, 0, 10)
			case 0, 1, 3, 4:
			default:
				panic("that is no category")
			}
		}
		return y
	}
	a := LIME(f, train, Categorical("feature 0")).Explain([][]float64{{2, 3}, {0, 3}})
	if a.Err() != nil {
		t.Fatal(a.Err())
	}
	if v := a.At(0, 0, 0); math.Abs(v-10) > 0.1 || math.Abs(a.At(0, 1, 0)) > 0.1 {
		t.Errorf("category 2 adds %v", v)
	}
	if v := a.At(1, 0, 0); math.Abs(v+2.5) > 0.4 {
		t.Errorf("category 0 adds %v: a quarter of the others have 10", v)
	}
}

func TestPercentile(t *testing.T) {
	for share, want := range map[float64]float64{0: 1, 0.25: 1.75, 0.5: 2.5, 1: 4} {
		if got := percentile([]float64{4, 1, 3, 2}, share); got != want {
			t.Errorf("%v: %v, want %v", share, got, want)
		}
	}
}

func TestLIMEMistakes(t *testing.T) {
	x := fewRows(20, 3, 1)
	for want, l := range map[string]*Local{
		"no bins \"halves\"":          LIME(addUp, x, Bins("halves")),
		"bins by entropy tell":        LIME(addUp, x, Bins("entropy")),
		"no selection \"best\"":       LIME(addUp, x, Selection("best")),
		"no feature \"colour\"":       LIME(addUp, x, Categorical("colour")),
		"give a Width above 0":        LIME(addUp, x, Width(0)),
		"10 samples are too few":      LIME(addUp, x, Samples(10)),
		"all samples are too far":     LIME(addUp, x, Width(1e-6), Bins("none")),
		"MaxFeatures(0) leaves":       LIME(addUp, x, MaxFeatures(0)),
		"missing or infinite":         LIME(addUp, [][]float64{{1, 2, math.NaN()}}),
		"the option Groups means not": LIME(addUp, x, Groups(nil)),
	} {
		if err := l.Explain([]float64{1, 2, 3}).Err(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

// TestConditions: the weights of a local model are those of conditions, which stand in
// pictures in place of values; what the local model says is not mistaken for the model.
func TestConditions(t *testing.T) {
	x := mat.NewDense(80, 3, nil)
	for i := range 80 {
		x.SetRow(i, []float64{float64(i), float64(i % 8), float64(i % 3)})
	}
	model := func(x mat.Matrix) mat.Matrix {
		n, _ := x.Dims()
		y := mat.NewDense(n, 1, nil)
		for i := range n {
			y.Set(i, 0, x.At(i, 0)+10*x.At(i, 1))
		}
		return y
	}
	a := LIME(model, x, Categorical("feature 2"), MaxFeatures(2)).Explain([][]float64{{70, 0.5, 2}, {30, 4, 1}})
	if a.Err() != nil {
		t.Fatal(a.Err())
	}
	text := a.Row(0).Bar().Describe()
	for _, want := range []string{"the output is 75; the local model says ", "feature 0 > 59.2 (+", "feature 1 ≤ 1.75 (−"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in: %s", want, text)
		}
	}
	if strings.Contains(text, "feature 2 =") {
		t.Errorf("what the local model leaves out is named: %s", text)
	}
	one := a.Row(1).Feature("feature 1")
	if text := one.Bar().Describe(); !strings.Contains(text, "3.5 < feature 1 ≤ 5.25 (+") {
		t.Errorf("of the second row: %s", text)
	}
	alone := LIME(model, x, Categorical("feature 2"), MaxFeatures(2)).Explain([]float64{70, 0.5, 2})
	if b := a.Row(0).Base; len(b) != 1 || b[0] != alone.Base[0] {
		t.Errorf("the base of one of two rows is %v, alone %v", b, alone.Base)
	}
}
