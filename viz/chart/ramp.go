package chart

import (
	"image/color"
	"math"

	"loupe/viz/draw"
)

// A Ramp stands numbers for colours, with a bar that says which.
type Ramp struct{ s *scale }

// NewRamp chooses the colours for numbers, as the options of a figure have it.
func NewRamp(label string, values []float64, o *Options) (*Ramp, error) {
	e := survey(FromRows([][]float64{values}))
	with := *o
	with.scaleLabel = label
	s, err := newScale(e, &with)
	if err != nil {
		return nil, err
	}
	return &Ramp{s}, nil
}

// Color is the colour of a number, and false for NaN.
func (r *Ramp) Color(x float64) (c color.NRGBA, ok bool) {
	if math.IsNaN(x) {
		return c, false
	}
	return r.s.color(x), true
}

// Stops returns n numbers from the least to the greatest, with their colours.
func (r *Ramp) Stops(n int) (values []float64, colors []color.NRGBA) {
	for i := range n {
		t := float64(i) / float64(max(n-1, 1))
		values = append(values, r.s.value(t))
		colors = append(colors, r.s.colors(t))
	}
	return values, colors
}

// Width is what the bar takes beside something of a height.
func (r *Ramp) Width(height float64) float64 { return r.s.width(height) }

// Draw draws the bar, as high as area, from x on.
func (r *Ramp) Draw(s *Sheet, x float64, area draw.Rect) { r.s.draw(s, x, area) }

// Number prints a number as labels have it.
func Number(x float64) string { return number(x) }

// Count prints a number of things, its thousands set apart.
func Count(n int) string { return count(n) }
