package explain

import (
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// asking are the explainers that only ask a model for its outputs.
func asking(model any, background any) map[string]interface{ Explain(rows any) *Attribution } {
	return map[string]interface{ Explain(rows any) *Attribution }{
		"exact":       ExactSHAP(model, background),
		"kernel":      KernelSHAP(model, background, Samples(200)),
		"permutation": PermutationSHAP(model, background, Samples(6)),
		"sampling":    SamplingSHAP(model, background, Samples(20)),
		"partition":   PartitionSHAP(model, background),
		"additive":    AdditiveSHAP(model, background),
		"LIME":        LIME(model, background, Samples(500)),
	}
}

// curved is a model of four features and two outputs.
func curved(x mat.Matrix) mat.Matrix {
	n, cols := x.Dims()
	y := mat.NewDense(n, 2, nil)
	for i := range n {
		s := 0.3
		for j := range cols {
			s += float64(j+1) * math.Sin(x.At(i, j)+0.2*float64(j)*x.At(i, 0))
		}
		y.SetRow(i, []float64{s, s * s / 10})
	}
	return y
}

var (
	someRows = [][]float64{{0, 1, 2, 3}, {1, 1, 0, -1}, {2, 0.5, -1, 0}, {-1, 2, 1, 1}, {0.5, -0.5, 0.3, 2}, {1.5, 0, 0, 0.1}, {0.2, 0.1, -0.4, 1}, {2, 2, 2, 2}}
	oneRow   = []float64{1, 2, -1, 0.5}
)

// TestBadModels asks models that answer wrongly: each explainer says what is wrong.
func TestBadModels(t *testing.T) {
	answer := func(f func(n int) mat.Matrix) func(mat.Matrix) mat.Matrix {
		return func(x mat.Matrix) mat.Matrix { n, _ := x.Dims(); return f(n) }
	}
	for want, model := range map[string]any{
		"the model returned 1 × 1 for":       answer(func(int) mat.Matrix { return mat.NewDense(1, 1, nil) }),
		"the model returned NaN for row 0":   answer(func(n int) mat.Matrix { y := mat.NewDense(n, 1, nil); y.Set(0, 0, math.NaN()); return y }),
		"the model returned +Inf for row 0":  answer(func(n int) mat.Matrix { y := mat.NewDense(n, 1, nil); y.Set(0, 0, math.Inf(1)); return y }),
		"the model panicked: broken":         answer(func(int) mat.Matrix { panic("broken") }),
		"the model returned nil":             answer(func(int) mat.Matrix { return nil }),
		"there is no model: it is nil":       nil,
		"a string is no model that viz know": "model",
	} {
		for name, e := range asking(model, someRows) {
			a := e.Explain(oneRow)
			if a.Err() == nil || !strings.Contains(a.Err().Error(), want) {
				t.Errorf("%s: the error is %v, want %q", name, a.Err(), want)
			}
			if _, err := a.Waterfall().Image(1); err == nil {
				t.Errorf("%s: a picture in spite of %q", name, want)
			}
		}
	}
}

// TestBadRows gives rows that do not fit.
func TestBadRows(t *testing.T) {
	for _, c := range []struct {
		background, rows any
		want             string
	}{
		{nil, oneRow, "there are no rows"},
		{[][]float64{}, oneRow, "there are no rows"},
		{someRows, []float64{1, 2}, "the rows have 2 features, and those of the background 4"},
		{someRows, nil, "there are no rows"},
		{someRows, "x", "a string is no rows"},
		{someRows, []float64{1, math.NaN(), 0, 0}, "NaN"},
		{someRows, []float64{1, math.Inf(1), 0, 0}, "Inf"},
		{someRows, [][]float64{{1, 2, 3, 4}, {1}}, "no rows"},
	} {
		for name, e := range asking(curved, c.background) {
			if a := e.Explain(c.rows); a.Err() == nil || !strings.Contains(a.Err().Error(), c.want) {
				t.Errorf("%s: the error is %v, want %q", name, a.Err(), c.want)
			}
		}
	}
}

// TestOddData explains where features do not vary, are doubled, or are more than rows.
func TestOddData(t *testing.T) {
	for name, c := range map[string]struct {
		background [][]float64
		row        []float64
	}{
		"one row of background":   {someRows[:1], oneRow},
		"the row itself":          {[][]float64{oneRow}, oneRow},
		"constant features":       {[][]float64{{1, 5, 2, 2}, {2, 5, 2, 2}, {3, 5, 2, 2}}, []float64{1.5, 5, 2, 2}},
		"doubled columns":         {[][]float64{{1, 1, 2, 2}, {3, 3, 0, 0}, {2, 2, 1, 1}}, []float64{4, 4, 5, 5}},
		"more features than rows": {[][]float64{{1, 2, 3, 4, 5, 6, 7, 8, 9}, {9, 8, 7, 6, 5, 4, 3, 2, 1}}, []float64{1, 1, 2, 2, 3, 3, 4, 4, 5}},
	} {
		for method, e := range asking(curved, c.background) {
			a := e.Explain(c.row)
			if a.Err() != nil {
				// What cannot be fitted may be refused, in words.
				if !strings.HasPrefix(a.Err().Error(), "explain: ") || strings.Contains(a.Err().Error(), "panicked") {
					t.Errorf("%s, %s: %v", name, method, a.Err())
				}
				continue
			}
			for k, v := range a.Values {
				for j, x := range v.RawRowView(0) {
					if math.IsNaN(x) || math.IsInf(x, 0) {
						t.Errorf("%s, %s: output %d, feature %d is %v", name, method, k, j, x)
					}
				}
			}
			if name == "the row itself" && method != "LIME" && slices.ContainsFunc(a.Values[0].RawRowView(0), func(x float64) bool { return math.Abs(x) > 1e-12 }) {
				t.Errorf("%s: what is as the background contributes %v", method, a.Values[0].RawRowView(0))
			}
		}
	}
}

// TestCores explains on one processor and on four, with one seed: the numbers are the
// same, to the last bit. With another seed methods that sample give others.
func TestCores(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	values := func(seed uint64) map[string][]float64 {
		out := map[string][]float64{}
		for name, e := range map[string]interface{ Explain(rows any) *Attribution }{
			"exact":       ExactSHAP(curved, someRows),
			"kernel":      KernelSHAP(curved, someRows, Seed(seed)),
			"permutation": PermutationSHAP(curved, someRows, Samples(4), Seed(seed)),
			"sampling":    SamplingSHAP(curved, someRows, Samples(8), Seed(seed)),
			"partition":   PartitionSHAP(curved, someRows, Samples(8)),
			"LIME":        LIME(curved, someRows, Samples(500), Seed(seed)),
		} {
			for _, rows := range []any{oneRow, someRows} {
				a := e.Explain(rows)
				if a.Err() != nil {
					t.Fatalf("%s: %v", name, a.Err())
				}
				for _, v := range a.Values {
					out[name] = append(out[name], v.RawMatrix().Data...)
				}
			}
		}
		return out
	}
	one := values(3)
	runtime.GOMAXPROCS(4)
	four, other := values(3), values(4)
	for name := range one {
		if !slices.Equal(one[name], four[name]) {
			t.Errorf("%s: other numbers on four processors", name)
		}
		if same := slices.Equal(one[name], other[name]); same && (name == "sampling" || name == "LIME") {
			t.Errorf("%s: the same numbers with another seed", name)
		}
	}
}
