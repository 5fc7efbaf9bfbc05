package nn

import (
	"math"

	"loupe/nn/internal/vec"
	"loupe/nn/tensor"
)

// An Optimizer changes weights by their gradients. Its numbers may be changed
// while training; defaults are those of PyTorch.
//
//	SGD      w -= rate·v, v = momentum·v + g (Nesterov: g + momentum·v)
//	Adam     Kingma and Ba, 2015
//	AdamW    Loshchilov and Hutter, 2019: decay apart from the gradient
//	RMSprop  Tieleman and Hinton, 2012
//	Adagrad  Duchi et al., 2011
type Optimizer struct {
	name     string
	Rate     float64
	Momentum float64 // of SGD
	Nesterov bool
	Beta1    float64 // of Adam and AdamW
	Beta2    float64
	Alpha    float64 // of RMSprop: the share of the old mean square
	Epsilon  float64
	Decay    float64  // weight decay
	Schedule Schedule // changes the rate; nil leaves it
	// ClipNorm limits the norm of all gradients together, ClipValue each number;
	// 0 does not.
	ClipNorm, ClipValue float64

	steps int
	state map[*Param]*moments
	adam  vec.AdamStep
}

// moments is what an optimizer remembers of a parameter.
type moments struct{ first, second *tensor.Tensor }

// SGD returns stochastic gradient descent.
func SGD(rate float64) *Optimizer { return &Optimizer{name: "sgd", Rate: rate} }

// Adam returns the optimizer of that name.
func Adam(rate float64) *Optimizer {
	return &Optimizer{name: "adam", Rate: rate, Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8}
}

// AdamW returns Adam with a weight decay of 0.01 that does not go through the
// gradient.
func AdamW(rate float64) *Optimizer {
	return &Optimizer{name: "adamw", Rate: rate, Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8, Decay: 0.01}
}

// RMSprop returns the optimizer of that name.
func RMSprop(rate float64) *Optimizer {
	return &Optimizer{name: "rmsprop", Rate: rate, Alpha: 0.99, Epsilon: 1e-8}
}

// Adagrad returns the optimizer of that name.
func Adagrad(rate float64) *Optimizer {
	return &Optimizer{name: "adagrad", Rate: rate, Epsilon: 1e-10}
}

// Name returns the name, as in Keras.
func (o *Optimizer) Name() string { return o.name }

// With changes the optimizer and returns it, for calls that chain:
//
//	nn.SGD(0.1).With(func(o *nn.Optimizer) { o.Momentum, o.Nesterov = 0.9, true })
func (o *Optimizer) With(change func(o *Optimizer)) *Optimizer {
	change(o)
	return o
}

// WithMomentum sets the momentum of SGD.
func (o *Optimizer) WithMomentum(m float64) *Optimizer {
	o.Momentum = m
	return o
}

// WithSchedule sets what changes the rate.
func (o *Optimizer) WithSchedule(s Schedule) *Optimizer {
	o.Schedule = s
	return o
}

// Steps returns how many steps have been done.
func (o *Optimizer) Steps() int { return o.steps }

// CurrentRate is the rate of the next step.
func (o *Optimizer) CurrentRate() float64 {
	if o.Schedule == nil {
		return o.Rate
	}
	return o.Rate * o.Schedule(o.steps)
}

// Step changes parameters that have a gradient, and takes the gradients away.
func (o *Optimizer) Step(params []*Param) {
	if o.state == nil {
		o.state = map[*Param]*moments{}
	}
	rate := o.CurrentRate()
	scale := o.clip(params)
	o.steps++
	for _, p := range params {
		if !p.has || !p.wants {
			continue
		}
		m := o.state[p]
		if m == nil || m.first.DType() != p.Data.DType() {
			m = &moments{tensor.Zeros(p.Data.DType(), p.shape()...), tensor.Zeros(p.Data.DType(), p.shape()...)}
			o.state[p] = m
		}
		if p.Data.DType() == tensor.Float64 {
			update[float64](o, p, m, rate, scale)
		} else {
			update[float32](o, p, m, rate, scale)
		}
		p.has = false
	}
}

// clip limits single numbers, and returns what all gradients are to be multiplied
// by for their norm.
func (o *Optimizer) clip(params []*Param) float64 {
	if o.ClipNorm <= 0 && o.ClipValue <= 0 {
		return 1
	}
	sum := 0.0
	for _, p := range params {
		if !p.has || !p.wants {
			continue
		}
		if o.ClipValue > 0 {
			g := p.grad.Map(func(v float64) float64 { return min(max(v, -o.ClipValue), o.ClipValue) })
			p.grad.Copy(g)
		}
		n := p.grad.Norm()
		sum += n * n
	}
	if norm := math.Sqrt(sum); o.ClipNorm > 0 && norm > o.ClipNorm {
		return o.ClipNorm / norm
	}
	return 1
}

// update changes one parameter.
func update[T tensor.Float](o *Optimizer, p *Param, m *moments, rate, scale float64) {
	w, g := numbers[T](&p.Value), tensor.Data[T](p.grad)
	first, second := tensor.Data[T](m.first), tensor.Data[T](m.second)
	if scale != 1 {
		vec.Scale(g, T(scale))
	}
	if o.Decay != 0 && o.name != "adamw" {
		vec.AddScaled(g, T(o.Decay), w)
	}
	switch o.name {
	case "sgd":
		sgd(o, w, g, first, rate)
	case "adam", "adamw":
		adam(o, w, g, first, second, rate)
	case "rmsprop":
		for i, d := range g {
			second[i] = T(o.Alpha)*second[i] + T(1-o.Alpha)*d*d
			w[i] -= T(rate) * d / (T(math.Sqrt(float64(second[i]))) + T(o.Epsilon))
		}
	case "adagrad":
		for i, d := range g {
			second[i] += d * d
			w[i] -= T(rate) * d / (T(math.Sqrt(float64(second[i]))) + T(o.Epsilon))
		}
	default:
		fail("there is no optimizer %q: use nn.Adam and the like", o.name)
	}
}

func sgd[T tensor.Float](o *Optimizer, w, g, v []T, rate float64) {
	if o.Momentum != 0 {
		vec.Scale(v, T(o.Momentum))
		vec.Add(v, g)
		if o.Nesterov {
			vec.AddScaled(g, T(o.Momentum), v)
		} else {
			g = v
		}
	}
	vec.AddScaled(w, T(-rate), g)
}

func adam[T tensor.Float](o *Optimizer, w, g, m, v []T, rate float64) {
	c1, c2 := 1-math.Pow(o.Beta1, float64(o.steps)), 1-math.Pow(o.Beta2, float64(o.steps))
	keep := 1.0
	if o.name == "adamw" {
		keep = 1 - rate*o.Decay
	}
	if w, ok := any(w).([]float32); ok {
		o.adam = vec.AdamStep{
			Beta1: float32(o.Beta1), Rest1: float32(1 - o.Beta1), Beta2: float32(o.Beta2), Rest2: float32(1 - o.Beta2),
			Rate: float32(rate / c1), Root: float32(1 / math.Sqrt(c2)), Epsilon: float32(o.Epsilon), Keep: float32(keep),
		}
		vec.Adam(w, any(g).([]float32), any(m).([]float32), any(v).([]float32), &o.adam)
		return
	}
	for i, d := range g {
		m[i] = T(o.Beta1)*m[i] + T(1-o.Beta1)*d
		v[i] = T(o.Beta2)*v[i] + T(1-o.Beta2)*d*d
		w[i] = T(keep)*w[i] - T(rate/c1)*m[i]/(T(math.Sqrt(float64(v[i])/c2))+T(o.Epsilon))
	}
}
