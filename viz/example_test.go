package viz_test

import (
	"fmt"
	"image"
	"maps"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"loupe/viz"
)

func ExampleHistogram() {
	weights := []float64{-0.2, -0.1, 0, 0, 0.1, 0.2, 9}
	f := viz.Histogram(viz.Named("dense_1", weights)).With(viz.Title("Before training"))
	fmt.Println(f.Describe())
	// Output: Before training: Histogram of dense_1: 7 values from −0.2 to 9, mean 1.29, standard deviation 3.15; 29 % near zero (within ±0.034); 1 outlier above 1.35, up to 9.
}

func ExampleHeatMap() {
	confusion := mat.NewDense(2, 2, []float64{50, 3, 1, 46})
	f := viz.HeatMap(confusion, viz.Rows("cat", "dog"), viz.Columns("cat?", "dog?"), viz.ScaleLabel("samples"))
	fmt.Println(f.Describe())
	// Output: Heat map of 2 rows × 2 columns: samples from 1 (dog, cat?) to 50 (cat, cat?), mean 25.
}

func ExampleMaps() {
	filters := []viz.Matrix{mat.NewDense(2, 2, []float64{-1, 1, 0, 2}), mat.NewDense(2, 2, nil)}
	fmt.Println(viz.Maps(filters, "edge", "nothing").Describe())
	// Output: Grid of 2 heat maps, 2 × 2: from −1 (edge, row 0, column 0) to 2 (edge, row 1, column 1), mean 0.25. Red is positive, blue negative. Names, row by row: edge, nothing.
}

func ExampleImages() {
	f := viz.Images([]image.Image{image.NewGray(image.Rect(0, 0, 8, 8))}, "black")
	err := f.With(viz.Size(300, 0)).Save("images.tiff")
	fmt.Println(err)
	// Output: viz: a figure cannot be saved as "images.tiff": the name must end with .png, .svg, .pdf or .html
}

func ExamplePlot() {
	loss := []float64{2.3, 1.1, 0.6, 0.4}
	f := viz.Plot(viz.Line(nil, loss, viz.Label("train")), viz.HLine(0.5, viz.Label("goal"), viz.Dashed()))
	fmt.Println(f.With(viz.XLabel("epoch"), viz.YLabel("loss")).Describe())
	// Output: Plot of loss over epoch: line “train” of 4 points, x from 0 to 3, y from 0.4 (at x = 3) to 2.3 (at x = 0); level line “goal” at 0.5.
}

func ExampleLanguage() {
	f := viz.Histogram(viz.Named("权重", []float64{-1, 0, 1, 2}))
	fmt.Println(f.With(viz.Language(viz.Chinese)).Describe())
	// Output: 权重的直方图：4 个值，从 −1 到 2，均值 0.5，标准差 1.12；25 % 接近零（±0.0122 以内）。
}

func ExampleFigure_Data() {
	f := viz.Plot(viz.Bars([]string{"cat", "dog"}, []float64{0.75, 0.25}))
	fmt.Print(f.Data().CSV())
	// Output:
	// name,y
	// cat,0.75
	// dog,0.25
}

func ExampleFigure_Interactive() {
	data, _ := viz.Plot(viz.Points(nil, []float64{1, 4, 9})).Interactive().MIMEBundle()
	for _, kind := range slices.Sorted(maps.Keys(data)) {
		fmt.Println(kind)
	}
	// Output:
	// application/vnd.vegalite.v5+json
	// image/png
	// text/plain
}

func ExampleRegions() {
	sigmoid := func(x, y float64) []float64 { return []float64{1 / (1 + math.Exp(-x))} }
	f := viz.Regions(sigmoid, []float64{-1, 1, 2}, []float64{0, 1, 0}, []string{"no", "yes", "no"}, "no", "yes")
	fmt.Println(f.Describe())
	// Output: Decision boundary of 2 classes in the plane of x and y. no has 28 % of the area near data. yes has 72 % of the area near data. 67 % of 3 points lie in the region of their class. Colours fade where there are no data.
}

func ExampleQuantiles() {
	f := viz.Plot(viz.Quantiles([]float64{0, 100}, [][]float64{{-1, 0, 1}, {-3, 0, 3}}, viz.Label("dense_1")))
	fmt.Println(f.Describe())
	// Output: Plot: distribution over 2 steps “dense_1”; at step 0: median 0, two thirds between −0.683 and 0.683, all between −1 and 1; at step 100: median 0, two thirds between −2.05 and 2.05, all between −3 and 3.
}

func ExampleSpectrum() {
	fmt.Println(viz.Spectrum(viz.Named("dense_1", []float64{1, 10, 0.1})).Describe())
	// Output: Spectrum of 1 set: dense_1 falls from 10 to 0.1; 1 of 3 carry 90 % of the square sum.
}

func ExampleLimits() {
	f := viz.HeatMap(viz.FromRows([][]float64{{1, 1e-9}, {1e4, 1}}), viz.LogColors(), viz.Limits(1e-7, 100), viz.Rows("conv", "dense"))
	fmt.Println(f.Describe())
	// Output: Heat map of 2 rows × 2 columns: from 1e−9 (conv, column 1) to 10,000 (dense, column 0), mean 2,501. vanishing (grey, below 1e−7): 25 % of the cells, in conv; exploding (pink, above 100): 25 % of the cells, in dense.
}
