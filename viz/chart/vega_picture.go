package chart

import (
	"encoding/base64"
	"strconv"
	"strings"

	"loupe/viz/draw"
)

// A hovered is a place of a drawing with the text for readers who point there.
type hovered struct {
	area draw.Rect
	text string
}

// A listener is a canvas that keeps the texts of a drawing's places.
type listener struct {
	draw.Canvas
	heard []hovered
}

func (l *listener) Hover(area draw.Rect, text string) {
	l.heard = append(l.heard, hovered{area, text})
}

// leastSearched is from how many places on a reader gets a field to search them.
const leastSearched = 4

// vegaPicture is the interactive form of figures that have none of their own, such
// as graphs, tables and grids of images: the picture, which a reader can move and
// enlarge, with the texts of its places, in which a reader can search. Select marks
// a place.
func vegaPicture(p *page) (map[string]any, error) {
	raster := draw.NewRaster(p.width, p.height, pixels)
	c := &listener{Canvas: raster}
	if err := p.draw(c); err != nil {
		return nil, err
	}
	png, err := draw.PNG(raster.Picture(), pixels)
	if err != nil {
		return nil, err
	}
	axis := func(size float64, down bool) map[string]any {
		domain := []float64{0, size}
		if down {
			domain = []float64{size, 0}
		}
		return map[string]any{"type": "quantitative", "axis": nil, "scale": map[string]any{"domain": domain, "nice": false, "zero": false}}
	}
	with := func(a map[string]any, key string, value any) map[string]any {
		a[key] = value
		return a
	}
	image := map[string]any{
		"data": map[string]any{"values": []any{map[string]any{"x": 0, "y": 0}}},
		"mark": map[string]any{
			"type": "image", "url": "data:image/png;base64," + base64.StdEncoding.EncodeToString(png), "align": "left", "baseline": "top", "aspect": false,
			"width":  map[string]any{"expr": "abs(scale('x', " + strconv.FormatFloat(p.width, 'f', -1, 64) + ") - scale('x', 0))"},
			"height": map[string]any{"expr": "abs(scale('y', " + strconv.FormatFloat(p.height, 'f', -1, 64) + ") - scale('y', 0))"},
		},
		"encoding": map[string]any{"x": with(axis(p.width, false), "field", "x"), "y": with(axis(p.height, true), "field", "y")},
		"params":   []any{map[string]any{"name": "zoom", "select": "interval", "bind": "scales"}},
	}
	spec := map[string]any{
		"width": p.width, "height": p.height, "padding": 0, "view": map[string]any{"stroke": nil},
		"layer": []any{image},
	}
	if len(c.heard) == 0 {
		return spec, nil
	}
	values := make([]any, len(c.heard))
	for i, h := range c.heard {
		values[i] = map[string]any{"x": h.area.X0, "y": h.area.Y0, "x2": h.area.X1, "y2": h.area.Y1, "text": strings.ReplaceAll(h.text, "\n", " · ")}
	}
	marked := []any{map[string]any{"param": "pick", "empty": false, "value": css(p.o.palette().Ink)}}
	if len(values) >= leastSearched {
		spec["params"] = []any{map[string]any{"name": "find", "value": "", "bind": map[string]any{"input": "text", "name": p.o.Say("search") + " "}}}
		marked = append([]any{map[string]any{"test": "find != '' && indexof(lower(datum.text), lower(find)) >= 0", "value": css(p.o.palette().Warning)}}, marked...)
	}
	spec["layer"] = []any{image, map[string]any{
		"data":   map[string]any{"values": values},
		"mark":   map[string]any{"type": "rect", "fill": "white", "fillOpacity": 0, "strokeWidth": 2.5, "cornerRadius": 4},
		"params": []any{map[string]any{"name": "pick", "select": "point"}},
		"encoding": map[string]any{
			"x": with(axis(p.width, false), "field", "x"), "x2": map[string]any{"field": "x2"},
			"y": with(axis(p.height, true), "field", "y"), "y2": map[string]any{"field": "y2"},
			"stroke":  map[string]any{"condition": marked, "value": "transparent"},
			"tooltip": map[string]any{"field": "text", "type": "nominal"},
		},
	}}
	return spec, nil
}
