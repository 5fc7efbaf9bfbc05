package draw

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"strings"
)

// A Dot is how points look.
type Dot struct {
	Radius float64
	Shape  Shape
}

// Shape is the outline of a dot. All shapes have about the area of the disc.
type Shape int

// The shapes of dots.
const (
	Disc Shape = iota
	Square
	Diamond
	Triangle
	Cross
	Shapes int = iota // how many there are
)

// corners are the outline about the point 0, 0.
func (d Dot) corners() []Point {
	r := d.Radius
	switch d.Shape {
	case Square:
		s := 0.89 * r
		return []Point{{-s, -s}, {s, -s}, {s, s}, {-s, s}}
	case Diamond:
		s := 1.3 * r
		return []Point{{0, -s}, {s, 0}, {0, s}, {-s, 0}}
	case Triangle:
		s := 1.45 * r
		return []Point{{0, -s}, {0.87 * s, s / 2}, {-0.87 * s, s / 2}}
	case Cross:
		a, b := 1.25*r, 0.42*r
		return []Point{{-b, -a}, {b, -a}, {b, -b}, {a, -b}, {a, b}, {b, b}, {b, a}, {-b, a}, {-b, b}, {-a, b}, {-a, -b}, {-b, -b}}
	}
	const n = 20
	list := make([]Point, n)
	for i := range list {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / n)
		list[i] = Point{r * cos, r * sin}
	}
	return list
}

// colorAt is the colour of the i-th of some dots that share one colour or have
// one each.
func colorAt(colors []color.NRGBA, i int) color.NRGBA {
	if len(colors) == 1 {
		return colors[0]
	}
	return colors[i]
}

// phases is how many places within a pixel a stamp is made for, in each
// direction.
const phases = 4

// Dots implements Canvas. The shape is rasterized once for each of some places
// within a pixel, and then stamped: a hundred thousand dots take milliseconds.
func (c *Raster) Dots(at []Point, d Dot, colors []color.NRGBA) {
	reach := int(math.Ceil(d.Radius*1.5*c.scale)) + 1
	var stamps [phases * phases]*image.Alpha
	for i, p := range at {
		x, y := p.X*c.scale, p.Y*c.scale
		if !(math.Abs(x) < 1e6 && math.Abs(y) < 1e6) {
			continue
		}
		px, py := math.Floor(x), math.Floor(y)
		k := int((x-px)*phases)*phases + int((y-py)*phases)
		if stamps[k] == nil {
			stamps[k] = d.stamp(c.scale, reach, (float64(k/phases)+0.5)/phases, (float64(k%phases)+0.5)/phases)
		}
		c.press(stamps[k], int(px)-reach, int(py)-reach, colorAt(colors, i))
	}
}

// stamp rasterizes the shape about a place within the pixel in its middle.
func (d Dot) stamp(scale float64, reach int, dx, dy float64) *image.Alpha {
	size := 2*reach + 1
	sheet := NewRaster(float64(size), float64(size), 1)
	outline := d.corners()
	for i, p := range outline {
		outline[i] = Point{p.X*scale + float64(reach) + dx, p.Y*scale + float64(reach) + dy}
	}
	sheet.Polygon(outline, color.NRGBA{A: 255})
	mask := image.NewAlpha(image.Rect(0, 0, size, size))
	for i := range mask.Pix {
		mask.Pix[i] = 255 - sheet.img.Pix[4*i]
	}
	return mask
}

// press blends a colour into the picture where a stamp is.
func (c *Raster) press(stamp *image.Alpha, x, y int, col color.NRGBA) {
	x0, x1 := max(0, -x), min(stamp.Rect.Dx(), c.img.Rect.Dx()-x)
	y0, y1 := max(0, -y), min(stamp.Rect.Dy(), c.img.Rect.Dy()-y)
	r, g, b, alpha := uint32(col.R), uint32(col.G), uint32(col.B), uint32(col.A)
	for sy := y0; sy < y1; sy++ {
		if x1 <= x0 {
			return
		}
		mask := stamp.Pix[sy*stamp.Stride+x0 : sy*stamp.Stride+x1]
		line := c.img.Pix[(y+sy)*c.img.Stride+4*(x+x0):]
		for i, m := range mask {
			if m == 0 {
				continue
			}
			a := uint32(m) * alpha / 255
			q := line[4*i : 4*i+4 : 4*i+4]
			q[0] = uint8((uint32(q[0])*(255-a) + r*a + 127) / 255)
			q[1] = uint8((uint32(q[1])*(255-a) + g*a + 127) / 255)
			q[2] = uint8((uint32(q[2])*(255-a) + b*a + 127) / 255)
			q[3] = 255
		}
	}
}

// manyDots is from how many dots on vector formats hold an image of them: a file
// of a hundred thousand shapes is slow to open.
const manyDots = 20_000

// dotsImage draws dots on an image without paper, and says where it belongs.
func dotsImage(at []Point, d Dot, colors []color.NRGBA, density float64) (*image.NRGBA, Rect) {
	box := bounds(at)
	m := 1.5*d.Radius + 1
	box = Rect{math.Floor(box.X0 - m), math.Floor(box.Y0 - m), math.Ceil(box.X1 + m), math.Ceil(box.Y1 + m)}
	// On black and on white: the difference is the opacity.
	moved := make([]Point, len(at))
	for i, p := range at {
		moved[i] = Point{p.X - box.X0, p.Y - box.Y0}
	}
	light, dark := NewRaster(box.W(), box.H(), density), NewRaster(box.W(), box.H(), density)
	dark.Fill(Rect{0, 0, box.W(), box.H()}, color.NRGBA{A: 255})
	light.Dots(moved, d, colors)
	dark.Dots(moved, d, colors)
	img := image.NewNRGBA(light.img.Rect)
	for i := 0; i < len(img.Pix); i += 4 {
		a := 255 - (int(light.img.Pix[i+1]) - int(dark.img.Pix[i+1]))
		if a <= 0 {
			continue
		}
		for k := range 3 {
			img.Pix[i+k] = uint8(min(255, int(dark.img.Pix[i+k])*255/a))
		}
		img.Pix[i+3] = uint8(min(a, 255))
	}
	return img, box
}

func bounds(at []Point) Rect {
	box := Rect{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)}
	for _, p := range at {
		box = Rect{min(box.X0, p.X), min(box.Y0, p.Y), max(box.X1, p.X), max(box.Y1, p.Y)}
	}
	return box
}

// Dots implements Canvas: a path for each run of one colour.
func (s *SVG) Dots(at []Point, d Dot, colors []color.NRGBA) {
	if len(at) > manyDots {
		img, box := dotsImage(at, d, colors, s.Density())
		s.Image(img, box)
		return
	}
	shape := d.path()
	for i := 0; i < len(at); {
		c := colorAt(colors, i)
		var b strings.Builder
		for first := i; i < len(at) && colorAt(colors, i) == c; i++ {
			if c.A < 255 && i > first { // a path covers itself only once
				break
			}
			b.WriteString("M" + num(at[i].X) + "," + num(at[i].Y) + shape)
		}
		fmt.Fprintf(&s.body, `<path d="%s" fill="%s"%s/>`+"\n", b.String(), paint(c), opacity("fill", c))
	}
}

// path is the shape relative to its point.
func (d Dot) path() string {
	if d.Shape == Disc {
		r := num(d.Radius)
		w := num(2 * d.Radius)
		return fmt.Sprintf("m-%s,0a%s,%s 0 1 0 %s,0a%s,%s 0 1 0 -%s,0", r, r, r, w, r, r, w)
	}
	var b strings.Builder
	last := Point{}
	for i, p := range d.corners() {
		b.WriteString(map[bool]string{true: "m", false: "l"}[i == 0] + num(p.X-last.X) + "," + num(p.Y-last.Y))
		last = p
	}
	return b.String() + "z"
}

// Dots implements Canvas.
func (p *PDF) Dots(at []Point, d Dot, colors []color.NRGBA) {
	if len(at) > manyDots {
		img, box := dotsImage(at, d, colors, p.Density())
		p.Image(img, box)
		return
	}
	shape := d.corners()
	for i, q := range at {
		outline := make([]Point, len(shape))
		for k, s := range shape {
			outline[k] = Point{q.X + s.X, q.Y + s.Y}
		}
		p.Polygon(outline, colorAt(colors, i))
	}
}
