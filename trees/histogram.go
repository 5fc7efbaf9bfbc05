package trees

import (
	"math"
	"math/bits"
)

// A cell sums up the rows of a node that are in a bin: their derivatives as whole numbers of
// [units], which are added up exactly in whatever order, and faster than numbers with a
// point. hn is the sum of the second ones, and above them how many rows there are.
type cell struct {
	g  int64
	hn uint64
}

// less is what is left without another cell.
func (c cell) less(o cell) cell { return cell{c.g - o.g, c.hn - o.hn} }

// units say what the numbers of cells are.
type units struct {
	g, h float64 // of 1
	bits uint    // of the second derivatives
}

// sums are a cell as numbers with a point.
type sums struct {
	g, h float64
	n    int64
}

func (u *units) of(c cell) sums {
	return sums{float64(c.g) * u.g, float64(c.hn&(1<<u.bits-1)) * u.h, int64(c.hn >> u.bits)}
}

// largest are the greatest derivatives of rows, but for infinite ones.
func largest(pairs []pair) (g, h float64) {
	for _, p := range pairs {
		if v := math.Abs(p.g); v > g && v <= math.MaxFloat64 {
			g = v
		}
		if p.h > h && p.h <= math.MaxFloat64 {
			h = p.h
		}
	}
	return g, h
}

// unitsFor are so small that the sums of n rows just do not overflow, whose derivatives are
// not above some; and powers of two, which divide without rounding.
func unitsFor(n int, g, h float64) units {
	k := bits.Len(uint(n))
	unit := func(most float64, bits int) float64 {
		_, e := math.Frexp(most)
		return math.Ldexp(1, min(max(e-bits, -1000), 1000))
	}
	return units{g: unit(g, 62-k), h: unit(h, 64-2*k), bits: uint(64 - k)}
}

// cell is a row: what is above 0 stays so. Numbers that are none, after an overflow, count
// nothing.
func (u *units) cell(p pair) cell {
	c := cell{hn: 1 << u.bits}
	if math.Abs(p.g) <= math.MaxFloat64 {
		c.g = int64(math.Round(p.g / u.g))
	}
	if p.h > 0 && p.h <= math.MaxFloat64 {
		c.hn += max(1, uint64(p.h/u.h))
	}
	return c
}

// A histogram has the cells of a feature: of its bins, and of what is missing behind them.
// Its size is no power of two, so that cells of the same number in several of them have
// different places in the cache.
type histogram [257]cell

// leastHessian is the least sum of second derivatives in a leaf: below, its value would
// be a division by nearly nothing.
const leastHessian = 1e-3

// fill sums up rows of a node: the first of the pairs is that of the first row.
func (c *histogram) fill(b *bins, rows []int32, pairs []cell) {
	clear(c[:b.n+1])
	bin := b.of
	pairs = pairs[:len(rows)]
	for i, r := range rows {
		p, to := &pairs[i], &c[bin[r]]
		to.g += p.g
		to.hn += p.hn
	}
}

// fillFour does the same for four features at once, whose bins are side by side: that
// reads rows and pairs once.
func fillFour(to []histogram, bins []uint32, rows []int32, pairs []cell) {
	a, b, c, d := &to[0], &to[1], &to[2], &to[3]
	clear(a[:])
	clear(b[:])
	clear(c[:])
	clear(d[:])
	pairs = pairs[:len(rows)]
	for i, r := range rows {
		g, hn, four := pairs[i].g, pairs[i].hn, bins[r]
		to := &a[uint8(four)]
		to.g += g
		to.hn += hn
		to = &b[uint8(four>>8)]
		to.g += g
		to.hn += hn
		to = &c[uint8(four>>16)]
		to.g += g
		to.hn += hn
		to = &d[uint8(four>>24)]
		to.g += g
		to.hn += hn
	}
}

// subtract takes away what is in another histogram.
func (c *histogram) subtract(o *histogram, bins int) {
	for b := range c[:bins+1] {
		to, from := &c[b], &o[b]
		to.g -= from.g
		to.hn -= from.hn
	}
}

// gainOf is twice what a Newton step makes the loss less by.
func gainOf(g, h, lambda float64) float64 { return g * g / (h + lambda) }

// find looks for the best split of a node by the bins of a feature.
func (c *histogram) find(b *bins, all cell, u *units, o *Options) split {
	best := split{feature: -1}
	if b.members != nil {
		c.findSet(b, all, u, o, &best)
		return best
	}
	missing := c[b.n]
	best.seen = missing.hn > 0
	at := -1
	for _, left := range []bool{false, true} {
		if left && missing.hn == 0 {
			break
		}
		if k := c.scan(b.n, all, missing, left, u, o, &best); k >= 0 {
			at, best.missingLeft = k, left
		}
	}
	if at < 0 {
		return best
	}
	best.code, best.threshold, best.feature = uint32(at), math.MaxFloat64, 0
	for k := at + 1; k < b.n; k++ {
		if c[k].hn > 0 {
			best.threshold = between(b.high[at], b.low[k])
			best.margin = (b.low[k]/2 - b.high[at]/2) / (b.high[b.n-1]/2 - b.low[0]/2)
			break
		}
	}
	return best
}

// scan tries to split behind each bin, with missing values at one side, and returns the
// place of the best split if it is better: −1 if not.
func (c *histogram) scan(bins int, whole, missing cell, missingLeft bool, u *units, o *Options, best *split) int {
	at, least := -1, int64(o.MinLeaf)
	all := u.of(whole)
	own := gainOf(all.g, all.h, o.Lambda)
	var left cell
	if missingLeft {
		left = missing
	}
	for b := range bins {
		x := &c[b]
		if x.hn == 0 {
			continue
		}
		left.g += x.g
		left.hn += x.hn
		l := u.of(left)
		if l.n < least || l.h < leastHessian {
			continue
		}
		if all.n-l.n < least || all.h-l.h < leastHessian {
			break
		}
		// The score is g²/h of both sides: one division is enough for them.
		rest, h, k := all.g-l.g, l.h+o.Lambda, all.h-l.h+o.Lambda
		score := (l.g*l.g*k + rest*rest*h) / (h * k)
		if gain := score - own; gain > best.gain+1e-10*score {
			best.gain, best.left, at = gain, left, b
		}
	}
	return at
}

// findSet does the same for sets of categories, ordered by the values that leaves of them
// would have.
func (c *histogram) findSet(b *bins, whole cell, u *units, o *Options, best *split) {
	var g groups
	for k := range c[:b.n+1] {
		if c[k].hn == 0 {
			continue
		}
		category, x := k, u.of(c[k])
		if k == b.n {
			category = -1
		}
		g.list = append(g.list, group{category: category, n: int(x.n), weight: x.h + o.Lambda + 1e-12, at: len(g.sums)})
		g.sums = append(g.sums, x.g)
	}
	if len(g.list) < 2 {
		return
	}
	g.order(0)
	all, at, least := u.of(whole), -1, int64(o.MinLeaf)
	own := gainOf(all.g, all.h, o.Lambda)
	var left cell
	for i, v := range g.list[:len(g.list)-1] {
		x := c[b.n]
		if v.category >= 0 {
			x = c[v.category]
		}
		left.g += x.g
		left.hn += x.hn
		l := u.of(left)
		if l.n < least || all.n-l.n < least || l.h < leastHessian || all.h-l.h < leastHessian {
			continue
		}
		score := gainOf(l.g, l.h, o.Lambda) + gainOf(all.g-l.g, all.h-l.h, o.Lambda)
		if gain := score - own; gain > best.gain+1e-10*score {
			best.gain, best.left, at = gain, left, i
		}
	}
	if at < 0 {
		return
	}
	if best.choose(g.list, at, b.members) {
		best.left = whole.less(best.left)
	}
	best.feature, best.seen = 0, c[b.n].hn > 0
}
