package nn

import (
	"math"

	"loupe/nn/internal/vec"
	"loupe/nn/tensor"
)

// An Activation is a function of each number (or, for Softmax and LogSoftmax, of
// the numbers along the last axis). It is an option of layers, and a layer by
// itself.
//
//	ReLU        max(x, 0)
//	LeakyReLU   x if x > 0, else slope·x
//	ELU         x if x > 0, else exp(x)-1
//	GELU        x·Φ(x), Φ the normal distribution (GELUTanh: its approximation)
//	SiLU        x·sigmoid(x)
//	Softplus    log(1+exp(x))
//	Softmax     exp(x) / sum of exp(x)
type Activation struct {
	name string
	f    func(x float64) float64
	d    func(x, y float64) float64 // the derivative where f(x) is y
}

// Name returns the name that Keras has for the function.
func (a Activation) Name() string { return a.name }

// The activations.
var (
	Linear     = Activation{name: "linear"}
	ReLU       = Activation{name: "relu"}
	Sigmoid    = Activation{name: "sigmoid"}
	Tanh       = Activation{name: "tanh"}
	Softmax    = Activation{name: "softmax"}
	LogSoftmax = Activation{name: "log_softmax"}
	ELU        = Activation{"elu", func(x float64) float64 {
		if x > 0 {
			return x
		}
		return math.Expm1(x)
	}, func(x, y float64) float64 {
		if x > 0 {
			return 1
		}
		return y + 1
	}}
	GELU = Activation{"gelu", func(x float64) float64 { return x * normal(x) },
		func(x, _ float64) float64 { return normal(x) + x*math.Exp(-x*x/2)/math.Sqrt(2*math.Pi) }}
	GELUTanh = Activation{"gelu_tanh", func(x float64) float64 { return x * (1 + math.Tanh(geluInner(x))) / 2 },
		func(x, _ float64) float64 {
			t := math.Tanh(geluInner(x))
			return (1+t)/2 + x*(1-t*t)/2*math.Sqrt(2/math.Pi)*(1+3*0.044715*x*x)
		}}
	SiLU = Activation{"silu", func(x float64) float64 { return x / (1 + math.Exp(-x)) },
		func(x, y float64) float64 {
			s := 1 / (1 + math.Exp(-x))
			return s + y*(1-s)
		}}
	Softplus = Activation{"softplus", func(x float64) float64 { return max(x, 0) + math.Log1p(math.Exp(-math.Abs(x))) },
		func(x, _ float64) float64 { return 1 / (1 + math.Exp(-x)) }}
	Softsign = Activation{"softsign", func(x float64) float64 { return x / (1 + math.Abs(x)) },
		func(_, y float64) float64 { return (1 - math.Abs(y)) * (1 - math.Abs(y)) }}
	HardSigmoid = Activation{"hard_sigmoid", func(x float64) float64 { return min(max(x/6+0.5, 0), 1) },
		func(x, _ float64) float64 {
			if x <= -3 || x >= 3 {
				return 0
			}
			return 1.0 / 6
		}}
)

// LeakyReLU returns the function that multiplies negative numbers by slope.
func LeakyReLU(slope float64) Activation {
	return Activation{"leaky_relu", func(x float64) float64 {
		if x > 0 {
			return x
		}
		return slope * x
	}, func(x, _ float64) float64 {
		if x > 0 {
			return 1
		}
		return slope
	}}
}

func normal(x float64) float64    { return math.Erfc(-x/math.Sqrt2) / 2 }
func geluInner(x float64) float64 { return math.Sqrt(2/math.Pi) * (x + 0.044715*x*x*x) }

func (a Activation) set(o *options) { o.activation = a; o.given("an activation") }

// On makes a layer of the activation.
func (a Activation) On(in ...*Node) *Node { return newLayer(activationKind{a}).On(in...) }

type activationKind struct{ Activation }

func (k activationKind) Type() string                        { return "Activation" }
func (k activationKind) Build(_ *Builder, in []Shape) Shape  { return in[0] }
func (k activationKind) Forward(t *Tape, in []*Value) *Value { return k.Of(t, in[0]) }
func (k activationKind) activationOf() Activation            { return k.Activation }

// Of applies the activation to a value.
func (a Activation) Of(t *Tape, x *Value) *Value {
	if a.name == "" || a.name == Linear.name {
		return x
	}
	if x.Data.DType() == tensor.Float64 {
		return activate[float64](t, x, a)
	}
	return activate[float32](t, x, a)
}

type activateOp[T tensor.Float] struct {
	output
	a       Activation
	x       *Value
	members [][]T // of each core: memory for a block
}

func activate[T tensor.Float](t *Tape, x *Value, a Activation) *Value {
	op := next[activateOp[T]](t)
	op.a, op.x = a, x
	y := op.set(x.Data.DType(), []*Value{x}, x.shape()...)
	switch a.name {
	case "softmax", "log_softmax", "sigmoid":
		y.logits, y.by = x, a.name
	}
	from, to := numbers[T](x), numbers[T](y)
	width := op.width()
	parallel(len(to)/width, max(elements/width, 1), func(i, j, _ int) {
		forward(a, width, from[i*width:j*width], to[i*width:j*width])
	})
	return y
}

// ofRows reports whether the function is one of rows, not of single numbers.
func (a Activation) ofRows() bool { return a.name == "softmax" || a.name == "log_softmax" }

// width is how many numbers belong together.
func (op *activateOp[T]) width() int {
	if op.a.ofRows() {
		s := op.x.shape()
		return max(s[len(s)-1], 1)
	}
	return 1
}

// forward computes y = a(x), for rows of some width.
func forward[T tensor.Float](a Activation, width int, x, y []T) {
	switch a.name {
	case "relu":
		vec.ReLU(y, x)
	case "gelu":
		vec.Normal(y, x)
		vec.Mul(y, y, x)
	case "silu":
		vec.Sigmoid(y, x)
		vec.Mul(y, y, x)
	case "sigmoid":
		vec.Sigmoid(y, x)
	case "tanh":
		vec.Tanh(y, x)
	case "softmax":
		for i := 0; i < len(x); i += width {
			softmaxRow(y[i:i+width], x[i:i+width])
		}
	case "log_softmax":
		for i := 0; i < len(x); i += width {
			logSoftmaxRow(y[i:i+width], x[i:i+width])
		}
	default:
		for i, v := range x {
			y[i] = T(a.f(float64(v)))
		}
	}
}

// softmaxRow computes y = softmax(x).
func softmaxRow[T tensor.Float](y, x []T) {
	m := maximum(x)
	for i, v := range x {
		y[i] = v - m
	}
	vec.Exp(y, y)
	vec.Scale(y, 1/total(y))
}

// side is how many sums are taken side by side in long rows: each step of one waits
// for the one before.
const side = 4

// total is the sum of a row.
func total[T tensor.Float](x []T) T {
	s := T(0)
	if len(x) >= 4*side {
		var s0, s1, s2, s3 T
		for ; len(x) >= side; x = x[side:] {
			s0, s1, s2, s3 = s0+x[0], s1+x[1], s2+x[2], s3+x[3]
		}
		s = (s0 + s1) + (s2 + s3)
	}
	for _, v := range x {
		s += v
	}
	return s
}

// logSoftmaxRow computes y = log(softmax(x)).
func logSoftmaxRow[T tensor.Float](y, x []T) {
	m, sum := float64(maximum(x)), 0.0
	for _, v := range x {
		sum += math.Exp(float64(v) - m)
	}
	log := m + math.Log(sum)
	for i, v := range x {
		y[i] = T(float64(v) - log)
	}
}

// maximum is the largest number; it is NaN if one is.
func maximum[T tensor.Float](x []T) T {
	m := x[0]
	if len(x) >= 4*side {
		m0, m1, m2, m3 := m, m, m, m
		for ; len(x) >= side; x = x[side:] {
			m0, m1, m2, m3 = max(m0, x[0]), max(m1, x[1]), max(m2, x[2]), max(m3, x[3])
		}
		m = max(m0, m1, m2, m3)
	}
	for _, v := range x {
		m = max(m, v)
	}
	return m
}
