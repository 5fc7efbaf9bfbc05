package chart

import (
	"math"

	"loupe/viz/draw"
)

// Contour draws the lines where the values of a matrix over a part of the plane,
// as in Raster, pass a level.
func Contour(m Matrix, x0, x1, y0, y1, level float64, list ...MarkOption) Mark {
	return &contour{raster: *Raster(m, x0, x1, y0, y1, list...).(*raster), level: level}
}

type contour struct {
	raster
	level float64
}

// segments are the pieces of the lines, by marching squares: each square of four
// neighbouring values has at most two.
func (m *contour) segments() [][2][2]float64 {
	rows, cols := m.m.Dims()
	place := func(i, j float64) [2]float64 {
		return [2]float64{m.x0 + (j+0.5)/float64(cols)*(m.x1-m.x0), m.y0 + (i+0.5)/float64(rows)*(m.y1-m.y0)}
	}
	var list [][2][2]float64
	for i := range rows - 1 {
		for j := range cols - 1 {
			// The corners in turn, and where the line crosses each edge.
			v := [4]float64{m.m.At(i, j), m.m.At(i, j+1), m.m.At(i+1, j+1), m.m.At(i+1, j)}
			at := [4][2]float64{{0, 0}, {0, 1}, {1, 1}, {1, 0}}
			var cuts [][2]float64
			for k := range 4 {
				a, b := v[k]-m.level, v[(k+1)%4]-m.level
				if math.IsNaN(a) || math.IsNaN(b) || (a < 0) == (b < 0) {
					continue
				}
				t := a / (a - b)
				p, q := at[k], at[(k+1)%4]
				cuts = append(cuts, place(float64(i)+p[0]+t*(q[0]-p[0]), float64(j)+p[1]+t*(q[1]-p[1])))
			}
			for k := 0; k+1 < len(cuts); k += 2 {
				list = append(list, [2][2]float64{cuts[k], cuts[k+1]})
			}
		}
	}
	return list
}

func (m *contour) draw(p *panel, l *layer) {
	c := m.opts.seen(p.Ink, 1)
	if m.opts.color != "" {
		c = m.opts.seen(l.color, 1)
	}
	for _, run := range chain(m.segments()) {
		at := make([]draw.Point, len(run))
		for i, q := range run {
			at[i] = p.at(q[0], q[1])
		}
		pattern := 0
		if m.opts.dashed {
			pattern = 1
		}
		p.strokeLine(at, m.opts.thick(1.6), c, pattern)
	}
}

// chain joins pieces that meet, so that dashes and corners run on.
func chain(pieces [][2][2]float64) [][][2]float64 {
	ends := map[[2]float64][]int{}
	for i, s := range pieces {
		ends[s[0]], ends[s[1]] = append(ends[s[0]], i), append(ends[s[1]], i)
	}
	used := make([]bool, len(pieces))
	// follow walks from a place along pieces that are not used yet.
	follow := func(at [2]float64) (list [][2]float64) {
		for {
			next := -1
			for _, i := range ends[at] {
				if !used[i] {
					next = i
					break
				}
			}
			if next < 0 {
				return list
			}
			used[next] = true
			if s := pieces[next]; s[0] == at {
				at = s[1]
			} else {
				at = s[0]
			}
			list = append(list, at)
		}
	}
	var runs [][][2]float64
	for i, s := range pieces {
		if used[i] {
			continue
		}
		used[i] = true
		back, on := follow(s[0]), follow(s[1])
		var run [][2]float64
		for k := len(back) - 1; k >= 0; k-- {
			run = append(run, back[k])
		}
		runs = append(runs, append(append(run, s[0], s[1]), on...))
	}
	return runs
}

func (m *contour) describe(o *Options) string {
	text := m.opts.named(o, o.Say("line where values are %s", number(m.level)))
	if len(m.segments()) == 0 {
		text += o.Say(" (nowhere)")
	}
	return text
}

func (m *contour) rows(t *plotTable) {
	for i, run := range chain(m.segments()) {
		for _, q := range run {
			t.add(row{mark: m.opts.label, name: count(i), x: q[0], y: q[1], low: nan, high: nan, value: m.level})
		}
	}
}

func (m *contour) vega(l *layer) map[string]any {
	v := (&line{opts: m.opts}).vega(l)
	v["encoding"].(map[string]any)["detail"] = map[string]any{"field": "name", "type": "nominal"}
	return v
}
