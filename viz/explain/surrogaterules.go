package explain

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"loupe/viz/chart"
	"loupe/viz/draw"
)

// Rules are the ways to the leaves in words, from left to right, with what the model
// predicts there: its mean and standard deviation over the rows of the leaf.
func (s *SurrogateTree) Rules() []string {
	d, err := s.drawing()
	if err != nil {
		return nil
	}
	return d.rules(&chart.Options{})
}

// rules are the ways to all leaves.
func (d *surrogateDrawing) rules(o *chart.Options) (list []string) {
	var walk func(node int, way treeWay)
	walk = func(node int, way treeWay) {
		if !d.t.IsLeaf(node) {
			left, right := way.split(d.treeDrawing, node)
			walk(int(d.t.Left[node]), left)
			walk(int(d.t.Right[node]), right)
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
	walk(0, nil)
	return list
}

// A treeWay is where features are on the way to a node, in the order in which they were
// asked for.
type treeWay []treeBound

// A treeBound is where one feature is: above low, up to high, or one of some categories.
type treeBound struct {
	feature   int
	low, high float64
	among     []float64 // categories that rows have; nil for numbers
}

// split are the ways to both sides of a node.
func (w treeWay) split(d *treeDrawing, node int) (left, right treeWay) {
	j, cut := int(d.t.Feature[node]), d.t.Threshold[node]
	if d.t.Categories == nil || d.t.Categories[node] == nil {
		return w.with(treeBound{j, math.Inf(-1), cut, nil}), w.with(treeBound{j, cut, math.Inf(1), nil})
	}
	yes, no := treeBound{j, math.Inf(-1), math.Inf(1), []float64{}}, treeBound{j, math.Inf(-1), math.Inf(1), []float64{}}
	for _, v := range slices.Compact(slices.Sorted(slices.Values(mat.Col(nil, j, d.x)))) {
		if d.t.GoesLeft(node, v) {
			yes.among = append(yes.among, v)
		} else {
			no.among = append(no.among, v)
		}
	}
	return w.with(yes), w.with(no)
}

// with is the way with one more bound: of bounds of a feature the narrower counts.
func (w treeWay) with(b treeBound) treeWay {
	next := slices.Clone(w)
	for k, old := range next {
		if old.feature != b.feature {
			continue
		}
		old.low, old.high = max(b.low, old.low), min(b.high, old.high)
		if old.among != nil {
			old.among = slices.DeleteFunc(slices.Clone(old.among), func(v float64) bool { return !slices.Contains(b.among, v) })
		}
		next[k] = old
		return next
	}
	return append(next, b)
}

// words says where the way goes.
func (w treeWay) words(o *chart.Options, names []string) string {
	list := make([]string, len(w))
	for k, b := range w {
		name := draw.Clean(names[b.feature])
		switch {
		case b.among != nil:
			values := make([]string, len(b.among))
			for i, v := range b.among {
				values[i] = chart.Number(v)
			}
			list[k] = name + " ∈ {" + someOf(values) + "}"
		case math.IsInf(b.low, -1):
			list[k] = name + " ≤ " + chart.Number(b.high)
		case math.IsInf(b.high, 1):
			list[k] = name + " > " + chart.Number(b.low)
		default:
			list[k] = chart.Number(b.low) + " < " + name + " ≤ " + chart.Number(b.high)
		}
	}
	return strings.Join(list, o.Say(" and "))
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
