package activity

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"loupe/viz/chart"
	"loupe/viz/model"
)

// Activity returns how what a model's layers compute is distributed over data, a box
// for each layer, and says which units are dead or saturated. A unit is dead if it
// is 0 for every sample and at every place. A unit of a sigmoid or a tanh is
// saturated if it is within 2.5 % of a limit of its range for more than 90 % of what
// it computes: there its gradient is a twentieth of what it could be at most, or less.
// In the last layer that is confidence and not counted.
//
// Data is a set, or an array whose first axis counts the samples. Layers are named,
// or all that compute something of their own: those with weights or with an
// activation. The model runs in batches; the ends of the boxes are exact, what is
// between them is of a sample of 20,000 numbers for each layer.
func Activity(v, data any, layers ...string) *chart.Figure {
	l, err := newLook(v, data)
	if err != nil {
		return chart.Failed(err)
	}
	if layers, err = l.computing(layers); err != nil {
		return chart.Failed(err)
	}
	list, err := l.census(layers)
	if err != nil {
		return chart.Failed(err)
	}
	names, values := make([]string, len(list)), make([]chart.Distribution, len(list))
	for i, c := range list {
		names[i], values[i] = c.name, c.distribution()
	}
	return chart.Plot(chart.BoxesOf(names, values), chart.VLine(0)).Worded(func(o *chart.Options) chart.Wording {
		return chart.Wording{X: o.Say("activation")}
	}).Noting(func(o *chart.Options) []string {
		notes := []string{o.Say("%s.", o.Count(l.s.N, "sample", "samples"))}
		return append(notes, censusNotes(list, o)...)
	})
}

// computing are the layers to look at.
func (l *look) computing(names []string) ([]string, error) {
	for _, name := range names {
		if _, err := l.m.Node(name); err != nil {
			return nil, err
		}
	}
	if len(names) > 0 {
		return names, nil
	}
	for _, n := range l.m.Nodes {
		switch n.Class {
		case model.Weighted, model.Recurrent, model.Attending, model.Activating:
			names = append(names, n.Name)
		}
	}
	if len(names) == 0 {
		return nil, errors.New("the model has no layers with weights or activations: name those to look at")
	}
	return names, nil
}

// sampled is how many numbers of a layer are kept.
const sampled = 20_000

// A census is what is counted of a layer.
type census struct {
	name   string
	limits []float64 // of the range of its activation, nil if it has none
	units  []unitCount
	kept   []float64 // a sample of all finite numbers, each as likely (Vitter's algorithm R)
	finite int
	broken int // numbers that are not finite
	lo, hi float64
	random *rand.Rand
}

type unitCount struct {
	lo, hi             float64
	all, zeros, limits int
}

// census counts what layers compute.
func (l *look) census(layers []string) ([]*census, error) {
	at := map[string]*census{}
	var list []*census
	for i, name := range layers {
		if at[name] != nil {
			continue
		}
		c := &census{name: name, lo: math.Inf(1), hi: math.Inf(-1), random: rand.New(rand.NewPCG(1, uint64(i)))}
		if k, err := l.m.Node(name); err == nil && k < len(l.m.Nodes)-1 {
			c.limits = limitsOf(&l.m.Nodes[k])
		}
		at[name] = c
		list = append(list, c)
	}
	err := l.scan(layers, func(_ int, node string, a model.Array) error { return at[node].add(a) })
	return list, err
}

// activationOf names the activation of a node, or what it is, in small letters.
func activationOf(n *model.Node) string { return strings.ToLower(cmp.Or(n.Attr("activation"), n.Op)) }

// limitsOf are the values that the activation of a node comes near to.
func limitsOf(n *model.Node) []float64 {
	switch kind := activationOf(n); {
	case strings.Contains(kind, "sigmoid"), strings.Contains(kind, "logistic"):
		return []float64{0, 1}
	case strings.Contains(kind, "tanh"):
		return []float64{-1, 1}
	}
	return nil
}

// add counts a batch.
func (c *census) add(a model.Array) error {
	n := a.Shape[len(a.Shape)-1]
	if c.units == nil {
		c.units = make([]unitCount, n)
		for i := range c.units {
			c.units[i].lo, c.units[i].hi = math.Inf(1), math.Inf(-1)
		}
	}
	if n != len(c.units) {
		return fmt.Errorf("layer %s computes %d units for some samples and %d for others", c.name, len(c.units), n)
	}
	for i, x := range a.Values {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			c.broken++
			continue
		}
		u := &c.units[i%n]
		u.all++
		u.lo, u.hi = min(u.lo, x), max(u.hi, x)
		if x == 0 {
			u.zeros++
		}
		if c.limits != nil && min(x-c.limits[0], c.limits[1]-x) < 0.025*(c.limits[1]-c.limits[0]) {
			u.limits++
		}
		c.keep(x)
	}
	return nil
}

func (c *census) keep(x float64) {
	c.finite++
	c.lo, c.hi = min(c.lo, x), max(c.hi, x)
	if len(c.kept) < sampled {
		c.kept = append(c.kept, x)
	} else if k := c.random.IntN(c.finite); k < sampled {
		c.kept[k] = x
	}
}

func (c *census) distribution() chart.Distribution {
	d := chart.Distribution{Count: c.finite, Min: c.lo, Max: c.hi}
	if c.finite == 0 {
		return d
	}
	slices.Sort(c.kept)
	for i, q := range []float64{0.05, 0.25, 0.5, 0.75, 0.95} {
		d.Quantiles[i] = c.kept[int(q*float64(len(c.kept)-1)+0.5)]
	}
	return d
}

// saturated is the share of the time that a unit is near its limits if it is
// saturated.
const saturated = 0.9

// which lists the units of which something is true.
func (c *census) which(is func(u *unitCount) bool) []int {
	var list []int
	for i := range c.units {
		if c.units[i].all > 0 && is(&c.units[i]) {
			list = append(list, i)
		}
	}
	return list
}

// censusNotes says of which layers units are dead, saturated, or not finite, those
// with the largest share first.
func censusNotes(list []*census, o *chart.Options) []string {
	type finding struct {
		share float64
		text  string
	}
	var found []finding
	for _, c := range list {
		if c.broken > 0 {
			found = append(found, finding{2, o.Say("%s: %s numbers are not finite.", c.name, chart.Count(c.broken))})
		}
		n := chart.Count(len(c.units))
		if dead := c.which(func(u *unitCount) bool { return u.zeros == u.all }); len(dead) > 0 {
			found = append(found, finding{float64(len(dead)) / float64(len(c.units)), o.Say("%s: %s of %s units are never active (%s).", c.name, chart.Count(len(dead)), n, someUnits(dead))})
		}
		if still := c.which(func(u *unitCount) bool { return u.lo == u.hi && u.zeros == 0 && u.all > 1 }); len(still) > 0 {
			found = append(found, finding{float64(len(still)) / float64(len(c.units)), o.Say("%s: %s of %s units say always the same (%s).", c.name, chart.Count(len(still)), n, someUnits(still))})
		}
		if c.limits == nil {
			continue
		}
		if sat := c.which(func(u *unitCount) bool { return float64(u.limits) > saturated*float64(u.all) && u.lo != u.hi }); len(sat) > 0 {
			found = append(found, finding{float64(len(sat)) / float64(len(c.units)), o.Say("%s: %s of %s units are saturated (%s).", c.name, chart.Count(len(sat)), n, someUnits(sat))})
		}
	}
	slices.SortStableFunc(found, func(a, b finding) int { return cmp.Compare(b.share, a.share) })
	notes := []string{}
	for _, f := range found {
		notes = append(notes, f.text)
	}
	if len(notes) == 0 {
		notes = append(notes, o.Say("No unit is dead or saturated."))
	}
	return notes
}

// someUnits lists the first of some units.
func someUnits(list []int) string {
	const most = 8
	var texts []string
	for _, u := range list[:min(most, len(list))] {
		texts = append(texts, fmt.Sprint(u))
	}
	if len(list) > most {
		texts = append(texts, "…")
	}
	return strings.Join(texts, ", ")
}
