package nn

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"loupe/nn/internal/team"
	"loupe/nn/tensor"
)

// layerCases are models with the shape of their inputs, which between them use
// all layers and options.
func layerCases() map[string]struct {
	model *Model
	shape []int
} {
	type c = struct {
		model *Model
		shape []int
	}
	branches := func() *Model {
		in := Input(6, 6, 2)
		a := Conv2D(3, 3, Same, Tanh).On(in)
		b := Conv2D(3, 1).On(in)
		return NewModel(in, Dense(2).On(GlobalAvgPool().On(Concat().On(a, b, Add().On(a, b)))))
	}
	shared := func() *Model {
		in, words := Input(5), Embedding(3, 4)
		return NewModel(in, Dense(2).On(Concat(-1).On(LSTM(3).On(words.On(in)), GlobalMaxPool().On(words.On(in)))))
	}
	return map[string]c{
		"dense":              {Sequential(Dense(4, Tanh), Dense(3, Softmax)), []int{3, 5}},
		"dense of sequence":  {Sequential(Dense(4, ReLU), Dense(2, NoBias, Sigmoid)), []int{2, 3, 5}},
		"conv1d":             {Sequential(Conv1D(3, 3, Padding(2), Stride(2), Dilation(2), ELU)), []int{2, 9, 2}},
		"conv2d":             {Sequential(Conv2D(4, 3, Stride(2), Same, Softplus), Conv2D(2, 2, Stride(1, 2))), []int{2, 7, 8, 3}},
		"conv2d one channel": {Sequential(Conv2D(3, 3, Padding(1, 2), Tanh)), []int{2, 6, 5, 1}},
		"conv2d groups":      {Sequential(Conv2D(6, 3, Groups(2), Padding(1), SiLU)), []int{2, 5, 6, 4}},
		"depthwise":          {Sequential(Conv2D(4, 3, Groups(4), Dilation(2), Padding(2))), []int{1, 6, 6, 4}},
		"depthwise stride":   {Sequential(Conv2D(3, 1), Conv2D(3, 3, Groups(3), Stride(2), Same, ReLU)), []int{2, 7, 9, 2}},
		"depthwise wide":     {Sequential(Conv2D(20, 3, Groups(20), Padding(1), NoBias, Tanh)), []int{2, 3, 12, 20}},
		"depthwise 1d":       {Sequential(Conv1D(2, 4, Groups(2), Stride(3), Padding(3))), []int{2, 10, 2}},
		"max pool":           {Sequential(Conv2D(3, 2), MaxPool2D(2)), []int{2, 6, 8, 2}},
		"max pool overlap":   {Sequential(Conv2D(3, 2), MaxPool2D(3, Stride(2), Padding(1))), []int{2, 7, 6, 2}},
		"max pool same":      {Sequential(MaxPool2D(2, Same)), []int{2, 5, 5, 2}},
		"avg pool":           {Sequential(AvgPool2D(3, Stride(2), Padding(1)), AvgPool2D(2, Same)), []int{2, 6, 7, 2}},
		"pool 1d":            {Sequential(MaxPool1D(2), AvgPool1D(2)), []int{2, 8, 3}},
		"global pools":       {Sequential(GlobalMaxPool()), []int{2, 4, 3, 2}},
		"global mean":        {Sequential(GlobalAvgPool()), []int{2, 5, 3}},
		"norms":              {Sequential(Dense(5), BatchNorm(), LayerNorm(), Dense(2)), []int{4, 3}},
		"dropout":            {Sequential(Dense(9, GELU), Dropout(0.4), Dense(2, GELUTanh)), []int{3, 4}},
		"reshape":            {Sequential(Reshape(3, -1), Conv1D(2, 2), Flatten(), Dense(2, LeakyReLU(0.1))), []int{2, 12}},
		"rnn":                {Sequential(SimpleRNN(4, Sequences), SimpleRNN(3)), []int{3, 5, 2}},
		"lstm":               {Sequential(LSTM(4, Sequences, Bidirectional), LSTM(3, Bidirectional)), []int{3, 5, 2}},
		"gru":                {Sequential(GRU(4, Sequences, Bidirectional), GRU(3)), []int{3, 5, 2}},
		"momentum":           {Sequential(Dense(5), BatchNorm(Momentum(0.5), Epsilon(0.1)), Conv1D(2, 2), BatchNorm()), []int{3, 4, 2}},
		"embedding":          {Sequential(Embedding(2, 3), Conv1D(4, 2, Linear), Flatten(), Dense(2)), []int{3, 4}},
		"embedding shared":   {shared(), []int{2, 5}},
		"attention":          {Sequential(MultiHeadAttention(2, Causal)), []int{2, 4, 6}},
		"attention to all":   {Sequential(MultiHeadAttention(3), LayerNorm()), []int{2, 5, 6}},
		"transformer":        {Sequential(TransformerBlock(6, 3, 8, Rate(0.2)), GlobalAvgPool(), Dense(2, Softsign)), []int{2, 4, 6}},
		"residual":           {Sequential(Residual(Dense(4, Tanh), Residual(Dense(4))), Dense(2, HardSigmoid)), []int{3, 4}},
		"branches":           {branches(), []int{2, 6, 6, 2}},
		"softmax of one":     {Sequential(Dense(3, LogSoftmax), Dense(1, Softmax)), []int{3, 4}},
		"softmax of many":    {Sequential(Dense(21, Softmax), Dense(18, LogSoftmax)), []int{3, 4}},
		"activations":        {Sequential(Dense(4), Tanh, Dense(3), LogSoftmax), []int{3, 4}},
	}
}

// TestWords: a recurrent layer behind an Embedding computes by words what it
// computes by places where a hook looks.
func TestWords(t *testing.T) {
	for _, l := range []func(int, ...Option) *Layer{SimpleRNN, LSTM, GRU} {
		m := Sequential(Embedding(7, 3), l(4, Sequences, Bidirectional), l(2)).As(tensor.Float64).Build(9)
		x := Const(tensor.Uniform(1, 0, 7, 5, 9).As(tensor.Float64).Map(math.Floor))
		var list [2][]*tensor.Tensor
		for i := range list {
			remove := func() {}
			if i == 1 {
				remove = m.With(Hook{Forward: func(*Event) {}})
			}
			tape := NewTape()
			y := m.Forward(tape, x)
			tape.BackwardFrom(y, y.Data)
			remove()
			list[i] = append(list[i], y.Data)
			for _, p := range m.Params() {
				list[i] = append(list[i], p.Grad().Clone())
				p.has = false
			}
		}
		for k, want := range list[1] {
			closeTo(t, fmt.Sprintf("%s: number %d", m.Layers()[1].Type(), k), list[0][k], want)
		}
		if !slices.Equal(list[0][0].Float64s(), list[1][0].Float64s()) {
			t.Error("the outputs are not the same bits")
		}
	}
}

// TestOtherLengths: sequences may be longer than those the model was built for,
// and after an attempt that does not fit the model is as before.
func TestOtherLengths(t *testing.T) {
	m := Sequential(Embedding(9, 3), Conv1D(4, 3), LSTM(2), Dense(1)).Build(12)
	for _, n := range []int{12, 20, 5, 12} {
		if got := m.Predict(tensor.New(3, n)).Shape(); !slices.Equal(got, []int{3, 1}) {
			t.Errorf("sequences of %d give %v", n, got)
		}
	}
	image := Sequential(Conv2D(2, 3), Flatten(), Dense(2)).Build(6, 6, 1)
	want := image.Summary()
	func() {
		defer func() {
			if err, ok := recover().(*Error); !ok || !strings.Contains(err.Error(), "inputs of the shape [6 6 1] (without the batch), these have [7 6 1]: layer dense: its kernel has the shape [32 2]") {
				t.Errorf("got %v", err)
			}
		}()
		image.Predict(tensor.New(1, 7, 6, 1))
	}()
	if got := image.Summary(); got != want {
		t.Errorf("the model has become\n%s\nit was\n%s", got, want)
	}
}

// TestConvolution compares convolutions that are larger than the blocks of a
// product with the definition.
func TestConvolution(t *testing.T) {
	for _, s := range [][]int{{3, 30, 31, 1, 5}, {2, 14, 15, 40, 33}, {2, 28, 28, 3, 20}} {
		x := tensor.Normal(1, 0, 1, s[:4]...).As(tensor.Float64)
		l := Conv2D(s[4], 3, Padding(1))
		m := Sequential(l).As(tensor.Float64).Build(s[1:4]...)
		xv := Variable(x)
		tape := NewTape()
		y := m.Forward(tape, xv)
		dy := tensor.Normal(2, 0, 1, y.shape()...).As(tensor.Float64)
		tape.BackwardFrom(y, dy)
		w := l.Param("kernel").Data
		out, dw, dx := tensor.Zeros(tensor.Float64, y.shape()...), tensor.Zeros(tensor.Float64, w.Shape()...), tensor.Zeros(tensor.Float64, s[:4]...)
		o, gw, gx := tensor.Data[float64](out), tensor.Data[float64](dw), tensor.Data[float64](dx)
		xs, ws, ds := tensor.Data[float64](x), tensor.Data[float64](w), tensor.Data[float64](dy)
		for n := range s[0] {
			for i := range s[1] {
				for j := range s[2] {
					for k := range 9 * s[3] {
						p, q, c := i+k/s[3]/3-1, j+k/s[3]%3-1, k%s[3]
						if p < 0 || q < 0 || p >= s[1] || q >= s[2] {
							continue
						}
						at := ((n*s[1]+p)*s[2]+q)*s[3] + c
						for f := range s[4] {
							to := ((n*s[1]+i)*s[2]+j)*s[4] + f
							o[to] += xs[at] * ws[k*s[4]+f]
							gw[k*s[4]+f] += xs[at] * ds[to]
							gx[at] += ws[k*s[4]+f] * ds[to]
						}
					}
				}
			}
		}
		closeTo(t, "output", y.Data, out)
		closeTo(t, "gradient of the kernel", l.Param("kernel").Grad(), dw)
		closeTo(t, "gradient of x", xv.Grad(), dx)
	}
}

// TestCores: the same bits for any number of cores.
func TestCores(t *testing.T) {
	defer team.SetSize(0)
	for name, c := range layerCases() {
		var want [][]float64
		for cores := 1; cores <= 3; cores++ {
			team.SetSize(cores)
			m := c.model.Clone().Build(c.shape[1:]...)
			x := inputs(m, append([]int{37}, c.shape[1:]...)...)
			tape := m.tape(true)
			y := m.Forward(tape, x)
			tape.BackwardFrom(y, y.Data.Clone())
			got := [][]float64{y.Data.Float64s()}
			if x.wants {
				got = append(got, x.Grad().Float64s())
			}
			for _, p := range m.Params() {
				if p.Grad() != nil {
					got = append(got, p.Grad().Float64s())
				}
			}
			if want == nil {
				want = got
			}
			if !slices.EqualFunc(got, want, slices.Equal) {
				t.Errorf("%s: %d cores compute other numbers than one", name, cores)
			}
		}
	}
}

// TestShapes checks the shapes that Build says against those that Forward makes.
func TestShapes(t *testing.T) {
	for name, c := range layerCases() {
		c.model.Build(c.shape[1:]...)
		x := inputs(c.model, c.shape...).Data
		for _, n := range c.model.Nodes() {
			if n.Layer() == nil {
				continue
			}
			defer c.model.With(Hook{Layers: []string{n.Layer().Name()}, Forward: func(e *Event) {
				if got := e.Output.Shape()[1:]; !slices.Equal(got, n.Shape()) {
					t.Errorf("%s: %s makes %v, and Build said %v", name, n.Layer().Name(), got, n.Shape())
				}
			}})()
		}
		c.model.Predict(x)
	}
}

func ExampleModel_Summary() {
	m := Sequential(Conv2D(32, 3, ReLU), MaxPool2D(2), Conv2D(64, 3, ReLU), MaxPool2D(2), Flatten(), Dense(10, Softmax)).Build(28, 28, 1)
	fmt.Println(m)
	// Output:
	// layer            type       output        parameters  multiply-adds  activation
	// conv2d           Conv2D     26 × 26 × 32         320        194,688  relu
	// max_pooling2d    MaxPool2D  13 × 13 × 32           0
	// conv2d_1         Conv2D     11 × 11 × 64      18,496      2,230,272  relu
	// max_pooling2d_1  MaxPool2D  5 × 5 × 64             0
	// flatten          Flatten    1600                   0
	// dense            Dense      10                16,010         16,000  softmax
	// 34,826 parameters (0.14 MB), 2,440,960 multiply-adds a sample
}
