package explain

import (
	"math"
	"strings"
	"sync/atomic"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"
)

func TestKernelSHAPCompletely(t *testing.T) {
	g := readSoftmax(t)
	a := KernelSHAP(g.model, g.Background).Explain(g.X)
	g.compare(t, a, 1e-9)
	if a.Errors != nil {
		t.Error("of all coalitions, there is no error")
	}
}

// interacting is a model whose features interact in threes: PermutationSHAP is not
// exact for it.
func interacting(x mat.Matrix) mat.Matrix {
	rows, _ := x.Dims()
	y := mat.NewDense(rows, 2, nil)
	for i := range rows {
		product, sum := 1.0, 0.0
		for j, v := range mat.Row(nil, i, x) {
			product *= 1 + 0.2*v
			sum += v * float64(j%3)
		}
		y.SetRow(i, []float64{product, math.Tanh(sum / 3)})
	}
	return y
}

// fewRows are rows of normal numbers.
func fewRows(rows, cols int, seed uint64) *mat.Dense {
	r := source(seed, 0)
	x := mat.NewDense(rows, cols, nil)
	for i := range rows {
		for j := range cols {
			x.Set(i, j, r.NormFloat64())
		}
	}
	return x
}

// TestDrawnOnce: of four features there are 14 coalitions; they are asked for once, however
// often they are drawn.
func TestDrawnOnce(t *testing.T) {
	var asked atomic.Int64
	model := func(x mat.Matrix) mat.Matrix {
		n, _ := x.Dims()
		asked.Add(int64(n))
		return interacting(x)
	}
	background := fewRows(3, 4, 1)
	for name, s := range map[string]*SHAP{"permutation": PermutationSHAP(model, background), "sampling": SamplingSHAP(model, background)} {
		asked.Store(0)
		if err := s.Explain(fewRows(1, 4, 2)).Err(); err != nil {
			t.Fatal(err)
		}
		most := int64(3 + 1 + 16*3) // the background, the row, and sampling draws none and all too
		if n := asked.Load(); n > most {
			t.Errorf("%s asked for %d rows, of which %d are different", name, n, most)
		}
	}
}

// TestCoverage explains a row 1,000 times: the exact contributions must be within 1.96
// standard errors in about 95 % of them. The bounds are those of a binomial count for
// each feature and output, wide enough for all of them at once.
func TestCoverage(t *testing.T) {
	if testing.Short() {
		t.Skip("3,000 explanations take minutes under the race detector")
	}
	const trials, features = 1000, 9
	background, x := fewRows(3, features, 1), fewRows(1, features, 2)
	exact := ExactSHAP(interacting, background).Explain(x)
	for name, method := range map[string]func(...Option) *SHAP{
		"Kernel":      func(o ...Option) *SHAP { return KernelSHAP(interacting, background, append(o, Samples(250))...) },
		"Permutation": func(o ...Option) *SHAP { return PermutationSHAP(interacting, background, append(o, Samples(50))...) },
		"Sampling":    func(o ...Option) *SHAP { return SamplingSHAP(interacting, background, append(o, Samples(100))...) },
	} {
		covered := mat.NewDense(features, 2, nil)
		for trial := range trials {
			a := method(Seed(uint64(trial))).Explain(x)
			if a.Err() != nil {
				t.Fatal(a.Err())
			}
			for j := range features {
				for k := range 2 {
					if math.Abs(a.At(0, j, k)-exact.At(0, j, k)) <= 1e-12+1.96*a.Errors[k].At(0, j) {
						covered.Set(j, k, covered.At(j, k)+1)
					}
				}
			}
		}
		for j := 0; j < features; j += 3 { // these have nothing to do with the second output
			if name != "Kernel" && covered.At(j, 1) != trials {
				t.Errorf("%s: feature %d should contribute 0 to output 1", name, j)
			}
			covered.Set(j, 1, covered.At(j, 0))
		}
		mean := mat.Sum(covered) / (2 * features * trials)
		t.Logf("%s: %.1f %% covered, from %v to %v of %d", name, 100*mean, mat.Min(covered), mat.Max(covered), trials)
		spread := distuv.Binomial{N: trials, P: 0.95}.StdDev()
		if low, high := 0.95*trials-5*spread, 0.95*trials+5*spread; mat.Min(covered) < low || mat.Max(covered) > high {
			t.Errorf("%s: covered %v times: not within %.0f to %.0f of %d", name, mat.Formatted(covered.T()), low, high, trials)
		}
	}
}

// TestCoverageOfFew does so for the usual number of orders, of which standard errors are
// hard to know: 95 % must be covered over all features, and not many less of any.
func TestCoverageOfFew(t *testing.T) {
	if testing.Short() {
		t.Skip("2,000 explanations take minutes under the race detector")
	}
	g := readSoftmax(t)
	for name, c := range map[string]struct {
		model         func(mat.Matrix) mat.Matrix
		background, x mat.Matrix
	}{
		"softmax":     {g.model, denseOf(g.Background), denseOf(g.X[:1])},
		"interacting": {interacting, fewRows(3, 9, 1), fewRows(1, 9, 2)},
	} {
		const trials = 1000
		exact := ExactSHAP(c.model, c.background).Explain(c.x)
		_, features, outputs := exact.Dims()
		covered := mat.NewDense(outputs, features, nil)
		for trial := range trials {
			a := PermutationSHAP(c.model, c.background, Seed(uint64(trial))).Explain(c.x)
			if a.Err() != nil {
				t.Fatal(a.Err())
			}
			for k := range outputs {
				for j := range features {
					if math.Abs(a.At(0, j, k)-exact.At(0, j, k)) <= 1e-12+1.96*a.Errors[k].At(0, j) {
						covered.Set(k, j, covered.At(k, j)+1)
					}
				}
			}
		}
		mean := mat.Sum(covered) / float64(trials*features*outputs)
		t.Logf("%s: %.1f %% covered, at least %v of %d", name, 100*mean, mat.Min(covered), trials)
		if mean < 0.945 || mat.Min(covered) < 0.87*trials {
			t.Errorf("%s: %.1f %% covered: %v of %d", name, 100*mean, mat.Formatted(covered), trials)
		}
	}
}

func TestUntilError(t *testing.T) {
	background, x := fewRows(2, 14, 1), fewRows(1, 14, 2)
	exact := ExactSHAP(interacting, background).Explain(x)
	rough := KernelSHAP(interacting, background, Samples(100)).Explain(x)
	if rough.Err() != nil {
		t.Fatal(rough.Err())
	}
	limit := max(mat.Max(rough.Errors[0]), mat.Max(rough.Errors[1])) / 3
	good := KernelSHAP(interacting, background, Samples(100), UntilError(limit)).Explain(x)
	if good.Err() != nil {
		t.Fatal(good.Err())
	}
	for k := range 2 {
		if e := mat.Max(good.Errors[k]); e > limit || e == 0 {
			t.Errorf("a standard error of %v, above %v", e, limit)
		}
		for j := range 14 {
			if d := math.Abs(good.At(0, j, k) - exact.At(0, j, k)); d > 5*good.Errors[k].At(0, j) {
				t.Errorf("feature %d: %v from the exact value, error %v", j, d, good.Errors[k].At(0, j))
			}
		}
	}
	if err := KernelSHAP(interacting, background, UntilError(0)).Explain(x).Err(); err == nil {
		t.Error("no error of 0")
	}
}

// TestMaxFeatures finds the features that matter.
func TestMaxFeatures(t *testing.T) {
	f := func(x mat.Matrix) mat.Matrix {
		rows, _ := x.Dims()
		y := mat.NewDense(rows, 1, nil)
		for i := range rows {
			y.Set(i, 0, 5*x.At(i, 3)-3*x.At(i, 7)+0.01*x.At(i, 1)*x.At(i, 2))
		}
		return y
	}
	background, x := fewRows(5, 20, 1), fewRows(1, 20, 2)
	a := KernelSHAP(f, background, MaxFeatures(2)).Explain(x)
	if a.Err() != nil {
		t.Fatal(a.Err())
	}
	for j := range 20 {
		if v := a.At(0, j, 0); (v != 0) != (j == 3 || j == 7) {
			t.Errorf("feature %d contributes %v", j, v)
		}
	}
}

// TestManyFeatures explains more features than fit into a word, and far more than the
// background has rows.
func TestManyFeatures(t *testing.T) {
	background, x := fewRows(2, 150, 1), fewRows(2, 150, 2)
	for _, s := range []*SHAP{KernelSHAP(addUp, background), PermutationSHAP(addUp, background, Samples(3)), SamplingSHAP(addUp, background, Samples(5))} {
		a := s.Explain(x)
		if a.Err() != nil {
			t.Fatal(a.Err())
		}
		for i := range 2 {
			for j := range 150 {
				want := x.At(i, j) - (background.At(0, j)+background.At(1, j))/2
				if math.Abs(a.At(i, j, 0)-want) > 1e-8 {
					t.Fatalf("%s: row %d, feature %d: %v, want %v", a.Method, i, j, a.At(i, j, 0), want)
				}
			}
		}
	}
}

func TestTooFewSamples(t *testing.T) {
	x := fewRows(3, 40, 1)
	for _, s := range []*SHAP{KernelSHAP(addUp, x, Samples(20)), PermutationSHAP(addUp, x, Samples(1)), SamplingSHAP(addUp, x, Samples(0)), KernelSHAP(addUp, x, Samples(-1))} {
		if err := s.Explain(x).Err(); err == nil || !strings.Contains(err.Error(), "Samples") {
			t.Error(err)
		}
	}
}
