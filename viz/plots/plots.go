// Package plots teaches [display] to show gonum plots: PNG at two pixels a
// point with the display size in the metadata.
//
// Import it for its effect. The worker of the kernel does, so that a *plot.Plot
// as the last expression of a cell is a picture.
package plots

import (
	"bytes"
	"fmt"
	"image"
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"

	"loupe/display"
	pixels "loupe/viz/draw"
)

// The display size of a plot, in CSS pixels of 1/96 inch, and how many pixels
// of the PNG make one of them.
const (
	Width  = 520
	Height = 340
	scale  = 2
	margin = 6 * vg.Inch / 96
)

func init() {
	display.Register(func(v any) (display.Bundle, bool) {
		p, ok := v.(*plot.Plot)
		if !ok || p == nil {
			return display.Bundle{}, false
		}
		return Render(p), true
	})
}

// Render draws a plot at its display size.
func Render(p *plot.Plot) display.Bundle {
	text := sentence(p)
	png, err := draw2x(p)
	if err != nil {
		err = fmt.Errorf("the plot cannot be drawn: %w", err)
		return display.Bundle{Data: map[string]any{"text/plain": err.Error()}, Err: err}
	}
	return display.Bundle{
		Data:     map[string]any{"image/png": png, "text/plain": text},
		Metadata: map[string]any{"image/png": map[string]any{"width": Width, "height": Height, "alt": text}},
	}
}

// draw2x draws and encodes. gonum/plot panics on data that it cannot draw.
func draw2x(p *plot.Plot) (png []byte, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%v", r)
		}
	}()
	// The canvas has the plot's background already: to paint it again as a
	// rectangle takes a sixth of the time.
	painted := *p
	painted.BackgroundColor = nil
	c := vgimg.NewWith(
		vgimg.UseWH(Width*vg.Inch/96, Height*vg.Inch/96),
		vgimg.UseDPI(96*scale),
		vgimg.UseBackgroundColor(background(p)),
	)
	// gonum/plot draws to the edge, where half of a line would be cut off.
	painted.Draw(draw.Crop(draw.New(c), margin, -margin, margin, -margin))
	if img, ok := c.Image().(*image.RGBA); ok {
		return pixels.PNG(img, scale)
	}
	var buf bytes.Buffer
	if _, err := (vgimg.PngCanvas{Canvas: c}).WriteTo(&buf); err != nil {
		return nil, err
	}
	return pixels.WithDensity(buf.Bytes(), scale), nil
}

// background is the colour of the paper. PNG has no half of it, so that it is
// opaque: a transparent one stands on white.
func background(p *plot.Plot) color.Color {
	if p.BackgroundColor == nil {
		return color.White
	}
	r, g, b, a := p.BackgroundColor.RGBA()
	over := func(v uint32) uint16 { return uint16(v + 0xffff - a) }
	return color.RGBA64{R: over(r), G: over(g), B: over(b), A: 0xffff}
}

// sentence says what the plot shows, as far as its titles and axes tell.
func sentence(p *plot.Plot) string {
	s := "Plot"
	if p.Title.Text != "" {
		s += " “" + p.Title.Text + "”"
	}
	if p.X.Min > p.X.Max || p.Y.Min > p.Y.Max {
		return s + ", empty"
	}
	return fmt.Sprintf("%s, %s from %.4g to %.4g, %s from %.4g to %.4g", s,
		axis(p.X.Label.Text, "x"), p.X.Min, p.X.Max, axis(p.Y.Label.Text, "y"), p.Y.Min, p.Y.Max)
}

func axis(label, name string) string {
	if label == "" {
		return name
	}
	return label
}
