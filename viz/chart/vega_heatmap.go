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
			v := any(nil)
			if x := m.At(i, j); !math.IsNaN(x) && !math.IsInf(x, 0) {
				v = x
			}
			values = append(values, map[string]any{"i": i, "j": j, "row": names(o.rows, i, nr, rows), "column": names(o.columns, j, nc, cols), "value": v})
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
			"tooltip": []any{
				map[string]any{"field": "row", "type": "nominal", "title": o.Say("row")},
				map[string]any{"field": "column", "type": "nominal", "title": o.Say("column")},
				map[string]any{"field": "value", "type": "quantitative", "title": nameOr(o.scaleLabel, o.Say("value"))},
			},
		},
	}, nil
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

// Data implements Tabular: a row for each cell.
func (h *heatmap) Data(o *Options) Table {
	if h.m == nil {
		return Table{}
	}
	rows, cols := h.m.Dims()
	t := cellTable(h.m, rows*cols)
	for k := range t.Columns[0].Numbers {
		i, j := k/cols, k%cols
		t.Columns[0].Numbers[k], t.Columns[1].Numbers[k] = float64(i), float64(j)
	}
	if len(o.rows) == rows {
		t.Columns = append(t.Columns, repeated("row name", o.rows, func(k int) int { return k / cols }, rows*cols))
	}
	if len(o.columns) == cols {
		t.Columns = append(t.Columns, repeated("column name", o.columns, func(k int) int { return k % cols }, rows*cols))
	}
	return t
}

func cellTable(m Matrix, n int) Table {
	t := Table{[]Column{{Name: "row", Numbers: make([]float64, n)}, {Name: "column", Numbers: make([]float64, n)}, {Name: "value", Numbers: make([]float64, 0, n)}}}
	rows, cols := m.Dims()
	for i := range rows {
		for j := range cols {
			t.Columns[2].Numbers = append(t.Columns[2].Numbers, m.At(i, j))
		}
	}
	return t
}

// repeated is a column of names, by the number of the row of the table.
func repeated(name string, names []string, which func(int) int, n int) Column {
	c := Column{Name: name, Texts: make([]string, n)}
	for k := range n {
		c.Texts[k] = names[which(k)]
	}
	return c
}
