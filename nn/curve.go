package nn

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
)

// The curve in a history's table, in CSS pixels. The picture has two pixels for
// each.
const (
	curveWidth  = 360
	curveHeight = 80
	curveScale  = 2
)

// curve is an image of the loss of the steps, averaged to a point a pixel or less,
// as HTML that notebooks show to everybody: they drop SVG from those that a reader
// has not run.
func curve(losses []float64) string {
	points := min(len(losses), curveWidth)
	if points < 2 {
		return ""
	}
	means, top := make([]float64, points), 0.0
	for i := range means {
		from, to := i*len(losses)/points, (i+1)*len(losses)/points
		for _, v := range losses[from:to] {
			means[i] += v / float64(to-from)
		}
		if !math.IsInf(means[i], 0) && !math.IsNaN(means[i]) {
			top = max(top, means[i])
		}
	}
	var b bytes.Buffer
	if png.Encode(&b, drawCurve(means, max(top, 1e-30))) != nil {
		return "" // never: the image has a size
	}
	return fmt.Sprintf(`<img src="data:image/png;base64,%s" width="%d" height="%d" alt="loss of each step, from %.4g to %.4g">`,
		base64.StdEncoding.EncodeToString(b.Bytes()), curveWidth, curveHeight, means[0], means[points-1])
}

// drawCurve draws lines from value to value, from 0 at the lower edge to top. There
// is a gap where a value is not finite. What is not drawn is transparent.
func drawCurve(values []float64, top float64) image.Image {
	const w, h, radius = curveWidth * curveScale, curveHeight * curveScale, 1.5
	palette := color.Palette{color.Transparent}
	const shades = 15
	for i := 1; i <= shades; i++ {
		palette = append(palette, color.NRGBA{R: 0x1f, G: 0x77, B: 0xb4, A: uint8(255 * i / shades)})
	}
	img := image.NewPaletted(image.Rect(0, 0, w, h), palette)
	at := func(i int) (x, y float64) {
		return radius + (w-2*radius)*float64(i)/float64(len(values)-1), radius + (h-2*radius)*(1-max(values[i], 0)/top)
	}
	for i := 1; i < len(values); i++ {
		x0, y0 := at(i - 1)
		x1, y1 := at(i)
		if math.IsNaN(y0+y1) || math.IsInf(y0+y1, 0) {
			continue
		}
		for y := max(0, int(min(y0, y1)-radius)); y <= min(h-1, int(max(y0, y1)+radius)+1); y++ {
			for x := max(0, int(x0-radius)); x <= min(w-1, int(x1+radius)+1); x++ {
				d := distance(float64(x)+0.5, float64(y)+0.5, x0, y0, x1, y1)
				shade := uint8(shades * min(max(radius+0.5-d, 0), 1))
				img.SetColorIndex(x, y, max(img.ColorIndexAt(x, y), shade))
			}
		}
	}
	return img
}

// distance is how far a point is from the line between two others.
func distance(x, y, x0, y0, x1, y1 float64) float64 {
	dx, dy := x1-x0, y1-y0
	t := 0.0
	if l := dx*dx + dy*dy; l > 0 {
		t = min(max(((x-x0)*dx+(y-y0)*dy)/l, 0), 1)
	}
	return math.Hypot(x-x0-t*dx, y-y0-t*dy)
}
