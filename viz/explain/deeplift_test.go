package explain

import (
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"loupe/nn"
	"loupe/nn/tensor"
)

// stepwise are models with layers of all kinds, and inputs for them.
func stepwise() map[string]struct {
	model *nn.Model
	x     [][]float64
} {
	rows := func(seed uint64, n, width int) [][]float64 {
		m := fewRows(n, width, seed)
		var list [][]float64
		for i := range n {
			list = append(list, m.RawRowView(i))
		}
		return list
	}
	in := nn.Input(6)
	a := nn.Dense(5, nn.Tanh).On(in)
	branches := nn.NewModel(in, nn.Dense(2, nn.Softmax).On(nn.Concat().On(nn.Add().On(a, nn.Dense(5, nn.ReLU).On(in)), in)))
	words := make([][]float64, 3)
	for i := range words {
		for j := range 7 {
			words[i] = append(words[i], float64((i*5+j*3)%11))
		}
	}
	return map[string]struct {
		model *nn.Model
		x     [][]float64
	}{
		"dense":      {nn.Sequential(nn.Dense(8, nn.ReLU), nn.BatchNorm(), nn.Dense(8, nn.GELU), nn.Dense(3, nn.Softmax)).Seed(4).Build(6), rows(1, 4, 6)},
		"sigmoid":    {nn.Sequential(nn.Dense(8, nn.ELU), nn.Dropout(0.3), nn.Dense(1, nn.Sigmoid)).Seed(4).Build(6), rows(1, 4, 6)},
		"branches":   {branches, rows(2, 3, 6)},
		"images":     {nn.Sequential(nn.Conv2D(4, 3, nn.ReLU, nn.Same), nn.MaxPool2D(2), nn.Conv2D(6, 3), nn.ReLU, nn.AvgPool2D(2), nn.Flatten(), nn.Dense(3)).Seed(3).Build(8, 8, 1), rows(3, 2, 64)},
		"LSTM":       {nn.Sequential(nn.Embedding(11, 4), nn.LSTM(5), nn.Dense(1, nn.Sigmoid)).Seed(1).Build(7), words},
		"GRU":        {nn.Sequential(nn.Embedding(11, 4), nn.GRU(5, nn.Sequences), nn.GlobalMaxPool(), nn.Dense(2, nn.Softmax)).Seed(1).Build(7), words},
		"attention":  {nn.Sequential(nn.Embedding(11, 4), nn.TransformerBlock(4, 2, 8), nn.GlobalAvgPool(), nn.Dense(2, nn.Softmax)).Seed(1).Build(7), words},
		"convolving": {nn.Sequential(nn.Embedding(11, 4), nn.Conv1D(6, 3, nn.ReLU), nn.GlobalMaxPool(), nn.Dense(2, nn.Softmax)).Seed(1).Build(7), words},
	}
}

// TestDeepLIFTComplete: contributions sum up to the difference of the outputs, through
// layers of all kinds.
func TestDeepLIFTComplete(t *testing.T) {
	for name, c := range stepwise() {
		for _, a := range []*Attribution{DeepLIFT(c.model).Explain(c.x), DeepSHAP(c.model, c.x).Explain(c.x)} {
			if a.Err() != nil {
				t.Errorf("%s: %v", name, a.Err())
			} else if a.Check.Value > 1e-5 { // what the model gives is in float32, and slopes are of 16 places
				t.Errorf("%s, %s: %+v", name, a.Method, a.Check)
			}
		}
	}
}

// TestDeepLIFTByHand has the first example of the paper, min(x1, x2) as a network:
// y = i1 − relu(i1 − i2). From (0, 0) to (2, 1) the slope of relu is 1: all is of i2.
func TestDeepLIFTByHand(t *testing.T) {
	in := nn.Input(2)
	h := nn.Dense(1, nn.ReLU, nn.NoBias)
	out := nn.Dense(1, nn.NoBias)
	m := nn.NewModel(in, out.On(nn.Concat().On(in, h.On(in)))).As(tensor.Float64).Build(2)
	h.Param("kernel").Data.Copy(tensor.FromSlice([]float64{1, -1}, 2, 1))
	out.Param("kernel").Data.Copy(tensor.FromSlice([]float64{1, 0, -1}, 3, 1))
	for x, want := range map[[2]float64][2]float64{{2, 1}: {0, 1}, {1, 2}: {1, 0}} {
		a := DeepLIFT(m).Explain(x[:])
		if a.Err() != nil || a.At(0, 0, 0) != want[0] || a.At(0, 1, 0) != want[1] || a.Check.Value > 1e-12 {
			t.Errorf("%v: %v %v, %v; want %v", x, a.At(0, 0, 0), a.At(0, 1, 0), a.Err(), want)
		}
	}
	// relu(relu(x1) − 1 − relu(x2)) at (3, 1): (0 → 1) of the outer sum's 3 − 1 − 1 from −1,
	// whose slope is 1/2, so 3/2 and −1/2.
	a := DeepLIFT(relus()).Explain([]float64{3, 1})
	if math.Abs(a.At(0, 0, 0)-1.5) > 1e-12 || math.Abs(a.At(0, 1, 0)+0.5) > 1e-12 {
		t.Errorf("%v", mat.Formatted(a.Values[0]))
	}
}

// TestDeepSHAPLinear: of a model without interactions, contributions are Shapley
// values.
func TestDeepSHAPLinear(t *testing.T) {
	in := nn.Input(3)
	m := nn.NewModel(in, nn.Dense(1).On(in)).As(tensor.Float64).Build(3)
	background := [][]float64{{0, 1, 2}, {1, 1, 5}, {2, -1, 0}}
	x := [][]float64{{1, 2, 3}, {0, 0, 1}}
	deep, exact := DeepSHAP(m, background).Explain(x), ExactSHAP(m, background).Explain(x)
	if deep.Err() != nil || exact.Err() != nil {
		t.Fatal(deep.Err(), exact.Err())
	}
	if !mat.EqualApprox(deep.Values[0], exact.Values[0], 1e-12) || math.Abs(deep.Base[0]-exact.Base[0]) > 1e-12 {
		t.Errorf("%v\n%v", mat.Formatted(deep.Values[0]), mat.Formatted(exact.Values[0]))
	}
}

// TestGuided compares with the rule by hand.
func TestGuided(t *testing.T) {
	// Back through the outer relu comes 1; −1 for relu(x2) does not pass its relu.
	a := GuidedBackprop(relus()).Explain([]float64{3, 1})
	if a.Err() != nil || a.At(0, 0, 0) != 1 || a.At(0, 1, 0) != 0 {
		t.Errorf("%v, %v", a.Err(), mat.Formatted(a.Values[0]))
	}
}

// TestLRP compares with what the rules give by hand, and with gradient × input, which the
// epsilon rule is for models of ReLU without biases.
func TestLRP(t *testing.T) {
	m := nn.Sequential(nn.Dense(6, nn.ReLU, nn.NoBias), nn.Dense(5, nn.ReLU, nn.NoBias), nn.Dense(3, nn.NoBias)).As(tensor.Float64).Seed(2).Build(4)
	x := [][]float64{{1, -2, 0.5, 3}, {-1, 1, 2, 0.1}}
	a, g := LRP(m, Output(1)).Explain(x), GradientInput(m, Output(1)).Explain(x)
	if a.Err() != nil || !mat.EqualApprox(a.Values[0], g.Values[0], 1e-4) || a.Check.Value > 1e-4 {
		t.Errorf("%v, %+v\n%v\n%v", a.Err(), a.Check, mat.Formatted(a.Values[0]), mat.Formatted(g.Values[0]))
	}
	one := nn.Sequential(nn.Dense(1, nn.NoBias), nn.Sigmoid).As(tensor.Float64).Build(3)
	one.Layer("dense").Param("kernel").Data.Copy(tensor.FromSlice([]float64{2, -1, 1}, 3, 1))
	for rule, want := range map[string][]float64{
		"epsilon": {2, -1, 3}, // x·w of x = (1, 1, 3), whose sum is 4
		"gamma":   {4 * 2.5 / 5.25, -4 / 5.25, 4 * 3.75 / 5.25},
		"zplus":   {4 * 2.0 / 5, 0, 4 * 3.0 / 5},
	} {
		a := LRP(one, Rule(rule)).Explain([]float64{1, 1, 3})
		if a.Err() != nil {
			t.Fatal(a.Err())
		}
		for j, v := range want {
			if math.Abs(a.At(0, j, 0)-v) > 1e-5 {
				t.Errorf("%s, feature %d: %v, want %v", rule, j, a.At(0, j, 0), v)
			}
		}
		if a.Unit != "logit" || math.Abs(a.Predicted.At(0, 0)-4) > 1e-12 {
			t.Errorf("%s: %v %q", rule, a.Predicted.At(0, 0), a.Unit)
		}
	}
	for name, c := range stepwise() {
		a := LRP(c.model).Explain(c.x)
		switch has := map[string]string{"LSTM": "lstm (LSTM)", "GRU": "gru (GRU)", "attention": "layer_norm"}[name]; {
		case has == "" && a.Err() != nil:
			t.Errorf("%s: %v", name, a.Err())
		case has != "" && (a.Err() == nil || !strings.Contains(a.Err().Error(), "LRP has no rule for") || !strings.Contains(a.Err().Error(), "DeepLIFT")):
			t.Errorf("%s: the error is %v", name, a.Err())
		}
	}
	if err := LRP(m, Rule("omega")).Explain(x).Err(); err == nil || !strings.Contains(err.Error(), `there is no rule "omega"`) {
		t.Errorf("the error is %v", err)
	}
}

// TestVectors takes gradients at the vectors of words: contributions of integrated
// gradients sum up, and padding contributes nothing.
func TestVectors(t *testing.T) {
	for _, name := range []string{"LSTM", "GRU", "attention", "convolving"} {
		c := stepwise()[name]
		x := c.x
		x[0][0], x[0][1] = 0, 0
		a := IntegratedGradients(c.model, Steps(200)).Explain(x)
		if a.Err() != nil || a.Check.Value > 1e-4 {
			t.Errorf("%s: %v, %+v", name, a.Err(), a.Check)
			continue
		}
		if _, features, _ := a.Dims(); features != 7 || a.At(0, 0, 0) != 0 || a.At(0, 1, 0) != 0 || a.At(0, 2, 0) == 0 {
			t.Errorf("%s: %v", name, mat.Formatted(a.Values[0]))
		}
		if a := GradientSHAP(c.model, x[:2], Samples(50)).Explain(x[2]); a.Err() != nil || a.Errors[0].At(0, 3) <= 0 {
			t.Errorf("%s: %v", name, a.Err())
		}
		for _, m := range []*GradientMethod{Saliency(c.model), SmoothGrad(c.model, Samples(3)), GradientInput(c.model), GuidedBackprop(c.model)} {
			if a := m.Explain(x); a.Err() != nil {
				t.Errorf("%s: %v", name, a.Err())
			}
		}
	}
}
