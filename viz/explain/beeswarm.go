package explain

import (
	"errors"
	"image/color"
	"math"
	"slices"

	"loupe/viz/chart"
	"loupe/viz/draw"
)

// Beeswarm shows the contributions of each feature to many rows as points: to the
// right what raises the output, to the left what lowers it, coloured by the value of
// the feature in the row.
func (a *Attribution) Beeswarm() *chart.Figure {
	v, err := a.view()
	if err != nil {
		return chart.Failed(err)
	}
	s := newSwarm(v)
	return chart.New(&board{lines: func(o *chart.Options) []boardLine { return v.boardLines(o, false) }, lo: s.lo, hi: s.hi, height: 30, over: 4, key: a.Data != nil,
		axis: v.axis, draw: s.draw, describe: v.describeAll, caption: v.captionAll, data: v.table})
}

// Violin shows how the contributions of each feature are distributed over many rows,
// coloured by the mean value of the feature where they lie.
func (a *Attribution) Violin() *chart.Figure {
	v, err := a.view()
	if err == nil && v.rows() < 2 {
		err = errors.New("explain: a violin shows how contributions are distributed over rows, and there is one row")
	}
	if err != nil {
		return chart.Failed(err)
	}
	s := newSwarm(v)
	return chart.New(&board{lines: func(o *chart.Options) []boardLine { return v.boardLines(o, false) }, lo: s.lo, hi: s.hi, height: 30, over: 4, key: a.Data != nil,
		axis: v.axis, draw: s.drawViolins, describe: v.describeAll, caption: v.captionAll, data: v.table})
}

// A swarm is the contributions line by line.
type swarm struct {
	v      *view
	at     [][]float64 // contributions of each line, row by row
	share  [][]float64 // where the feature's value stands, nil if unknown
	lo, hi float64
}

func newSwarm(v *view) *swarm {
	s := &swarm{v: v}
	for i := range v.lines() {
		list := make([]float64, v.rows())
		for r := range list {
			list[r] = v.contribution(r, i)
			s.lo, s.hi = min(s.lo, list[r]), max(s.hi, list[r])
		}
		s.at = append(s.at, list)
		switch {
		case i >= len(v.order) || v.a.Data == nil:
			s.share = append(s.share, nil)
		default:
			s.share = append(s.share, place(column(v.a.Data, v.order[i])))
		}
	}
	return s
}

func (s *swarm) draw(c *boardPen) {
	c.rule(0, c.Frame)
	n := s.v.rows()
	diameter := min(6, max(2, 9-2*math.Log10(float64(n))))
	for i, list := range s.at {
		s.line(c, i, list, diameter)
	}
}

// line places the points of a line: those that would cover each other move up and
// down in turn.
func (s *swarm) line(c *boardPen, i int, list []float64, diameter float64) {
	bins := map[int][]int{}
	most := 0
	for r, v := range list {
		b := int(math.Floor(c.x(v) / diameter))
		bins[b] = append(bins[b], r)
		most = max(most, len(bins[b]))
	}
	room := c.step()*0.9 - diameter
	gap := min(diameter, room/float64(max(most-1, 1)))
	at := make([]draw.Point, len(list))
	for _, rows := range bins {
		for k, r := range rows {
			side := float64((k + 1) / 2)
			if k%2 == 1 {
				side = -side
			}
			at[r] = draw.Point{X: c.x(list[r]), Y: c.middle(i) + side*gap}
		}
	}
	colors, shade := make([]color.NRGBA, len(list)), between(c.Sheet)
	for r := range list {
		colors[r] = c.Rim
		if s.share[i] != nil {
			colors[r] = shade(s.share[i][r])
		}
	}
	c.Dots(at, draw.Dot{Radius: diameter / 2}, colors)
	if len(list)*len(s.at) > 1000 {
		return
	}
	for r, p := range at {
		text := draw.Clean(s.v.name(c.Options, i))
		if v := s.v.value(r, i); v != "" {
			text += " = " + v
		}
		c.Hover(draw.Rect{X0: p.X - 3, Y0: p.Y - 3, X1: p.X + 3, Y1: p.Y + 3}, text+": "+signedNumber(list[r]))
	}
}

// violinPieces is of how many places an outline is made.
const violinPieces = 80

func (s *swarm) drawViolins(c *boardPen) {
	c.rule(0, c.Frame)
	for i, list := range s.at {
		s.violin(c, i, list)
	}
}

// violin draws the density of a line, by a Gaussian kernel of Silverman's width.
func (s *swarm) violin(c *boardPen, i int, list []float64) {
	lo, hi := slices.Min(list), slices.Max(list)
	y := c.middle(i)
	if hi-lo < 1e-12*math.Max(math.Abs(lo), math.Abs(hi))+1e-300 {
		c.Line([]draw.Point{{X: c.x(lo), Y: y - 6}, {X: c.x(lo), Y: y + 6}}, 2, c.Frame)
		return
	}
	width := bandwidth(list)
	lo, hi = lo-2*width, hi+2*width
	density, color := make([]float64, violinPieces+1), make([]float64, violinPieces+1)
	top := 0.0
	for p := range density {
		x := lo + (hi-lo)*float64(p)/violinPieces
		for r, v := range list {
			k := math.Exp(-0.5 * (x - v) * (x - v) / (width * width))
			density[p] += k
			if s.share[i] != nil {
				color[p] += k * s.share[i][r]
			}
		}
		if density[p] > 0 {
			color[p] /= density[p]
		}
		top = max(top, density[p])
	}
	half, shade := c.step()*0.42, between(c.Sheet)
	for p := range violinPieces {
		x0, x1 := c.x(lo+(hi-lo)*float64(p)/violinPieces), c.x(lo+(hi-lo)*float64(p+1)/violinPieces)
		x0, x1 = max(x0, c.area.X0), min(x1, c.area.X1)
		if x1 <= x0 {
			continue
		}
		h0, h1 := max(half*density[p]/top, 0.4), max(half*density[p+1]/top, 0.4)
		fill := c.Rim
		if s.share[i] != nil {
			fill = shade((color[p] + color[p+1]) / 2)
		}
		c.Polygon([]draw.Point{{X: x0, Y: y - h0}, {X: x1 + 0.3, Y: y - h1}, {X: x1 + 0.3, Y: y + h1}, {X: x0, Y: y + h0}}, fill)
	}
	c.Hover(draw.Rect{X0: c.x(slices.Min(list)), Y0: y - half, X1: c.x(slices.Max(list)), Y1: y + half}, draw.Clean(s.v.name(c.Options, i))+": "+signedNumber(slices.Min(list))+" … "+signedNumber(slices.Max(list)))
}

// bandwidth is Silverman's rule of thumb.
func bandwidth(list []float64) float64 {
	n := float64(len(list))
	sorted := slices.Sorted(slices.Values(list))
	mean, square := sum(list)/n, 0.0
	for _, v := range list {
		square += (v - mean) * (v - mean) / n
	}
	spread := math.Sqrt(square)
	if iqr := sorted[len(sorted)*3/4] - sorted[len(sorted)/4]; iqr > 0 {
		spread = min(spread, iqr/1.34)
	}
	return max(0.9*spread*math.Pow(n, -0.2), (sorted[len(sorted)-1]-sorted[0])/200)
}
