package explain

import (
	"math"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

var (
	clusteredRows = [][]float64{{0, 0.06, -0.27, -0.89, -0.45}, {-0.99, -0.98, 1.34, -0.49, -0.62}, {0.49, 0.56, 0.11, -0.93, -0.03},
		{0.7, 0.43, -0.46, -1.9, -1.29}, {-1.84, -1.89, -1.27, 0.27, 0.16}, {-0.19, -0.69, -0.54, -0.05, 0.11}}
	clusteredRow = []float64{1, -0.5, 0.7, 2, -1.2}
)

func tangled(x mat.Matrix) mat.Matrix {
	n, _ := x.Dims()
	y := mat.NewDense(n, 1, nil)
	for i := range n {
		v := mat.Row(nil, i, x)
		y.Set(i, 0, math.Sin(v[0]*v[1])+v[2]*v[3]*v[0]+max(v[4], v[3]))
	}
	return y
}

// TestPartitionReference compares with PartitionExplainer of SHAP 0.51: background from
// NumPy's default_rng(7), SciPy's average linkage of 1 − |correlation|, max_evals=5000.
func TestPartitionReference(t *testing.T) {
	a := PartitionSHAP(tangled, clusteredRows).Explain(clusteredRow)
	if a.Err() != nil {
		t.Fatal(a.Err())
	}
	want := []float64{-0.36516485, -0.15678881, 0.62424642, 2.74395488, -0.1175}
	if !floats.EqualApprox(a.Values[0].RawRowView(0), want, 1e-7) || math.Abs(a.Base[0]-0.19182684) > 1e-7 || a.Errors != nil {
		t.Errorf("%v from %v ± %v, want %v", a.Values[0].RawRowView(0), a.Base, a.Errors, want)
	}
	given := PartitionSHAP(tangled, clusteredRows, Hierarchy([][2]int{{0, 1}, {3, 4}, {5, 6}, {2, 7}})).Explain(clusteredRow)
	if given.Err() != nil || !mat.EqualApprox(given.Values[0], a.Values[0], 1e-12) {
		t.Errorf("the same tree gives other values: %v", given.Values)
	}
}

// TestOwenOrders computes Owen values by their definition: the mean, over all orders in which
// the halves of each cluster can come, of what a feature adds to those before it.
func TestOwenOrders(t *testing.T) {
	trees := map[string][][2]int{
		"balanced": {{0, 1}, {2, 3}, {4, 5}, {6, 7}, {8, 9}, {10, 11}, {12, 13}},
		"chain":    {{0, 1}, {8, 2}, {9, 3}, {10, 4}, {11, 5}, {12, 6}, {13, 7}},
		"mixed":    {{3, 7}, {8, 0}, {1, 2}, {9, 10}, {4, 6}, {12, 5}, {11, 13}},
	}
	background, x := fewRows(4, 8, 3), fewRows(1, 8, 4)
	for name, merges := range trees {
		a := PartitionSHAP(interacting, background, Hierarchy(merges), Samples(4096)).Explain(x)
		if a.Err() != nil {
			t.Fatal(name, a.Err())
		}
		if a.Errors != nil {
			t.Errorf("%s: 4,096 coalitions are enough", name)
		}
		want := owenByOrders(merges, background, x.RawRowView(0))
		for k := range 2 {
			if got := a.Values[k].RawRowView(0); !floats.EqualApprox(got, want[k], 1e-12) {
				t.Errorf("%s: output %d: %v, want %v", name, k, got, want[k])
			}
		}
	}
}

func owenByOrders(merges [][2]int, background *mat.Dense, x []float64) [2][]float64 {
	m := len(x)
	worth := map[int][]float64{}
	value := func(s int) []float64 {
		if worth[s] == nil {
			rows := mat.DenseCopyOf(background)
			n, _ := rows.Dims()
			for j := range m {
				for i := range n {
					if s>>j&1 == 1 {
						rows.Set(i, j, x[j])
					}
				}
			}
			y := interacting(rows)
			worth[s] = []float64{0, 0}
			for i := range n {
				for k := range 2 {
					worth[s][k] += y.At(i, k) / float64(n)
				}
			}
		}
		return worth[s]
	}
	out := [2][]float64{make([]float64, m), make([]float64, m)}
	for flips := range 1 << len(merges) {
		list := make([][]int, m, 2*m)
		for j := range list {
			list[j] = []int{j}
		}
		for i, c := range merges {
			if flips>>i&1 == 1 {
				c[0], c[1] = c[1], c[0]
			}
			list = append(list, slices.Concat(list[c[0]], list[c[1]]))
		}
		s := 0
		for _, j := range list[len(list)-1] {
			before := value(s)
			s |= 1 << j
			for k, v := range value(s) {
				out[k][j] += (v - before[k]) / float64(int(1)<<len(merges))
			}
		}
	}
	return out
}

// TestOwenByHand: a and b are one cluster, c is another; the output is 6·b·c. So b and c
// share it, and within the cluster b has all.
func TestOwenByHand(t *testing.T) {
	f := func(x mat.Matrix) mat.Matrix {
		n, _ := x.Dims()
		y := mat.NewDense(n, 1, nil)
		for i := range n {
			y.Set(i, 0, 6*x.At(i, 1)*x.At(i, 2)+12*x.At(i, 0)*x.At(i, 1)*x.At(i, 2))
		}
		return y
	}
	a := PartitionSHAP(f, make([]float64, 3), Hierarchy([][2]int{{0, 1}, {3, 2}})).Explain([]float64{1, 1, 1})
	if a.Err() != nil || !floats.EqualApprox(a.Values[0].RawRowView(0), []float64{3, 6, 9}, 1e-12) {
		t.Errorf("%v, %v", a.Values, a.Err())
	}
}

// TestOwenBudget takes few coalitions: values sum up all the same, and Errors say what is
// shared out.
func TestOwenBudget(t *testing.T) {
	background, x := fewRows(3, 14, 1), fewRows(2, 14, 2)
	all := PartitionSHAP(interacting, background, Samples(1<<15)).Explain(x)
	last := math.Inf(1)
	for _, n := range []int{1, 2, 10, 60} {
		a := PartitionSHAP(interacting, background, Samples(n)).Explain(x)
		if a.Err() != nil {
			t.Fatal(a.Err())
		}
		if a.Check.Value > 1e-10 {
			t.Errorf("%d coalitions: the gap is %v", n, a.Check.Value)
		}
		var d mat.Dense
		d.Sub(a.Values[0], all.Values[0])
		if off := mat.Norm(&d, 2); a.Errors == nil || off > last+1e-9 {
			t.Errorf("%d coalitions: %v off, %v before", n, off, last)
		} else {
			last = off
		}
		if said := a.Row(0).Describe(); !strings.Contains(said, "shared out evenly") {
			t.Errorf("%s", said)
		}
	}
	if all.Errors != nil || last > 0.5 {
		t.Errorf("60 coalitions are %v off", last)
	}
}

func TestHierarchyMistakes(t *testing.T) {
	x := fewRows(5, 3, 1)
	for want, merges := range map[string][][2]int{
		"a tree over 3 features has 2": {{0, 1}},
		"joins node 4, and there are":  {{0, 4}, {1, 2}},
		"which is joined already":      {{0, 1}, {0, 2}},
	} {
		if err := PartitionSHAP(addUp, x, Hierarchy(merges)).Explain(x).Err(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

func TestAdditiveSHAP(t *testing.T) {
	f := func(x mat.Matrix) mat.Matrix {
		n, _ := x.Dims()
		y := mat.NewDense(n, 2, nil)
		for i := range n {
			s := math.Sin(x.At(i, 0)) + math.Exp(x.At(i, 1)) - x.At(i, 2)*x.At(i, 2)
			y.SetRow(i, []float64{s, -2 * s})
		}
		return y
	}
	background, x := fewRows(7, 4, 1), fewRows(5, 4, 2)
	a, exact := AdditiveSHAP(f, background).Explain(x), ExactSHAP(f, background).Explain(x)
	if a.Err() != nil {
		t.Fatal(a.Err())
	}
	for k := range 2 {
		if !mat.EqualApprox(a.Values[k], exact.Values[k], 1e-12) {
			t.Errorf("output %d: %v, want %v", k, a.Values[k], exact.Values[k])
		}
	}
	if err := AdditiveSHAP(interacting, background).Explain(x).Err(); err == nil || !strings.Contains(err.Error(), "the model is not additive") {
		t.Error(err)
	}
}
