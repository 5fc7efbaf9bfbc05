package chart

import (
	"encoding/json"
	"fmt"
	"image/color"
)

// Vegalite is the type of specifications in a notebook. Front-ends ship versions
// up to 5.6 of the library for it.
const Vegalite = "application/vnd.vegalite.v5+json"

// Interactable is an Art that can be a Vega-Lite view: a JSON object with mark
// and encoding, layer, or concat.
type Interactable interface {
	Vega(width float64, o *Options) (map[string]any, error)
}

// An Interactive is a figure whose values a reader sees when pointing at them,
// and who can zoom, move and select. As the result of a cell it is Vega-Lite,
// and beside it the picture for where that cannot be shown.
type Interactive struct {
	f *Figure
}

// Interactive returns the figure as one that a reader can explore. Graphs, tables
// and grids of images remain pictures, which a reader can enlarge and search.
func (f *Figure) Interactive() *Interactive { return &Interactive{f} }

// Describe says in sentences what the figure shows.
func (v *Interactive) Describe() string { return v.f.Describe() }

// Spec returns the Vega-Lite specification, or nil for a figure without data.
func (v *Interactive) Spec() ([]byte, error) {
	spec, err := v.spec()
	if spec == nil || err != nil {
		return nil, err
	}
	return json.Marshal(spec)
}

func (v *Interactive) spec() (spec map[string]any, err error) {
	defer func() {
		if r := recover(); r != nil {
			spec, err = nil, fmt.Errorf("viz: the figure cannot be made interactive: %v", r)
		}
	}()
	p, err := v.f.layout() // finds mistakes
	if err != nil {
		return nil, err
	}
	o := v.f.options()
	if art, ok := v.f.art.(Interactable); ok {
		spec, err = art.Vega(p.width-2*margin, &o)
	} else {
		spec, err = vegaPicture(p)
		o.title = "" // it is in the picture
	}
	if spec == nil || err != nil {
		return nil, err
	}
	spec["$schema"] = "https://vega.github.io/schema/vega-lite/v5.json"
	spec["description"] = v.f.Describe()
	spec["config"] = vegaConfig(o.palette())
	spec["background"] = css(o.palette().Paper)
	if o.title != "" {
		spec["title"] = map[string]any{"text": p.title, "anchor": "start", "fontSize": titleFont.Size}
	}
	return spec, nil
}

// vegaConfig is the theme in Vega-Lite's words.
func vegaConfig(p *Palette) map[string]any {
	words := map[string]any{
		"labelColor": css(p.Soft), "titleColor": css(p.Soft), "gridColor": css(p.Grid), "domainColor": css(p.Frame), "tickColor": css(p.Frame),
		"labelFontSize": tickFont.Size, "titleFontSize": labelFont.Size, "titleFontWeight": "normal",
	}
	return map[string]any{
		"font":   "Liberation Sans, Arial, Helvetica, sans-serif",
		"axis":   words,
		"legend": map[string]any{"labelColor": css(p.Soft), "titleColor": css(p.Soft), "labelFontSize": tickFont.Size, "titleFontSize": labelFont.Size, "titleFontWeight": "normal"},
		"title":  map[string]any{"color": css(p.Ink)},
		"view":   map[string]any{"stroke": css(p.Frame)},
	}
}

// css is a colour as style sheets write it.
func css(c color.NRGBA) string { return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B) }

// vegaColors is a scale of colours: its domain and its range have as many stops,
// between which Vega interpolates.
func (s *scale) vegaColors() map[string]any {
	const stops = 17
	domain, colors := make([]float64, stops), make([]string, stops)
	for i := range stops {
		t := float64(i) / (stops - 1)
		domain[i], colors[i] = s.value(t), css(s.colors(t))
	}
	kind := "linear"
	if s.log {
		kind = "log"
	}
	return map[string]any{"type": kind, "domain": domain, "range": colors, "clamp": true}
}

// TryMIMEBundle is that of the figure with its specification.
func (v *Interactive) TryMIMEBundle() (data, metadata map[string]any, err error) {
	if data, metadata, err = v.f.TryMIMEBundle(); err != nil {
		return nil, nil, err
	}
	spec, err := v.spec()
	if err != nil {
		return nil, nil, err
	}
	if spec != nil {
		data[Vegalite] = spec
	}
	return data, metadata, nil
}

// MIMEBundle is TryMIMEBundle with the error as the text.
func (v *Interactive) MIMEBundle() (data, metadata map[string]any) {
	data, metadata, err := v.TryMIMEBundle()
	if err != nil {
		return map[string]any{"text/plain": err.Error()}, nil
	}
	return data, metadata
}
