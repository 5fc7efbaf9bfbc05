package explain

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
)

func classifier30(x mat.Matrix) mat.Matrix {
	d := x.(*mat.Dense)
	rows, _ := d.Dims()
	y := mat.NewDense(rows, 2, nil)
	for i := range rows {
		z := 0.0
		for j, v := range d.RawRowView(i) {
			z += v * float64(j-15) / 15
		}
		p := 1 / (1 + math.Exp(-z))
		y.Set(i, 0, 1-p)
		y.Set(i, 1, p)
	}
	return y
}

func benchmarkRow(b *testing.B, s *SHAP) {
	x := fewRows(1, 30, 2)
	for b.Loop() {
		if err := s.Explain(x).Err(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkKernelSHAP(b *testing.B) {
	benchmarkRow(b, KernelSHAP(classifier30, fewRows(100, 30, 1)))
}
func BenchmarkPermutationSHAP(b *testing.B) {
	benchmarkRow(b, PermutationSHAP(classifier30, fewRows(100, 30, 1)))
}
