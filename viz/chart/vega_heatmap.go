package chart

import (
	"math"
	"strconv"
)

// Vega implements Interactable: cells over the numbers of rows and columns, with
// their names.
func (h *heatmap) Vega(width float64, o *Options) (map[string]any, error) {
	if h.m == nil {
		return nil, nil
	}
	rows, cols := h.m.Dims()
	if rows == 0 || cols == 0 {
		return nil, nil
	}
	s, err := newScale(h.survey(), o)
	if err != nil {
		return nil, err
	}
	m, names := h.m, func(list []string, i, n, all int) string {
		if i = i * all / n; i < len(list) {
			return tickFont.Fit(list[i], 400)
		}
		return strconv.Itoa(i)
	}
	nr, nc := rows, cols
	if rows*cols > maxVegaCells {
		k := math.Sqrt(float64(rows*cols) / maxVegaCells)
		nr, nc = min(rows, max(1, int(float64(rows)/k))), min(cols, max(1, int(float64(cols)/k)))
		if nr*nc > maxVegaCells { // one side is short
			nr, nc = min(nr, maxVegaCells), max(1, maxVegaCells/min(nr, maxVegaCells))
		}
		m = reduced(h.m, nr, nc)
	}
	values := make([]any, 0, nr*nc)
	for i := range nr {
		for j := range nc {
			values = append(values, map[string]any{"i": i, "j": j, "row": names(o.rows, i, nr, rows), "column": names(o.columns, j, nc, cols), "value": finiteOrNil(m.At(i, j))})
			if o.above != nil && nc == cols && len(o.above.values) == cols {
				values[len(values)-1].(map[string]any)["above"] = finiteOrNil(o.above.values[j])
			}
		}
	}
	title := func(s string) any {
		if s == "" {
			return nil
		}
		return s
	}
	inner := math.Round(max(width-140, 100))
	axis := func(n int, list []string, label string, field, size string) map[string]any {
		// Every k-th label, by the number of the cell.
		expr := "datum.value"
		if len(list) > 0 && len(list) <= 500 {
			expr = "[" + quotedList(list) + "][datum.value]"
		}
		return map[string]any{"field": field, "type": "ordinal", "title": title(label),
			"axis": map[string]any{"labelExpr": expr, "labelOverlap": true, "labelLimit": 160}}
	}
	tooltip := []any{
		map[string]any{"field": "row", "type": "nominal", "title": o.Say("row")},
		map[string]any{"field": "column", "type": "nominal", "title": o.Say("column")},
		map[string]any{"field": "value", "type": "quantitative", "title": nameOr(o.scaleLabel, o.Say("value"))},
	}
	if o.above != nil {
		tooltip = append(tooltip, map[string]any{"field": "above", "type": "quantitative", "title": nameOr(o.above.label, "")})
	}
	return map[string]any{
		"width": inner, "height": math.Round(min(max(float64(nr)*20, 60), 420)),
		"data":   map[string]any{"values": values},
		"mark":   map[string]any{"type": "rect", "invalid": nil},
		"params": []any{map[string]any{"name": "pick", "select": map[string]any{"type": "point", "fields": []string{"i"}}}},
		"encoding": map[string]any{
			"x":       axis(nc, o.columns, o.xLabel, "j", "width"),
			"y":       axis(nr, o.rows, o.yLabel, "i", "height"),
			"color":   map[string]any{"field": "value", "type": "quantitative", "scale": s.vegaColors(), "title": title(o.scaleLabel)},
			"opacity": map[string]any{"condition": map[string]any{"param": "pick", "value": 1}, "value": 0.35},
			"tooltip": tooltip,
		},
	}, nil
}

// finiteOrNil is a number as JSON can have it.
func finiteOrNil(x float64) any {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return nil
	}
	return x
}

// quotedList writes texts as Vega's expressions do.
func quotedList(list []string) string {
	var b []byte
	for i, s := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendQuoteToASCII(b, s)
	}
	return string(b)
}
