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
}

// NewRaster returns a white canvas of width × height units, with scale pixels
// to a unit.
func NewRaster(width, height, scale float64) *Raster {
	img := image.NewRGBA(image.Rect(0, 0, int(math.Ceil(width*scale)), int(math.Ceil(height*scale))))
	stddraw.Draw(img, img.Bounds(), image.White, image.Point{}, stddraw.Src)
	return &Raster{img, scale}
}

// Density implements Canvas.
func (c *Raster) Density() float64 { return c.scale }

// Picture returns the pixels.
func (c *Raster) Picture() *image.RGBA { return c.img }

// snap rounds a rectangle to whole pixels. What has an extent keeps one pixel.
func (c *Raster) snap(r Rect) image.Rectangle {
	x0, y0 := math.Round(r.X0*c.scale), math.Round(r.Y0*c.scale)
	x1, y1 := math.Round(r.X1*c.scale), math.Round(r.Y1*c.scale)
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

// Line implements Canvas. Upright and level lines fill whole pixels.
func (c *Raster) Line(points []Point, width float64, col color.NRGBA) {
	h := width / 2
	for i := 1; i < len(points); i++ {
		a, b := points[i-1], points[i]
		if a.X == b.X || a.Y == b.Y {
			c.Fill(Rect{min(a.X, b.X) - h, min(a.Y, b.Y) - h, max(a.X, b.X) + h, max(a.Y, b.Y) + h}, col)
			continue
		}
		d := math.Hypot(b.X-a.X, b.Y-a.Y)
		nx, ny := -(b.Y-a.Y)/d*h, (b.X-a.X)/d*h
		c.Polygon([]Point{{a.X + nx, a.Y + ny}, {b.X + nx, b.Y + ny}, {b.X - nx, b.Y - ny}, {a.X - nx, a.Y - ny}}, col)
	}
}

// Polygon implements Canvas.
func (c *Raster) Polygon(points []Point, col color.NRGBA) {
	if len(points) < 3 {
		return
	}
	box := Rect{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)}
	for _, p := range points {
		box = Rect{min(box.X0, p.X), min(box.Y0, p.Y), max(box.X1, p.X), max(box.Y1, p.Y)}
	}
	area := image.Rect(int(math.Floor(box.X0*c.scale)), int(math.Floor(box.Y0*c.scale)),
		int(math.Ceil(box.X1*c.scale)), int(math.Ceil(box.Y1*c.scale))).Intersect(c.img.Bounds())
	if area.Empty() {
		return
	}
	z := vector.NewRasterizer(area.Dx(), area.Dy())
	for i, p := range points {
		x, y := float32(p.X*c.scale-float64(area.Min.X)), float32(p.Y*c.scale-float64(area.Min.Y))
		if i == 0 {
			z.MoveTo(x, y)
		} else {
			z.LineTo(x, y)
		}
	}
	z.ClosePath()
	z.Draw(c.img, area, image.NewUniform(col), image.Point{})
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
