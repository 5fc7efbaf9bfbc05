package explain

import (
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
	found, err := c.alternatives(x, g)
	if errors.Is(err, errNoWay) {
		return c.hopeless(g)
	}
	if err != nil {
		return err
	}
	a.Row, a.Features, a.names, a.groups, a.classes, a.goal = x, c.groups.names, c.train.features, c.groups, c.train.classes, g
	a.Predicted = y.RawRowView(0)
	for _, f := range found {
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
