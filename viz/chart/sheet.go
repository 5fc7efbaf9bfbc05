package chart

import (
	"image/color"
	"math"

	"loupe/viz/draw"
)

// A Sheet is what a figure is drawn on: a canvas, with the colours and the
// language of the figure.
type Sheet struct {
	draw.Canvas
	*Palette
	*Options
}

// NewSheet returns the sheet of a canvas, which may be nil where only colours and
// words are asked for.
func NewSheet(c draw.Canvas, o *Options) *Sheet { return &Sheet{c, o.palette(), o} }

// Hover gives a place a text that a reader sees when pointing there, in formats
// that have such a thing.
func (s *Sheet) Hover(area draw.Rect, text string) {
	if c, ok := s.Canvas.(interface{ Hover(draw.Rect, string) }); ok {
		c.Hover(area, text)
	}
}

// Block fills a rectangle, or draws its outline where ink is to be saved.
func (s *Sheet) Block(r draw.Rect, c color.NRGBA) {
	if !s.Outline {
		s.Fill(r, c)
		return
	}
	w := min(1, r.W(), r.H())
	draw.Frame(s, r.Inset(w/2), w, c)
}

// dashes are patterns of drawn and left out lengths, in widths of the line.
var dashes = [][]float64{nil, {5, 3}, {1.5, 2.5}, {8, 3, 1.5, 3}}

// Dashed draws a line in one of some patterns; 0 is without gaps.
func (s *Sheet) Dashed(points []draw.Point, width float64, c color.NRGBA, pattern int) {
	dash := dashes[pattern%len(dashes)]
	if dash == nil {
		s.Line(points, width, c)
		return
	}
	piece := []draw.Point{}
	k, rest := 0, dash[0]*width
	for i, p := range points {
		if i == 0 {
			piece = append(piece, p)
			continue
		}
		from := points[i-1]
		d := math.Hypot(p.X-from.X, p.Y-from.Y)
		for done := 0.0; done < d; {
			step := min(rest, d-done)
			done, rest = done+step, rest-step
			at := draw.Point{X: from.X + (p.X-from.X)*done/d, Y: from.Y + (p.Y-from.Y)*done/d}
			if k%2 == 0 {
				piece = append(piece, at)
			}
			if rest > 0 {
				continue
			}
			if k%2 == 0 {
				s.Line(piece, width, c)
			}
			k = (k + 1) % len(dash)
			rest, piece = dash[k]*width, append(piece[:0], at)
		}
	}
	if k%2 == 0 {
		s.Line(piece, width, c)
	}
}
