package explain

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"loupe/nn/data"
	"loupe/viz/model"
)

// A table is rows of features with their names.
type table struct {
	x        *mat.Dense
	features []string
	names    []string // of the rows, nil if they have none
	words    bool     // the features are places of a text, and their names its words
	classes  []string // of what the rows are labelled with, nil if unknown
	shape    []int    // of a row that is more than a list, nil if unknown
}

// rowsOf reads rows: a *data.Set, a matrix, a tensor, [][]float64, or the numbers of
// a single row.
func rowsOf(v any) (*table, error) {
	switch v := v.(type) {
	case nil:
		return nil, errors.New("there are no rows: they are nil")
	case *table:
		return v, nil
	case *data.Set:
		if v == nil {
			return nil, errors.New("there are no rows: the data set is nil")
		}
		if err := v.Load(); err != nil {
			return nil, err
		}
		return checked(&table{x: v.Matrix(), features: v.Features(), classes: v.Classes(), shape: v.Shape()})
	case mat.Matrix:
		return checked(&table{x: mat.DenseCopyOf(v)})
	case []float64:
		if len(v) == 0 {
			return nil, errors.New("there are no rows: the row is empty")
		}
		return checked(&table{x: mat.NewDense(1, len(v), append([]float64(nil), v...))})
	}
	a, err := model.ArrayOf(v)
	if err != nil {
		return nil, fmt.Errorf("a %T is no rows: give a *data.Set, a matrix, a tensor or [][]float64", v)
	}
	if len(a.Shape) == 1 {
		a.Shape = []int{1, a.Shape[0]}
	}
	if len(a.Values) == 0 {
		return nil, errors.New("there are no rows: there is not a single number")
	}
	cols := len(a.Values) / a.Shape[0] // each sample is a row of its numbers
	t := &table{x: mat.NewDense(a.Shape[0], cols, append([]float64(nil), a.Values...)), shape: a.Shape[1:]}
	if len(a.Names) == cols {
		t.features, t.words = a.Names, true
	}
	return checked(t)
}

// checked names features that have no names.
func checked(t *table) (*table, error) {
	rows, cols := t.x.Dims()
	if rows == 0 || cols == 0 {
		return nil, fmt.Errorf("there are no rows: they are %d × %d", rows, cols)
	}
	if len(t.features) != cols {
		t.features = numbered(cols)
	}
	return t, nil
}

// numbered names features that have no names.
func numbered(cols int) []string {
	names := make([]string, cols)
	for j := range names {
		names[j] = fmt.Sprintf("feature %d", j)
	}
	return names
}

// like checks that rows have the features of others, and takes over their names
// where these have better ones.
func (t *table) like(other *table) error {
	_, n := t.x.Dims()
	if _, m := other.x.Dims(); n != m {
		return fmt.Errorf("the rows have %d features, and those of the background %d", n, m)
	}
	if t.features[0] == "feature 0" {
		t.features = other.features
	}
	return nil
}

// extent is the least and the greatest of some numbers.
func extent(list []float64) (lo, hi float64) {
	lo, hi = math.Inf(1), math.Inf(-1)
	for _, v := range list {
		lo, hi = min(lo, v), max(hi, v)
	}
	return lo, hi
}
