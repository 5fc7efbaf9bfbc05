// Command train times training and prediction of some models with package nn:
// bench/train.py times the same with PyTorch and Keras, side by side.
//
//	train [-model cnn|lstm|mobile|transformer|gemm] [-seconds 5]
//
// It prints a line of JSON: samples a second while training and predicting, and
// the resident set in MB after training. For gemm it is GFLOP/s of products of
// matrices, by size.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"runtime/pprof"
	"strings"
	"time"

	"loupe/nn"
	"loupe/nn/tensor"
)

const batch = 32

func main() {
	name := flag.String("model", "cnn", "cnn, lstm, mobile, transformer or gemm")
	seconds := flag.Float64("seconds", 5, "how long each is timed")
	profile := flag.String("profile", "", "write a CPU profile")
	flag.Parse()
	if *profile != "" {
		f, err := os.Create(*profile)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		defer f.Close()
		pprof.StartCPUProfile(f)
		defer pprof.StopCPUProfile()
	}
	if *name == "gemm" {
		json.NewEncoder(os.Stdout).Encode(products(*seconds))
		return
	}
	make, ok := map[string]func() (*nn.Model, nn.Loss, *tensor.Tensor, *tensor.Tensor){"cnn": cnn, "lstm": lstm, "mobile": mobile, "transformer": transformer}[*name]
	if !ok {
		fmt.Fprintf(os.Stderr, "there is no model %q\n", *name)
		os.Exit(2)
	}
	model, loss, x, y := make()
	data := nn.Arrays(x, y)
	n := x.Dim(0)
	train := func() {
		nn.Fit(model, data, nn.Config{Optimizer: nn.Adam(1e-3), Loss: loss, Batch: batch})
	}
	trained := rate(n, *seconds, train)
	resident := residentMB()
	predicted := rate(n, *seconds, func() { model.Predict(x) })
	json.NewEncoder(os.Stdout).Encode(map[string]any{"library": "loupe", "model": *name, "train": trained, "predict": predicted, "resident_mb": resident})
}

// rate runs f until the time is over, and returns the samples a second of its
// fastest run. The first run, which allocates, does not count.
func rate(n int, seconds float64, f func()) float64 {
	f()
	best := 0.0
	for end := time.Now().Add(time.Duration(seconds * float64(time.Second))); time.Now().Before(end); {
		begin := time.Now()
		f()
		best = max(best, float64(n)/time.Since(begin).Seconds())
	}
	return best
}

// sizes are the products that bench/train.py asks NumPy for too: rows and columns
// of the result, and numbers of a sum. The last three are those of the models.
var sizes = [][3]int{{64, 64, 64}, {128, 128, 128}, {256, 256, 256}, {512, 512, 512}, {1024, 1024, 1024}, {32, 256, 64}, {6400, 256, 64}, {3872, 64, 288}}

// products returns GFLOP/s by size.
func products(seconds float64) map[string]float64 {
	rates := map[string]float64{}
	for _, s := range sizes {
		a, b, c := tensor.Ones(s[0], s[2]), tensor.Ones(s[2], s[1]), tensor.New(s[0], s[1])
		flops := 2 * s[0] * s[1] * s[2]
		rates[fmt.Sprintf("%dx%dx%d", s[0], s[1], s[2])] = rate(flops, seconds/float64(len(sizes)), func() { c.SetMatMul(a, b) }) / 1e9
	}
	return rates
}

// cnn is the survey's image model.
func cnn() (*nn.Model, nn.Loss, *tensor.Tensor, *tensor.Tensor) {
	const n = 4096
	model := nn.Sequential(
		nn.Conv2D(32, 3, nn.ReLU),
		nn.MaxPool2D(2),
		nn.Conv2D(64, 3, nn.ReLU),
		nn.MaxPool2D(2),
		nn.Flatten(),
		nn.Dense(10, nn.Softmax),
	)
	return model, nn.CrossEntropy, tensor.Uniform(1, 0, 1, n, 28, 28, 1), whole(2, 10, n)
}

// lstm is the survey's text model.
func lstm() (*nn.Model, nn.Loss, *tensor.Tensor, *tensor.Tensor) {
	const n, length = 1024, 200
	model := nn.Sequential(nn.Embedding(1000, 64), nn.LSTM(64), nn.Dense(1, nn.Sigmoid))
	return model, nn.BinaryCrossEntropy, whole(1, 1000, n, length), whole(2, 2, n, 1)
}

// mobile is blocks as MobileNet has them (Howard et al., 2017).
func mobile() (*nn.Model, nn.Loss, *tensor.Tensor, *tensor.Tensor) {
	const n = 256
	parts := []nn.Part{nn.Conv2D(32, 3, nn.Same, nn.Stride(2), nn.NoBias), nn.BatchNorm(), nn.ReLU}
	for _, block := range []struct{ from, to, stride int }{{32, 64, 1}, {64, 128, 2}, {128, 128, 1}} {
		parts = append(parts,
			nn.Conv2D(block.from, 3, nn.Groups(block.from), nn.Padding(1), nn.Stride(block.stride), nn.NoBias), nn.BatchNorm(), nn.ReLU,
			nn.Conv2D(block.to, 1, nn.NoBias), nn.BatchNorm(), nn.ReLU)
	}
	parts = append(parts, nn.GlobalAvgPool(), nn.Dense(10, nn.Softmax))
	return nn.Sequential(parts...), nn.CrossEntropy, tensor.Uniform(1, 0, 1, n, 56, 56, 3), whole(2, 10, n)
}

// transformer is two blocks that read texts.
func transformer() (*nn.Model, nn.Loss, *tensor.Tensor, *tensor.Tensor) {
	const n, length = 512, 100
	model := nn.Sequential(nn.Embedding(1000, 64), nn.TransformerBlock(64, 4, 256), nn.TransformerBlock(64, 4, 256), nn.GlobalAvgPool(), nn.Dense(1, nn.Sigmoid))
	return model, nn.BinaryCrossEntropy, whole(1, 1000, n, length), whole(2, 2, n, 1)
}

// whole returns random whole numbers below limit.
func whole(seed uint64, limit float64, shape ...int) *tensor.Tensor {
	return tensor.Uniform(seed, 0, limit, shape...).Map(func(v float64) float64 { return min(float64(int(v)), limit-1) })
}

// residentMB is the resident set as Linux counts it, 0 elsewhere.
func residentMB() float64 {
	b, _ := os.ReadFile("/proc/self/status")
	for line := range strings.Lines(string(b)) {
		var kb float64
		if n, _ := fmt.Sscanf(line, "VmRSS: %f kB", &kb); n == 1 {
			return kb / 1024
		}
	}
	return 0
}
