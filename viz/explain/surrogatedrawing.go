package explain

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/stat"

	"loupe/viz/chart"
	"loupe/viz/draw"
)

// A surrogateDrawing is the drawing of a tree that imitates a model.
type surrogateDrawing struct {
	*treeDrawing
	s *SurrogateTree
}

func (s *SurrogateTree) drawing() (*surrogateDrawing, error) {
	if s.err != nil {
		return nil, s.err
	}
	d, err := newTreeDrawing(s.Tree, 0, s.set, nil)
	if err != nil {
		return nil, err
	}
	if d.labels == nil {
		d.values = s.y
	}
	return &surrogateDrawing{d, s}, nil
}

// Rules are the ways to the leaves in words, from left to right, with what the model
// predicts there: its mean and standard deviation over the rows of the leaf.
func (s *SurrogateTree) Rules() []string {
	d, err := s.drawing()
	if err != nil {
		return nil
	}
	return d.rules(&chart.Options{})
}

// output names what is imitated.
func (s *SurrogateTree) output(o *chart.Options) string {
	if s.Output != "" {
		return draw.Clean(s.Output)
	}
	if s.outputs > 1 {
		return o.Say("output %s", chart.Number(float64(s.k)))
	}
	return o.Say("the output")
}

// Caption implements chart.Captioned.
func (d *surrogateDrawing) Caption(o *chart.Options) string {
	s := d.s
	text := o.Say("The tree imitates %s of the variation of %s on rows held out from it (R², 95 %% interval %s to %s); where they differ, the tree is not the model.",
		share(s.Fidelity), s.output(o), chart.Number(s.Low), chart.Number(s.High))
	if s.Fidelity < 0 {
		text = o.Say("The tree imitates nothing of %s on rows held out from it: its R² is %s, 95 %% interval %s to %s.", s.output(o), chart.Number(s.Fidelity), chart.Number(s.Low), chart.Number(s.High))
	}
	if !math.IsNaN(s.Agreement) {
		text += " " + o.Say("For %s of these rows they agree whether %s is more likely than not.", share(s.Agreement), s.output(o))
	}
	if s.Fidelity < lowFidelity {
		text += " " + o.Say("That is little: do not take the tree for the model. A Depth of more than %s may imitate it better.", chart.Count(s.depth))
	}
	if d.labels != nil {
		text += " " + o.Say("Colours are the class that the model predicts, and leaves have the mean of %s.", s.output(o))
	}
	if d.values != nil {
		lo, hi := extent(d.values)
		text += " " + o.Say("Leaves show how its predictions are distributed there, from %s to %s, and their mean.", chart.Number(lo), chart.Number(hi))
	}
	return text
}

// Describe implements chart.Art.
func (d *surrogateDrawing) Describe(o *chart.Options) string {
	text := o.Say("Surrogate tree with %s, trained on what the model predicts for %s.", o.Count(d.t.Leaves(), "leaf", "leaves"), o.Count(len(d.s.y), "row", "rows")) + " " + d.Caption(o)
	switch {
	case d.s.outputs == 2:
		text += " " + o.Say("Shown is %s, the second of two outputs.", d.s.output(o))
	case d.s.outputs > 2:
		text += " " + o.Say("Shown is %s, one of %s.", d.s.output(o), o.Count(d.s.outputs, "output", "outputs"))
	}
	rules := d.rules(o)
	if len(rules) > spokenRules {
		rules = append(d.largest(rules), o.Say("and %s more", chart.Count(len(rules)-spokenRules)))
	}
	return strings.Join(append([]string{text}, rules...), " ")
}

// spokenRules is how many rules the description has.
const spokenRules = 8

// largest are the rules of the leaves with the most rows, in their order.
func (d *surrogateDrawing) largest(rules []string) (list []string) {
	var leaves []int
	var walk func(node int)
	walk = func(node int) {
		if d.t.IsLeaf(node) {
			leaves = append(leaves, node)
			return
		}
		walk(int(d.t.Left[node]))
		walk(int(d.t.Right[node]))
	}
	walk(0)
	order := everyone(len(leaves))
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(len(d.rows[leaves[b]]), len(d.rows[leaves[a]])) })
	order = order[:spokenRules]
	slices.Sort(order)
	for _, k := range order {
		list = append(list, rules[k])
	}
	return list
}

// rules are the ways to all leaves.
func (d *surrogateDrawing) rules(o *chart.Options) (list []string) {
	var walk func(node int, way *treeWay)
	walk = func(node int, way *treeWay) {
		if !d.t.IsLeaf(node) {
			j, cut := int(d.t.Feature[node]), d.t.Threshold[node]
			walk(int(d.t.Left[node]), way.with(j, math.Inf(-1), cut))
			walk(int(d.t.Right[node]), way.with(j, cut, math.Inf(1)))
			return
		}
		rows := d.rows[node]
		values := make([]float64, len(rows))
		for k, i := range rows {
			values[k] = d.s.y[i]
		}
		mean, spread := stat.PopMeanStdDev(values, nil)
		is := o.Say("%s is %s ± %s on average", d.s.output(o), chart.Number(mean), chart.Number(spread))
		of := o.Say("(%s, %s of all)", o.Count(len(rows), "row", "rows"), share(float64(len(rows))/float64(len(d.s.y))))
		if conditions := way.words(o, d.names); conditions != "" {
			list = append(list, o.Say("Where %s, %s %s.", conditions, is, of))
		} else {
			list = append(list, o.Say("Everywhere %s %s.", is, of))
		}
	}
	walk(0, &treeWay{})
	return list
}

// A treeWay is between which bounds features are on the way to a node, in the order in
// which they were asked for.
type treeWay struct {
	features  []int
	low, high []float64 // above low, up to high
}

// with is the way with one more bound: of bounds of a feature the narrower counts.
func (w *treeWay) with(feature int, low, high float64) *treeWay {
	next := &treeWay{append([]int{}, w.features...), append([]float64{}, w.low...), append([]float64{}, w.high...)}
	for k, j := range next.features {
		if j == feature {
			next.low[k], next.high[k] = max(low, next.low[k]), min(high, next.high[k])
			return next
		}
	}
	next.features, next.low, next.high = append(next.features, feature), append(next.low, low), append(next.high, high)
	return next
}

// words says where the way goes.
func (w *treeWay) words(o *chart.Options, names []string) string {
	list := make([]string, len(w.features))
	for k, j := range w.features {
		name := draw.Clean(names[j])
		switch lo, hi := w.low[k], w.high[k]; {
		case math.IsInf(lo, -1):
			list[k] = name + " ≤ " + chart.Number(hi)
		case math.IsInf(hi, 1):
			list[k] = name + " > " + chart.Number(lo)
		default:
			list[k] = chart.Number(lo) + " < " + name + " ≤ " + chart.Number(hi)
		}
	}
	return strings.Join(list, o.Say(" and "))
}
