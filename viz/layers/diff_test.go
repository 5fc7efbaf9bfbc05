package layers_test

import (
	"strings"
	"testing"

	"loupe/internal/golden"
	"loupe/nn"
	"loupe/viz/chart"
	"loupe/viz/layers"
)

func TestDiff(t *testing.T) {
	build := func(filters int, parts ...nn.Part) *nn.Model {
		list := append([]nn.Part{nn.Conv2D(8, 3, nn.ReLU), nn.MaxPool2D(2), nn.Conv2D(filters, 3, nn.ReLU)}, parts...)
		return nn.Sequential(append(list, nn.Flatten(), nn.Dense(10, nn.Softmax))...).Seed(1).Build(12, 12, 1)
	}
	a := build(16)
	moved := a.Clone()
	kernel := moved.Layer("dense").Param("kernel").Data
	for i := range kernel.Dim(0) {
		kernel.Set(kernel.At(i, 0)*1.5, i, 0)
	}
	list := map[string]*chart.Figure{"same": layers.Diff(a, a.Clone()), "moved": layers.Diff(a, moved), "other": layers.Diff(a, build(24, nn.Dropout(0.5)))}
	for name, want := range map[string]string{
		"same":  "Two models with the same layers. Their weights are equal.",
		"moved": "Two models with the same layers. The weights of dense are the farthest apart: by 15.4 % of their size.",
		"other": "Two models: 0 layers only in the first, 1 layer only in the second, 3 layers with other settings.",
	} {
		if got := list[name].Describe(); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
	img, err := list["other"].Image(1)
	if err != nil {
		t.Fatal(err)
	}
	golden.Image(t, "diff.png", img)
	golden.Text(t, "diff.csv", list["other"].Data().CSV())
	if _, err := layers.Diff(a, 3).Image(1); err == nil || !strings.Contains(err.Error(), "the second model: a int is no model") {
		t.Error(err)
	}
}
