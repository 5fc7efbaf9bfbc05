// Package viz shows what is inside a model, and numbers, as figures that say what
// is to be seen.
//
// For models: [Graph] and [Layers] for the structure, [Diff] for two of them;
// [Weights], [WeightMap], [Filters], [Spectra], [Norms] and [Sparsity] for the
// parameters; [Gradients], [Updates], [GradientRatios], [Distributions] and [Ridges]
// for a training, [GradientFlow] and [GradientMap] also for some samples ([Backward]);
// [FeatureMaps], [Activations], [States] and [Attention] for what they compute of an
// input, [Activity], [Selectivity] and [TopInputs] of a data set, [Maximize] for what
// units look for, [Boundary] for what they decide. For numbers: [Histogram],
// [HeatMap] for a matrix, [Images] and [Maps] for grids, [Plot] of a [Line], of
// [Points] and of other marks for the rest.
// A figure as the last expression of a cell shows itself;
// loupe/display.Show does it anywhere; Save writes a PNG, SVG, PDF or HTML file;
// Interactive shows values to a reader who points at them; Data is the numbers.
// Options fit every figure:
//
//	viz.HeatMap(m).With(viz.Title("before training"), viz.Rows("a", "b"))
//
// Making a figure never fails. What is wrong with it is an error when it is
// drawn, and then the cell fails with that message.
package viz

import (
	"image"

	"loupe/viz/chart"
	"loupe/viz/words"
)

// A Figure is the description of a picture.
type Figure = chart.Figure

// A Table is the numbers behind a figure, for other tools.
type Table = chart.Table

// An Option changes one thing of a figure.
type Option = chart.Option

// A Set is numbers with a name.
type Set = chart.Set

// A Matrix is numbers in rows and columns; gonum's matrices are such.
type Matrix = chart.Matrix

// Histogram shows how numbers are distributed, one facet for each set:
//
//	viz.Histogram(viz.Named("weights", w))
//
// Facets share their axes while all of them remain readable. Values farther than
// six interquartile ranges from the quartiles are outliers: those that the axis
// reaches are drawn in red, the others are counted at its ends.
func Histogram(sets ...Set) *Figure { return chart.Histogram(sets...) }

// Named gives numbers a name.
func Named(name string, values []float64) Set { return chart.Named(name, values) }

// HeatMap shows a matrix as colours: from dark to bright, or in red for
// positive and blue for negative values where both occur. Small matrices have
// their numbers in the cells. NaN is hatched.
func HeatMap(m Matrix, options ...Option) *Figure { return chart.HeatMap(m, options...) }

// FromRows makes a Matrix of rows.
func FromRows(rows [][]float64) Matrix { return chart.FromRows(rows) }

// Images shows images in a grid, with names below them.
func Images(images []image.Image, names ...string) *Figure { return chart.Images(images, names...) }

// Maps shows matrices as small heat maps in a grid, all with one scale of
// colours.
func Maps(list []Matrix, names ...string) *Figure { return chart.Maps(list, names...) }

// Title sets the line above the figure.
func Title(text string) Option { return chart.Title(text) }

// Size sets the width and the height of the figure in CSS pixels; 0 leaves one
// of them to the figure.
func Size(width, height float64) Option { return chart.Size(width, height) }

// XLabel says what lies along the lower axis.
func XLabel(text string) Option { return chart.XLabel(text) }

// YLabel says what lies along the left axis.
func YLabel(text string) Option { return chart.YLabel(text) }

// Rows names the rows of a heat map.
func Rows(names ...string) Option { return chart.Rows(names...) }

// Columns names the columns of a heat map.
func Columns(names ...string) Option { return chart.Columns(names...) }

// ScaleLabel says what the colours mean.
func ScaleLabel(text string) Option { return chart.ScaleLabel(text) }

// Range sets the values at the ends of the colours, or of the lower axis of a
// histogram.
func Range(lo, hi float64) Option { return chart.Range(lo, hi) }

// Colors chooses the colours by name: "viridis", "magma", "gray" or "ink" for
// values from low to high, "redblue" for values of both signs.
func Colors(name string) Option { return chart.Colors(name) }

// Across sets how many facets or images stand side by side.
func Across(n int) Option { return chart.Across(n) }

// OwnScales gives every facet axes of its own. Without it facets share them as
// long as that leaves all of them readable.
func OwnScales() Option { return chart.OwnScales() }

// CommonScales gives all facets the same axes, also where that leaves some of them
// hardly readable.
func CommonScales() Option { return chart.CommonScales() }

// NoNumbers leaves the numbers out of the cells of a small heat map.
func NoNumbers() Option { return chart.NoNumbers() }

// Theme chooses the colours of everything: [Light], [Dark], [Print],
// [ColorBlind], or a Palette of your own.
func Theme(p *Palette) Option { return chart.Theme(p) }

// A Palette is the colours of a figure. Copy one and change it to have your own.
type Palette = chart.Palette

// The themes.
var (
	Light      = chart.Light
	Dark       = chart.Dark
	Print      = chart.Print
	ColorBlind = chart.ColorBlind
)

// Language sets the language of the words that are not yours: [English] or
// [Chinese].
func Language(l words.Language) Option { return chart.Language(l) }

// The languages.
const (
	English = words.English
	Chinese = words.Chinese
)

// Spectrum shows numbers in their order on an axis of orders of magnitude, such
// as the singular values of weight matrices: how steeply they fall says how many
// directions a layer uses.
func Spectrum(sets ...Set) *Figure { return chart.Spectrum(sets...) }

// Regions shows how a classifier divides the plane of two features: the colour
// of the most probable class, paler where it is less sure; a line where two
// classes are equally probable; and points with their true classes. Colours fade
// where there are no points: there the classifier only guesses. Predict returns
// the probabilities of the classes, in the order of names, or that of the second
// of two as a single number.
func Regions(predict func(x, y float64) []float64, x, y []float64, classes []string, names ...string) *Figure {
	return chart.Boundary(predict, x, y, classes, names...)
}

// Limits marks the cells of a heat map that lie below or above two values, and
// says where they are: gradients that vanish or explode. Zero is no limit.
func Limits(low, high float64) Option { return chart.Limits(low, high) }

// Ordered puts the maps of a grid in the order of their strength, the mean of
// their values without signs.
func Ordered() Option { return chart.Ordered() }

// Over lays the maps of a grid over an image: it remains where they are weak.
func Over(img image.Image) Option { return chart.Over(img) }

// OverInput lays feature maps over the image that they were made of:
//
//	viz.FeatureMaps(model, test.X(3)).With(viz.OverInput())
func OverInput() Option { return chart.OverInput() }
