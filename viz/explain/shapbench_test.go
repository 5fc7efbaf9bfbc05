package explain

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// logistic30 is the model of the comparison with SHAP and LIME: a product with weights,
// and an exponential for each row, as in NumPy.
func logistic30(x mat.Matrix) mat.Matrix {
	rows, _ := x.Dims()
	z := mat.NewVecDense(rows, nil)
	z.MulVec(x, weights30)
	y := make([]float64, 2*rows)
	for i, v := range z.RawVector().Data {
		p := 1 / (1 + math.Exp(-v))
		y[2*i], y[2*i+1] = 1-p, p
	}
	return mat.NewDense(rows, 2, y)
}

var weights30 = func() *mat.VecDense {
	w := mat.NewVecDense(30, nil)
	for j := range 30 {
		w.SetVec(j, float64(j-15)/15)
	}
	return w
}()

func benchmarkRow(b *testing.B, s interface{ Explain(rows any) *Attribution }) {
	x := fewRows(1, 30, 2)
	for b.Loop() {
		if err := s.Explain(x).Err(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkKernelSHAP(b *testing.B) {
	benchmarkRow(b, KernelSHAP(logistic30, fewRows(100, 30, 1)))
}

func BenchmarkPermutationSHAP(b *testing.B) {
	benchmarkRow(b, PermutationSHAP(logistic30, fewRows(100, 30, 1)))
}

func BenchmarkLIME(b *testing.B) {
	benchmarkRow(b, LIME(logistic30, fewRows(100, 30, 1)))
}

// BenchmarkModel asks the model for 100,000 rows, on one core: what of the time of the
// others is the model's own.
func BenchmarkModel(b *testing.B) {
	x := fewRows(100, 30, 1)
	for b.Loop() {
		for range 1000 {
			logistic30(x)
		}
	}
}
