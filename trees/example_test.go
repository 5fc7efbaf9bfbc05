package trees_test

import (
	"fmt"

	"loupe/nn/data"
	"loupe/trees"
)

func ExampleForest() {
	train, test := data.BreastCancer().Split()
	forest := trees.Forest(train, trees.Options{Trees: 100})
	fmt.Println(forest.Kind, "of", len(forest.Trees), "trees for", forest.Outputs)
	fmt.Printf("right out of the bag: %.2f\n", forest.Learned.OutOfBag)
	p := forest.Predict(test.Matrix())
	fmt.Printf("the first of the held-out tumours is %s with %.1f\n", test.Label(0), max(p.At(0, 0), p.At(0, 1)))
	// Output:
	// random forest of 100 trees for [malignant benign]
	// right out of the bag: 0.96
	// the first of the held-out tumours is malignant with 1.0
}

func ExampleBoost() {
	train, rest := data.Diabetes().Split(data.Holdout(0.3))
	valid, test := rest.Split(data.Holdout(0.5))
	boosted := trees.Boost(train, trees.Options{Trees: 1000, LearningRate: 0.05, Validation: valid})
	l := boosted.Learned
	fmt.Println("stopped early:", l.Stopped)
	fmt.Println("fewer than 100 trees:", len(boosted.Trees) == l.Best && l.Best < 100)
	fmt.Println(test.Len(), "patients:", boosted.Predict(test.Matrix()).At(0, 0) > 25)
	// Output:
	// stopped early: the loss of the validation has stopped falling
	// fewer than 100 trees: true
	// 67 patients: true
}

func ExampleGrow() {
	tree := trees.Grow(data.Iris(), trees.Options{Depth: 2})
	fmt.Println(tree)
	t := tree.Trees[0]
	fmt.Printf("%s ≤ %.2f: %v\n", tree.Features[t.Feature[0]], t.Threshold[0], t.Values(int(t.Left[0])))
	// Output:
	// decision tree: 1 tree with 3 leaves, depth up to 2, 4 features → setosa, versicolor, virginica
	// petal length (cm) ≤ 2.45: [1 0 0]
}
