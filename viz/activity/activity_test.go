package activity_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"loupe/internal/golden"
	"loupe/internal/legible"
	"loupe/nn"
	"loupe/nn/data"
	"loupe/nn/tensor"
	"loupe/viz/activity"
	"loupe/viz/chart"
	"loupe/viz/model"
	_ "loupe/viz/source/nn"
	"loupe/viz/words"
)

// digits is a model that reads digits, trained a little.
var digits = sync.OnceValue(func() *nn.Model {
	train, _ := data.Digits().Split()
	m := nn.Sequential(nn.Reshape(8, 8, 1), nn.Conv2D(12, 3, nn.ReLU), nn.Conv2D(16, 3, nn.ReLU), nn.Flatten(), nn.Dense(24, nn.ReLU), nn.Dense(10, nn.Softmax)).Seed(3)
	nn.Fit(m, train, nn.Config{Loss: nn.CrossEntropy, Epochs: 2, Seed: 1})
	return m
})

// reader is a model that reads reviews, trained a little.
var reader = sync.OnceValue(func() *nn.Model {
	m := nn.Sequential(nn.Embedding(1000, 16), nn.LSTM(24), nn.Dense(1, nn.Sigmoid)).Seed(3)
	nn.Fit(m, data.Reviews().Train.First(1500), nn.Config{Optimizer: nn.Adam(5e-3), Loss: nn.BinaryCrossEntropy, Seed: 1})
	return m
})

var attending = sync.OnceValue(func() *nn.Model {
	return nn.Sequential(nn.Embedding(1000, 16), nn.MultiHeadAttention(2), nn.GlobalAvgPool(), nn.Dense(1)).Seed(3).Build(data.Reviews().Length())
})

// dying is a model with units that are dead and some that are saturated.
var dying = sync.OnceValue(func() *nn.Model {
	m := nn.Sequential(nn.Dense(16, nn.ReLU), nn.Dense(12, nn.Tanh), nn.Dense(10, nn.Softmax)).Seed(3).Build(64)
	for u := range 5 {
		m.Layer("dense").Param("bias").Data.Set(-100, 3*u)
	}
	for u := range 3 {
		m.Layer("dense_1").Param("bias").Data.Set(float64(4*(1-u)), 2*u)
	}
	return m
})

const text = "it does not have a brilliant cast"

func samples() map[string]*chart.Figure {
	set := data.Digits()
	x, _ := set.Batch([]int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11})
	names := make([]string, 12)
	for i := range names {
		names[i] = fmt.Sprintf("digit %d", i%10)
	}
	return map[string]*chart.Figure{
		"states":         activity.States(reader(), data.Reviews().Encode(text)),
		"gate":           activity.States(reader(), data.Reviews().Encode(text), "forget"),
		"without words":  activity.States(reader(), tensor.New(200), "lstm", "c"),
		"attention":      activity.Attention(attending(), data.Reviews().Encode(text)),
		"maps":           activity.FeatureMaps(digits(), set.X(3)),
		"one layer":      activity.FeatureMaps(digits(), set.X(3), "conv2d_1"),
		"activations":    activity.Activations(digits(), x, "", names...),
		"over the image": activity.FeatureMaps(digits(), set.X(3)).With(chart.OverInput()),
		"activity":       activity.Activity(digits(), set.First(400)),
		"dead":           activity.Activity(dying(), set.First(200)),
		"selectivity":    activity.Selectivity(digits(), set),
		"of a layer":     activity.Selectivity(digits(), set.First(300), "conv2d"),
		"top inputs":     activity.TopInputs(digits(), set, "", 3, 17, 5),
		"top of filters": activity.TopInputs(digits(), set, "conv2d_1"),
		"top texts":      activity.TopInputs(reader(), data.Reviews().Test.First(200), "", 2, 5),
		"top words":      activity.TopInputs(reader(), data.Reviews().Test.First(200), "embedding", 2),
		"top rows":       activity.TopInputs(nn.Sequential(nn.Dense(4, nn.Tanh), nn.Dense(3)).Seed(1).Build(4), data.Iris(), "", 0, 1),
		"of filters":     activity.Activations(digits(), x, "conv2d", names...),
	}
}

func TestFigures(t *testing.T) { golden.Figures(t, samples()) }

// looks are the widths and themes that figures are read in.
var looks = map[string][]chart.Option{
	"400 wide":            {chart.Size(400, 0)},
	"1400 wide":           {chart.Size(1400, 0), chart.Theme(chart.Dark)},
	"250 wide in Chinese": {chart.Size(250, 0), chart.Language(words.Chinese)},
}

func TestTexts(t *testing.T) {
	legible.Figures(t, samples(), looks)
	legible.Figures(t, nasty(), looks)
}

func TestMistakes(t *testing.T) {
	x := data.Digits().X(0)
	for _, c := range []struct {
		f    *chart.Figure
		want string
	}{
		{activity.FeatureMaps(digits(), x[:5]), "the model takes samples of [8 8 1], and the input is [5]"},
		{activity.FeatureMaps(digits(), "seven"), "a string is no input for a model"},
		{activity.FeatureMaps(digits(), x, "conv"), `the model has no node "conv"; it has`},
		{activity.FeatureMaps(digits(), x, "dense"), "layer dense computes no images: its output for one sample has the shape [24]"},
		{activity.FeatureMaps(&model.Model{Nodes: []model.Node{{Name: "a"}}}, x), "this model cannot be run"},
		{activity.FeatureMaps(nn.Sequential(nn.Dense(3)).Build(64), x), "the model has no layer that computes images"},
		{activity.FeatureMaps(3, x), "a int is no model that viz knows"},
		{activity.States(digits(), x), "the model has no recurrent layer"},
		{activity.States(reader(), data.Reviews().Encode(text), "memory"), `layer lstm has no state "memory"; it has h, c, input gate, forget gate, candidate gate, output gate`},
		{activity.States(reader(), data.Reviews().Encode(text), "dense"), "layer dense is not recurrent"},
		{activity.Attention(digits(), x), "the model has no attention"},
		{activity.Attention(digits(), x, "dense"), "layer dense has no attention"},
		{activity.FeatureMaps(nn.Sequential(nn.Conv2D(2, 3)).Build(8, 8, 2), tensor.New(8, 8, 2)).With(chart.OverInput()), "this grid does not know an image"},
		{activity.Activity(digits(), data.Iris()), "the model takes samples of [8 8 1], and the input is [128 4]"},
		{activity.Activity(digits(), data.Digits(), "nope"), `the model has no node "nope"`},
		{activity.Activity(digits(), "seven"), "a string is no input for a model"},
		{activity.Activity(digits(), x), "data of the shape [64]: the first axis counts the samples"},
		{activity.Activity(digits(), tensor.New(0, 64)), "the data have no samples"},
		{activity.Selectivity(digits(), tensor.New(2, 64)), "the data have no classes"},
		{activity.Selectivity(digits(), model.Labelled{X: tensor.New(2, 64), Y: []int{-1, 0}}), "sample 0 has the class -1"},
		{activity.Selectivity(digits(), model.Labelled{X: tensor.New(2, 64), Y: 3}), "a int is no list of classes"},
		{activity.TopInputs(digits(), data.Digits().First(9), "", 24), "layer dense has no unit 24: they are numbered from 0 to 23"},
		{activity.TopInputs(3, data.Digits(), ""), "a int is no model"},
		{activity.Activations(digits(), x, "nope"), `the model has no node "nope"`},
		{activity.Activations(digits(), tensor.New(2, 63), ""), "the model takes samples of [8 8 1], and the input is [2 63]"},
	} {
		if _, err := c.f.Image(1); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("the error is %v, want %q", err, c.want)
		}
	}
}

// TestHooksAreGone looks at a model before and after it was looked into, also by a
// watch that panics.
func TestHooksAreGone(t *testing.T) {
	m, err := model.Of(digits())
	if err != nil {
		t.Fatal(err)
	}
	in := model.Array{Shape: []int{1, 64}, Values: data.Digits().X(0)}
	if _, err := m.Runner.Run([]model.Array{in}, model.Watch{Value: func(string, model.Array) { panic("no") }}); err == nil {
		t.Error("a watch panics, and the run has no error")
	}
	calls := 0
	if _, err := m.Runner.Run([]model.Array{in}, model.Watch{Value: func(string, model.Array) { calls++ }}); err != nil || calls != len(digits().Layers()) {
		t.Errorf("%d calls, %v", calls, err)
	}
}
