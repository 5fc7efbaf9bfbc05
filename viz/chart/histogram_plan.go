package chart

import (
	"fmt"
	"math"
)

const (
	facetWidth  = 230.0 // natural width
	facetHeight = 170.0 // of the part within the frame
	facetGap    = 16.0  // at the right of each
	leastFacet  = 150.0
	maxFacets   = 64
)

func (h *histogram) Width(o *Options) float64 {
	n := len(h.sets)
	if n <= 1 {
		return 560
	}
	return min(max(float64(min(n, columnsFor(n, o)))*facetWidth+60, 480), 1000)
}

// columnsFor is how many facets stand side by side where there is room.
func columnsFor(n int, o *Options) int {
	if o.across > 0 {
		return min(o.across, n)
	}
	if n <= 4 {
		return n
	}
	rows := (n + 3) / 4
	return (n + rows - 1) / rows
}

// A histogramPlan is a histogram that is laid out.
type histogramPlan struct {
	*histogram
	o             *Options
	columns, rows int
	inner, plot   float64 // width and height of a facet within its frame
	left, next    float64 // left margins, of the first column and of the others
	head, foot    float64 // margins above and below the frame
	beyond        bool    // some values lie beyond the axes, and a line says so
	x, y          []axis
	bins          []bins
	shared        bool // one x and y axis for all
	share         bool // heights are shares of the values rather than counts
}

func (h *histogram) Layout(width float64, o *Options) (Body, error) {
	n := len(h.sets)
	if n == 0 {
		return message(o.Say("no values"), width), nil
	}
	if n > maxFacets {
		return Body{}, fmt.Errorf("viz: a histogram of %d sets is too large to read: pass at most %d", n, maxFacets)
	}
	if o.ranged && (!(o.lo < o.hi) || math.IsInf(o.hi-o.lo, 0)) {
		return Body{}, fmt.Errorf("viz: the axis cannot range from %v to %v: the first must be smaller, both finite", o.lo, o.hi)
	}
	p := &histogramPlan{histogram: h, o: o, plot: facetHeight, share: n > 1}
	p.columns = columnsFor(n, o)
	for p.columns > 1 && width/float64(p.columns) < leastFacet {
		p.columns--
	}
	p.rows = (n + p.columns - 1) / p.columns
	if n == 1 {
		p.plot = max(150, min(260, width*0.42))
	}
	p.x, p.shared = p.ranges(o)
	p.count(width/float64(p.columns) - 40)
	p.margins()
	if o.height > 0 {
		p.plot = max(30, o.height/float64(p.rows)-p.head-p.foot)
	}
	p.axes(width)
	return Body{Height: float64(p.rows) * (p.head + p.plot + p.foot), Draw: p.draw}, nil
}

// count puts the values into bins, for frames of about a width.
func (p *histogramPlan) count(room float64) {
	p.bins, p.y = make([]bins, len(p.sets)), make([]axis, len(p.sets))
	step := math.Inf(1)
	for i, s := range p.statistics() {
		if s.n > 0 {
			step = min(step, binWidth(s, p.x[i], room))
		}
	}
	for i, s := range p.statistics() {
		w := step
		if !p.shared || math.IsInf(w, 1) {
			w = binWidth(s, p.x[i], room)
		}
		b := s.count(p.x[i], w)
		p.bins[i] = b
		p.x[i].lo, p.x[i].hi = min(p.x[i].lo, b.start), max(p.x[i].hi, b.start+float64(len(b.counts))*b.width)
		for _, c := range b.counts {
			p.y[i].hi = max(p.y[i].hi, p.height(i, c))
		}
		low, high := p.outside(i)
		p.beyond = p.beyond || low+high > 0
	}
}

// height is a bin's count, or its share of the set in percent.
func (p *histogramPlan) height(i, c int) float64 {
	if n := p.statistics()[i].n; p.share && n > 0 {
		return 100 * float64(c) / float64(n)
	}
	return float64(c)
}

// outside counts the values below and above the axis.
func (p *histogramPlan) outside(i int) (low, high int) {
	s, x := p.statistics()[i], &p.x[i]
	low = s.between(math.Inf(-1), x.lo, false)
	return low, s.n - low - s.between(x.lo, x.hi, true)
}

// margins decides on the room above and below a frame.
func (p *histogramPlan) margins() {
	if len(p.sets) > 1 {
		p.head = headFont.Line() + 2*smallFont.Line() + 4
	}
	if p.beyond {
		p.head += smallFont.Line() + 2
	}
	p.foot = tickLength + tickGap + tickFont.Line() + 2
	if p.o.xLabel != "" {
		p.foot += labelFont.Line()
	}
	if p.rows > 1 {
		p.foot += 8
	}
}

// axes sets the ticks, and so the margins at the left and what they leave.
func (p *histogramPlan) axes(width float64) {
	top := 0.0
	for i := range p.y {
		top = max(top, p.y[i].hi)
	}
	for i := range p.y {
		if p.shared {
			p.y[i].hi = top
		}
		if p.y[i].hi == 0 {
			p.y[i].hi = 1
		}
		p.y[i].hi *= 1.06
		p.y[i].setTicks(int(max(2, p.plot/34)), !p.share)
		p.next = max(p.next, p.y[i].labelWidth()+tickLength+tickGap)
	}
	p.left = p.next + labelFont.Line() + 2
	if p.shared {
		p.next = 0
	}
	n := float64(p.columns)
	p.inner = (width - p.left - (n-1)*p.next - n*facetGap) / n
	for i := range p.x {
		p.x[i].fitTicks(p.inner, p.statistics()[i].whole && p.bins[i].width >= 1)
	}
}
