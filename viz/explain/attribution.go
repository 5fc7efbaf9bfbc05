// Package explain says why a model gave an output: how much each feature has
// contributed (SHAP, LIME, gradients), to one row or over a data set.
//
// An explainer is made of a model and of what it compares with, and explains rows:
//
//	why := explain.KernelSHAP(model, train).Explain(test)
//	why.Beeswarm()
//	why.Row(0).Waterfall()
//
// A model is a function of rows, an *nn.Model, an ensemble of trees, or a model of a
// framework whose source is imported; see [Model]. Rows are a *data.Set, a matrix, a
// tensor or [][]float64.
//
// What is wrong, such as rows of another width, is the error of the [Attribution] and
// of the figures that are made of it, so that calls can be chained.
package explain

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/mat"
)

// An Attribution says how much each feature has contributed to the outputs for rows.
type Attribution struct {
	Method string // "Kernel SHAP"
	// Values are the contributions, rows × features, for each output: in the units
	// of the output.
	Values []*mat.Dense
	// Errors are the standard errors of Values; nil where they are exact.
	Errors []*mat.Dense
	// Base is what each output is without knowledge of the row: contributions are
	// counted from there. Nil if the method has no such thing.
	Base []float64
	// Predicted is what the model gave, rows × outputs.
	Predicted *mat.Dense
	Data      *mat.Dense // rows × features
	Features  []string
	Outputs   []string // empty names if nobody knows them
	Names     []string // of the rows; nil if they have none
	// Unit is what outputs are counted in where it is not the model's own output:
	// "log-odds".
	Unit string
	// Shape is that of a row where it is more than a list, such as an image: height,
	// width, channels.
	Shape []int
	Check Check
	// Stability says for each row how alike repeated explanations were, with
	// [Repeats].
	Stability []Stability

	top      int  // features that pictures show; 0 for ten
	slopes   bool // values are slopes, which sum up to nothing
	unsigned bool // values are never below 0
	shared   bool // Errors are no standard errors, but what is shared out evenly
	words    bool // features are words, and their values numbers that stand for these
	// conditions are what contributes in a row where that is no value but a condition that
	// the row meets ("13 < radius ≤ 15"), rows × features, as of local models.
	conditions [][]string
	bases      *mat.Dense // of each row, rows × outputs, where rows have bases of their own
	err        error
}

// A Check is how far an explanation is from what it must satisfy: for SHAP the
// additivity gap, the greatest difference between a prediction and the base with
// all contributions; for LIME the R² of the local model; for integrated gradients
// the completeness gap.
type Check struct {
	Name  string
	Value float64
	// Limit is what the value must not exceed; 0 if there is none. An attribution
	// that exceeds it has an error.
	Limit float64
}

// failed is the attribution of a mistake.
func failed(method string, err error) *Attribution {
	return &Attribution{Method: method, err: fmt.Errorf("explain: %s: %w", method, err)}
}

// Err says what went wrong, nil if nothing did.
func (a *Attribution) Err() error {
	if a == nil {
		return errors.New("explain: there is no attribution: it is nil")
	}
	return a.err
}

// Dims returns how many rows, features and outputs there are; zeros if something
// went wrong.
func (a *Attribution) Dims() (rows, features, outputs int) {
	if a.Err() != nil || len(a.Values) == 0 {
		return 0, 0, 0
	}
	rows, features = a.Values[0].Dims()
	return rows, features, len(a.Values)
}

// At returns the contribution of a feature to an output for a row.
func (a *Attribution) At(row, feature, output int) float64 { return a.Values[output].At(row, feature) }

// Row returns the attribution of one row.
func (a *Attribution) Row(i int) *Attribution { return a.Rows(i, i+1) }

// Rows returns the attribution of rows from ≤ i < to.
func (a *Attribution) Rows(from, to int) *Attribution {
	if a.Err() != nil {
		return a
	}
	rows, _, _ := a.Dims()
	if from < 0 || to > rows || from >= to {
		return failed(a.Method, fmt.Errorf("there are no rows %d to %d of %d", from, to-1, rows))
	}
	b := *a
	cut := func(m *mat.Dense) *mat.Dense {
		if m == nil {
			return nil
		}
		_, cols := m.Dims()
		return mat.DenseCopyOf(m.Slice(from, to, 0, cols))
	}
	b.Values, b.Errors = each(a.Values, cut), each(a.Errors, cut)
	b.Predicted, b.Data, b.bases = cut(a.Predicted), cut(a.Data), cut(a.bases)
	if to == from+1 && a.bases != nil {
		b.Base = b.bases.RawRowView(0)
	}
	if a.conditions != nil {
		b.conditions = a.conditions[from:to]
	}
	if a.Names != nil {
		b.Names = a.Names[from:to]
	}
	if a.Stability != nil {
		b.Stability = a.Stability[from:to]
	}
	return &b
}

// Feature returns the attribution to some features only, in the order of their
// names. Its contributions do not sum up to the prediction any more.
func (a *Attribution) Feature(names ...string) *Attribution {
	if a.Err() != nil {
		return a
	}
	at := make([]int, len(names))
	for k, name := range names {
		if at[k] = slices.Index(a.Features, name); at[k] < 0 {
			return failed(a.Method, fmt.Errorf("there is no feature %q; there are %s", name, someOf(a.Features)))
		}
	}
	if len(at) == 0 {
		return failed(a.Method, errors.New("no feature is named"))
	}
	b := *a
	pick := func(m *mat.Dense) *mat.Dense {
		if m == nil {
			return nil
		}
		n, _ := m.Dims()
		out := mat.NewDense(n, len(at), nil)
		for k, j := range at {
			out.SetCol(k, mat.Col(nil, j, m))
		}
		return out
	}
	b.Values, b.Errors, b.Data = each(a.Values, pick), each(a.Errors, pick), pick(a.Data)
	b.Features = slices.Clone(names)
	b.Stability = a.spreading(pick)
	b.conditions = nil
	for _, row := range a.conditions {
		some := make([]string, len(at))
		for k, j := range at {
			some[k] = row[j]
		}
		b.conditions = append(b.conditions, some)
	}
	return &b
}

// Output returns the attribution of one output, by its number or its name.
func (a *Attribution) Output(which any) *Attribution {
	if a.Err() != nil {
		return a
	}
	k := -1
	switch w := which.(type) {
	case int:
		k = w
	case string:
		k = slices.Index(a.Outputs, w)
	default:
		return failed(a.Method, fmt.Errorf("an output is chosen by its number or its name, not by a %T", which))
	}
	if k < 0 || k >= len(a.Values) {
		return failed(a.Method, fmt.Errorf("there is no output %v; there are %d: %s", which, len(a.Values), someOf(a.Outputs)))
	}
	b := *a
	b.Values, b.Outputs = a.Values[k:k+1], a.Outputs[k:k+1]
	if a.Errors != nil {
		b.Errors = a.Errors[k : k+1]
	}
	if a.Base != nil {
		b.Base = a.Base[k : k+1]
	}
	if a.Predicted != nil {
		rows, _ := a.Predicted.Dims()
		b.Predicted = mat.DenseCopyOf(a.Predicted.Slice(0, rows, k, k+1))
	}
	if a.bases != nil {
		rows, _ := a.bases.Dims()
		b.bases = mat.DenseCopyOf(a.bases.Slice(0, rows, k, k+1))
	}
	b.Stability = a.spreading(func(m *mat.Dense) *mat.Dense {
		_, cols := m.Dims()
		return mat.DenseCopyOf(m.Slice(k, k+1, 0, cols))
	})
	return &b
}

// Importance is the mean size of each feature's contributions to an output.
func (a *Attribution) Importance(output int) []float64 {
	rows, features, outputs := a.Dims()
	if output < 0 || output >= outputs {
		return nil
	}
	mean := make([]float64, features)
	for i := range rows {
		for j, v := range a.Values[output].RawRowView(i) {
			mean[j] += math.Abs(v) / float64(rows)
		}
	}
	return mean
}

// additive fills in the check of methods whose contributions sum up to what the
// model predicts, and fails if they do not. Sampling methods pass a limit of 0.
func (a *Attribution) additive(limit float64) *Attribution {
	a.Check = Check{Name: "additivity gap", Limit: limit}
	for k, values := range a.Values {
		rows, _ := values.Dims()
		for i := range rows {
			sum, size := a.Base[k], math.Abs(a.Base[k])
			for _, v := range values.RawRowView(i) {
				sum += v
				size += math.Abs(v)
			}
			gap := math.Abs(sum - a.Predicted.At(i, k))
			if math.IsNaN(gap) {
				return failed(a.Method, fmt.Errorf("the contributions to output %s for row %d are not numbers", outputName(a.Outputs, k), i))
			}
			a.Check.Value = max(a.Check.Value, gap)
			if limit > 0 && gap > limit*max(1, size) {
				return failed(a.Method, fmt.Errorf("the contributions to output %s for row %d sum up to %g, and the model predicts %g: "+
					"does it give the same output for the same row every time?", outputName(a.Outputs, k), i, sum, a.Predicted.At(i, k)))
			}
		}
	}
	return a
}

func outputName(names []string, k int) string {
	if k < len(names) && names[k] != "" {
		return fmt.Sprintf("%q", names[k])
	}
	return fmt.Sprint(k)
}

func each(list []*mat.Dense, f func(*mat.Dense) *mat.Dense) []*mat.Dense {
	if list == nil {
		return nil
	}
	out := make([]*mat.Dense, len(list))
	for i, m := range list {
		out[i] = f(m)
	}
	return out
}

// someOf lists names, or some of many.
func someOf(names []string) string {
	const most = 12
	if len(names) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
	}
	return strings.Join(names, ", ")
}
