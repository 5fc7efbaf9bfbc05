package trees

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// golden is the path of a golden file: those of trees lie with the explanations of them.
func golden(name string) string {
	if dir := os.Getenv("LOUPE_GOLDEN"); dir != "" {
		return filepath.Join(dir, "explain", name)
	}
	return stored(name)
}

// stored is the path of a golden file as it is stored here, for tests that know its content.
func stored(name string) string {
	return filepath.Join("..", "viz", "explain", "testdata", "golden", "explain", name)
}

// expected is what a library predicts; null is a missing value.
type expected struct {
	X       [][]*float64 `json:"x"`
	Predict any          `json:"predict"`
}

func readExpected(t *testing.T, name string) (x *mat.Dense, predict []float64) {
	t.Helper()
	content, err := os.ReadFile(golden(name))
	if err != nil {
		t.Fatal(err)
	}
	var e expected
	if err := json.Unmarshal(content, &e); err != nil {
		t.Fatal(err)
	}
	x = mat.NewDense(len(e.X), len(e.X[0]), nil)
	for i, row := range e.X {
		for j, v := range row {
			if x.Set(i, j, math.NaN()); v != nil {
				x.Set(i, j, *v)
			}
		}
	}
	for _, v := range e.Predict.([]any) {
		if list, ok := v.([]any); ok {
			for _, v := range list {
				predict = append(predict, v.(float64))
			}
			continue
		}
		predict = append(predict, v.(float64))
	}
	return x, predict
}

func TestOpen(t *testing.T) {
	for _, c := range []struct {
		model, values string
		tolerance     float64 // XGBoost and LightGBM's JSON are float32
	}{
		{"decision_tree.json", "decision_tree.json", 1e-12}, {"random_forest.json", "random_forest.json", 1e-12},
		{"extra_trees.json", "extra_trees.json", 1e-12}, {"gradient_boosting.json", "gradient_boosting.json", 1e-9},
		{"xgboost.json", "xgboost_expected.json", 1e-4}, {"xgboost.ubj", "xgboost_expected.json", 1e-4},
		{"lightgbm.txt", "lightgbm_expected.json", 1e-9},
	} {
		e, err := Open(golden(c.model))
		if err != nil {
			t.Fatal(err)
		}
		x, want := readExpected(t, c.values)
		got := mat.DenseCopyOf(e.Predict(x)).RawMatrix().Data
		if len(got) != len(want) {
			t.Fatalf("%s: %d predictions, not %d", c.model, len(got), len(want))
		}
		for i, v := range want {
			if math.Abs(got[i]-v) > c.tolerance*max(1, math.Abs(v)) {
				t.Errorf("%s: prediction %d is %v, not %v", c.model, i, got[i], v)
			}
		}
	}
}

// TestFloat32Threshold compares with the rule that it stands for.
func TestFloat32Threshold(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	thresholds := []float64{0, 1, -1, 1e-45, -1e-45, math.MaxFloat32, -math.MaxFloat32, math.MaxFloat64, 16.795, math.Inf(1)}
	for range 2000 {
		thresholds = append(thresholds, r.NormFloat64()*math.Pow(10, float64(r.IntN(20)-10)))
	}
	for _, threshold := range thresholds {
		moved := float32Threshold(threshold)
		f := float32(threshold)
		near := []float64{threshold, moved, math.Nextafter(moved, math.Inf(1)), math.Nextafter(moved, math.Inf(-1)), float64(f), r.NormFloat64()}
		up, down := math.Nextafter32(f, float32(math.Inf(1))), math.Nextafter32(f, float32(math.Inf(-1)))
		near = append(near, float64(up), float64(down), (float64(f)+float64(up))/2, (float64(f)+float64(down))/2)
		for _, v := range near {
			if math.IsNaN(v) {
				continue
			}
			if want := float64(float32(v)) <= threshold; want != (v <= moved) {
				t.Errorf("%v ≤ %v as float32 is %v, and not so for the threshold %v", v, threshold, want, moved)
			}
		}
	}
}

// edited is a golden file with something replaced.
func edited(t *testing.T, name, from, to string) []byte {
	t.Helper()
	content, err := os.ReadFile(stored(name))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(content), from) {
		t.Fatalf("%s has no %s", name, from)
	}
	return []byte(strings.Replace(string(content), from, to, 1))
}

func TestCorrupted(t *testing.T) {
	for want, content := range map[string][]byte{
		"is empty":                    {},
		"neither JSON nor UBJ":        []byte("hello"),
		"neither a \"learner\"":       []byte(`{"a": 1}`),
		"not JSON to its end":         []byte(`{"learner": {`),
		"/learner/objective":          []byte(`{"learner": {}}`),
		"the booster \"gblinear\"":    edited(t, "xgboost.json", `"name":"gbtree"`, `"name":"gblinear"`),
		"the objective \"reg2:x\"":    edited(t, "xgboost.json", `reg:squarederror`, `reg2:x`),
		"combine is \"\"":             []byte(`{"trees": []}`),
		"no trees":                    []byte(`{"trees": [], "combine": "mean"}`),
		"cut off":                     edited(t, "lightgbm.txt", "end of trees", ""),
		"leaf_value has 14 elements":  edited(t, "lightgbm.txt", "leaf_value=145.34462521694627", "leaf_value="),
		"\"x\" is no number":          edited(t, "lightgbm.txt", "threshold=-1.0000000180025095e-35", "threshold=x"),
		"the child of two":            edited(t, "lightgbm.txt", "left_child=2", "left_child=0"),
		"asks for feature 77":         edited(t, "lightgbm.txt", "split_feature=8", "split_feature=77"),
		"the objective \"something\"": edited(t, "lightgbm.txt", "objective=regression", "objective=something"),
	} {
		if e, err := Parse(content); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in: %v (%v)", want, err, e)
		}
	}
	ubj, err := os.ReadFile(stored("xgboost.ubj"))
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{1, 2, 10, 100, 5000, len(ubj) - 1} {
		if _, err := Parse(ubj[:n]); err == nil {
			t.Errorf("the first %d bytes of a UBJ file are read", n)
		}
	}
	if _, err := Open("nowhere.json"); err == nil {
		t.Error("a file that does not exist is read")
	}
}

// FuzzParse reads what nobody has written: an error, or an ensemble that predicts.
func FuzzParse(f *testing.F) {
	for _, name := range []string{"xgboost.json", "xgboost.ubj", "lightgbm.txt", "decision_tree.json"} {
		content, err := os.ReadFile(stored(name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(content)
	}
	f.Add([]byte("{[$d#U\x02abcd1234"))
	f.Add([]byte("tree\nnum_tree_per_iteration=1\nfeature_names=a b\nTree=0\nnum_leaves=1\nleaf_value=3\nend of trees"))
	f.Add([]byte(`{"combine":"mean","trees":[{"left":[1,-1,-1],"right":[2,-1,-1],"feature":[0,-1,-1],"threshold":[0.5,0,0],"value":[[1],[2],[3]],"cover":[3,2,1]}]}`))
	f.Fuzz(func(t *testing.T, content []byte) {
		e, err := Parse(content)
		if err != nil || e.Inputs > 1000 {
			return
		}
		e.Predict(mat.NewDense(1, e.Inputs, nil))
		if _, _, err := e.TryMIMEBundle(); err != nil {
			t.Error(err)
		}
	})
}

func TestShow(t *testing.T) {
	e, err := Open(stored("lightgbm.txt"))
	if err != nil {
		t.Fatal(err)
	}
	bundle, _, err := e.TryMIMEBundle()
	if err != nil {
		t.Fatal(err)
	}
	text := bundle["text/plain"].(string)
	for _, want := range []string{"LightGBM: 20 trees with 300 leaves, depth up to", "10 features → a number", "importance", "Column_8", "%"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in:\n%s", want, text)
		}
	}
}

func TestWrongRows(t *testing.T) {
	e, err := Open(stored("lightgbm.txt"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err, _ := recover().(error); err == nil || !strings.Contains(err.Error(), "the rows have 3 features, and the ensemble takes 10") {
			t.Errorf("panicked with %v", err)
		}
	}()
	e.Predict(mat.NewDense(2, 3, nil))
}
