package nn_test

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"loupe/display"
	"loupe/nn"
	"loupe/nn/data"
	"loupe/nn/tensor"
)

// digits are real handwritten digits, as images with their classes.
func digits() (train, test nn.Data) {
	return data.Digits().Split()
}

// TestDigits: a small network reads held-out digits.
func TestDigits(t *testing.T) {
	train, test := digits()
	model := nn.Sequential(nn.Conv2D(16, 3, nn.ReLU, nn.Same), nn.MaxPool2D(2), nn.Conv2D(32, 3, nn.ReLU, nn.Same), nn.MaxPool2D(2), nn.Flatten(), nn.Dropout(0.2), nn.Dense(10, nn.Softmax))
	h := nn.Fit(model, train, nn.Config{Optimizer: nn.Adam(3e-3), Loss: nn.CrossEntropy, Epochs: 20, Validation: test})
	if a := h.Last("val_accuracy"); a < 0.98 {
		t.Errorf("%.4f of the held-out digits are right\n%v", a, h)
	}
	t.Log(h)
}

// TestReviews: a network that reads words in their order tells what reviews mean.
func TestReviews(t *testing.T) {
	if testing.Short() {
		t.Skip("under the race detector it trains for a minute, and TestDigits trains too")
	}
	reviews := data.Reviews(data.Length(60))
	model := nn.Sequential(nn.Embedding(1000, 64), nn.LSTM(64), nn.Dense(1, nn.Sigmoid))
	h := nn.Fit(model, reviews.Train, nn.Config{Optimizer: nn.Adam(2e-3), Loss: nn.BinaryCrossEntropy, Epochs: 4, Validation: reviews.Test, Metrics: []nn.Metric{nn.Accuracy}})
	if a := h.Last("val_accuracy"); a < 0.95 {
		t.Errorf("of %.4f of the held-out reviews the class is right\n%v", a, h)
	}
	t.Log(h)
}

// TestTrajectory: from the same weights and batches, losses are those of PyTorch.
func TestTrajectory(t *testing.T) {
	type array struct {
		Shape []int
		Data  []float32
	}
	of := func(a array) *tensor.Tensor { return tensor.FromSlice(a.Data, a.Shape...) }
	for name, c := range map[string]struct {
		model   *nn.Model
		loss    nn.Loss
		weights map[string]func(get func(string) *tensor.Tensor) *tensor.Tensor
	}{
		"cnn": {
			nn.Sequential(nn.Conv2D(4, 3, nn.ReLU), nn.MaxPool2D(2), nn.Conv2D(6, 3, nn.ReLU), nn.Flatten(), nn.Dense(5, nn.Softmax)), nn.CrossEntropy,
			map[string]func(func(string) *tensor.Tensor) *tensor.Tensor{
				"conv2d/kernel":   func(get func(string) *tensor.Tensor) *tensor.Tensor { return get("0.weight").Transpose(2, 3, 1, 0) },
				"conv2d/bias":     func(get func(string) *tensor.Tensor) *tensor.Tensor { return get("0.bias") },
				"conv2d_1/kernel": func(get func(string) *tensor.Tensor) *tensor.Tensor { return get("3.weight").Transpose(2, 3, 1, 0) },
				"conv2d_1/bias":   func(get func(string) *tensor.Tensor) *tensor.Tensor { return get("3.bias") },
				// PyTorch flattens channels first.
				"dense/kernel": func(get func(string) *tensor.Tensor) *tensor.Tensor {
					return get("6.weight").Reshape(5, 6, 2, 2).Transpose(2, 3, 1, 0).Reshape(24, 5)
				},
				"dense/bias": func(get func(string) *tensor.Tensor) *tensor.Tensor { return get("6.bias") },
			},
		},
		"lstm": {
			nn.Sequential(nn.Embedding(20, 6), nn.LSTM(5), nn.Dense(1, nn.Sigmoid)), nn.BinaryCrossEntropy,
			map[string]func(func(string) *tensor.Tensor) *tensor.Tensor{
				"embedding/embeddings":  func(get func(string) *tensor.Tensor) *tensor.Tensor { return get("0.weight") },
				"lstm/kernel":           func(get func(string) *tensor.Tensor) *tensor.Tensor { return get("1.weight_ih_l0").T() },
				"lstm/recurrent_kernel": func(get func(string) *tensor.Tensor) *tensor.Tensor { return get("1.weight_hh_l0").T() },
				"lstm/bias": func(get func(string) *tensor.Tensor) *tensor.Tensor {
					return get("1.bias_ih_l0").Add(get("1.bias_hh_l0"))
				},
				"dense/kernel": func(get func(string) *tensor.Tensor) *tensor.Tensor { return get("3.weight").T() },
				"dense/bias":   func(get func(string) *tensor.Tensor) *tensor.Tensor { return get("3.bias") },
			},
		},
	} {
		b, err := os.ReadFile(filepath.Join("testdata", "trajectory", name+".json"))
		if err != nil {
			t.Fatal(err)
		}
		var r struct {
			Weights map[string]array
			X, Y    array
			Losses  []float64
		}
		if err := json.Unmarshal(b, &r); err != nil {
			t.Fatal(err)
		}
		x, y := of(r.X), of(r.Y)
		if name == "cnn" { // steps, batch, channel, height, width
			x = x.Transpose(0, 1, 3, 4, 2)
		}
		shape := x.Contiguous().Shape()
		c.model.Build(shape[2:]...)
		for _, l := range c.model.Layers() {
			for _, p := range l.Params() {
				p.Data.Copy(c.weights[l.Name()+"/"+p.Name](func(key string) *tensor.Tensor { return of(r.Weights[key]) }))
			}
		}
		samples := x.Reshape(append([]int{-1}, shape[2:]...)...)
		h := nn.Fit(c.model, nn.Arrays(samples, y.Reshape(-1)), nn.Config{Optimizer: nn.Adam(0.01), Loss: c.loss, Batch: shape[1], Ordered: true})
		for i, want := range r.Losses {
			if got := h.StepLoss[i]; math.Abs(got-want) > 1e-3 {
				t.Errorf("%s: the loss of step %d is %v, PyTorch's %v", name, i, got, want)
			}
		}
	}
}

func small() (*nn.Model, nn.Data) {
	x := tensor.Normal(1, 0, 1, 70, 4)
	y := make([]int, 70)
	for i := range y {
		if x.At(i, 0) > x.At(i, 1) {
			y[i] = 1
		}
	}
	return nn.Sequential(nn.Dense(8, nn.ReLU), nn.Dropout(0.2), nn.Dense(2, nn.Softmax)), nn.Arrays(x, tensor.FromInts(y))
}

// TestSeveralInputs: a model that branches at its beginning is trained and used as
// others are.
func TestSeveralInputs(t *testing.T) {
	n := 300
	images, ages := tensor.Normal(1, 0, 1, n, 4, 4, 1), tensor.Normal(2, 0, 1, n, 2).As(tensor.Float64)
	y := make([]int, n)
	for i := range y { // neither of the inputs is enough
		if images.At(i, 1, 1, 0)+2*ages.At(i, 1) > 0 {
			y[i] = 1
		}
	}
	labels := tensor.FromInts(y)
	picture, number := nn.Input(4, 4, 1), nn.Input(2)
	both := nn.Concat().On(nn.Flatten().On(picture), nn.Dense(3, nn.Tanh).On(number))
	m := nn.NewModel(picture, nn.Dense(2, nn.Softmax).On(both), number)
	all := nn.Arrays(images, labels, ages)
	h := nn.Fit(m, all, nn.Config{Loss: nn.CrossEntropy, Epochs: 30, Optimizer: nn.Adam(0.02), Validation: all})
	if a := h.Last("val_accuracy"); a < 0.96 {
		t.Errorf("of %.3f of the samples the class is right", a)
	}
	right := 0
	for i, c := range m.Classes(images, ages) {
		if c == y[i] {
			right++
		}
	}
	e := m.Evaluate(all, nn.CrossEntropy, nn.Accuracy)
	if a := float64(right) / float64(n); math.Abs(a-e["accuracy"]) > 1e-12 || math.Abs(a-h.Last("val_accuracy")) > 1e-12 {
		t.Errorf("Classes is right of %v, Evaluate says %v", a, e)
	}
	ages.Set(math.NaN(), 7, 0)
	for want, f := range map[string]func(){
		"the model has 2 inputs, and the data have 1: nn.Arrays(x, y, more…)": func() { nn.Fit(m, nn.Arrays(images, labels), nn.Config{Loss: nn.CrossEntropy}) },
		"the model has 2 inputs, and the data have 3":                         func() { m.Evaluate(nn.Arrays(images, labels, ages, ages), nn.CrossEntropy) },
		"the model has 2 inputs, and it got 1":                                func() { m.Predict(images) },
		"there must be as many of both":                                       func() { nn.Arrays(images, labels, ages.Slice(0, 0, 5)) },
		"300 samples of one input and 5 of another":                           func() { m.Predict(images, ages.Slice(0, 0, 5)) },
		"sample 7 has NaN among its inputs":                                   func() { nn.Fit(m, all, nn.Config{Loss: nn.CrossEntropy}) },
		"[[4 4 1] [2]] (without the batch), these have [[4 4 1] [4 4 1]]":     func() { m.Predict(images, images) },
	} {
		mistaken(t, want, f)
	}
}

// TestContinue: a training that was stopped goes on as if it had not been.
func TestContinue(t *testing.T) {
	m, d := small()
	whole := nn.Fit(m, d, nn.Config{Loss: nn.CrossEntropy, Epochs: 3, Batch: 16})
	m, d = small()
	stop := nn.CallbackFunc(func(m *nn.Moment) error {
		if m.When == nn.StepEnded && m.Step == 6 {
			m.Stop("enough")
		}
		return nil
	})
	h := nn.Fit(m, d, nn.Config{Loss: nn.CrossEntropy, Epochs: 3, Batch: 16, Callbacks: []nn.Callback{stop}})
	if h.Steps != 7 || h.Stopped != "enough" || h.Epochs() != 1 {
		t.Fatalf("stopped after %d steps, %d epochs: %q", h.Steps, h.Epochs(), h.Stopped)
	}
	h = nn.Fit(m, d, nn.Config{Loss: nn.CrossEntropy, Epochs: 3, Batch: 16, Continue: h})
	if fmt.Sprint(h.StepLoss) != fmt.Sprint(whole.StepLoss) {
		t.Errorf("losses %v\nwithout the stop %v", h.StepLoss, whole.StepLoss)
	}
}

// TestEarlyStopping: the weights are those of the best epoch.
func TestEarlyStopping(t *testing.T) {
	m, d := small()
	dir := t.TempDir()
	path := filepath.Join(dir, "best.safetensors")
	h := nn.Fit(m, d, nn.Config{Loss: nn.CrossEntropy, Epochs: 200, Batch: 16, Optimizer: nn.SGD(3), Validation: d,
		Callbacks: []nn.Callback{nn.EarlyStopping(3), nn.Checkpoint(path)}})
	if !strings.HasPrefix(h.Stopped, "no better loss for 3") {
		t.Fatalf("stopped: %q after %d epochs", h.Stopped, h.Epochs())
	}
	best := h.Values["val_loss"][h.Best("val_loss")]
	if got := m.Evaluate(d, nn.CrossEntropy)["loss"]; math.Abs(got-best) > 1e-6 {
		t.Errorf("the loss is %v, the best was %v", got, best)
	}
	other, _ := small()
	other.Build(4)
	if err := other.Load(path); err != nil {
		t.Fatal(err)
	}
	if got := other.Evaluate(d, nn.CrossEntropy)["loss"]; math.Abs(got-best) > 1e-6 {
		t.Errorf("the loss of the loaded model is %v, the best was %v", got, best)
	}
	if files, _ := os.ReadDir(dir); len(files) != 1 {
		t.Errorf("%d files are left", len(files))
	}
	gone := nn.Fit(other, d, nn.Config{Loss: nn.CrossEntropy, Epochs: 9, Callbacks: []nn.Callback{nn.Checkpoint(filepath.Join(dir, "no", "file"))}})
	if gone.Err == nil || gone.Epochs() != 1 {
		t.Errorf("a checkpoint that cannot be written: %v after %d epochs", gone.Err, gone.Epochs())
	}
}

// TestKernels: training gives the same bits with all vector instructions. A process
// has one kind of them, so the test runs itself.
func TestKernels(t *testing.T) {
	if os.Getenv("LOUPE_NN_BITS") != "" {
		image := nn.Sequential(nn.Conv2D(20, 3, nn.ReLU), nn.MaxPool2D(2), nn.Conv2D(32, 3, nn.Tanh), nn.Flatten(), nn.Dense(10, nn.Softmax))
		nn.Fit(image, nn.Arrays(tensor.Uniform(1, 0, 1, 70, 12, 12, 3), tensor.FromInts(make([]int, 70))), nn.Config{Loss: nn.CrossEntropy})
		text := nn.Sequential(nn.Embedding(30, 20), nn.LSTM(19), nn.Dense(1, nn.Sigmoid))
		nn.Fit(text, nn.Arrays(tensor.Uniform(1, 0, 30, 70, 15).Map(math.Floor), tensor.New(70)), nn.Config{Loss: nn.BinaryCrossEntropy})
		blocks := nn.Sequential(nn.Conv2D(20, 1), nn.Conv2D(20, 3, nn.Groups(20), nn.Same), nn.BatchNorm(), nn.SiLU, nn.Conv2D(20, 3, nn.Groups(20), nn.Stride(2), nn.ReLU),
			nn.Reshape(25, 20), nn.TransformerBlock(20, 2, 33), nn.LayerNorm(), nn.GlobalAvgPool(), nn.Dense(3, nn.Softmax))
		nn.Fit(blocks, nn.Arrays(tensor.Uniform(1, 0, 1, 70, 11, 11, 3), tensor.FromInts(make([]int, 70))), nn.Config{Loss: nn.CrossEntropy})
		h := fnv.New64()
		for _, p := range append(append(image.Params(), text.Params()...), blocks.Params()...) {
			fmt.Fprintln(h, p.Data.Float32s())
		}
		fmt.Printf("bits %x\n", h.Sum64())
		return
	}
	var want string
	for _, kernel := range []string{"avx512", "avx2", "neon", "go"} {
		command := exec.Command(os.Args[0], "-test.run=^TestKernels$", "-test.v")
		command.Env = append(os.Environ(), "LOUPE_NN_BITS=1", "LOUPE_SIMD="+kernel)
		out, err := command.Output()
		if err != nil {
			t.Fatal(err)
		}
		_, after, _ := strings.Cut(string(out), "bits ")
		got, _, _ := strings.Cut(after, "\n")
		if want == "" {
			want = got
		}
		if got == "" || got != want {
			t.Errorf("with %s the bits are %q, before %q", kernel, got, want)
		}
	}
}

// TestInterrupt: an interrupt of the cell stops the training after the step.
func TestInterrupt(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer display.Connect(display.Connect(front{ctx}))
	m, d := small()
	stop := nn.CallbackFunc(func(m *nn.Moment) error {
		if m.When == nn.StepEnded && m.Step == 8 {
			cancel()
		}
		return nil
	})
	h := nn.Fit(m, d, nn.Config{Loss: nn.CrossEntropy, Epochs: 10, Batch: 16, Callbacks: []nn.Callback{stop}})
	if h.Steps != 9 || h.Stopped != "interrupted" {
		t.Errorf("after %d steps: %q", h.Steps, h.Stopped)
	}
}

// front is a notebook that shows nothing.
type front struct{ ctx context.Context }

func (f front) Context() context.Context              { return f.ctx }
func (front) Show(display.Bundle, string, bool) error { return nil }
func (front) Clear(bool) error                        { return nil }
func (front) Ask(string, bool) (string, error)        { return "", nil }

// TestAllocations: steps after the first take little memory, whatever the size of
// the model, and leave none behind.
func TestAllocations(t *testing.T) {
	if testing.Short() {
		t.Skip("the race detector allocates, too")
	}
	const first, last, perStep = 100, 2100, 8 << 10
	images := nn.Arrays(tensor.Uniform(1, 0, 1, 64, 12, 12, 1), tensor.New(64))
	texts := nn.Arrays(tensor.Uniform(1, 0, 50, 64, 9).Map(math.Floor), tensor.New(64))
	for name, c := range map[string]struct {
		model *nn.Model
		data  nn.Data
		loss  nn.Loss
	}{
		"cnn":  {nn.Sequential(nn.Conv2D(8, 3, nn.ReLU), nn.MaxPool2D(2), nn.BatchNorm(), nn.Conv2D(8, 3), nn.Flatten(), nn.Dense(10, nn.Softmax)), images, nn.CrossEntropy},
		"lstm": {nn.Sequential(nn.Embedding(50, 16), nn.LSTM(8, nn.Sequences), nn.GRU(8), nn.Dense(1, nn.Sigmoid)), texts, nn.BinaryCrossEntropy},
		"attention": {nn.Sequential(nn.Embedding(50, 16), nn.TransformerBlock(16, 2, 32, nn.Rate(0.1)), nn.GlobalAvgPool(), nn.Dense(1, nn.Sigmoid)),
			texts, nn.BinaryCrossEntropy},
	} {
		var before, after runtime.MemStats
		read := func(m *runtime.MemStats) {
			runtime.GC() // twice: what pools keep goes in the second one
			runtime.GC()
			runtime.ReadMemStats(m)
		}
		watch := nn.CallbackFunc(func(m *nn.Moment) error {
			switch {
			case m.When == nn.StepEnded && m.Step == first:
				read(&before)
			case m.When == nn.StepEnded && m.Step == last:
				read(&after)
				m.Stop("seen enough")
			}
			return nil
		})
		nn.Fit(c.model, c.data, nn.Config{Loss: c.loss, Batch: 8, Epochs: 2000, Callbacks: []nn.Callback{watch}})
		if n := (after.TotalAlloc - before.TotalAlloc) / (last - first); n > perStep {
			t.Errorf("%s: a step takes %d bytes", name, n)
		}
		// The history keeps a loss for each step, and a pool what another processor has
		// left in it. A single activation kept a step would be megabytes.
		if n := int64(after.HeapAlloc) - int64(before.HeapAlloc); n > 400_000 {
			t.Errorf("%s: %d steps leave %d bytes", name, last-first, n)
		}
		t.Logf("%s: %d bytes a step, %d left", name, (after.TotalAlloc-before.TotalAlloc)/(last-first), int64(after.HeapAlloc)-int64(before.HeapAlloc))
	}
}

// TestFrozen: frozen layers stay as they are, and are not saved from loading.
func TestFrozen(t *testing.T) {
	m, d := small()
	m.Build(4).Freeze("dense")
	before, other := m.Layer("dense").Param("kernel").Data.Clone(), m.Layer("dense_1").Param("kernel").Data.Clone()
	nn.Fit(m, d, nn.Config{Loss: nn.CrossEntropy})
	if m.Layer("dense").Param("kernel").Data.Sub(before).Norm() != 0 {
		t.Error("the frozen layer has changed")
	}
	if m.Layer("dense_1").Param("kernel").Data.Sub(other).Norm() == 0 {
		t.Error("the other layer has not changed")
	}
}

// TestHooks: hooks see all, change nothing, and go.
func TestHooks(t *testing.T) {
	x, y := tensor.Normal(1, 0, 1, 8, 4), tensor.FromInts(make([]int, 8))
	run := func(h *nn.Hook) string {
		m, _ := small()
		if h != nil {
			defer m.With(*h)()
		}
		nn.Fit(m, nn.Arrays(x, y), nn.Config{Loss: nn.CrossEntropy, Epochs: 2})
		return fmt.Sprint(m.Layer("dense").Param("kernel").Data.Float64s())
	}
	var seen []string
	want := run(nil)
	got := run(&nn.Hook{
		Forward: func(e *nn.Event) {
			seen = append(seen, fmt.Sprint("f ", e.Layer.Name(), e.Inputs[0].Shape(), e.Output.Shape()))
		},
		Backward: func(e *nn.Event) { seen = append(seen, fmt.Sprint("b ", e.Layer.Name(), e.Grad.Shape())) },
	})
	if got != want {
		t.Error("hooks that only look have changed the training")
	}
	step := []string{"f dense[8 4] [8 8]", "f dropout[8 8] [8 8]", "f dense_1[8 8] [8 2]", "b dropout[8 8]", "b dense[8 8]"}
	if fmt.Sprint(seen) != fmt.Sprint(append(step, step...)) {
		t.Errorf("hooks saw %q", seen)
	}
	m, _ := small()
	m.Build(4)
	func() {
		defer func() { recover() }()
		m.Hooked(nn.Hook{Forward: func(*nn.Event) { panic("in a hook") }}, func() { m.Predict(x) })
	}()
	m.Predict(x) // panics if the hook is still there
}

func TestMetrics(t *testing.T) {
	p := tensor.FromRows([][]float64{{0.1, 0.7, 0.2}, {0.5, 0.3, 0.2}, {0.2, 0.3, 0.5}, {0.4, 0.35, 0.25}})
	y := tensor.FromInts([]int{1, 1, 2, 2})
	one := tensor.FromSlice([]float64{0.9, 0.4, 0.6, 0.4}, 4, 1)
	labels := tensor.FromInts([]int{1, 0, 0, 1}, 4, 1)
	for _, c := range []struct {
		name string
		got  float64
		want float64
	}{
		{"accuracy", nn.Accuracy.Of(p, y), 0.5},
		{"top 2", nn.TopK(2).Of(p, y), 0.75},
		{"f1", nn.F1.Of(p, y), (0 + 2.0/3 + 2.0/3) / 3},
		{"accuracy of one output", nn.Accuracy.Of(one, labels), 0.5},
		{"auc", nn.AUC.Of(one, labels), (2 + 0.5) / 4},
		{"f1 of one output", nn.F1.Of(one, labels), 0.5},
		{"mae", nn.MeanAbsoluteError.Of(one, labels), (0.1 + 0.4 + 0.6 + 0.6) / 4},
		{"one-hot", nn.Accuracy.Of(p, p), 1},
	} {
		if math.Abs(c.got-c.want) > 1e-7 {
			t.Errorf("%s is %v, want %v", c.name, c.got, c.want)
		}
	}
}
