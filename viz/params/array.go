package params

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"loupe/viz/chart"
	"loupe/viz/model"
)

// arrayNamed finds a model's weights by their name, "dense/kernel", or by that of
// their layer.
func arrayNamed(m *model.Model, name string) (model.Param, error) {
	list := matrices(m)
	if len(list) == 0 {
		return model.Param{}, noWeights(m)
	}
	for _, p := range m.Params {
		if p.Name == name && len(p.Shape) >= 2 {
			return p, nil
		}
		if p.Name == name {
			return p, fmt.Errorf("%s has the shape %v: a picture of it needs at least two axes", name, p.Shape)
		}
	}
	var names []string
	for _, p := range list {
		if strings.HasPrefix(p.Name, name+"/") {
			return p, nil
		}
		names = append(names, p.Name)
	}
	return model.Param{}, fmt.Errorf("the model has no weights %q; it has %s", name, shortened(names))
}

// shortened lists names for an error.
func shortened(names []string) string {
	const most = 12
	if n := len(names) - most; n > 0 {
		return fmt.Sprintf("%s and %d others", strings.Join(names[:most], ", "), n)
	}
	return strings.Join(names, ", ")
}

// An array is the numbers of weights or of their gradient, seen as a matrix: a
// column for each unit, which is an index of the last axis, and a row for each of
// what flows into it.
type array struct {
	name       string
	rows, cols int
	values     []float64
}

func newArray(name string, shape []int, values []float64) (*array, error) {
	n := model.Size(shape)
	if n == 0 || len(values) != n {
		return nil, fmt.Errorf("%s has the shape %v and %d numbers: there is nothing to see", name, shape, len(values))
	}
	cols := shape[len(shape)-1]
	return &array{name, n / cols, cols, values}, nil
}

// The shape of arrays up to which a heat map shows each number: a pixel or more for
// each, also in a picture of 400 pixels. Larger ones are shown in blocks.
const maxRows, maxColumns = 200, 250

// blocks are how many rows and columns a cell of the picture stands for.
func (a *array) blocks() (rows, cols int) {
	return (a.rows + maxRows - 1) / maxRows, (a.cols + maxColumns - 1) / maxColumns
}

// shown is the array as it is drawn: of each block the number of the largest size,
// with its sign, so that nothing that stands out is lost in a mean.
func (a *array) shown() chart.Matrix {
	h, w := a.blocks()
	var rows [][]float64
	for i := 0; i < a.rows; i += h {
		var row []float64
		for j := 0; j < a.cols; j += w {
			row = append(row, a.largest(i, min(i+h, a.rows), j, min(j+w, a.cols)))
		}
		rows = append(rows, row)
	}
	return chart.FromRows(rows)
}

// largest is the number of the largest size in a block; NaN if there is one.
func (a *array) largest(i0, i1, j0, j1 int) float64 {
	v := 0.0
	for i := i0; i < i1; i++ {
		for _, x := range a.values[i*a.cols+j0 : i*a.cols+j1] {
			if math.IsNaN(x) {
				return x
			}
			if math.Abs(x) > math.Abs(v) {
				v = x
			}
		}
	}
	return v
}

// numbered are the numbers of every step-th row or column.
func numbered(n, step int) []string {
	var list []string
	for i := 0; i < n; i += step {
		list = append(list, chart.Count(i))
	}
	return list
}

// size is the largest size of the finite numbers.
func (a *array) size() float64 {
	size := 0.0
	for _, x := range a.values {
		if !math.IsInf(x, 0) {
			size = math.Max(size, math.Abs(notNaN(x)))
		}
	}
	return size
}

func notNaN(x float64) float64 {
	if math.IsNaN(x) {
		return 0
	}
	return x
}

// figure draws the array about zero. What says what its numbers are.
func (a *array) figure(what func(o *chart.Options) string, notes func(o *chart.Options) []string) *chart.Figure {
	f := chart.HeatMap(a.shown(), chart.NoNumbers()).Worded(func(o *chart.Options) chart.Wording {
		return chart.Wording{X: o.Say("unit of %s", model.Scope(a.name)), Y: o.Say("input"), Scale: what(o)}
	})
	if size := a.size(); size > 0 && !math.IsInf(2*size, 0) {
		f = f.With(chart.Range(-size, size))
	}
	h, w := a.blocks()
	if h > 1 || w > 1 {
		f = f.With(chart.Rows(numbered(a.rows, h)...), chart.Columns(numbered(a.cols, w)...))
	}
	return f.Noting(func(o *chart.Options) []string {
		var list []string
		if h > 1 || w > 1 {
			list = append(list, o.Say("Each cell is the largest in size of %s × %s numbers, of %s × %s in all.", chart.Count(h), chart.Count(w), chart.Count(a.rows), chart.Count(a.cols)))
		}
		list = append(list, notes(o)...)
		return append(list, a.silentRows(o)...)
	})
}

// silentRows counts inputs whose numbers are all zero, or next to nothing beside
// those of the others.
func (a *array) silentRows(o *chart.Options) []string {
	sizes := make([]float64, a.rows)
	for i := range sizes {
		for _, x := range a.values[i*a.cols : (i+1)*a.cols] {
			sizes[i] = max(sizes[i], math.Abs(notNaN(x)))
		}
	}
	median := slices.Sorted(slices.Values(sizes))[a.rows/2]
	silent := 0
	for _, s := range sizes {
		if s == 0 || s < deadShare*median {
			silent++
		}
	}
	if silent == 0 || a.rows < 2 {
		return nil
	}
	return []string{o.Say("%s of %s inputs have next to nothing.", chart.Count(silent), chart.Count(a.rows))}
}
