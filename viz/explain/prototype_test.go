package explain

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"loupe/nn"
	"loupe/nn/data"
	"loupe/viz/chart"
)

// clouds is three clouds of 60, 30 and 30 rows far from each other, and one row far
// from all.
func clouds() *data.Set {
	r := rand.New(rand.NewPCG(4, 4))
	x, y := mat.NewDense(121, 2, nil), make([]int, 121)
	for i := range 120 {
		k := max(0, i/30-1)
		x.SetRow(i, []float64{[]float64{0, 10, 0}[k] + r.NormFloat64(), []float64{0, 0, 10}[k] + r.NormFloat64()})
		y[i] = k
	}
	x.SetRow(120, []float64{5, 22})
	s, err := data.New("clouds", x, y, []string{"x", "y"}, []string{"a", "b", "c"})
	if err != nil {
		panic(err)
	}
	return s
}

// TestPrototypes finds one row of each cloud.
func TestPrototypes(t *testing.T) {
	set := clouds()
	e := Prototypes(set, 3, Count(1))
	if e.Err() != nil {
		t.Fatal(e.Err())
	}
	var classes []int
	for _, row := range e.Prototypes {
		classes = append(classes, set.Y(row))
	}
	if slices.Sort(classes); !slices.Equal(classes, []int{0, 1, 2}) || len(e.Critics) != 1 {
		t.Errorf("prototypes of %v, critics %v", classes, e.Critics)
	}
	if s := sum(e.Stands); math.Abs(s-1) > 1e-12 || e.Right < 0.98 {
		t.Errorf("they stand for %v, right for %v", e.Stands, e.Right)
	}
	// Each choice makes the discrepancy least: by hand for one.
	x := set.Matrix()
	for j, s := range deviations(x) {
		for i := range 121 {
			x.Set(i, j, x.At(i, j)/s)
		}
	}
	d, err := distances(x)
	if err != nil {
		t.Fatal(err)
	}
	k := kernelOf(d)
	best, least := -1, math.Inf(1)
	for i := range 121 {
		v := k.At(i, i)
		for j := range 121 {
			v -= 2 * k.At(i, j) / 121
		}
		if v < least {
			best, least = i, v
		}
	}
	if one := Prototypes(set, 1); one.Prototypes[0] != best || len(one.Critics) != 0 {
		t.Errorf("%v, want %d", one.Prototypes, best)
	}
	// The critic is where the kernel's means over all and over those chosen are most apart.
	critic, most := -1, 0.0
	for i := range 121 {
		w := 0.0
		for j := range 121 {
			w += k.At(i, j) / 121
		}
		for _, j := range e.Prototypes {
			w -= k.At(i, j) / 3
		}
		if math.Abs(w) > most && !slices.Contains(e.Prototypes, i) {
			critic, most = i, math.Abs(w)
		}
	}
	if e.Critics[0] != critic {
		t.Errorf("critic %d, want %d", e.Critics[0], critic)
	}
	if text := e.Figure().Describe(); !strings.Contains(text, "3 prototypes stand for clouds") || !strings.Contains(text, "The nearest prototype has the right class for 9") {
		t.Error(text)
	}
	// As a model sees them that looks at x alone, y does not matter.
	sees := func(x mat.Matrix) mat.Matrix {
		n, _ := x.Dims()
		y := mat.NewDense(n, 1, nil)
		for i := range n {
			y.Set(i, 0, logistic(x.At(i, 0)-5))
		}
		return y
	}
	two := Prototypes(set, 3, As(sees))
	x = set.Matrix()
	for i := range 121 { // which it does not look at
		x.Set(i, 1, float64(i*i%7))
	}
	blind, err := data.New("blind", x, set.Labels(), set.Features(), set.Classes())
	if err != nil {
		t.Fatal(err)
	}
	if other := Prototypes(blind, 3, As(sees)); two.Err() != nil || !slices.Equal(two.Prototypes, other.Prototypes) || slices.Equal(two.Prototypes, e.Prototypes) {
		t.Errorf("%v %v %v", two.Err(), two.Prototypes, other.Prototypes)
	}
	m := nn.Sequential(nn.Dense(4, nn.Tanh), nn.Dense(3, nn.Softmax)).Seed(1).Build(2)
	if e := Prototypes(set, 3, As(m), Layer("dense")); e.Err() != nil || len(e.Prototypes) != 3 {
		t.Errorf("%v %v", e.Err(), e.Prototypes)
	}
	for want, e := range map[string]*Examples{
		"of 121 rows, 0 prototypes":                      Prototypes(set, 0),
		"120 prototypes and 40 critics cannot be chosen": Prototypes(set, 120),
		"there are no rows":                              Prototypes(nil, 3),
		"there is none":                                  Prototypes(set, 3, Layer("dense")),
		`the model has no node "dens"`:                   Prototypes(set, 3, As(m), Layer("dens")),
		"the model panicked: broken":                     Prototypes(set, 3, As(func(mat.Matrix) mat.Matrix { panic("broken") })),
	} {
		if e.Err() == nil || !strings.Contains(e.Err().Error(), want) {
			t.Errorf("the error is %v, want %q", e.Err(), want)
		}
		if _, err := e.Figure().Image(1); err == nil {
			t.Error("a picture in spite of the error")
		}
	}
}

func examples() map[string]*chart.Figure {
	return map[string]*chart.Figure{
		"prototypes":       Prototypes(data.Iris(), 4).Figure(),
		"prototype-images": Prototypes(data.Digits().First(500), 10, Count(5)).Figure(),
	}
}

func ExamplePrototypes() {
	e := Prototypes(data.Iris(), 3)
	fmt.Printf("rows %v, of which the nearest is right for %.0f %%\n", e.Prototypes, 100*e.Right)
	// Output: rows [61 7 112], of which the nearest is right for 88 %
}
