package install

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"strings"
)

// The logo is a loupe over a curve, on a field of 64 × 64 units. Both forms,
// SVG and PNG, are made from the same figures.
type point struct{ x, y float64 }

var (
	lens      = point{27, 27}
	grip      = [2]point{{43, 43}, {57, 57}}
	curve     = sigmoid()
	ringColor = color.NRGBA{0x00, 0x8f, 0xb8, 0xff}
	gripColor = color.NRGBA{0x25, 0x37, 0x46, 0xff}
	lensColor = color.NRGBA{0xf2, 0xfa, 0xfd, 0xff}
	lineColor = color.NRGBA{0xe8, 0x5d, 0x2a, 0xff}
)

const (
	lensRadius = 20.0
	ringWidth  = 5.0
	gripWidth  = 9.0
	lineWidth  = 4.0
)

// sigmoid is the curve under the loupe.
func sigmoid() []point {
	var line []point
	for x := -13.0; x <= 13; x += 2 {
		line = append(line, point{lens.x + x, lens.y + 9 - 18/(1+math.Exp(-x/2.6))})
	}
	return line
}

func logoSVG() string {
	var path strings.Builder
	for i, p := range curve {
		command := "L"
		if i == 0 {
			command = "M"
		}
		fmt.Fprintf(&path, "%s%.1f %.1f", command, p.x, p.y)
	}
	hex := func(c color.NRGBA) string { return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B) }
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64" fill="none" stroke-linecap="round" stroke-linejoin="round">
<path d="M%g %gL%g %g" stroke="%s" stroke-width="%g"/>
<circle cx="%g" cy="%g" r="%g" fill="%s" stroke="%s" stroke-width="%g"/>
<path d="%s" stroke="%s" stroke-width="%g"/>
</svg>
`, grip[0].x, grip[0].y, grip[1].x, grip[1].y, hex(gripColor), gripWidth,
		lens.x, lens.y, lensRadius, hex(lensColor), hex(ringColor), ringWidth,
		path.String(), hex(lineColor), lineWidth)
}

// logoPNG draws the logo at a size in pixels, each the mean of 8 × 8 samples.
func logoPNG(size int) ([]byte, error) {
	const samples = 8
	img := image.NewNRGBA(image.Rect(0, 0, size, size))
	scale := 64 / float64(size)
	for py := range size {
		for px := range size {
			var r, g, b, hits float64
			for s := range samples * samples {
				p := point{
					(float64(px) + (float64(s%samples)+0.5)/samples) * scale,
					(float64(py) + (float64(s/samples)+0.5)/samples) * scale,
				}
				if c, ok := colorAt(p); ok {
					r, g, b, hits = r+float64(c.R), g+float64(c.G), b+float64(c.B), hits+1
				}
			}
			if hits > 0 {
				img.SetNRGBA(px, py, color.NRGBA{
					uint8(r/hits + 0.5), uint8(g/hits + 0.5), uint8(b/hits + 0.5),
					uint8(255*hits/(samples*samples) + 0.5),
				})
			}
		}
	}
	var buf bytes.Buffer
	if err := png.Encode(&buf, img); err != nil {
		return nil, fmt.Errorf("cannot draw the logo: %w", err)
	}
	return buf.Bytes(), nil
}

// colorAt returns the topmost shape at a point.
func colorAt(p point) (color.NRGBA, bool) {
	for i := range len(curve) - 1 {
		if distance(p, curve[i], curve[i+1]) <= lineWidth/2 {
			return lineColor, true
		}
	}
	switch d := math.Hypot(p.x-lens.x, p.y-lens.y); {
	case math.Abs(d-lensRadius) <= ringWidth/2:
		return ringColor, true
	case d < lensRadius:
		return lensColor, true
	}
	return gripColor, distance(p, grip[0], grip[1]) <= gripWidth/2
}

// distance is how far p is from the segment between a and b.
func distance(p, a, b point) float64 {
	dx, dy := b.x-a.x, b.y-a.y
	t := ((p.x-a.x)*dx + (p.y-a.y)*dy) / (dx*dx + dy*dy)
	t = max(0, min(1, t))
	return math.Hypot(p.x-a.x-t*dx, p.y-a.y-t*dy)
}
