package explain

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"loupe/nn/data"
	"loupe/viz/chart"
	"loupe/viz/draw"
)

// An Importance says how much worse a model's score becomes when a feature is put
// into disorder: how much the model relies on it, on these data.
type Importance struct {
	Method   string // "Permutation importance", "Drop-column importance"
	Features []string
	// Drop is by how much the score falls, for each feature the mean over repeats.
	Drop []float64
	// Low and High are the ends of a 95 % confidence interval of the mean (Student's t
	// over the repeats).
	Low, High []float64
	Score     float64 // of the model on the data as they are
	Metric    string  // "accuracy", "R²"

	err error
}

// PermutationImportance measures how much a model's score falls on a data set when
// the values of a feature are dealt out to other rows (Breiman 2001; Fisher, Rudin and
// Dominici 2019): the accuracy of a classifier, R² of a regression. Each feature is
// permuted 10 times, or as often as [Samples] says; features that say the same hide
// each other.
func PermutationImportance(model any, set *data.Set, list ...Option) *Importance {
	p := &Importance{Method: "Permutation importance"}
	p.err = p.measure(model, set, list)
	return p
}

// Err says what went wrong, nil if nothing did.
func (p *Importance) Err() error {
	if p.err != nil {
		return fmt.Errorf("explain: %s: %w", strings.ToLower(p.Method), p.err)
	}
	return nil
}

// measuring are the options of what is measured again and again, 10 times unless Samples
// says otherwise, to know intervals.
func measuring(list []Option) (*options, error) {
	o, err := optionsOf(list, "Samples", "Seed")
	if err != nil {
		return nil, err
	}
	if o.samples == 0 {
		o.samples = 10
	}
	if o.samples < 2 {
		return nil, fmt.Errorf("an interval needs two repeats at least, not %d", o.samples)
	}
	return o, nil
}

func (p *Importance) measure(model any, set *data.Set, list []Option) error {
	o, err := measuring(list)
	if err != nil {
		return err
	}
	ask, err := predictorOf(model)
	if err != nil {
		return err
	}
	t, err := rowsOf(set)
	if err != nil {
		return err
	}
	n, features := t.x.Dims()
	if n < 2 {
		return errors.New("one row cannot be put into disorder")
	}
	score := newScore(set)
	y, err := ask.first(t.x)
	if err != nil {
		return err
	}
	if err := score.fits(y); err != nil {
		return err
	}
	p.Features, p.Metric, p.Score = t.features, score.name, score.of(y)
	drops := mat.NewDense(features, o.samples, nil)
	err = parallel(features*o.samples, ask.workers(), "permutation importance", func(i int) error {
		j, repeat := i/o.samples, i%o.samples
		r := rand.New(rand.NewPCG(o.seed, uint64(i)))
		x := mat.DenseCopyOf(t.x)
		for row, from := range r.Perm(n) {
			x.Set(row, j, t.x.At(from, j))
		}
		y, err := ask.predict(x)
		if err != nil {
			return err
		}
		drops.Set(j, repeat, p.Score-score.of(y))
		return nil
	})
	if err != nil {
		return err
	}
	quantile := distuv.StudentsT{Sigma: 1, Nu: float64(o.samples - 1)}.Quantile(0.975)
	for j := range features {
		mean, deviation := stat.MeanStdDev(drops.RawRowView(j), nil)
		half := quantile * deviation / math.Sqrt(float64(o.samples))
		p.Drop = append(p.Drop, mean)
		p.Low, p.High = append(p.Low, mean-half), append(p.High, mean+half)
	}
	return nil
}

// A score says how good predictions are: the greater the better.
type score struct {
	name   string
	labels []int     // of classes
	target []float64 // of a regression
}

func newScore(set *data.Set) *score {
	if y := set.Labels(); y != nil {
		return &score{name: "accuracy", labels: y}
	}
	return &score{name: "R²", target: set.Targets()}
}

// metricName is the name of a score in the language of a figure.
func metricName(o *chart.Options, name string) string {
	if name == "accuracy" {
		return o.Say("accuracy")
	}
	return name
}

// fits checks that predictions can be compared with what is right.
func (s *score) fits(y *mat.Dense) error {
	_, outputs := y.Dims()
	switch {
	case s.labels == nil && s.target == nil:
		return errors.New("the data set has neither classes nor targets to compare predictions with")
	case s.target != nil && outputs != 1:
		return fmt.Errorf("the model returns %d outputs for the one number that is to be predicted", outputs)
	case s.labels != nil && outputs > 1 && slices.Max(s.labels) >= outputs:
		return fmt.Errorf("the model returns %d outputs, and there are classes up to number %d", outputs, slices.Max(s.labels))
	}
	return nil
}

func (s *score) of(y *mat.Dense) float64 {
	n, _ := y.Dims()
	if s.target != nil {
		mean, rest, all := stat.Mean(s.target, nil), 0.0, 0.0
		for i, t := range s.target {
			rest += (t - y.At(i, 0)) * (t - y.At(i, 0))
			all += (t - mean) * (t - mean)
		}
		return 1 - rest/all
	}
	right := 0
	for i, class := range classesOf(y) {
		if class == s.labels[i] {
			right++
		}
	}
	return float64(right) / float64(n)
}

// Figure shows the drops as bars with their intervals, the greatest at the top.
func (p *Importance) Figure() *chart.Figure {
	if err := p.Err(); err != nil {
		return chart.Failed(err)
	}
	order := p.order()
	top := order[:min(len(order), 20)]
	art := &board{height: 24, over: 2, describe: p.describe, caption: func(o *chart.Options) string { return p.caption(o) },
		axis: func(o *chart.Options) string { return o.Say("drop of %s", metricName(o, p.Metric)) },
		lines: func(*chart.Options) []boardLine {
			var lines []boardLine
			for _, j := range top {
				lines = append(lines, boardLine{name: draw.Clean(p.Features[j])})
			}
			return lines
		},
		draw: func(c *boardPen) { p.draw(c, top) },
		data: func() chart.Table {
			return chart.Table{Columns: []chart.Column{{Name: "feature", Texts: p.Features}, {Name: "drop", Numbers: p.Drop}, {Name: "low", Numbers: p.Low}, {Name: "high", Numbers: p.High}}}
		}}
	for _, j := range top {
		art.lo, art.hi = min(art.lo, p.Low[j]), max(art.hi, p.High[j])
		art.right = max(art.right, smallFont.Width(chart.Number(p.Drop[j]))+8)
	}
	return chart.New(art)
}

func (p *Importance) order() []int {
	order := make([]int, len(p.Drop))
	for j := range order {
		order[j] = j
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(p.Drop[b], p.Drop[a]) })
	return order
}

func (p *Importance) draw(c *boardPen, top []int) {
	zero := c.x(0)
	for i, j := range top {
		y, h, tip := c.middle(i), min(c.step()*0.62, 18), c.x(p.Drop[j])
		box := draw.Rect{X0: min(zero, tip), Y0: y - h/2, X1: max(zero, tip), Y1: y + h/2}
		col := c.First
		if p.Low[j] <= 0 && p.High[j] >= 0 { // could be nothing
			col = c.Rim
		}
		c.Block(box, col)
		low, high := c.x(p.Low[j]), c.x(p.High[j])
		c.Line([]draw.Point{{X: low, Y: y}, {X: high, Y: y}}, 1.4, c.Ink)
		c.Hover(draw.Rect{X0: min(low, zero), Y0: y - h/2, X1: max(high, tip), Y1: y + h/2}, draw.Clean(p.Features[j])+": "+chart.Number(p.Drop[j])+" ("+chart.Number(p.Low[j])+" … "+chart.Number(p.High[j])+")")
		c.Text(chart.Number(p.Drop[j]), draw.Point{X: max(high, tip, zero) + 4, Y: y + 4}, smallFont, c.Ink, draw.Place{})
	}
	c.rule(0, c.Frame)
}

func (p *Importance) caption(o *chart.Options) string {
	sure := 0
	for j := range p.Drop {
		if p.Low[j] > 0 {
			sure++
		}
	}
	return o.Say("%s is %s on these data. Lines are 95 %% intervals; %s of %s matter for sure.", metricName(o, p.Metric), chart.Number(p.Score), chart.Count(sure), o.Count(len(p.Drop), "feature", "features"))
}

func (p *Importance) describe(o *chart.Options) string {
	text := p.Method + o.Say(": ") + p.caption(o)
	for _, j := range p.order()[:min(3, len(p.Drop))] {
		text += " " + o.Say("Without %s, %s falls by %s (%s to %s).", draw.Clean(p.Features[j]), metricName(o, p.Metric), chart.Number(p.Drop[j]), chart.Number(p.Low[j]), chart.Number(p.High[j]))
	}
	return text
}

// TryMIMEBundle is that of the figure.
func (p *Importance) TryMIMEBundle() (data, metadata map[string]any, err error) {
	return p.Figure().TryMIMEBundle()
}

// MIMEBundle is TryMIMEBundle with the error as the text.
func (p *Importance) MIMEBundle() (data, metadata map[string]any) { return p.Figure().MIMEBundle() }
