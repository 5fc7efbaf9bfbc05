package explain

import (
	"errors"
	"fmt"
	"image/color"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/floats"

	"loupe/viz/chart"
	"loupe/viz/draw"
)

// A Sufficient rule is conditions under which a model gives one answer almost always.
type Sufficient struct {
	Conditions []string // "worst area ≤ 686"
	Answer     string
	// Precision is the share of rows under the conditions for which the model gives the
	// answer, measured on 1,000 of them that the search has not seen.
	Precision Rate
	// Coverage is the share of the training rows that the conditions are true of.
	Coverage float64
	// Steps are the precision and coverage with none of the conditions, with the first,
	// with the first two, and so on.
	Steps []Step
	// Enough reports whether the precision that was asked for is reached.
	Enough bool

	wanted float64
	err    error
}

// A Step is a rule of the first conditions.
type Step struct {
	Precision Rate
	Coverage  float64
}

// Err says what went wrong, nil if nothing did.
func (s *Sufficient) Err() error {
	if s.err != nil {
		return fmt.Errorf("explain: anchor: %w", s.err)
	}
	return nil
}

// Explain finds the rule of one row.
func (a *Anchoring) Explain(row any) *Sufficient {
	s := &Sufficient{}
	if s.err = a.err; s.err == nil {
		s.wanted = a.o.precision
		s.err = a.explain(row, s)
	}
	return s
}

func (a *Anchoring) explain(row any, s *Sufficient) error {
	t, err := rowsOf(row)
	if err != nil {
		return err
	}
	if n, _ := t.x.Dims(); n != 1 {
		return fmt.Errorf("these are %d rows: a rule is of one", n)
	}
	if err := t.like(a.train); err != nil {
		return err
	}
	if err := complete(t); err != nil {
		return err
	}
	y, err := a.p.all(t.x)
	if err != nil {
		return err
	}
	x := t.x.RawRowView(0)
	h := &hunt{Anchoring: a, fits: map[condition][]float64{}}
	if h.says, s.Answer, err = a.answer(y.RawRowView(0)); err != nil {
		return err
	}
	best, enough, err := h.search(x)
	if err != nil {
		return err
	}
	s.Enough = enough
	return h.report(best, x, s)
}

// answer is what the model says for a row, and whether it says so for others.
func (a *Anchoring) answer(y []float64) (says func([]float64) bool, words string, err error) {
	if a.o.goal != nil {
		k := max(a.o.output, 0)
		if k >= len(y) || a.o.output < 0 && len(y) > 1 {
			return nil, "", fmt.Errorf("say which of the %d outputs: give Output", len(y))
		}
		g := &goal{level: a.o.goal, below: a.o.below, output: k}
		if words = "at least " + chart.Number(*g.level); g.below {
			words = "at most " + chart.Number(*g.level)
		}
		if g.reach(y) < 0 {
			return nil, "", fmt.Errorf("the model says %v for the row, and not %s", y[k], words)
		}
		return func(y []float64) bool { return g.reach(y) >= 0 }, words, nil
	}
	if len(y) == 1 {
		if y[0] < 0 || y[0] > 1 {
			return nil, "", errors.New("the model of one output gives no probabilities: say AtLeast or AtMost")
		}
		class := y[0] >= 0.5
		k := 0
		if class {
			k = 1
		}
		return func(y []float64) bool { return (y[0] >= 0.5) == class }, a.className(k, 2), nil
	}
	k := floats.MaxIdx(y)
	return func(y []float64) bool { return floats.MaxIdx(y) == k }, a.className(k, len(y)), nil
}

func (a *Anchoring) className(k, of int) string {
	if len(a.train.classes) == of {
		return a.train.classes[k]
	}
	return fmt.Sprint(k)
}

// report measures the rule, and its first conditions, on rows of their own. Those come
// first that make the rule most precise.
func (h *hunt) report(best *anchorRule, x []float64, s *Sufficient) error {
	fresh := func(list []condition) (*anchorRule, error) {
		r := &anchorRule{list: list}
		slices.SortFunc(r.list, func(a, b condition) int { return a.feature - b.feature })
		h.measure(r, x)
		once := *h
		once.Anchoring = &Anchoring{p: h.p, train: h.train, o: &options{seed: h.o.seed + 1}}
		return r, once.sample(r, 1000)
	}
	left := slices.Clone(best.list)
	var first []condition
	for {
		r, err := fresh(slices.Clone(first))
		if err != nil {
			return err
		}
		s.Precision, s.Coverage = rate(r.hits, r.asked), r.coverage
		s.Steps = append(s.Steps, Step{s.Precision, s.Coverage})
		if len(left) == 0 {
			return nil
		}
		at, most := 0, -1
		for i, c := range left {
			r, err := fresh(append(slices.Clone(first), c))
			if err != nil {
				return err
			}
			if r.hits > most {
				at, most = i, r.hits
			}
		}
		first = append(first, left[at])
		s.Conditions = append(s.Conditions, h.words(left[at]))
		left = slices.Delete(left, at, at+1)
	}
}

// words words a condition.
func (h *hunt) words(c condition) string {
	name := h.train.features[c.feature]
	number := func(v float64) string { return strings.ReplaceAll(fmt.Sprintf("%.5g", v), "-", "−") }
	switch {
	case c.category:
		return name + " = " + number(c.is)
	case math.IsInf(c.low, -1):
		return name + " ≤ " + number(c.high)
	case math.IsInf(c.high, 1):
		return name + " > " + number(c.low)
	}
	return number(c.low) + " < " + name + " ≤ " + number(c.high)
}

// String is the rule in a sentence.
func (s *Sufficient) String() string {
	if err := s.Err(); err != nil {
		return err.Error()
	}
	var o chart.Options
	return s.sentence(&o)
}

func (s *Sufficient) sentence(o *chart.Options) string {
	precision := o.Say("%s (%s to %s)", share(s.Precision.Value), share(s.Precision.Low), share(s.Precision.High))
	if len(s.Conditions) == 0 {
		return o.Say("Whatever the features are, the model says %s for %s of rows.", draw.Clean(s.Answer), precision)
	}
	var list []string
	for _, c := range s.Conditions {
		list = append(list, draw.Clean(c))
	}
	text := o.Say("If %s, the model says %s for %s of rows, whatever their other features are.", strings.Join(list, o.Say(" and ")), draw.Clean(s.Answer), precision)
	return text + " " + o.Say("That is true of %s of the data.", share(s.Coverage))
}

// Figure shows how precise the rule becomes with each of its conditions.
func (s *Sufficient) Figure() *chart.Figure {
	if err := s.Err(); err != nil {
		return chart.Failed(err)
	}
	return chart.New(&board{lo: 0, hi: 1, height: 26, over: 2, lines: s.lines, draw: s.draw, data: s.table,
		axis: func(o *chart.Options) string {
			return o.Say("share of rows for which the model says %s", draw.Clean(s.Answer))
		},
		caption: s.caption,
		describe: func(o *chart.Options) string {
			return s.caption(o) + " " + o.Say("That says what the model goes by, not what would happen in the world.")
		}})
}

func (s *Sufficient) caption(o *chart.Options) string {
	if s.Enough {
		return s.sentence(o) + " " + o.Say("The upright line is the %s asked for.", share(s.wanted))
	}
	return s.sentence(o) + " " + o.Say("No rule of few conditions holds for %s: the answer hangs on many features.", share(s.wanted))
}

func (s *Sufficient) lines(o *chart.Options) []boardLine {
	list := []boardLine{{name: o.Say("all rows")}}
	for i, c := range s.Conditions {
		name := draw.Clean(c)
		if i > 0 {
			name = o.Say("and %s", name)
		}
		list = append(list, boardLine{name: name})
	}
	return list
}

func (s *Sufficient) draw(c *boardPen) {
	if s.wanted > 0 {
		x := c.x(s.wanted)
		c.Dashed([]draw.Point{{X: x, Y: c.area.Y0}, {X: x, Y: c.area.Y1}}, 1.2, c.Soft, 0)
	}
	for i, step := range s.Steps {
		y, p := c.middle(i), step.Precision
		c.Line([]draw.Point{{X: c.x(p.Low), Y: y}, {X: c.x(p.High), Y: y}}, 2, c.First)
		c.Dots([]draw.Point{{X: c.x(p.Value), Y: y}}, draw.Dot{Radius: 4}, []color.NRGBA{c.First})
		text := c.Say("%s, of %s of the data", share(p.Value), share(step.Coverage))
		if x := c.x(p.Low) - 8; x-smallFont.Width(text) > c.area.X0 {
			c.note(text, draw.Point{X: x, Y: y + 4}, smallFont, c.Soft, draw.End)
		} else if x := c.x(p.High) + 8; x+smallFont.Width(text) < c.area.X1+8 {
			c.note(text, draw.Point{X: x, Y: y + 4}, smallFont, c.Soft, draw.Start)
		}
		c.Hover(draw.Rect{X0: c.area.X0, Y0: y - 10, X1: c.area.X1, Y1: y + 10}, text)
	}
}

func (s *Sufficient) table() chart.Table {
	rule, precision, low, high, coverage := chart.Column{Name: "condition", Texts: []string{}}, chart.Column{Name: "precision"}, chart.Column{Name: "low"}, chart.Column{Name: "high"}, chart.Column{Name: "coverage"}
	for i, step := range s.Steps {
		name := ""
		if i > 0 {
			name = s.Conditions[i-1]
		}
		rule.Texts = append(rule.Texts, name)
		precision.Numbers, low.Numbers, high.Numbers = append(precision.Numbers, step.Precision.Value), append(low.Numbers, step.Precision.Low), append(high.Numbers, step.Precision.High)
		coverage.Numbers = append(coverage.Numbers, step.Coverage)
	}
	return chart.Table{Columns: []chart.Column{rule, precision, low, high, coverage}}
}

// TryMIMEBundle is that of the figure.
func (s *Sufficient) TryMIMEBundle() (data, metadata map[string]any, err error) {
	return s.Figure().TryMIMEBundle()
}

// MIMEBundle is TryMIMEBundle with the error as the text.
func (s *Sufficient) MIMEBundle() (data, metadata map[string]any) { return s.Figure().MIMEBundle() }
