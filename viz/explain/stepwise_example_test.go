package explain_test

import (
	"fmt"

	"loupe/nn"
	"loupe/nn/tensor"
	"loupe/viz/explain"
)

// valve is a network that lets x1 through, less what x2 is over 0:
// relu(relu(x1) − relu(x2)).
func valve() *nn.Model {
	m := nn.Sequential(nn.Dense(2, nn.ReLU, nn.NoBias), nn.Dense(1, nn.ReLU, nn.NoBias)).As(tensor.Float64).Build(2)
	m.Layer("dense").Param("kernel").Data.Copy(tensor.FromSlice([]float64{1, 0, 0, 1}, 2, 2))
	m.Layer("dense_1").Param("kernel").Data.Copy(tensor.FromSlice([]float64{1, -1}, 2, 1))
	return m
}

func ExampleDeepLIFT() {
	why := explain.DeepLIFT(valve()).Explain([]float64{3, 1})
	fmt.Printf("x1 %.2f, x2 %.2f, from %.0f to %.0f\n", why.At(0, 0, 0), why.At(0, 1, 0), why.Base[0], why.Predicted.At(0, 0))
	// Output: x1 3.00, x2 -1.00, from 0 to 2
}

func ExampleLRP() {
	why := explain.LRP(valve()).Explain([]float64{3, 1})
	fmt.Printf("x1 %.2f, x2 %.2f\n", why.At(0, 0, 0), why.At(0, 1, 0))
	// Output: x1 3.00, x2 -1.00
}

func ExampleLayerConductance() {
	why := explain.LayerConductance(valve(), explain.Layer("dense")).Explain([]float64{3, 1})
	for j, unit := range why.Features {
		fmt.Printf("%s: %.2f\n", unit, why.At(0, j, 0))
	}
	// Output:
	// dense 0: 3.00
	// dense 1: -1.00
}
