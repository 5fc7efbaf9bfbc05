package trees

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestExpOf(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	list := []float64{0, 1e-300, 1e-20, 1, 699.999, 700, 745, 800, math.Inf(1)}
	for range 100_000 {
		list = append(list, r.ExpFloat64()*math.Pow(10, float64(r.IntN(8)-5)))
	}
	for _, x := range list {
		if got, want := expOf(x), math.Exp(-x); math.Abs(got-want) > 4e-16*want {
			t.Fatalf("e^−%v is %v, not %v", x, got, want)
		}
	}
	if !math.IsNaN(expOf(math.NaN())) {
		t.Error("e^NaN is a number")
	}
}
