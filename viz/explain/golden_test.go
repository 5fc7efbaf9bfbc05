package explain

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// readGolden reads a file of reference values from testdata/golden, or from the
// folder that LOUPE_GOLDEN names.
func readGolden(t testing.TB, name string, into any) {
	t.Helper()
	dir := filepath.Join("testdata", "golden")
	if other := os.Getenv("LOUPE_GOLDEN"); other != "" {
		dir = other
	}
	text, err := os.ReadFile(filepath.Join(dir, "explain", name))
	if err == nil {
		err = json.Unmarshal(text, into)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func denseOf(rows [][]float64) *mat.Dense {
	m := mat.NewDense(len(rows), len(rows[0]), nil)
	for i, row := range rows {
		m.SetRow(i, row)
	}
	return m
}

// A softmaxGolden is model_agnostic_exact.json: a softmax model with interactions, and
// its Shapley values by enumeration.
type softmaxGolden struct {
	W, A, X, Background [][]float64
	B, C, Base          []float64
	SHAP                [][][]float64 // rows × features × outputs
}

// model is softmax(z W + b + q(z) c) with q(z) = Σ (z A) ∘ z.
func (g *softmaxGolden) model(x mat.Matrix) mat.Matrix {
	rows, _ := x.Dims()
	var za, y mat.Dense
	za.Mul(x, denseOf(g.A))
	za.MulElem(&za, x)
	y.Mul(x, denseOf(g.W))
	for i := range rows {
		row, q, total := y.RawRowView(i), mat.Sum(za.RowView(i)), 0.0
		for k := range row {
			row[k] = math.Exp(row[k] + g.B[k] + q*g.C[k])
			total += row[k]
		}
		for k := range row {
			row[k] /= total
		}
	}
	return &y
}

func readSoftmax(t testing.TB) *softmaxGolden {
	g := &softmaxGolden{}
	readGolden(t, "model_agnostic_exact.json", g)
	return g
}

// compare checks contributions, the base and the check against enumeration.
func (g *softmaxGolden) compare(t *testing.T, a *Attribution, tolerance float64) {
	t.Helper()
	if a.Err() != nil {
		t.Fatal(a.Err())
	}
	for i, row := range g.SHAP {
		for j, of := range row {
			for k, want := range of {
				if got := a.At(i, j, k); !(math.Abs(got-want) <= tolerance) {
					t.Fatalf("%s: row %d, feature %d, output %d: %v, want %v", a.Method, i, j, k, got, want)
				}
			}
		}
	}
	for k, want := range g.Base {
		if math.Abs(a.Base[k]-want) > 1e-9 {
			t.Errorf("base %v, want %v", a.Base, g.Base)
		}
	}
	if a.Check.Name != "additivity gap" || a.Check.Value > 1e-9 {
		t.Errorf("%+v", a.Check)
	}
}
