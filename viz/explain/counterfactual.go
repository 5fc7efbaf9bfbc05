package explain

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// Target is the class that counterfactuals lead to: its number, or its name. Without it
// that is any other than the model's, and of a model with one output the other side of
// a half.
func Target(class any) Option { return func(o *options) { o.set("Target"); o.target = class } }

// AtLeast makes counterfactuals lead to an output of at least v; of several outputs it
// is that of [Output].
func AtLeast(v float64) Option {
	return func(o *options) { o.set("AtLeast"); o.goal = &v; o.below = false }
}

// AtMost makes counterfactuals lead to an output of at most v.
func AtMost(v float64) Option {
	return func(o *options) { o.set("AtMost"); o.goal = &v; o.below = true }
}

// Actionable names the features that may change, without it all. What cannot be changed,
// such as an age, helps nobody.
func Actionable(names ...string) Option {
	return func(o *options) { o.set("Actionable"); o.actionable = names }
}

// OnlyUp names features that can become greater only, OnlyDown those that can become
// smaller only.
func OnlyUp(names ...string) Option { return func(o *options) { o.set("OnlyUp"); o.up = names } }

// OnlyDown names features that can become smaller only.
func OnlyDown(names ...string) Option { return func(o *options) { o.set("OnlyDown"); o.down = names } }

// Count sets how many are looked for.
func Count(n int) Option { return func(o *options) { o.set("Count"); o.count = n } }

// A Contrast finds out what would have to be different for a model to answer
// differently: counterfactuals (Wachter, Mittelstadt and Russell 2017).
type Contrast struct {
	p       *predictor
	o       *options
	train   *table
	groups  *groups
	outputs *mat.Dense // of the training rows
	scale   []float64  // of each column; 0 for categories
	whole   []bool     // columns of whole numbers
	usual   []float64  // distances of training rows to the nearest other, in order
	err     error
}

// Counterfactual makes an explainer of a model and of rows that are real. It goes from
// a row towards rows for which the model gives the wanted answer, feature by feature,
// and takes the fewest and smallest steps that do (after NICE, Brughmans, Leyman and
// Martens 2023): all values are such that they occur together with others, within what
// the data know. Three alternatives with different features, or as many as [Count] says.
// [Actionable], [OnlyUp] and [OnlyDown] say what can be changed, [Groups] which columns
// change together and [Categorical] which numbers are categories.
func Counterfactual(model, train any, list ...Option) *Contrast {
	c := &Contrast{}
	c.err = c.prepare(model, train, list)
	return c
}

func (c *Contrast) prepare(model, train any, list []Option) (err error) {
	if c.o, err = optionsOf(list, "Target", "AtLeast", "AtMost", "Output", "Actionable", "OnlyUp", "OnlyDown", "Groups", "Categorical", "Count"); err != nil {
		return err
	}
	if !c.o.has("Count") {
		c.o.count = 3
	}
	if c.o.count < 1 {
		return fmt.Errorf("%d alternatives are none: give Count 1 or more", c.o.count)
	}
	if c.o.goal != nil && c.o.target != nil {
		return errors.New("Target is for classes, AtLeast and AtMost for numbers: give one of them")
	}
	if c.p, err = predictorOf(model); err != nil {
		return err
	}
	if c.train, err = rowsOf(train); err != nil {
		return fmt.Errorf("the training rows: %w", err)
	}
	if err := complete(c.train); err != nil {
		return fmt.Errorf("the training rows: %w", err)
	}
	if c.groups, err = groupsOf(c.train.features, c.o.groups); err != nil {
		return err
	}
	for _, names := range [][]string{c.o.actionable, c.o.up, c.o.down} {
		for _, name := range names {
			if !slices.Contains(c.groups.names, name) {
				return fmt.Errorf("there is no feature %q; there are %s", name, someOf(c.groups.names))
			}
		}
	}
	if err := c.measure(); err != nil {
		return err
	}
	c.outputs, err = c.p.all(c.train.x)
	return err
}

// measure finds the scales of features, and how far training rows are apart.
func (c *Contrast) measure() error {
	rows, cols := c.train.x.Dims()
	category := make([]bool, cols)
	for _, name := range c.o.categorical {
		j := slices.Index(c.train.features, name)
		if j < 0 {
			return fmt.Errorf("there is no feature %q; there are %s", name, someOf(c.train.features))
		}
		category[j] = true
	}
	for _, columns := range c.groups.columns {
		if len(columns) > 1 {
			for _, j := range columns {
				category[j] = true
			}
		}
	}
	c.scale, c.whole = deviations(c.train.x), make([]bool, cols)
	for j := range cols {
		if c.whole[j] = true; category[j] {
			c.scale[j] = 0
		}
		for i := range rows {
			if v := c.train.x.At(i, j); v != math.Trunc(v) {
				c.whole[j] = false
			}
		}
	}
	const most = 300
	n := min(rows, most)
	for i := range n {
		at := i * rows / n
		if d := c.nearest(c.train.x.RawRowView(at), at); !math.IsInf(d, 1) {
			c.usual = append(c.usual, d)
		}
	}
	slices.Sort(c.usual)
	return nil
}

// distance is the sum over features of differences in standard deviations; of another
// category it is 1.
func (c *Contrast) distance(a, b []float64) float64 {
	d := 0.0
	for _, columns := range c.groups.columns {
		d += c.step(columns, a, b)
	}
	return d
}

// step is the distance in one feature.
func (c *Contrast) step(columns []int, a, b []float64) float64 {
	d := 0.0
	for _, j := range columns {
		switch diff := math.Abs(a[j] - b[j]); {
		case diff == 0:
		case c.scale[j] == 0:
			d = 1
		default:
			d += diff / c.scale[j]
		}
	}
	return d
}

// nearest is the distance to the nearest training row but one.
func (c *Contrast) nearest(row []float64, but int) float64 {
	best := math.Inf(1)
	rows, _ := c.train.x.Dims()
	for i := range rows {
		if i != but {
			best = min(best, c.distance(row, c.train.x.RawRowView(i)))
		}
	}
	return best
}

// A goal is what a model must answer.
type goal struct {
	output int // of outputs; of classes the one wanted, -1 for any but from
	from   int
	level  *float64
	below  bool
	text   string
}

// reach is how far an answer is beyond the goal: it is reached from 0 on.
func (g *goal) reach(y []float64) float64 {
	switch {
	case g.level != nil && g.below:
		return *g.level - y[g.output]
	case g.level != nil:
		return y[g.output] - *g.level
	}
	best, other := math.Inf(-1), math.Inf(-1)
	for k, v := range y {
		wanted := k == g.output
		if g.output < 0 {
			wanted = k != g.from
		}
		if wanted {
			best = max(best, v)
		} else {
			other = max(other, v)
		}
	}
	return math.Nextafter(best-other, math.Inf(-1)) // equal is not reached
}

// goalOf reads the options for a row's answer.
func (c *Contrast) goalOf(y []float64) (*goal, error) {
	g := &goal{output: -1, from: slices.Index(y, slices.Max(y))}
	switch {
	case c.o.goal != nil:
		g.level, g.below, g.output = c.o.goal, c.o.below, max(c.o.output, 0)
		if g.output >= len(y) || c.o.output < 0 && len(y) > 1 {
			return nil, fmt.Errorf("say which of the %d outputs: give Output", len(y))
		}
	case len(y) == 1 && c.o.target == nil:
		half := 0.5
		if y[0] < 0 || y[0] > 1 {
			return nil, fmt.Errorf("the model returned %v: of a model of one output that is no probability, say AtLeast or AtMost", y[0])
		}
		g.level, g.output, g.below = &half, 0, y[0] >= half
		if g.below {
			half = math.Nextafter(half, 0)
		}
	case c.o.target != nil:
		k, err := classNumber(c.o.target, c.train.classes, len(y))
		if err != nil {
			return nil, err
		}
		if g.output = k; len(y) == 1 {
			half := 0.5
			g.level, g.output, g.below = &half, 0, k == 0
		}
	}
	if g.reach(y) >= 0 {
		return nil, errors.New("the model gives that answer for the row already")
	}
	return g, nil
}

// classNumber is the number of a class that is given by number or name.
func classNumber(class any, names []string, outputs int) (int, error) {
	classes := max(outputs, 2)
	switch v := class.(type) {
	case int:
		if v >= 0 && v < classes {
			return v, nil
		}
		return 0, fmt.Errorf("there is no class %d: the model knows %d", v, classes)
	case string:
		if k := slices.Index(names, v); k >= 0 && k < classes {
			return k, nil
		}
		return 0, fmt.Errorf("there is no class %q; there are %s", v, someOf(names))
	}
	return 0, fmt.Errorf("a class is its number or its name, not a %T", class)
}

// Explain looks for counterfactuals of one row.
func (c *Contrast) Explain(row any) *Alternatives {
	a := &Alternatives{}
	if a.err = c.err; a.err == nil {
		a.err = c.explain(row, a)
	}
	return a
}

func (c *Contrast) explain(row any, a *Alternatives) error {
	t, err := rowsOf(row)
	if err != nil {
		return err
	}
	if n, _ := t.x.Dims(); n != 1 {
		return fmt.Errorf("these are %d rows: alternatives are of one", n)
	}
	if err := t.like(c.train); err != nil {
		return err
	}
	if err := complete(t); err != nil {
		return err
	}
	y, err := c.p.all(t.x)
	if err != nil {
		return err
	}
	x := t.x.RawRowView(0)
	g, err := c.goalOf(y.RawRowView(0))
	if err != nil {
		return err
	}
	found, err := c.search(x, g)
	if err != nil {
		return err
	}
	a.Row, a.Features, a.names, a.groups, a.classes, a.goal = x, c.groups.names, c.train.features, c.groups, c.train.classes, g
	a.Predicted = y.RawRowView(0)
	for _, f := range c.different(found, x) {
		at, err := c.p.all(mat.NewDense(1, len(f), f))
		if err != nil {
			return err
		}
		a.add(x, f, at.RawRowView(0), c.unusual(f))
	}
	return nil
}

// unusual is the share of training rows that are nearer to another than a row is to one.
func (c *Contrast) unusual(row []float64) float64 {
	if len(c.usual) == 0 {
		return 0
	}
	k, _ := slices.BinarySearch(c.usual, c.nearest(row, -1))
	return float64(k) / float64(len(c.usual))
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

// towards is a row with all that can change as in another.
func (c *Contrast) towards(x, to []float64) []float64 {
	out := slices.Clone(x)
	for p, columns := range c.groups.columns {
		if c.mayBecome(p, x, to) {
			for _, j := range columns {
				out[j] = to[j]
			}
		}
	}
	return out
}

// directions is how many training rows are gone towards.
const directions = 40

// search goes towards the nearest training rows that lead to the goal.
func (c *Contrast) search(x []float64, g *goal) ([][]float64, error) {
	rows, cols := c.train.x.Dims()
	all := mat.NewDense(rows, cols, nil)
	for i := range rows {
		all.SetRow(i, c.towards(x, c.train.x.RawRowView(i)))
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
		return nil, c.hopeless(g)
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
	return found, err
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
