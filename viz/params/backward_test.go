package params_test

import (
	"math"
	"testing"

	"loupe/nn"
	"loupe/nn/tensor"
	"loupe/viz/model"
	"loupe/viz/params"
)

// TestBackward compares gradients with those of nn's own losses.
func TestBackward(t *testing.T) {
	x := [][]float64{{1, 2, -1}, {0, 1, 0.5}, {-2, 0.3, 1}, {0.4, -1, 2}}
	flat := tensor.New(4, 3)
	for i, row := range x {
		for j, v := range row {
			flat.Set(v, i, j)
		}
	}
	for name, c := range map[string]struct {
		last nn.Part
		loss nn.Loss
		y    any
	}{
		"probabilities":   {nn.Dense(3, nn.Softmax), nn.CrossEntropy, []int{0, 2, 1, 2}},
		"logits":          {nn.Dense(3), nn.CrossEntropyLogits, []int{0, 2, 1, 2}},
		"one probability": {nn.Dense(1, nn.Sigmoid), nn.BinaryCrossEntropy, []int{0, 1, 1, 0}},
		"one logit":       {nn.Dense(1), nn.BinaryCrossEntropyLogits, []int{0, 1, 1, 0}},
		"numbers":         {nn.Dense(1), nn.MSE, []float64{3, -1, 0.5, 2}},
	} {
		m := nn.Sequential(nn.Dense(5, nn.Tanh), c.last).Seed(3).As(tensor.Float64).Build(3)
		target := tensor.New(4)
		for i := range 4 {
			switch y := c.y.(type) {
			case []int:
				target.Set(float64(y[i]), i)
			case []float64:
				target.Set(y[i], i)
			}
		}
		if c.loss.Name() != nn.CrossEntropy.Name() && c.loss.Name() != nn.CrossEntropyLogits.Name() {
			target = target.Reshape(4, 1)
		}
		tape := nn.NewTape()
		tape.Backward(c.loss.Of(tape, m.Forward(tape, nn.Const(flat.As(tensor.Float64))), target.As(tensor.Float64)))
		want := map[string][]float64{}
		for _, l := range m.Layers() {
			for _, p := range l.Params() {
				want[l.Name()+"/"+p.Name+" gradient"] = p.Grad().Float64s()
				p.ZeroGrad()
			}
		}
		trace := params.Backward(m, model.Labelled{X: x, Y: c.y})
		if trace.Err != nil {
			t.Fatalf("%s: %v", name, trace.Err)
		}
		found := 0
		for _, s := range trace.Series {
			w, ok := want[s.Name()]
			if !ok {
				continue
			}
			found++
			for i, v := range s.Points[0].Values {
				if math.Abs(v-w[i]) > 1e-6*(1+math.Abs(w[i])) {
					t.Errorf("%s: %s is %v at %d, nn computes %v", name, s.Name(), v, i, w[i])
				}
			}
		}
		if found != len(want) {
			t.Errorf("%s: %d gradients of %d", name, found, len(want))
		}
	}
}
