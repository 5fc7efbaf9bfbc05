package viz_test

import (
	"fmt"
	"image"

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
