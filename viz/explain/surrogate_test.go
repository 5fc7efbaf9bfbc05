package explain

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"loupe/nn/data"
	"loupe/trees"
	"loupe/viz/chart"
	"loupe/viz/words"
)

// steps is a model that is a tree itself: 1 where a > 0 and b > 0.5, 3 where a > 0 and not,
// and −2 elsewhere.
func steps(x mat.Matrix) mat.Matrix {
	n, _ := x.Dims()
	y := mat.NewDense(n, 1, nil)
	for i := range n {
		switch {
		case x.At(i, 0) <= 0:
			y.Set(i, 0, -2)
		case x.At(i, 1) > 0.5:
			y.Set(i, 0, 1)
		default:
			y.Set(i, 0, 3)
		}
	}
	return y
}

// TestSurrogate imitates a model that is a tree, and finds its rules.
func TestSurrogate(t *testing.T) {
	x := fewRows(400, 3, 1)
	s := Surrogate(steps, x, Depth(2))
	if s.Err() != nil {
		t.Fatal(s.Err())
	}
	if s.Fidelity < 0.97 || s.Low > s.Fidelity || s.High < s.Fidelity || s.High > 1 || !math.IsNaN(s.Agreement) {
		t.Errorf("%v, %v to %v, agreement %v", s.Fidelity, s.Low, s.High, s.Agreement)
	}
	if !mat.EqualApprox(s.Tree.Predict(x), steps(x), 1e-12) {
		t.Error("the tree knows the rows that it was trained on otherwise")
	}
	rules := s.Rules()
	if len(rules) != 3 || !strings.HasPrefix(rules[0], "Where feature 0 ≤ ") || !strings.Contains(rules[0], "the output is −2 ± 0 on average (") || !strings.Contains(rules[2], " and feature 1 > 0.") {
		t.Errorf("%q", rules)
	}
	if text := s.Describe(); strings.Contains(text, "little") || !strings.Contains(text, "where they differ, the tree is not the model") || !strings.Contains(text, rules[1]) {
		t.Error(text)
	}
	one, again, other := Surrogate(addUp, x), Surrogate(addUp, x), Surrogate(addUp, x, Seed(7))
	if again.Fidelity != one.Fidelity || again.Low != one.Low || other.Fidelity == one.Fidelity {
		t.Errorf("%v, again %v, another seed %v", one.Fidelity, again.Fidelity, other.Fidelity)
	}
}

// TestHeldOut measures fidelity by hand, and imitates what cannot be learned.
func TestHeldOut(t *testing.T) {
	x := fewRows(60, 2, 3)
	s := Surrogate(addUp, x, Folds(3), Depth(2), Seed(2))
	if s.Err() != nil {
		t.Fatal(s.Err())
	}
	y := mat.Col(nil, 0, addUp(x))
	set, err := data.Regression("by hand", x, y, []string{"a", "b"})
	if err != nil {
		t.Fatal(err)
	}
	mean, square, wrong := sum(y)/60, 0.0, 0.0
	for _, v := range y {
		square += (v - mean) * (v - mean)
	}
	for fold := range 3 {
		train, test := folded(set, fold, &options{folds: 3, seed: 2})
		tree := trees.Grow(train, trees.Options{Depth: 2, MinLeaf: 5})
		for i := range test.Len() {
			d := tree.Predict(mat.NewDense(1, 2, test.X(i))).At(0, 0) - test.Target(i)
			wrong += d * d
		}
	}
	if want := 1 - wrong/square; math.Abs(s.Fidelity-want) > 1e-12 {
		t.Errorf("%v, by hand %v", s.Fidelity, want)
	}
	noise := func(x mat.Matrix) mat.Matrix { // of the row, but of no feature
		n, _ := x.Dims()
		y := mat.NewDense(n, 1, nil)
		for i := range n {
			y.Set(i, 0, rand.New(rand.NewPCG(math.Float64bits(x.At(i, 0)), 1)).NormFloat64())
		}
		return y
	}
	s = Surrogate(noise, fewRows(200, 3, 1))
	if text := s.Describe(); s.Err() != nil || s.Fidelity > 0.2 || !strings.Contains(text, "That is little: do not take the tree for the model.") {
		t.Errorf("%v %s", s.Err(), text)
	}
}

// TestSurrogateClasses imitates classifiers of each number of outputs.
func TestSurrogateClasses(t *testing.T) {
	set := data.BreastCancer()
	small := func(x mat.Matrix, k int) *mat.Dense { // likely benign, by radius
		n, _ := x.Dims()
		y := mat.NewDense(n, k, nil)
		for i := range n {
			p := logistic(15 - x.At(i, 0))
			if y.Set(i, k-1, p); k > 1 {
				y.Set(i, 0, 1-p)
			}
		}
		return y
	}
	for k := 1; k <= 3; k++ {
		s := Surrogate(func(x mat.Matrix) mat.Matrix { return small(x, k) }, set)
		if s.Err() != nil {
			t.Fatal(k, s.Err())
		}
		if s.Fidelity < 0.95 || s.Agreement < 0.95 || s.Agreement > 1 || !strings.Contains(s.Describe(), "they agree whether ") {
			t.Errorf("%d outputs: %v, agreement %v", k, s.Fidelity, s.Agreement)
		}
		if want := []string{"benign", "benign", "output "}[k-1]; !strings.Contains(s.Describe(), "of the variation of "+want) {
			t.Error(s.Describe())
		}
	}
	s := Surrogate(func(x mat.Matrix) mat.Matrix { return small(x, 2) }, set, Output(0))
	if s.Output != "malignant" || s.Err() != nil {
		t.Errorf("%q, %v", s.Output, s.Err())
	}
}

// TestManyRules says the rules of the leaves with the most rows.
func TestManyRules(t *testing.T) {
	s := Surrogate(addUp, fewRows(300, 3, 1), Depth(5))
	rules, text := s.Rules(), s.Describe()
	if len(rules) <= spokenRules || strings.Count(text, "Where ") != spokenRules || !strings.HasSuffix(text, " more") {
		t.Errorf("%d rules: %s", len(rules), text)
	}
}

func TestTreeWay(t *testing.T) {
	all := math.Inf(1)
	w := treeWay{}.with(treeBound{1, -all, 5, nil}).with(treeBound{0, 2, all, nil}).with(treeBound{1, 1, all, nil}).with(treeBound{1, -all, 9, nil})
	if got := w.words(&chart.Options{}, []string{"a", "b"}); got != "1 < b ≤ 5 and a > 2" {
		t.Error(got)
	}
}

// TestSurrogateCategories imitates a model for which a number is a name.
func TestSurrogateCategories(t *testing.T) {
	x := mat.NewDense(200, 2, nil)
	for i := range 200 {
		x.SetRow(i, []float64{float64(i % 5), float64(i % 7)})
	}
	odd := func(x mat.Matrix) mat.Matrix {
		n, _ := x.Dims()
		y := mat.NewDense(n, 1, nil)
		for i := range n {
			y.Set(i, 0, float64(int(x.At(i, 0))%2))
		}
		return y
	}
	s := Surrogate(odd, x, Depth(1), Categorical("feature 0"))
	if s.Err() != nil || s.Fidelity != 1 {
		t.Fatal(s.Err(), s.Fidelity)
	}
	rules := strings.Join(s.Rules(), " ")
	for _, want := range []string{"Where feature 0 ∈ {0, 2, 4}, the output is 0 ± 0", "Where feature 0 ∈ {1, 3}, the output is 1 ± 0"} {
		if !strings.Contains(rules, want) {
			t.Errorf("%s, want %s", rules, want)
		}
	}
}

func TestSurrogateMistakes(t *testing.T) {
	x := fewRows(40, 3, 1)
	missing := mat.DenseCopyOf(x)
	missing.Set(7, 1, math.NaN())
	constant := func(x mat.Matrix) mat.Matrix {
		n, _ := x.Dims()
		return mat.NewDense(n, 1, slices.Repeat([]float64{0.3}, n))
	}
	for want, s := range map[string]*SurrogateTree{
		"the model predicts 0.3 for every row":        Surrogate(constant, x),
		"with 10 rows: give 20 or more":               Surrogate(addUp, fewRows(10, 3, 1)),
		"feature 1 is NaN in row 7":                   Surrogate(addUp, missing),
		"Categorical names \"colour\"":                Surrogate(addUp, x, Categorical("colour")),
		"there is no model":                           Surrogate(nil, x),
		"there are no rows":                           Surrogate(addUp, nil),
		"a tree of Depth(0) asks nothing":             Surrogate(addUp, x, Depth(0)),
		"40 rows cannot be divided into 1 parts":      Surrogate(addUp, x, Folds(1)),
		"there is no output 4; there are 1":           Surrogate(addUp, x, Output(4)),
		"the option Samples means nothing here":       Surrogate(addUp, x, Samples(4)),
		"the model panicked: broken":                  Surrogate(func(mat.Matrix) mat.Matrix { panic("broken") }, x),
		"the model returned NaN for row 0 (output 0)": Surrogate(func(x mat.Matrix) mat.Matrix { return mat.NewDense(40, 1, slices.Repeat([]float64{math.NaN()}, 40)) }, x),
	} {
		if s.Err() == nil || !strings.Contains(s.Err().Error(), want) {
			t.Errorf("%v, want %q", s.Err(), want)
		}
		if _, err := s.Figure().Image(1); err == nil || s.Rules() != nil {
			t.Error("a picture in spite of the error")
		}
	}
}

func surrogates() map[string]*chart.Figure {
	set := data.BreastCancer()
	likely := func(x mat.Matrix) mat.Matrix {
		n, _ := x.Dims()
		y := mat.NewDense(n, 2, nil)
		for i := range n {
			p := logistic((14 - x.At(i, 0)) + (22-x.At(i, 21))/4)
			y.SetRow(i, []float64{1 - p, p})
		}
		return y
	}
	return map[string]*chart.Figure{
		"surrogate":         Surrogate(likely, set).Figure(),
		"surrogate-numbers": Surrogate(addUp, fewRows(300, 3, 1), Depth(2)).Figure(),
		"surrogate-chinese": Surrogate(steps, fewRows(300, 3, 1), Depth(2)).Figure().With(chart.Theme(chart.Dark), chart.Language(words.Chinese)),
	}
}
