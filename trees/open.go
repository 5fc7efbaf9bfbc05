package trees

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Open reads a model file, whose kind it knows by its content: XGBoost's JSON and UBJ
// (booster.save_model), LightGBM's text (booster.save_model), and scikit-learn's trees in
// the JSON that [Parse] describes. Files are not trusted: what is wrong with one is an
// error.
func Open(path string) (*Ensemble, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("trees: %w", err)
	}
	e, err := Parse(content)
	if err != nil {
		return nil, fmt.Errorf("trees: %s: %w", filepath.Base(path), err)
	}
	return e, nil
}

// Parse reads the content of a model file: see [Open].
//
// Models of scikit-learn have no file format but Python's own. This writes them as JSON,
// for DecisionTree, RandomForest, ExtraTrees and GradientBoosting, classifiers and
// regressors:
//
//	import json
//	def save_trees(model, path, features=None):
//	    classes = [str(c) for c in getattr(model, "classes_", [])]
//	    boosted, trees = hasattr(model, "init_"), []
//	    for i, t in enumerate(getattr(model, "estimators_", [model]) if not boosted else model.estimators_.ravel()):
//	        t = t.tree_
//	        value = t.value[:, 0, :] * model.learning_rate if boosted else t.value[:, 0, :]
//	        trees.append(dict(left=t.children_left.tolist(), right=t.children_right.tolist(),
//	            feature=[f if l >= 0 else -1 for f, l in zip(t.feature.tolist(), t.children_left.tolist())],
//	            threshold=t.threshold.tolist(), value=value.tolist(), cover=t.weighted_n_node_samples.tolist(),
//	            missing_left=t.missing_go_to_left.astype(bool).tolist(),
//	            output=i % model.estimators_.shape[1] if boosted else 0))
//	    out = dict(combine="init + sum of the trees" if boosted else "mean of the trees", trees=trees,
//	        inputs=model.n_features_in_, classes=classes, features=features)
//	    if boosted:
//	        out["init"] = model._raw_predict_init([[0.0] * model.n_features_in_])[0].tolist()
//	        out["link"] = ("identity" if not classes else "logistic" if len(classes) == 2 else "softmax")
//	    json.dump(out, open(path, "w"))
//
// A tree has for each node left, right (−1 for leaves), feature, threshold, value (a list
// with a number for each output), cover and, as an option, missing_left. Rows go left if
// their value, as float32, is not above the threshold. combine starts with "mean", or with
// "init + sum" for trees that are added up to init (a number or a list).
func Parse(content []byte) (*Ensemble, error) {
	e, err := parse(content)
	if err != nil {
		return nil, err
	}
	return e, e.Check()
}

func parse(content []byte) (*Ensemble, error) {
	head := bytes.TrimLeft(content, " \t\r\n\ufeff")
	switch {
	case len(head) == 0:
		return nil, errors.New("the file is empty")
	case bytes.HasPrefix(head, []byte("tree\n")), bytes.HasPrefix(head, []byte("tree\r\n")):
		return parseLightGBM(string(content))
	case head[0] != '{':
		return nil, errors.New("this is neither JSON nor UBJ (XGBoost, scikit-learn) nor a text of LightGBM, which begins with the line \"tree\"")
	case len(head) > 1 && (head[1] == '"' || head[1] == '}' || head[1] == ' ' || head[1] == '\n' || head[1] == '\r' || head[1] == '\t'):
		return parseJSON(head)
	}
	return parseUBJ(content)
}

// parseJSON reads a file of XGBoost, or of scikit-learn's trees.
func parseJSON(content []byte) (*Ensemble, error) {
	var kind struct {
		Learner json.RawMessage `json:"learner"`
		Trees   json.RawMessage `json:"trees"`
	}
	if err := json.Unmarshal(content, &kind); err != nil {
		return nil, fmt.Errorf("it is not JSON to its end: %w", err)
	}
	switch {
	case kind.Learner != nil:
		return parseXGBoost(content)
	case kind.Trees != nil:
		return parseSklearn(content)
	}
	return nil, errors.New(`the JSON has neither a "learner", as XGBoost writes, nor "trees", as the documentation of trees.Parse describes for scikit-learn`)
}
