package explain

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"loupe/nn/data"
	"loupe/viz/chart"
	"loupe/viz/model"
)

// A Card is a model card (Mitchell et al. 2019): what a model is for, how good it is and
// for whom, what it relies on and how it holds when inputs are disturbed. People fill in
// the texts; everything else is measured when the card is shown or saved, and what is
// noteworthy stands at the top in words.
//
//	explain.Card{
//		Name: "Loans", Purpose: "Advises clerks; it does not decide.",
//		Model: model, Train: train, Test: test,
//		Groups: []explain.GroupBy{explain.By("town")},
//	}
type Card struct {
	Name    string
	Purpose string // what the model is for, and who uses it
	NotFor  string // what it must not be used for
	Caveats string // what is known to be missing or wrong
	Contact string // who answers for it

	Model any
	// Train are the data it was trained with, nil if they are not at hand. Test are
	// others: everything is measured on these.
	Train, Test *data.Set
	// Groups are reviewed, each as by [NewReview]: the data must have two classes.
	Groups []GroupBy
	Seed   uint64
	// Options are those of the figures. The card is in their language.
	Options []chart.Option
}

// A chapter is a part of a card.
type chapter struct {
	heading string
	title   bool // the heading is that of the card
	texts   []string
	list    []string
	table   [][]string
	sided   bool // the first column of the table heads its rows
	figures []*chart.Figure
}

// card is what is measured for a Card.
type card struct {
	Card
	o        chart.Options
	ask      *predictor
	score    *score
	y        *mat.Dense
	findings []string
}

// Err says what is wrong with the card, nil if nothing is. It measures everything.
func (c Card) Err() error {
	_, err := c.chapters()
	return err
}

func (c Card) options() (o chart.Options) {
	for _, set := range c.Options {
		set(&o)
	}
	return o
}

func (c Card) chapters() ([]chapter, error) {
	k := &card{Card: c, o: c.options()}
	list, err := k.measure()
	if err != nil {
		return nil, fmt.Errorf("explain: card of %s: %w", cmp.Or(c.Name, "a model"), err)
	}
	return list, nil
}

func (k *card) measure() ([]chapter, error) {
	if k.Test == nil {
		return nil, errors.New("there is nothing to measure on: Test is nil")
	}
	t, err := rowsOf(k.Test)
	if err != nil {
		return nil, err
	}
	if k.ask, err = predictorOf(k.Model); err != nil {
		return nil, err
	}
	if k.y, err = k.ask.all(t.x); err != nil {
		return nil, err
	}
	k.score = newScore(k.Test)
	if err := k.score.fits(k.y); err != nil {
		return nil, err
	}
	about := []chapter{k.model()}
	for _, part := range []func() (chapter, error){k.quality, k.groups, k.reliance, k.hold} {
		c, err := part()
		if err != nil {
			return nil, err
		}
		if c.heading != "" {
			about = append(about, c)
		}
	}
	about = append(about, chapter{heading: k.o.Say("How this was measured"), texts: []string{
		k.o.Say("Rates have 95 % intervals by Wilson, differences by Newcombe, means over repeats by Student's t. That groups differ does not say why; that a model relies on a feature does not say that the feature is a cause.")}})
	return append([]chapter{k.stated(), k.found()}, about...), nil
}

// stated is what people have said.
func (k *card) stated() chapter {
	c := chapter{heading: k.o.Say("Model card: %s", cmp.Or(k.Name, k.o.Say("a model without a name"))), title: true, sided: true}
	for _, t := range [][2]string{{k.o.Say("Purpose"), k.Purpose}, {k.o.Say("Not for"), k.NotFor}, {k.o.Say("Caveats"), k.Caveats}, {k.o.Say("Contact"), k.Contact}} {
		c.table = append(c.table, []string{t[0], cmp.Or(t[1], k.o.Say("not stated"))})
	}
	return c
}

// found is what is noteworthy.
func (k *card) found() chapter {
	c := chapter{heading: k.o.Say("What to know"), list: k.findings}
	if len(c.list) == 0 {
		c.texts = []string{k.o.Say("Nothing that was measured stands out.")}
	}
	return c
}

func (k *card) find(text string) { k.findings = append(k.findings, text) }

// model is what the model and its data are.
func (k *card) model() chapter {
	c := chapter{heading: k.o.Say("The model and its data"), sided: true, table: [][]string{{k.o.Say("Model"), k.kind()}}}
	if k.Train != nil {
		c.table = append(c.table, []string{k.o.Say("Trained with"), k.Train.String()})
	}
	c.table = append(c.table, []string{k.o.Say("Measured on"), k.Test.String()})
	if n := k.Test.Len(); n < 100 {
		k.find(k.o.Say("It was measured on %d rows only: intervals are wide.", n))
	}
	return c
}

// kind says what the model is in a line.
func (k *card) kind() string {
	if m, err := model.Of(k.Model); err == nil {
		params := 0
		for _, p := range m.Params {
			params += model.Size(p.Shape)
		}
		return k.o.Say("%s, %s", k.o.Count(len(m.Nodes)-1, "layer", "layers"), k.o.Count(params, "parameter", "parameters"))
	}
	if s, ok := k.Model.(fmt.Stringer); ok {
		return s.String()
	}
	return k.o.Say("a function of rows")
}

// quality is how good the model is.
func (k *card) quality() (chapter, error) {
	c := chapter{heading: k.o.Say("How good it is")}
	if k.score.target != nil {
		return k.regression(c)
	}
	classes, labels := classesOf(k.y), k.score.labels
	n := len(labels)
	right := rate(int(math.Round(k.score.of(k.y)*float64(n))), n)
	counts := map[int]int{}
	for _, l := range labels {
		counts[l]++
	}
	most := 0
	for _, m := range counts {
		most = max(most, m)
	}
	always := float64(most) / float64(n)
	c.texts = append(c.texts, k.o.Say("It is right for %s of %s; always to say the most frequent class would be right for %s.", k.interval(right), k.o.Count(n, "row", "rows"), share(always)))
	if right.Low <= always {
		k.find(k.o.Say("It is not better, beyond chance, than always to say the most frequent class: %s against %s.", k.interval(right), share(always)))
	}
	if err := k.overfits(right.Value); err != nil {
		return c, err
	}
	c.table = [][]string{{k.o.Say("class"), k.o.Say("rows"), k.o.Say("found (recall)"), k.o.Say("right when said (precision)")}}
	for l := range slices.Max(labels) + 1 {
		found, said := 0, 0
		for i, p := range classes {
			if p == l {
				said++
				if labels[i] == l {
					found++
				}
			}
		}
		name := fmt.Sprint(l)
		if l < len(k.Test.Classes()) {
			name = k.Test.Classes()[l]
		}
		recall := rate(found, counts[l])
		c.table = append(c.table, []string{name, chart.Count(counts[l]), k.interval(recall), k.interval(rate(found, said))})
		if counts[l] > 0 && recall.High < right.Low {
			k.find(k.o.Say("%s is found less often than the others: %s of its rows.", name, k.interval(recall)))
		}
	}
	return c, nil
}

// interval words a rate.
func (k *card) interval(r Rate) string {
	if r.Of == 0 {
		return "–"
	}
	return k.o.Say("%s (%s to %s)", share(r.Value), share(r.Low), share(r.High))
}

func (k *card) regression(c chapter) (chapter, error) {
	var off, squares float64
	n := float64(len(k.score.target))
	for i, t := range k.score.target {
		d := t - k.y.At(i, 0)
		off, squares = off+math.Abs(d)/n, squares+d*d/n
	}
	_, deviation := stat.PopMeanStdDev(k.score.target, nil)
	r2 := k.score.of(k.y)
	c.table = [][]string{{k.o.Say("measure"), k.o.Say("value")}, {"R²", chart.Number(r2)}, {k.o.Say("mean absolute error"), chart.Number(off)},
		{k.o.Say("root mean squared error"), chart.Number(math.Sqrt(squares))}, {k.o.Say("standard deviation of what is predicted"), chart.Number(deviation)}}
	if r2 <= 0 {
		k.find(k.o.Say("It is not better than always to say the mean: R² is %s.", chart.Number(r2)))
	}
	return c, k.overfits(r2)
}

// overfits compares with the score on the training data.
func (k *card) overfits(test float64) error {
	if k.Train == nil {
		return nil
	}
	t, err := rowsOf(k.Train)
	if err != nil {
		return fmt.Errorf("the training data: %w", err)
	}
	y, err := k.ask.all(t.x)
	if err != nil {
		return fmt.Errorf("the training data: %w", err)
	}
	s := newScore(k.Train)
	if err := s.fits(y); err != nil {
		return fmt.Errorf("the training data: %w", err)
	}
	if train := s.of(y); train > test+0.1 {
		k.find(k.o.Say("It has learnt its training data by heart: %s is %s there, and %s on others.", metricName(&k.o, s.name), chart.Number(train), chart.Number(test)))
	}
	return nil
}

// groups is for whom the model is good.
func (k *card) groups() (chapter, error) {
	c := chapter{heading: k.o.Say("For whom")}
	if len(k.Groups) == 0 {
		k.find(k.o.Say("Nobody has looked at groups: give the card Groups."))
		return chapter{}, nil
	}
	c.table = [][]string{{k.o.Say("group"), k.o.Say("rows"), k.o.Say("accepted"), k.o.Say("accepted of those who belong (TPR)"), k.o.Say("accepted of the others (FPR)"), k.o.Say("right"), k.o.Say("off by (calibration)")}}
	for _, by := range k.Groups {
		r := NewReview(k.Model, k.Test, by)
		if err := r.Err(); err != nil {
			return c, err
		}
		for _, g := range r.Groups {
			if g.Miscalibration > 0.05 && g.N >= 100 {
				k.find(k.o.Say("Its probabilities are off by %s percentage points on average for %s.", points(g.Miscalibration), g.Name))
			}
			c.table = append(c.table, []string{g.Name, chart.Count(g.N), k.interval(g.Selected), k.interval(g.Found), k.interval(g.Alarms), k.interval(g.Right), share(g.Miscalibration)})
		}
		for _, g := range r.Gaps() {
			if g.Sure() {
				k.find(k.o.Say("By %s, %s", r.by, g.sentence(&k.o)))
			}
		}
		c.figures = append(c.figures, r.Figure().With(k.Options...))
	}
	return c, nil
}

// reliance is what the model relies on.
func (k *card) reliance() (chapter, error) {
	c := chapter{heading: k.o.Say("What it relies on")}
	p := PermutationImportance(k.Model, k.Test, Seed(k.Seed))
	if err := p.Err(); err != nil {
		return c, err
	}
	c.table = [][]string{{k.o.Say("feature"), k.o.Say("drop of %s without it", metricName(&k.o, p.Metric)), k.o.Say("95 % interval")}}
	for _, j := range p.order()[:min(10, len(p.Drop))] {
		c.table = append(c.table, []string{p.Features[j], chart.Number(p.Drop[j]), chart.Number(p.Low[j]) + " … " + chart.Number(p.High[j])})
	}
	c.figures = []*chart.Figure{p.Figure().With(k.Options...)}
	if order := p.order(); len(order) > 2 && p.Drop[order[0]] > 0 {
		all := 0.0
		for _, d := range p.Drop {
			all += max(d, 0)
		}
		if one := p.Drop[order[0]] / all; one > 0.8 {
			k.find(k.o.Say("It relies almost alone on %s: %s of what all features matter.", p.Features[order[0]], share(one)))
		}
	}
	return c, nil
}

// hold is how the model holds when inputs are disturbed.
func (k *card) hold() (chapter, error) {
	c := chapter{heading: k.o.Say("How it holds")}
	r := Robust(k.Model, k.Test, Seed(k.Seed))
	if err := r.Err(); err != nil {
		return c, err
	}
	metric := metricName(&k.o, r.Metric)
	c.table = [][]string{{k.o.Say("disturbance (standard deviations)"), k.o.Say("%s under noise", metric)}}
	if r.Attacked != nil {
		c.table[0] = append(c.table[0], k.o.Say("%s when moved against the model", metric))
	}
	for i, s := range r.Sizes {
		row := []string{chart.Number(s), chart.Number(r.Score[i])}
		if r.Attacked != nil {
			row = append(row, chart.Number(r.Attacked[i]))
		}
		c.table = append(c.table, row)
	}
	c.figures = []*chart.Figure{r.Figure().With(k.Options...)}
	tenth := at(0.1)
	if r.Score[0]-r.Score[tenth] > 0.05 {
		k.find(k.o.Say("Noise of a tenth of a standard deviation takes %s from %s to %s.", metric, chart.Number(r.Score[0]), chart.Number(r.Score[tenth])))
	}
	if r.Attacked != nil && r.Score[0]-r.Attacked[tenth] > 0.2 {
		k.find(k.o.Say("Inputs that are moved by a tenth of a standard deviation against it take %s to %s.", metric, chart.Number(r.Attacked[tenth])))
	}
	return c, nil
}

// String is the card in Markdown, without its figures.
func (c Card) String() string {
	list, err := c.chapters()
	if err != nil {
		return err.Error()
	}
	var b strings.Builder
	for _, s := range list {
		s.markdown(&b, nil)
	}
	return b.String()
}
