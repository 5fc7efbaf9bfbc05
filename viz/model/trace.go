package model

// A Trace is what was kept while a model was trained.
type Trace struct {
	Series []Series
	Err    error // why there is nothing; pictures of the trace then fail with it
}

// A Series is one thing over the steps.
type Series struct {
	Node string // "dense"
	What string // "output", "output gradient", "kernel", "kernel gradient", "kernel update"
	// Points are in the order of time.
	Points []Point
}

// Name is node and thing: "dense/kernel gradient".
func (s *Series) Name() string { return s.Node + "/" + s.What }

// A Point is how the numbers were distributed at one step.
type Point struct {
	Step  int
	Count int // how many numbers
	// Finite is how many of them are neither NaN nor infinite; the rest of the
	// point speaks of these.
	Finite, Zeros       int
	Min, Max, Mean, Std float64
	Norm                float64    // root of the sum of squares
	Quantiles           [5]float64 // 5, 25, 50, 75 and 95 %
	Bins                []int      // counts from Min to Max, all of one width
	Values              []float64  // nil unless they were kept
	Shape               []int      // of the numbers, nil if that is not known
}
