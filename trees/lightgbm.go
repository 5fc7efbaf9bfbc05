package trees

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// parseLightGBM reads the text of LightGBM's save_model: lines key=value, those of a tree
// after a line Tree=n.
func parseLightGBM(content string) (*Ensemble, error) {
	head, rest, _ := strings.Cut(content, "\nTree=")
	rest, _, ended := strings.Cut(rest, "\nend of trees")
	if !ended {
		return nil, errors.New("LightGBM: the line \"end of trees\" is missing: the file is cut off")
	}
	h := section(head)
	e := &Ensemble{Kind: "LightGBM", Features: strings.Fields(h["feature_names"])}
	e.Inputs = len(e.Features)
	// average_output is a line without a value.
	_, e.Average = h["average_output"]
	outputs, err := strconv.Atoi(h["num_tree_per_iteration"])
	if err != nil || outputs < 1 || outputs > mostOutputs {
		return nil, fmt.Errorf("LightGBM: num_tree_per_iteration is %q", h["num_tree_per_iteration"])
	}
	e.Outputs = make([]string, outputs)
	if err := e.lightObjective(h["objective"]); err != nil {
		return nil, err
	}
	for i, text := range strings.Split(rest, "\nTree=") {
		t, err := lightTree(section(text))
		if err != nil {
			return nil, fmt.Errorf("LightGBM: tree %d: %w", i, err)
		}
		t.Output = i % outputs
		if e.Average { // over iterations, which have a tree for each output
			for k := range t.Value {
				t.Value[k] *= float64(outputs)
			}
		}
		e.Trees = append(e.Trees, t)
	}
	return e, nil
}

// section reads lines key=value.
func section(text string) map[string]string {
	m := map[string]string{}
	for line := range strings.Lines(text) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		m[key] = value
	}
	return m
}

// lightObjective finds the link of an objective: "binary sigmoid:1".
func (e *Ensemble) lightObjective(text string) error {
	words := strings.Fields(text)
	if len(words) == 0 {
		return nil // of the user's own: raw sums
	}
	for _, w := range words[1:] {
		if v, ok := strings.CutPrefix(w, "sigmoid:"); ok {
			slope, err := strconv.ParseFloat(v, 64)
			if err != nil || !(slope > 0) || math.IsInf(slope, 0) {
				return fmt.Errorf("LightGBM: the objective is %q, with a slope of %q", text, v)
			}
			e.Slope = slope
		}
	}
	switch words[0] {
	case "binary", "multiclassova", "cross_entropy":
		e.Link = Logistic
	case "multiclass":
		e.Link = Softmax
	case "poisson", "gamma", "tweedie":
		e.Link = Exp
	case "regression", "regression_l1", "huber", "fair", "quantile", "mape", "lambdarank", "rank_xendcg", "custom", "none":
		e.Slope = 0
		if len(words) > 1 && words[1] == "sqrt" {
			e.Link = Square
		}
	default:
		return fmt.Errorf("LightGBM: nobody knows how the objective %q makes predictions of the trees' sums", words[0])
	}
	return nil
}

// A lightReader reads lists of a tree, and keeps the first error.
type lightReader struct {
	lines map[string]string
	err   error
}

// floats reads a list of n numbers.
func (r *lightReader) floats(key string, n int) []float64 {
	words := strings.Fields(r.lines[key])
	if len(words) != n && r.err == nil {
		r.err = fmt.Errorf("%s has %d elements, not %d", key, len(words), n)
	}
	out := make([]float64, len(words))
	for i, w := range words {
		v, err := strconv.ParseFloat(w, 64)
		if err != nil && r.err == nil {
			r.err = fmt.Errorf("%s: %q is no number", key, w)
		}
		out[i] = v
	}
	return out
}

// wholes reads a list of n whole numbers.
func (r *lightReader) wholes(key string, n int) []int32 {
	out := make([]int32, 0, min(n, 1<<20))
	for _, v := range r.floats(key, n) {
		if (v != math.Trunc(v) || math.Abs(v) > 1<<31-1) && r.err == nil {
			r.err = fmt.Errorf("%s: %v is no whole number", key, v)
		}
		out = append(out, int32(max(-1<<31, min(v, 1<<31-1))))
	}
	return out
}

// lightTree reads a tree. LightGBM numbers inner nodes from 0, and leaves from −1
// downwards: here, leaves follow inner nodes.
func lightTree(lines map[string]string) (*Tree, error) {
	if lines["is_linear"] == "1" {
		return nil, errors.New("it is linear (linear_tree=true), and such trees are not read: their leaves are no numbers")
	}
	leaves, err := strconv.Atoi(lines["num_leaves"])
	if err != nil || leaves < 1 || leaves > 1<<24 {
		return nil, fmt.Errorf("num_leaves is %q", lines["num_leaves"])
	}
	r := &lightReader{lines: lines}
	n, inner := 2*leaves-1, leaves-1
	values := r.floats("leaf_value", leaves)
	if r.err != nil {
		return nil, r.err
	}
	if leaves == 1 {
		return &Tree{Left: []int32{-1}, Right: []int32{-1}, Feature: []int32{-1}, Threshold: []float64{0}, Value: values, Cover: []float64{1}}, nil
	}
	left, right, feature := r.wholes("left_child", inner), r.wholes("right_child", inner), r.wholes("split_feature", inner)
	threshold, kind := r.floats("threshold", inner), r.wholes("decision_type", inner)
	cover, below := r.floats("leaf_count", leaves), r.floats("internal_count", inner)
	if r.err != nil {
		return nil, r.err
	}
	t := &Tree{Left: make([]int32, n), Right: make([]int32, n), Feature: make([]int32, n), Threshold: make([]float64, n),
		Value: make([]float64, n), Cover: append(below, cover...), MissingLeft: make([]bool, n), ZeroMissing: make([]bool, n)}
	node := func(c int32) int32 {
		if c < 0 {
			return int32(inner) + ^c
		}
		return c
	}
	for i := range n {
		if t.Left[i], t.Right[i], t.Feature[i] = -1, -1, -1; i >= inner {
			t.Value[i] = values[i-inner]
			continue
		}
		t.Left[i], t.Right[i], t.Feature[i], t.Threshold[i] = node(left[i]), node(right[i]), feature[i], threshold[i]
		if kind[i]&1 == 1 {
			if err := lightCategories(r, t, i); err != nil {
				return nil, err
			}
			continue // what is missing is in no set
		}
		t.lightMissing(i, int(kind[i]))
	}
	return t, nil
}

// lightMissing sets where missing values go: bit 1 of the kind is the left side; bits 2
// and 3 say what is missing, nothing (NaN counts as 0), zero and NaN, or NaN.
func (t *Tree) lightMissing(node, kind int) {
	switch kind >> 2 & 3 {
	case 0:
		t.MissingLeft[node] = 0 <= t.Threshold[node]
	case 1:
		t.ZeroMissing[node] = true
		fallthrough
	default:
		t.MissingLeft[node] = kind&2 != 0
	}
}

// lightCategories reads the set of a node: its threshold is the number of the set, whose
// 32-bit words stand from one boundary to the next.
func lightCategories(r *lightReader, t *Tree, node int) error {
	n, err := strconv.Atoi(r.lines["num_cat"])
	if err != nil || n < 1 || n > len(t.Left) {
		return fmt.Errorf("num_cat is %q, and node %d splits by categories", r.lines["num_cat"], node)
	}
	bounds := r.wholes("cat_boundaries", n+1)
	words := r.floats("cat_threshold", len(strings.Fields(r.lines["cat_threshold"])))
	if r.err != nil {
		return r.err
	}
	k := t.Threshold[node]
	if k != math.Trunc(k) || k < 0 || k >= float64(n) {
		return fmt.Errorf("node %d splits by the set %v of %d", node, k, n)
	}
	from, to := bounds[int(k)], bounds[int(k)+1]
	if from < 0 || to < from || int(to) > len(words) {
		return fmt.Errorf("the set %v has the words %d to %d of %d", k, from, to-1, len(words))
	}
	set := make(Categories, (to-from+1)/2)
	for i, w := range words[from:to] {
		set[i/2] |= uint64(uint32(w)) << (i % 2 * 32)
	}
	if t.Categories == nil {
		t.Categories = make([]Categories, len(t.Left))
	}
	if len(set) == 0 {
		set = Categories{0}
	}
	t.Categories[node], t.Threshold[node] = set, 0
	return nil
}
