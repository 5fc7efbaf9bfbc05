package gomlx_test

import (
	"math/rand"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/dataset"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/gomlx/gomlx/ml/train/loss"
	"github.com/gomlx/gomlx/ml/train/optimizer"

	"loupe/viz"
	neutral "loupe/viz/model"
	"loupe/viz/source/gomlx"
)

// samples of two features, and their product.
func products(t *testing.T) (x, y [][]float64, ds *dataset.InMemoryDataset) {
	t.Helper()
	r := rand.New(rand.NewSource(1))
	for range 32 {
		a, b := r.NormFloat64(), r.NormFloat64()
		x, y = append(x, []float64{a, b}), append(y, []float64{a * b})
	}
	ds, err := dataset.InMemoryFromData(backend(t), "products", []any{x}, []any{y})
	if err != nil {
		t.Fatal(err)
	}
	return x, y, ds.BatchSize(32, true).Infinite(true)
}

func regression(s *model.Scope, x *graph.Node) *graph.Node {
	w := s.In("in").VariableWithValue("w", [][]float64{{0.5, -0.25, 0.75}, {0.25, 0.5, -0.5}}).NodeValue(x)
	v := s.In("out").VariableWithValue("w", [][]float64{{0.5}, {0.25}, {-0.5}}).NodeValue(x)
	return graph.Dot(graph.Tanh(graph.Dot(x, w).Product()), v).Product()
}

// training runs a recorder over some steps of descent.
func training(t *testing.T, steps int, o optimizer.Interface, r *gomlx.Recorder) (*model.Store, *train.Loop) {
	t.Helper()
	_, _, ds := products(t)
	s := newStore()
	if _, err := neutral.Of(gomlx.Model(backend(t), s, regression, [][]float64{{1, 2}})); err != nil { // makes the variables
		t.Fatal(err)
	}
	trainer := train.NewTrainer(backend(t), s, regression, loss.MeanSquaredError, o, nil, nil)
	loop := train.NewLoop(trainer)
	r.Attach(loop)
	if _, err := loop.RunSteps(ds, steps); err != nil {
		t.Fatal(err)
	}
	return s, loop
}

func series(t *testing.T, trace *neutral.Trace, name string) []neutral.Point {
	t.Helper()
	for _, s := range trace.Series {
		if s.Name() == name {
			return s.Points
		}
	}
	t.Fatalf("the trace has no %s", name)
	return nil
}

// TestRecorder compares what is recorded with descent done by hand: the gradient is
// that of graph.Gradient for the batch, and a step goes against it.
func TestRecorder(t *testing.T) {
	const rate = 0.1
	for kind, wrap := range map[string]func(optimizer.Interface) optimizer.Interface{
		"with gradients": func(o optimizer.Interface) optimizer.Interface { return o },
		"of the loss":    func(o optimizer.Interface) optimizer.Interface { return onlyLoss{o} },
	} {
		r := gomlx.NewRecorder(gomlx.EverySteps(1), gomlx.WholeTensors())
		training(t, 4, r.Optimizer(wrap(optimizer.StochasticGradientDescent().WithLearningRate(rate).WithDecay(false).Done())), r)
		trace, err := neutral.TraceOf(r)
		if err != nil {
			t.Fatal(err)
		}
		if len(trace.Series) != 6 {
			t.Errorf("%s: %d series", kind, len(trace.Series))
		}
		x, y, _ := products(t)
		for step := range 4 {
			w, v := series(t, trace, "in/w")[step].Values, series(t, trace, "out/w")[step].Values
			got := graph.MustExecOnceN(backend(t), func(in []*graph.Node) []*graph.Node {
				prediction := graph.Dot(graph.Tanh(graph.Dot(in[0], in[1]).Product()), in[2]).Product()
				return graph.Gradient(graph.ReduceAllMean(graph.Square(graph.Sub(prediction, in[3]))), in[1], in[2])
			}, x, tensors.FromFlatDataAndDimensions(slices.Clone(w), 2, 3), tensors.FromFlatDataAndDimensions(slices.Clone(v), 3, 1), y)
			for i, name := range []string{"in/w", "out/w"} {
				gradient := series(t, trace, name+" gradient")[step]
				near(t, kind+": "+name+" gradient", gradient.Values, tensors.MustCopyFlatData[float64](got[i]), 1e-9)
				var want []float64
				for _, g := range gradient.Values {
					want = append(want, -rate*g)
				}
				near(t, kind+": "+name+" update", series(t, trace, name+" update")[step].Values, want, 1e-9)
				if gradient.Step != step || gradient.Count != len(want) {
					t.Errorf("%s: step %d has the point %+v", kind, step, gradient)
				}
			}
		}
	}
}

// onlyLoss hides that an optimizer takes gradients.
type onlyLoss struct{ optimizer.Interface }

func TestRecorderPictures(t *testing.T) {
	r := gomlx.NewRecorder(gomlx.EverySteps(5))
	s, _ := training(t, 21, r.Optimizer(optimizer.Adam().LearningRate(0.01).Done()), r)
	trace, err := neutral.TraceOf(r)
	if err != nil {
		t.Fatal(err)
	}
	var steps []int
	for _, p := range series(t, trace, "in/w gradient") {
		steps = append(steps, p.Step)
	}
	if !slices.Equal(steps, []int{0, 5, 10, 15, 20}) {
		t.Errorf("kept steps %v", steps)
	}
	for name, f := range map[string]*viz.Figure{"gradients": viz.Gradients(r), "updates": viz.Updates(r), "distributions": viz.Distributions(r), "ridges": viz.Ridges(r), "ratios": viz.GradientRatios(r), "flow": viz.GradientFlow(r), "norms": viz.Norms(r), "weights": viz.Weights(s), "spectra": viz.Spectra(s), "layers": viz.Layers(s), "diff": viz.Diff(s, s)} {
		if _, err := f.Image(1); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if d := viz.Weights(s).Describe(); strings.Contains(d, "optimizers") || !strings.Contains(d, "in/w") {
		t.Errorf("the weights of a store are %s", d)
	}
}

// TestRecorderLimit keeps less and less of a long training.
func TestRecorderLimit(t *testing.T) {
	r := gomlx.NewRecorder(gomlx.EverySteps(1), gomlx.MemoryLimit(30000))
	training(t, 40, r.Optimizer(optimizer.StochasticGradientDescent().Done()), r)
	trace, err := r.Trace()
	if err != nil {
		t.Fatal(err)
	}
	points := series(t, trace, "in/w")
	if n := len(points); n < 3 || n > 9 || points[0].Step != 0 || points[n-1].Step < 30 {
		t.Errorf("kept %d steps, from %d to %d", n, points[0].Step, points[n-1].Step)
	}
}

// TestOthersLog sees that what a model logs reaches whom it is for, and gradients do
// not.
func TestOthersLog(t *testing.T) {
	var logged []string
	_, _, ds := products(t)
	r := gomlx.NewRecorder(gomlx.EverySteps(1))
	trainer := train.NewTrainer(backend(t), newStore(), func(s *model.Scope, x *graph.Node) *graph.Node {
		y := regression(s, x)
		y.SetLogged("prediction")
		return y
	}, loss.MeanSquaredError, r.Optimizer(optimizer.StochasticGradientDescent().Done()), nil, nil)
	trainer.OnExecCreation(func(exec *model.Exec, _ train.GraphType) {
		exec.SetNodeLogger(func(_ *graph.Graph, messages []string, _ []*tensors.Tensor, _ []graph.NodeId) {
			logged = append(logged, messages...)
		})
	})
	loop := train.NewLoop(trainer)
	r.Attach(loop)
	if _, err := loop.RunSteps(ds, 2); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(logged, []string{"prediction", "prediction"}) {
		t.Errorf("logged %q", logged)
	}
	trace, err := r.Trace()
	if err != nil {
		t.Fatal(err)
	}
	if n := len(series(t, trace, "in/w gradient")); n != 2 {
		t.Errorf("%d gradients", n)
	}
	if n := len(series(t, trace, "in/w update")); n != 1 { // the first step makes the variables
		t.Errorf("%d updates", n)
	}
}

func TestRecorderMistakes(t *testing.T) {
	var none *gomlx.Recorder
	nothing, twice, early := gomlx.NewRecorder(), gomlx.NewRecorder(), gomlx.NewRecorder()
	nothing.Attach(nil)
	loop := train.NewLoop(train.NewTrainer(backend(t), newStore(), regression, loss.MeanSquaredError, optimizer.Adam().Done(), nil, nil))
	twice.Attach(loop)
	twice.Attach(loop)
	early.Attach(loop)
	for want, r := range map[string]*gomlx.Recorder{
		"the recorder is nil": none, "is not attached to a loop": gomlx.NewRecorder(), "a loop that is nil": nothing,
		"attached to two loops": twice, "has kept no step": early,
	} {
		if _, err := viz.Gradients(r).Image(1); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	plain := gomlx.NewRecorder(gomlx.EverySteps(1))
	training(t, 3, optimizer.Adam().Done(), plain)
	if _, err := viz.Gradients(plain).Image(1); err == nil || !strings.Contains(err.Error(), "no gradients") {
		t.Errorf("without Optimizer: %v", err)
	}
	if _, err := viz.Updates(plain).Image(1); err != nil {
		t.Error(err)
	}
}
