package activity

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"loupe/display"
	"loupe/viz/chart"
	"loupe/viz/model"
)

// A climb is an ascent of some units of a layer at once: a sample for each.
type climb struct {
	a             Ascent
	m             *model.Model
	input, layer  string
	node          *model.Node
	units         []int
	shape         []int // of a sample
	x             []float64
	before, after []float64
	moved         []bool // units that had a gradient
	random        *rand.Rand
}

// climb checks what is asked for, and does it.
func (a Ascent) climb(v any, layer string, units []int) (*climb, error) {
	m, err := model.Of(v)
	if err != nil {
		return nil, err
	}
	if m.Runner == nil {
		return nil, errors.New("this model cannot be run: its source describes it only")
	}
	k, err := m.Node(layer)
	if err != nil {
		return nil, err
	}
	c := &climb{m: m, input: m.Nodes[0].Name, layer: layer, node: &m.Nodes[k], shape: m.Nodes[0].Shape, units: units}
	if len(c.shape) == 0 || model.Size(c.shape) == 0 {
		return nil, fmt.Errorf("the shape of the model's input is not known (%s): give the model its first data, or build it", model.ShapeText(c.shape))
	}
	if c.a, err = a.filled(c.m, c.shape); err != nil {
		return nil, err
	}
	if err := c.choose(); err != nil {
		return nil, err
	}
	c.start()
	return c, c.run()
}

// choose finds out how many units the layer has, and whether it can be climbed, and
// checks the units that were named.
func (c *climb) choose() error {
	n, climbs := 0, false
	probe := model.Array{Shape: append([]int{1}, c.shape...), Values: make([]float64, model.Size(c.shape))}
	var bad error
	_, err := c.m.Runner.Run([]model.Array{probe}, model.Watch{Nodes: []string{c.input}, At: c.layer,
		Of: func(out model.Array) model.Array {
			if bad = shaped(c.layer, out, 1); bad == nil {
				n = out.Shape[len(out.Shape)-1]
			}
			return out
		},
		Gradient: func(node string, g model.Array) {
			climbs = climbs || node == c.input && len(g.Values) == len(probe.Values)
		},
	})
	if err = errors.Join(bad, err); err != nil {
		return err
	}
	if !climbs {
		return errors.New("the model gives no gradient with respect to its input: its inputs are words or other whole numbers, or its source cannot compute it")
	}
	for _, u := range c.units {
		if u < 0 || u >= n {
			return fmt.Errorf("layer %s has no unit %d: they are numbered from 0 to %d", c.layer, u, n-1)
		}
	}
	if len(c.units) > 256 {
		return fmt.Errorf("%d units are too many to see: name at most 256", len(c.units))
	}
	if len(c.units) == 0 {
		for u := range min(n, mostMaximized) {
			c.units = append(c.units, u)
		}
	}
	return nil
}

func (c *climb) start() {
	c.random = rand.New(rand.NewPCG(c.a.Seed, 0x6d6178))
	c.x = make([]float64, len(c.units)*model.Size(c.shape))
	c.before, c.after, c.moved = make([]float64, len(c.units)), make([]float64, len(c.units)), make([]bool, len(c.units))
	for i := range c.units {
		c.noise(i, 0.05)
	}
}

// sample is the input of a unit.
func (c *climb) sample(i int) []float64 {
	n := model.Size(c.shape)
	return c.x[i*n : (i+1)*n]
}

// noise begins a unit's input anew, about the middle of the range.
func (c *climb) noise(i int, size float64) {
	x, middle, span := c.sample(i), c.a.Low/2+c.a.High/2, c.a.High-c.a.Low
	for k := range x {
		x[k] = min(max(middle+size*span*c.random.NormFloat64(), c.a.Low), c.a.High)
	}
}

// together is how many samples run at a time.
func (c *climb) together() int {
	return max(1, min(len(c.units), (&model.Samples{Shape: c.shape}).BatchSize()))
}

// run takes all steps for some units after the other.
func (c *climb) run() error {
	for from := 0; from < len(c.units); from += c.together() {
		to := min(from+c.together(), len(c.units))
		for step := range c.a.Steps {
			if err := display.Context().Err(); err != nil {
				return fmt.Errorf("interrupted in step %d of %d: %w", step, c.a.Steps, err)
			}
			if err := c.step(step, from, to); err != nil {
				return err
			}
		}
		if _, err := c.gradient(from, to, c.after); err != nil {
			return err
		}
	}
	return nil
}

// step moves the inputs of some units.
func (c *climb) step(step, from, to int) error {
	dy, dx := 0, 0
	if c.a.Jitter > 0 && step > 0 {
		dy, dx = c.random.IntN(2*c.a.Jitter+1)-c.a.Jitter, c.random.IntN(2*c.a.Jitter+1)-c.a.Jitter
	}
	c.roll(from, to, dy, dx)
	values := c.after
	if step == 0 {
		values = c.before
	}
	g, err := c.gradient(from, to, values)
	if err != nil {
		return err
	}
	n, span, middle := model.Size(c.shape), c.a.High-c.a.Low, c.a.Low/2+c.a.High/2
	for i := from; i < to; i++ {
		x, g := c.sample(i), g[(i-from)*n:(i-from+1)*n]
		size := rootMeanSquare(g)
		if !(size > 0) {
			if step < c.a.Steps/4 && !c.moved[i] { // what does not respond to this may respond to louder noise
				c.noise(i, 0.05*float64(step+2))
			}
			continue
		}
		c.moved[i] = true
		for k := range x {
			v := x[k] + c.a.Rate*span*g[k]/size
			v -= max(c.a.Decay, 0) * (v - middle)
			x[k] = min(max(v, c.a.Low), c.a.High)
		}
	}
	c.roll(from, to, -dy, -dx)
	if c.a.Blur > 0 && step%c.a.Blur == c.a.Blur-1 && step < c.a.Steps-c.a.Blur {
		for i := from; i < to; i++ {
			c.raster(i).blur()
		}
	}
	return nil
}

// raster is the input of a unit as an image.
func (c *climb) raster(i int) raster {
	s := imageShape(c.m, c.shape)
	return raster{s[0], s[1], s[2], c.sample(i)}
}

// roll shifts the images of some units.
func (c *climb) roll(from, to, dy, dx int) {
	for i := from; i < to && (dy != 0 || dx != 0); i++ {
		c.raster(i).roll(dy, dx)
	}
}

// rootMeanSquare is 0 if a number is not finite.
func rootMeanSquare(g []float64) float64 {
	size := 0.0
	for _, v := range g {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return 0
		}
		size = max(size, math.Abs(v))
	}
	if size == 0 {
		return 0
	}
	sum := 0.0
	for _, v := range g {
		sum += v / size * (v / size)
	}
	return size * math.Sqrt(sum/float64(len(g)))
}

// gradient is that of each unit with respect to its input; values get what the units
// compute.
func (c *climb) gradient(from, to int, values []float64) ([]float64, error) {
	n := model.Size(c.shape)
	in := model.Array{Shape: append([]int{to - from}, c.shape...), Values: c.x[from*n : to*n]}
	var g []float64
	_, err := c.m.Runner.Run([]model.Array{in}, model.Watch{Nodes: []string{c.input}, At: c.layer,
		Of: func(out model.Array) model.Array { return c.objective(out, from, values) },
		Gradient: func(node string, v model.Array) {
			if node == c.input {
				g = slices.Clone(v.Values)
			}
		},
	})
	if err == nil && len(g) != (to-from)*n {
		err = fmt.Errorf("the model gives a gradient of %d numbers with respect to an input of %d", len(g), (to-from)*n)
	}
	return g, err
}

// objective is the gradient of what is maximised with respect to the layer's output:
// of each sample, the mean of its unit over all places.
func (c *climb) objective(out model.Array, from int, values []float64) model.Array {
	n := out.Shape[len(out.Shape)-1]
	per := len(out.Values) / (out.Shape[0] * n)
	g := model.Array{Shape: out.Shape, Values: make([]float64, len(out.Values))}
	softmax := activationOf(c.node) == "softmax"
	limits := limitsOf(c.node)
	for s := range out.Shape[0] {
		u := c.units[from+s]
		values[from+s] = 0
		for k := range per {
			at := (s*per + k) * n
			row, to := out.Values[at:at+n], g.Values[at:at+n]
			values[from+s] += row[u] / float64(per)
			switch {
			case softmax: // (e − 1/n) / p leads to a gradient of e − 1/n at the logits
				for j, p := range row {
					to[j] = -1 / (float64(n) * max(p, 1e-6))
				}
				to[u] += 1 / max(row[u], 1e-6)
			case limits != nil && limits[0] == 0:
				to[u] = 1 / max(row[u]*(1-row[u]), 1e-6)
			default:
				to[u] = 1
			}
			for j := range to {
				to[j] /= float64(per)
			}
		}
	}
	return g
}

func (c *climb) notes(o *chart.Options) []string {
	before, after, n := 0.0, 0.0, 0.0
	var still []int
	for i, u := range c.units {
		if !c.moved[i] {
			still = append(still, u)
			continue
		}
		n++
		before, after = before+(c.before[i]-before)/n, after+(c.after[i]-after)/n
	}
	var notes []string
	if n > 0 {
		notes = append(notes, o.Say("%s of ascent from noise: from %s to %s on average.", o.Count(c.a.Steps, "step", "steps"), chart.Number(before), chart.Number(after)))
	}
	if len(still) > 0 {
		notes = append(notes, o.Say("%s of %s units have no gradient here (%s).", chart.Count(len(still)), chart.Count(len(c.units)), someUnits(still)))
	}
	return notes
}
