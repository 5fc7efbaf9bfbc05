package chart

import (
	"image"
	"image/color"
	"math"

	"golang.org/x/image/draw"
)

// overlay lays a matrix over an image at w × h pixels: the image in pale grey, which no
// colour is mistaken for, and the colour of a value the more it covers this the larger it
// is. A matrix with a cell for each pixel of the image keeps its cells, which are what it
// speaks of; one with larger cells is enlarged smoothly, because they saw more than they
// cover.
func (s *scale) overlay(m Matrix, under image.Image, w, h int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	rows, cols := m.Dims()
	at, enlarge := between, draw.Interpolator(draw.BiLinear)
	if size := under.Bounds().Size(); size.X == cols && size.Y == rows {
		at, enlarge = nearest, draw.NearestNeighbor
	}
	enlarge.Scale(img, img.Rect, under, under.Bounds(), draw.Src, nil)
	largest := max(math.Abs(s.lo), math.Abs(s.hi))
	for y := range h {
		for x := range w {
			v := at(m, (float64(y)+0.5)/float64(h)*float64(rows)-0.5, (float64(x)+0.5)/float64(w)*float64(cols)-0.5)
			c := greyed(img.NRGBAAt(x, y))
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

// greyed is a colour in grey of half the contrast.
func greyed(c color.NRGBA) color.NRGBA {
	grey := 0.299*float64(c.R) + 0.587*float64(c.G) + 0.114*float64(c.B)
	p := uint8(127.5 + grey/2)
	return color.NRGBA{p, p, p, 255}
}

// nearest is the cell at a row and a column.
func nearest(m Matrix, i, j float64) float64 {
	rows, cols := m.Dims()
	return m.At(min(max(int(math.Round(i)), 0), rows-1), min(max(int(math.Round(j)), 0), cols-1))
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
