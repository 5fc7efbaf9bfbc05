package explain

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"loupe/viz/chart"
	"loupe/viz/draw"
)

// maxPaths is how many rows a decision plot has lines for.
const maxPaths = 2000

// Decision shows a line for each row, which goes from the base, below, to the output,
// at the top, and moves at each feature by its contribution. Lines have the colour of
// where they end.
func (a *Attribution) Decision() *chart.Figure {
	v, err := a.view()
	if err == nil && v.rows() > maxPaths {
		err = fmt.Errorf("explain: lines for %d rows cannot be told apart: choose up to %d, such as Rows(0, 200)", v.rows(), maxPaths)
	}
	if err != nil {
		return chart.Failed(err)
	}
	d := &decision{v: v}
	n := v.lines()
	b := &board{lines: func(o *chart.Options) []boardLine { return v.boardLines(o, v.rows() == 1) }, height: 26, over: 12, lo: v.base(), hi: v.base(),
		axis: v.scaleName, draw: d.draw, describe: v.describePaths, caption: v.captionAll, data: v.table}
	for r := range v.rows() {
		path := make([]float64, n+1) // from above to below
		at := v.base()
		path[n] = at
		for i := n - 1; i >= 0; i-- {
			at += v.contribution(r, i)
			path[i] = at
		}
		for _, x := range path {
			b.lo, b.hi = min(b.lo, x), max(b.hi, x)
		}
		d.paths = append(d.paths, path)
	}
	return chart.New(b)
}

type decision struct {
	v     *view
	paths [][]float64
}

func (d *decision) draw(c *boardPen) {
	c.rule(d.v.base(), c.Frame)
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, p := range d.paths {
		lo, hi = min(lo, p[0]), max(hi, p[0])
	}
	width := min(2, max(0.6, 3-math.Log10(float64(len(d.paths)))))
	// The extremes are drawn last: they are what a reader looks for.
	order := make([]int, len(d.paths))
	for i := range order {
		order[i] = i
	}
	middle := (lo + hi) / 2
	slices.SortStableFunc(order, func(i, j int) int {
		return cmp.Compare(math.Abs(d.paths[i][0]-middle), math.Abs(d.paths[j][0]-middle))
	})
	shade := between(c.Sheet)
	for _, r := range order {
		path := d.paths[r]
		points := make([]draw.Point, len(path))
		for i, x := range path {
			points[i] = draw.Point{X: c.x(x), Y: c.area.Y0 + float64(i)*c.step()}
		}
		t := 0.5
		if hi > lo {
			t = (path[0] - lo) / (hi - lo)
		}
		c.Line(points, width, shade(t))
	}
}

// describePaths says where lines end.
func (v *view) describePaths(o *chart.Options) string {
	if v.rows() == 1 {
		return v.describeRow(o)
	}
	lo, hi := math.Inf(1), math.Inf(-1)
	for r := range v.rows() {
		x := v.reached(r)
		lo, hi = min(lo, x), max(hi, x)
	}
	return v.a.Method + o.Say(": ") + o.Say("%s lead from the base of %s to %s between %s and %s.", o.Count(v.rows(), "line", "lines"), chart.Number(v.base()), draw.Clean(v.output(o)),
		chart.Number(lo), chart.Number(hi)) + " " + v.describeAll(o)
}
