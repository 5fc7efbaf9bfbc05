package nn

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"loupe/nn/tensor"
)

// A Shape is lengths of axes, without the batch's. -1 is a length that may vary,
// as the time of sequences does.
type Shape []int

// A Kind is what a kind of layer does. Programs may have kinds of their own: see
// [Custom].
type Kind interface {
	// Type is the name of the kind: "Conv2D".
	Type() string
	// Build makes the parameters for inputs of some shapes, by b, and returns the
	// shape of the output. It calls b.Fail if the shapes do not fit.
	Build(b *Builder, in []Shape) Shape
	// Forward computes the output, whose first axis is the batch's.
	Forward(t *Tape, in []*Value) *Value
}

// A Layer is one layer of a model: a kind with a name and parameters.
type Layer struct {
	kind   Kind
	name   string
	scope  *scope
	params []*Param
	in     []Shape
	out    Shape
	frozen bool
	built  bool
}

// A Param is a parameter of a layer.
type Param struct {
	Value
	Name  string // "kernel"; with its layer's, the name in files
	State bool   // a statistic that training counts, not a weight: no gradient
}

// Custom makes a layer of a kind that is not in this package.
func Custom(k Kind) *Layer { return newLayer(k) }

func newLayer(k Kind) *Layer { return &Layer{kind: k} }

// Named sets the layer's name. Without it, it gets one as in Keras: conv2d,
// conv2d_1.
func (l *Layer) Named(name string) *Layer {
	l.name = name
	return l
}

// Name returns the name, which the layer gets when it becomes part of a model.
func (l *Layer) Name() string { return l.name }

// Type returns the name of its kind: "Conv2D".
func (l *Layer) Type() string { return l.kind.Type() }

// Kind returns what the layer does, for those who know the kind.
func (l *Layer) Kind() Kind { return l.kind }

// Params returns the parameters; there are none before the model is built.
func (l *Layer) Params() []*Param { return l.params }

// Param returns a parameter by its name, or nil.
func (l *Layer) Param(name string) *Param {
	for _, p := range l.params {
		if p.Name == name {
			return p
		}
	}
	return nil
}

// InputShapes returns the shapes of the inputs, without batches.
func (l *Layer) InputShapes() []Shape { return l.in }

// OutputShape returns the shape of the output, nil before the model is built.
func (l *Layer) OutputShape() Shape { return l.out }

// Activation returns the activation that is part of the layer.
func (l *Layer) Activation() Activation {
	if k, ok := l.kind.(interface{ activationOf() Activation }); ok {
		return k.activationOf()
	}
	return Linear
}

// Freeze keeps the weights as they are while training, or not any more.
func (l *Layer) Freeze(frozen bool) *Layer {
	l.frozen = frozen
	for _, p := range l.params {
		p.wants = !frozen && !p.State
	}
	return l
}

// Frozen reports whether training leaves the weights alone.
func (l *Layer) Frozen() bool { return l.frozen }

// build makes the parameters, once.
func (l *Layer) build(d tensor.DType, r *rand.Rand, before []*Node) Shape {
	in := make([]Shape, len(before))
	for i, n := range before {
		in[i] = n.shape
	}
	b := &Builder{layer: l, dtype: d, random: r, before: before}
	if l.built {
		b.again = l.params
	}
	l.in = in
	l.out = l.kind.Build(b, in)
	if !l.built {
		l.params, l.built = b.params, true
		l.Freeze(l.frozen)
	}
	return l.out
}

// A Builder makes the parameters of a layer.
type Builder struct {
	layer  *Layer
	before []*Node // whose outputs it gets
	dtype  tensor.DType
	random *rand.Rand
	params []*Param
	again  []*Param // what an earlier Build made, if there was one
}

// Fail ends the building with an error about the layer.
func (b *Builder) Fail(format string, args ...any) {
	panic(&Error{b.layer.label(), fmt.Sprintf(format, args...)})
}

// label names the layer in errors, also before it has a name.
func (l *Layer) label() string {
	if l.name == "" {
		return l.Type()
	}
	return l.name
}

// Param makes a weight. fanIn and fanOut are how many numbers go into and out of
// one unit, for the initializer.
func (b *Builder) Param(name string, init Initializer, fanIn, fanOut int, shape ...int) *Param {
	if b.again != nil {
		p := b.again[len(b.params)]
		if !slices.Equal(p.shape(), shape) {
			b.Fail("its %s has the shape %v, and these inputs would need %v", name, p.shape(), shape)
		}
		b.params = append(b.params, p)
		return p
	}
	p := &Param{Name: name}
	p.Data = tensor.Zeros(b.dtype, shape...)
	p.wants = true
	init.fill(b.random, fanIn, fanOut, p.Data)
	b.params = append(b.params, p)
	return p
}

// State makes a statistic, which starts with the same number everywhere.
func (b *Builder) State(name string, v float64, shape ...int) *Param {
	p := b.Param(name, Constant(v), 1, 1, shape...)
	p.State, p.wants = true, false
	return p
}

// single returns the only input shape, of some rank.
func (b *Builder) single(in []Shape, rank int, axes string) Shape {
	if len(in) != 1 {
		b.Fail("it has one input, not %d", len(in))
	}
	if len(in[0]) != rank {
		b.Fail("it wants inputs of %s, that is %d axes beside the batch's; these have the shape %v%s", axes, rank, in[0], b.advice(in[0], rank))
	}
	return in[0]
}

// clone returns the layer without its weights. Kinds of programs' own are shared
// unless they have a method Clone() Kind.
func (l *Layer) clone() *Layer {
	c := &Layer{kind: l.kind, name: l.name, scope: l.scope, frozen: l.frozen}
	if k, ok := l.kind.(interface{ Clone() Kind }); ok {
		c.kind = k.Clone()
	}
	return c
}
