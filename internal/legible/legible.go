// Package legible tests that the texts of figures can be read: none may be cut by
// the edge of the page, lie on another one, or be smaller than 7 points.
package legible

import (
	"fmt"
	"image"
	"image/color"
	"testing"

	"loupe/viz/draw"
)

// A Figure can be drawn on any canvas.
type Figure interface {
	DrawOn(newCanvas func(width, height float64) draw.Canvas) error
}

// Changing is a figure that options change.
type Changing[F, O any] interface {
	Figure
	With(...O) F
}

// Figures checks each figure in each of some looks.
func Figures[F Changing[F, O], O any](t *testing.T, list map[string]F, looks map[string][]O) {
	t.Helper()
	for name, f := range list {
		for look, options := range looks {
			var as any = f.With(options...)
			Check(t, name+", "+look, as.(Figure))
		}
	}
}

// Check tells a test what cannot be read of a figure.
func Check(t *testing.T, name string, f Figure) {
	t.Helper()
	c := &canvas{}
	err := f.DrawOn(func(width, height float64) draw.Canvas {
		c.page = draw.Rect{X1: width, Y1: height}
		return c
	})
	if err != nil {
		t.Errorf("%s: %v", name, err)
	}
	for _, bad := range c.bad[:min(len(c.bad), 3)] {
		t.Errorf("%s: %s", name, bad)
	}
}

// canvas draws nothing, and notes where texts are.
type canvas struct {
	page draw.Rect
	list []text
	bad  []string
}

type text struct {
	s   string
	box draw.Rect
}

func (c *canvas) Fill(draw.Rect, color.NRGBA)                {}
func (c *canvas) Line([]draw.Point, float64, color.NRGBA)    {}
func (c *canvas) Polygon([]draw.Point, color.NRGBA)          {}
func (c *canvas) Dots([]draw.Point, draw.Dot, []color.NRGBA) {}
func (c *canvas) Image(*image.NRGBA, draw.Rect)              {}
func (c *canvas) Density() float64                           { return 0.25 }

func (c *canvas) Text(s string, at draw.Point, f draw.Font, col color.NRGBA, p draw.Place) {
	w, asc, desc := f.Width(s), f.Size*0.72, f.Size*0.2
	start := -float64(p.Align) * w / 2
	box := draw.Rect{X0: at.X + start, X1: at.X + start + w, Y0: at.Y - asc, Y1: at.Y + desc}
	if p.Up {
		box = draw.Rect{X0: at.X - asc, X1: at.X + desc, Y0: at.Y - start - w, Y1: at.Y - start}
	}
	if s == "" {
		return
	}
	if f.Size < 7*96/72. {
		c.bad = append(c.bad, fmt.Sprintf("%q is smaller than 7 points: %.1f pixels", s, f.Size))
	}
	if box.X0 < 0 || box.Y0 < 0 || box.X1 > c.page.X1 || box.Y1 > c.page.Y1 {
		c.bad = append(c.bad, fmt.Sprintf("%q leaves the page: %.1f", s, box))
	}
	for _, t := range c.list {
		if box.X0 < t.box.X1 && t.box.X0 < box.X1 && box.Y0 < t.box.Y1 && t.box.Y0 < box.Y1 {
			c.bad = append(c.bad, fmt.Sprintf("%q covers %q", s, t.s))
		}
	}
	c.list = append(c.list, text{s, box})
}
