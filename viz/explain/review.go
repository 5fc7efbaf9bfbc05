package explain

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"

	"loupe/nn/data"
)

// A Review compares how a classifier treats groups of a data set: whom it accepts,
// whom it misses, whom it accepts wrongly, and whether its probabilities are right.
//
// That groups are treated differently says nothing about why: base rates differ, and
// so may what was measured.
type Review struct {
	Groups    []Group
	Positive  string  // the class that counts as being accepted
	Threshold float64 // of its probability

	by       string
	err      error
	ask      *predictor
	t        *table
	positive int // the output that is its probability
}

// A Group is a part of the data, and how it is treated.
type Group struct {
	Name string
	N    int
	// BaseRate is the share that belongs to the positive class.
	BaseRate Rate
	Selected Rate // the share that is accepted: demographic parity compares these
	Found    Rate // of those who belong to the class, the share that is accepted: the true positive rate
	Alarms   Rate // of those who do not, the share that is accepted: the false positive rate
	Right    Rate // accuracy
	// Miscalibration is the mean distance of probabilities from what happened, over
	// ten bins of equal size (the expected calibration error).
	Miscalibration float64

	rows []int
	p    []float64 // probabilities of the positive class
	y    []bool    // who belongs to it
}

// A Rate is a share with a 95 % interval (Wilson 1927).
type Rate struct {
	Of        int // how many it is a share of
	Value     float64
	Low, High float64
}

// rate counts a share. Of none, nothing is known.
func rate(k, n int) Rate {
	if n == 0 {
		return Rate{0, math.NaN(), 0, 1}
	}
	return rateWithin(float64(k)/float64(n), n, 1.959963984540054)
}

// rateWithin is a share of n with an interval of z standard deviations.
func rateWithin(p float64, n int, z float64) Rate {
	m := float64(n)
	middle, half := (p+z*z/(2*m))/(1+z*z/m), z/(1+z*z/m)*math.Sqrt(p*(1-p)/m+z*z/(4*m*m))
	return Rate{n, p, max(0, min(middle-half, p)), min(1, max(middle+half, p))}
}

// A GroupBy says which group a row belongs to. See [By], [ByRule] and [ByName].
type GroupBy struct {
	name string
	// prepare reads a table, and returns what names the group of a row, "" for a row
	// to leave out.
	prepare func(t *table) (group func(row int) string, err error)
}

// By groups rows by a feature: by its values if there are at most six, else by its
// quartiles.
func By(feature string) GroupBy {
	return GroupBy{feature, func(t *table) (func(row int) string, error) {
		j := slices.Index(t.features, feature)
		if j < 0 {
			return nil, fmt.Errorf("there is no feature %q; there are %s", feature, someOf(t.features))
		}
		all := column(t.x, j)
		cuts := quantiles(all, 5)
		few := len(quantiles(all, 7)) <= 6
		return func(row int) string {
			v := t.x.At(row, j)
			switch k, _ := slices.BinarySearch(cuts, v); {
			case math.IsNaN(v) || math.IsInf(v, 0):
				return feature + " unknown"
			case few:
				return fmt.Sprintf("%s = %.4g", feature, v)
			default:
				k = min(max(k, 1), len(cuts)-1)
				return fmt.Sprintf("%s %.4g to %.4g", feature, cuts[k-1], cuts[k])
			}
		}, nil
	}}
}

// ByRule groups rows by a function of their features, in the order of the columns. A
// row whose group is "" is left out.
func ByRule(name string, rule func(row []float64) string) GroupBy {
	return GroupBy{name, func(t *table) (func(row int) string, error) {
		return func(row int) string { return rule(t.x.RawRowView(row)) }, nil
	}}
}

// ByName groups rows by a list of names, one for each row: of something that the model
// does not see.
func ByName(name string, of []string) GroupBy {
	return GroupBy{name, func(t *table) (func(row int) string, error) {
		if n, _ := t.x.Dims(); len(of) != n {
			return nil, fmt.Errorf("there are %d names of groups for %d rows", len(of), n)
		}
		return func(row int) string { return of[row] }, nil
	}}
}

// NewReview asks a classifier for its probabilities on a data set of two classes, and
// compares groups. The positive class is the second; who has a probability of a half
// or more is accepted. See [Review.At] for other thresholds.
func NewReview(model any, set *data.Set, by GroupBy) *Review {
	r := &Review{Threshold: 0.5, by: by.name}
	r.err = r.measure(model, set, by)
	return r
}

// Err says what went wrong, nil if nothing did.
func (r *Review) Err() error {
	if r.err != nil {
		return fmt.Errorf("explain: review by %s: %w", r.by, r.err)
	}
	return nil
}

func (r *Review) measure(model any, set *data.Set, by GroupBy) error {
	if by.prepare == nil {
		return errors.New("say what to group by: explain.By, ByRule or ByName")
	}
	ask, err := predictorOf(model)
	if err != nil {
		return err
	}
	t, err := rowsOf(set)
	if err != nil {
		return err
	}
	labels := set.Labels()
	if labels == nil || slices.Max(labels) > 1 {
		return fmt.Errorf("%s does not have two classes: who is accepted is a question of one", set.Name())
	}
	y, err := ask.first(t.x)
	if err != nil {
		return err
	}
	positive := 1
	if _, outputs := y.Dims(); outputs == 1 {
		positive = 0
	} else if outputs != 2 {
		return fmt.Errorf("the model returns %d outputs for two classes", outputs)
	}
	r.ask, r.t, r.positive = ask, t, positive
	r.Positive = "1"
	if len(set.Classes()) == 2 {
		r.Positive = set.Classes()[1]
	}
	group, err := by.prepare(t)
	if err != nil {
		return err
	}
	at := map[string]int{}
	for i, label := range labels {
		p := y.At(i, positive)
		if p < 0 || p > 1 {
			return fmt.Errorf("the model returned %v for row %d: that is no probability", p, i)
		}
		name := group(i)
		if name == "" {
			continue
		}
		k, ok := at[name]
		if !ok {
			k = len(r.Groups)
			at[name] = k
			r.Groups = append(r.Groups, Group{Name: name})
		}
		r.Groups[k].rows = append(r.Groups[k].rows, i)
		r.Groups[k].p = append(r.Groups[k].p, p)
		r.Groups[k].y = append(r.Groups[k].y, label == 1)
	}
	if len(r.Groups) < 2 {
		return fmt.Errorf("there is nothing to compare: %d group", len(r.Groups))
	}
	if len(r.Groups) > 20 {
		return fmt.Errorf("there are %d groups: a review of more than 20 cannot be read", len(r.Groups))
	}
	slices.SortStableFunc(r.Groups, func(a, b Group) int { return compareNatural(a.Name, b.Name) })
	for k := range r.Groups {
		r.Groups[k].count(r.Threshold)
		r.Groups[k].Miscalibration = r.Groups[k].miscalibration()
	}
	return nil
}

// At returns the review with another threshold.
func (r *Review) At(threshold float64) *Review {
	s := *r
	s.Threshold = threshold
	if math.IsNaN(threshold) || threshold < 0 || threshold > 1 {
		s.err = errors.Join(r.err, fmt.Errorf("%v is no threshold of a probability", threshold))
	}
	s.Groups = slices.Clone(r.Groups)
	for k := range s.Groups {
		s.Groups[k].count(threshold)
	}
	return &s
}

// count fills in the rates of a group.
func (g *Group) count(threshold float64) {
	var belong, accepted, found, alarms int
	for i, p := range g.p {
		switch {
		case g.y[i] && p >= threshold:
			belong, accepted, found = belong+1, accepted+1, found+1
		case g.y[i]:
			belong++
		case p >= threshold:
			accepted, alarms = accepted+1, alarms+1
		}
	}
	g.N = len(g.p)
	g.BaseRate, g.Selected = rate(belong, g.N), rate(accepted, g.N)
	g.Found, g.Alarms = rate(found, belong), rate(alarms, g.N-belong)
	g.Right = rate(found+g.N-belong-alarms, g.N)
}

// calibrationBins is into how many parts a group is cut to compare probabilities with
// what happened.
const calibrationBins = 10

// bins are the mean probability and the share of the positive class of parts of a
// group, from the lowest probabilities to the highest.
func (g *Group) bins() (expected, happened []float64, size []int) {
	order := make([]int, len(g.p))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		switch {
		case g.p[i] < g.p[j]:
			return -1
		case g.p[i] > g.p[j]:
			return 1
		}
		return 0
	})
	for b := range calibrationBins {
		part := order[b*len(order)/calibrationBins : (b+1)*len(order)/calibrationBins]
		if len(part) == 0 {
			continue
		}
		var e, h float64
		for _, i := range part {
			e += g.p[i] / float64(len(part))
			if g.y[i] {
				h += 1 / float64(len(part))
			}
		}
		expected, happened, size = append(expected, e), append(happened, h), append(size, len(part))
	}
	return expected, happened, size
}

func (g *Group) miscalibration() float64 {
	expected, happened, size := g.bins()
	s := 0.0
	for b := range size {
		s += float64(size[b]) / float64(len(g.p)) * math.Abs(expected[b]-happened[b])
	}
	return s
}

// A Gap is the greatest difference of a rate between two groups.
type Gap struct {
	Measure              string // as the fields of Group are called
	Most, Less           string // the groups
	MostShare, LessShare float64
	Value                float64 // the difference of the shares
	// Low and High are a 95 % interval (Newcombe 1998). Of three or more groups, the two
	// that differ most would often differ by chance: the interval is as much wider as there
	// are pairs to choose from (Bonferroni).
	Low, High float64
}

// Sure reports whether the difference is more than chance explains.
func (g Gap) Sure() bool { return g.Low > 0 }

// measures are the rates that are compared.
var measures = []struct {
	name string
	of   func(g *Group) Rate
}{
	{"Selected", func(g *Group) Rate { return g.Selected }},
	{"Found", func(g *Group) Rate { return g.Found }},
	{"Alarms", func(g *Group) Rate { return g.Alarms }},
	{"Right", func(g *Group) Rate { return g.Right }},
}

// Gaps are the greatest differences of each rate between groups: of Selected, by which
// demographic parity fails; of Found and Alarms, by which equalised odds fail; of Right.
// A rate that is not known of two groups has none.
func (r *Review) Gaps() []Gap {
	var list []Gap
	if r.err != nil {
		return nil
	}
	pairs := float64(len(r.Groups)*(len(r.Groups)-1)) / 2
	z := distuv.UnitNormal.Quantile(1 - 0.025/pairs)
	for _, m := range measures {
		var best *Gap
		for i := range r.Groups {
			for j := range r.Groups {
				a, b := m.of(&r.Groups[i]), m.of(&r.Groups[j])
				if d := a.Value - b.Value; i == j || !(d >= 0) || best != nil && d <= best.Value {
					continue
				}
				a, b = rateWithin(a.Value, a.Of, z), rateWithin(b.Value, b.Of, z)
				d := a.Value - b.Value
				best = &Gap{m.name, r.Groups[i].Name, r.Groups[j].Name, a.Value, b.Value, d,
					d - math.Hypot(a.Value-a.Low, b.High-b.Value), d + math.Hypot(a.High-a.Value, b.Value-b.Low)}
			}
		}
		if best != nil {
			list = append(list, *best)
		}
	}
	return list
}
