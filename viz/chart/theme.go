package chart

import (
	"fmt"
	"image/color"

	"loupe/viz/draw"
)

// A Palette is the colours of a figure. Copy one and change it to have your own.
type Palette struct {
	Ink     color.NRGBA // titles and labels
	Soft    color.NRGBA // captions and numbers on axes
	Frame   color.NRGBA
	Grid    color.NRGBA
	Rim     color.NRGBA // about images
	Paper   color.NRGBA
	First   color.NRGBA // data that need no second colour
	Warning color.NRGBA // what a reader should look at
	// Categories tell things of different kinds apart. After the last comes the
	// first again, with another pattern of dashes or another shape of points.
	Categories []color.NRGBA
	// Sequential and Diverging are the names of colours for values from low to
	// high and for values of both signs.
	Sequential, Diverging string
	// Outline leaves areas empty, to save ink.
	Outline bool
}

// Light is dark on white: what figures have unless they are told.
var Light = &Palette{
	Ink: hex("#1f2328"), Soft: hex("#57606a"), Frame: hex("#8c959f"), Grid: hex("#e7eaed"),
	Rim: hex("#b8bfc6"), Paper: hex("#ffffff"), First: hex("#3a76af"), Warning: hex("#c62a2f"),
	Categories: hexes("#3a76af", "#d9730d", "#2e8b57", "#c62a2f", "#7d5bbe", "#8c5a3c", "#c2519c", "#6b7280", "#9a8f1d", "#1795a8"),
	Sequential: "viridis", Diverging: "redblue",
}

// Dark is bright on nearly black, for dark pages.
var Dark = &Palette{
	Ink: hex("#e6edf3"), Soft: hex("#a3adb8"), Frame: hex("#6e7681"), Grid: hex("#2a3038"),
	Rim: hex("#4b535d"), Paper: hex("#111418"), First: hex("#6cb0f0"), Warning: hex("#ff7b72"),
	Categories: hexes("#6cb0f0", "#f0a45d", "#6fce92", "#ff7b72", "#b79bf0", "#c99c7c", "#ee8fc8", "#a3adb8", "#d3c84e", "#5fd0df"),
	Sequential: "viridis", Diverging: "redblack",
}

// Print is black on white without large fills, for printers and for journals
// without colour.
var Print = &Palette{
	Ink: hex("#000000"), Soft: hex("#000000"), Frame: hex("#000000"), Grid: hex("#e4e4e4"),
	Rim: hex("#808080"), Paper: hex("#ffffff"), First: hex("#000000"), Warning: hex("#000000"),
	Categories: hexes("#000000", "#707070", "#a8a8a8"),
	Sequential: "ink", Diverging: "redblue", Outline: true,
}

// ColorBlind has colours that people with any kind of colour vision tell apart:
// those of Okabe and Ito (2008) for categories, cividis (Nuñez, Anderton and
// Renslow 2018) for values.
var ColorBlind = &Palette{
	Ink: hex("#1f2328"), Soft: hex("#57606a"), Frame: hex("#8c959f"), Grid: hex("#e7eaed"),
	Rim: hex("#b8bfc6"), Paper: hex("#ffffff"), First: hex("#0072b2"), Warning: hex("#d55e00"),
	Categories: hexes("#0072b2", "#e69f00", "#009e73", "#d55e00", "#cc79a7", "#56b4e9", "#000000", "#f0e442"),
	Sequential: "cividis", Diverging: "orangeblue",
}

// Category is the i-th colour that tells kinds apart.
func (p *Palette) Category(i int) color.NRGBA { return p.Categories[i%len(p.Categories)] }

// round is how often the colours before the i-th have all been used.
func (p *Palette) round(i int) int {
	if p.Outline { // greys are hard to tell apart without a second sign
		return i
	}
	return i / len(p.Categories)
}

// hex reads a colour such as #1f2328.
func hex(s string) color.NRGBA {
	c, err := parseColor(s)
	if err != nil {
		panic(err) // a constant of this package
	}
	return c
}

func parseColor(s string) (color.NRGBA, error) {
	c := color.NRGBA{A: 255}
	if n, err := fmt.Sscanf(s, "#%02x%02x%02x", &c.R, &c.G, &c.B); n != 3 || err != nil || len(s) != 7 {
		return c, fmt.Errorf("viz: %q is no colour: write it as #rrggbb, such as #d55e00", s)
	}
	return c, nil
}

func hexes(list ...string) []color.NRGBA {
	colors := make([]color.NRGBA, len(list))
	for i, s := range list {
		colors[i] = hex(s)
	}
	return colors
}

// faded is a colour with a share of its opacity.
func faded(c color.NRGBA, share float64) color.NRGBA {
	c.A = uint8(float64(c.A)*min(max(share, 0), 1) + 0.5)
	return c
}

// The fonts, in CSS pixels. The smallest is 8.25 points.
var (
	titleFont = draw.Font{Size: 15, Bold: true}
	headFont  = draw.Font{Size: 12.5, Bold: true}
	labelFont = draw.Font{Size: 12}
	tickFont  = draw.Font{Size: 11}
	noteFont  = draw.Font{Size: 12}
	smallFont = draw.Font{Size: 11}
)

const (
	tickLength = 4.0
	tickGap    = 3.0 // between a tick and its number
)
