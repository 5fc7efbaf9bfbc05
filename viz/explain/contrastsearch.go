package explain

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// alternatives are found without the features of others, one after the other, so that
// who cannot change one of them has a choice.
func (c *Contrast) alternatives(x []float64, g *goal) ([][]float64, error) {
	found, err := c.search(x, g, nil)
	if err != nil {
		return nil, err
	}
	for k := 0; k < len(found) && len(found) < c.o.count; k++ {
		for _, p := range c.changed(x, found[k]) {
			more, err := c.search(x, g, []int{p})
			if errors.Is(err, errNoWay) {
				continue
			}
			if err != nil {
				return nil, err
			}
			found = c.different(append(found, more...), x)
		}
	}
	return found, nil
}

// mayBecome reports whether a feature can change from a row to another.
func (c *Contrast) mayBecome(p int, x, to []float64) bool {
	name := c.groups.names[p]
	if c.o.has("Actionable") && !slices.Contains(c.o.actionable, name) {
		return false
	}
	for _, j := range c.groups.columns[p] {
		if to[j] > x[j] && slices.Contains(c.o.down, name) || to[j] < x[j] && slices.Contains(c.o.up, name) {
			return false
		}
	}
	return true
}

// towards is a row with all that can change as in another, but for some features.
func (c *Contrast) towards(x, to []float64, but []int) []float64 {
	out := slices.Clone(x)
	for p, columns := range c.groups.columns {
		if !slices.Contains(but, p) && c.mayBecome(p, x, to) {
			for _, j := range columns {
				out[j] = to[j]
			}
		}
	}
	return out
}

// directions is how many training rows are gone towards.
const directions = 40

// errNoWay says that no training row leads to the goal.
var errNoWay = errors.New("there is no way")

// search goes towards the nearest training rows that lead to the goal, without some
// features.
func (c *Contrast) search(x []float64, g *goal, but []int) ([][]float64, error) {
	rows, cols := c.train.x.Dims()
	all := mat.NewDense(rows, cols, nil)
	for i := range rows {
		all.SetRow(i, c.towards(x, c.train.x.RawRowView(i), but))
	}
	y, err := c.p.all(all)
	if err != nil {
		return nil, err
	}
	var good []int
	for i := range rows {
		if g.reach(y.RawRowView(i)) >= 0 {
			good = append(good, i)
		}
	}
	if len(good) == 0 {
		return nil, errNoWay
	}
	slices.SortStableFunc(good, func(i, j int) int {
		return cmp.Compare(c.distance(x, all.RawRowView(i)), c.distance(x, all.RawRowView(j)))
	})
	good = good[:min(len(good), directions)]
	found := make([][]float64, len(good))
	err = parallel(len(good), c.p.workers(), "counterfactuals", func(i int) (err error) {
		found[i], err = c.shorten(x, all.RawRowView(good[i]), g)
		return err
	})
	if err != nil {
		return nil, err
	}
	return c.different(found, x), nil
}

// hopeless says why there is no way.
func (c *Contrast) hopeless(g *goal) error {
	rows, _ := c.outputs.Dims()
	for i := range rows {
		if g.reach(c.outputs.RawRowView(i)) >= 0 {
			return fmt.Errorf("no values that occur together lead to that answer with the changes that are allowed: allow more than %s", someOf(c.allowed()))
		}
	}
	return fmt.Errorf("the model gives that answer for none of the %d training rows: give it rows for which it does", rows)
}

// allowed are the features that can change.
func (c *Contrast) allowed() []string {
	if c.o.has("Actionable") {
		return c.o.actionable
	}
	return c.groups.names
}

// shorten goes only as far towards a row that reaches the goal as it must.
func (c *Contrast) shorten(x, to []float64, g *goal) ([]float64, error) {
	here, err := c.walk(x, to, g)
	if err != nil {
		return nil, err
	}
	if here, err = c.restore(x, here, g); err != nil {
		return nil, err
	}
	return c.halve(x, here, g)
}

// ask is how far rows are beyond the goal.
func (c *Contrast) reached(rows [][]float64, g *goal) ([]float64, error) {
	m := mat.NewDense(len(rows), len(rows[0]), nil)
	for i, r := range rows {
		m.SetRow(i, r)
	}
	y, err := c.p.all(m)
	if err != nil {
		return nil, err
	}
	out := make([]float64, len(rows))
	for i := range out {
		out[i] = g.reach(y.RawRowView(i))
	}
	return out, nil
}

// with is a row with one feature of another.
func (c *Contrast) with(row, of []float64, p int) []float64 {
	out := slices.Clone(row)
	for _, j := range c.groups.columns[p] {
		out[j] = of[j]
	}
	return out
}

// walk takes over one feature after the other, each time the one that leads nearest to
// the goal.
func (c *Contrast) walk(x, to []float64, g *goal) ([]float64, error) {
	here := x
	left := c.changed(x, to)
	for len(left) > 0 {
		var tries [][]float64
		for _, p := range left {
			tries = append(tries, c.with(here, to, p))
		}
		reach, err := c.reached(tries, g)
		if err != nil {
			return nil, err
		}
		best := 0
		for i := range reach {
			if reach[i] > reach[best] {
				best = i
			}
		}
		here = tries[best]
		if reach[best] >= 0 {
			return here, nil
		}
		left = slices.Delete(left, best, best+1)
	}
	return to, nil
}

// changed are the features in which rows differ.
func (c *Contrast) changed(a, b []float64) []int {
	var list []int
	for p, columns := range c.groups.columns {
		if slices.ContainsFunc(columns, func(j int) bool { return a[j] != b[j] }) {
			list = append(list, p)
		}
	}
	return list
}

// restore takes back changes that were not needed, the greatest first.
func (c *Contrast) restore(x, here []float64, g *goal) ([]float64, error) {
	list := c.changed(x, here)
	slices.SortStableFunc(list, func(p, q int) int {
		return cmp.Compare(c.step(c.groups.columns[q], x, here), c.step(c.groups.columns[p], x, here))
	})
	for _, p := range list {
		back := c.with(here, x, p)
		reach, err := c.reached([][]float64{back}, g)
		if err != nil {
			return nil, err
		}
		if reach[0] >= 0 {
			here = back
		}
	}
	return here, nil
}

// halve brings the numbers that have changed as near to those of the row as they can
// be, one after the other, the greatest change first.
func (c *Contrast) halve(x, here []float64, g *goal) ([]float64, error) {
	list := c.changed(x, here)
	slices.SortStableFunc(list, func(p, q int) int {
		return cmp.Compare(c.step(c.groups.columns[q], x, here), c.step(c.groups.columns[p], x, here))
	})
	for _, p := range list {
		if len(c.groups.columns[p]) > 1 || c.scale[c.groups.columns[p][0]] == 0 {
			continue
		}
		j := c.groups.columns[p][0]
		near, far := x[j], here[j]
		for range 20 {
			middle := slices.Clone(here)
			if middle[j] = (near + far) / 2; c.whole[j] {
				middle[j] = math.Round(middle[j])
			}
			if middle[j] == near || middle[j] == far {
				break
			}
			reach, err := c.reached([][]float64{middle}, g)
			if err != nil {
				return nil, err
			}
			if reach[0] >= 0 {
				far = middle[j]
			} else {
				near = middle[j]
			}
		}
		here = slices.Clone(here)
		here[j] = far
		if err := c.round(here, x, j, g); err != nil {
			return nil, err
		}
	}
	return here, nil
}

// round gives a number that has changed the fewest digits: a fiftieth of a standard
// deviation is exact enough to act by.
func (c *Contrast) round(here, x []float64, j int, g *goal) error {
	unit := math.Pow(10, math.Floor(math.Log10(c.scale[j]/50)))
	v := math.Floor(here[j]/unit) * unit
	if here[j] > x[j] {
		v = math.Ceil(here[j]/unit) * unit
	}
	if c.whole[j] {
		return nil
	}
	if unit < 1 { // 0.1 is nearer as 1/10 than as 1 · 0.1
		per := math.Round(1 / unit)
		v = math.Round(v*per) / per
	}
	tried := slices.Clone(here)
	tried[j] = v
	reach, err := c.reached([][]float64{tried}, g)
	if err == nil && reach[0] >= 0 {
		here[j] = v
	}
	return err
}

// different chooses rows that change few features by little, each other features.
func (c *Contrast) different(found [][]float64, x []float64) [][]float64 {
	slices.SortStableFunc(found, func(a, b []float64) int {
		if n := len(c.changed(x, a)) - len(c.changed(x, b)); n != 0 {
			return n
		}
		return cmp.Compare(c.distance(x, a), c.distance(x, b))
	})
	var out [][]float64
	var sets [][]int
	for _, f := range found {
		set := c.changed(x, f)
		known := slices.ContainsFunc(sets, func(s []int) bool { return within(s, set) })
		if known {
			continue
		}
		out, sets = append(out, f), append(sets, set)
		if len(out) == c.o.count {
			break
		}
	}
	return out
}

// within reports whether all of a are in b.
func within(a, b []int) bool {
	return !slices.ContainsFunc(a, func(v int) bool { return !slices.Contains(b, v) })
}
