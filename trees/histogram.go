package trees

import "math"

// A cell sums up the rows of a node that are in a bin.
type cell struct {
	g, h float64
	n    int64
}

// less is what is left without another cell.
func (c cell) less(o cell) cell { return cell{c.g - o.g, c.h - o.h, c.n - o.n} }

// A histogram has the cells of a feature: of its bins, and of what is missing behind them.
type histogram [256]cell

// leastHessian is the least sum of second derivatives in a leaf: below, its value would
// be a division by nearly nothing.
const leastHessian = 1e-3

// fill sums up rows of a node: of the pairs, the first is that of the first row.
func (c *histogram) fill(b *bins, rows []int32, pairs []pair) {
	clear(c[:b.n+1])
	bin := b.of
	pairs = pairs[:len(rows)]
	for i, r := range rows {
		p := &pairs[i]
		to := &c[bin[r]]
		to.g += p.g
		to.h += p.h
		to.n++
	}
}

// fillTwo does the same for two features at once, which reads rows and pairs once.
func fillTwo(c, d *histogram, a, b *bins, rows []int32, pairs []pair) {
	clear(c[:a.n+1])
	clear(d[:b.n+1])
	x, y := a.of, b.of
	y = y[:len(x)]
	pairs = pairs[:len(rows)]
	for i, r := range rows {
		p := &pairs[i]
		g, h := p.g, p.h
		to := &c[x[r]]
		to.g += g
		to.h += h
		to.n++
		to = &d[y[r]]
		to.g += g
		to.h += h
		to.n++
	}
}

// subtract takes away what is in another histogram.
func (c *histogram) subtract(o *histogram, bins int) {
	for b := range c[:bins+1] {
		to, from := &c[b], &o[b]
		to.g -= from.g
		to.h -= from.h
		to.n -= from.n
	}
}

// gainOf is twice what a Newton step makes the loss less by.
func gainOf(g, h, lambda float64) float64 { return g * g / (h + lambda) }

// find looks for the best split of a node by the bins of a feature.
func (c *histogram) find(b *bins, all cell, o *Options) split {
	best := split{feature: -1}
	if b.members != nil {
		c.findSet(b, all, o, &best)
		return best
	}
	missing := c[b.n]
	best.seen = missing.n > 0
	at := -1
	for _, left := range []bool{false, true} {
		if left && missing.n == 0 {
			break
		}
		if k := c.scan(b.n, all, missing, left, o, &best); k >= 0 {
			at, best.missingLeft = k, left
		}
	}
	if at < 0 {
		return best
	}
	best.code, best.threshold, best.feature = uint32(at), math.MaxFloat64, 0
	for k := at + 1; k < b.n; k++ {
		if c[k].n > 0 {
			best.threshold = between(b.high[at], b.low[k])
			best.margin = (b.low[k]/2 - b.high[at]/2) / (b.high[b.n-1]/2 - b.low[0]/2)
			break
		}
	}
	return best
}

// scan tries to split behind each bin, with missing values at one side, and returns the
// place of the best split if it is better: −1 if not.
func (c *histogram) scan(bins int, all, missing cell, missingLeft bool, o *Options, best *split) int {
	at, least := -1, int64(o.MinLeaf)
	own := gainOf(all.g, all.h, o.Lambda)
	var l cell
	if missingLeft {
		l = missing
	}
	for b := range bins {
		x := &c[b]
		if x.n == 0 {
			continue
		}
		l.g += x.g
		l.h += x.h
		l.n += x.n
		if l.n < least || l.h < leastHessian {
			continue
		}
		if all.n-l.n < least || all.h-l.h < leastHessian {
			break
		}
		rest := all.g - l.g
		score := l.g*l.g/(l.h+o.Lambda) + rest*rest/(all.h-l.h+o.Lambda)
		if gain := score - own; gain > best.gain+1e-10*score {
			best.gain, best.left, at = gain, l, b
		}
	}
	return at
}

// findSet does the same for sets of categories, ordered by the values that leaves of them
// would have.
func (c *histogram) findSet(b *bins, all cell, o *Options, best *split) {
	var g groups
	for k := range c[:b.n+1] {
		x := &c[k]
		if x.n == 0 {
			continue
		}
		category := k
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
	own, at, least := gainOf(all.g, all.h, o.Lambda), -1, int64(o.MinLeaf)
	var l cell
	for i, u := range g.list[:len(g.list)-1] {
		l.g += g.sums[u.at]
		l.h += u.weight - o.Lambda
		l.n += int64(u.n)
		if l.n < least || all.n-l.n < least || l.h < leastHessian || all.h-l.h < leastHessian {
			continue
		}
		score := gainOf(l.g, l.h, o.Lambda) + gainOf(all.g-l.g, all.h-l.h, o.Lambda)
		if gain := score - own; gain > best.gain+1e-10*score {
			best.gain, best.left, at = gain, l, i
		}
	}
	if at < 0 {
		return
	}
	if best.choose(g.list, at, b.members) {
		best.left = all.less(best.left)
	}
	best.feature, best.seen = 0, c[b.n].n > 0
}
