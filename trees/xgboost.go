package trees

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// parseXGBoost reads the JSON of XGBoost's save_model.
func parseXGBoost(content []byte) (*Ensemble, error) {
	var v any
	if err := json.Unmarshal(content, &v); err != nil {
		return nil, err
	}
	return xgboostModel(v)
}

// parseUBJ reads the UBJ of XGBoost's save_model.
func parseUBJ(content []byte) (*Ensemble, error) {
	v, err := ubjson(content)
	if err != nil {
		return nil, err
	}
	return xgboostModel(v)
}

// A part is a value in a file and the way to it, for messages. What is missing or of
// another type is an error that it keeps.
type part struct {
	v    any
	path string
	err  *error
}

func (p part) fail(format string, args ...any) {
	if *p.err == nil {
		*p.err = fmt.Errorf("XGBoost: %s: %w", p.path, fmt.Errorf(format, args...))
	}
}

// at goes down by keys.
func (p part) at(keys ...string) part {
	for _, key := range keys {
		m, ok := p.v.(map[string]any)
		p.path += "/" + key
		if v, found := m[key]; ok && found {
			p.v = v
			continue
		}
		p.fail("it is missing")
		p.v = nil
	}
	return p
}

// has reports whether there is a key.
func (p part) has(key string) bool {
	m, _ := p.v.(map[string]any)
	_, ok := m[key]
	return ok
}

func (p part) list() []part {
	list, ok := p.v.([]any)
	if !ok {
		p.fail("it is a %T, not a list", p.v)
	}
	parts := make([]part, len(list))
	for i, v := range list {
		parts[i] = part{v, p.path + "/" + strconv.Itoa(i), p.err}
	}
	return parts
}

// number reads a number, which XGBoost may write as a text or as true and false.
func (p part) number() float64 {
	switch v := p.v.(type) {
	case float64:
		return v
	case bool:
		if v {
			return 1
		}
		return 0
	case string:
		if n, err := strconv.ParseFloat(v, 64); err == nil {
			return n
		}
	}
	p.fail("%v is no number", p.v)
	return 0
}

func (p part) whole() int {
	n := p.number()
	if n != math.Trunc(n) || math.Abs(n) > 1<<31 {
		p.fail("%v is no whole number", n)
		return 0
	}
	return int(n)
}

func (p part) text() string {
	s, ok := p.v.(string)
	if !ok {
		p.fail("it is a %T, not a text", p.v)
	}
	return s
}

func (p part) numbers() []float64 {
	list := p.list()
	out := make([]float64, len(list))
	for i, e := range list {
		out[i] = e.number()
	}
	return out
}

func (p part) wholes() []int32 {
	list := p.list()
	out := make([]int32, len(list))
	for i, e := range list {
		out[i] = int32(e.whole())
	}
	return out
}

// xgboostModel makes an ensemble of a file's content.
func xgboostModel(v any) (*Ensemble, error) {
	var err error
	learner := part{v, "", &err}.at("learner")
	objective := learner.at("objective", "name").text()
	param := learner.at("learner_model_param")
	booster := learner.at("gradient_booster")
	drop := []float64(nil)
	switch name := booster.at("name").text(); {
	case err != nil:
		return nil, err
	case name == "dart":
		drop = booster.at("weight_drop").numbers()
		booster = booster.at("gbtree")
	case name != "gbtree":
		return nil, fmt.Errorf("XGBoost: the booster %q has no trees: gbtree and dart have", name)
	}
	e := &Ensemble{Kind: "XGBoost", Inputs: param.at("num_feature").whole()}
	outputs := max(1, param.at("num_class").whole())
	if param.has("num_target") {
		outputs = max(outputs, param.at("num_target").whole())
	}
	if err == nil && (outputs > mostOutputs || e.Inputs < 0) {
		return nil, fmt.Errorf("XGBoost: %d outputs and %d features", outputs, e.Inputs)
	}
	if err != nil {
		return nil, err
	}
	e.Outputs = make([]string, outputs)
	if err := e.xgboostObjective(objective); err != nil {
		return nil, err
	}
	e.xgboostInit(param.at("base_score"), objective)
	if learner.has("feature_names") {
		for _, name := range learner.at("feature_names").list() {
			e.Features = append(e.Features, name.text())
		}
	}
	e.xgboostTrees(booster.at("model"), drop)
	return e, err
}

// xgboostTrees reads the trees; drop are the weights of DART, nil for others.
func (e *Ensemble) xgboostTrees(model part, drop []float64) {
	list, to := model.at("trees").list(), model.at("tree_info").wholes()
	if len(to) != len(list) || drop != nil && len(drop) != len(list) {
		model.fail("there are %d trees, outputs for %d, and %d weights", len(list), len(to), len(drop))
		return
	}
	for i, p := range list {
		t := xgboostTree(p)
		t.Output = int(to[i])
		if drop != nil {
			for k := range t.Value {
				t.Value[k] *= drop[i]
			}
		}
		e.Trees = append(e.Trees, t)
	}
}

// xgboostTree reads a tree. A leaf keeps its value where others have their threshold.
func xgboostTree(p part) *Tree {
	t := &Tree{Left: p.at("left_children").wholes(), Right: p.at("right_children").wholes(), Feature: p.at("split_indices").wholes(),
		Threshold: p.at("split_conditions").numbers(), Cover: p.at("sum_hessian").numbers()}
	n := len(t.Left)
	if n == 0 {
		p.fail("it has no nodes")
		return t
	}
	left := p.at("default_left").numbers()
	if len(t.Threshold) != n || len(left) != n || len(t.Right) != n {
		p.fail("there are %d nodes, %d thresholds and %d directions for missing values", n, len(t.Threshold), len(left))
		return t
	}
	if s := p.at("tree_param"); s.has("size_leaf_vector") && s.at("size_leaf_vector").whole() > 1 {
		p.fail("its leaves have vectors, which only multi_strategy=\"multi_output_tree\" makes: save a model of one tree per output")
		return t
	}
	t.Value, t.MissingLeft = make([]float64, n), make([]bool, n)
	for i, v := range t.Threshold {
		if t.MissingLeft[i] = left[i] != 0; t.Left[i] < 0 {
			t.Value[i] = v
			continue
		}
		// x < v, both as float32.
		t.Threshold[i] = float32Threshold(float64(math.Nextafter32(float32(v), float32(math.Inf(-1)))))
	}
	if p.has("categories_nodes") {
		xgboostCategories(p, t)
	}
	if len(t.Feature) == n && len(t.Cover) == n && p.at("tree_param").has("num_deleted") && p.at("tree_param", "num_deleted").whole() > 0 {
		return t.reachable()
	}
	return t
}

// xgboostCategories reads the splits by category. XGBoost sends the categories of the set
// to the right: the children change places.
func xgboostCategories(p part, t *Tree) {
	nodes, from, sizes := p.at("categories_nodes").wholes(), p.at("categories_segments").wholes(), p.at("categories_sizes").wholes()
	all := p.at("categories").wholes()
	if len(from) != len(nodes) || len(sizes) != len(nodes) {
		p.fail("%d nodes split by categories, and there are %d and %d sizes of sets", len(nodes), len(from), len(sizes))
		return
	}
	for i, node := range nodes {
		if t.Categories == nil {
			t.Categories = make([]Categories, len(t.Left))
		}
		if node < 0 || int(node) >= len(t.Left) || from[i] < 0 || sizes[i] < 0 || int(from[i])+int(sizes[i]) > len(all) {
			p.fail("node %d splits by the categories %d to %d, and there are %d", node, from[i], from[i]+sizes[i]-1, len(all))
			return
		}
		var set []int
		for _, c := range all[from[i] : from[i]+sizes[i]] {
			if c < 0 || c >= 1<<16 {
				p.fail("node %d splits by the category %d", node, c)
				return
			}
			set = append(set, int(c))
		}
		t.Categories[node] = CategoriesOf(set...)
		t.Left[node], t.Right[node] = t.Right[node], t.Left[node]
		t.MissingLeft[node] = !t.MissingLeft[node]
	}
}

// xgboostObjective finds the link of an objective.
func (e *Ensemble) xgboostObjective(name string) error {
	switch name {
	case "binary:logistic", "reg:logistic":
		e.Link = Logistic
	case "multi:softprob", "multi:softmax":
		e.Link = Softmax
	case "count:poisson", "reg:gamma", "reg:tweedie", "survival:cox", "survival:aft":
		e.Link = Exp
	case "binary:logitraw":
	default:
		if !strings.HasPrefix(name, "reg:") && !strings.HasPrefix(name, "rank:") {
			return fmt.Errorf("XGBoost: nobody knows how the objective %q makes predictions of the trees' sums", name)
		}
	}
	return nil
}

// xgboostInit reads what the sums start from: a number as a text, or a list in a text.
// XGBoost keeps it as a prediction, not as a sum.
func (e *Ensemble) xgboostInit(p part, objective string) {
	parts := []string{strings.Trim(p.text(), "[] ")}
	if strings.Contains(parts[0], ",") {
		parts = strings.Split(parts[0], ",")
	}
	if len(parts) != 1 && len(parts) != len(e.Outputs) {
		p.fail("%d numbers for %d outputs", len(parts), len(e.Outputs))
		return
	}
	for k := range e.Outputs {
		v, err := strconv.ParseFloat(strings.TrimSpace(parts[min(k, len(parts)-1)]), 64)
		switch {
		case err == nil && (e.Link == Logistic || objective == "binary:logitraw"):
			v = math.Log(v / (1 - v))
		case err == nil && e.Link == Exp:
			v = math.Log(v)
		}
		if err == nil && (math.IsNaN(v) || math.IsInf(v, 0)) {
			err = errors.New("predictions cannot start there")
		}
		if err != nil {
			p.fail("%s: %w", p.v, err)
			return
		}
		e.Init = append(e.Init, v)
	}
}

// reachable is the tree without nodes that were pruned, and that nothing leads to.
func (t *Tree) reachable() *Tree {
	to, order := map[int32]int32{0: 0}, []int32{0}
	for i := 0; i < len(order); i++ {
		for _, c := range []int32{t.Left[order[i]], t.Right[order[i]]} {
			if _, met := to[c]; !met && c >= 0 && int(c) < len(t.Left) {
				to[c] = int32(len(order))
				order = append(order, c)
			}
		}
	}
	kept := &Tree{Output: t.Output}
	child := func(c int32) int32 {
		if k, ok := to[c]; ok {
			return k
		}
		return c // a leaf's −1, or what Check finds
	}
	for _, i := range order {
		kept.Left, kept.Right = append(kept.Left, child(t.Left[i])), append(kept.Right, child(t.Right[i]))
		kept.Feature, kept.Threshold = append(kept.Feature, t.Feature[i]), append(kept.Threshold, t.Threshold[i])
		kept.MissingLeft = append(kept.MissingLeft, t.MissingLeft[i])
		kept.Value, kept.Cover = append(kept.Value, t.Values(int(i))...), append(kept.Cover, t.Cover[i])
		if t.Categories != nil {
			kept.Categories = append(kept.Categories, t.Categories[i])
		}
	}
	return kept
}
