package model

// An Array is numbers with a shape, row by row.
type Array struct {
	Shape  []int
	Values []float64
}

// A Runner runs a model and shows what flows through it.
type Runner interface {
	// Run computes the model's output for inputs, whose first axis counts the
	// samples. Watch is told of values while it computes.
	Run(inputs []Array, w Watch) (output Array, err error)
}

// A Watch looks at nodes while a model runs. Functions that are nil are not
// called; arrays are valid during the call.
type Watch struct {
	Nodes []string // by name; none means all
	// Value is called with what a node has computed.
	Value func(node string, v Array)
	// State is called with what goes on inside a recurrent or attending node,
	// by name: "h", "c", "input gate", "weights".
	State func(node, what string, v Array)
	// Gradient is called with the gradient of Of with respect to a node's output.
	Gradient func(node string, g Array)
	// Of says what gradients are of: it returns the gradient of a number with
	// respect to the output. Without it, that is the sum of the output.
	Of func(output Array) Array
}
