package gomlx_test

import (
	"math"
	"sync"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	_ "github.com/gomlx/compute/gobackend"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/layers/activation"
	"github.com/gomlx/gomlx/ml/layers/attention"
	"github.com/gomlx/gomlx/ml/layers/fnn"
	"github.com/gomlx/gomlx/ml/layers/lstm"
	"github.com/gomlx/gomlx/ml/layers/norm"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/initializer"

	viz "loupe/viz/model"
	"loupe/viz/source/gomlx"
)

// one backend for all: tensors belong to one.
var one = sync.OnceValues(func() (compute.Backend, error) { return compute.NewWithConfig("go") })

func backend(t testing.TB) compute.Backend {
	t.Helper()
	b, err := one()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// newStore returns a store whose variables begin the same in every run.
func newStore() *model.Store {
	s := model.NewStore()
	s.SetParam(initializer.ParamInitialSeed, int64(1))
	return s
}

func mlp(s *model.Scope, x *graph.Node) *graph.Node {
	x = activation.Relu(layers.DenseWithBias(s.In("hidden"), x, 8))
	x = layers.DropoutStatic(s, x, 0.5)
	return graph.Softmax(layers.DenseWithBias(s.In("readout"), x, 3))
}

func cnn(s *model.Scope, x *graph.Node) *graph.Node {
	for i, channels := range []int{8, 16} {
		scope := s.In("block_%d", i)
		x = layers.Convolution(scope, x).Channels(channels).KernelSize(3).PadSame().Done()
		x = norm.BatchNorm(scope, x, -1).UseBackendInference(false).Done()
		x = activation.Relu(x)
		x = graph.MeanPool(x).Window(2).Done() // the backend in Go has no gradients of MaxPool
	}
	x = graph.Reshape(x, x.Shape().Dim(0), -1)
	return layers.DenseWithBias(s.In("readout"), x, 10)
}

// block is one of a transformer, with layers that it makes itself.
func block(s *model.Scope, x *graph.Node) *graph.Node {
	a := attention.SelfAttention(s.In("attention"), norm.LayerNorm(s.In("norm_1"), x, -1).Done(), 2, 4).Done()
	x = graph.Add(x, a)
	h := norm.LayerNorm(s.In("norm_2"), x, -1).Done()
	h = activation.Gelu(layers.DenseWithBias(s.In("wide"), h, 32))
	return graph.Add(x, layers.DenseWithBias(s.In("narrow"), h, 8))
}

func transformer(s *model.Scope, tokens *graph.Node) *graph.Node {
	x := layers.Embedding(s.In("embedding"), tokens, dtypes.Float32, 20, 8)
	for i := range 3 {
		x = block(s.In("block_%d", i), x)
	}
	return layers.DenseWithBias(s.In("readout"), graph.ReduceMean(x, 1), 2)
}

// residual has a loop without a function around, and layers of single operations.
func residual(s *model.Scope, x *graph.Node) *graph.Node {
	for i := range 3 {
		at := s.In("block_%d", i)
		w := at.VariableWithShape("w", shapes.Make(x.DType(), 4, 4))
		b := at.VariableWithShape("b", shapes.Make(x.DType(), 4))
		y := graph.Add(graph.Dot(x, w.NodeValue(x.Graph())).Product(), graph.ExpandLeftToRank(b.NodeValue(x.Graph()), 2))
		x = graph.Add(x, graph.Tanh(y))
	}
	return graph.Softmax(x)
}

func recurrent(s *model.Scope, x *graph.Node) *graph.Node {
	_, last, _ := lstm.New(s.In("memory"), x, 6).Done()
	return layers.DenseWithBias(s.In("readout"), graph.Squeeze(last, 0), 2)
}

func ready(s *model.Scope, x *graph.Node) *graph.Node {
	return fnn.New(s, x, 3).NumHiddenLayers(2, 8).Activation(activation.TypeTanh).Residual(true).Normalization("layer").Done()
}

// rows makes samples that look like nothing in particular.
func rows(dims ...int) viz.Array {
	a := viz.Array{Shape: dims}
	for i := range viz.Size(dims) {
		a.Values = append(a.Values, math.Sin(float64(i*i+1)))
	}
	return a
}

func floats(dims ...int) shapes.Shape { return shapes.Make(dtypes.Float32, dims...) }

// samples are the models of the pictures.
func samples(t testing.TB) map[string]*gomlx.Net {
	b := backend(t)
	return map[string]*gomlx.Net{
		"mlp":         gomlx.Model(b, newStore(), mlp, floats(2, 4)),
		"cnn":         gomlx.Model(b, newStore(), cnn, floats(2, 12, 12, 1)),
		"transformer": gomlx.Model(b, newStore(), transformer, shapes.Make(dtypes.Int32, 2, 6)),
		"residual":    gomlx.Model(b, newStore(), residual, floats(2, 4)),
		"recurrent":   gomlx.Model(b, newStore(), recurrent, floats(2, 5, 3)),
		"fnn":         gomlx.Model(b, newStore(), ready, floats(2, 4)),
	}
}
