package chart

import (
	"image"
	"image/color"
	"math"

	"golang.org/x/image/draw"
)

// overlay lays a matrix over an image at w × h pixels: the image in grey, and
// the colour of a value the more it covers this the larger it is. The matrix is
// enlarged smoothly, because its cells are larger than what they saw.
func (s *scale) overlay(m Matrix, under image.Image, w, h int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	draw.BiLinear.Scale(img, img.Rect, under, under.Bounds(), draw.Src, nil)
	rows, cols := m.Dims()
	largest := max(math.Abs(s.lo), math.Abs(s.hi))
	for y := range h {
		for x := range w {
			v := between(m, (float64(y)+0.5)/float64(h)*float64(rows)-0.5, (float64(x)+0.5)/float64(w)*float64(cols)-0.5)
			p := img.NRGBAAt(x, y)
			grey := uint8(0.299*float64(p.R) + 0.587*float64(p.G) + 0.114*float64(p.B))
			c := color.NRGBA{grey, grey, grey, 255}
			if !math.IsNaN(v) && largest > 0 {
				share := 0.85 * math.Sqrt(min(math.Abs(v)/largest, 1))
				c = mixed(s.color(v), c, share)
				c.A = 255
			}
			img.SetNRGBA(x, y, c)
		}
	}
	return img
}

// between interpolates a matrix at a row and a column.
func between(m Matrix, i, j float64) float64 {
	rows, cols := m.Dims()
	i, j = min(max(i, 0), float64(rows-1)), min(max(j, 0), float64(cols-1))
	i0, j0 := int(i), int(j)
	i1, j1 := min(i0+1, rows-1), min(j0+1, cols-1)
	fi, fj := i-float64(i0), j-float64(j0)
	return (m.At(i0, j0)*(1-fj)+m.At(i0, j1)*fj)*(1-fi) + (m.At(i1, j0)*(1-fj)+m.At(i1, j1)*fj)*fi
}
