package trees

import (
	"math"

	"loupe/nn/data"
)

// Score is how good the ensemble is on samples: the share whose class is predicted, or R²
// of numbers, which is 1 for the best predictions, and 0 for the mean of the set. It
// panics with an [*Error] if the set does not go with the ensemble.
func (e *Ensemble) Score(set *data.Set) float64 {
	if set == nil || set.Len() == 0 {
		fail("Score", "the set has no samples")
	}
	if err := e.Takes(set.Width()); err != nil {
		fail("Score", "the samples of %s have %d features, and the ensemble takes %d", set.Name(), set.Width(), e.Inputs)
	}
	y := e.Raw(set.Matrix())
	e.Finish(y.RawMatrix().Data)
	if targets := set.Targets(); targets != nil {
		if _, outputs := y.Dims(); outputs != 1 {
			fail("Score", "%s has numbers to predict, and the ensemble has %d outputs", set.Name(), outputs)
		}
		return determination(targets, func(i int) float64 { return y.At(i, 0) })
	}
	if _, outputs := y.Dims(); outputs == 1 && e.Link != Logistic {
		fail("Score", "%s has classes to predict, and the ensemble predicts a number", set.Name())
	}
	right := 0
	for i := range set.Len() {
		if classOf(y.RawRowView(i)) == set.Y(i) {
			right++
		}
	}
	return float64(right) / float64(set.Len())
}

// classOf is the class of predictions: with a single one, that is the probability of the
// second class.
func classOf(predicted []float64) int {
	if len(predicted) > 1 {
		return most(predicted)
	}
	if predicted[0] > 0.5 {
		return 1
	}
	return 0
}

// determination is R²: NaN if the targets do not vary.
func determination(targets []float64, predicted func(i int) float64) float64 {
	mean := 0.0
	for i, v := range targets {
		mean += (v - mean) / float64(i+1)
	}
	errors, all := 0.0, 0.0
	for i, v := range targets {
		d := v - predicted(i)
		errors, all = errors+d*d, all+(v-mean)*(v-mean)
	}
	if all == 0 {
		return math.NaN()
	}
	return 1 - errors/all
}
