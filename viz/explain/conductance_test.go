package explain

import (
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"loupe/nn"
	"loupe/nn/data"
	"loupe/nn/tensor"
)

// TestConductance: what passes through units sums up to the difference of the outputs,
// and what passes through one from all features is that of the unit.
func TestConductance(t *testing.T) {
	m := nn.Sequential(nn.Dense(4, nn.Tanh), nn.Dense(3, nn.Tanh), nn.Dense(2, nn.Softmax)).As(tensor.Float64).Seed(5).Build(3)
	x := [][]float64{{1, -2, 0.5}, {0.3, 0.1, 2}}
	for _, layer := range []string{"dense", "dense_1"} {
		a := LayerConductance(m, Layer(layer), Output(1)).Explain(x)
		if a.Err() != nil || a.Check.Value > 1e-4 {
			t.Fatalf("%s: %v, %+v", layer, a.Err(), a.Check)
		}
		if a.Features[2] != layer+" 2" {
			t.Errorf("features %q", a.Features)
		}
		_, units, _ := a.Dims()
		all := mat.NewDense(2, 3, nil)
		for k := range units {
			of := NeuronConductance(m, Layer(layer), Unit(k), Output(1)).Explain(x)
			if of.Err() != nil {
				t.Fatal(of.Err())
			}
			all.Add(all, of.Values[0])
			for i := range x {
				if got := sum(of.Values[0].RawRowView(i)); math.Abs(got-a.At(i, k, 0)) > 1e-4 {
					t.Errorf("%s, unit %d, row %d: %v from the features, %v to the output", layer, k, i, got, a.At(i, k, 0))
				}
			}
		}
		if g := IntegratedGradients(m, Output(1)).Explain(x); !mat.EqualApprox(all, g.Values[0], 1e-4) {
			t.Errorf("%s: through all units\n%v\nintegrated gradients\n%v", layer, mat.Formatted(all), mat.Formatted(g.Values[0]))
		}
	}
	images := LayerConductance(digits(), Layer("conv2d")).Explain(data.Digits().First(3))
	if _, units, _ := images.Dims(); images.Err() != nil || units != 4 || images.Check.Value > 0.01 {
		t.Errorf("%v, %d units, %+v", images.Err(), units, images.Check)
	}
	for want, a := range map[string]*Attribution{
		"say which layer":                   LayerConductance(m).Explain(x),
		`the model has no node "d`:          LayerConductance(m, Layer("dens")).Explain(x),
		"there is no unit 3: dense_1 has 3": NeuronConductance(m, Layer("dense_1"), Unit(3)).Explain(x),
		"a way of 0 steps":                  LayerConductance(m, Layer("dense"), Steps(0)).Explain(x),
		"looks up vectors":                  LayerConductance(stepwise()["LSTM"].model, Layer("lstm")).Explain(x),
	} {
		if a.Err() == nil || !strings.Contains(a.Err().Error(), want) {
			t.Errorf("the error is %v, want %q", a.Err(), want)
		}
	}
}
