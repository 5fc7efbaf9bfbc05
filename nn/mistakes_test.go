package nn_test

import (
	"math"
	"strings"
	"testing"

	"loupe/nn"
	"loupe/nn/tensor"
)

// TestMistakes: what is wrong is said with shapes, index and layer.
func TestMistakes(t *testing.T) {
	nan := tensor.Ones(40, 4)
	nan.Set(math.NaN(), 37, 2)
	x, y := tensor.Normal(1, 0, 1, 40, 4), tensor.FromInts(make([]int, 40))
	bad := y.Clone()
	bad.Set(3, 21)
	fit := func(x, y *tensor.Tensor, parts ...nn.Part) {
		nn.Fit(nn.Sequential(parts...), nn.Arrays(x, y), nn.Config{Loss: nn.CrossEntropy, Ordered: true})
	}
	built := nn.Sequential(nn.Dense(3, nn.ReLU), nn.Dense(3, nn.Softmax)).Build(4)
	for want, f := range map[string]func(){
		"the model wants inputs of the shape [4] (without the batch), these have [5]": func() { built.Predict(tensor.New(2, 5)) },
		"label 21 is 3; with 3 outputs, labels are whole numbers from 0 to 2":         func() { fit(x, bad, nn.Dense(3, nn.Softmax)) },
		"sample 37 has NaN among its inputs":                                          func() { fit(nan, y, nn.Dense(3, nn.Softmax)) },
		"Fit got no samples":                                                          func() { fit(tensor.New(0, 4), tensor.New(0), nn.Dense(3)) },
		"there must be as many of both":                                               func() { fit(x, tensor.New(3), nn.Dense(3)) },
		"Predict got no samples: the shape is [0 4]":                                  func() { built.Predict(tensor.New(0, 4)) },
		"layer conv2d: it wants inputs of height":                                     func() { fit(x, y, nn.Conv2D(3, 3).Named("conv2d")) },
		"Dense has no option for Stride":                                              func() { nn.Dense(3, nn.Stride(2)) },
		"there is no layer \"dense_7\"; there are":                                    func() { built.Layer("dense_7") },
		"word 0 of the batch (place 0 of sample 0) is -0.8":                           func() { fit(x, y, nn.Embedding(5, 2), nn.GlobalAvgPool(), nn.Dense(3, nn.Softmax)) },
		"a window of 3 does not fit into inputs of":                                   func() { nn.Sequential(nn.Conv2D(3, 3)).Build(2, 9, 1) },
		"5 channels and 4 filters cannot be divided":                                  func() { nn.Sequential(nn.Conv2D(4, 3, nn.Groups(2))).Build(9, 9, 5) },
		"do not fill [3 -1]":                                                          func() { nn.Sequential(nn.Reshape(3, -1)).Build(7) },
		"cannot be added":                                                             func() { nn.Sequential(nn.Residual(nn.Dense(3))).Build(4) },
		"there is no initializer \"he_norml\"":                                        func() { nn.InitializerNamed("he_norml") },
		"two layers have the name \"a\"":                                              func() { nn.Sequential(nn.Dense(1, nn.Name("a")), nn.Dense(1, nn.Name("a"))) },
		"the number of units is at least 1, not 0":                                    func() { nn.LSTM(0) },
		"predictions have the shape [32 3]":                                           func() { nn.Fit(built.Clone(), nn.Arrays(x, tensor.New(40, 2)), nn.Config{Loss: nn.MSE}) },
		"Fit needs a loss":                                                            func() { nn.Fit(built.Clone(), nn.Arrays(x, y), nn.Config{}) },
		"layer log_of: the loss became NaN": func() {
			fit(x, y, nn.Dense(3), nn.Custom(logarithm{}).Named("log_of"), nn.Dense(3, nn.Softmax))
		},
		"numbers of its kernel are not finite after the last step": func() {
			nn.Fit(built.Clone(), nn.Arrays(x, y), nn.Config{Loss: nn.CrossEntropy, Optimizer: nn.SGD(math.Inf(1))})
		},
	} {
		mistaken(t, want, f)
	}
}

// TestBeginners: errors of mistakes that everybody makes once say what to do.
func TestBeginners(t *testing.T) {
	n := 6
	images, flat, grey := tensor.Uniform(1, 0, 1, n, 8, 8, 1), tensor.Uniform(1, 0, 1, n, 64), tensor.Uniform(1, 0, 1, n, 8, 8)
	ids, classes := tensor.FromInts(make([]int, n*5), n, 5), tensor.FromInts([]int{0, 1, 2, 0, 1, 2})
	fit := func(x, y *tensor.Tensor, l nn.Loss, parts ...nn.Part) func() {
		return func() { nn.Fit(nn.Sequential(parts...), nn.Arrays(x, y), nn.Config{Loss: l, Ordered: true}) }
	}
	out := func() nn.Part { return nn.Dense(3, nn.Softmax) }
	reader := nn.Sequential(nn.Conv2D(2, 3), nn.Flatten(), nn.Dense(3, nn.Softmax)).Build(8, 8, 1)
	for _, c := range []struct {
		what string
		f    func()
		want []string
	}{
		{"no Flatten", fit(images, classes, nn.CrossEntropy, nn.Conv2D(2, 3), out()), []string{"[6 6 6 3]", "targets [6]", "nn.Flatten"}},
		{"no channels", fit(grey, classes, nn.CrossEntropy, nn.Conv2D(2, 3)), []string{"conv2d", "[8 8]", "nn.Reshape(8, 8, 1)"}},
		{"a row of pixels", fit(flat, classes, nn.CrossEntropy, nn.Conv2D(2, 3)), []string{"conv2d", "[64]", "nn.Reshape(8, 8, 1)"}},
		{"Conv2D behind Flatten", fit(images, classes, nn.CrossEntropy, nn.Flatten(), nn.Conv2D(2, 3)), []string{"conv2d", "after Flatten"}},
		{"words without Embedding", fit(ids, classes, nn.CrossEntropy, nn.LSTM(2)), []string{"lstm", "[5]", "nn.Embedding", "nn.Reshape(5, 1)"}},
		{"LSTM on LSTM", fit(ids, classes, nn.CrossEntropy, nn.Embedding(3, 2), nn.LSTM(2), nn.LSTM(2)), []string{"lstm_1", "Sequences"}},
		{"LSTM on images", fit(images, classes, nn.CrossEntropy, nn.LSTM(2)), []string{"lstm", "nn.Reshape(8, 8)"}},
		{"labels from 1", fit(flat, classes.Shift(1), nn.CrossEntropy, out()), []string{"label 2 is 3; with 3 outputs", "counted from 0"}},
		{"too few outputs", fit(flat, classes.Shift(6), nn.CrossEntropy, out()), []string{"label 0 is 6", "7 classes need as many outputs"}},
		{"one output for classes", fit(flat, classes, nn.CrossEntropy, nn.Dense(1, nn.Softmax)), []string{"label 1 is 1", "BinaryCrossEntropy", "Sigmoid"}},
		{"numbers as classes", fit(flat, classes.Scale(0.3), nn.CrossEntropy, out()), []string{"label 1 is 0.3", "MSE"}},
		{"binary loss of classes", fit(flat, classes, nn.BinaryCrossEntropy, nn.Dense(3, nn.Sigmoid)), []string{"[6 3]", "targets [6]", "CrossEntropy"}},
		{"no Softmax", fit(flat, classes, nn.CrossEntropy, nn.Dense(3, nn.Tanh)), []string{"no probability", "Softmax", "CrossEntropyLogits"}},
		{"no Sigmoid", fit(flat.Scale(100), classes.Scale(0.5), nn.BinaryCrossEntropy, nn.Dense(1)), []string{"no probability", "Sigmoid", "BinaryCrossEntropyLogits"}},
		{"Softmax twice", fit(flat, classes, nn.CrossEntropyLogits, nn.Dense(3, nn.Softmax)), []string{"ends with softmax", "use cross_entropy"}},
		{"one sample", func() { reader.Predict(images.Row(0)) }, []string{"[8 8 1]", "x.Expand(0)"}},
		{"a row of pixels to predict", func() { reader.Predict(flat) }, []string{"[8 8 1]", "[64]", "x.Reshape(-1, 8, 8, 1)"}},
		{"images without channels to predict", func() { reader.Predict(grey.Slice(2, 0, 7)) }, []string{"these have [8 7]", "nn.Reshape(8, 7, 1)"}},
		{"too many pools", fit(images, classes, nn.CrossEntropy, nn.MaxPool2D(4), nn.Conv2D(2, 3)), []string{"conv2d", "a window of 3", "[2 2]", "Same"}},
		{"a word too many", fit(ids.Shift(7), classes, nn.CrossEntropy, nn.Embedding(7, 2)), []string{"embedding", "is 7", "0 to 6"}},
	} {
		t.Run(c.what, func(t *testing.T) {
			for _, want := range c.want {
				mistaken(t, want, c.f)
			}
		})
	}
}

// logarithm is a layer of a program's own, and a wrong one.
type logarithm struct{}

func (logarithm) Type() string                                { return "Log" }
func (logarithm) Build(_ *nn.Builder, in []nn.Shape) nn.Shape { return in[0] }
func (logarithm) Forward(_ *nn.Tape, in []*nn.Value) *nn.Value {
	return nn.Const(in[0].Data.Log())
}

// mistaken checks that a call panics with an Error that says something.
func mistaken(t *testing.T, want string, f func()) {
	t.Helper()
	defer func() {
		p := recover()
		if err, ok := p.(*nn.Error); !ok || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v\nwant %s", p, want)
		}
	}()
	f()
}
