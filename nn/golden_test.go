package nn

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"loupe/nn/tensor"
)

// An array is a tensor in a golden file.
type array struct {
	Shape []int     `json:"shape"`
	Data  []float64 `json:"data"`
}

func (a array) tensor() *tensor.Tensor { return tensor.FromSlice(slices.Clone(a.Data), a.Shape...) }

// A record is a golden file about a layer, an activation or a loss: PyTorch's
// values, channels first.
type record struct {
	Note       string           `json:"note"`
	Inputs     map[string]array `json:"inputs"`
	Params     map[string]array `json:"params"`
	Output     array            `json:"output"`
	GradOutput array            `json:"grad_output"`
	Grads      map[string]array `json:"grads"`
	Attention  array            `json:"attention"`

	MeanBefore array `json:"running_mean_before"`
	VarBefore  array `json:"running_var_before"`
	MeanAfter  array `json:"running_mean_after"`
	VarAfter   array `json:"running_var_after"`
}

// setting reads a number from the note: "stride 2", "2 heads".
func (r *record) setting(pattern string, otherwise float64) float64 {
	m := regexp.MustCompile(pattern).FindStringSubmatch(r.Note)
	if m == nil {
		return otherwise
	}
	v, _ := strconv.ParseFloat(m[1], 64)
	return v
}

// goldenFolder is testdata/golden, or what LOUPE_GOLDEN names.
func goldenFolder() string {
	if dir := os.Getenv("LOUPE_GOLDEN"); dir != "" {
		return dir
	}
	return filepath.Join("testdata", "golden")
}

// close compares numbers with those of PyTorch.
func closeTo(t *testing.T, what string, got *tensor.Tensor, want *tensor.Tensor) {
	t.Helper()
	if got == nil {
		t.Errorf("%s: there is none", what)
		return
	}
	if !slices.Equal(got.Shape(), want.Shape()) {
		t.Errorf("%s has the shape %v, want %v", what, got.Shape(), want.Shape())
		return
	}
	tolerance := 1e-9
	if got.DType() == tensor.Float32 {
		tolerance = 1e-4
	}
	g, w := got.Float64s(), want.Float64s()
	for i := range w {
		if !(math.Abs(g[i]-w[i]) <= tolerance*max(1, math.Abs(w[i]))) {
			t.Errorf("%s: number %d is %v, want %v", what, i, g[i], w[i])
			return
		}
	}
}

// channelsLast brings PyTorch's axes into the order of this package.
func channelsLast(t *tensor.Tensor) *tensor.Tensor {
	switch t.Rank() {
	case 4:
		return t.Transpose(0, 2, 3, 1).Contiguous()
	case 3:
		return t.Transpose(0, 2, 1).Contiguous()
	}
	return t
}

// filtersLast brings PyTorch's kernels into the order of this package.
func filtersLast(t *tensor.Tensor) *tensor.Tensor {
	if t.Rank() == 4 {
		return t.Transpose(2, 3, 1, 0).Contiguous()
	}
	return t.Transpose(2, 1, 0).Contiguous()
}

func TestGolden(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(goldenFolder(), "nn", "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden files in %s/nn: %v", goldenFolder(), err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range []tensor.DType{tensor.Float64, tensor.Float32} {
			t.Run(fmt.Sprintf("%s/%v", name, d), func(t *testing.T) {
				if strings.HasPrefix(name, "opt_") {
					goldenOptimizer(t, name, b, d)
					return
				}
				var r record
				if err := json.Unmarshal(b, &r); err != nil {
					t.Fatal(err)
				}
				switch {
				case strings.HasPrefix(name, "loss_"):
					goldenLoss(t, name, &r, d)
				case strings.HasPrefix(name, "act_"):
					goldenActivation(t, name, &r, d)
				default:
					goldenLayer(t, name, &r, d)
				}
			})
		}
	}
}

func goldenActivation(t *testing.T, name string, r *record, d tensor.DType) {
	a, ok := map[string]Activation{
		"act_elu": ELU, "act_gelu": GELU, "act_gelu_tanh": GELUTanh, "act_relu": ReLU, "act_sigmoid": Sigmoid, "act_silu": SiLU,
		"act_leaky_relu": LeakyReLU(r.setting(`slope ([\d.]+)`, 0.01)), "act_log_softmax": LogSoftmax, "act_softmax": Softmax,
		"act_softplus": Softplus, "act_tanh": Tanh,
	}[name]
	if !ok {
		t.Fatalf("no test for %s", name)
	}
	tape, x := NewTape(), Variable(r.Inputs["x"].tensor().As(d))
	y := a.Of(tape, x)
	tape.BackwardFrom(y, r.GradOutput.tensor())
	closeTo(t, "output", y.Data, r.Output.tensor())
	closeTo(t, "gradient of x", x.Grad(), r.Grads["x"].tensor())
}

func goldenLoss(t *testing.T, name string, r *record, d tensor.DType) {
	l, ok := map[string]Loss{"loss_bce_logits": BinaryCrossEntropyLogits, "loss_cross_entropy": CrossEntropyLogits, "loss_huber": Huber, "loss_mse": MSE}[name]
	if !ok {
		t.Fatalf("no test for %s", name)
	}
	tape, x := NewTape(), Variable(r.Inputs["x"].tensor().As(d))
	y := l.Of(tape, x, r.Inputs["target"].tensor())
	tape.BackwardFrom(y, r.GradOutput.tensor().Reshape(1))
	closeTo(t, "loss", y.Data, r.Output.tensor().Reshape(1))
	closeTo(t, "gradient of x", x.Grad(), r.Grads["x"].tensor())
}

// A goldenCase is a layer with how PyTorch's parameters become ours.
type goldenCase struct {
	layer  *Layer
	layout func(*tensor.Tensor) *tensor.Tensor // of inputs and outputs
	params map[string]func(p func(string) *tensor.Tensor) *tensor.Tensor
}

func plain(t *tensor.Tensor) *tensor.Tensor { return t }

type getter = func(string) *tensor.Tensor

// as takes one parameter in another layout.
func as(name string, layout func(*tensor.Tensor) *tensor.Tensor) func(getter) *tensor.Tensor {
	return func(p getter) *tensor.Tensor { return layout(p(name)) }
}

func transposed(t *tensor.Tensor) *tensor.Tensor { return t.T().Contiguous() }

func goldenCaseOf(name string, r *record) *goldenCase {
	heads := int(r.setting(`(\d+) heads`, 1))
	stride := Stride(int(r.setting(`stride (\d+)`, 1)))
	padding := Padding(int(r.setting(`padding (\d+)`, 0)))
	bias := as("b", plain)
	kernel := as("w", filtersLast)
	norm := map[string]func(getter) *tensor.Tensor{"gamma": as("gamma", plain), "beta": as("beta", plain)}
	epsilon := Epsilon(r.setting(`eps ([\d.e-]+)`, 1e-5))
	switch name {
	case "linear":
		w := r.Params["w"].Shape
		return &goldenCase{Dense(w[0]), plain, map[string]func(getter) *tensor.Tensor{"kernel": as("w", transposed), "bias": bias}}
	case "conv1d", "conv2d_valid", "conv2d_stride2_pad1", "conv2d_depthwise_dilated":
		w := r.Params["w"].Shape
		make := Conv2D
		if len(w) == 3 {
			make = Conv1D
		}
		l := make(w[0], w[2], stride, padding, Dilation(int(r.setting(`dilation (\d+)`, 1))), Groups(int(r.setting(`groups (\d+)`, 1))))
		return &goldenCase{l, channelsLast, map[string]func(getter) *tensor.Tensor{"kernel": kernel, "bias": bias}}
	case "maxpool2d":
		return &goldenCase{MaxPool2D(int(r.setting(`(\d+)x\d`, 2)), stride), channelsLast, nil}
	case "avgpool2d":
		return &goldenCase{AvgPool2D(int(r.setting(`(\d+)x\d`, 3)), stride, padding), channelsLast, nil}
	case "batchnorm_train":
		return &goldenCase{BatchNorm(epsilon, Momentum(1-r.setting(`momentum ([\d.]+)`, 0.1))), channelsLast, norm}
	case "layernorm":
		return &goldenCase{LayerNorm(epsilon), plain, norm}
	case "embedding":
		w := r.Params["w"].Shape
		return &goldenCase{Embedding(w[0], w[1]), plain, map[string]func(getter) *tensor.Tensor{"embeddings": as("w", plain)}}
	case "multihead_attention":
		return &goldenCase{MultiHeadAttention(heads), plain, map[string]func(getter) *tensor.Tensor{
			"in_kernel": as("in_w", transposed), "in_bias": as("in_b", plain), "out_kernel": as("out_w", transposed), "out_bias": as("out_b", plain)}}
	case "rnn", "lstm":
		make := map[string]func(int, ...Option) *Layer{"rnn": SimpleRNN, "lstm": LSTM}[name]
		return &goldenCase{make(r.Params["w_hh"].Shape[1], Sequences), plain, map[string]func(getter) *tensor.Tensor{
			"kernel": as("w_ih", transposed), "recurrent_kernel": as("w_hh", transposed),
			"bias": func(p getter) *tensor.Tensor { return p("b_ih").Add(p("b_hh")) }}}
	case "gru":
		return &goldenCase{GRU(r.Params["w_hh"].Shape[1], Sequences), plain, map[string]func(getter) *tensor.Tensor{
			"kernel":           as("w_ih", func(w *tensor.Tensor) *tensor.Tensor { return transposed(swapGates(w)) }),
			"recurrent_kernel": as("w_hh", func(w *tensor.Tensor) *tensor.Tensor { return transposed(swapGates(w)) }),
			"bias":             func(p getter) *tensor.Tensor { return tensor.Stack(swapGates(p("b_ih")), swapGates(p("b_hh"))) }}}
	}
	return nil
}

// swapGates brings PyTorch's gates r, z, n into the order z, r, n.
func swapGates(w *tensor.Tensor) *tensor.Tensor {
	n := w.Dim(0) / 3
	return tensor.Concat(0, w.Slice(0, n, 2*n), w.Slice(0, 0, n), w.Slice(0, 2*n, 3*n))
}

func goldenLayer(t *testing.T, name string, r *record, d tensor.DType) {
	c := goldenCaseOf(name, r)
	if c == nil {
		t.Fatalf("no test for %s", name)
	}
	input := "x"
	if _, ok := r.Inputs["x"]; !ok {
		input = "ids"
	}
	x := Variable(c.layout(r.Inputs[input].tensor()).As(d))
	x.wants = input == "x"
	m := Sequential(c.layer).As(d).Build(x.shape()[1:]...)
	for ours, layout := range c.params {
		c.layer.Param(ours).Data.Copy(layout(func(n string) *tensor.Tensor { return r.Params[n].tensor() }))
	}
	if r.MeanBefore.Shape != nil {
		c.layer.Param("moving_mean").Data.Copy(r.MeanBefore.tensor())
		c.layer.Param("moving_variance").Data.Copy(r.VarBefore.tensor())
	}
	if r.Attention.Shape != nil {
		closeTo(t, "attention", Attention(m, c.layer.Name(), x.Data), r.Attention.tensor())
	}
	tape := NewTape()
	tape.Training = true
	y := m.Forward(tape, x)
	tape.BackwardFrom(y, c.layout(r.GradOutput.tensor()))
	closeTo(t, "output", y.Data, c.layout(r.Output.tensor()))
	if x.wants {
		closeTo(t, "gradient of x", x.Grad(), c.layout(r.Grads["x"].tensor()))
	}
	for ours, layout := range c.params {
		want := layout(func(n string) *tensor.Tensor { return r.Grads[n].tensor() })
		if ours == "bias" && (name == "lstm" || name == "rnn") {
			want = want.Scale(0.5) // both of PyTorch's have the whole gradient
		}
		closeTo(t, "gradient of "+ours, c.layer.Param(ours).Grad(), want)
	}
	if r.MeanAfter.Shape != nil {
		closeTo(t, "moving mean", c.layer.Param("moving_mean").Data, r.MeanAfter.tensor())
		closeTo(t, "moving variance", c.layer.Param("moving_variance").Data, r.VarAfter.tensor())
	}
}

// goldenOptimizer minimises |A w - 1|².
func goldenOptimizer(t *testing.T, name string, b []byte, d tensor.DType) {
	var r struct {
		Optimizer  string
		A, W0      array
		Trajectory []array
	}
	if err := json.Unmarshal(b, &r); err != nil {
		t.Fatal(err)
	}
	number := func(key string) float64 {
		m := regexp.MustCompile(`'` + key + `': ([\d.e-]+)`).FindStringSubmatch(r.Optimizer)
		if m == nil {
			return 0
		}
		v, _ := strconv.ParseFloat(m[1], 64)
		return v
	}
	make, ok := map[string]func(float64) *Optimizer{"opt_adagrad": Adagrad, "opt_adam": Adam, "opt_adamw": AdamW, "opt_rmsprop": RMSprop, "opt_sgd_momentum": SGD, "opt_sgd_nesterov_decay": SGD}[name]
	if !ok {
		t.Fatalf("no test for %s", name)
	}
	o := make(number("lr"))
	o.Momentum, o.Decay, o.Nesterov = number("momentum"), number("weight_decay"), strings.Contains(r.Optimizer, "'nesterov': True")
	w := &Param{Value: *Variable(r.W0.tensor().As(d)), Name: "w"}
	a := r.A.tensor().As(d)
	for i, want := range r.Trajectory {
		e := a.MatMul(w.Data).Shift(-1)
		resize(&w.grad, d, w.shape()...).Copy(a.T().MatMul(e).Scale(2))
		w.has = true
		o.Step([]*Param{w})
		closeTo(t, fmt.Sprintf("w after step %d", i), w.Data, want.tensor())
	}
}
