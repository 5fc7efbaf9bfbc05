package viz_test

import (
	"fmt"

	"loupe/nn"
	"loupe/nn/tensor"
	"loupe/viz"
)

// survey is a small network with convolutions.
func survey() *nn.Model {
	return nn.Sequential(
		nn.Conv2D(4, 3, nn.ReLU), nn.MaxPool2D(2), nn.Flatten(), nn.Dense(3, nn.Softmax),
	).Seed(1).Build(8, 8, 1)
}

func ExampleGraph() {
	fmt.Println(viz.Graph(survey()).With(viz.Find("relu")).Describe())
	// Output:
	// Graph of 5 operations, from input (8 × 8 × 1) to dense (3). It has 151 parameters, 74 % of them in dense, and computes 1,404 multiply-adds a sample. It is one chain. "relu" is found in 1 operation.
}

func ExampleBlocks() {
	f := viz.Blocks(survey()).With(viz.Title("A small network"), viz.Size(700, 0))
	img, err := f.Image(2)
	fmt.Println(img.Bounds().Dx(), err)
	// Output: 1400 <nil>
}

func ExampleLayers() {
	fmt.Println(viz.Layers(survey()).Data().CSV())
	// Output:
	// layer,type,output,parameters,multiply-adds,bytes,activation
	// input,Input,8 × 8 × 1,0,0,256,
	// conv2d,Conv2D,6 × 6 × 4,40,1296,736,relu
	// max_pooling2d,MaxPool2D,3 × 3 × 4,0,0,144,
	// flatten,Flatten,36,0,0,144,
	// dense,Dense,3,111,108,456,softmax
}

func ExampleDiff() {
	before := survey()
	after := before.Clone()
	after.Layer("dense").Params()[0].Data.Set(5, 0, 0)
	f := viz.Diff(before, after)
	fmt.Println(f.Data().Rows() > 0, f.Describe() != "")
	// Output: true true
}

func ExampleWeights() {
	f := viz.Weights(survey()).With(viz.CommonScales())
	_, err := f.PNG()
	fmt.Println(err)
	// Output: <nil>
}

func ExampleSpectra() {
	f := viz.Spectra(survey())
	_, err := f.SVG()
	fmt.Println(err)
	// Output: <nil>
}

func ExampleGradients() {
	history := history()
	for _, f := range []*viz.Figure{viz.Gradients(history), viz.Updates(history)} {
		_, err := f.PNG()
		fmt.Println(err)
	}
	// Output:
	// <nil>
	// <nil>
}

func ExampleAttention() {
	m := nn.Sequential(nn.Embedding(20, 8), nn.MultiHeadAttention(2), nn.GlobalAvgPool(), nn.Dense(1)).Seed(1).Build(4)
	text := tensor.FromSlice([]float64{3, 1, 4, 1}, 1, 4).WithNames([]string{"not", "a", "bad", "film"})
	_, err := viz.Attention(m, text).PNG()
	fmt.Println(err)
	// Output: <nil>
}

func ExampleGrid() {
	f := viz.Grid(viz.Weights(survey()), viz.Spectra(survey())).With(viz.Across(1), viz.Theme(viz.Dark))
	_, err := f.PNG()
	fmt.Println(err)
	// Output: <nil>
}

func ExampleFacets() {
	steps := []float64{0, 1, 2}
	f := viz.Facets(
		viz.Panel("loss", viz.Line(steps, []float64{2, 1, 0.5}, viz.Label("train")), viz.HLine(0.4, viz.Label("goal"))),
		viz.Panel("found", viz.HBars([]string{"cats", "dogs"}, []float64{0.9, 0.7})),
	).With(viz.OwnScales())
	fmt.Println(f.Describe())
	// Output:
	// Plots in 2 panels: loss: line “train” of 3 points, x from 0 to 2, y from 0.5 (at x = 2) to 2 (at x = 0); level line “goal” at 0.4. found: 2 bars from 0.7 (dogs) to 0.9 (cats).
}
