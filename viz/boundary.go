package viz

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"gonum.org/v1/gonum/mat"

	"loupe/nn/data"
	"loupe/viz/chart"
	"loupe/viz/model"
)

// Boundary shows how a classifier divides the plane of two features of a data set:
// the colour of the most probable class, paler where it is less sure and where there
// are no data; lines where two classes are equally probable; and the samples. The
// other features stay at their medians.
//
//	viz.Boundary(model, test, "petal length", "petal width")
//
// The model is an *nn.Model, an ensemble of trees, or a function of rows that returns the
// probabilities of the classes for each, or that of the second of two.
func Boundary(classifier any, set *data.Set, x, y string) *Figure {
	p, err := newPlane(classifier, set, x, y)
	if err != nil {
		return chart.Failed(err)
	}
	labels := make([]string, set.Len())
	for i := range labels {
		labels[i] = set.Label(i)
	}
	column := func(j int) []float64 { return mat.Col(nil, j, p.rows) }
	return chart.BoundaryOf(p.predict, column(p.x), column(p.y), labels, set.Classes()...).With(chart.XLabel(x), chart.YLabel(y)).
		Noting(func(o *chart.Options) []string {
			if n := len(p.medians) - 2; n > 0 {
				return []string{o.Say("%s at the median.", o.Count(n, "other feature is", "other features are"))}
			}
			return nil
		})
}

// A plane is where two features vary and the others do not.
type plane struct {
	ask     func(x *mat.Dense) (mat.Matrix, error)
	rows    *mat.Dense
	medians []float64
	x, y    int
}

func newPlane(classifier any, set *data.Set, x, y string) (*plane, error) {
	if set == nil {
		return nil, errors.New("a decision boundary needs a data set, not nil")
	}
	if err := set.Load(); err != nil {
		return nil, err
	}
	if len(set.Classes()) == 0 {
		return nil, fmt.Errorf("%s has no classes: a decision boundary is one of a classifier", set.Name())
	}
	p := &plane{rows: set.Matrix(), x: slices.Index(set.Features(), x), y: slices.Index(set.Features(), y)}
	for name, i := range map[string]int{x: p.x, y: p.y} {
		if i < 0 {
			return nil, fmt.Errorf("%s has no feature %q; it has %s", set.Name(), name, strings.Join(set.Features(), ", "))
		}
	}
	n, features := p.rows.Dims()
	for j := range features {
		values := mat.Col(nil, j, p.rows)
		slices.Sort(values)
		p.medians = append(p.medians, values[n/2])
	}
	var err error
	p.ask, err = asked(classifier)
	return p, err
}

// asked makes a function of whatever classifies.
func asked(classifier any) (func(x *mat.Dense) (mat.Matrix, error), error) {
	switch f := classifier.(type) {
	case func(mat.Matrix) mat.Matrix:
		return func(x *mat.Dense) (mat.Matrix, error) { return f(x), nil }, nil
	case func(*mat.Dense) *mat.Dense:
		return func(x *mat.Dense) (mat.Matrix, error) { return f(x), nil }, nil
	case interface{ Predict(mat.Matrix) mat.Matrix }: // as ensembles of trees
		return func(x *mat.Dense) (mat.Matrix, error) { return f.Predict(x), nil }, nil
	}
	m, err := model.Of(classifier)
	if err != nil {
		return nil, err
	}
	if m.Runner == nil {
		return nil, errors.New("this model cannot be run: its source describes it only")
	}
	return func(x *mat.Dense) (mat.Matrix, error) {
		rows, cols := x.Dims()
		out, err := m.Runner.Run([]model.Array{{Shape: []int{rows, cols}, Values: x.RawMatrix().Data}}, model.Watch{})
		if err != nil {
			return nil, err
		}
		if len(out.Shape) != 2 {
			return nil, fmt.Errorf("the model returns %v for a sample, not probabilities of classes", out.Shape[1:])
		}
		return mat.NewDense(out.Shape[0], out.Shape[1], out.Values), nil
	}, nil
}

func (p *plane) predict(xs, ys []float64) ([][]float64, error) {
	rows := mat.NewDense(len(xs), len(p.medians), nil)
	for i := range xs {
		rows.SetRow(i, p.medians)
		rows.Set(i, p.x, xs[i])
		rows.Set(i, p.y, ys[i])
	}
	out, err := p.ask(rows)
	if err != nil {
		return nil, err
	}
	n, classes := out.Dims()
	list := make([][]float64, n)
	for i := range list {
		list[i] = make([]float64, classes)
		for j := range list[i] {
			list[i][j] = out.At(i, j)
		}
	}
	return list, nil
}
