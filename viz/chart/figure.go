// Package chart makes figures: histograms, heat maps and grids of images.
//
// Programs use them through loupe/viz, which has the same names. The package
// stands apart from viz so that data sets and models can return figures, while
// viz itself may know about models.
package chart

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"image"
	"os"
	"path/filepath"
	"strings"

	"loupe/viz/draw"
)

// pixels is how many pixels of a PNG make a CSS pixel.
const pixels = 2

// A Figure is the description of a picture. Making one never fails; what is
// wrong with it is an error when it is drawn. Figures do not change: With
// returns another one.
//
// As the result of a cell a figure is a PNG at two pixels a CSS pixel with its
// size and a text that says what is to be seen, and that text.
type Figure struct {
	art   Art
	o     Options
	notes func(o *Options) []string
	words func(o *Options) Wording
}

// A Wording is what a figure says along its axes, and beside its colours, where the
// user says nothing.
type Wording struct {
	X, Y, Scale string
	Above       string   // beside the line above a heat map
	Rows        []string // of a heat map
	Panels      []string // the names of facets
}

// Worded returns the figure with words of its own in the language that it is drawn in.
func (f *Figure) Worded(words func(o *Options) Wording) *Figure {
	g := *f
	g.words = words
	return &g
}

// options are those of the figure with its own words where there are no others.
func (f *Figure) options() Options {
	o := f.o
	if f.words != nil {
		w := f.words(&o)
		o.xLabel, o.yLabel, o.scaleLabel = cmp.Or(o.xLabel, w.X), cmp.Or(o.yLabel, w.Y), cmp.Or(o.scaleLabel, w.Scale)
		if o.rows == nil {
			o.rows = w.Rows
		}
		if o.above != nil && o.above.label == "" {
			o.above = &aboveLine{w.Above, o.above.values}
		}
		o.panels = w.Panels
	}
	return o
}

// With returns the figure with further options.
func (f *Figure) With(list ...Option) *Figure {
	g := *f
	for _, o := range list {
		o(&g.o)
	}
	return &g
}

// Describe says in sentences what the figure shows, with numbers. It is what a
// reader gets who does not see the picture.
func (f *Figure) Describe() (text string) {
	defer func() {
		if r := recover(); r != nil {
			text = fmt.Sprintf("A figure that cannot be described: %v", r)
		}
	}()
	o := f.options()
	text = f.art.Describe(&o)
	if o.title != "" {
		text = draw.Clean(o.title) + o.Say(": ") + text
	}
	return o.language.Prose(strings.Join(append([]string{text}, f.noted(&o)...), " "))
}

// Noting returns the figure with sentences about what it means: they stand below
// the title, and behind the description.
func (f *Figure) Noting(notes func(o *Options) []string) *Figure {
	g := *f
	g.notes = notes
	return &g
}

func (f *Figure) noted(o *Options) []string {
	if f.notes == nil {
		return nil
	}
	return f.notes(o)
}

func (f *Figure) caption(o *Options) string {
	text := ""
	if a, ok := f.art.(Captioned); ok {
		text = a.Caption(o)
	}
	notes := f.noted(o)
	if text != "" && len(notes) > 0 && !strings.HasSuffix(text, o.Say(".")) {
		text += o.Say(".")
	}
	return o.language.Prose(strings.TrimSpace(strings.Join(append([]string{text}, notes...), " ")))
}

// TryMIMEBundle draws the figure for a notebook: image/png with width, height
// and alternative text, and text/plain.
func (f *Figure) TryMIMEBundle() (data, metadata map[string]any, err error) {
	img, err := f.Image(pixels)
	if err != nil {
		return nil, nil, err
	}
	png, err := draw.PNG(img, pixels)
	if err != nil {
		return nil, nil, fmt.Errorf("viz: %w", err)
	}
	text := f.Describe()
	size := img.Bounds().Size()
	return map[string]any{"image/png": base64.StdEncoding.EncodeToString(png), "text/plain": text},
		map[string]any{"image/png": map[string]any{"width": size.X / pixels, "height": size.Y / pixels, "alt": text}}, nil
}

// MIMEBundle is TryMIMEBundle with the error as the text.
func (f *Figure) MIMEBundle() (data, metadata map[string]any) {
	data, metadata, err := f.TryMIMEBundle()
	if err != nil {
		return map[string]any{"text/plain": err.Error()}, nil
	}
	return data, metadata
}

// Image draws the figure with scale pixels to a CSS pixel.
func (f *Figure) Image(scale float64) (img *image.RGBA, err error) {
	p, err := f.layout()
	if err != nil {
		return nil, err
	}
	c := draw.NewRaster(p.width, p.height, scale)
	if err := p.draw(c); err != nil {
		return nil, err
	}
	return c.Picture(), nil
}

// DrawOn draws the figure on a canvas that is made for its size, in CSS pixels.
func (f *Figure) DrawOn(newCanvas func(width, height float64) draw.Canvas) error {
	p, err := f.layout()
	if err != nil {
		return err
	}
	return p.draw(newCanvas(p.width, p.height))
}

// PNG returns the figure as a PNG file at two pixels a CSS pixel.
func (f *Figure) PNG() ([]byte, error) {
	img, err := f.Image(pixels)
	if err != nil {
		return nil, err
	}
	return draw.PNG(img, pixels)
}

// SVG returns the figure as an SVG file.
func (f *Figure) SVG() ([]byte, error) {
	p, err := f.layout()
	if err != nil {
		return nil, err
	}
	c := draw.NewSVG(p.width, p.height, f.o.title, f.Describe())
	if err := p.draw(c); err != nil {
		return nil, err
	}
	return c.Bytes(), nil
}

// PDF returns the figure as a PDF file of one page.
func (f *Figure) PDF() ([]byte, error) {
	p, err := f.layout()
	if err != nil {
		return nil, err
	}
	c := draw.NewPDF(p.width, p.height, f.o.title)
	if err := p.draw(c); err != nil {
		return nil, err
	}
	return c.Bytes()
}

// Save writes the figure to a file, in the format that its name ends with:
// .png, .svg, .pdf or .html.
func (f *Figure) Save(path string) error {
	var (
		file []byte
		err  error
	)
	switch ext := strings.ToLower(filepath.Ext(path)); ext {
	case ".png":
		file, err = f.PNG()
	case ".svg":
		file, err = f.SVG()
	case ".pdf":
		file, err = f.PDF()
	case ".html", ".htm":
		file, err = f.HTML()
	default:
		err = fmt.Errorf("viz: a figure cannot be saved as %q: the name must end with .png, .svg, .pdf or .html", path)
	}
	if err != nil {
		return err
	}
	return os.WriteFile(path, file, 0o644)
}
