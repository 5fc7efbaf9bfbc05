package chart

import (
	"fmt"
	"math"
	"slices"
)

// Limits of what a specification holds: it is stored in the notebook.
const (
	maxVegaPoints = 5000
	maxVegaCells  = 10_000
)

// Vega implements Interactable.
func (p *plot) Vega(width float64, o *Options) (map[string]any, error) {
	if p.empty() {
		return nil, nil
	}
	q := &plotPlan{plot: p, o: o, columns: columnsFor(len(p.panels), o)}
	var err error
	if q.layers, err = p.layers(o); err != nil {
		return nil, err
	}
	if err := q.axes(); err != nil {
		return nil, err
	}
	inner := math.Round(max(width/float64(q.columns)-70, 100))
	views := make([]any, len(p.panels))
	for i := range p.panels {
		view := q.vegaPanel(i)
		view["width"], view["height"] = inner, math.Round(min(inner*0.6, 340))
		if y := q.y[i]; y.cells != nil {
			view["height"] = min(max(20*y.cells.n, 60), 600)
		}
		if len(p.panels) == 1 {
			return view, nil
		}
		view["title"] = map[string]any{"text": q.panelName(q.o, i), "anchor": "start"}
		views[i] = view
	}
	return map[string]any{"concat": views, "columns": q.columns}, nil
}

// vegaPanel is one panel: a layer for each mark.
func (q *plotPlan) vegaPanel(i int) map[string]any {
	var list []any
	zoom := q.x[i].cells == nil && q.y[i].cells == nil
	domain, colors := q.vegaKinds()
	picked := slices.IndexFunc(q.layers[i], (*layer).named)
	for k, l := range q.layers[i] {
		l := *l
		l.Mark = thinned(l.Mark)
		v := l.vega(&l)
		v["data"] = map[string]any{"values": vegaRows(&l, q.x[i].log, q.y[i].log)}
		q.vegaEncode(v, &l, i, domain, colors)
		if params := q.vegaParams(i, k, zoom, picked); len(params) > 0 {
			v["params"] = params
		}
		if picked >= 0 && l.named() {
			pale(v, fmt.Sprintf("pick%d", i))
		}
		list = append(list, v)
	}
	if list == nil {
		list = []any{map[string]any{"mark": "point", "data": map[string]any{"values": []any{}}}}
	}
	return map[string]any{"layer": list}
}

// vegaParams are what a reader can do: zoom and move by dragging, and pick the
// names of the legend. The first layer that it concerns has it for all.
func (q *plotPlan) vegaParams(i, k int, zoom bool, picked int) []any {
	var params []any
	if k == 0 && zoom {
		params = append(params, map[string]any{"name": fmt.Sprintf("zoom%d", i), "select": "interval", "bind": "scales"})
	}
	if k == picked {
		params = append(params, map[string]any{"name": fmt.Sprintf("pick%d", i), "select": map[string]any{"type": "point", "fields": []string{"mark"}}, "bind": "legend"})
	}
	return params
}

// named reports whether the colour of a layer stands for names.
func (l *layer) named() bool {
	if hasOwnLabel(l.Mark) || l.by != nil {
		return false
	}
	if _, isRaster := l.Mark.(*raster); isRaster {
		return false
	}
	return l.classes != nil || l.label != ""
}

// pale makes what is not picked nearly invisible.
func pale(v map[string]any, param string) {
	mark := v["mark"].(map[string]any)
	full, ok := mark["opacity"].(float64)
	if !ok {
		full = 1
	}
	v["encoding"].(map[string]any)["opacity"] = map[string]any{"condition": map[string]any{"param": param, "value": full}, "value": full / 8}
}

// vegaKinds are the names that colours stand for.
func (q *plotPlan) vegaKinds() (domain, colors []string) {
	g := newLegend(q.layers, &Options{theme: q.o.theme}, math.Inf(1))
	for _, e := range g.entries {
		domain, colors = append(domain, e.text), append(colors, css(e.color))
	}
	return domain, colors
}

// vegaEncode adds colours, scales and the texts for readers who point.
func (q *plotPlan) vegaEncode(v map[string]any, l *layer, i int, domain, colors []string) {
	e := v["encoding"].(map[string]any)
	for name, a := range map[string]*axis{"x": q.x[i], "y": q.y[i]} {
		label := map[string]string{"x": q.o.xLabel, "y": q.o.yLabel}[name]
		f, ok := e[name].(map[string]any)
		if !ok {
			continue
		}
		f["title"] = any(nil)
		if label != "" {
			f["title"] = label
		}
		if f["type"] == "quantitative" {
			kind := "linear"
			if a.log {
				kind = "log"
			}
			f["scale"] = map[string]any{"type": kind, "domain": []float64{a.lo, a.hi}, "nice": false, "zero": false}
		}
	}
	_, isRaster := l.Mark.(*raster)
	isRule := hasOwnLabel(l.Mark)
	_, isText := l.Mark.(*labelled)
	switch {
	case isRaster || l.by != nil:
		title := any(nil)
		if q.o.scaleLabel != "" {
			title = q.o.scaleLabel
		}
		e["color"] = map[string]any{"field": "value", "type": "quantitative", "scale": l.scale.vegaColors(), "title": title}
	case isRule && l.style.color == "":
		e["color"] = map[string]any{"value": css(q.o.palette().Soft)}
	case isText && l.style.color == "":
		e["color"] = map[string]any{"value": css(q.o.palette().Ink)}
	case l.named():
		e["color"] = map[string]any{"field": "mark", "type": "nominal", "title": nil, "scale": map[string]any{"domain": domain, "range": colors}}
	default:
		e["color"] = map[string]any{"value": css(l.color)}
	}
	e["tooltip"] = q.tooltip(l)
}

// tooltip lists the columns of a layer with the names of the axes.
func (q *plotPlan) tooltip(l *layer) []any {
	t := &plotTable{}
	l.rows(t)
	var list []any
	for _, c := range t.table().Columns {
		kind, title := "nominal", c.Name
		if c.Numbers != nil {
			kind = "quantitative"
		}
		switch {
		case c.Name == "x" && q.o.xLabel != "":
			title = q.o.xLabel
		case c.Name == "y" && q.o.yLabel != "":
			title = q.o.yLabel
		case c.Name == "value" && q.o.scaleLabel != "":
			title = q.o.scaleLabel
		}
		list = append(list, map[string]any{"field": c.Name, "type": kind, "title": title})
	}
	if list == nil {
		list = []any{}
	}
	return list
}

// vegaRows are the data of a layer, without what has no place on the axes.
func vegaRows(l *layer, logX, logY bool) []any {
	t := &plotTable{}
	l.rows(t)
	list := []any{}
	for i, r := range t.table().records() {
		r := r.(map[string]any)
		x, isX := r["x"].(float64)
		y, isY := r["y"].(float64)
		if isX && logX && x <= 0 || isY && logY && y <= 0 {
			continue
		}
		r["i"] = i
		list = append(list, r)
	}
	return list
}

// thinned is a mark with fewer data where there are too many for a
// specification: every k-th point, the extremes of stretches of a line, means of
// blocks of a raster.
func thinned(m Mark) Mark {
	switch m := m.(type) {
	case *points:
		return m.every((len(m.y) + maxVegaPoints - 1) / maxVegaPoints)
	case *line:
		return m.extremes(maxVegaPoints / 2)
	case *raster:
		return m.blocks(maxVegaCells)
	}
	return m
}

// every is every k-th point.
func (m *points) every(k int) *points {
	if k <= 1 {
		return m
	}
	out := &points{opts: m.opts}
	s := &out.opts
	s.by, s.classes, s.names = pick(s.by, k), pick(s.classes, k), pick(s.names, k)
	for i := 0; i < len(m.y); i += k {
		out.x, out.y = append(out.x, xAt(m.x, i)), append(out.y, m.y[i])
	}
	return out
}

func pick[T any](list []T, k int) []T {
	var out []T
	for i := 0; i < len(list); i += k {
		out = append(out, list[i])
	}
	return out
}

// extremes is the least and the greatest of each of n stretches, in their order.
func (m *line) extremes(n int) *line {
	if len(m.y) <= 2*n {
		return m
	}
	out := &line{opts: m.opts}
	for k := range n {
		lo, hi := k*len(m.y)/n, k*len(m.y)/n
		for i := lo; i < (k+1)*len(m.y)/n; i++ {
			if m.y[i] < m.y[lo] || math.IsNaN(m.y[lo]) {
				lo = i
			}
			if m.y[i] > m.y[hi] || math.IsNaN(m.y[hi]) {
				hi = i
			}
		}
		for _, i := range [2]int{min(lo, hi), max(lo, hi)} {
			out.x, out.y = append(out.x, xAt(m.x, i)), append(out.y, m.y[i])
		}
	}
	return out
}

// blocks is a raster of at most n cells, the means of some of the cells each.
func (m *raster) blocks(n int) *raster {
	rows, cols := m.m.Dims()
	if rows*cols <= n {
		return m
	}
	k := math.Sqrt(float64(rows*cols) / float64(n))
	out := *m
	out.m = reduced(m.m, max(1, int(float64(rows)/k)), max(1, int(float64(cols)/k)))
	return &out
}

// reduced is a matrix of the means of blocks of another.
func reduced(m Matrix, rows, cols int) Matrix {
	r, c := m.Dims()
	list := make([][]float64, rows)
	for i := range list {
		for j := range cols {
			list[i] = append(list[i], mean(m, i*r/rows, max((i+1)*r/rows, i*r/rows+1), j*c/cols, max((j+1)*c/cols, j*c/cols+1)))
		}
	}
	return FromRows(list)
}
