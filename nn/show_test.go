package nn_test

import (
	"fmt"
	"strings"
	"testing"

	"loupe/nn"
)

func TestShow(t *testing.T) {
	m := nn.Sequential(nn.Conv2D(4, 3, nn.ReLU), nn.Flatten(), nn.Dense(2))
	if got := fmt.Sprint(m.Layers()[0]); got != "conv2d: Conv2D, shapes are known after the first data, or after Build" {
		t.Error(got)
	}
	m.Build(8, 8, 1).Freeze("dense")
	for name, want := range map[string]string{
		"conv2d":  "conv2d: Conv2D, 8 × 8 × 1 → 6 × 6 × 4, relu, 40 parameters\n  kernel: tensor float32, 3 × 3 × 1 × 4: min ",
		"flatten": "flatten: Flatten, 6 × 6 × 4 → 144, 0 parameters",
		"dense":   "dense: Dense, 144 → 2, 290 parameters (frozen)\n  kernel: tensor float32, 144 × 2: ",
	} {
		if got := m.Layer(name).String(); !strings.HasPrefix(got, want) {
			t.Errorf("%q, not %q", got, want)
		}
	}
}
