package layers_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"loupe/internal/golden"
	"loupe/nn"
	"loupe/viz/chart"
	"loupe/viz/layers"
	"loupe/viz/model"
	_ "loupe/viz/source/nn"
)

func samples() map[string]*chart.Figure {
	cnn := nn.Sequential(nn.Conv2D(32, 3, nn.ReLU), nn.MaxPool2D(2), nn.Conv2D(64, 3, nn.ReLU), nn.MaxPool2D(2), nn.Flatten(), nn.Dense(10, nn.Softmax)).Build(28, 28, 1)
	var blocks []nn.Part
	for range 12 {
		blocks = append(blocks, nn.TransformerBlock(64, 4, 256))
	}
	few := nn.Sequential(blocks[:2]...).Build(8, 64)
	many := nn.Sequential(blocks[2:]...).Build(8, 64)
	flat := &model.Model{}
	for i := range 200 {
		flat.Nodes = append(flat.Nodes, model.Node{Name: fmt.Sprintf("<script>%d 层", i), Op: "Op", Shape: []int{-1, 1 << 30}})
	}
	return map[string]*chart.Figure{
		"cnn":    layers.New(cnn),
		"dark":   layers.New(cnn, chart.Theme(chart.Dark), chart.Size(400, 0)),
		"scopes": layers.New(few),
		"folded": layers.New(many),
		"flat":   layers.New(flat),
		"empty":  layers.New(&model.Model{}),
	}
}

func TestPictures(t *testing.T) {
	list := samples()
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(list)) {
		f := list[name]
		fmt.Fprintf(&b, "-- %s --\n%s\n%s", name, f.Describe(), f.Data().CSV())
		for _, width := range []float64{0, 250, 1400} {
			if _, err := f.With(chart.Size(width, 0)).Image(1); err != nil {
				t.Errorf("%s, %v pixels wide: %v", name, width, err)
			}
		}
		if img, err := f.Image(1); err == nil && name != "flat" {
			golden.Image(t, name+".png", img)
		}
	}
	golden.Text(t, "descriptions.txt", b.String())
}

func TestMistake(t *testing.T) {
	if _, err := layers.New(1).Image(1); err == nil || !strings.Contains(err.Error(), "viz: a int is no model") {
		t.Error(err)
	}
}
