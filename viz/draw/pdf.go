package draw

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"strings"
	"time"

	"codeberg.org/go-fonts/liberation/liberationsansbold"
	"codeberg.org/go-fonts/liberation/liberationsansregular"
	"codeberg.org/go-pdf/fpdf"

	"loupe/viz/draw/cjk"
)

// point is the size of a CSS pixel in PDF's points of 1/72 inch.
const point = 72.0 / 96

// A PDF is a canvas that becomes a PDF file of one page.
type PDF struct {
	doc     *fpdf.Fpdf
	widths  map[int]bool // of images so far
	chinese bool         // its font is in the file
}

// NewPDF returns a page of width × height units.
func NewPDF(width, height float64, title string) *PDF {
	doc := fpdf.NewCustom(&fpdf.InitType{UnitStr: "pt", Size: fpdf.SizeType{Wd: width * point, Ht: height * point}})
	// The same page has the same bytes.
	doc.SetCreationDate(time.Unix(0, 0).UTC())
	doc.SetModificationDate(time.Unix(0, 0).UTC())
	doc.SetCatalogSort(true)
	doc.SetTitle(title, true)
	doc.SetMargins(0, 0, 0)
	doc.SetAutoPageBreak(false, 0)
	doc.AddUTF8FontFromBytes("sans", "", liberationsansregular.TTF)
	doc.AddUTF8FontFromBytes("sans", "B", liberationsansbold.TTF)
	doc.AddPageFormat("", fpdf.SizeType{Wd: width * point, Ht: height * point})
	return &PDF{doc: doc, widths: map[int]bool{}}
}

// Density implements Canvas.
func (p *PDF) Density() float64 { return 3 }

// Bytes returns the file.
func (p *PDF) Bytes() ([]byte, error) {
	var b bytes.Buffer
	if err := p.doc.Output(&b); err != nil {
		return nil, fmt.Errorf("draw: PDF: %w", err)
	}
	return b.Bytes(), nil
}

func (p *PDF) fill(c color.NRGBA) {
	p.doc.SetFillColor(int(c.R), int(c.G), int(c.B))
	p.doc.SetAlpha(float64(c.A)/255, "Normal")
}

// Fill implements Canvas.
func (p *PDF) Fill(r Rect, c color.NRGBA) {
	p.fill(c)
	p.doc.Rect(r.X0*point, r.Y0*point, r.W()*point, r.H()*point, "F")
}

// Line implements Canvas.
func (p *PDF) Line(list []Point, width float64, c color.NRGBA) {
	p.doc.SetDrawColor(int(c.R), int(c.G), int(c.B))
	p.doc.SetAlpha(float64(c.A)/255, "Normal")
	p.doc.SetLineWidth(width * point)
	for i, q := range list {
		if i == 0 {
			p.doc.MoveTo(q.X*point, q.Y*point)
		} else {
			p.doc.LineTo(q.X*point, q.Y*point)
		}
	}
	p.doc.DrawPath("D")
}

// Polygon implements Canvas.
func (p *PDF) Polygon(list []Point, c color.NRGBA) {
	p.fill(c)
	var points []fpdf.PointType
	for _, q := range list {
		points = append(points, fpdf.PointType{X: q.X * point, Y: q.Y * point})
	}
	p.doc.Polygon(points, "F")
}

// Text implements Canvas. Runes without a glyph become boxes.
func (p *PDF) Text(s string, at Point, f Font, c color.NRGBA, place Place) {
	s = spell(Clean(s))
	p.doc.SetTextColor(int(c.R), int(c.G), int(c.B))
	p.doc.SetAlpha(float64(c.A)/255, "Normal")
	x, y := at.X*point, at.Y*point
	if place.Up {
		p.doc.TransformBegin()
		p.doc.TransformRotate(90, x, y)
		defer p.doc.TransformEnd()
	}
	x -= place.Align.shift(f.Width(s)) * point
	for _, run := range f.runs(s) {
		p.setFont(run.face, f)
		p.doc.Text(x, y, run.text)
		x += f.Width(run.text) * point
	}
}

// setFont chooses the font of the next text. The Chinese one is added when it is
// needed.
func (p *PDF) setFont(t *typeface, f Font) {
	name, style := "sans", ""
	if f.Bold {
		style = "B"
	}
	if t != f.face() {
		name, style = "chinese", ""
		if !p.chinese {
			p.chinese = true
			p.doc.AddUTF8FontFromBytes(name, style, cjk.TTF())
		}
	}
	p.doc.SetFont(name, style, f.Size*point)
}

// spell replaces runes without a glyph by a sign of the same width.
func spell(s string) string {
	return strings.Map(func(r rune) rune {
		if Has(r) {
			return r
		}
		return '□'
	}, s)
}

// Image implements Canvas. fpdf orders images by their widths, and those of one
// width at random: so each gets a width of its own, a few pixels more, to have
// the same bytes each time.
func (p *PDF) Image(img *image.NRGBA, r Rect) {
	width := img.Rect.Dx()
	for p.widths[width] {
		width++
	}
	p.widths[width] = true
	var b bytes.Buffer
	if png.Encode(&b, widened(img, width)) != nil {
		return // an image without pixels
	}
	name := fmt.Sprintf("image%d", len(p.widths))
	o := fpdf.ImageOptions{ImageType: "PNG"}
	p.doc.SetAlpha(1, "Normal")
	p.doc.RegisterImageOptionsReader(name, o, &b)
	p.doc.ImageOptions(name, r.X0*point, r.Y0*point, r.W()*point, r.H()*point, false, o, 0, "")
}

// widened repeats some columns of an image, so that it has a width.
func widened(img *image.NRGBA, width int) *image.NRGBA {
	from := img.Rect
	if from.Dx() == width || from.Empty() {
		return img
	}
	out := image.NewNRGBA(image.Rect(0, 0, width, from.Dy()))
	for y := range from.Dy() {
		for x := range width {
			out.SetNRGBA(x, y, img.NRGBAAt(from.Min.X+x*from.Dx()/width, from.Min.Y+y))
		}
	}
	return out
}
