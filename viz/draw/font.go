package draw

import (
	"fmt"
	"strings"
	"sync"
	"unicode"

	"codeberg.org/go-fonts/liberation/liberationsansbold"
	"codeberg.org/go-fonts/liberation/liberationsansregular"
	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"

	"loupe/viz/draw/cjk"
)

// A Font is Liberation Sans in a size, in units of the canvas. Chinese is written
// in Noto Sans SC.
type Font struct {
	Size float64
	Bold bool
}

// Ascent is how far capitals and tall letters reach above the baseline.
func (f Font) Ascent() float64 { return 0.74 * f.Size }

// Line is the distance of two lines of text.
func (f Font) Line() float64 { return 1.3 * f.Size }

// A typeface measures glyphs without hinting, so that all canvases agree.
type typeface struct {
	mu     sync.Mutex
	font   *sfnt.Font
	buffer sfnt.Buffer
	known  map[rune]float64 // advance in em, -1 for no glyph
}

var (
	regular = sync.OnceValue(func() *typeface { return newTypeface(liberationsansregular.TTF) })
	bold    = sync.OnceValue(func() *typeface { return newTypeface(liberationsansbold.TTF) })
	chinese = sync.OnceValue(func() *typeface { return newTypeface(cjk.TTF()) })
)

func newTypeface(ttf []byte) *typeface {
	f, err := sfnt.Parse(ttf)
	if err != nil {
		panic(fmt.Sprintf("draw: the font that comes with the package cannot be read: %v", err))
	}
	return &typeface{font: f, known: map[rune]float64{}}
}

func (f Font) face() *typeface {
	if f.Bold {
		return bold()
	}
	return regular()
}

// advance is the width of a rune in em, or -1 if the font lacks it.
func (t *typeface) advance(r rune) float64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	if a, ok := t.known[r]; ok {
		return a
	}
	a := -1.0
	const em = 1 << 11 // the font's own units
	if i, err := t.font.GlyphIndex(&t.buffer, r); err == nil && i != 0 {
		if w, err := t.font.GlyphAdvance(&t.buffer, i, fixed.I(em), font.HintingNone); err == nil {
			a = float64(w) / 64 / em
		}
	}
	t.known[r] = a
	return a
}

// Has reports whether there is a glyph for a rune.
func Has(r rune) bool {
	_, em := Font{}.glyph(r)
	return em >= 0
}

// glyph finds which typeface writes a rune, and how wide it is in em: Liberation
// Sans, or for what this lacks the Chinese one. The width is -1 if none does.
func (f Font) glyph(r rune) (*typeface, float64) {
	own := f.face()
	if a := own.advance(r); a >= 0 || r < firstHan {
		return own, a
	}
	other := chinese()
	return other, other.advance(r)
}

// firstHan is where the punctuation begins that Chinese texts may have and
// Liberation Sans lacks.
const firstHan = 0x2000

// A run is a part of a text that one typeface writes.
type run struct {
	face *typeface
	text string
}

// runs takes a text apart.
func (f Font) runs(s string) []run {
	var list []run
	for _, r := range s {
		t, _ := f.glyph(r)
		if n := len(list); n > 0 && list[n-1].face == t {
			list[n-1].text += string(r)
			continue
		}
		list = append(list, run{t, string(r)})
	}
	return list
}

// boxEm is the width of the box that stands for a rune without a glyph: its
// code in small digits.
const boxEm = 1.0

// Width returns how wide a text is.
func (f Font) Width(s string) float64 {
	w := 0.0
	for _, r := range Clean(s) {
		if _, a := f.glyph(r); a >= 0 {
			w += a
		} else {
			w += boxEm
		}
	}
	return w * f.Size
}

// Clean makes a text one line of visible runes: blanks for line breaks and
// tabs, nothing for joiners, selectors and other controls.
func Clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t' || r == '\r':
			return ' '
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Variation_Selector, r):
			return -1
		}
		return r
	}, s)
}

// Fit shortens a text to a width; what is cut is marked by an ellipsis.
func (f Font) Fit(s string, width float64) string {
	s = Clean(s)
	if f.Width(s) <= width {
		return s
	}
	runes := []rune(s)
	room := width - f.Width("…")
	n := 0
	for w := 0.0; n < len(runes); n++ {
		w += f.Width(string(runes[n]))
		if w > room {
			break
		}
	}
	if n == 0 && f.Width("…") > width {
		return ""
	}
	return strings.TrimRight(string(runes[:n]), " ") + "…"
}
