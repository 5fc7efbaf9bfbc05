package explain

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"loupe/nn/data"
	"loupe/viz/chart"
)

// together is 2,000 rows of three features, of which the first two go together.
func together() *mat.Dense {
	r := rand.New(rand.NewPCG(1, 1))
	x := mat.NewDense(2000, 3, nil)
	for i := range 2000 {
		a := r.Float64()*2 - 1
		x.SetRow(i, []float64{a, 0.7*a + 0.3*(r.Float64()*2-1), r.Float64()})
	}
	return x
}

func product(x mat.Matrix) mat.Matrix {
	n, _ := x.Dims()
	y := mat.NewDense(n, 1, nil)
	for i := range n {
		y.Set(i, 0, 5*x.At(i, 0)+x.At(i, 1)*x.At(i, 1)+3*x.At(i, 0)*x.At(i, 2))
	}
	return y
}

// TestALE2 compares with what the features do by hand: those of 3·a·c, less what each
// does alone, is 3·(a − ā)·(c − c̄); a and b do nothing together, though they go together.
func TestALE2(t *testing.T) {
	x := together()
	s := ALE2(product, x, "feature 0", "feature 2", Steps(12))
	if s.Err() != nil {
		t.Fatal(s.Err())
	}
	if len(s.AtX) != 13 || len(s.AtY) != 13 || mat.Sum(s.Count) != 2000 {
		t.Fatalf("%d × %d, %v rows", len(s.AtX), len(s.AtY), mat.Sum(s.Count))
	}
	for r, c := range s.AtY {
		for k, a := range s.AtX {
			if want := 3 * a * (c - 0.5); math.Abs(s.Effect.At(r, k)-want) > 0.12 {
				t.Errorf("at (%.2f, %.2f): %v, want about %v", a, c, s.Effect.At(r, k), want)
			}
		}
	}
	if none := ALE2(product, x, "feature 0", "feature 1"); none.Err() != nil || mat.Norm(none.Effect, math.Inf(1)) > 1e-9 {
		t.Errorf("%v %v", none.Err(), mat.Norm(none.Effect, math.Inf(1)))
	}
	if text := s.Figure().Describe(); !strings.Contains(text, "Together, feature 0 and feature 2 change the output by 0.") || !strings.Contains(text, "Cells without data are empty.") {
		t.Error(text)
	}
	flat := mat.NewDense(20, 2, nil)
	for want, s := range map[string]*Surface{
		"is both features":              ALE2(product, x, "feature 0", "feature 0"),
		`there is no feature "age"`:     ALE2(product, x, "feature 0", "age"),
		"feature 0 is [0] in all rows":  ALE2(func(x mat.Matrix) mat.Matrix { n, _ := x.Dims(); return mat.NewDense(n, 1, nil) }, flat, "feature 0", "feature 1"),
		"there is no output 3":          ALE2(product, x, "feature 0", "feature 1", Output(3)),
		"the option Samples means":      ALE2(product, x, "feature 0", "feature 1", Samples(3)),
		"feature 1 is NaN in row 0":     ALE2(func(x mat.Matrix) mat.Matrix { n, _ := x.Dims(); return mat.NewDense(n, 1, nil) }, [][]float64{{1, math.NaN()}, {2, 3}, {3, 4}}, "feature 0", "feature 1"),
		"the model panicked: no answer": ALE2(func(mat.Matrix) mat.Matrix { panic("no answer") }, x, "feature 0", "feature 1"),
	} {
		if s.Err() == nil || !strings.Contains(s.Err().Error(), want) {
			t.Errorf("the error is %v, want %q", s.Err(), want)
		}
	}
}

// leastSquares is a linear regression.
func leastSquares(set *data.Set) any {
	x := set.Matrix()
	n, cols := x.Dims()
	wide := mat.NewDense(n, cols+1, nil)
	for i := range n {
		wide.SetRow(i, append(mat.Row(nil, i, x), 1))
	}
	var svd mat.SVD
	svd.Factorize(wide, mat.SVDThin)
	var w mat.Dense
	svd.SolveTo(&w, mat.NewDense(n, 1, set.Targets()), svd.Rank(1e-9))
	return func(x mat.Matrix) mat.Matrix {
		n, cols := x.Dims()
		y := mat.NewDense(n, 1, nil)
		for i := range n {
			s := w.At(cols, 0)
			for j := range cols {
				s += w.At(j, 0) * x.At(i, j)
			}
			y.Set(i, 0, s)
		}
		return y
	}
}

// TestDropColumn: a feature that another says as well is not needed; one that is alone
// is; a group of both is.
func TestDropColumn(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	x, y := mat.NewDense(200, 4, nil), make([]float64, 200)
	for i := range y {
		a, b := r.NormFloat64(), r.NormFloat64()
		x.SetRow(i, []float64{a, a, b, r.NormFloat64()})
		y[i] = 2*a + b + 0.3*r.NormFloat64()
	}
	set, err := data.Regression("twins", x, y, []string{"a", "again", "b", "nothing"})
	if err != nil {
		t.Fatal(err)
	}
	p := DropColumn(leastSquares, set)
	if p.Err() != nil {
		t.Fatal(p.Err())
	}
	if math.Abs(p.Drop[0]) > 1e-9 || math.Abs(p.Drop[1]) > 1e-9 || p.Low[2] <= 0.1 || p.High[3] > 0.02 || p.Metric != "R²" {
		t.Errorf("%+v", p)
	}
	both := DropColumn(leastSquares, set, Groups(map[string][]string{"both": {"a", "again"}}), Folds(4))
	if both.Err() != nil || both.Features[0] != "both" || both.Low[0] < 0.4 {
		t.Errorf("%v %+v", both.Err(), both)
	}
	if text := p.Figure().Describe(); !strings.HasPrefix(text, "Drop-column importance: R² ") {
		t.Error(text)
	}
	for want, p := range map[string]*Importance{
		"explain: drop-column importance: 200 rows cannot be divided into 1 parts": DropColumn(leastSquares, set, Folds(1)),
		"fit is nil":                DropColumn(nil, set),
		"fit panicked: out of luck": DropColumn(func(*data.Set) any { panic("out of luck") }, set),
		"there is no model":         DropColumn(func(*data.Set) any { return nil }, set),
		"nothing is left":           DropColumn(leastSquares, set, Groups(map[string][]string{"all": {"a", "again", "b", "nothing"}})),
	} {
		if p.Err() == nil || !strings.Contains(p.Err().Error(), want) {
			t.Errorf("the error is %v, want %q", p.Err(), want)
		}
	}
}

func surfaces() map[string]*chart.Figure {
	return map[string]*chart.Figure{"ale2": ALE2(product, together(), "feature 0", "feature 2").Figure()}
}
