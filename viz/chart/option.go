package chart

import (
	"image"

	"loupe/viz/words"
)

// Options are what options set. Their zero values mean: decide well.
type Options struct {
	title          string
	width, height  float64
	xLabel, yLabel string
	rows, columns  []string
	panels         []string
	scaleLabel     string
	ranged         bool
	lo, hi         float64
	colors         string
	across         int
	ownScales      bool
	commonScales   bool
	plain          bool
	theme          *Palette
	language       words.Language
	logX, logY     bool
	logColors      bool
	limited        bool
	low, high      float64 // values beyond which something is wrong
	ordered        bool
	over           image.Image
	above          *aboveLine
	input          image.Image // what the maps of a grid were made of
	overInput      bool
	graph          graphOptions
}

// An Option changes one thing of a figure: f.With(viz.Title("before training")).
// A figure ignores options that it has no use for.
type Option func(*Options)

// Title sets the line above the figure.
func Title(text string) Option { return func(o *Options) { o.title = text } }

// Size sets the width and the height of the figure in CSS pixels; 0 leaves one
// of them to the figure.
func Size(width, height float64) Option {
	return func(o *Options) { o.width, o.height = width, height }
}

// XLabel says what lies along the lower axis.
func XLabel(text string) Option { return func(o *Options) { o.xLabel = text } }

// YLabel says what lies along the left axis.
func YLabel(text string) Option { return func(o *Options) { o.yLabel = text } }

// Rows names the rows of a heat map.
func Rows(names ...string) Option { return func(o *Options) { o.rows = names } }

// Columns names the columns of a heat map.
func Columns(names ...string) Option { return func(o *Options) { o.columns = names } }

// ScaleLabel says what the colours mean.
func ScaleLabel(text string) Option { return func(o *Options) { o.scaleLabel = text } }

// Range sets the values at the ends of the colours, or of the lower axis of a
// histogram. What lies beyond is counted in the description.
func Range(lo, hi float64) Option {
	return func(o *Options) { o.ranged, o.lo, o.hi = true, lo, hi }
}

// Colors chooses the colours by name: "viridis", "magma", "gray" or "ink" for
// values from low to high, "redblue" for values of both signs.
func Colors(name string) Option { return func(o *Options) { o.colors = name } }

// Across sets how many facets or images stand side by side.
func Across(n int) Option { return func(o *Options) { o.across = n } }

// OwnScales gives every facet axes of its own. Without it facets share them as
// long as that leaves all of them readable.
func OwnScales() Option { return func(o *Options) { o.ownScales, o.commonScales = true, false } }

// CommonScales gives all facets the same axes, also where that leaves some of them
// hardly readable.
func CommonScales() Option { return func(o *Options) { o.ownScales, o.commonScales = false, true } }

// NoNumbers leaves the numbers out of the cells of a small heat map.
func NoNumbers() Option { return func(o *Options) { o.plain = true } }

// Theme chooses the colours of everything: [Light], [Dark], [Print],
// [ColorBlind], or a Palette of your own.
func Theme(p *Palette) Option { return func(o *Options) { o.theme = p } }

func (o *Options) palette() *Palette {
	if o.theme == nil {
		return Light
	}
	return o.theme
}

// Language sets the language of the words that are not the user's: English or
// Chinese.
func Language(l words.Language) Option { return func(o *Options) { o.language = l } }

// Lang is what HTML calls the language of the figure.
func (o *Options) Lang() string {
	if o.language == words.Chinese {
		return "zh-Hans"
	}
	return "en"
}

// Say says something in the language of the figure.
func (o *Options) Say(format string, args ...any) string { return o.language.Say(format, args...) }

// Count says how many things there are in the language of the figure.
func (o *Options) Count(n int, one, many string) string { return o.language.Count(n, one, many) }

// Height is what Size has set for the art alone, in CSS pixels; 0 if nothing has.
func (o *Options) Height() float64 { return o.height }

// LogX makes the lower axis one of orders of magnitude. What is not above zero
// has no place on it.
func LogX() Option { return func(o *Options) { o.logX = true } }

// LogY makes the left axis one of orders of magnitude.
func LogY() Option { return func(o *Options) { o.logY = true } }

// LogColors makes colours stand for orders of magnitude.
func LogColors() Option { return func(o *Options) { o.logColors = true } }

// Limits marks the cells of a heat map that lie below or above two values, and
// says where they are: gradients that vanish or explode. Zero is no limit.
func Limits(low, high float64) Option {
	return func(o *Options) { o.limited, o.low, o.high = true, low, high }
}

// Ordered puts the maps of a grid in the order of their strength, the mean of
// their values without signs.
func Ordered() Option { return func(o *Options) { o.ordered = true } }

// Over lays the maps of a grid over an image: it remains where they are weak.
func Over(img image.Image) Option { return func(o *Options) { o.over = img } }

// OverInput lays the maps of a grid over what they were made of, if the figure knows
// it, as that of feature maps does.
func OverInput() Option { return func(o *Options) { o.overInput = true } }

// Input tells a grid of maps what they were made of, for OverInput.
func Input(img image.Image) Option { return func(o *Options) { o.input = img } }

// under is the image that maps lie over, nil for none.
func (o *Options) under() image.Image {
	if o.overInput && o.over == nil {
		return o.input
	}
	return o.over
}
