package explain

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"loupe/nn/data"
	"loupe/trees"
)

// fewFeatures is samples of another set with its first features: b is made categories,
// and some values of a are missing.
func fewFeatures(t *testing.T, s *data.Set) *data.Set {
	t.Helper()
	s = s.Shuffle(1).First(120)
	x := mat.DenseCopyOf(s.Matrix().Slice(0, 120, 0, 4))
	for i := range 120 {
		x.Set(i, 1, math.Mod(math.Floor(2*x.At(i, 1)), 5))
		if i%7 == 0 {
			x.Set(i, 0, math.NaN())
		}
	}
	names := []string{"a", "b", "c", "d"}
	few, err := data.New("few", x, s.Labels(), names, s.Classes())
	if s.Targets() != nil {
		few, err = data.Regression("few", x, s.Targets(), names)
	}
	if err != nil {
		t.Fatal(err)
	}
	return few
}

// TestLearnedTrees explains what trees has learned: contributions add up to the margin,
// and against a background they are Shapley's by their definition.
func TestLearnedTrees(t *testing.T) {
	for _, s := range []*data.Set{data.Iris(), data.BreastCancer(), data.Diabetes()} {
		few, b := fewFeatures(t, s), []string{"b"}
		for name, e := range map[string]*trees.Ensemble{
			"Grow": trees.Grow(few, trees.Options{Categorical: b}), "Forest": trees.Forest(few, trees.Options{Trees: 10, Categorical: b}),
			"Boost": trees.Boost(few, trees.Options{Trees: 10, Categorical: b}),
		} {
			sameAsExact(t, name+" of "+s.Name(), e, few)
		}
		for _, e := range []*trees.Ensemble{trees.Forest(s, trees.Options{Trees: 10}), trees.Boost(s, trees.Options{Trees: 20, Leaves: 31})} {
			adds(t, e.Kind+" of "+s.Name(), TreeSHAP(e).Explain(s))
			adds(t, e.Kind+" of "+s.Name(), TreeSHAP(e, Background(s.First(20))).Explain(s.First(50)))
		}
		if _, err := Tree(trees.Grow(few, trees.Options{Categorical: b}), 0, few).SVG(); err != nil {
			t.Error(err)
		}
	}
}

// adds checks that contributions add up.
func adds(t *testing.T, what string, a *Attribution) {
	t.Helper()
	if a.Err() != nil {
		t.Fatalf("%s: %v", what, a.Err())
	}
	if a.Check.Value > 1e-9 {
		t.Errorf("%s: the additivity gap is %g", what, a.Check.Value)
	}
}

// sameAsExact compares with all coalitions of features.
func sameAsExact(t *testing.T, what string, e *trees.Ensemble, s *data.Set) {
	t.Helper()
	adds(t, what, TreeSHAP(e).Explain(s))
	rows, background := s.First(12), Background(s.First(9))
	got := TreeSHAP(e, background).Explain(rows)
	adds(t, what, got)
	want := ExactSHAP(func(x mat.Matrix) mat.Matrix { return e.Raw(x) }, s.First(9)).Explain(rows)
	if want.Err() != nil {
		t.Fatal(want.Err())
	}
	n, features, outputs := got.Dims()
	for k := range outputs {
		for i := range n {
			for j := range features {
				v, exact := got.At(i, j, k), want.At(i, j, k)
				if !(math.Abs(v-exact) <= 1e-9*max(1, math.Abs(exact))) {
					t.Fatalf("%s: row %d, feature %d, output %d: %v, exactly %v", what, i, j, k, v, exact)
				}
			}
		}
	}
}
