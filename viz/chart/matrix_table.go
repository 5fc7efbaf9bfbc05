package chart

// Data implements Tabular: a row for each cell.
func (h *heatmap) Data(o *Options) Table {
	if h.m == nil {
		return Table{}
	}
	rows, cols := h.m.Dims()
	t := cellTable(h.m)
	if len(o.rows) == rows {
		t.Columns = append(t.Columns, repeated("row name", o.rows, func(k int) int { return k / cols }, rows*cols))
	}
	if len(o.columns) == cols {
		t.Columns = append(t.Columns, repeated("column name", o.columns, func(k int) int { return k % cols }, rows*cols))
	}
	return t
}

// cellTable has a row for each cell of a matrix.
func cellTable(m Matrix) Table {
	var i, j, v []float64
	rows, cols := m.Dims()
	for r := range rows {
		for c := range cols {
			i, j, v = append(i, float64(r)), append(j, float64(c)), append(v, m.At(r, c))
		}
	}
	return Table{[]Column{{Name: "row", Numbers: i}, {Name: "column", Numbers: j}, {Name: "value", Numbers: v}}}
}

// append adds the rows of another table with the same columns.
func (t *Table) append(other Table) {
	if t.Columns == nil {
		t.Columns = other.Columns
		return
	}
	for k := range t.Columns {
		t.Columns[k].Numbers = append(t.Columns[k].Numbers, other.Columns[k].Numbers...)
		t.Columns[k].Texts = append(t.Columns[k].Texts, other.Columns[k].Texts...)
	}
}

// repeated is a column of names, by the number of the row of the table.
func repeated(name string, names []string, which func(int) int, n int) Column {
	c := Column{Name: name, Texts: make([]string, n)}
	for k := range n {
		c.Texts[k] = names[which(k)]
	}
	return c
}
