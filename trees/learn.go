package trees

import (
	"fmt"

	"loupe/nn/data"
)

// Options say how trees are grown. The zero value is what suits most data; every learner
// names its defaults. An option that a learner has no use for is a mistake.
type Options struct {
	// Trees is how many a forest has, and how many rounds boosting has, with a tree for
	// each output; 0 means 100.
	Trees int
	// Depth is the most questions on the way to a leaf; 0 means no limit, and 3 for Boost
	// without Leaves.
	Depth int
	// Leaves is the most leaves of a tree: then it grows where the gain is greatest, not
	// to one depth everywhere. 0 means no limit.
	Leaves int
	// MinLeaf is the least number of samples in a leaf; 0 means 1.
	MinLeaf int
	// Features is how many features, drawn anew, are tried at each split; 0 means all, but
	// for forests √features with classes, and a third of them with numbers to predict.
	Features int
	// Criterion is what a split of classes makes small. Boosting has its own.
	Criterion Criterion
	// Alpha is the price of a leaf: branches that lower the impurity of the tree by less
	// for each of their leaves are cut off (minimal cost-complexity pruning, Breiman,
	// Friedman, Olshen and Stone 1984). 0 cuts nothing.
	Alpha float64
	// ClassWeights are weights of the samples of classes, by their number; 1 for those not
	// named.
	ClassWeights map[int]float64
	// Balanced weighs classes so that all weigh the same, on top of ClassWeights.
	Balanced bool
	// Categorical names features whose values are categories: whole numbers from 0 to
	// 65535. They are split by sets of them.
	Categorical []string
	// Subsample is the share of the samples that a tree learns from, above 0 and not
	// above 1; 0 means 1. Forests draw with replacement, boosting without.
	Subsample float64
	// NoBootstrap lets every tree of a forest learn from all samples, once each.
	NoBootstrap bool
	// LearningRate is what boosting multiplies the values of leaves with; 0 means 0.1.
	LearningRate float64
	// Lambda is added to the second derivatives in the leaves of boosting, which makes
	// their values smaller; 0 adds nothing.
	Lambda float64
	// Validation has samples to stop boosting by: once its loss has not become better for
	// Patience rounds, trees after the best round are dropped.
	Validation *data.Set
	// Patience goes with Validation; 0 means 10 rounds, and a negative number never stops,
	// so that all trees are kept.
	Patience int
	// Seed chooses other samples and features at random.
	Seed uint64
}

// A Criterion is how mixed the classes in a node are.
type Criterion int

// Criteria.
const (
	Gini    Criterion = iota // 1 − Σ p²
	Entropy                  // −Σ p log p
)

func (c Criterion) String() string {
	switch c {
	case Gini:
		return "Gini"
	case Entropy:
		return "entropy"
	}
	return fmt.Sprintf("Criterion(%d)", int(c))
}

// An Error is what learning panics with if its data or options are mistaken.
type Error struct {
	Learner string // the function: "Forest"
	Text    string
}

func (e *Error) Error() string { return "trees: " + e.Learner + ": " + e.Text }

// fail panics with an Error.
func fail(learner, format string, args ...any) {
	panic(&Error{learner, fmt.Sprintf(format, args...)})
}

// Forest learns a random forest: trees that each learn from a bootstrap sample, and that
// try few features at each split; their predictions are averaged. Of sets with classes it
// predicts probabilities, an output for each class; otherwise numbers.
//
//	forest := trees.Forest(train, trees.Options{Trees: 200})
//	fmt.Println(forest.Learned.OutOfBag) // accuracy, or R², without a held-out set
//
// Splits are exact: halfway between neighbouring values, chosen by the Gini impurity, the
// entropy or the squared error. See [Grow] for what holds for all trees. The samples that a
// tree has not seen tell how good the forest is on new ones: Learned.OutOfBag. An
// interrupt of the cell stops it: the forest then has fewer trees, and Learned.Stopped says so.
//
// It panics with an [*Error] if the set or an option is mistaken. Breiman (2001), "Random
// Forests", Machine Learning 45.
func Forest(set *data.Set, options ...Options) *Ensemble {
	t, o := prepare("Forest", set, options)
	return t.forest(o)
}

// Grow learns a single decision tree, to the end if no option stops it: without Depth,
// MinLeaf, Leaves or Alpha it knows its samples by heart. It is CART (Breiman, Friedman,
// Olshen and Stone 1984). Of splits that are equally good, as there are many in small
// nodes, it takes the one with the widest gap between the values at both sides, as a share
// of the range of the feature; then that of the first feature.
//
// What holds for all learners here: the same set, options and seed make the same trees on
// any number of cores, and in whatever order the samples stand. Missing values (NaN) are
// tried on both sides of every split; where none has come in training they go to the side
// with more samples. Categories are ordered by the mean of what is predicted, and split as
// numbers are, which is the best split of all for numbers and two classes (Fisher 1958);
// for more classes they are ordered along the first principal component of the classes'
// shares (Coppersmith, Hong and Hosking 1999). Categories that have not come to a split in
// training go to its side with more samples.
//
// It panics with an [*Error] if the set or an option is mistaken, or if the cell is
// interrupted.
func Grow(set *data.Set, options ...Options) *Ensemble {
	t, o := prepare("Grow", set, options)
	return t.single(o)
}

// Boost learns by gradient boosting: each round adds a small tree that leads from the
// predictions so far towards the targets. Of two classes it has one output, the log-odds
// of the second (Link Logistic); of more, one output and one tree a round for each (Link
// Softmax). Numbers are predicted by the squared error.
//
//	boosted := trees.Boost(train, trees.Options{Trees: 500, Validation: valid})
//	boosted.Learned.Loss // of each round
//
// Trees have depth 3 and LearningRate is 0.1, as scikit-learn's GradientBoosting has it;
// Options{Leaves: 31, MinLeaf: 20} are the trees of LightGBM and HistGradientBoosting,
// better for large sets. Splits maximise what a Newton step gains (Chen and Guestrin
// 2016, "XGBoost"), among 255 bins of each feature with equally many samples, or exactly
// if there are no more distinct values (Ke et al. 2017, "LightGBM"). An interrupt of the cell
// stops it after the round.
//
// It panics with an [*Error] if the set or an option is mistaken. Friedman (2001), "Greedy
// Function Approximation: A Gradient Boosting Machine", Annals of Statistics 29(5).
func Boost(set *data.Set, options ...Options) *Ensemble {
	t, o := prepare("Boost", set, options)
	return t.boost(o)
}

// Learned is how an ensemble was learned.
type Learned struct {
	Set  string // the name of the set
	Rows int    // its samples
	// OutOfBag is how good a forest is on samples that its trees have not seen, each
	// predicted by those trees: the share that is right of classes, R² of numbers. NaN if
	// there are no such samples. Their number is OutOfBagRows.
	OutOfBag     float64
	OutOfBagRows int
	// Loss is that of the training set after each round of boosting, Validation that of
	// Options.Validation: the mean log-loss, or the mean squared error, weighted as
	// classes are. They go on to the last round, also if trees after the best are dropped.
	Loss, Validation []float64
	// Best is the round with the least loss of Validation, counted from 1; 0 without it.
	Best int
	// Stopped says why learning has ended before its last tree; empty if it has not.
	Stopped string
}
