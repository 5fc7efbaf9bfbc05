package chart

import (
	"image/color"

	"loupe/viz/draw"
)

// The colours of everything that is not data.
var (
	ink     = color.NRGBA{0x1f, 0x23, 0x28, 0xff} // titles and labels
	soft    = color.NRGBA{0x57, 0x60, 0x6a, 0xff} // captions and numbers on axes
	frame   = color.NRGBA{0x8c, 0x95, 0x9f, 0xff}
	pale    = color.NRGBA{0xe7, 0xea, 0xed, 0xff} // the grid
	rim     = color.NRGBA{0xb8, 0xbf, 0xc6, 0xff} // about images
	paper   = color.NRGBA{0xff, 0xff, 0xff, 0xff}
	blue    = color.NRGBA{0x3a, 0x76, 0xaf, 0xff} // the first colour of data
	warning = color.NRGBA{0xc6, 0x2a, 0x2f, 0xff} // what a reader should look at
)

// The fonts, in CSS pixels.
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
