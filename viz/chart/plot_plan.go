package chart

import (
	"math"
	"slices"

	"loupe/viz/draw"
)

// A plotPlan is a plot that is laid out.
type plotPlan struct {
	*plot
	o             *Options
	layers        [][]*layer
	x, y          []*axis
	columns, rows int
	inner, height float64 // of a frame
	left, next    float64 // left margins, of the first column and of the others
	head, foot    float64 // margins above and below a frame
	right         float64 // the colour bar
	legend        legend
	scale         *scale
}

func (p *plot) Width(o *Options) float64 {
	if n := len(p.panels); n > 1 {
		return min(max(float64(min(n, columnsFor(n, o)))*facetWidth+60, 480), 1000)
	}
	return 620
}

func (p *plot) Layout(width float64, o *Options) (Body, error) {
	if err := p.check(o); err != nil {
		return Body{}, err
	}
	if p.empty() {
		return message(o.Say("nothing to show"), width), nil
	}
	n := len(p.panels)
	q := &plotPlan{plot: p, o: o}
	var err error
	if q.layers, err = p.layers(o); err != nil {
		return Body{}, err
	}
	if err := q.axes(); err != nil {
		return Body{}, err
	}
	q.columns = columnsFor(n, o)
	for q.columns > 1 && width/float64(q.columns) < leastFacet {
		q.columns--
	}
	q.rows = (n + q.columns - 1) / q.columns
	q.legend = newLegend(q.layers, o, width)
	q.measure(width)
	rows := float64(q.rows)
	return Body{Height: q.legend.height + rows*(q.head+q.height+q.foot), Draw: q.draw}, nil
}

// axes makes the axes from what the marks have to show.
func (q *plotPlan) axes() error {
	dx, dy := q.domains(q.o)
	for i := range q.panels {
		if i > 0 && dx[i] == dx[i-1] { // shared
			q.x, q.y = append(q.x, q.x[i-1]), append(q.y, q.y[i-1])
			continue
		}
		x, y := dx[i].axis(q.o.logX, hasRaster(q.panels[i])), dy[i].axis(q.o.logY, hasRaster(q.panels[i]))
		if q.o.ranged && x.cells == nil {
			x.lo, x.hi = q.o.lo, q.o.hi
			if x.log && x.lo <= 0 {
				x.lo = x.hi / 1e6
			}
		}
		q.x, q.y = append(q.x, x), append(q.y, y)
	}
	return nil
}

func hasRaster(f Facet) bool {
	return slices.ContainsFunc(f.Marks, func(m Mark) bool { _, ok := m.(*raster); return ok })
}

// axis makes the axis of a domain. A tight one ends where the data do.
func (d *domain) axis(log, tight bool) *axis {
	if len(d.names) > 0 {
		a := &axis{lo: -0.5, hi: float64(len(d.names)) - 0.5}
		a.cells = &labels{n: len(d.names), names: d.names, index: d.known, step: 1, limit: 1e9}
		return a
	}
	a := &axis{lo: 0, hi: 1, log: log}
	if log {
		a.lo, a.hi = logRange(d.positive, d.hi)
		return a
	}
	if d.lo > d.hi {
		return a
	}
	lo, hi := d.lo, d.hi
	if d.zero {
		lo, hi = min(lo, 0), max(hi, 0)
	}
	a.lo, a.hi = widened(lo, hi)
	if tight || d.tight {
		return a
	}
	a.whole = d.whole && d.hi-d.lo >= 2
	// Half the extents, which may exceed what a float holds.
	margin := (a.hi/2 - a.lo/2) * 0.08
	if !(d.zero && lo == 0) {
		a.lo -= margin
	}
	if !(d.zero && hi == 0) {
		a.hi += margin
	}
	a.lo, a.hi = max(a.lo, -largest), min(a.hi, largest)
	return a
}

// logRange is what an axis of orders of magnitude shows. It has an extent, and
// ends where floats do.
func logRange(lo, hi float64) (float64, float64) {
	if !(lo <= hi) || math.IsInf(lo, 0) { // nothing above zero
		return 0.1, 10
	}
	a, b := math.Log10(lo), math.Log10(hi)
	margin := max((b-a)*0.04, 0.05)
	return math.Pow(10, max(a-margin, -307)), math.Pow(10, min(b+margin, 307))
}

// measure decides on margins and sizes.
func (q *plotPlan) measure(width float64) {
	q.head, q.height = 8, facetHeight
	if len(q.panels) == 1 {
		q.height = max(160, min(340, width*0.5))
	}
	if n := q.levelCells(); n > 0 { // level bars have a line each
		q.height = min(max(float64(n)*20, 60), 600)
		if q.hasRidges() { // outlines need room also where they are few
			q.height = max(q.height, facetHeight)
		}
	}
	if l := q.first(); l != nil && l.scale != nil {
		q.scale = l.scale
		q.right = q.scale.width(q.height)
	}
	for range 2 { // what is below depends on the width, and the height on that
		q.margins(width)
		n := float64(q.columns)
		q.inner = max((width-q.left-q.right-(n-1)*q.next-n*facetGap)/n, 20)
		q.foot = q.footHeight()
		if len(q.panels) > 1 {
			q.head = q.headHeight()
		}
		if q.o.height > 0 {
			q.height = max(24, (q.o.height-q.legend.height)/float64(q.rows)-q.head-q.foot)
		}
	}
}

func (q *plotPlan) hasRidges() bool {
	return slices.ContainsFunc(q.panels, func(f Facet) bool {
		return slices.ContainsFunc(f.Marks, func(m Mark) bool { _, ok := m.(*ridges); return ok })
	})
}

func (q *plotPlan) first() *layer {
	for _, list := range q.layers {
		if len(list) > 0 {
			return list[0]
		}
	}
	return nil
}

// levelCells is how many categories stand along the left axis.
func (q *plotPlan) levelCells() int {
	n := 0
	for _, y := range q.y {
		if y.cells != nil {
			n = max(n, y.cells.n)
		}
	}
	return n
}

// margins sets the ticks of the left axes, and the room that they take.
func (q *plotPlan) margins(width float64) {
	q.next = 0
	for _, y := range q.y {
		if y.cells != nil {
			c := newLabels(y.cells.n, y.cells.names, q.height/float64(y.cells.n))
			c.index = y.cells.index
			y.cells = &c
			q.next = max(q.next, c.widest(width/float64(q.columns)*0.4)+tickLength+tickGap)
			continue
		}
		y.setTicks(int(max(2, q.height/34)), false)
		q.next = max(q.next, y.labelWidth()+tickLength+tickGap)
	}
	q.left = q.next
	if q.o.yLabel != "" {
		q.left += labelFont.Line() + 2
	}
	if !q.o.ownScales {
		q.next = 0
	}
}

// footHeight sets the ticks of the lower axes, and is the room that they take.
func (q *plotPlan) footHeight() float64 {
	foot := 0.0
	for i, x := range q.x {
		if x.cells != nil {
			cell := q.inner / float64(x.cells.n)
			c := labels{n: x.cells.n, names: x.cells.names, index: x.cells.index, step: 1, limit: 1e9}
			c.lie(cell)
			if c.up {
				c.thin(cell, tickFont.Line())
			}
			foot = max(foot, c.height(110))
			x.cells = &c
			continue
		}
		if i == 0 || x != q.x[i-1] {
			x.fitTicks(q.inner, x.whole)
		}
		foot = max(foot, tickFont.Line())
	}
	foot += tickLength + tickGap + 2
	if q.o.xLabel != "" {
		foot += labelFont.Line()
	}
	if q.rows > 1 {
		foot += 8
	}
	return foot
}

// title is the name of a panel, in lines.
func (q *plotPlan) title(i int) []string {
	return headFont.Wrap(nameOr(q.panelName(q.o, i), ""), q.inner, 3)
}

// headHeight is the room that the longest title takes.
func (q *plotPlan) headHeight() float64 {
	lines := 1
	for i := range q.panels {
		lines = max(lines, len(q.title(i)))
	}
	return float64(lines)*headFont.Line() + 4
}

func (q *plotPlan) draw(c *Sheet, area draw.Rect) {
	q.legend.draw(c, area)
	top := area.Y0 + q.legend.height
	var last draw.Rect
	for i := range q.panels {
		col, row := i%q.columns, i/q.columns
		x0 := area.X0 + q.left + float64(col)*(q.inner+facetGap+q.next)
		y0 := top + float64(row)*(q.head+q.height+q.foot)
		frame := draw.Rect{X0: x0, Y0: y0 + q.head, X1: x0 + q.inner, Y1: y0 + q.head + q.height}
		if len(q.panels) > 1 {
			lines := q.title(i)
			for k, line := range lines { // the last stands on the frame
				y := frame.Y0 - 4 - headFont.Line()*float64(len(lines)-k)
				c.Text(line, draw.Point{X: x0, Y: y + headFont.Ascent()}, headFont, c.Ink, draw.Place{})
			}
		}
		q.drawPanel(c, i, frame, col == 0)
		if col == 0 && q.o.yLabel != "" {
			c.Text(labelFont.Fit(q.o.yLabel, q.height), draw.Point{X: area.X0 + labelFont.Ascent(), Y: (frame.Y0 + frame.Y1) / 2}, labelFont, c.Soft, draw.Place{Align: draw.Middle, Up: true})
		}
		last = frame
	}
	if q.scale != nil {
		last.Y0 = top + q.head
		q.scale.draw(c, area.X1-q.right, last)
	}
}

func (q *plotPlan) drawPanel(c *Sheet, i int, frame draw.Rect, first bool) {
	x, y := q.x[i], q.y[i]
	if y.cells != nil {
		y.drawCellsY(c, frame, first || q.o.ownScales)
	} else {
		y.drawY(c, frame, first || q.o.ownScales)
	}
	if x.cells != nil {
		x.drawCellsX(c, frame)
	} else {
		x.drawX(c, frame)
	}
	p := &panel{Sheet: c, area: frame, x: x, y: y}
	for _, l := range q.layers[i] {
		l.draw(p, l)
	}
	draw.Frame(c, frame, 1, c.Frame)
	if q.o.xLabel != "" {
		at := draw.Point{X: (frame.X0 + frame.X1) / 2, Y: frame.Y1 + q.foot - labelFont.Size*0.45}
		if q.rows > 1 {
			at.Y -= 8
		}
		c.Text(labelFont.Fit(q.o.xLabel, q.inner), at, labelFont, c.Soft, draw.Place{Align: draw.Middle})
	}
}
