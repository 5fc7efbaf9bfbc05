package explain_test

import (
	"fmt"

	"loupe/viz/explain"
)

func ExampleKernelSHAP() {
	why := explain.KernelSHAP(price, houses()).Explain([]float64{100, 1})
	fmt.Printf("%.2f %+.2f %+.2f, gap below 1e-9: %v\n", why.Base[0], why.At(0, 0, 0), why.At(0, 1, 0), why.Check.Value < 1e-9)
	// Output: 248.25 +23.00 +18.75, gap below 1e-9: true
}

func ExamplePermutationSHAP() {
	// Of two rows, each with its standard error: it is 0, as nothing interacts.
	why := explain.PermutationSHAP(price, houses(), explain.Samples(4)).Explain([][]float64{{100, 1}, {60, 6}})
	for i := range 2 {
		fmt.Printf("area %+.2f ± %.2f\n", why.At(i, 0, 0), why.Errors[0].At(i, 0))
	}
	// Output:
	// area +23.00 ± 0.00
	// area -57.00 ± 0.00
}

func ExamplePartitionSHAP() {
	// The tree joins both features, so that they share what they say together.
	why := explain.PartitionSHAP(price, houses(), explain.Hierarchy([][2]int{{0, 1}})).Explain([]float64{100, 1})
	fmt.Printf("%+.2f %+.2f\n", why.At(0, 0, 0), why.At(0, 1, 0))
	// Output: +23.00 +18.75
}

func ExampleAdditiveSHAP() {
	why := explain.AdditiveSHAP(price, houses()).Explain([]float64{100, 1})
	fmt.Printf("%+.2f %+.2f\n", why.At(0, 0, 0), why.At(0, 1, 0))
	// Output: +23.00 +18.75
}

func ExampleLIME() {
	why := explain.LIME(price, houses()).Row([]float64{115, 1})
	fmt.Println("a large area raises the price:", why.At(0, 0, 0) > 0)
	fmt.Println(why.Check.Name, why.Check.Value > 0.5)
	// Output:
	// a large area raises the price: true
	// R² of the local model true
}
