package chart

import (
	"image/color"
	"math"
	"slices"

	"loupe/viz/draw"
)

// ridges draws the same values as outlines above each other.
type ridges struct{ quantiles }

const (
	maxRidges  = 48
	ridgeReach = 2.4 // rows that the highest outline covers
	ridgeBins  = 90
)

// shown are the steps that have an outline: at most maxRidges, evenly taken.
func (m *ridges) shown() []int {
	n := min(len(m.values), maxRidges)
	list := make([]int, n)
	for i := range n {
		list[i] = i
		if n > 1 {
			list[i] = i * (len(m.values) - 1) / (n - 1)
		}
	}
	return list
}

// ridgeName is the name of a row of the axis. Two rows above the first one leave
// its outline room.
func (m *ridges) ridgeName(i int) string {
	return number(xAt(m.steps, i)) + invisible(i)
}

// invisible makes names of one text different without being seen.
func invisible(i int) string {
	s := ""
	for ; i > 0; i /= 2 {
		s += string([]rune{0x200b, 0x200c}[i%2])
	}
	return s
}

func (m *ridges) extent(x, y *domain) {
	if len(m.values) > 0 {
		y.addName(invisible(1))
		y.addName(invisible(2))
	}
	for _, i := range m.shown() {
		y.addName(m.ridgeName(i))
		if s := m.spread()[i]; !s.none() {
			x.add(s.quantile(0))
			x.add(s.quantile(1))
		}
	}
	y.any = y.any || len(m.values) > 0
}

func (m *ridges) draw(p *panel, l *layer) {
	shown := m.shown()
	heights, top := make([][]float64, len(shown)), 0.0
	for k, i := range shown {
		heights[k] = density(m.spread()[i], p.x.lo, p.x.hi)
		top = max(top, slices.Max(heights[k]))
	}
	if top == 0 || p.y.cells == nil {
		return
	}
	row := p.area.H() / float64(p.y.cells.n)
	for k, i := range shown {
		base := p.area.Y0 + (float64(p.y.cells.index[m.ridgeName(i)])+0.75)*row
		at := make([]draw.Point, 0, ridgeBins+2)
		for b, h := range heights[k] {
			x := p.area.X0 + (float64(b)+0.5)/ridgeBins*p.area.W()
			at = append(at, draw.Point{X: x, Y: base - h/top*ridgeReach*row})
		}
		closed := append([]draw.Point{{X: p.area.X0, Y: base}}, append(at, draw.Point{X: p.area.X1, Y: base})...)
		share := 0.35 + 0.5*float64(k)/float64(max(len(shown)-1, 1))
		p.Polygon(closed, p.Paper)
		if !p.Outline {
			p.Polygon(closed, faded(l.color, share))
		}
		p.Dashed(closed, 1, mixed(l.color, p.Paper, 0.75), 0)
		p.Hover(draw.Rect{X0: p.area.X0, Y0: base - row, X1: p.area.X1, Y1: base}, p.Say("step %s", number(xAt(m.steps, i))))
	}
}

// density is the share of some values about each of ridgeBins places between two
// values, smoothed by its neighbours.
func density(s spread, lo, hi float64) []float64 {
	raw, list := make([]float64, ridgeBins+2), make([]float64, ridgeBins)
	if s.none() {
		return list
	}
	edge := func(i int) float64 {
		t := float64(i) / ridgeBins
		return lo*(1-t) + hi*t
	}
	before := s.below(lo)
	for i := range ridgeBins {
		upTo := edge(i + 1)
		if i == ridgeBins-1 {
			upTo = math.Nextafter(hi, math.Inf(1))
		}
		share := s.below(upTo)
		raw[i+1], before = share-before, share
	}
	for i := range list {
		list[i] = raw[i]/4 + raw[i+1]/2 + raw[i+2]/4
	}
	return list
}

func mixed(a, b color.NRGBA, share float64) color.NRGBA {
	mix := func(x, y uint8) uint8 { return uint8(math.Round(float64(x)*share + float64(y)*(1-share))) }
	return color.NRGBA{R: mix(a.R, b.R), G: mix(a.G, b.G), B: mix(a.B, b.B), A: a.A}
}

// vega is the median with the bands: outlines have no place in its grammar.
func (m *ridges) vega(l *layer) map[string]any {
	return map[string]any{
		"mark": map[string]any{"type": "bar", "height": 4},
		"encoding": map[string]any{"y": map[string]any{"field": "x", "type": "ordinal", "title": nil}, "x": vegaField("low"), "x2": map[string]any{"field": "high"},
			"opacity": map[string]any{"value": 0.3}},
	}
}
