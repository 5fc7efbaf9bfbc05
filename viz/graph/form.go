package graph

import (
	"image/color"
	"math"

	"loupe/viz/draw"
	"loupe/viz/model"
)

// form is the outline of a box by the kind of its operation, for readers who
// cannot tell the colours apart.
func form(k model.Class, r draw.Rect) []draw.Point {
	cut := min(7, r.H()/3, r.W()/4)
	switch k {
	case model.Data:
		return rounded(r, r.H()/2)
	case model.Activating, model.Merging:
		return rounded(r, min(12, r.H()/2))
	case model.Pooling: // narrower below
		return []draw.Point{{X: r.X0, Y: r.Y0}, {X: r.X1, Y: r.Y0}, {X: r.X1 - cut, Y: r.Y1}, {X: r.X0 + cut, Y: r.Y1}}
	case model.Normalizing: // corners cut
		return []draw.Point{{X: r.X0 + cut, Y: r.Y0}, {X: r.X1 - cut, Y: r.Y0}, {X: r.X1, Y: r.Y0 + cut}, {X: r.X1, Y: r.Y1 - cut},
			{X: r.X1 - cut, Y: r.Y1}, {X: r.X0 + cut, Y: r.Y1}, {X: r.X0, Y: r.Y1 - cut}, {X: r.X0, Y: r.Y0 + cut}}
	case model.Reshaping: // slanted
		return []draw.Point{{X: r.X0 + cut/2, Y: r.Y0}, {X: r.X1 + cut/2, Y: r.Y0}, {X: r.X1 - cut/2, Y: r.Y1}, {X: r.X0 - cut/2, Y: r.Y1}}
	case model.Attending: // pointed
		return []draw.Point{{X: r.X0 + cut, Y: r.Y0}, {X: r.X1 - cut, Y: r.Y0}, {X: r.X1, Y: (r.Y0 + r.Y1) / 2}, {X: r.X1 - cut, Y: r.Y1},
			{X: r.X0 + cut, Y: r.Y1}, {X: r.X0, Y: (r.Y0 + r.Y1) / 2}}
	}
	return rounded(r, 3)
}

// rounded is a rectangle with round corners.
func rounded(r draw.Rect, radius float64) []draw.Point {
	radius = min(radius, r.W()/2, r.H()/2)
	const steps = 6
	var points []draw.Point
	for i, corner := range []draw.Point{{X: r.X1 - radius, Y: r.Y0 + radius}, {X: r.X1 - radius, Y: r.Y1 - radius}, {X: r.X0 + radius, Y: r.Y1 - radius}, {X: r.X0 + radius, Y: r.Y0 + radius}} {
		for s := range steps + 1 {
			angle := (float64(i)-1)*math.Pi/2 + float64(s)/steps*math.Pi/2
			points = append(points, draw.Point{X: corner.X + radius*math.Cos(angle), Y: corner.Y + radius*math.Sin(angle)})
		}
	}
	return points
}

// mix is a colour laid thinly over another.
func mix(a, b color.NRGBA, share float64) color.NRGBA {
	m := func(x, y uint8) uint8 { return uint8(float64(x)*share + float64(y)*(1-share) + 0.5) }
	return color.NRGBA{R: m(a.R, b.R), G: m(a.G, b.G), B: m(a.B, b.B), A: 255}
}

// onTop is a colour for text that can be read on another.
func onTop(fill color.NRGBA) color.NRGBA {
	light := 0.299*float64(fill.R) + 0.587*float64(fill.G) + 0.114*float64(fill.B)
	if light > 140 {
		return color.NRGBA{R: 0x10, G: 0x14, B: 0x18, A: 255}
	}
	return color.NRGBA{R: 0xff, G: 0xff, B: 0xff, A: 255}
}
