package draw

import (
	"image"
	"image/color"
	"math"

	"golang.org/x/image/vector"
)

// Line implements Canvas. A single upright or level line fills whole pixels.
func (c *Raster) Line(list []Point, width float64, col color.NRGBA) {
	if len(list) == 2 && (list[0].X == list[1].X || list[0].Y == list[1].Y) {
		a, b, h := list[0], list[1], width/2
		c.Fill(Rect{min(a.X, b.X) - h, min(a.Y, b.Y) - h, max(a.X, b.X) + h, max(a.Y, b.Y) + h}, col)
		return
	}
	h := width / 2 * c.scale
	// In pieces: what a rasterizer does grows with the area about its path. One
	// that covers itself is not opaque twice, so it stays whole.
	piece := 64
	if col.A < 255 {
		piece = len(list)
	}
	for i := 0; i+1 < len(list); i += piece {
		c.stroke(list[i:min(i+piece+2, len(list))], h, col)
	}
}

// stroke draws a line of a half width in pixels: a rectangle for each straight
// part and a disc at each corner, all in one direction, so that they unite.
func (c *Raster) stroke(list []Point, h float64, col color.NRGBA) {
	at := make([]Point, 0, len(list))
	for _, p := range list {
		p = Point{p.X * c.scale, p.Y * c.scale}
		if n := len(at); n == 0 || math.Hypot(p.X-at[n-1].X, p.Y-at[n-1].Y) > 1e-3 {
			at = append(at, p)
		}
	}
	path, ok := c.path(at, h+1)
	if !ok || len(at) < 2 {
		return
	}
	for i := 1; i < len(at); i++ {
		a, b := at[i-1], at[i]
		d := math.Hypot(b.X-a.X, b.Y-a.Y)
		nx, ny := -(b.Y-a.Y)/d*h, (b.X-a.X)/d*h
		path.add(Point{a.X + nx, a.Y + ny}, Point{a.X - nx, a.Y - ny}, Point{b.X - nx, b.Y - ny}, Point{b.X + nx, b.Y + ny})
		if i+1 < len(at) && h > 0.6 {
			path.add(around(b, h)...)
		}
	}
	path.fill(col)
}

// around is a disc as a polygon, in the direction of the rectangles of stroke.
func around(p Point, r float64) []Point {
	const n = 10
	list := make([]Point, n)
	for i := range list {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / n)
		list[i] = Point{p.X + r*cos, p.Y + r*sin}
	}
	return list
}

// A path is polygons in pixels that are filled together.
type path struct {
	c    *Raster
	area image.Rectangle
	z    *vector.Rasterizer
}

// path begins a path about some points, which it may exceed by a margin.
func (c *Raster) path(at []Point, margin float64) (path, bool) {
	box := bounds(at)
	area := image.Rect(int(math.Floor(max(box.X0-margin, -1e6))), int(math.Floor(max(box.Y0-margin, -1e6))),
		int(math.Ceil(min(box.X1+margin, 1e6))), int(math.Ceil(min(box.Y1+margin, 1e6)))).Intersect(c.img.Bounds())
	if area.Empty() {
		return path{}, false
	}
	if c.z == nil {
		c.z = &vector.Rasterizer{}
	}
	c.z.Reset(area.Dx(), area.Dy())
	return path{c, area, c.z}, true
}

func (p path) add(list ...Point) {
	for i, q := range list {
		x, y := float32(q.X-float64(p.area.Min.X)), float32(q.Y-float64(p.area.Min.Y))
		if i == 0 {
			p.z.MoveTo(x, y)
		} else {
			p.z.LineTo(x, y)
		}
	}
	p.z.ClosePath()
}

func (p path) fill(col color.NRGBA) {
	p.z.Draw(p.c.img, p.area, image.NewUniform(col), image.Point{})
}

// Polygon implements Canvas.
func (c *Raster) Polygon(list []Point, col color.NRGBA) {
	if len(list) < 3 {
		return
	}
	at := make([]Point, len(list))
	for i, p := range list {
		at[i] = Point{p.X * c.scale, p.Y * c.scale}
	}
	if path, ok := c.path(at, 0); ok {
		path.add(at...)
		path.fill(col)
	}
}
