package params

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"loupe/viz/model"
)

// mostSamples is how many samples Backward looks at.
const mostSamples = 256

// Backward runs samples through a model and back, and returns what came of it as a
// record of one step: the output of each layer, its gradient, the weights and
// theirs, with their numbers (of what a layer computes up to a million). The
// gradients are those of the mean loss: of the cross entropy where samples have
// classes, else of the mean squared error. A model's output for classes is
// probabilities if its rows are such, else logits.
//
// Of more than 256 samples it takes the first ones. Nothing is trained.
func Backward(v, data any) *model.Trace {
	t, err := backward(v, data)
	if err != nil {
		return &model.Trace{Err: err}
	}
	return t
}

func backward(v, data any) (*model.Trace, error) {
	m, err := model.Of(v)
	if err != nil {
		return nil, err
	}
	if m.Runner == nil {
		return nil, errors.New("this model cannot be run: its source describes it only")
	}
	s, err := model.SamplesOf(data)
	if err != nil {
		return nil, err
	}
	if s.Y == nil {
		return nil, errors.New("these samples have no classes and no numbers to predict: gradients need a data set, or viz.Labelled(x, y)")
	}
	if s.N == 0 {
		return nil, errors.New("there are no samples")
	}
	in, err := m.Samples(s.Batch(0, min(s.N, mostSamples)))
	if err != nil {
		return nil, err
	}
	c := &collector{m: m, at: map[string]int{}}
	var bad error
	_, err = m.Runner.Run([]model.Array{in}, model.Watch{
		Value:    func(node string, a model.Array) { c.keep(node, "output", a) },
		Gradient: func(node string, g model.Array) { c.keep(node, "output gradient", g) },
		Param:    c.param,
		Of: func(out model.Array) model.Array {
			var g model.Array
			g, bad = slope(out, s)
			return g
		},
	})
	if bad != nil {
		err = bad
	}
	return &c.trace, err
}

// slope is the gradient of the mean loss with respect to a model's output.
func slope(out model.Array, s *model.Samples) (model.Array, error) {
	g := model.Array{Shape: slices.Clone(out.Shape), Values: make([]float64, len(out.Values))}
	n := out.Shape[0]
	width := len(out.Values) / max(n, 1)
	likely := probabilities(out.Values, width)
	for i := range n {
		row, to, y := out.Values[i*width:(i+1)*width], g.Values[i*width:(i+1)*width], s.Y(i)
		switch {
		case s.Class == nil && width != 1:
			return g, fmt.Errorf("the model returns %v for a sample, and the data have a single number to predict", out.Shape[1:])
		case s.Class == nil:
			to[0] = 2 * (row[0] - y)
		case width == 1 && y > 1:
			return g, fmt.Errorf("the model returns one number for a sample, and sample %d has the class %v: one number tells two classes apart", i, y)
		case width == 1:
			binary(to, row, y, likely)
		case int(y) >= width:
			return g, fmt.Errorf("the model returns %d numbers for a sample, and sample %d has the class %v", width, i, y)
		default:
			categorical(to, row, int(y), likely)
		}
		for k := range to {
			to[k] /= float64(n)
		}
	}
	return g, nil
}

// smallest is the least probability that a loss takes the logarithm of, as in Keras.
const smallest = 1e-7

// probabilities reports whether outputs are such: between 0 and 1, and if there are
// several, with the sum 1.
func probabilities(values []float64, width int) bool {
	sum := 0.0
	for i, v := range values {
		if !(v >= 0 && v <= 1) {
			return false
		}
		if sum += v; (i+1)%width == 0 {
			if width > 1 && math.Abs(sum-1) > 1e-3 {
				return false
			}
			sum = 0
		}
	}
	return true
}

func binary(to, row []float64, y float64, likely bool) {
	if !likely {
		to[0] = 1/(1+math.Exp(-row[0])) - y
		return
	}
	p := min(max(row[0], smallest), 1-smallest)
	to[0] = (p - y) / (p * (1 - p))
}

func categorical(to, row []float64, class int, likely bool) {
	if likely {
		to[class] = -1 / max(row[class], smallest)
		return
	}
	top, sum := slices.Max(row), 0.0
	for k, v := range row {
		to[k] = math.Exp(v - top)
		sum += to[k]
	}
	for k := range to {
		to[k] /= sum
	}
	to[class]--
}

// A collector keeps what a watch is told as a record of one step.
type collector struct {
	m     *model.Model
	trace model.Trace
	at    map[string]int // series by their names
}

func (c *collector) keep(node, what string, a model.Array) {
	name := node + "/" + what
	if _, ok := c.at[name]; ok { // a layer that is used again
		return
	}
	c.at[name] = len(c.trace.Series)
	p := model.PointOf(0, a.Values)
	p.Shape = slices.Clone(a.Shape)
	if len(a.Values) <= mostKept || !strings.HasPrefix(what, "output") {
		p.Values = slices.Clone(a.Values)
	}
	c.trace.Series = append(c.trace.Series, model.Series{Node: node, What: what, Points: []model.Point{p}})
}

// param keeps a gradient and the weights that it belongs to.
func (c *collector) param(name string, g model.Array) {
	i := strings.LastIndexByte(name, '/')
	if i < 0 {
		return
	}
	k := slices.IndexFunc(c.m.Params, func(p model.Param) bool { return p.Name == name })
	if k < 0 {
		return
	}
	p := c.m.Params[k]
	c.keep(name[:i], name[i+1:], model.Array{Shape: p.Shape, Values: p.Values()})
	c.keep(name[:i], name[i+1:]+" gradient", g)
}

// mostKept is how many numbers of what a layer computes are kept themselves.
const mostKept = 1 << 20
