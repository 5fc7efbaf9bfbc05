package display

import (
	"fmt"
	"math"
	"reflect"
	"strconv"
)

// A matrix is anything with gonum's methods of a matrix. Asking for methods
// rather than for mat.Matrix keeps gonum out of programs that do not use it.
type matrix interface {
	Dims() (r, c int)
	At(i, j int) float64
}

// rectangle is a [][]float64, or the like, as a matrix.
type rectangle struct {
	v          reflect.Value
	rows, cols int
}

func (r rectangle) Dims() (int, int)    { return r.rows, r.cols }
func (r rectangle) At(i, j int) float64 { return number(r.v.Index(i).Index(j)) }

// asMatrix sees a matrix in gonum's types and in rows of numbers of one length.
func asMatrix(v any) (matrix, bool) {
	if m, ok := v.(matrix); ok {
		return m, true
	}
	r := reflect.ValueOf(v)
	if !isList(r.Type()) || !isList(r.Type().Elem()) || !isNumber(r.Type().Elem().Elem()) || r.Len() == 0 {
		return nil, false
	}
	cols := r.Index(0).Len()
	for i := range r.Len() {
		if r.Index(i).Len() != cols {
			return nil, false
		}
	}
	return rectangle{r, r.Len(), cols}, cols > 0
}

func isList(t reflect.Type) bool { return t.Kind() == reflect.Slice || t.Kind() == reflect.Array }

// renderMatrix shows a matrix as a table with its shape.
func renderMatrix(m matrix) Bundle {
	rows, cols := m.Dims()
	what := typeName(reflect.TypeOf(m))
	if r, ok := m.(rectangle); ok {
		what = typeName(r.v.Type())
	}
	g := grid{sentence: shapeSentence(what, rows, cols)}
	if rows == 0 || cols == 0 {
		return textBundle(g.sentence + ": empty")
	}
	ri, ci := picks(rows, maxRows, endRows), picks(cols, maxColumns, endColumns)
	format := numberFormat(m, ri, ci)
	for _, j := range ci {
		g.head = append(g.head, indexText(j))
		g.numeric = append(g.numeric, true)
	}
	for _, i := range ri {
		g.index = append(g.index, indexText(i))
		row := make([]string, len(ci))
		for k, j := range ci {
			row[k] = "…"
			if i >= 0 && j >= 0 {
				row[k] = format(m.At(i, j))
			}
		}
		g.rows = append(g.rows, row)
	}
	return g.bundle()
}

func indexText(i int) string {
	if i < 0 {
		return "…"
	}
	return strconv.Itoa(i)
}

// numberFormat finds one way to print all numbers that are shown: whole ones
// without a point, others with four digits of the largest, and by exponents if
// they differ too much for that.
func numberFormat(m matrix, ri, ci []int) func(float64) string {
	whole, largest := true, 0.0
	for _, i := range ri {
		for _, j := range ci {
			if i < 0 || j < 0 {
				continue
			}
			x := math.Abs(m.At(i, j))
			if x == 0 || math.IsNaN(x) || math.IsInf(x, 0) {
				continue
			}
			whole = whole && x == math.Trunc(x)
			largest = max(largest, x)
		}
	}
	switch {
	case whole && largest < 1e9:
		return func(x float64) string { return strconv.FormatFloat(x, 'f', 0, 64) }
	case largest >= 1e6 || largest < 1e-3:
		return func(x float64) string { return fmt.Sprintf("%.3e", x) }
	}
	decimals := max(0, 3-int(math.Floor(math.Log10(largest))))
	return func(x float64) string {
		if x != 0 && math.Abs(x) < 0.5*math.Pow10(-decimals) {
			return fmt.Sprintf("%.1e", x)
		}
		return strconv.FormatFloat(x, 'f', decimals, 64)
	}
}
