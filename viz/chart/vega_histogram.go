package chart

import "math"

// Vega implements Interactable: the bins of each set.
func (h *histogram) Vega(width float64, o *Options) (map[string]any, error) {
	if len(h.sets) == 0 {
		return nil, nil
	}
	p := &histogramPlan{histogram: h, o: o, share: len(h.sets) > 1, columns: columnsFor(len(h.sets), o)}
	inner := math.Round(max(width/float64(p.columns)-70, 100))
	p.x, p.shared = p.ranges(o)
	p.count(inner)
	views := make([]any, len(h.sets))
	for i, s := range h.sets {
		view := p.vegaFacet(i)
		view["width"], view["height"] = inner, math.Round(min(max(inner*0.6, 120), 260))
		if len(h.sets) == 1 {
			return view, nil
		}
		view["title"] = map[string]any{"text": nameOr(s.Name, o.Say("set %s", count(i+1))), "anchor": "start"}
		views[i] = view
	}
	spec := map[string]any{"concat": views, "columns": p.columns}
	if p.shared {
		spec["resolve"] = map[string]any{"scale": map[string]any{"x": "shared", "y": "shared"}}
	}
	return spec, nil
}

func (p *histogramPlan) vegaFacet(i int) map[string]any {
	b, s, values := p.bins[i], p.statistics()[i], []any{}
	for k, n := range b.counts {
		from, to := b.start+float64(k)*b.width, b.start+float64(k+1)*b.width
		values = append(values, map[string]any{"from": from, "to": to, "n": n, "height": p.height(i, n),
			"outlier": from > s.fenceHigh || to < s.fenceLow})
	}
	label := p.o.Say("values")
	if p.share {
		label = p.o.Say("%s of values", "%")
	}
	if p.o.yLabel != "" {
		label = p.o.yLabel
	}
	title := any(nil)
	if p.o.xLabel != "" {
		title = p.o.xLabel
	}
	theme := p.o.palette()
	return map[string]any{
		"data":   map[string]any{"values": values},
		"mark":   map[string]any{"type": "bar", "binSpacing": 0},
		"params": []any{map[string]any{"name": "zoom" + count(i), "select": map[string]any{"type": "interval", "encodings": []string{"x"}}, "bind": "scales"}},
		"encoding": map[string]any{
			"x":     map[string]any{"field": "from", "type": "quantitative", "title": title, "scale": map[string]any{"domain": []float64{p.x[i].lo, p.x[i].hi}, "nice": false, "zero": false}},
			"x2":    map[string]any{"field": "to"},
			"y":     map[string]any{"field": "height", "type": "quantitative", "title": label, "scale": map[string]any{"domainMin": 0}},
			"y2":    map[string]any{"datum": 0},
			"color": map[string]any{"condition": map[string]any{"test": "datum.outlier", "value": css(theme.Warning)}, "value": css(theme.First)},
			"tooltip": []any{
				map[string]any{"field": "from", "type": "quantitative"}, map[string]any{"field": "to", "type": "quantitative"},
				map[string]any{"field": "n", "type": "quantitative", "title": p.o.Say("values")},
			},
		},
	}
}

// Data implements Tabular: a row for each value.
func (h *histogram) Data(o *Options) Table {
	names, values := Column{Name: "set", Texts: []string{}}, Column{Name: "value"}
	for i, s := range h.sets {
		for range s.Values {
			names.Texts = append(names.Texts, nameOr(s.Name, o.Say("set %s", count(i+1))))
		}
		values.Numbers = append(values.Numbers, s.Values...)
	}
	if values.Numbers == nil {
		values.Numbers = []float64{}
	}
	return Table{[]Column{names, values}}
}
