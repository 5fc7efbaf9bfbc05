package explain

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"loupe/trees"
)

// treeRecord is a golden file of scikit-learn's trees and what SHAP says about them.
type treeRecord struct {
	X          [][]float64 `json:"x"`
	Background [][]float64 `json:"background"`
	Path       treeValues  `json:"path_dependent"`
	Against    treeValues  `json:"interventional"`
}

type treeValues struct {
	Base any `json:"base"`
	SHAP any `json:"shap"`
}

func goldenTree(t *testing.T, name string, to any) string {
	t.Helper()
	dir := os.Getenv("LOUPE_GOLDEN")
	if dir == "" {
		dir = filepath.Join("testdata", "golden")
	}
	path := filepath.Join(dir, "explain", name)
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(content, to); err != nil {
		t.Fatal(err)
	}
	return path
}

// flat lists the numbers of nested lists.
func flat(v any) []float64 {
	switch v := v.(type) {
	case float64:
		return []float64{v}
	case []any:
		var out []float64
		for _, e := range v {
			out = append(out, flat(e)...)
		}
		return out
	}
	return nil
}

// sameSHAP compares an attribution with values [row][feature][output].
func sameSHAP(t *testing.T, what string, a *Attribution, want treeValues, tolerance float64) {
	t.Helper()
	if a.Err() != nil {
		t.Fatal(a.Err())
	}
	values, at := flat(want.SHAP), 0
	n, features, outputs := a.Dims()
	if len(values) != n*features*outputs {
		t.Fatalf("%s: %d values for %d × %d × %d", what, len(values), n, features, outputs)
	}
	worst := 0.0
	for i := range n {
		for j := range features {
			for k := range outputs {
				worst = max(worst, math.Abs(a.At(i, j, k)-values[at]))
				at++
			}
		}
	}
	for k, base := range flat(want.Base) {
		worst = max(worst, math.Abs(base-a.Base[k]))
	}
	if worst > tolerance {
		t.Errorf("%s: differs by %g", what, worst)
	}
	if a.Check.Value > 1e-9 {
		t.Errorf("%s: additivity gap %g", what, a.Check.Value)
	}
}

func TestTreeSHAPGolden(t *testing.T) {
	for _, name := range []string{"decision_tree", "random_forest", "extra_trees", "gradient_boosting"} {
		var r treeRecord
		e, err := trees.Open(goldenTree(t, name+".json", &r))
		if err != nil {
			t.Fatal(err)
		}
		sameSHAP(t, name, TreeSHAP(e).Explain(r.X), r.Path, 1e-6)
		if r.Background != nil {
			shap, rows := asSHAP(t, name, r.X)
			sameSHAP(t, name+", background", TreeSHAP(shap, Background(r.Background)).Explain(rows), r.Against, 1e-6)
		}
	}
}

// asSHAP opens the trees of a golden file with the comparisons of SHAP's interventional
// code: it keeps thresholds as float32 (struct Node of tree_shap.h), rounds the rows to
// float32 too, and the background not. A value that lies on a threshold then goes another
// way than in scikit-learn and in SHAP's own path-dependent code, in one of the two: its
// contributions do not sum up there.
func asSHAP(t *testing.T, name string, rows [][]float64) (*trees.Ensemble, [][]float64) {
	t.Helper()
	var file struct {
		Trees []struct{ Threshold []float64 }
	}
	e, err := trees.Open(goldenTree(t, name+".json", &file))
	if err != nil {
		t.Fatal(err)
	}
	for i, tree := range file.Trees {
		for n, v := range tree.Threshold {
			e.Trees[i].Threshold[n] = float64(float32(v))
		}
	}
	rounded := make([][]float64, len(rows))
	for i, row := range rows {
		for _, v := range row {
			rounded[i] = append(rounded[i], float64(float32(v)))
		}
	}
	return e, rounded
}

// leaves makes a tree of a few nodes.
func smallTree(feature []int32, threshold []float64, left, right []int32, value, cover []float64) *trees.Tree {
	return &trees.Tree{Left: left, Right: right, Feature: feature, Threshold: threshold, Value: value, Cover: cover}
}

// TestAndTree is the tree of x1 AND x2 that gives 80, for which anybody can find the
// values by hand.
func TestAndTree(t *testing.T) {
	and := smallTree([]int32{0, -1, 1, -1, -1}, []float64{0.5, 0, 0.5, 0, 0}, []int32{1, -1, 3, -1, -1}, []int32{2, -1, 4, -1, -1},
		[]float64{0, 0, 0, 0, 80}, []float64{4, 2, 2, 1, 1})
	e := &trees.Ensemble{Trees: []*trees.Tree{and}, Inputs: 2, Outputs: []string{""}}
	a := TreeSHAP(e).Explain([][]float64{{0, 0}, {0, 1}, {1, 0}, {1, 1}})
	sameSHAP(t, "AND", a, treeValues{Base: 20.0, SHAP: []any{-10.0, -10.0, -30.0, 10.0, 10.0, -30.0, 30.0, 30.0}}, 1e-12)
}

func TestMissingTree(t *testing.T) {
	stump := smallTree([]int32{0, -1, -1}, []float64{0, 0, 0}, []int32{1, -1, -1}, []int32{2, -1, -1}, []float64{0, 1, 0}, []float64{5, 1, 4})
	stump.MissingLeft = []bool{true, false, false}
	e := &trees.Ensemble{Trees: []*trees.Tree{stump}, Inputs: 1, Outputs: []string{""}}
	a := TreeSHAP(e).Explain([][]float64{{-1}, {1}, {math.NaN()}})
	sameSHAP(t, "missing", a, treeValues{Base: 0.2, SHAP: []any{0.8, -0.2, 0.8}}, 1e-12)
}

// randomTree grows a tree with repeated features, missing values and categories.
func randomTree(r *rand.Rand, features, depth, outputs int) *trees.Tree {
	t := &trees.Tree{}
	var grow func(depth int, cover float64) int32
	grow = func(depth int, cover float64) int32 {
		n := int32(len(t.Left))
		t.Left, t.Right = append(t.Left, -1), append(t.Right, -1)
		t.Feature, t.Threshold = append(t.Feature, int32(r.IntN(features))), append(t.Threshold, r.NormFloat64())
		t.MissingLeft, t.ZeroMissing = append(t.MissingLeft, r.IntN(2) == 0), append(t.ZeroMissing, r.IntN(5) == 0)
		t.Categories, t.Cover = append(t.Categories, nil), append(t.Cover, cover)
		for range outputs {
			t.Value = append(t.Value, r.NormFloat64())
		}
		if depth == 0 || cover < 1 {
			return n
		}
		if r.IntN(4) == 0 {
			t.Categories[n] = trees.CategoriesOf(0, 2)
		}
		share := cover * r.Float64()
		if r.IntN(12) == 0 {
			share = 0 // where no row has come in training
		}
		l := grow(depth-1, share)
		t.Left[n] = l
		t.Right[n] = grow(depth-1, cover-share)
		return n
	}
	grow(depth, 1000)
	return t
}

func randomEnsemble(r *rand.Rand, n, features, depth, outputs int) *trees.Ensemble {
	e := &trees.Ensemble{Average: r.IntN(2) == 0, Inputs: features, Outputs: make([]string, outputs), Init: make([]float64, outputs)}
	for k := range e.Init {
		e.Init[k] = r.NormFloat64()
	}
	for range n {
		e.Trees = append(e.Trees, randomTree(r, features, depth, outputs))
	}
	return e
}

func randomRows(r *rand.Rand, n, features int) [][]float64 {
	rows := make([][]float64, n)
	for i := range rows {
		for range features {
			v := r.NormFloat64()
			switch r.IntN(6) {
			case 0:
				v = math.NaN()
			case 1:
				v = float64(r.IntN(3))
			}
			rows[i] = append(rows[i], v)
		}
	}
	return rows
}

// knownTo is what a tree gives for a row of which the features in a set are known.
func knownTo(t *trees.Tree, node int, row []float64, set uint, output int) float64 {
	if t.IsLeaf(node) {
		return t.Values(node)[output]
	}
	f, l, r := t.Feature[node], int(t.Left[node]), int(t.Right[node])
	if set>>f&1 == 0 {
		return passing(t, node, l)*knownTo(t, l, row, set, output) + passing(t, node, r)*knownTo(t, r, row, set, output)
	}
	if t.GoesLeft(node, row[f]) {
		return knownTo(t, l, row, set, output)
	}
	return knownTo(t, r, row, set, output)
}

// enumerated are the Shapley values of a game, by its definition.
func enumerated(features int, game func(set uint) float64) []float64 {
	worth := make([]float64, 1<<features)
	for set := range worth {
		worth[set] = game(uint(set))
	}
	values := make([]float64, features)
	for set := range uint(len(worth)) {
		size := 0
		for j := range features {
			size += int(set >> j & 1)
		}
		for j := range features {
			if set>>j&1 == 0 {
				values[j] += orders(size, features-size-1) * (worth[set|1<<j] - worth[set])
			}
		}
	}
	return values
}

// compareEnumerated compares with the enumeration of the game of each row and output.
func compareEnumerated(t *testing.T, what string, a *Attribution, game func(row, output int, set uint) float64) {
	t.Helper()
	if a.Err() != nil {
		t.Fatalf("%s: %v", what, a.Err())
	}
	n, features, outputs := a.Dims()
	for i := range n {
		for k := range outputs {
			for j, want := range enumerated(features, func(set uint) float64 { return game(i, k, set) }) {
				if got := a.At(i, j, k); math.Abs(got-want) > 1e-9 {
					t.Fatalf("%s: row %d, feature %d, output %d: %g, not %g", what, i, j, k, got, want)
				}
			}
		}
	}
}

// everyWay explains with patterns and with what is for trees that have too many.
func everyWay(e *trees.Ensemble, rows, background [][]float64) map[string]*Attribution {
	ways := map[string]*Attribution{
		"patterns": TreeSHAP(e).Explain(rows), "background": TreeSHAP(e, Background(background)).Explain(rows),
	}
	slow := func(x *TreeExplainer, s func(p *paths) scorer) *Attribution {
		for _, t := range e.Trees {
			x.scorers = append(x.scorers, []scorer{s(pathsOf(t, e.Weight(), x.width(), x.spare))})
		}
		return x.Explain(rows)
	}
	ways["sweep"] = slow(TreeSHAP(e), func(p *paths) scorer { return newSweep(p) })
	x := TreeSHAP(e, Background(background))
	ways["pairs"] = slow(x, func(p *paths) scorer { return newPairs(p, x.background.x) })
	return ways
}

func TestTreeSHAPEnumerated(t *testing.T) {
	for seed := range uint64(12) {
		r := rand.New(rand.NewPCG(seed, 1))
		features := 3 + r.IntN(5)
		e := randomEnsemble(r, 3, features, 1+r.IntN(7), 1+r.IntN(3))
		rows, background := randomRows(r, 4, features), randomRows(r, 7, features)
		for name, a := range everyWay(e, rows, background) {
			compareEnumerated(t, fmt.Sprint(name, " of seed ", seed), a, func(i, k int, set uint) float64 {
				sum := 0.0
				if name == "patterns" || name == "sweep" {
					for _, tree := range e.Trees {
						sum += knownTo(tree, 0, rows[i], set, k) * e.Weight()
					}
					return sum
				}
				for _, z := range background {
					mixed := slices.Clone(z)
					for j := range mixed {
						if set>>j&1 == 1 {
							mixed[j] = rows[i][j]
						}
					}
					sum += e.Raw(mat.NewDense(1, features, mixed)).At(0, k) / float64(len(background))
				}
				return sum
			})
		}
	}
}

// TestCategoryZero has a split whose set is the category 0, where other libraries see none.
func TestCategoryZero(t *testing.T) {
	stump := smallTree([]int32{0, -1, -1}, []float64{0, 0, 0}, []int32{1, -1, -1}, []int32{2, -1, -1}, []float64{0, 10, 2}, []float64{4, 1, 3})
	stump.Categories = []trees.Categories{trees.CategoriesOf(0), nil, nil}
	e := &trees.Ensemble{Trees: []*trees.Tree{stump}, Inputs: 1, Outputs: []string{""}}
	a := TreeSHAP(e).Explain([][]float64{{0}, {1}, {2}})
	sameSHAP(t, "category 0", a, treeValues{Base: 4.0, SHAP: []any{6.0, -2.0, -2.0}}, 1e-12)
}

// TestProbability checks that log-odds and probabilities add up, and that the latter are
// between those of single background rows.
func TestProbability(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	e := randomEnsemble(r, 5, 4, 3, 1)
	e.Average, e.Link = false, trees.Logistic
	rows, background := randomRows(r, 6, 4), randomRows(r, 9, 4)
	a := TreeSHAP(e, Background(background), Probability()).Explain(rows)
	if a.Err() != nil || a.Check.Value > 1e-9 || a.Unit != "" {
		t.Fatal(a.Err(), a.Check, a.Unit)
	}
	for i, row := range rows {
		if p := e.Predict(mat.NewDense(1, 4, row)).At(0, 0); a.Predicted.At(i, 0) != p {
			t.Errorf("row %d: explains %g, predicted %g", i, a.Predicted.At(i, 0), p)
		}
		mean := make([]float64, 4)
		for _, z := range background {
			one := TreeSHAP(e, Background(z), Probability()).Explain(row)
			for j := range mean {
				mean[j] += one.At(0, j, 0) / float64(len(background))
			}
		}
		for j, want := range mean {
			if math.Abs(a.At(i, j, 0)-want) > 1e-12 {
				t.Errorf("row %d, feature %d: %g, and the mean over the background is %g", i, j, a.At(i, j, 0), want)
			}
		}
	}
	if u := TreeSHAP(e).Explain(rows).Unit; u != "log-odds" {
		t.Errorf("unit %q", u)
	}
}

// TestEach explains the same in chunks, and on one core.
func TestEach(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	e := randomEnsemble(r, 20, 6, 5, 2)
	rows := randomRows(r, 2*treeChunk+10, 6)
	all := TreeSHAP(e).Explain(rows)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	at := 0
	err := TreeSHAP(e).Each(slices.Values(rows), func(a *Attribution) error {
		n, _, _ := a.Dims()
		for k, v := range a.Values {
			if !mat.Equal(v, all.Values[k].Slice(at, at+n, 0, 6)) {
				t.Errorf("rows from %d are explained in another way", at)
			}
		}
		at += n
		return nil
	})
	if err != nil || at != len(rows) {
		t.Errorf("%d rows of %d: %v", at, len(rows), err)
	}
	stop := errors.New("enough")
	if err := TreeSHAP(e).Each(slices.Values(rows), func(*Attribution) error { return stop }); err != stop {
		t.Errorf("ended with %v", err)
	}
}

// TestLittleRoom explains with so little room for patterns that they are forgotten.
func TestLittleRoom(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	tree := randomTree(r, 9, 8, 1)
	p := pathsOf(tree, 1, 1, false)
	wide, narrow := newPatterns(p, 1<<20, pathWeights(p.slots)), newPatterns(p, 0, pathWeights(p.slots))
	narrow.room = 30
	for _, row := range randomRows(r, 300, 9) {
		a, b := make([]float64, 9), make([]float64, 9)
		wide.score(row, a)
		if narrow.score(row, b); !slices.Equal(a, b) {
			t.Fatalf("%v, and with little room %v", a, b)
		}
	}
	if len(narrow.weights) > 40 {
		t.Errorf("%d numbers are kept", len(narrow.weights))
	}
}

func TestTreeSHAPMistakes(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	e := randomEnsemble(r, 2, 3, 2, 1)
	good := [][]float64{{1, 2, 3}}
	broken := *e
	broken.Trees = []*trees.Tree{{Left: []int32{0}, Right: []int32{0}, Feature: []int32{0}, Threshold: []float64{0}, Cover: []float64{1}, Value: []float64{1}}}
	for want, a := range map[string]*Attribution{
		"is nil":                   TreeSHAP(nil).Explain(good),
		"child of two":             TreeSHAP(&broken).Explain(good),
		"2 features":               TreeSHAP(e).Explain([][]float64{{1, 2}}),
		"the background":           TreeSHAP(e, Background([][]float64{{1}})).Explain(good),
		"give a Background":        TreeSHAP(e, Probability()).Explain(good),
		"Steps means nothing here": TreeSHAP(e, Steps(3)).Explain(good),
		"a string is no rows":      TreeSHAP(e).Explain("rows"),
		"there are no rows":        TreeSHAP(e).Explain([][]float64{}),
	} {
		if a.Err() == nil || !strings.Contains(a.Err().Error(), want) {
			t.Errorf("%q is not in: %v", want, a.Err())
		}
	}
}

// TestContributionsOfOthers compares with what XGBoost and LightGBM say of their models:
// the last column is the base.
func TestContributionsOfOthers(t *testing.T) {
	for name, file := range map[string]string{"xgboost.json": "xgboost_expected.json", "xgboost.ubj": "xgboost_expected.json", "lightgbm.txt": "lightgbm_expected.json"} {
		var want struct {
			X        [][]*float64 `json:"x"`
			Contribs [][]float64  `json:"contribs"`
		}
		path := goldenTree(t, file, &want)
		e, err := trees.Open(filepath.Join(filepath.Dir(path), name))
		if err != nil {
			t.Fatal(err)
		}
		rows := make([][]float64, len(want.X))
		for i, row := range want.X {
			for _, v := range row {
				if v == nil {
					rows[i] = append(rows[i], math.NaN())
				} else {
					rows[i] = append(rows[i], *v)
				}
			}
		}
		a := TreeSHAP(e).Explain(rows)
		if a.Err() != nil {
			t.Fatal(a.Err())
		}
		for i, row := range want.Contribs {
			for j, v := range row {
				got := a.Base[0]
				if j < len(row)-1 {
					got = a.At(i, j, 0)
				}
				if math.Abs(got-v) > 1e-4*max(1, math.Abs(v)) {
					t.Errorf("%s: row %d, column %d: %g, not %g", name, i, j, got, v)
				}
			}
		}
	}
}

func ExampleTreeSHAP() {
	// The tree of "sunny and warm": 80 visitors, else none.
	and := &trees.Tree{
		Left: []int32{1, -1, 3, -1, -1}, Right: []int32{2, -1, 4, -1, -1},
		Feature: []int32{0, -1, 1, -1, -1}, Threshold: []float64{0.5, 0, 0.5, 0, 0},
		Value: []float64{0, 0, 0, 0, 80}, Cover: []float64{4, 2, 2, 1, 1},
	}
	e := &trees.Ensemble{Trees: []*trees.Tree{and}, Inputs: 2, Features: []string{"sunny", "warm"}, Outputs: []string{"visitors"}}
	why := TreeSHAP(e).Explain([][]float64{{1, 1}, {1, 0}})
	fmt.Println(why.Base[0], why.Values[0].RawRowView(0), why.Values[0].RawRowView(1))
	// Output: 20 [30 30] [10 -30]
}
