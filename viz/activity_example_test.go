package viz_test

import (
	"fmt"

	"loupe/nn"
	"loupe/nn/data"
	"loupe/nn/tensor"
	"loupe/viz"
)

func ExampleActivity() {
	m, _ := line()
	fmt.Println(viz.Activity(m, [][]float64{{1, 0, 0}, {0, 1, 0}, {9, 0, 9}}).Describe())
	// Output: Plot of y over activation: 2 boxes; dense: median 0, half between −0.964 and 0, all between −1 and 1; dense_1: median −0.036, half between −0.036 and 0, all between −1 and 0; upright line at 0. 3 samples. No unit is dead or saturated.
}

func ExampleSelectivity() {
	m, _ := line()
	animals := viz.Labelled([][]float64{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}, []string{"cat", "dog", "cat"})
	fmt.Println(viz.Selectivity(m, animals, "dense").Describe())
	// Output: Heat map of 2 rows × 2 columns: mean activation from −0.863 (0 (1), cat) to 0.381 (1 (1), cat), mean −0.311. Red is positive, blue negative. Unit 1 speaks most clearly, for cat: 0.381 on average, and −0.762 for the others.
}

func ExampleTopInputs() {
	m, _ := line()
	animals := viz.Labelled([][]float64{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}, []string{"cat", "dog", "cat"})
	fmt.Println(viz.TopInputs(m, animals, "dense", 1).Describe())
	// Output: Plot of y over activation: 3 bars from −0.762 (#1 dog) to 0.762 (#2 cat). The strongest of 3 samples.
}

func ExampleFeatureMaps() {
	m := nn.Sequential(nn.Conv2D(2, 3, nn.KernelInit(nn.Constant(0.5))), nn.Flatten(), nn.Dense(1)).Build(8, 8, 1)
	fmt.Println(viz.FeatureMaps(m, tensor.Ones(8, 8, 1)).With(viz.OverInput()).Describe())
	// Output: Grid of 2 heat maps, 6 × 6: share of strongest is 1 everywhere. Names, row by row: conv2d 0, conv2d 1.
}

func ExampleActivations() {
	m, _ := line()
	fmt.Println(viz.Activations(m, [][]float64{{1, 0, 0}, {0, 1, 0}}, "dense", "first", "second").Describe())
	// Output: Heat map of 2 rows × 2 columns: activation from −0.964 (first, column 0) to 0 (first, column 1), mean −0.431.
}

func ExampleStates() {
	words := data.Reviews()
	m := nn.Sequential(nn.Embedding(1000, 2), nn.GRU(2)).Seed(1).Build(words.Length())
	fmt.Println(viz.States(m, words.Encode("not a bad film")).Describe())
	// Output: Heat map of 2 rows × 5 columns: h from −0.00735 (1, <start>) to 0.0286 (0, film), mean 0.0105. Red is positive, blue negative. The states change most at “bad”: by 43.4 % of all change.
}

func ExampleMaximize() {
	m, _ := line()
	fmt.Println(viz.Maximize(m, "dense_1").Describe())
	// Output: Heat map of 1 row × 3 columns: value from 0 (#0: −0.036, column 1) to 1 (#0: −0.036, column 0), mean 0.507. 128 steps of ascent from noise: from −0.249 to −0.036 on average.
}
