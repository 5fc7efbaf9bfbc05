package graph

import (
	"cmp"
	"slices"
)

// layers is a layered drawing of boxes: data flow from above to below, and no
// box is above one that it reads (Sugiyama, Tagawa and Toda 1981).
type layers struct {
	rows  [][]*place
	links []*link
	w, h  float64
}

// A place is where a box is, or where a line passes a layer.
type place struct {
	b        *box // nil for a line that passes
	row      int
	x, w     float64 // centre and width
	y, h     float64 // upper edge and height
	up, down []*place
}

// A link is a line from a box to one that reads it, through the layers
// between. Back is one that leads upwards.
type link struct {
	from, to *box
	via      []*place // from, what it passes, to
}

// arrange puts boxes of known size into layers. reads lists for each box which
// others of the list it reads.
func arrange(list []*box, reads [][]int, gapX, gapY float64) *layers {
	l := &layers{}
	rank := make([]int, len(list))
	places := make([]*place, len(list))
	for i := range list { // the list is in the order of computation
		for _, j := range reads[i] {
			if j < i {
				rank[i] = max(rank[i], rank[j]+1)
			}
		}
	}
	l.sink(rank, reads)
	for i, b := range list {
		for len(l.rows) <= rank[i] {
			l.rows = append(l.rows, nil)
		}
		places[i] = &place{b: b, row: rank[i], w: b.w, h: b.h}
		l.rows[rank[i]] = append(l.rows[rank[i]], places[i])
	}
	for i := range list {
		for _, j := range reads[i] {
			if j < i {
				l.connect(places[j], places[i])
			}
		}
	}
	for range 6 {
		l.order()
	}
	l.spread(gapX)
	l.stack(gapY)
	return l
}

// sink moves boxes that nothing feeds down to what reads them: a constant
// stands beside its use, not at the top.
func (l *layers) sink(rank []int, reads [][]int) {
	for i := range rank {
		if len(reads[i]) > 0 {
			continue
		}
		lowest := -1
		for j := range rank {
			if slices.Contains(reads[j], i) && j > i && (lowest < 0 || rank[j]-1 < lowest) {
				lowest = rank[j] - 1
			}
		}
		if lowest > rank[i] && i > 0 {
			rank[i] = lowest
		}
	}
}

func (l *layers) connect(from, to *place) {
	k := &link{from: from.b, to: to.b, via: []*place{from}}
	at := from
	for row := from.row + 1; row < to.row; row++ {
		p := &place{row: row, w: passWidth}
		l.rows[row] = append(l.rows[row], p)
		join(at, p)
		k.via = append(k.via, p)
		at = p
	}
	join(at, to)
	k.via = append(k.via, to)
	l.links = append(l.links, k)
}

// passWidth is the room for a line that passes a layer.
const passWidth = 14

func join(a, b *place) {
	a.down = append(a.down, b)
	b.up = append(b.up, a)
}

// order sorts each layer by where its neighbours are, once down and once up.
func (l *layers) order() {
	at := map[*place]float64{}
	number := func(row []*place) {
		for i, p := range row {
			at[p] = float64(i) - float64(len(row)-1)/2
		}
	}
	for _, row := range l.rows {
		number(row)
	}
	sort := func(row []*place, next func(p *place) []*place) {
		want := map[*place]float64{}
		for _, p := range row {
			want[p] = at[p]
			if list := next(p); len(list) > 0 {
				sum := 0.0
				for _, q := range list {
					sum += at[q]
				}
				want[p] = sum / float64(len(list))
			}
		}
		slices.SortStableFunc(row, func(p, q *place) int { return cmp.Compare(want[p], want[q]) })
		number(row)
	}
	for _, row := range l.rows {
		sort(row, func(p *place) []*place { return p.up })
	}
	for _, row := range slices.Backward(l.rows) {
		sort(row, func(p *place) []*place { return p.down })
	}
}

// spread gives places their x: near their neighbours, in order, without overlap.
func (l *layers) spread(gap float64) {
	for _, row := range l.rows {
		x := 0.0
		for _, p := range row {
			p.x = x + p.w/2
			x += p.w + gap
		}
		for _, p := range row {
			p.x -= (x - gap) / 2
		}
	}
	for range 8 {
		for _, row := range l.rows {
			settle(row, gap, func(p *place) []*place { return p.up })
		}
		for _, row := range slices.Backward(l.rows) {
			settle(row, gap, func(p *place) []*place { return p.down })
		}
	}
	for range 8 { // what decides is whom they both meet
		for _, row := range l.rows {
			settle(row, gap, func(p *place) []*place { return append(slices.Clone(p.up), p.down...) })
		}
	}
	lo, hi := 0.0, 0.0
	for i, row := range l.rows {
		for k, p := range row {
			if i == 0 && k == 0 {
				lo, hi = p.x-p.w/2, p.x+p.w/2
			}
			lo, hi = min(lo, p.x-p.w/2), max(hi, p.x+p.w/2)
		}
	}
	for _, row := range l.rows {
		for _, p := range row {
			p.x -= lo
		}
	}
	l.w = hi - lo
}

// settle moves the places of a row as near to their neighbours as their order
// and widths allow: least squares, by pooling adjacent violators.
func settle(row []*place, gap float64, next func(p *place) []*place) {
	type pool struct {
		sum, weight float64
		first, last int
	}
	offset := make([]float64, len(row))
	var pools []pool
	for i, p := range row {
		if i > 0 {
			offset[i] = offset[i-1] + (row[i-1].w+p.w)/2 + gap
		}
		want, weight := p.x, 0.1
		if list := next(p); len(list) > 0 {
			// Boxes are in line with boxes, and lines go round them, straight
			// where they can be.
			want, weight = 0, 1
			if p.b == nil && boxes(list) {
				weight = 0.05
			}
			n := 0
			for _, q := range list {
				if (q.b == nil) == (p.b == nil) || boxes(list) || passes(list) {
					want += q.x
					n++
				}
			}
			want /= float64(n)
		}
		pools = append(pools, pool{(want - offset[i]) * weight, weight, i, i})
		for n := len(pools); n > 1 && pools[n-2].sum/pools[n-2].weight > pools[n-1].sum/pools[n-1].weight; n = len(pools) {
			a, b := pools[n-2], pools[n-1]
			pools = append(pools[:n-2], pool{a.sum + b.sum, a.weight + b.weight, a.first, b.last})
		}
	}
	for _, g := range pools {
		for i := g.first; i <= g.last; i++ {
			row[i].x = g.sum/g.weight + offset[i]
		}
	}
}

// boxes reports whether all of the places are boxes.
func boxes(list []*place) bool {
	return !slices.ContainsFunc(list, func(p *place) bool { return p.b == nil })
}

// passes reports whether all of the places are lines that pass.
func passes(list []*place) bool {
	return !slices.ContainsFunc(list, func(p *place) bool { return p.b != nil })
}

// stack gives the layers their y.
func (l *layers) stack(gap float64) {
	y := 0.0
	for _, row := range l.rows {
		h := 0.0
		for _, p := range row {
			h = max(h, p.h)
		}
		for _, p := range row {
			p.y = y
			if p.b == nil {
				p.h = h
			} else {
				p.y += (h - p.h) / 2
			}
		}
		y += h + gap
	}
	l.h = max(0, y-gap)
}
