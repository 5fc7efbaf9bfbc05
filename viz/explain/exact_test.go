package explain

import (
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
)

func TestExactSHAP(t *testing.T) {
	g := readSoftmax(t)
	a := ExactSHAP(g.model, g.Background).Explain(g.X)
	g.compare(t, a, 1e-9)
	if a.Errors != nil {
		t.Error("an exact method has no errors")
	}
}

// TestANDTree compares with the contributions anybody can compute by hand.
func TestANDTree(t *testing.T) {
	corners := [][]float64{{0, 0}, {1, 0}, {0, 1}, {1, 1}}
	and := func(x mat.Matrix) mat.Matrix {
		rows, _ := x.Dims()
		y := mat.NewDense(rows, 1, nil)
		for i := range rows {
			y.Set(i, 0, 80*x.At(i, 0)*x.At(i, 1))
		}
		return y
	}
	want := [][]float64{{-10, -10}, {10, -30}, {-30, 10}, {30, 30}}
	for _, s := range []*SHAP{ExactSHAP(and, corners), KernelSHAP(and, corners), PermutationSHAP(and, corners)} {
		a := s.Explain(corners)
		if a.Err() != nil {
			t.Fatal(a.Err())
		}
		for i, row := range want {
			for j, v := range row {
				if math.Abs(a.At(i, j, 0)-v) > 1e-12 {
					t.Errorf("%s: at %v: %v, want %v", a.Method, corners[i], a.Values[0].RawRowView(i), row)
				}
			}
		}
	}
}

// TestGroups compares a model of a group with the same model of one feature that
// stands for it.
func TestGroups(t *testing.T) {
	one := func(x mat.Matrix) mat.Matrix { // category a, b, c by its number
		rows, _ := x.Dims()
		y := mat.NewDense(rows, 1, nil)
		for i := range rows {
			y.Set(i, 0, []float64{3, -1, 7}[int(x.At(i, 0))]*x.At(i, 1)+x.At(i, 2))
		}
		return y
	}
	hot := func(x mat.Matrix) mat.Matrix {
		rows, _ := x.Dims()
		z := mat.NewDense(rows, 3, nil)
		for i := range rows {
			z.SetRow(i, []float64{x.At(i, 2) + 2*x.At(i, 4), x.At(i, 1), x.At(i, 3)})
		}
		return one(z)
	}
	encode := func(rows [][]float64) (out [][]float64) {
		for _, r := range rows {
			c := []float64{0, 0, 0}
			c[int(r[0])] = 1
			out = append(out, []float64{c[0], r[1], c[1], r[2], c[2]})
		}
		return out
	}
	background, x := [][]float64{{0, 1, 2}, {1, -1, 0.5}, {2, 3, 1}, {2, 0, 0}}, [][]float64{{1, 2, 3}, {0, 0.3, 9}}
	group := Groups(map[string][]string{"category": {"feature 0", "feature 2", "feature 4"}})
	want := ExactSHAP(one, background).Explain(x)
	a := ExactSHAP(hot, encode(background), group).Explain(encode(x))
	if a.Err() != nil || want.Err() != nil {
		t.Fatal(a.Err(), want.Err())
	}
	if got := strings.Join(a.Features, ","); got != "category,feature 1,feature 3" {
		t.Fatalf("features %s", got)
	}
	if !mat.EqualApprox(a.Values[0], want.Values[0], 1e-12) || !mat.Equal(a.Data, want.Data) {
		t.Errorf("contributions\n%v, want\n%v; data\n%v", mat.Formatted(a.Values[0]), mat.Formatted(want.Values[0]), mat.Formatted(a.Data))
	}
}

func TestGroupMistakes(t *testing.T) {
	x := [][]float64{{1, 2, 3}}
	for want, of := range map[string]map[string][]string{
		`feature "weight", which does not exist`:   {"g": {"weight"}},
		`is in the groups "g" and "h"`:             {"g": {"feature 0"}, "h": {"feature 0", "feature 1"}},
		`the group "g" has no features`:            {"g": {}},
		`name of a group and of a feature outside`: {"feature 2": {"feature 0", "feature 1"}},
	} {
		if err := ExactSHAP(addUp, x, Groups(of)).Explain(x).Err(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want %q", of, err, want)
		}
	}
}

// addUp is the model that adds up features.
func addUp(x mat.Matrix) mat.Matrix {
	rows, _ := x.Dims()
	y := mat.NewDense(rows, 1, nil)
	for i := range rows {
		y.Set(i, 0, mat.Sum(x.(mat.RowViewer).RowView(i)))
	}
	return y
}

// TestExactLimit explains 25 features, of which 20 and 21 vary.
func TestExactLimit(t *testing.T) {
	background, x := mat.NewDense(1, 25, nil), mat.NewDense(1, 25, nil)
	for j := range 20 {
		x.Set(0, j, float64(j+1))
	}
	a := ExactSHAP(addUp, background).Explain(x)
	if a.Err() != nil || math.Abs(a.At(0, 6, 0)-7) > 1e-9 || a.At(0, 22, 0) != 0 {
		t.Fatal(a.Err())
	}
	x.Set(0, 20, 1)
	if err := ExactSHAP(addUp, background).Explain(x).Err(); err == nil || !strings.Contains(err.Error(), "use KernelSHAP") {
		t.Error(err)
	}
}

// TestSummary compares a summary of few different rows with the rows themselves.
func TestSummary(t *testing.T) {
	g := readSoftmax(t)
	few := g.Background[:3]
	many := append(append(append([][]float64{}, few...), few[0], few[1]), few[0])
	want := ExactSHAP(g.model, many).Explain(g.X)
	a := ExactSHAP(g.model, many, Summary(3)).Explain(g.X)
	if a.Err() != nil || !mat.EqualApprox(a.Values[1], want.Values[1], 1e-12) {
		t.Errorf("%v\n%v\n%v", a.Err(), mat.Formatted(a.Values[1]), mat.Formatted(want.Values[1]))
	}
	if s := ExactSHAP(g.model, g.Background, Summary(2)); s.err != nil || len(s.reference.weights) != 2 || !mat.EqualApprox(mat.NewDense(1, 1, []float64{s.reference.weights[0] + s.reference.weights[1]}), mat.NewDense(1, 1, []float64{1}), 1e-12) {
		t.Errorf("%v %+v", s.err, s.reference)
	}
}
