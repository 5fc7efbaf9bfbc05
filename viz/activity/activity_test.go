package activity_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"loupe/display"
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
	m := nn.Sequential(nn.Reshape(8, 8, 1), nn.Conv2D(12, 3, nn.ReLU), nn.Conv2D(16, 3, nn.ReLU), nn.Flatten(), nn.Dense(24, nn.ReLU), nn.Dense(10, nn.Softmax)).Seed(3).As(tensor.Float64)
	nn.Fit(m, train, nn.Config{Loss: nn.CrossEntropy, Epochs: 2, Seed: 1})
	return m
})

// reader is a model that reads reviews, trained a little.
var reader = sync.OnceValue(func() *nn.Model {
	m := nn.Sequential(nn.Embedding(1000, 16), nn.LSTM(24), nn.Dense(1, nn.Sigmoid)).Seed(3).As(tensor.Float64)
	nn.Fit(m, data.Reviews().Train.First(1500), nn.Config{Optimizer: nn.Adam(5e-3), Loss: nn.BinaryCrossEntropy, Seed: 1})
	return m
})

var attending = sync.OnceValue(func() *nn.Model {
	return nn.Sequential(nn.Embedding(1000, 16), nn.MultiHeadAttention(2), nn.GlobalAvgPool(), nn.Dense(1)).Seed(3).Build(data.Reviews().Length())
})

// dying is a model with units that are dead and some that are saturated.
var dying = sync.OnceValue(func() *nn.Model {
	m := nn.Sequential(nn.Dense(16, nn.ReLU), nn.Dense(12, nn.Tanh), nn.Dense(10, nn.Softmax)).Seed(3).As(tensor.Float64).Build(64)
	for u := range 5 {
		m.Layer("dense").Param("bias").Data.Set(-100, 3*u)
	}
	for u := range 3 {
		m.Layer("dense_1").Param("bias").Data.Set(float64(4*(1-u)), 2*u)
	}
	return m
})

const text = "it does not have a brilliant cast"

// large is a model that reads digits of 28 × 28 pixels, trained a little.
var large = sync.OnceValue(func() *nn.Model {
	train, _ := data.Digits28().Split()
	m := nn.Sequential(nn.Conv2D(8, 3, nn.ReLU), nn.MaxPool2D(2), nn.Conv2D(16, 3, nn.ReLU), nn.MaxPool2D(2), nn.Flatten(), nn.Dense(10, nn.Softmax)).Seed(1).As(tensor.Float64)
	nn.Fit(m, train.First(1500), nn.Config{Optimizer: nn.Adam(3e-3), Loss: nn.CrossEntropy, Epochs: 2, Seed: 1})
	return m
})

var samples = sync.OnceValue(makeSamples)

func makeSamples() map[string]*chart.Figure {
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
		"of a set":       activity.Activations(digits(), set.First(130), ""),
		"maximize":       activity.Ascent{Steps: 28}.Maximize(large(), "dense"),
		"maximize rows":  activity.Ascent{Steps: 20, Low: 0, High: 8}.Maximize(nn.Sequential(nn.Dense(6, nn.Tanh), nn.Dense(3)).Seed(1).Build(4), "dense"),
		"of filters":     activity.Activations(digits(), x, "conv2d", names...),
	}
}

func TestFigures(t *testing.T) {
	if testing.Short() {
		t.Skip("its models train for minutes under the race detector")
	}
	golden.Figures(t, samples())
}

// looks are the widths and themes that figures are read in.
var looks = map[string][]chart.Option{
	"400 wide":            {chart.Size(400, 0)},
	"1400 wide":           {chart.Size(1400, 0), chart.Theme(chart.Dark)},
	"250 wide in Chinese": {chart.Size(250, 0), chart.Language(words.Chinese)},
}

func TestTexts(t *testing.T) {
	if testing.Short() {
		t.Skip("its models train for minutes under the race detector")
	}
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
		{activity.Ascent{}.Maximize(digits(), "nope"), `the model has no node "nope"`},
		{activity.Ascent{}.Maximize(digits(), "dense", 24), "layer dense has no unit 24: they are numbered from 0 to 23"},
		{activity.Ascent{}.Maximize(reader(), "lstm"), "the model gives no gradient with respect to its input: its inputs are words"},
		{activity.Ascent{}.Maximize(nn.Sequential(nn.Dense(3)), "dense"), "the shape of the model's input is not known"},
		{activity.Ascent{Low: 1, High: 0}.Maximize(digits(), "dense"), "inputs cannot range from 1 to 0"},
		{activity.Ascent{Jitter: 8}.Maximize(digits(), "dense"), "images of 8 pixels cannot be shifted by up to 8"},
		{activity.Ascent{Rate: -1}.Maximize(digits(), "dense"), "must not be negative"},
		{activity.FeatureMaps(digits(), data.Digits()), "this picture is of one sample: give it set.X(i)"},
		{activity.Activations(digits(), model.Labelled{X: 3}, ""), "a model.Labelled is no input"},
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

// TestMaximize searches for inputs of units whose best input is known.
func TestMaximize(t *testing.T) {
	m := nn.Sequential(nn.Dense(3), nn.Dense(2, nn.Softmax)).Build(4)
	weights := m.Layer("dense").Param("kernel").Data
	for i := range 4 {
		weights.Set(float64(2*(i%2)-1), i, 0) // likes even inputs low and odd ones high
		weights.Set(0, i, 1)                  // nothing at all
	}
	f := activity.Ascent{Decay: -1}.Maximize(m, "dense", 0, 1)
	table := f.Data().CSV()
	for _, want := range []string{"0,0,0,#0: 2", "0,1,1,#0: 2", "0,2,0,#0: 2", "0,3,1,#0: 2"} {
		if !strings.Contains(table, want) {
			t.Errorf("no %q in\n%s", want, table)
		}
	}
	if text := f.Describe(); !strings.Contains(text, "1 of 2 units have no gradient here (1).") {
		t.Errorf("the description is %q", text)
	}
	a, err := activity.Ascent{Steps: 12, Seed: 7}.Maximize(digits(), "conv2d_1", 1, 4).PNG()
	b, _ := activity.Ascent{Steps: 12, Seed: 7}.Maximize(digits(), "conv2d_1", 1, 4).PNG()
	c, _ := activity.Ascent{Steps: 12, Seed: 8}.Maximize(digits(), "conv2d_1", 1, 4).PNG()
	if err != nil || !bytes.Equal(a, b) || bytes.Equal(a, c) {
		t.Errorf("the same seed has other bytes, or another one the same: %v", err)
	}
}

// TestInterrupt interrupts a scan and an ascent.
func TestInterrupt(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer display.Connect(display.Connect(interrupted{ctx}))
	cancel()
	for _, f := range []*chart.Figure{activity.Activity(digits(), data.Digits()), activity.Ascent{}.Maximize(digits(), "dense")} {
		if _, err := f.Image(1); err == nil || !strings.Contains(err.Error(), "interrupted") {
			t.Errorf("the error is %v", err)
		}
	}
}

type interrupted struct{ ctx context.Context }

func (f interrupted) Show(display.Bundle, string, bool) error { return nil }
func (f interrupted) Clear(bool) error                        { return nil }
func (f interrupted) Ask(string, bool) (string, error)        { return "", nil }
func (f interrupted) Context() context.Context                { return f.ctx }
