package explain_test

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"loupe/nn"
	"loupe/nn/data"
	"loupe/viz/explain"
)

// price is what a house costs: a function of rows that knows what it does.
func price(x mat.Matrix) mat.Matrix {
	n, _ := x.Dims()
	y := mat.NewDense(n, 1, nil)
	for i := range n {
		y.Set(i, 0, 100+2*x.At(i, 0)-10*x.At(i, 1))
	}
	return y
}

// houses have an area and a distance from the station.
func houses() *data.Set {
	x := mat.NewDense(40, 2, nil)
	y := make([]float64, 40)
	for i := range y {
		x.SetRow(i, []float64{60 + 3*float64(i%20), float64(i % 7)})
		y[i] = price(x.Slice(i, i+1, 0, 2)).At(0, 0)
	}
	s, err := data.Regression("houses", x, y, []string{"area", "distance"})
	if err != nil {
		panic(err)
	}
	return s
}

func ExampleExactSHAP() {
	why := explain.ExactSHAP(price, houses()).Explain([]float64{100, 1})
	fmt.Printf("%.2f = %.2f %+.2f %+.2f\n", why.Predicted.At(0, 0), why.Base[0], why.At(0, 0, 0), why.At(0, 1, 0))
	fmt.Println(why.Describe())
	// Output:
	// 290.00 = 248.25 +23.00 +18.75
	// Exact SHAP: the output is 290, 41.8 above the base of 248. Higher output is associated most with area = 100 (+23), distance = 1 (+18.8).
}

func ExampleAttribution_Output() {
	model := nn.Sequential(nn.Dense(3, nn.Softmax)).Seed(1).Build(4)
	why := explain.ExactSHAP(model, data.Iris()).Explain(data.Iris().First(10)).Output("virginica")
	rows, features, outputs := why.Dims()
	fmt.Println(rows, features, outputs, why.Err())
	// Output: 10 4 1 <nil>
}

func ExampleAttribution_Beeswarm() {
	why := explain.ExactSHAP(price, houses()).Explain(houses())
	_, err := why.Beeswarm().PNG()
	fmt.Println(err)
	// Output: <nil>
}

func ExampleAttribution_Waterfall() {
	why := explain.ExactSHAP(price, houses()).Explain(houses())
	// A waterfall shows one row.
	_, err := why.Waterfall().PNG()
	fmt.Println(err)
	// Output: explain: a waterfall shows one row, and the attribution has 40: choose one, such as Row(0)
}

func ExampleIntegratedGradients() {
	model := nn.Sequential(nn.Dense(4, nn.Tanh), nn.Dense(1)).Seed(1).Build(2)
	why := explain.IntegratedGradients(model).Explain([]float64{0.5, -1})
	fmt.Println(why.Check.Name, why.Check.Value < 1e-5)
	// Output: completeness gap true
}

func ExampleGradCAM() {
	model := nn.Sequential(nn.Conv2D(4, 3, nn.ReLU), nn.Flatten(), nn.Dense(10, nn.Softmax)).Seed(1).Build(8, 8, 1)
	_, err := explain.GradCAM(model).Explain(data.Digits().First(2)).Overlay().PNG()
	fmt.Println(err)
	// Output: <nil>
}

func ExamplePermutationImportance() {
	p := explain.PermutationImportance(price, houses())
	fmt.Println(p.Metric, p.Score, p.Drop[0] > p.Drop[1])
	// Output: R² 1 true
}

func ExamplePartialDependence() {
	d := explain.PartialDependence(price, houses(), "area")
	slope := (d.Effect[len(d.Effect)-1] - d.Effect[0]) / (d.At[len(d.At)-1] - d.At[0])
	fmt.Printf("%.1f\n", slope)
	// Output: 2.0
}

func ExampleALE() {
	d := explain.ALE(price, houses(), "distance")
	fmt.Printf("%.0f\n", d.Effect[len(d.Effect)-1]-d.Effect[0])
	// Output: -60
}

func ExampleNewReview() {
	// A model that asks for more of the second town.
	model := func(x mat.Matrix) mat.Matrix {
		n, _ := x.Dims()
		y := mat.NewDense(n, 1, nil)
		for i := range n {
			y.Set(i, 0, 1/(1+math.Exp(x.At(i, 0)-x.At(i, 1))))
		}
		return y
	}
	x, labels := mat.NewDense(400, 2, nil), make([]int, 400)
	for i := range labels {
		x.SetRow(i, []float64{float64(i % 2), float64(i%10)/5 - 1})
		labels[i] = i % 10 / 5
	}
	loans, _ := data.New("loans", x, labels, []string{"town", "income"}, []string{"no", "yes"})
	for _, gap := range explain.NewReview(model, loans, explain.By("town")).Gaps() {
		if gap.Sure() {
			fmt.Println(gap.Measure, gap.Most)
		}
	}
	// Output:
	// Selected town = 0
	// Found town = 0
	// Right town = 0
}
