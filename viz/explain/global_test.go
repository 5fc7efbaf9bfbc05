package explain

import (
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"loupe/nn/data"
	"loupe/viz/chart"
)

// known is f(x) = 3·x0 + x1² + x0·x2, of which all effects are known.
func known(x mat.Matrix) mat.Matrix {
	n, _ := x.Dims()
	y := mat.NewDense(n, 1, nil)
	for i := range n {
		y.Set(i, 0, 3*x.At(i, 0)+x.At(i, 1)*x.At(i, 1)+x.At(i, 0)*x.At(i, 2))
	}
	return y
}

// cube is rows on a grid of three features between −1 and 1, which do not depend on
// each other.
func cube(side int) *data.Set {
	var rows []float64
	var y []float64
	at := func(i int) float64 { return -1 + 2*float64(i)/float64(side-1) }
	for i := range side * side * side {
		row := []float64{at(i % side), at(i / side % side), at(i / side / side)}
		rows = append(rows, row...)
		y = append(y, known(mat.NewDense(1, 3, row)).At(0, 0))
	}
	s, err := data.Regression("cube", mat.NewDense(len(y), 3, rows), y, []string{"a", "b", "c"})
	if err != nil {
		panic(err)
	}
	return s
}

// TestDependence compares effects with what they are by hand: with independent
// features of mean zero, both methods find 3·a, and b² up to its mean.
func TestDependence(t *testing.T) {
	set := cube(9)
	pd := PartialDependence(known, set, "a")
	if pd.Err() != nil {
		t.Fatal(pd.Err())
	}
	if len(pd.At) != 9 || len(pd.Effect) != 9 {
		t.Fatalf("%d values", len(pd.At))
	}
	square := 0.0 // the mean of b²
	for i := range 9 {
		square += math.Pow(-1+float64(i)/4, 2) / 9
	}
	for k, a := range pd.At {
		if math.Abs(pd.Effect[k]-(3*a+square)) > 1e-12 {
			t.Errorf("partial dependence at %v is %v", a, pd.Effect[k])
		}
		for i := range 20 { // single rows: the slope is 3 + c
			x := set.X(i)
			if want := 3*a + x[1]*x[1] + a*x[2]; math.Abs(pd.Rows.At(i, k)-want) > 1e-12 {
				t.Errorf("row %d at %v: %v, not %v", i, a, pd.Rows.At(i, k), want)
			}
		}
	}
	ale := ALE(known, set, "a")
	for k, a := range ale.At {
		if math.Abs(ale.Effect[k]-ale.Effect[0]-3*(a+1)) > 1e-9 {
			t.Errorf("ALE at %v is %v above that at −1", a, ale.Effect[k]-ale.Effect[0])
		}
	}
	b := ALE(known, set, "b")
	for k, v := range b.At {
		if math.Abs(b.Effect[k]-b.Effect[4]-v*v) > 1e-9 {
			t.Errorf("ALE at b = %v is %v above that at 0", v, b.Effect[k]-b.Effect[4])
		}
	}
	if against := pd.against(); against != 0 {
		t.Errorf("%v of the rows move the other way, and none does", against)
	}
}

// TestPermutationImportance knows the drops: permuting a feature of a model that adds
// up costs twice its share of the variance.
func TestPermutationImportance(t *testing.T) {
	set := cube(9)
	p := PermutationImportance(known, set, Samples(30))
	if p.Err() != nil {
		t.Fatal(p.Err())
	}
	if p.Score != 1 || p.Metric != "R²" || len(p.Drop) != 3 {
		t.Fatalf("%+v", p)
	}
	// Variances: of 3a 9·v, of b² w, of a·c v²; a is in two of them.
	v, w, square := 0.0, 0.0, 0.0
	for i := range 9 {
		x := -1 + float64(i)/4
		v += x * x / 9
		w += x * x * x * x / 9
		square += x * x / 9
	}
	w -= square * square
	all := 9*v + w + v*v
	for j, want := range []float64{2 * (9*v + v*v) / all, 2 * w / all, 2 * v * v / all} {
		if math.Abs(p.Drop[j]-want) > 0.05*want+0.003 {
			t.Errorf("%s: %v, by hand %v", p.Features[j], p.Drop[j], want)
		}
		if !(p.Low[j] < p.Drop[j] && p.Drop[j] < p.High[j]) {
			t.Errorf("%s: %v from %v to %v", p.Features[j], p.Drop[j], p.Low[j], p.High[j])
		}
	}
	again := PermutationImportance(known, set, Samples(30))
	if other := PermutationImportance(known, set, Samples(30), Seed(1)); again.Drop[0] != p.Drop[0] || other.Drop[0] == p.Drop[0] {
		t.Errorf("seeds: %v, %v, %v", p.Drop[0], again.Drop[0], other.Drop[0])
	}
}

// TestAccuracy scores classifiers of one and of several outputs.
func TestAccuracy(t *testing.T) {
	s := &score{labels: []int{0, 1, 1, 0}}
	if got := s.of(mat.NewDense(4, 1, []float64{0.2, 0.5, 0.4, 0.9})); got != 0.5 {
		t.Errorf("one output: %v", got)
	}
	if got := s.of(mat.NewDense(4, 2, []float64{1, 0, 0, 1, 0.3, 0.7, 0.6, 0.4})); got != 1 {
		t.Errorf("two outputs: %v", got)
	}
}

func TestMistakesOfEffects(t *testing.T) {
	set := cube(3)
	wrong := func(x mat.Matrix) mat.Matrix { return mat.NewDense(2, 1, nil) }
	three := func(x mat.Matrix) mat.Matrix { n, _ := x.Dims(); return mat.NewDense(n, 3, nil) }
	for _, c := range []struct {
		f    *chart.Figure
		want string
	}{
		{PartialDependence(known, set, "d").Figure(), `there is no feature "d"; there are a, b, c`},
		{PartialDependence(nil, set, "a").Figure(), "there is no model"},
		{PartialDependence(known, nil, "a").Figure(), "there are no rows"},
		{PartialDependence(wrong, set, "a").Figure(), "the model returned 2 × 1 for 27 rows"},
		{PartialDependence(three, set, "a").Figure(), "the model has 3 outputs: choose one"},
		{PartialDependence(known, set, "a", Output(1)).Figure(), "there is no output 1"},
		{PartialDependence(known, set, "a", Steps(1)).Figure(), "two values of the feature at least, not 1"},
		{ALE(known, [][]float64{{1, 2, 3}, {1, 3, 4}}, "feature 0").Figure(), "feature 0 is [1] in all rows"},
		{ALE(func(mat.Matrix) mat.Matrix { panic("no") }, set, "a").Figure(), "the model panicked: no"},
		{ALE(known, [][]float64{{math.NaN(), 2, 3}, {1, 3, 4}, {2, 2, 2}}, "feature 0").Figure(), "NaN"},
		{PermutationImportance(three, set).Figure(), "the model returns 3 outputs for the one number"},
		{PermutationImportance(known, set, Samples(1)).Figure(), "two repeats at least"},
		{PermutationImportance(known, (*data.Set)(nil)).Figure(), "the data set is nil"},
	} {
		if _, err := c.f.Image(1); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("the error is %v, want %q", err, c.want)
		}
	}
}

// TestFriedmanH knows that only a and c interact, and how much: of 3·a + a·c, whose
// parts have the variances 9·v and v².
func TestFriedmanH(t *testing.T) {
	set := cube(5)
	h := FriedmanH(known, set, nil, Samples(125))
	if h.Err() != nil {
		t.Fatal(h.Err())
	}
	v := 0.0
	for i := range 5 {
		v += math.Pow(-1+float64(i)/2, 2) / 5
	}
	if got, want := h.H.At(0, 2), math.Sqrt(v*v/(9*v+v*v)); math.Abs(got-want) > 1e-9 || h.H.At(2, 0) != got {
		t.Errorf("H of a and c is %v, by hand %v", got, want)
	}
	if h.H.At(0, 1) != 0 || h.H.At(1, 2) != 0 || h.H.At(0, 0) != 0 {
		t.Errorf("H is\n%v", mat.Formatted(h.H))
	}
	for want, bad := range map[string]*Interactions{
		`there is no feature "d"`:            FriedmanH(known, set, []string{"a", "d"}),
		"one of two features, not of 1":      FriedmanH(known, set, []string{"a"}),
		"needs two rows at least, not 1":     FriedmanH(known, set, nil, Samples(1)),
		"the option Steps means nothing her": FriedmanH(known, set, nil, Steps(1)),
	} {
		if _, err := bad.Figure().Image(1); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error is %v, want %q", err, want)
		}
	}
}

func effects() map[string]*chart.Figure {
	set := cube(9)
	return map[string]*chart.Figure{
		"importance": PermutationImportance(known, set).Figure(),
		"friedman":   FriedmanH(known, set, nil).Figure(),
		"dependence": PartialDependence(known, set, "b").Figure(),
		"ale":        ALE(known, set, "a").Figure().With(chart.Theme(chart.Dark)),
	}
}
