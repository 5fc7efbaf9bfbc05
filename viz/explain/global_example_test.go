package explain_test

import (
	"fmt"
	"strings"

	"gonum.org/v1/gonum/mat"

	"loupe/viz/explain"
)

func ExampleAttribution_Pick() {
	why := explain.ExactSHAP(price, houses()).Explain(houses())
	p := why.Pick(2, explain.MaxFeatures(1))
	for i, row := range p.Rows {
		fmt.Printf("house %d: %.0f %% of what matters\n", row, 100*p.Covered[i])
	}
	// Output:
	// house 0: 63 % of what matters
	// house 27: 100 % of what matters
}

func ExampleSubmodularPick() {
	// A model of texts that counts two words.
	model := func(texts []string) mat.Matrix {
		y := mat.NewDense(len(texts), 1, nil)
		for i, text := range texts {
			y.Set(i, 0, float64(strings.Count(text, "good")-strings.Count(text, "bad")))
		}
		return y
	}
	texts := []string{"a good film", "good and bad", "the film"}
	p := explain.SubmodularPick(explain.ExactSHAP(model, nil), texts, 1)
	fmt.Println(texts[p.Rows[0]], p.Covered)
	// Output: good and bad [1]
}

func ExampleSurrogate() {
	tree := explain.Surrogate(price, houses(), explain.Depth(2))
	fmt.Println("it imitates more than half of the model:", tree.Fidelity > 0.5)
	fmt.Println(tree.Rules()[0])
	// Output:
	// it imitates more than half of the model: true
	// Where area ≤ 82.5 and distance ≤ 2.5, the output is 225 ± 15.6 on average (7 rows, 17.5 % of all).
}

func ExampleRepeats() {
	why := explain.LIME(price, houses(), explain.Repeats(5)).Row([]float64{115, 1})
	s := why.Stability[0]
	fmt.Println(s.Repeats, "explanations name the features in the same order:", s.Same == s.Repeats)
	// Output: 5 explanations name the features in the same order: true
}
