package explain

import (
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"

	"loupe/nn"
	"loupe/nn/data"
	"loupe/nn/tensor"
)

// steep is two classes either side of x = 0, at ±1, and what tells them apart.
func steep(n int) (*nn.Model, *data.Set) {
	x, y := mat.NewDense(n, 2, nil), make([]int, n)
	for i := range n {
		y[i] = i % 2
		x.Set(i, 0, float64(2*y[i]-1))
		x.Set(i, 1, 5) // always
	}
	set, err := data.New("sides", x, y, []string{"x", "same"}, []string{"left", "right"})
	if err != nil {
		panic(err)
	}
	m := nn.Sequential(nn.Dense(2, nn.Softmax)).As(tensor.Float64).Build(2)
	m.Layer("dense").Param("kernel").Data.Copy(tensor.FromSlice([]float64{-1, 1, 3, -3}, 2, 2))
	m.Layer("dense").Param("bias").Data.Copy(tensor.FromSlice([]float64{-15, 15}, 2))
	return m, set
}

// TestRobust compares with what noise does by hand: with standard deviation s it takes
// x over to the other side with the probability Φ(−1/s); an attack by s does for s ≥ 1.
func TestRobust(t *testing.T) {
	m, set := steep(2000)
	r := Robust(m, set)
	if r.Err() != nil {
		t.Fatal(r.Err())
	}
	for i, s := range r.Sizes {
		want := 1.0
		if s > 0 {
			want = distuv.UnitNormal.CDF(1 / s)
		}
		if math.Abs(r.Score[i]-want) > 0.01 || r.Low[i] > r.Score[i] || r.High[i] < r.Score[i] || math.Abs(r.Kept[i]-want) > 0.01 {
			t.Errorf("noise of %v: %v (%v to %v), kept %v; want %v", s, r.Score[i], r.Low[i], r.High[i], r.Kept[i], want)
		}
		if broken := r.Attacked[i] < 1; broken != (s >= 1) {
			t.Errorf("attack by %v: %v", s, r.Attacked[i])
		}
	}
	if again := Robust(m, set); again.Score[5] != r.Score[5] {
		t.Errorf("%v, and %v before", again.Score[5], r.Score[5])
	}
	// Functions have no gradients; regressions are measured by R².
	f := Robust(func(x mat.Matrix) mat.Matrix {
		n, _ := x.Dims()
		y := mat.NewDense(n, 1, nil)
		for i := range n {
			y.Set(i, 0, 150+x.At(i, 2))
		}
		return y
	}, data.Diabetes())
	if f.Err() != nil || f.Attacked != nil || f.Kept != nil || f.Metric != "R²" || f.Score[0] <= f.Score[8] {
		t.Errorf("%v %+v", f.Err(), f)
	}
	reg := nn.Sequential(nn.Dense(1)).As(tensor.Float64).Seed(2).Build(10)
	if g := Robust(reg, data.Diabetes().First(50)); g.Err() != nil || g.Attacked[8] >= g.Attacked[0] {
		t.Errorf("%v %v", g.Err(), g.Attacked)
	}
	for want, r := range map[string]*Robustness{
		"two repeats at least": Robust(m, set, Samples(1)),
		"same in all rows":     Robust(m, set.Take("one", []int{0, 2, 4})),
		"Steps means nothing":  Robust(m, set, Steps(2)),
		"there are no rows":    Robust(m, nil),
	} {
		if r.Err() == nil || !strings.Contains(r.Err().Error(), want) {
			t.Errorf("the error is %v, want %q", r.Err(), want)
		}
		if _, err := r.Figure().Image(1); err == nil {
			t.Error("a picture in spite of the error")
		}
	}
}
