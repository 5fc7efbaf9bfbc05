package nn

import (
	"testing"

	"loupe/nn/tensor"
)

// BenchmarkHooks is a step of training, without the optimizer, of a small and of a
// larger model: by a loop that knows no hooks, with no hook set, and with one that
// looks at a layer or at all of them.
//
//	go test ./nn -run xxx -bench Hooks -count 10
func BenchmarkHooks(b *testing.B) {
	for _, c := range []struct {
		name  string
		model *Model
		x     *tensor.Tensor
	}{
		{"mlp", Sequential(Dense(16, ReLU), Dense(16, ReLU), Dense(2, Softmax)), tensor.Normal(1, 0, 1, 32, 8)},
		{"cnn", Sequential(Conv2D(32, 3, ReLU), MaxPool2D(2), Conv2D(64, 3, ReLU), MaxPool2D(2), Flatten(), Dense(10, Softmax)), tensor.Normal(1, 0, 1, 32, 28, 28, 1)},
	} {
		x, target := Const(c.x), tensor.New(32)
		step := func(b *testing.B, forward func(t *Tape) *Value) {
			for b.Loop() {
				t := c.model.tape(true)
				t.Backward(CrossEntropy.Of(t, forward(t), target))
				for _, p := range c.model.Params() {
					p.has = false
				}
			}
		}
		model := func(t *Tape) *Value { return c.model.Forward(t, x) }
		c.model.Predict(c.x) // builds it
		b.Run(c.name+"/unhookable", func(b *testing.B) {
			step(b, func(t *Tape) *Value {
				y := x
				for _, l := range c.model.layers {
					y = l.kind.Forward(t, []*Value{y})
				}
				return y
			})
		})
		b.Run(c.name+"/none", func(b *testing.B) { step(b, model) })
		nothing := func(*Event) {}
		b.Run(c.name+"/one", func(b *testing.B) {
			defer c.model.With(Hook{Layers: []string{"dense"}, Forward: nothing, Backward: nothing})()
			step(b, model)
		})
		b.Run(c.name+"/all", func(b *testing.B) {
			defer c.model.With(Hook{Forward: nothing, Backward: nothing})()
			step(b, model)
		})
	}
}
