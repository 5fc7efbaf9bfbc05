package explain

import (
	"math"
	"path/filepath"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"loupe/nn/data"
	"loupe/trees"
	"loupe/viz/chart"
	"loupe/viz/words"
)

// cancerTree is scikit-learn's decision tree of the breast-cancer data.
func cancerTree() *trees.Ensemble {
	e, err := trees.Open(filepath.Join("testdata", "golden", "explain", "decision_tree.json"))
	if err != nil {
		panic(err)
	}
	return e
}

// stump asks one question, about feature 1.
func stump() *trees.Ensemble {
	return &trees.Ensemble{Kind: "stump", Inputs: 2, Outputs: []string{""}, Trees: []*trees.Tree{{
		Left: []int32{1, -1, -1}, Right: []int32{2, -1, -1}, Feature: []int32{1, 0, 0}, Threshold: []float64{0.5, 0, 0}, Value: []float64{0, -3, 7}, Cover: []float64{4, 2, 2},
	}}}
}

func drawnTrees() map[string]*chart.Figure {
	set := data.BreastCancer()
	x := mat.NewDense(4, 2, []float64{1, 0, 2, 1, 3, math.NaN(), 4, 0.5})
	numbers, err := data.Regression("numbers", x, []float64{1, 2, 3, 4}, []string{"a", "<b>"})
	if err != nil {
		panic(err)
	}
	return map[string]*chart.Figure{
		"tree":       Tree(cancerTree(), 0, set, set.X(3)),
		"joint":      TreeSHAP(cancerTree()).Interactions(set.First(100)).Figure(),
		"joint-row":  TreeSHAP(cancerTree()).Interactions(set.First(100)).Row(3).Figure().With(chart.Language(words.Chinese)),
		"tree-dark":  Tree(cancerTree(), 0, set).With(chart.Theme(chart.Dark)),
		"tree-stump": Tree(stump(), 0, numbers),
	}
}

// TestTree counts the rows in nodes by another way, and reads where a row goes.
func TestTree(t *testing.T) {
	set := data.BreastCancer()
	d, err := newTreeDrawing(cancerTree(), 0, set, [][]float64{set.X(3)})
	if err != nil {
		t.Fatal(err)
	}
	for i := range set.Len() {
		leaf := d.t.Leaf(set.X(i))
		found := false
		for _, r := range d.rows[leaf] {
			found = found || r == i
		}
		if !found {
			t.Errorf("row %d is not in its leaf %d", i, leaf)
		}
	}
	if !d.onPath[d.t.Leaf(set.X(3))] || !d.onPath[0] {
		t.Errorf("the way is %v", d.onPath)
	}
	left, right := int(d.t.Left[0]), int(d.t.Right[0])
	if len(d.rows[left])+len(d.rows[right]) != set.Len() {
		t.Errorf("%d and %d rows of %d", len(d.rows[left]), len(d.rows[right]), set.Len())
	}
	if text := drawnTrees()["tree-stump"].Describe(); text != "Tree 1 of 1, with 2 leaves and 1 question at most; 4 rows pass through it. It asks first whether <b> ≤ 0.5." {
		t.Error(text)
	}
	for want, f := range map[string]*chart.Figure{
		"it is nil":              Tree(nil, 0, set),
		"there is no tree 1":     Tree(stump(), 1, set),
		"the trees ask for 2":    Tree(stump(), 0, set),
		"the row has 1 features": Tree(cancerTree(), 0, set, []float64{1}),
		"the data set is nil":    Tree(stump(), 0, nil),
	} {
		if _, err := f.Image(1); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error is %v, want %q", err, want)
		}
	}
}
