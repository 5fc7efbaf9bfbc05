package explain

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"loupe/viz/model"
)

// A differentiable is a model with gradients with respect to its input.
type differentiable struct {
	m     *model.Model
	input string
	shape []int // of a sample
}

func differentiableOf(v any) (*differentiable, error) {
	m, err := model.Of(v)
	if err != nil {
		return nil, err
	}
	if m.Runner == nil {
		return nil, errors.New("this model cannot be run: its source describes it only")
	}
	if len(m.Nodes) == 0 || len(m.Nodes[0].Shape) == 0 || model.Size(m.Nodes[0].Shape) == 0 {
		return nil, errors.New("the shape of the model's input is not known: give the model its first data, or build it")
	}
	return &differentiable{m, m.Nodes[0].Name, m.Nodes[0].Shape}, nil
}

func (d *differentiable) fits(x *mat.Dense) error {
	if _, cols := x.Dims(); cols != model.Size(d.shape) {
		return fmt.Errorf("the model takes samples of %s, %d numbers, and the rows have %d", model.ShapeText(d.shape), model.Size(d.shape), cols)
	}
	return nil
}

func (d *differentiable) array(x *mat.Dense) model.Array {
	n, _ := x.Dims()
	return model.Array{Shape: append([]int{n}, d.shape...), Values: x.RawMatrix().Data}
}

// outputs runs the model, some rows at a time.
func (d *differentiable) outputs(x *mat.Dense) (*mat.Dense, error) {
	n, cols := x.Dims()
	var out *mat.Dense
	for from := 0; from < n; from += chunk {
		to := min(from+chunk, n)
		y, err := d.m.Runner.Run([]model.Array{d.array(mat.DenseCopyOf(x.Slice(from, to, 0, cols)))}, model.Watch{})
		if err != nil {
			return nil, err
		}
		k := len(y.Values) / (to - from)
		if out == nil {
			out = mat.NewDense(n, k, nil)
		}
		out.Slice(from, to, 0, k).(*mat.Dense).Copy(mat.NewDense(to-from, k, y.Values))
	}
	return out, checkNumbers(out)
}

func checkNumbers(y *mat.Dense) error {
	n, _ := y.Dims()
	for i := range n {
		for k, v := range y.RawRowView(i) {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return fmt.Errorf("the model returned %v for row %d (output %d)", v, i, k)
			}
		}
	}
	return nil
}

// gradients are those of one output of each row with respect to its features.
func (d *differentiable) gradients(x *mat.Dense, of []int) (*mat.Dense, error) {
	n, features := x.Dims()
	var g *mat.Dense
	_, err := d.m.Runner.Run([]model.Array{d.array(x)}, model.Watch{Nodes: []string{d.input}, Of: oneOf(of), Gradient: func(node string, v model.Array) {
		if node == d.input && len(v.Values) == n*features {
			g = mat.NewDense(n, features, append([]float64(nil), v.Values...))
		}
	}})
	if err != nil {
		return nil, err
	}
	if g == nil {
		return nil, errors.New("the model gives no gradient with respect to its input: its inputs are words or other whole numbers, or its source cannot compute it")
	}
	return g, checkNumbers(g)
}

// oneOf is the gradient of one output of each row.
func oneOf(of []int) func(out model.Array) model.Array {
	return func(out model.Array) model.Array {
		g := model.Array{Shape: out.Shape, Values: make([]float64, len(out.Values))}
		width := len(out.Values) / len(of)
		for i, k := range of {
			g.Values[i*width+k] = 1
		}
		return g
	}
}
