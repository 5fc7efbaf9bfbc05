package graph

import (
	"math"
	"slices"

	"loupe/viz/chart"
	"loupe/viz/draw"
	"loupe/viz/model"
)

// The fonts, in CSS pixels. The smallest is 7.9 points.
var (
	nameFont  = draw.Font{Size: 12, Bold: true}
	noteFont  = draw.Font{Size: 11}
	shapeFont = draw.Font{Size: 10.5}
)

const (
	pad       = 8.0  // inside boxes
	gapX      = 16.0 // between boxes of a layer
	gapY      = 26.0 // between layers: room for a shape
	header    = 22.0 // of an open scope
	column    = 34.0 // between columns
	tallest   = 700.0
	cardShift = 3.0 // of the cards below a box that stands for several
)

// A drawing is a graph whose boxes have places.
type drawing struct {
	m      *model.Model
	o      *chart.Options
	root   *box
	limit  float64 // width of a box
	w, h   float64
	scale  float64
	ramp   *chart.Ramp
	breaks []*turn
}

func newDrawing(m *model.Model, root *box, o *chart.Options, limit float64) (*drawing, error) {
	p := &drawing{m: m, o: o, root: root, limit: limit, scale: 1}
	if over := o.Overlaid(); over != nil {
		var err error
		if p.ramp, err = p.newRamp(over); err != nil {
			return nil, err
		}
	}
	p.measure(root)
	p.w, p.h = root.inner.w, root.inner.h
	return p, nil
}

// side is the room beside the graph for the bar of colours.
func (p *drawing) side() float64 {
	if p.ramp == nil {
		return 0
	}
	return p.ramp.Width(260) + 8
}

// measure decides on the size of a box, and where things are in it.
func (p *drawing) measure(b *box) {
	if !b.open || b.node >= 0 {
		p.measureClosed(b)
		return
	}
	for _, k := range b.kids {
		p.measure(k)
	}
	list, reads := p.siblings(b)
	b.inner = arrange(list, reads, gapX, gapY)
	if b == p.root {
		return
	}
	title := nameFont.Width(p.title(b)) + noteFont.Width(p.count(b)) + 12
	b.w = max(b.inner.w+2*pad+4, min(title+2*pad, p.limit))
	b.h = header + b.inner.h + pad
}

// siblings lists the boxes in a scope with what each reads of the others. Where
// something comes from outside, or goes there, a port stands for that.
func (p *drawing) siblings(b *box) (list []*box, reads [][]int) {
	owner := map[int]int{}
	var in, out bool
	for i, k := range b.kids {
		for _, n := range k.nodes {
			owner[n] = i
		}
	}
	inside := make([][]int, len(b.kids))
	enters := make([]bool, len(b.kids))
	for i, k := range b.kids {
		for _, n := range k.nodes {
			for _, from := range p.m.Nodes[n].Inputs {
				j, here := owner[from]
				switch {
				case !here:
					enters[i], in = true, true
				case j != i && !slices.Contains(inside[i], j):
					inside[i] = append(inside[i], j)
				}
			}
		}
	}
	leaves := make([]bool, len(b.kids))
	for n, node := range p.m.Nodes {
		if _, here := owner[n]; here {
			continue
		}
		for _, from := range node.Inputs {
			if i, here := owner[from]; here {
				leaves[i], out = true, true
			}
		}
	}
	if b == p.root {
		return b.kids, inside
	}
	shift := 0
	if in {
		list, reads = append(list, &box{node: -1, w: passWidth}), append(reads, nil)
		shift = 1
	}
	for i, k := range b.kids {
		var r []int
		for _, j := range inside[i] {
			r = append(r, j+shift)
		}
		if enters[i] {
			r = append(r, 0)
		}
		list, reads = append(list, k), append(reads, r)
	}
	if out {
		var r []int
		for i := range b.kids {
			if leaves[i] {
				r = append(r, i+shift)
			}
		}
		list, reads = append(list, &box{node: -1, w: passWidth}), append(reads, r)
	}
	return list, reads
}

// port reports whether a box is where lines enter or leave a scope.
func (b *box) port() bool { return b.node < 0 && len(b.nodes) == 0 }

// measureClosed decides on the size of a box that shows only texts.
func (p *drawing) measureClosed(b *box) {
	w := nameFont.Width(p.title(b))
	if c := p.count(b); c != "" {
		w += noteFont.Width(c) + 12
	}
	note := p.note(b)
	w = max(w, noteFont.Width(note)) + 2*pad + 4
	b.w, b.h = min(max(w, min(84, p.limit)), p.limit), 24
	if note != "" {
		b.h = 40
	}
}

// intoColumns puts the layers into columns where one would be higher than a page
// and there is room beside it.
func (p *drawing) intoColumns(room float64) {
	l := p.root.inner
	most := int((room + column) / (l.w + column))
	want := int(math.Ceil(p.h / tallest))
	n := min(most, want)
	if n < 2 {
		return
	}
	cuts := p.cuts(n)
	if p.columnsHigh(cuts) > 0.75*p.h {
		return
	}
	x, top, col := 0.0, 0.0, 0
	p.h = 0
	for r, row := range l.rows {
		if col < len(cuts) && r == cuts[col] {
			col++
			x += l.w + column
			top = row[0].y
			for _, q := range row {
				top = min(top, q.y)
			}
		}
		for _, q := range row {
			q.x += x
			q.y -= top
			p.h = max(p.h, q.y+q.h)
		}
	}
	// Lines that turn into the next column pass below the one and above the other.
	for _, row := range l.rows {
		for _, q := range row {
			q.y += 12
		}
	}
	p.h += 24
	p.w = float64(col+1)*(l.w+column) - column
	for _, k := range l.links {
		for i := 1; i < len(k.via); i++ {
			if c := slices.Index(cuts, k.via[i].row); c >= 0 {
				p.breaks = append(p.breaks, &turn{k.via[i-1], k.via[i], float64(c+1)*(l.w+column) - column/2})
			}
		}
	}
}

// columnsHigh is how high the highest column is.
func (p *drawing) columnsHigh(cuts []int) float64 {
	highest, top := 0.0, 0.0
	for r, row := range p.root.inner.rows {
		if slices.Contains(cuts, r) {
			top = row[0].y
		}
		for _, q := range row {
			highest = max(highest, q.y+q.h-top)
		}
	}
	return highest
}

// A turn is where a line goes from the end of a column to the next.
type turn struct {
	from, to *place
	gutter   float64 // x of the way up
}

// cuts chooses before which layers a new column begins: where the columns are
// about equally high, and few lines cross.
func (p *drawing) cuts(n int) []int {
	l := p.root.inner
	crossing := make([]int, len(l.rows))
	for r := 1; r < len(l.rows); r++ {
		for _, q := range l.rows[r-1] {
			crossing[r] += len(q.down)
		}
	}
	var cuts []int
	for c := 1; c < n; c++ {
		best, cost := -1, math.Inf(1)
		for r := 1; r < len(l.rows); r++ {
			if len(cuts) > 0 && r <= cuts[len(cuts)-1] {
				continue
			}
			away := math.Abs(l.rows[r][0].y-float64(c)*l.h/float64(n)) / tallest
			if v := away + 0.12*float64(crossing[r]-1); v < cost {
				best, cost = r, v
			}
		}
		if best > 0 {
			cuts = append(cuts, best)
		}
	}
	return cuts
}

// shrink makes everything smaller; texts that would be unreadable are left out.
func (p *drawing) shrink(by float64) {
	p.scale = by
	p.w *= by
	p.h *= by
}
