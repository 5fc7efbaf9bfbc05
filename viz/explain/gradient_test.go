package explain

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"loupe/nn"
	"loupe/nn/data"
	"loupe/nn/tensor"
	"loupe/viz/chart"
)

// relus is f(x) = relu(relu(x1) − 1 − relu(x2)), for which Sundararajan, Taly and Yan
// give the contributions at (3, 1) by hand: 1.5 and −0.5.
func relus() *nn.Model {
	m := nn.Sequential(nn.Dense(2, nn.ReLU), nn.Dense(1, nn.ReLU)).Build(2)
	set := func(layer string, values ...[]float64) {
		for i, p := range m.Layer(layer).Params() {
			p.Data.Copy(tensor.FromSlice(values[i], p.Data.Shape()...).As(p.Data.DType()))
		}
	}
	set("dense", []float64{1, 0, 0, 1}, []float64{0, 0})
	set("dense_1", []float64{1, -1}, []float64{-1})
	return m
}

func TestIntegratedGradientsByHand(t *testing.T) {
	// The rule meets a kink: more steps come nearer.
	a := IntegratedGradients(relus(), Steps(2000)).Explain([]float64{3, 1})
	if a.Err() != nil {
		t.Fatal(a.Err())
	}
	if x, y := a.At(0, 0, 0), a.At(0, 1, 0); math.Abs(x-1.5) > 2e-3 || math.Abs(y+0.5) > 2e-3 {
		t.Errorf("contributions %v and %v, not 1.5 and −0.5", x, y)
	}
	if a.Check.Name != "completeness gap" || a.Check.Value > 2e-3 || a.Base[0] != 0 || a.Predicted.At(0, 0) != 1 {
		t.Errorf("%+v, base %v, predicted %v", a.Check, a.Base, a.Predicted.At(0, 0))
	}
	if a := Saliency(relus()).Explain([]float64{3, 1}); a.At(0, 0, 0) != 1 || a.At(0, 1, 0) != -1 {
		t.Errorf("gradients %v", mat.Formatted(a.Values[0]))
	}
	if a := GradientInput(relus()).Explain([]float64{3, 1}); a.At(0, 0, 0) != 3 || a.At(0, 1, 0) != -1 {
		t.Errorf("gradients × input %v", mat.Formatted(a.Values[0]))
	}
	if a := Occlusion(relus()).Explain([]float64{3, 1}); a.At(0, 0, 0) != 1 || a.At(0, 1, 0) != -1 {
		t.Errorf("falls %v: without x1 the output is 0, without x2 it is 2", mat.Formatted(a.Values[0]))
	}
}

// digits is a small network that knows one thing: whether the left or the right half
// of an 8 × 8 image is brighter.
func digits() *nn.Model {
	return nn.Sequential(nn.Conv2D(4, 3, nn.ReLU, nn.Same), nn.MaxPool2D(2), nn.Conv2D(6, 3, nn.Tanh), nn.Flatten(), nn.Dense(3, nn.Softmax)).Seed(3).Build(8, 8, 1)
}

// TestComplete compares the sum of integrated gradients with the difference of
// outputs, for models without kinks, and the gradients with differences.
func TestComplete(t *testing.T) {
	m := nn.Sequential(nn.Dense(6, nn.Tanh), nn.Dense(3, nn.Softmax)).As(tensor.Float64).Seed(1).Build(4)
	x := [][]float64{{0.3, -1, 2, 0.5}, {1, 1, 1, 1}, {-2, 0.1, 0, 3}}
	for _, k := range []int{0, 1, 2} {
		a := IntegratedGradients(m, Output(k), Baseline([]float64{0.1, 0, 0, 0.2})).Explain(x)
		if a.Err() != nil || a.Check.Value > 1e-9 {
			t.Errorf("output %d: gap %v, %v", k, a.Check.Value, a.Err())
		}
		g := Saliency(m, Output(k)).Explain(x)
		const h = 1e-6
		for i, row := range x {
			for j := range row {
				move := func(d float64) float64 {
					moved := slices.Clone(row)
					moved[j] += d
					return Saliency(m, Output(k)).Explain(moved).Predicted.At(0, 0)
				}
				if want := (move(h) - move(-h)) / (2 * h); math.Abs(g.At(i, j, 0)-want) > 1e-7 {
					t.Errorf("output %d, row %d, feature %d: gradient %v, difference %v", k, i, j, g.At(i, j, 0), want)
				}
			}
		}
	}
}

// methods are all of them, with what makes them fast.
func methods(m any) map[string]*GradientMethod {
	return map[string]*GradientMethod{
		"Saliency": Saliency(m), "Gradient × input": GradientInput(m), "Integrated gradients": IntegratedGradients(m, Steps(10)), "SmoothGrad": SmoothGrad(m, Samples(5)),
		"Gradient SHAP": GradientSHAP(m, data.Digits().First(20), Samples(5)),
		"Grad-CAM":      GradCAM(m), "Grad-CAM++": GradCAMPlusPlus(m), "Occlusion": Occlusion(m),
		"DeepLIFT": DeepLIFT(m), "Deep SHAP": DeepSHAP(m, data.Digits().First(5)), "LRP": LRP(m), "guided": GuidedBackprop(m),
	}
}

// TestRowsAlone explains rows together and one by one: they must not depend on each
// other, nor leave anything behind in the model.
func TestRowsAlone(t *testing.T) {
	m := digits()
	x, _ := data.Digits().Split()
	set := x.First(70) // more than a chunk
	before := m.Predict(set.Tensor().Slice(0, 0, 1)).Float64s()
	for name, method := range methods(m) {
		all := method.Explain(set)
		if all.Err() != nil {
			t.Errorf("%s: %v", name, all.Err())
			continue
		}
		for _, i := range []int{0, 66} {
			one := method.Explain(set.X(i))
			for j := range 64 {
				if a, b := all.At(i, j, 0), one.At(0, j, 0); math.Abs(a-b) > 1e-5*(1+math.Abs(a)) {
					t.Fatalf("%s: row %d, pixel %d: %v together, %v alone", name, i, j, a, b)
				}
			}
		}
		for _, l := range m.Layers() {
			for _, p := range l.Params() {
				if g := p.Grad(); g != nil && l.Frozen() {
					t.Errorf("%s: %s stays frozen", name, l.Name())
				}
			}
		}
	}
	if after := m.Predict(set.Tensor().Slice(0, 0, 1)).Float64s(); !slices.Equal(before, after) {
		t.Errorf("the model predicts %v, and %v afterwards", before, after)
	}
}

// TestGradientSHAP compares expected gradients with what they are by hand: of a linear
// model its weights times the distance from the mean, and in general what integrated
// gradients from all rows of the background give on average.
func TestGradientSHAP(t *testing.T) {
	m := nn.Sequential(nn.Dense(5, nn.Tanh), nn.Dense(1)).As(tensor.Float64).Seed(2).Build(3)
	background := [][]float64{{0, 0, 0}, {1, -1, 0.5}, {0.3, 2, -1}}
	x := []float64{1.5, 0.2, -0.7}
	mean := make([]float64, 3)
	for _, b := range background {
		one := IntegratedGradients(m, Baseline(b)).Explain(x)
		for j := range mean {
			mean[j] += one.At(0, j, 0) / 3
		}
	}
	a := GradientSHAP(m, background, Samples(4000)).Explain(x)
	if a.Err() != nil {
		t.Fatal(a.Err())
	}
	for j, want := range mean {
		if e := a.Errors[0].At(0, j); math.Abs(a.At(0, j, 0)-want) > 4*e || e > 0.05 || e == 0 {
			t.Errorf("feature %d: %v ± %v, by hand %v", j, a.At(0, j, 0), e, want)
		}
	}
	if a.Base == nil || a.Check.Name != "additivity gap" || a.Check.Value > 0.05 {
		t.Errorf("base %v, %+v", a.Base, a.Check)
	}
	for want, bad := range map[string]*Attribution{
		"the background: there are no rows":             GradientSHAP(m, nil).Explain(x),
		"the background: the model takes samples of 3":  GradientSHAP(m, [][]float64{{1, 2}}).Explain(x),
		"from two samples at least, not from 1":         GradientSHAP(m, background, Samples(1)).Explain(x),
		"the model takes samples of 3, 3 numbers, and ": GradientSHAP(m, background).Explain([]float64{1}),
	} {
		if err := bad.Err(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error is %v, want %q", err, want)
		}
	}
}

func TestCAM(t *testing.T) {
	m := digits()
	set := data.Digits().First(3)
	a := GradCAM(m, Output(1)).Explain(set)
	if a.Err() != nil {
		t.Fatal(a.Err())
	}
	for i := range 3 {
		lo, hi := extent(a.Values[0].RawRowView(i))
		if lo < 0 || hi > 1+1e-9 {
			t.Errorf("row %d from %v to %v", i, lo, hi)
		}
	}
	// By hand: with one output that is the sum of the second map, its gradient is 1
	// there, and the map itself is what remains.
	if w := camWeight(nil, []float64{1, 3}); w != 2 {
		t.Errorf("weight %v", w)
	}
	if got := bilinear([]float64{0, 1, 2, 3}, 2, 2, 0.5, 0.5); got != 1.5 {
		t.Errorf("the middle of four is %v", got)
	}
	if err := GradCAM(m, Layer("flatten")).Explain(set).Err(); err == nil || !strings.Contains(err.Error(), "flatten computes") {
		t.Errorf("flatten: %v", err)
	}
	if err := GradCAM(relus()).Explain([]float64{1, 2}).Err(); err == nil || !strings.Contains(err.Error(), "which are no images") {
		t.Errorf("no images: %v", err)
	}
}

func TestMistakesOfGradients(t *testing.T) {
	in := nn.Input(3)
	words := nn.NewModel(in, nn.Dense(2, nn.Softmax).On(nn.GlobalAvgPool().On(nn.Concat().On(nn.Embedding(10, 4).On(in), nn.Embedding(10, 3).On(in))))).Build(3)
	own := nn.Sequential(nn.Custom(&slope{}), nn.Dense(2)).Build(2)
	for _, c := range []struct {
		a    *Attribution
		want string
	}{
		{Saliency(nil).Explain([]float64{1}), "no model that viz knows"},
		{Saliency(relus()).Explain(nil), "there are no rows"},
		{Saliency(relus()).Explain([]float64{1, 2, 3}), "the model takes samples of 2, 2 numbers, and the rows have 3"},
		{Saliency(relus(), Output(1)).Explain([]float64{1, 2}), "there is no output 1: the model has 1"},
		{Saliency(relus(), Steps(3)).Explain([]float64{1, 2}), "the option Steps means nothing here: there are Output"},
		{IntegratedGradients(relus(), Steps(-1)).Explain([]float64{1, 2}), "a way of -1 steps"},
		{IntegratedGradients(relus(), Baseline([]float64{1})).Explain([]float64{1, 2}), "the baseline is 1 × 1: it must be one row of 2 features"},
		{SmoothGrad(relus(), Noise(math.NaN())).Explain([]float64{1, 2}), "NaN"},
		{Occlusion(relus(), Window(3)).Explain([]float64{1, 2}), "a window of 3 does not fit"},
		{Saliency(words).Explain([]float64{1, 2, 3}), "the model looks up words also in embedding_1"},
		{DeepLIFT(own).Explain([]float64{1, 2}), "no method Clone() nn.Kind"},
		{Saliency(relus()).Explain([]float64{math.NaN(), 2}), "the model returned NaN for row 0"},
		{Saliency(nn.Sequential(nn.Dense(1))).Explain([]float64{1}), "the shape of the model's input is not known"},
	} {
		if err := c.a.Err(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("the error is %v, want %q", err, c.want)
		}
		if _, err := c.a.Bar().Image(1); err == nil {
			t.Errorf("a picture in spite of %q", c.want)
		}
	}
}

// slope is a kind of layer as programs make them.
type slope struct{ by *nn.Param }

func (k *slope) Type() string { return "Slope" }

func (k *slope) Build(b *nn.Builder, in []nn.Shape) nn.Shape {
	k.by = b.Param("by", nn.Ones, 1, 1, 1)
	return in[0]
}

func (k *slope) Forward(_ *nn.Tape, in []*nn.Value) *nn.Value { return in[0] }

func overlays() map[string]*chart.Figure {
	m := digits()
	x := data.Digits().First(2)
	return map[string]*chart.Figure{
		"overlay":  IntegratedGradients(m).Explain(x).Row(0).Overlay(),
		"overlays": GradCAM(m).Explain(x).Overlay(),
	}
}

func Example() {
	model := nn.Sequential(nn.Dense(8, nn.Tanh), nn.Dense(3, nn.Softmax)).Build(4)
	why := IntegratedGradients(model, Output(0)).Explain(data.Iris().First(5))
	rows, features, outputs := why.Dims()
	fmt.Println(rows, features, outputs, why.Check.Value < 1e-4)
	// Output: 5 4 1 true
}
