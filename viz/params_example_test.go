package viz_test

import (
	"fmt"

	"loupe/nn"
	"loupe/nn/tensor"
	"loupe/viz"
)

// line is a model whose weights are known, and samples for it.
func line() (*nn.Model, any) {
	m := nn.Sequential(nn.Dense(2, nn.Tanh), nn.Dense(1)).Build(3)
	for _, p := range m.Params() {
		for i, n := 0, p.Data.Len(); i < n; i++ {
			tensor.Data[float32](p.Data)[i] = float32(i%3) - 1
		}
	}
	return m, viz.Labelled([][]float64{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}, []float64{1, 0, 2})
}

// history is of a model that is trained for four steps.
func history() *nn.History {
	m := nn.Sequential(nn.Dense(4, nn.Tanh), nn.Dense(1)).Seed(1)
	x, y := tensor.FromSlice([]float64{0, 0, 0, 1, 1, 0, 1, 1}, 4, 2), tensor.FromSlice([]float64{0, 1, 1, 0}, 4, 1)
	return nn.Fit(m, nn.Arrays(x, y), nn.Config{Loss: nn.MSE, Epochs: 4, Batch: 4, Callbacks: []nn.Callback{nn.Record(nn.EverySteps(1))}})
}

func ExampleDistributions() {
	fmt.Println(viz.Distributions(history(), "dense_1/bias").Describe())
	// Output: Plot of value over step: distribution over 4 steps; at step 0: median 0, two thirds between 0 and 0, all between 0 and 0; at step 3: median 0.003, two thirds between 0.003 and 0.003, all between 0.003 and 0.003.
}

func ExampleRidges() {
	fmt.Println(viz.Ridges([][]float64{{-1, 0, 1}, {-2, 0, 2}}).Describe())
	// Output: Plot of step over value: distribution over 2 steps; at step 0: median 0, two thirds between −0.683 and 0.683, all between −1 and 1; at step 1: median 0, two thirds between −1.37 and 1.37, all between −2 and 2. values: the standard deviation at the end is 2 times that at the beginning.
}

func ExampleNorms() {
	m, _ := line()
	fmt.Println(viz.Norms(m).Describe())
	// Output: Plot of y over norm of the weights: 2 bars from 1 (dense_1/kernel) to 2 (dense/kernel).
}

func ExampleSparsity() {
	m, _ := line()
	fmt.Println(viz.Sparsity(m).Describe())
	// Output: Plot of y over % of the weights: 2 bars “within 1 % of the root mean square” from 33.3 (dense/kernel) to 50 (dense_1/kernel); 2 bars “exactly 0” from 33.3 (dense/kernel) to 50 (dense_1/kernel). 37.5 % of all 8 weights are exactly 0.
}

func ExampleWeightMap() {
	m, _ := line()
	fmt.Println(viz.WeightMap(m, "dense").Describe())
	// Output: Heat map of 3 rows × 2 columns: weight from −1 (row 0, column 0) to 1 (row 1, column 0), mean 0. Red is positive, blue negative.
}

func ExampleFilters() {
	m := nn.Sequential(nn.Conv2D(2, 3, nn.KernelInit(nn.Constant(0.5))), nn.Flatten(), nn.Dense(1)).Build(8, 8, 1)
	fmt.Println(viz.Filters(m).Describe())
	// Output: Grid of 2 heat maps, 3 × 3: weight is 0.5 everywhere. Names, row by row: #0, #1. conv2d: 2 of 2 filters, the strongest first.
}

func ExampleBackward() {
	m, samples := line()
	pass := viz.Backward(m, samples)
	fmt.Println(viz.GradientFlow(pass).Describe())
	fmt.Println(viz.GradientMap(pass, "dense").Describe())
	// Output:
	// Plot of y over gradient (RMS): 2 bars “at the output” from 0.724 (dense) to 1.02 (dense_1); 2 bars “at the weights” from 0.575 (dense) to 1.98 (dense_1); zone “vanishing” between −∞ and 1e−7; zone “exploding” between 100 and ∞. From dense_1 back to dense the gradient becomes 0.707 times as large, by a factor of 0.707 a layer.
	// Heat map of 3 rows × 2 columns: gradient from 0 (row 0, column 1) to 0.667 (row 1, column 0), mean 0.224. Red is positive, blue negative. Root of the mean square: 0.374.
}

func ExampleGradientRatios() {
	m, samples := line()
	fmt.Println(viz.GradientRatios(viz.Backward(m, samples)).Describe())
	// Output: Heat map of 4 rows × 1 column: gradient / weight from 0.458 (dense/kernel, 0) to 2.85 (dense_1/bias, 0), mean 1.64. At the end the gradient is between 0.458 (dense/kernel) and 2.85 (dense_1/bias) of the size of the weights.
}
