package legible

import (
	"image/color"
	"strings"
	"testing"

	"loupe/viz/draw"
)

func TestCanvas(t *testing.T) {
	for want, texts := range map[string][]draw.Point{
		"":                         {{X: 10, Y: 20}, {X: 10, Y: 60}},
		`"word 0" leaves the page`: {{X: 90, Y: 20}},
		`"word 1" covers "word 0"`: {{X: 10, Y: 20}, {X: 15, Y: 25}},
	} {
		c := &canvas{page: draw.Rect{X1: 100, Y1: 100}}
		for i, at := range texts {
			c.Text("word "+string(rune('0'+i)), at, draw.Font{Size: 11}, color.NRGBA{}, draw.Place{})
		}
		if got := strings.Join(c.bad, "; "); !strings.HasPrefix(got, want) || want == "" && got != "" {
			t.Errorf("%q, want %q", got, want)
		}
	}
	c := &canvas{page: draw.Rect{X1: 100, Y1: 100}}
	if c.Text("tiny", draw.Point{X: 10, Y: 20}, draw.Font{Size: 6}, color.NRGBA{}, draw.Place{}); len(c.bad) != 1 {
		t.Errorf("a text of 6 pixels: %q", c.bad)
	}
	c = &canvas{page: draw.Rect{X1: 100, Y1: 100}}
	c.Fill(c.page, color.NRGBA{A: 255})
	c.Polygon([]draw.Point{{X: 0, Y: 0}, {X: 90, Y: 30}}, color.NRGBA{R: 240, G: 240, B: 240, A: 255})
	for _, y := range []float64{20, 60} {
		c.Text("white", draw.Point{X: 10, Y: y}, draw.Font{Size: 11}, color.NRGBA{R: 255, G: 255, B: 255, A: 255}, draw.Place{})
	}
	if len(c.bad) != 1 {
		t.Errorf("white on pale grey and on black: %q", c.bad)
	}
}
