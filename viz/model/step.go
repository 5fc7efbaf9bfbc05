package model

// A Stepper is a Runner whose operations can be done one by one, for explanations that
// go back through each by a rule of their own.
type Stepper interface {
	// Steps lists the operations in their order; the last computes the output. They
	// compute in float64, with the weights that the model has now.
	Steps() ([]Step, error)
}

// A Step is one operation of a model, as small as it can be told: a layer with an
// activation is two.
type Step struct {
	Node string // that it belongs to
	Op   string // "Dense", "relu"
	Kind StepKind
	// Inputs are the steps whose output it reads; -1 is the model's first input,
	// -2 its second.
	Inputs []int
	// Do does the step. Weights, if it is not nil, changes each number of a parameter
	// first, such as "kernel" or "bias".
	Do func(inputs []Array, weights func(param string, w float64) float64) (Done, error)
}

// A Done step has an output, and a way back.
type Done struct {
	Output Array
	// Back returns the gradient of Σ g × output with respect to each input; nil for
	// inputs that are numbers of words.
	Back func(g Array) []Array
}

// A StepKind is what can be said of a step's function.
type StepKind int

// The kinds of steps.
const (
	General   StepKind = iota // smooth, but nothing else is known: softmax, LSTM, attention
	Affine                    // weighted sums of its inputs, and a constant
	Pointwise                 // one function of each number
	Greatest                  // the greatest of some of its inputs
	Lookup                    // vectors of words
)
