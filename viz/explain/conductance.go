package explain

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"loupe/viz/model"
)

// Unit numbers the unit of a layer whose inputs are explained: of images it is a map,
// at all its places.
func Unit(k int) Option { return func(o *options) { o.set("Unit"); o.unit = k } }

// LayerConductance explains an output by the units of a hidden layer: what passes
// through each on the way from the baseline to the input (Dhamdhere, Sundararajan and
// Yan 2019). Units of a convolution are its maps, at all places together; of a sequence
// they are its features, at all times. [Layer] names the layer; [Steps] is in how many
// parts the way is divided, 100 unless it says otherwise.
//
// Contributions sum up to the difference between the outputs; how exactly is the
// completeness gap, which more steps make smaller.
func LayerConductance(model any, list ...Option) *GradientMethod {
	m := newGradientMethod("Layer conductance", model, list, "Layer", "Steps", "Baseline")
	c := m.conducting()
	m.complete = true
	m.values = func(m *GradientMethod, x *mat.Dense, of []int) (*mat.Dense, error) { return c.units(m, x, of) }
	if m.err == nil {
		m.hidden = c
	}
	return m
}

// NeuronConductance explains by how much of an output passes from each feature
// through one unit of a hidden layer: [Layer] and [Unit] name it, [Steps] and the
// baseline are those of [IntegratedGradients].
func NeuronConductance(model any, list ...Option) *GradientMethod {
	m := newGradientMethod("Neuron conductance", model, list, "Layer", "Unit", "Steps", "Baseline")
	c := m.conducting()
	if m.err == nil && (m.o.unit < 0 || m.o.unit >= c.width) {
		m.err = fmt.Errorf("there is no unit %d: %s has %d", m.o.unit, c.layer, c.width)
	}
	m.values = func(m *GradientMethod, x *mat.Dense, of []int) (*mat.Dense, error) { return c.through(m, x, of) }
	return m
}

type conductance struct {
	layer string
	width int // units
}

// conducting checks the layer and the options.
func (m *GradientMethod) conducting() *conductance {
	m.whole = true
	c := &conductance{}
	if m.err != nil {
		return c
	}
	if !m.o.has("Steps") {
		m.o.steps = 100
	}
	switch {
	case m.o.steps < 1:
		m.err = fmt.Errorf("a way of %d steps leads nowhere", m.o.steps)
		return c
	case m.o.layer == "":
		m.err = errors.New("say which layer: give the option Layer with its name")
		return c
	case m.g.readsWords():
		m.err = errors.New("there is no way between words for a model that looks up vectors of them: take IntegratedGradients, which goes between vectors")
		return c
	}
	i, err := m.g.m.Node(m.o.layer)
	if err != nil {
		m.err = err
		return c
	}
	n := m.g.m.Nodes[i]
	c.layer = n.Name
	if len(n.Shape) == 0 || n.Shape[len(n.Shape)-1] < 1 {
		m.err = fmt.Errorf("%s computes %s, which are no units", c.layer, model.ShapeText(n.Shape))
		return c
	}
	c.width = n.Shape[len(n.Shape)-1]
	return c
}

// features names the units, and returns their means at rows.
func (c *conductance) features(g *differentiable, x *mat.Dense) (*mat.Dense, []string, error) {
	n, cols := x.Dims()
	data := mat.NewDense(n, c.width, nil)
	for from := 0; from < n; from += chunk {
		to := min(from+chunk, n)
		v, _, err := c.look(g, mat.DenseCopyOf(x.Slice(from, to, 0, cols)), nil)
		if err != nil {
			return nil, nil, err
		}
		places := len(v) / (to - from) / c.width
		for k, number := range v {
			i, j := from+k/(places*c.width), k%c.width
			data.Set(i, j, data.At(i, j)+number/float64(places))
		}
	}
	names := make([]string, c.width)
	for j := range names {
		names[j] = fmt.Sprintf("%s %d", c.layer, j)
	}
	return data, names, nil
}

// look returns what the layer computes for rows, and the gradient of outputs with
// respect to it, if of says of which.
func (c *conductance) look(g *differentiable, x *mat.Dense, of []int) (values, gradients []float64, err error) {
	w := model.Watch{Nodes: []string{c.layer}, Value: func(_ string, v model.Array) { values = append([]float64(nil), v.Values...) }}
	if of != nil {
		w.Of = oneOf(of)
		w.Gradient = func(_ string, v model.Array) { gradients = append([]float64(nil), v.Values...) }
	}
	if _, err = g.m.Runner.Run([]model.Array{g.array(x)}, w); err != nil {
		return nil, nil, err
	}
	if len(values) == 0 || of != nil && len(gradients) != len(values) {
		return nil, nil, fmt.Errorf("the model gave %d values of %s and %d gradients: the output may not depend on it", len(values), c.layer, len(gradients))
	}
	for _, v := range gradients {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, nil, fmt.Errorf("the gradient of the output with respect to %s is %v", c.layer, v)
		}
	}
	return values, gradients, nil
}

// units sums up the gradients in the middle of each part of the way, times how much
// units change there.
func (c *conductance) units(m *GradientMethod, x *mat.Dense, of []int) (*mat.Dense, error) {
	base, err := m.reference()
	if err != nil {
		return nil, err
	}
	n, _ := x.Dims()
	out := mat.NewDense(n, c.width, nil)
	steps := float64(m.o.steps)
	before, _, err := c.look(m.g, onWay(base, x, 0), nil)
	if err != nil {
		return nil, err
	}
	for s := range m.o.steps {
		_, slopes, err := c.look(m.g, onWay(base, x, (float64(s)+0.5)/steps), of)
		if err != nil {
			return nil, err
		}
		after, _, err := c.look(m.g, onWay(base, x, float64(s+1)/steps), nil)
		if err != nil {
			return nil, err
		}
		each := len(after) / n
		for k, v := range after {
			i, j := k/each, k%c.width
			out.Set(i, j, out.At(i, j)+slopes[k]*(v-before[k]))
		}
		before = after
	}
	return out, nil
}

// through sums up the gradients that pass through one unit.
func (c *conductance) through(m *GradientMethod, x *mat.Dense, of []int) (*mat.Dense, error) {
	base, err := m.reference()
	if err != nil {
		return nil, err
	}
	n, features := x.Dims()
	out := mat.NewDense(n, features, nil)
	steps := float64(m.o.steps)
	for s := range m.o.steps {
		here := onWay(base, x, (float64(s)+0.5)/steps)
		_, slopes, err := c.look(m.g, here, of)
		if err != nil {
			return nil, err
		}
		var g []float64
		_, err = m.g.m.Runner.Run([]model.Array{m.g.array(here)}, model.Watch{Nodes: []string{m.g.input}, At: c.layer,
			Of: func(v model.Array) model.Array {
				only := model.Array{Shape: v.Shape, Values: make([]float64, len(v.Values))}
				for k := m.o.unit; k < len(slopes); k += c.width {
					only.Values[k] = slopes[k]
				}
				return only
			},
			Gradient: func(node string, v model.Array) {
				if node == m.g.input {
					g = append([]float64(nil), v.Values...)
				}
			}})
		if err != nil {
			return nil, err
		}
		if len(g) != n*features {
			return nil, fmt.Errorf("the model gives no gradient of %s with respect to its input", c.layer)
		}
		for i := range n {
			row, to := x.RawRowView(i), out.RawRowView(i)
			for j, b := range base {
				to[j] += g[i*features+j] * (row[j] - b) / steps
			}
		}
	}
	return out, nil
}
