package draw

import (
	"fmt"
	"image"
	"image/color"
	stddraw "image/draw"
	"math"

	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

// Text implements Canvas. A rune without a glyph becomes a box with its code.
func (c *Raster) Text(s string, at Point, f Font, col color.NRGBA, p Place) {
	s = Clean(s)
	w := f.Width(s)
	if s == "" || !(w > 0) {
		return
	}
	if !p.Up {
		c.write(c.img, s, (at.X-p.Align.shift(w))*c.scale, at.Y*c.scale, f, col)
		return
	}
	// A turned text is written on a sheet of its own and copied turned.
	asc, desc := math.Ceil(f.Size*1.1*c.scale), math.Ceil(f.Size*0.4*c.scale)
	sheet := image.NewRGBA(image.Rect(0, 0, int(math.Ceil(w*c.scale))+2, int(asc+desc)))
	c.write(sheet, s, 0, asc, f, col)
	x0 := int(math.Round(at.X*c.scale - asc))
	y0 := int(math.Round((at.Y + p.Align.shift(w)) * c.scale))
	for y := range sheet.Rect.Max.Y {
		for x := range sheet.Rect.Max.X {
			if px := sheet.RGBAAt(x, y); px.A > 0 {
				stddraw.Draw(c.img, image.Rect(x0+y, y0-x-1, x0+y+1, y0-x), image.NewUniform(px), image.Point{}, stddraw.Over)
			}
		}
	}
}

// write puts a line of text on an image, its baseline starting at x, y pixels.
func (c *Raster) write(to *image.RGBA, s string, x, y float64, f Font, col color.NRGBA) {
	faces := map[*typeface]font.Face{}
	d := font.Drawer{Dst: to, Src: image.NewUniform(col)}
	for _, r := range s {
		t, a := f.glyph(r)
		if a < 0 {
			drawBox(to, r, x, y, f.Size*c.scale, col)
			x += boxEm * f.Size * c.scale
			continue
		}
		if faces[t] == nil {
			face, err := opentype.NewFace(t.font, &opentype.FaceOptions{Size: f.Size * c.scale, DPI: 72, Hinting: font.HintingNone})
			if err != nil {
				return // the size is not a number
			}
			defer face.Close()
			faces[t] = face
		}
		d.Face = faces[t]
		d.Dot = fixed.Point26_6{X: fixed.Int26_6(math.Round(x * 64)), Y: fixed.I(int(math.Round(y)))}
		d.DrawString(string(r))
		x += a * f.Size * c.scale
	}
}

// digits are hexadecimal digits of 3 × 5 dots, a row in three bits.
var digits = [16]uint16{
	0b111_101_101_101_111, 0b010_110_010_010_111, 0b111_001_111_100_111, 0b111_001_111_001_111,
	0b101_101_111_001_001, 0b111_100_111_001_111, 0b111_100_111_101_111, 0b111_001_010_010_010,
	0b111_101_111_101_111, 0b111_101_111_001_111, 0b111_101_111_101_101, 0b110_101_110_101_110,
	0b111_100_100_100_111, 0b110_101_101_101_110, 0b111_100_111_100_111, 0b111_100_111_100_100,
}

// drawBox draws what stands for a rune without a glyph: a box with its code in
// two rows of two or three digits, as other last-resort fonts do. So different
// runes stay different, and a reader can look them up.
func drawBox(to *image.RGBA, r rune, x, y, em float64, col color.NRGBA) {
	code := fmt.Sprintf("%04X", r)
	if len(code) > 4 {
		code = fmt.Sprintf("%06X", r)
	}
	columns := len(code) / 2
	width, height := columns*4+3, 15
	dot := max(1, int(em)/max(width, height))
	x0 := int(math.Round(x + em*0.5 - float64(dot*width)/2))
	y0 := int(math.Round(y + em*0.1 - float64(dot*height)))
	fill := func(cx, cy, w, h int) {
		stddraw.Draw(to, image.Rect(x0+cx*dot, y0+cy*dot, x0+(cx+w)*dot, y0+(cy+h)*dot), image.NewUniform(col), image.Point{}, stddraw.Over)
	}
	fill(0, 0, width, 1)
	fill(0, height-1, width, 1)
	fill(0, 1, 1, height-2)
	fill(width-1, 1, 1, height-2)
	for i, d := range code {
		v := d - '0'
		if d >= 'A' {
			v = d - 'A' + 10
		}
		for k := range 15 {
			if digits[v]>>(14-k)&1 == 1 {
				fill(2+i%columns*4+k%3, 2+i/columns*6+k/3, 1, 1)
			}
		}
	}
}
