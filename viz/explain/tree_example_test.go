package explain_test

import (
	"fmt"

	"gonum.org/v1/gonum/mat"

	"loupe/nn/data"
	"loupe/trees"
	"loupe/viz/explain"
)

// alarm is a tree that has learned when two sensors together ring.
func alarm() *trees.Ensemble {
	x := mat.NewDense(4, 2, []float64{0, 0, 0, 1, 1, 0, 1, 1})
	set, err := data.Regression("alarm", x, []float64{0, 0, 0, 80}, []string{"smoke", "heat"})
	if err != nil {
		panic(err)
	}
	return trees.Grow(set)
}

func ExampleTreeSHAP() {
	why := explain.TreeSHAP(alarm()).Explain([]float64{1, 1})
	fmt.Println(why.Describe())
	// Output: Tree SHAP: the output is 80, 60 above the base of 20. Higher output is associated most with smoke = 1 (+30), heat = 1 (+30).
}

func ExampleTreeExplainer_Interactions() {
	both := explain.TreeSHAP(alarm()).Interactions([]float64{1, 1})
	fmt.Println(mat.Formatted(both.Values[0][0]))
	// Output:
	// ⎡20  10⎤
	// ⎣10  20⎦
}

func ExampleTreeExplainer_Each() {
	rows := func(yield func([]float64) bool) { // as they come from a file of any size
		for i := range 5000 {
			if !yield([]float64{float64(i % 2), float64(i % 3)}) {
				return
			}
		}
	}
	n := 0
	err := explain.TreeSHAP(alarm()).Each(rows, func(why *explain.Attribution) error {
		rows, _, _ := why.Dims()
		n += rows
		return nil
	})
	fmt.Println(n, err)
	// Output: 5000 <nil>
}
