package explain

import (
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

func TestLinearSHAP(t *testing.T) {
	var g struct {
		Coef                []float64
		Intercept, Base     float64
		Background, X, SHAP [][]float64
	}
	readGolden(t, "linear.json", &g)
	a := LinearSHAP(g.Coef, g.Intercept, g.Background).Explain(g.X)
	if a.Err() != nil {
		t.Fatal(a.Err())
	}
	if math.Abs(a.Base[0]-g.Base) > 1e-9 || !mat.EqualApprox(a.Values[0], denseOf(g.SHAP), 1e-9) {
		t.Errorf("base %v, want %v; contributions\n%v", a.Base, g.Base, mat.Formatted(a.Values[0]))
	}
}

// TestCorrelated compares with what conditional expectations of normal features are,
// over all coalitions, from the definition.
func TestCorrelated(t *testing.T) {
	background := fewRows(40, 8, 1)
	for i := range 40 {
		background.Set(i, 1, background.At(i, 0)+0.5*background.At(i, 1))
		background.Set(i, 5, background.At(i, 5)-background.At(i, 2))
		background.Set(i, 6, 3) // constant
		background.Set(i, 7, background.At(i, 0)-background.At(i, 3))
	}
	x := fewRows(3, 8, 2)
	for i := range 3 {
		x.Set(i, 6, 3)
		x.Set(i, 7, x.At(i, 0)-x.At(i, 3))
	}
	coef := [][]float64{{1, 0, 2, -1, 0.5, 0, 7, 1}, {0, 3, 0, 0, 1, 1, 0, 0}}
	a := LinearSHAP(coef, []float64{1, 2}, background, Correlated, Samples(2000)).Explain(x)
	if a.Err() != nil {
		t.Fatal(a.Err())
	}
	var cov mat.SymDense
	stat.CovarianceMatrix(&cov, background, nil)
	mean := referenceOf(background, nil).means()
	for k, c := range coef {
		for i := range 3 {
			want := conditionalShapley(c, &cov, mean, x.RawRowView(i))
			for j, v := range want {
				if d := math.Abs(a.At(i, j, k) - v); d > 1e-9+4*a.Errors[k].At(i, j) || d > 0.1 {
					t.Errorf("row %d, output %d: %v, want %v", i, k, a.Values[k].RawRowView(i), want)
					break
				}
			}
		}
	}
	few := LinearSHAP([]float64{1, 2}, 0, background.Slice(0, 40, 0, 2), Correlated).Explain(x.Slice(0, 3, 0, 2))
	if few.Err() != nil || few.Errors != nil {
		t.Error("all orders of two features have no error", few.Err())
	}
}

// conditionalShapley enumerates coalitions, with the pseudo-inverse of their covariance.
func conditionalShapley(c []float64, cov *mat.SymDense, mean, x []float64) []float64 {
	m := len(x)
	worth := make([]float64, 1<<m)
	for s := range worth {
		var in []int
		for j := range m {
			if s>>j&1 == 1 {
				in = append(in, j)
			}
		}
		for j := range m {
			e := mean[j]
			if s>>j&1 == 1 {
				e = x[j]
			} else if len(in) > 0 {
				ss, cross, d := mat.NewDense(len(in), len(in), nil), mat.NewVecDense(len(in), nil), mat.NewVecDense(len(in), nil)
				for p, i := range in {
					cross.SetVec(p, cov.At(i, j))
					d.SetVec(p, x[i]-mean[i])
					for q, l := range in {
						ss.Set(p, q, cov.At(i, l))
					}
				}
				var svd mat.SVD
				svd.Factorize(ss, mat.SVDThin)
				if rank := svd.Rank(1e-9); rank > 0 {
					var b mat.VecDense
					svd.SolveVecTo(&b, d, rank)
					e += mat.Dot(cross, &b)
				}
			}
			worth[s] += c[j] * e
		}
	}
	phi, w := make([]float64, m), shapleyWeights(m)
	for s := range worth {
		n := size([]uint64{uint64(s)})
		for j := range m {
			if s>>j&1 == 0 {
				phi[j] += w[n] * (worth[s|1<<j] - worth[s])
			}
		}
	}
	return phi
}

func TestLinearMistakes(t *testing.T) {
	x := [][]float64{{1, 2}, {3, 4}}
	for want, s := range map[string]*SHAP{
		"3 coefficients, and the background has 2":  LinearSHAP([]float64{1, 2, 3}, 0, x),
		"2 intercepts, and coefficients for 1":      LinearSHAP([]float64{1, 2}, []float64{1, 2}, x),
		"the intercept is a string":                 LinearSHAP([]float64{1, 2}, "no", x),
		"a coefficient is not a number":             LinearSHAP([]float64{1, math.NaN()}, 0, x),
		"nothing random without the option Correla": LinearSHAP([]float64{1, 2}, 0, x, Seed(3)),
	} {
		if err := s.Explain(x).Err(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}
