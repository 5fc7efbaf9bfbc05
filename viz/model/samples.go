package model

import (
	"fmt"
	"image"
	"slices"
)

// Samples is data that a model is looked at with: inputs, and what is known of
// them.
type Samples struct {
	N     int
	Shape []int                     // of a sample
	X     func(i int) []float64     // the numbers of a sample, not to be changed
	Y     func(i int) float64       // the number of its class, or what is to be predicted; nil if that is not known
	Class []string                  // names of the classes; nil if there are none
	Image func(i int) image.Image   // nil if samples are no images
	Words func(i int) []string      // nil if samples are no texts; "" for padding
	Label func(i int) (name string) // nil if samples have no names
}

// Set is a data set, as those of loupe/nn/data are.
type Set interface {
	Load() error
	Len() int
	Shape() []int
	X(i int) []float64
	Target(i int) float64
	Label(i int) string
	Labels() []int
	Classes() []string
	Image(i int) image.Image
	Words(i int) []string
}

// A Labelled is inputs with their classes, or with what is to be predicted.
type Labelled struct {
	X any // as ArrayOf reads it; the first axis counts the samples
	Y any // []string or []int for classes, []float64 for numbers
}

// SamplesOf reads data: a Set, a Labelled, or inputs alone.
func SamplesOf(v any) (*Samples, error) {
	switch v := v.(type) {
	case *Samples:
		return v, nil
	case Set:
		if err := v.Load(); err != nil {
			return nil, err
		}
		return ofSet(v), nil
	case Labelled:
		s, err := ofArray(v.X)
		if err != nil {
			return nil, err
		}
		return s, s.label(v.Y)
	}
	return ofArray(v)
}

func ofSet(v Set) *Samples {
	s := &Samples{N: v.Len(), Shape: v.Shape(), X: v.X, Y: v.Target, Label: v.Label}
	if y := v.Labels(); y != nil {
		s.Class = v.Classes()
		for i := len(s.Class); i <= slices.Max(append(y, -1)); i++ { // classes without names
			s.Class = append(s.Class[:i:i], fmt.Sprint(i))
		}
	}
	if s.N > 0 && v.Image(0) != nil {
		s.Image = v.Image
	}
	if s.N > 0 && v.Words(0) != nil {
		s.Words = v.Words
	}
	return s
}

func ofArray(v any) (*Samples, error) {
	a, err := ArrayOf(v)
	if err != nil {
		return nil, err
	}
	if len(a.Shape) < 2 {
		return nil, fmt.Errorf("data of the shape %v: the first axis counts the samples, the others are a sample's", a.Shape)
	}
	s := &Samples{N: a.Shape[0], Shape: a.Shape[1:]}
	per := Size(s.Shape)
	if len(a.Values) != s.N*per {
		return nil, fmt.Errorf("data of the shape %v with %d numbers", a.Shape, len(a.Values))
	}
	s.X = func(i int) []float64 { return a.Values[i*per : (i+1)*per : (i+1)*per] }
	return s, nil
}

// label adds what is known of samples.
func (s *Samples) label(y any) error {
	n := 0
	switch y := y.(type) {
	case nil:
		return nil
	case []string:
		n = len(y)
		s.Class = slices.Compact(slices.Sorted(slices.Values(y)))
		at := map[string]float64{}
		for i, c := range s.Class {
			at[c] = float64(i)
		}
		s.Y = func(i int) float64 { return at[y[i]] }
		s.Label = func(i int) string { return y[i] }
	case []int:
		n = len(y)
		for i, c := range y {
			if c < 0 || c > 1e6 {
				return fmt.Errorf("sample %d has the class %d: classes are numbered from 0", i, c)
			}
		}
		for i := range slices.Max(append(y[:n:n], -1)) + 1 {
			s.Class = append(s.Class, fmt.Sprint(i))
		}
		s.Y = func(i int) float64 { return float64(y[i]) }
		s.Label = func(i int) string { return s.Class[y[i]] }
	case []float64:
		n = len(y)
		s.Y = func(i int) float64 { return y[i] }
		s.Label = func(i int) string { return fmt.Sprintf("%.4g", y[i]) }
	default:
		return fmt.Errorf("a %T is no list of classes ([]string, []int) or numbers ([]float64)", y)
	}
	if n != s.N {
		return fmt.Errorf("there are %d samples and %d labels for them", s.N, n)
	}
	return nil
}

// Batch returns samples as an input, whose first axis counts them.
func (s *Samples) Batch(from, to int) Array {
	a := Array{Shape: append([]int{to - from}, s.Shape...), Values: make([]float64, 0, (to-from)*Size(s.Shape))}
	for i := from; i < to; i++ {
		a.Values = append(a.Values, s.X(i)...)
	}
	return a
}

// batchNumbers is about how many numbers of input a batch has.
const batchNumbers = 1 << 17

// BatchSize is how many samples to run at a time: few where they are large, so that
// what the layers compute of them stays in bounds.
func (s *Samples) BatchSize() int { return min(max(batchNumbers/max(Size(s.Shape), 1), 1), 128) }
