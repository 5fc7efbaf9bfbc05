// Package draw puts rectangles, lines, texts and images on paper: as pixels
// ([NewRaster]), SVG ([NewSVG]) or PDF ([NewPDF]).
//
// All measures are CSS pixels of 1/96 inch, from the upper left corner. The
// same calls give the same bytes on every machine: the only fonts are those
// that come with the package, Liberation Sans regular and bold.
package draw

import (
	"image"
	"image/color"
)

// A Canvas is a sheet that is drawn on. Later calls cover earlier ones.
type Canvas interface {
	// Fill fills a rectangle. Rasters snap its edges to whole pixels, so that
	// neighbours meet without a seam.
	Fill(r Rect, c color.NRGBA)
	// Line draws straight lines from point to point.
	Line(points []Point, width float64, c color.NRGBA)
	// Polygon fills the shape within the points.
	Polygon(points []Point, c color.NRGBA)
	// Dots draws points. They share one colour or have one each.
	Dots(at []Point, d Dot, colors []color.NRGBA)
	// Text writes one line of text.
	Text(s string, at Point, f Font, c color.NRGBA, p Place)
	// Image shows an image in a rectangle, every pixel a sharp square.
	Image(img *image.NRGBA, r Rect)
	// Density is how many pixels make one unit in each direction: what images
	// should be made for.
	Density() float64
}

// A Point is a place on a canvas.
type Point struct{ X, Y float64 }

// A Rect is a rectangle on a canvas. It holds X0 ≤ x < X1 and Y0 ≤ y < Y1.
type Rect struct{ X0, Y0, X1, Y1 float64 }

// W returns the width.
func (r Rect) W() float64 { return r.X1 - r.X0 }

// H returns the height.
func (r Rect) H() float64 { return r.Y1 - r.Y0 }

// Inset returns the rectangle less d at each side.
func (r Rect) Inset(d float64) Rect { return Rect{r.X0 + d, r.Y0 + d, r.X1 - d, r.Y1 - d} }

// Frame draws the outline of a rectangle.
func Frame(c Canvas, r Rect, width float64, col color.NRGBA) {
	h := width / 2
	c.Fill(Rect{r.X0 - h, r.Y0 - h, r.X1 + h, r.Y0 + h}, col)
	c.Fill(Rect{r.X0 - h, r.Y1 - h, r.X1 + h, r.Y1 + h}, col)
	c.Fill(Rect{r.X0 - h, r.Y0 - h, r.X0 + h, r.Y1 + h}, col)
	c.Fill(Rect{r.X1 - h, r.Y0 - h, r.X1 + h, r.Y1 + h}, col)
}

// A Place says how a text lies about its point, which is on the baseline.
type Place struct {
	Align Align
	// Up turns the text, so that it reads from below to above.
	Up bool
}

// Align says which end of a text its point is.
type Align int

// The ends of a text.
const (
	Start Align = iota
	Middle
	End
)

// shift is how far the start of a text of width w lies before its point.
func (a Align) shift(w float64) float64 { return float64(a) * w / 2 }
