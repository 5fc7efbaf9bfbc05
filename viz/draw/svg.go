package draw

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"strconv"
	"strings"
)

// An SVG is a canvas that becomes an SVG file. Texts stay texts, in Liberation
// Sans or what the reader has in its place.
type SVG struct {
	body          strings.Builder
	width, height float64
	title, desc   string
}

// NewSVG returns a white canvas. The title and the description are for readers
// who do not see.
func NewSVG(width, height float64, title, desc string) *SVG {
	s := &SVG{width: width, height: height, title: title, desc: desc}
	s.Fill(Rect{0, 0, width, height}, color.NRGBA{255, 255, 255, 255})
	return s
}

// Density implements Canvas.
func (s *SVG) Density() float64 { return 2 }

// Bytes returns the file.
func (s *SVG) Bytes() []byte {
	var b bytes.Buffer
	w, h := num(s.width), num(s.height)
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" role="img" width="%s" height="%s" viewBox="0 0 %s %s" font-family="Liberation Sans, Arial, Helvetica, Noto Sans SC, Noto Sans CJK SC, PingFang SC, Microsoft YaHei, sans-serif">`+"\n", w, h, w, h)
	fmt.Fprintf(&b, "<title>%s</title>\n<desc>%s</desc>\n", escape(s.title), escape(s.desc))
	b.WriteString(s.body.String())
	b.WriteString("</svg>\n")
	return b.Bytes()
}

func escape(s string) string {
	var b bytes.Buffer
	xml.EscapeText(&b, []byte(s))
	return b.String()
}

// num prints a coordinate with two decimals at most.
func num(x float64) string {
	return strings.TrimSuffix(strings.TrimRight(strconv.FormatFloat(x, 'f', 2, 64), "0"), ".")
}

func paint(c color.NRGBA) string {
	s := fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B)
	return s
}

// opacity is the attribute for a colour that is not opaque.
func opacity(kind string, c color.NRGBA) string {
	if c.A == 255 {
		return ""
	}
	return fmt.Sprintf(` %s-opacity="%s"`, kind, num(float64(c.A)/255))
}

// Fill implements Canvas.
func (s *SVG) Fill(r Rect, c color.NRGBA) {
	fmt.Fprintf(&s.body, `<rect x="%s" y="%s" width="%s" height="%s" fill="%s"%s shape-rendering="crispEdges"/>`+"\n",
		num(r.X0), num(r.Y0), num(r.W()), num(r.H()), paint(c), opacity("fill", c))
}

func points(list []Point) string {
	var b strings.Builder
	for i, p := range list {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(num(p.X) + "," + num(p.Y))
	}
	return b.String()
}

// Line implements Canvas.
func (s *SVG) Line(list []Point, width float64, c color.NRGBA) {
	fmt.Fprintf(&s.body, `<polyline points="%s" fill="none" stroke="%s" stroke-width="%s" stroke-linejoin="round"%s/>`+"\n",
		points(list), paint(c), num(width), opacity("stroke", c))
}

// Polygon implements Canvas.
func (s *SVG) Polygon(list []Point, c color.NRGBA) {
	fmt.Fprintf(&s.body, `<polygon points="%s" fill="%s"%s/>`+"\n", points(list), paint(c), opacity("fill", c))
}

// Text implements Canvas.
func (s *SVG) Text(text string, at Point, f Font, c color.NRGBA, p Place) {
	attr := [...]string{"", ` text-anchor="middle"`, ` text-anchor="end"`}[p.Align]
	if f.Bold {
		attr += ` font-weight="bold"`
	}
	if p.Up {
		attr += fmt.Sprintf(` transform="rotate(-90 %s %s)"`, num(at.X), num(at.Y))
	}
	// Readers without the font see another in the same room.
	if text = Clean(text); len(text) > 1 {
		attr += fmt.Sprintf(` textLength="%s" lengthAdjust="spacingAndGlyphs"`, num(f.Width(text)))
	}
	fmt.Fprintf(&s.body, `<text x="%s" y="%s" font-size="%s" fill="%s"%s>%s</text>`+"\n",
		num(at.X), num(at.Y), num(f.Size), paint(c), attr, escape(text))
}

// Hover gives a place a text that appears when a reader points there.
func (s *SVG) Hover(r Rect, text string) {
	fmt.Fprintf(&s.body, `<rect x="%s" y="%s" width="%s" height="%s" fill="none" pointer-events="all"><title>%s</title></rect>`+"\n",
		num(r.X0), num(r.Y0), num(r.W()), num(r.H()), escape(text))
}

// Image implements Canvas.
func (s *SVG) Image(img *image.NRGBA, r Rect) {
	var b bytes.Buffer
	if png.Encode(&b, img) != nil {
		return // an image without pixels
	}
	fmt.Fprintf(&s.body, `<image x="%s" y="%s" width="%s" height="%s" preserveAspectRatio="none" style="image-rendering: pixelated" xlink:href="data:image/png;base64,%s"/>`+"\n",
		num(r.X0), num(r.Y0), num(r.W()), num(r.H()), base64.StdEncoding.EncodeToString(b.Bytes()))
}
