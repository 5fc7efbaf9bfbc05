package chart

// options are what options set. Their zero values mean: decide well.
type options struct {
	title          string
	width, height  float64
	xLabel, yLabel string
	rows, columns  []string
	scaleLabel     string
	ranged         bool
	lo, hi         float64
	colors         string
	across         int
	ownScales      bool
	plain          bool
}

// An Option changes one thing of a figure: f.With(viz.Title("before training")).
// A figure ignores options that it has no use for.
type Option func(*options)

// Title sets the line above the figure.
func Title(text string) Option { return func(o *options) { o.title = text } }

// Size sets the width and the height of the figure in CSS pixels; 0 leaves one
// of them to the figure.
func Size(width, height float64) Option {
	return func(o *options) { o.width, o.height = width, height }
}

// XLabel says what lies along the lower axis.
func XLabel(text string) Option { return func(o *options) { o.xLabel = text } }

// YLabel says what lies along the left axis.
func YLabel(text string) Option { return func(o *options) { o.yLabel = text } }

// Rows names the rows of a heat map.
func Rows(names ...string) Option { return func(o *options) { o.rows = names } }

// Columns names the columns of a heat map.
func Columns(names ...string) Option { return func(o *options) { o.columns = names } }

// ScaleLabel says what the colours mean.
func ScaleLabel(text string) Option { return func(o *options) { o.scaleLabel = text } }

// Range sets the values at the ends of the colours, or of the lower axis of a
// histogram. What lies beyond is counted in the description.
func Range(lo, hi float64) Option {
	return func(o *options) { o.ranged, o.lo, o.hi = true, lo, hi }
}

// Colors chooses the colours by name: "viridis", "magma", "gray" or "ink" for
// values from low to high, "redblue" for values of both signs.
func Colors(name string) Option { return func(o *options) { o.colors = name } }

// Across sets how many facets or images stand side by side.
func Across(n int) Option { return func(o *options) { o.across = n } }

// OwnScales gives every facet axes of its own. Without it facets share them as
// long as that leaves all of them readable.
func OwnScales() Option { return func(o *options) { o.ownScales = true } }

// NoNumbers leaves the numbers out of the cells of a small heat map.
func NoNumbers() Option { return func(o *options) { o.plain = true } }
