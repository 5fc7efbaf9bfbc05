package viz_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"loupe/internal/golden"
	"loupe/nn"
	"loupe/nn/data"
	"loupe/nn/tensor"
	"loupe/viz"
)

func ExampleBoundary() {
	iris := data.Iris()
	// A rule by hand: setosa has short petals, virginica wide ones.
	rule := func(x mat.Matrix) mat.Matrix {
		n, _ := x.Dims()
		p := mat.NewDense(n, 3, nil)
		for i := range n {
			switch {
			case x.At(i, 2) < 2.5:
				p.Set(i, 0, 1)
			case x.At(i, 3) < 1.65:
				p.Set(i, 1, 1)
			default:
				p.Set(i, 2, 1)
			}
		}
		return p
	}
	fmt.Println(viz.Boundary(rule, iris, iris.Features()[2], iris.Features()[3]).Describe())
	// Output: Decision boundary of 3 classes in the plane of petal length (cm) and petal width (cm). setosa has 21 % of the area near data. versicolor has 45 % of the area near data. virginica has 34 % of the area near data. 96 % of 150 points lie in the region of their class. Colours fade where there are no data. 2 other features are at the median.
}

// predictor is a model that predicts matrices, as ensembles of trees do.
type predictor struct{ m *nn.Model }

func (p predictor) Predict(x mat.Matrix) mat.Matrix {
	rows, _ := x.Dims()
	y := p.m.Predict(tensor.FromMat(x))
	return mat.NewDense(rows, 2, y.Float64s())
}

func TestBoundary(t *testing.T) {
	train, test := data.Moons(400, 0.2, 1).Split()
	m := nn.Sequential(nn.Dense(16, nn.Tanh), nn.Dense(16, nn.Tanh), nn.Dense(2, nn.Softmax)).Seed(1)
	nn.Fit(m, train, nn.Config{Optimizer: nn.Adam(2e-2), Loss: nn.CrossEntropy, Epochs: 40, Seed: 1})
	f := train.Features()
	img, err := viz.Boundary(m, test, f[0], f[1]).Image(1)
	if err != nil {
		t.Fatal(err)
	}
	golden.Image(t, "boundary.png", img)
	same, err := viz.Boundary(predictor{m}, test, f[0], f[1]).Image(1)
	if err != nil {
		t.Fatal(err)
	}
	golden.Image(t, "boundary.png", same)
	nan := func(x mat.Matrix) mat.Matrix {
		n, _ := x.Dims()
		p := mat.NewDense(n, 2, nil)
		p.Set(0, 0, math.NaN())
		return p
	}
	if _, err := viz.Boundary(nan, test, f[0], f[1]).Image(1); err != nil {
		t.Error(err)
	}
	short := func(mat.Matrix) mat.Matrix { return mat.NewDense(1, 2, nil) }
	for _, c := range []struct {
		f    *viz.Figure
		want string
	}{
		{viz.Boundary(m, nil, "a", "b"), "a decision boundary needs a data set, not nil"},
		{viz.Boundary(m, data.Diabetes(), "age", "bmi"), "has no classes"},
		{viz.Boundary(m, data.Iris(), "petal", "width"), `has no feature "`},
		{viz.Boundary(3, test, f[0], f[1]), "a int is no model that viz knows"},
		{viz.Boundary(short, test, f[0], f[1]), "places and answers for 1"},
		{viz.Boundary(nn.Sequential(nn.Dense(2)).Build(5), test, f[0], f[1]), "5"},
	} {
		if _, err := c.f.Image(1); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("the error is %v, want %q", err, c.want)
		}
	}
}
