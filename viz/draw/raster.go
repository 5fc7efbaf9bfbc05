package draw

import (
	"image"
	"image/color"
	stddraw "image/draw"
	"math"

	"golang.org/x/image/vector"
)

// A Raster is a canvas of pixels.
type Raster struct {
	img   *image.RGBA
	scale float64
	z     *vector.Rasterizer // kept from call to call
}

// NewRaster returns a white canvas of width × height units, with scale pixels
// to a unit.
func NewRaster(width, height, scale float64) *Raster {
	img := image.NewRGBA(image.Rect(0, 0, int(math.Ceil(width*scale)), int(math.Ceil(height*scale))))
	stddraw.Draw(img, img.Bounds(), image.White, image.Point{}, stddraw.Src)
	return &Raster{img: img, scale: scale}
}

// Density implements Canvas.
func (c *Raster) Density() float64 { return c.scale }

// Picture returns the pixels.
func (c *Raster) Picture() *image.RGBA { return c.img }

// pixel is the edge of pixels nearest to a measure. What lies in the middle but for
// the rounding of a processor goes up on all of them.
func (c *Raster) pixel(x float64) float64 { return math.Floor(x*c.scale + 0.5 + 1e-6) }

// snap rounds a rectangle to whole pixels. What has an extent keeps one pixel.
func (c *Raster) snap(r Rect) image.Rectangle {
	x0, y0, x1, y1 := c.pixel(r.X0), c.pixel(r.Y0), c.pixel(r.X1), c.pixel(r.Y1)
	if x1 <= x0 && r.X1 > r.X0 {
		x1 = x0 + 1
	}
	if y1 <= y0 && r.Y1 > r.Y0 {
		y1 = y0 + 1
	}
	return image.Rect(int(x0), int(y0), int(x1), int(y1))
}

// Fill implements Canvas.
func (c *Raster) Fill(r Rect, col color.NRGBA) {
	stddraw.Draw(c.img, c.snap(r), image.NewUniform(col), image.Point{}, stddraw.Over)
}

// Image implements Canvas.
func (c *Raster) Image(img *image.NRGBA, r Rect) {
	to, from := c.snap(r), img.Bounds()
	if to.Empty() || from.Empty() {
		return
	}
	for y := max(to.Min.Y, 0); y < min(to.Max.Y, c.img.Rect.Max.Y); y++ {
		sy := from.Min.Y + (y-to.Min.Y)*from.Dy()/to.Dy()
		row := img.Pix[img.PixOffset(from.Min.X, sy):]
		if to.Dx() == from.Dx() && to.Min.X >= 0 && to.Max.X <= c.img.Rect.Max.X && opaque(row[:4*from.Dx()]) {
			copy(c.img.Pix[c.img.PixOffset(to.Min.X, y):], row[:4*from.Dx()])
			continue
		}
		for x := max(to.Min.X, 0); x < min(to.Max.X, c.img.Rect.Max.X); x++ {
			q := row[(x-to.Min.X)*from.Dx()/to.Dx()*4:]
			if p := (color.NRGBA{q[0], q[1], q[2], q[3]}); p.A == 255 {
				copy(c.img.Pix[c.img.PixOffset(x, y):], q[:4])
			} else if p.A > 0 {
				stddraw.Draw(c.img, image.Rect(x, y, x+1, y+1), image.NewUniform(p), image.Point{}, stddraw.Over)
			}
		}
	}
}

// opaque reports whether a row of pixels covers what is below it.
func opaque(row []byte) bool {
	for i := 3; i < len(row); i += 4 {
		if row[i] != 255 {
			return false
		}
	}
	return true
}
