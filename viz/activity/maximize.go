package activity

import (
	"errors"
	"fmt"
	"image"
	"math"
	"math/rand/v2"
	"slices"

	"loupe/display"
	"loupe/viz/chart"
	"loupe/viz/model"
)

// An Ascent is how inputs that drive units are searched for: gradient ascent on the
// input (Erhan et al., "Visualizing Higher-Layer Features of a Deep Network", 2009),
// held near to natural images by the means of Olah et al., "Feature Visualization"
// (2017): each step is taken on a shifted image (jitter), weights towards the middle
// of the range (L2) and a blur now and then keep high frequencies down (Yosinski et
// al., "Understanding Neural Networks Through Deep Visualization", 2015). The zero
// value is a good choice for inputs from 0 to 1.
//
// What is maximised is the mean of what the unit computes at all places. Behind a
// softmax or a sigmoid it is the logit, as saturated probabilities have no gradient:
// that of the unit less the mean of all, or that of the probability.
type Ascent struct {
	Steps     int     // 128 without it
	Rate      float64 // the root mean square of a step, as a share of the range; 0.05 without it
	Decay     float64 // the share of the way to the middle that a step goes back; 0.01 without it, none below 0
	Blur      int     // after how many steps there is a blur; 4 without it, none below 0
	Jitter    int     // by how many pixels images are shifted at most; a sixteenth of them without it, none below 0
	Low, High float64 // the range of inputs; 0 to 1 without it
	Seed      uint64  // of the noise that it begins with, and of the jitter
}

// mostMaximized is how many units are maximised without names.
const mostMaximized = 16

// Maximize returns the inputs that an ascent finds for units of a layer, with what
// the unit computes for each: images, or a heat map units × inputs where the model
// takes no images. Without units it takes the first sixteen.
func (a Ascent) Maximize(v any, layer string, units ...int) *chart.Figure {
	c, err := a.climb(v, layer, units)
	if err != nil {
		return chart.Failed(err)
	}
	var f *chart.Figure
	names := make([]string, len(c.units))
	for i, u := range c.units {
		names[i] = fmt.Sprintf("#%d: %s", u, chart.Number(c.after[i]))
	}
	if shape := imageShape(c.m, c.shape); shape != nil {
		var images []image.Image
		for i := range c.units {
			images = append(images, chart.Picture(shape, c.sample(i), c.a.Low, c.a.High))
		}
		f = chart.Images(images, names...)
	} else {
		rows := make([][]float64, len(c.units))
		for i := range rows {
			rows[i] = c.sample(i)
		}
		f = chart.HeatMap(chart.FromRows(rows), chart.Rows(names...), chart.NoNumbers()).Worded(func(o *chart.Options) chart.Wording {
			return chart.Wording{X: o.Say("input"), Y: o.Say("unit of %s", layer), Scale: o.Say("value")}
		})
	}
	return f.Noting(c.notes)
}

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

// filled is the ascent with what was left out.
func (a Ascent) filled(m *model.Model, shape []int) (Ascent, error) {
	if a.Low == 0 && a.High == 0 {
		a.High = 1
	}
	if !(a.Low < a.High) || math.IsInf(a.High-a.Low, 0) {
		return a, fmt.Errorf("inputs cannot range from %v to %v: the first must be smaller, both finite", a.Low, a.High)
	}
	if a.Steps < 0 || a.Rate < 0 || math.IsNaN(a.Rate) || a.Decay >= 1 || math.IsNaN(a.Decay) {
		return a, fmt.Errorf("an ascent of %d steps with the rate %v and the decay %v: steps and rate must not be negative, the decay less than 1", a.Steps, a.Rate, a.Decay)
	}
	side := 0
	if s := imageShape(m, shape); s != nil {
		side = min(s[0], s[1])
	}
	for _, d := range []struct {
		set       *int
		otherwise int
	}{{&a.Steps, 128}, {&a.Blur, 4}, {&a.Jitter, max(1, side/16)}} {
		if *d.set == 0 {
			*d.set = d.otherwise
		}
	}
	if a.Jitter >= side && side > 0 {
		return a, fmt.Errorf("images of %d pixels cannot be shifted by up to %d", side, a.Jitter)
	}
	if side == 0 {
		a.Jitter, a.Blur = -1, -1 // there are no neighbours
	}
	if a.Rate == 0 {
		a.Rate = 0.05
	}
	if a.Decay == 0 {
		a.Decay = 0.01
	}
	return a, nil
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
