package chart

import (
	"fmt"
	"math"
	"sync"
)

// Raster shows a matrix as colours over a part of the plane: row 0 lies at y0,
// the last row at y1, the columns from x0 to x1. A matrix with names for its
// rows is better a HeatMap.
func Raster(m Matrix, x0, x1, y0, y1 float64, list ...MarkOption) Mark {
	return &raster{styled(list), m, x0, x1, y0, y1, sync.OnceValue(func() extremes { return survey(m) })}
}

type raster struct {
	opts           style
	m              Matrix
	x0, x1, y0, y1 float64
	survey         func() extremes
}

func (m *raster) style() *style { return &m.opts }

func (m *raster) check() error {
	if m.m == nil {
		return fmt.Errorf("viz: a raster needs a matrix, not nil")
	}
	if !(m.x0 != m.x1) || !(m.y0 != m.y1) || math.IsInf(m.x1-m.x0, 0) || math.IsInf(m.y1-m.y0, 0) || math.IsNaN(m.x0+m.x1+m.y0+m.y1) {
		return fmt.Errorf("viz: a raster cannot reach from %v to %v and from %v to %v: the ends must differ and be finite", m.x0, m.x1, m.y0, m.y1)
	}
	return m.opts.checkStyle("a raster", 0)
}

func (m *raster) extent(x, y *domain) {
	x.add(m.x0)
	x.add(m.x1)
	y.add(m.y0)
	y.add(m.y1)
}

func (m *raster) draw(p *panel, l *layer) {
	rows, cols := m.m.Dims()
	if rows == 0 || cols == 0 {
		return
	}
	d := p.Density()
	w, h := max(1, int(math.Round(p.area.W()*d))), max(1, int(math.Round(p.area.H()*d)))
	// The frame is filled pixel by pixel, so that any scale and range will do.
	p.Image(l.scale.plane(m, p.x, p.y, w, h, m.opts.seen(p.Ink, 1).A), p.area)
}

func (m *raster) describe(o *Options) string {
	e := m.survey()
	rows, cols := m.m.Dims()
	text := m.opts.named(o, o.Say("raster of %s × %s values", count(rows), count(cols)))
	if e.missing {
		return text + o.Say(" without finite values")
	}
	return text + o.Say(" from %s to %s", number(e.lo), number(e.hi))
}

func (m *raster) rows(t *plotTable) {
	rows, cols := m.m.Dims()
	for i := range rows {
		for j := range cols {
			x := m.x0 + (float64(j)+0.5)/float64(cols)*(m.x1-m.x0)
			y := m.y0 + (float64(i)+0.5)/float64(rows)*(m.y1-m.y0)
			t.add(row{mark: m.opts.label, x: x, y: y, low: nan, high: nan, value: m.m.At(i, j)})
		}
	}
}

func (m *raster) vega(l *layer) map[string]any {
	v := vegaXY("rect")
	rows, cols := m.m.Dims()
	e := v["encoding"].(map[string]any)
	dx, dy := math.Abs(m.x1-m.x0)/float64(max(cols, 1))/2, math.Abs(m.y1-m.y0)/float64(max(rows, 1))/2
	v["transform"] = []any{
		map[string]any{"calculate": fmt.Sprintf("datum.x - %v", dx), "as": "left"}, map[string]any{"calculate": fmt.Sprintf("datum.x + %v", dx), "as": "right"},
		map[string]any{"calculate": fmt.Sprintf("datum.y - %v", dy), "as": "bottom"}, map[string]any{"calculate": fmt.Sprintf("datum.y + %v", dy), "as": "top"},
	}
	e["x"], e["x2"] = vegaField("left"), map[string]any{"field": "right"}
	e["y"], e["y2"] = vegaField("bottom"), map[string]any{"field": "top"}
	return v
}
