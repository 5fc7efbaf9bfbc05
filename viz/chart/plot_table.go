package chart

import "math"

// A row is one thing that a mark shows. Numbers that it has not are NaN.
type row struct {
	panel, mark, name      string
	x, y, low, high, value float64
}

// A plotTable collects the rows of all marks.
type plotTable struct {
	panel string
	list  []row
}

func (t *plotTable) add(r row) {
	r.panel = t.panel
	t.list = append(t.list, r)
}

// table drops the columns that nothing is in.
func (t *plotTable) table() Table {
	var out Table
	text := func(name string, of func(*row) string) {
		list, any := make([]string, len(t.list)), false
		for i := range t.list {
			list[i] = of(&t.list[i])
			any = any || list[i] != ""
		}
		if any {
			out.Columns = append(out.Columns, Column{Name: name, Texts: list})
		}
	}
	num := func(name string, of func(*row) float64) {
		list, any := make([]float64, len(t.list)), false
		for i := range t.list {
			list[i] = of(&t.list[i])
			any = any || !math.IsNaN(list[i])
		}
		if any {
			out.Columns = append(out.Columns, Column{Name: name, Numbers: list})
		}
	}
	text("panel", func(r *row) string { return r.panel })
	text("mark", func(r *row) string { return r.mark })
	text("name", func(r *row) string { return r.name })
	num("x", func(r *row) float64 { return r.x })
	num("y", func(r *row) float64 { return r.y })
	num("low", func(r *row) float64 { return r.low })
	num("high", func(r *row) float64 { return r.high })
	num("value", func(r *row) float64 { return r.value })
	return out
}

// Data implements Tabular.
func (p *plot) Data(*Options) Table {
	t := &plotTable{}
	for _, f := range p.panels {
		t.panel = f.Name
		for _, m := range f.Marks {
			if m.check() == nil {
				m.rows(t)
			}
		}
	}
	return t.table()
}
