package explain

import (
	"image/color"
	"math"
	"strings"

	"loupe/viz/chart"
	"loupe/viz/draw"
)

// Text shows the features of one row in their order, as the words of a text, each on
// the colour of its contribution: the stronger, the more it counts. What
// reviews.Encode returns knows its words.
func (a *Attribution) Text() *chart.Figure {
	v, err := a.view()
	if err == nil {
		err = v.needRow("text")
	}
	if err != nil {
		return chart.Failed(err)
	}
	return chart.New(&prose{v: v})
}

type prose struct{ v *view }

var wordFont = draw.Font{Size: 14}

const (
	wordGap  = 5.0
	wordLine = 26.0
	wordPad  = 3.0
)

// Width implements chart.Art.
func (p *prose) Width(*chart.Options) float64 { return 640 }

// A placedWord is a word with its place on the sheet.
type placedWord struct {
	feature int
	text    string
	x, y    float64 // left, and the middle of the line
	w       float64
}

// place breaks the text into lines. Padding, which has no word, is left out.
func (p *prose) place(width float64) (list []placedWord, height float64) {
	x, y := 0.0, wordLine/2
	for j, name := range p.v.a.Features {
		text := strings.TrimSpace(draw.Clean(name))
		if text == "" {
			continue
		}
		text = wordFont.Fit(text, width-2*wordPad)
		w := wordFont.Width(text) + 2*wordPad
		if x > 0 && x+w > width {
			x, y = 0, y+wordLine
		}
		list = append(list, placedWord{j, text, x, y, w})
		x += w + wordGap
	}
	return list, y + wordLine/2
}

// Layout implements chart.Art.
func (p *prose) Layout(width float64, o *chart.Options) (chart.Body, error) {
	list, height := p.place(width)
	const key = 24.0
	return chart.Body{Height: height + key, Draw: func(s *chart.Sheet, area draw.Rect) {
		most := 0.0
		for _, w := range list {
			most = max(most, math.Abs(p.v.values.At(0, w.feature)))
		}
		for _, w := range list {
			p.word(s, area, w, most)
		}
		p.key(s, draw.Rect{X0: area.X0, Y0: area.Y0 + height + 6, X1: area.X1, Y1: area.Y0 + height + key}, most)
	}}, nil
}

// word writes a word on its colour.
func (p *prose) word(s *chart.Sheet, area draw.Rect, w placedWord, most float64) {
	v := p.v.values.At(0, w.feature)
	fill := shaded(s, v, most)
	box := draw.Rect{X0: area.X0 + w.x, Y0: area.Y0 + w.y - 10, X1: area.X0 + w.x + w.w, Y1: area.Y0 + w.y + 10}
	ink := s.Ink
	if v != 0 && most > 0 {
		s.Fill(box, fill)
		ink = chart.InkOn(fill)
	}
	s.Text(w.text, draw.Point{X: box.X0 + wordPad, Y: area.Y0 + w.y + 5}, wordFont, ink, draw.Place{})
	about := w.text + ": " + signedNumber(v)
	if spread := p.v.spreadOf(w.feature); spread > 0 {
		about += " ± " + chart.Number(spread)
		if p.v.shaky(w.feature) {
			underline(s, box.X0+wordPad, box.X1-wordPad, box.Y1-2.5, ink)
		}
	}
	s.Hover(box, about)
}

// underline marks what may be chance.
func underline(s *chart.Sheet, x0, x1, y float64, ink color.NRGBA) {
	for x := x0; x < x1; x += 4 {
		s.Fill(draw.Rect{X0: x, Y0: y, X1: min(x+2, x1), Y1: y + 1.2}, ink)
	}
}

// shaky reports whether repeated explanations of a row differ by more than half of what a
// feature contributes.
func (v *view) shaky(feature int) bool {
	return v.spreadOf(feature) > math.Abs(v.values.At(0, feature))/2
}

// key explains the colours.
func (p *prose) key(s *chart.Sheet, area draw.Rect, most float64) {
	x := area.X0
	for _, side := range []struct {
		v    float64
		text string
	}{{most, s.Say("goes with a higher value of %s", draw.Clean(p.v.output(s.Options)))}, {-most, s.Say("goes with a lower one")}} {
		text := smallFont.Fit(side.text, max(area.X1-x-18, 0))
		if text == "" {
			return
		}
		s.Block(draw.Rect{X0: x, Y0: area.Y0 + 3, X1: x + 12, Y1: area.Y0 + 13}, shaded(s, side.v, most))
		s.Text(text, draw.Point{X: x + 17, Y: area.Y0 + 12}, smallFont, s.Soft, draw.Place{})
		x += 17 + smallFont.Width(text) + 16
	}
	if len(p.v.a.Stability) == 0 {
		return
	}
	if text := smallFont.Fit(s.Say("varies by more than half of it"), max(area.X1-x-20, 0)); text != "" {
		underline(s, x, x+14, area.Y0+11, s.Soft)
		s.Text(text, draw.Point{X: x + 18, Y: area.Y0 + 12}, smallFont, s.Soft, draw.Place{})
	}
}

// shaded is the colour of a contribution, paler where it is small.
func shaded(s *chart.Sheet, v, most float64) color.NRGBA {
	if most == 0 {
		return s.Paper
	}
	c, t := sideColor(s, v), math.Sqrt(math.Abs(v)/most)
	mix := func(x, y uint8) uint8 { return uint8(math.Round(float64(x)*t + float64(y)*(1-t))) }
	return color.NRGBA{R: mix(c.R, s.Paper.R), G: mix(c.G, s.Paper.G), B: mix(c.B, s.Paper.B), A: 255}
}

// Describe implements chart.Art.
func (p *prose) Describe(o *chart.Options) string {
	var words []string
	for _, w := range p.v.a.Features {
		if w = strings.TrimSpace(draw.Clean(w)); w != "" {
			words = append(words, w)
		}
	}
	return o.Say("Text of %s: “%s”.", o.Count(len(words), "word", "words"), strings.Join(words, " ")) + " " + p.v.describeRow(o)
}

// Caption implements chart.Captioned.
func (p *prose) Caption(o *chart.Options) string { return p.v.captionRow(o) }

// Data implements chart.Tabular.
func (p *prose) Data(*chart.Options) chart.Table { return p.v.table() }
