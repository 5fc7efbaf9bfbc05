package viz

import (
	"loupe/viz/chart"
	"loupe/viz/graph"
	_ "loupe/viz/source/nn" // models of loupe/nn are known without further ado
)

// Graph shows the computation graph of a model: operations in layers from above
// to below, the shapes of what flows beside the lines, the number of weights in
// the corner.
//
//	viz.Graph(model)
//	viz.Graph(model).With(viz.Open("encoder"), viz.Find("dropout"))
//
// It is as open as a reader takes in at once: parts that occur several times in a
// row are drawn once, and scopes that hold too much stay closed until [Open] names
// them. The model is an *nn.Model, or one of a framework whose source is imported.
func Graph(model any) *Figure { return graph.New(model) }

// Open opens scopes of a graph by their names; "*" opens all.
func Open(scopes ...string) Option { return chart.Open(scopes...) }

// Find marks the operations of a graph whose name, kind or setting has a text in
// it.
func Find(text string) Option { return chart.Find(text) }

// Overlay colours the operations of a graph by numbers, such as seconds, by their
// names. Label says what they are.
func Overlay(label string, values map[string]float64) Option { return chart.Overlay(label, values) }
