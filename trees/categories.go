package trees

import (
	"cmp"
	"math"
	"slices"
)

// groups are the samples of a node by their category.
type groups struct {
	list []group
	sums []float64 // groups × width: weights of the classes, or sums of the numbers
}

// A group is the samples of a category; −1 is of those without one.
type group struct {
	category int
	n        int
	weight   float64
	place    float64 // in the order in which groups are split
	at       int     // of its sums
}

// categories tries splits by sets of categories: groups are ordered, and split as numbers
// are. Samples whose category is missing are a group as others.
func (s *scanner) categories(c *column, keys, missing []uint64, best *split) {
	h, g, width := &s.g.here, &s.groups, s.g.width
	g.list, g.sums = g.list[:0], g.sums[:0]
	slices.Sort(keys)
	add := func(k uint64) {
		i, last := uint32(k), &g.list[len(g.list)-1]
		w := h.weight[i]
		last.n++
		last.weight += w
		if sums := g.sums[last.at:]; s.g.t.k > 0 {
			sums[h.class[i]] += w
		} else {
			sums[0] += w * h.number[i]
		}
	}
	for i, k := range keys {
		if i == 0 || keys[i-1]>>32 != k>>32 {
			g.open(int(c.value[k>>32]), width)
		}
		add(k)
	}
	for i, k := range missing {
		if i == 0 {
			g.open(-1, width)
		}
		add(k)
	}
	g.order(s.g.t.k)
	s.cut(best)
}

// open begins a group.
func (g *groups) open(category, width int) {
	g.list = append(g.list, group{category: category, at: len(g.sums)})
	for range width {
		g.sums = append(g.sums, 0)
	}
}

// order gives groups their places, and sorts them.
func (g *groups) order(classes int) {
	switch {
	case classes > 2:
		g.project(classes)
	default:
		for i := range g.list {
			u := &g.list[i]
			u.place = g.sums[u.at+max(0, classes-1)] / u.weight
		}
	}
	slices.SortStableFunc(g.list, func(a, b group) int { return cmp.Compare(a.place, b.place) })
}

// project places groups along the first principal component of the shares of the classes,
// weighted: the eigenvector of their covariance, found by the power method.
func (g *groups) project(classes int) {
	mean, all := make([]float64, classes), 0.0
	for _, u := range g.list {
		for k := range mean {
			mean[k] += g.sums[u.at+k]
		}
		all += u.weight
	}
	axis, next := make([]float64, classes), make([]float64, classes)
	for k := range mean {
		mean[k] /= all
		axis[k] = 1 / float64(1+k) // no symmetric start, which might be at a right angle
	}
	along := func(u *group) float64 {
		v := 0.0
		for k := range axis {
			v += axis[k] * (g.sums[u.at+k]/u.weight - mean[k])
		}
		return v
	}
	for range 50 {
		clear(next)
		for i := range g.list {
			u := &g.list[i]
			v := along(u) * u.weight
			for k := range next {
				next[k] += v * (g.sums[u.at+k]/u.weight - mean[k])
			}
		}
		length := 0.0
		for _, v := range next {
			length = math.Hypot(length, v)
		}
		if length == 0 {
			break
		}
		for k := range axis {
			axis[k] = next[k] / length
		}
	}
	for i := range g.list {
		g.list[i].place = along(&g.list[i])
	}
}

// cut finds the best place to split the ordered groups.
func (s *scanner) cut(best *split) {
	h, g := &s.g.here, &s.groups
	clear(s.left)
	copy(s.right, h.total)
	n, all, l, at := 0, 0, 0.0, -1
	for _, u := range g.list {
		all += u.n
	}
	for i, u := range g.list[:len(g.list)-1] {
		for k := range s.left {
			v := g.sums[u.at+k]
			s.left[k] += v
			s.right[k] -= v
		}
		n += u.n
		l += u.weight
		if n < s.g.o.MinLeaf || all-n < s.g.o.MinLeaf {
			continue
		}
		if gain := s.score(l) - h.score; gain > best.gain+1e-12*h.scale {
			best.gain, at = gain, i
		}
	}
	if at >= 0 {
		best.choose(g.list, at, nil)
	}
}

// score is what a split with the sums of both sides reaches.
func (s *scanner) score(l float64) float64 {
	r := s.g.here.all - l
	if s.g.o.Criterion == Entropy {
		return -entropy(s.left, l) - entropy(s.right, r)
	}
	a, b := 0.0, 0.0
	for k := range s.left {
		a += s.left[k] * s.left[k]
		b += s.right[k] * s.right[k]
	}
	return a/l + b/r
}

// choose makes a set of the groups up to a place, or of the others if they are fewer
// samples: what is in no set, as categories that have not come here, goes to the larger
// side. It reports whether it is the others. members are the categories in bins; nil if groups are categories themselves.
func (s *split) choose(list []group, at int, members [][]int) (others bool) {
	l, r := 0, 0
	for i, u := range list {
		if i <= at {
			l += u.n
		} else {
			r += u.n
		}
	}
	chosen := list[:at+1]
	if others = l > r; others {
		chosen = list[at+1:]
	}
	s.missingLeft = false
	var numbers []int
	for _, u := range chosen {
		switch {
		case u.category < 0:
			s.missingLeft = true
		case members != nil:
			numbers = append(numbers, members[u.category]...)
		default:
			numbers = append(numbers, u.category)
		}
	}
	s.set = CategoriesOf(numbers...)
	return others
}
