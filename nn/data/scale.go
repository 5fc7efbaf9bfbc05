package data

import (
	"fmt"
	"math"

	"loupe/nn/tensor"
)

// Standardise returns both sets with features that have, in the training set, a
// mean of 0 and a standard deviation of 1.
func Standardise(train, test *Set) (a, b *Set) {
	scaler := NewScaler(train)
	return scaler.Apply(train), scaler.Apply(test)
}

// A Scaler subtracts a mean from each feature and divides by a standard deviation.
type Scaler struct {
	Mean, Std []float64 // of each feature; Std is 1 for those that never change
}

// NewScaler finds the mean and the standard deviation (that of the population, as
// in scikit-learn) of each feature.
func NewScaler(train *Set) *Scaler {
	n, w := train.Len(), train.Width()
	s := &Scaler{make([]float64, w), make([]float64, w)}
	for i := range n { // Welford's recurrence
		for k, v := range train.X(i) {
			d := v - s.Mean[k]
			s.Mean[k] += d / float64(i+1)
			s.Std[k] += d * (v - s.Mean[k])
		}
	}
	for k, v := range s.Std {
		if s.Std[k] = math.Sqrt(v / float64(max(n, 1))); s.Std[k] == 0 {
			s.Std[k] = 1
		}
	}
	return s
}

// Apply returns the set with scaled features.
func (s *Scaler) Apply(set *Set) *Set {
	t := set.must()
	if w := t.width(); w != len(s.Mean) {
		panic(&Error{set.name, fmt.Errorf("samples have %d features, those of the scaler %d", w, len(s.Mean))})
	}
	c := *t
	c.x = tensor.Zeros(t.x.DType(), t.x.Shape()...)
	if t.x.DType() == tensor.Float64 {
		scale(tensor.Data[float64](c.x), tensor.Data[float64](t.x), s)
	} else {
		scale(tensor.Data[float32](c.x), tensor.Data[float32](t.x), s)
	}
	return ready(set.name, &c)
}

func scale[T tensor.Float](to, from []T, s *Scaler) {
	for i, v := range from {
		k := i % len(s.Mean)
		to[i] = T((float64(v) - s.Mean[k]) / s.Std[k])
	}
}
