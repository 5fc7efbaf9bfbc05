package viz

import (
	"loupe/viz/activity"
	"loupe/viz/chart"
	"loupe/viz/graph"
	"loupe/viz/layers"
	"loupe/viz/model"
	"loupe/viz/params"
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

// Blocks shows a model as papers draw it: what each layer gives on as a block, as
// high and deep as the image and as thick as it has channels, with bands for
// activations and normalizations. Scopes are opened as in [Graph].
func Blocks(model any) *Figure { return graph.Blocks(model) }

// Open opens scopes of a graph by their names; "*" opens all.
func Open(scopes ...string) Option { return chart.Open(scopes...) }

// Find marks the operations of a graph whose name, kind or setting has a text in
// it.
func Find(text string) Option { return chart.Find(text) }

// Overlay colours the operations of a graph by numbers, such as seconds, by their
// names. Label says what they are.
func Overlay(label string, values map[string]float64) Option { return chart.Overlay(label, values) }

// Weights shows histograms of a model's weights, one for each array with two axes
// or more, and says what is odd: outliers, many near zero, units that are dead.
func Weights(model any) *Figure { return params.Weights(model) }

// Spectra shows the singular values of a model's weights, each as a share of the
// layer's largest: how many directions a layer really uses.
func Spectra(model any) *Figure { return params.Spectra(model) }

// Gradients shows how large the gradients of a model's weights were while it was
// trained, layers × steps in orders of magnitude, and says where they vanish or
// explode. It reads an *nn.Recorder, or the history of an nn.Fit that had one among
// its callbacks:
//
//	history := nn.Fit(model, train, nn.Config{…, Callbacks: []nn.Callback{nn.Record()}})
//	viz.Gradients(history)
func Gradients(training any) *Figure { return params.Gradients(training) }

// Updates shows how much a step of training changes a model's weights in relation
// to their size, layers × steps in orders of magnitude. It reads what [Gradients]
// reads.
func Updates(training any) *Figure { return params.Updates(training) }

// GradientRatios shows how large the gradient of each array of weights is in relation
// to the weights, layers × steps in orders of magnitude. It reads what [Gradients]
// reads.
func GradientRatios(training any) *Figure { return params.GradientRatios(training) }

// GradientFlow shows how large the gradient is in each layer from the input to the
// output, with zones where it vanishes or explodes. It reads what [Gradients] reads,
// or what [Backward] returns for some samples.
//
//	viz.GradientFlow(viz.Backward(model, train))
func GradientFlow(training any) *Figure { return params.GradientFlow(training) }

// GradientMap shows the gradient of weights, "dense/kernel" or "dense", number by
// number: at the last recorded step or the one given, if the record holds the numbers
// (nn.Record(nn.WholeTensors())), or for some samples.
//
//	viz.GradientMap(viz.Backward(model, train), "dense")
func GradientMap(training any, name string, step ...int) *Figure {
	return params.GradientMap(training, name, step...)
}

// A Trace is a record of a training, or of a single pass, whatever framework it is
// of.
type Trace = model.Trace

// Backward runs samples through a model and back, and returns the gradients of their
// mean loss as a record of one step, which [GradientFlow], [GradientMap], [Gradients]
// and [GradientRatios] show. The loss is the cross entropy for classes, else the mean
// squared error. Data is a data set, or arrays with labels: [Labelled]. Of more than
// 256 samples it takes the first ones. Nothing is trained.
func Backward(m, data any) *Trace { return params.Backward(m, data) }

// Labelled is inputs, whose first axis counts the samples, with their classes
// ([]string or []int) or numbers to predict ([]float64): data for a model.
func Labelled(x, y any) any { return model.Labelled{X: x, Y: y} }

// WeightMap shows weights, "dense/kernel" or "dense", as a heat map: inputs × units,
// red and blue about zero. Larger arrays than a picture can show are shown in blocks,
// by the number of the largest size in each.
func WeightMap(model any, name string) *Figure { return params.WeightMap(model, name) }

// Filters shows the kernels of a convolution as images, the strongest first; without
// a name those of the first convolution.
func Filters(model any, layer ...string) *Figure { return params.Filters(model, layer...) }

// Sparsity shows which share of each array of weights is exactly zero, and which is
// near zero.
func Sparsity(model any) *Figure { return params.Sparsity(model) }

// Norms shows how large the weights of a model are: a bar for each array of a model,
// or a line over the steps of a training that was recorded, as [Gradients] reads it.
func Norms(modelOrTraining any) *Figure { return params.Norms(modelOrTraining) }

// Distributions shows how the weights of a model were distributed while it was
// trained, as bands between quantiles over the steps: a facet for each array, all
// with the same axes where that leaves them readable. It reads what [Gradients]
// reads, or plain numbers at steps 0, 1, 2, …, [][]float64. Names choose what is
// shown: "dense/kernel", all weights of "dense", "dense/output", "dense/kernel
// gradient".
//
//	viz.Distributions(history)
//	viz.Distributions(history, "conv2d/kernel")
func Distributions(training any, names ...string) *Figure {
	return params.Distributions(training, names...)
}

// Ridges shows the same as outlines, a row for each step, the first at the top and
// behind.
func Ridges(training any, names ...string) *Figure { return params.Ridges(training, names...) }

// FeatureMaps shows what the filters of a model's convolutions make of an image: of
// each layer those that respond most strongly. Without names, of all layers that
// compute images.
//
//	viz.FeatureMaps(model, test.X(3))
func FeatureMaps(model, x any, layers ...string) *Figure {
	return activity.FeatureMaps(model, x, layers...)
}

// Activations shows what a layer computes for samples: a row for each sample, with
// its name if there are names, a column for each unit. Without a layer's name it is
// the last one with weights before the output. Of a data set the first 100 samples
// stand beside their classes:
//
//	viz.Activations(model, test, "dense")
func Activations(model, x any, layer string, names ...string) *Figure {
	return activity.Activations(model, x, layer, names...)
}

// Activity shows how what the layers of a model compute is distributed over data, a
// box for each layer, and says which units are never active and which are saturated.
// Data is a data set, or an array whose first axis counts the samples.
//
//	viz.Activity(model, test)
func Activity(model, data any, layers ...string) *Figure {
	return activity.Activity(model, data, layers...)
}

// Selectivity shows which unit of a layer speaks for which class: units × classes, the
// means of what they compute, with the class selectivity of each unit (Morcos et al.
// 2018). Data is a data set with classes, or [Labelled]. Without a layer's name it is
// the last one with weights before the output.
func Selectivity(model, data any, layer ...string) *Figure {
	return activity.Selectivity(model, data, layer...)
}

// TopInputs shows the samples that drive units of a layer most, a row of images for
// each unit, or the words of texts. Without units it is those that reach the highest
// values.
//
//	viz.TopInputs(model, test, "conv2d_1", 3, 17)
func TopInputs(model, data any, layer string, units ...int) *Figure {
	return activity.TopInputs(model, data, layer, units...)
}

// Maximize shows inputs that drive units of a layer as strongly as gradient ascent
// from noise can make them, with what the unit computes for each: what the unit looks
// for (Olah et al., "Feature Visualization", 2017). Without units it takes the first
// sixteen. The same call gives the same picture; an [Ascent] changes how it is done.
//
//	viz.Maximize(model, "conv2d_1", 3, 17)
//	viz.Ascent{Steps: 512, Seed: 2}.Maximize(model, "conv2d_1")
func Maximize(model any, layer string, units ...int) *Figure {
	return Ascent{}.Maximize(model, layer, units...)
}

// An Ascent is how [Maximize] searches for inputs: steps, rate, L2, blur, jitter, the
// range of inputs, and the seed of its noise.
type Ascent = activity.Ascent

// States shows what the units of a recurrent layer hold after each step of a
// sequence: units × steps, with the words under the axis where the input knows them.
// The names say what is shown, "h" (without any), "c", or a gate such as "forget";
// and of which layer, if it is not the first recurrent one.
//
//	viz.States(lstm, reviews.Encode("not a bad film at all"))
func States(model, x any, what ...string) *Figure { return activity.States(model, x, what...) }

// Attention shows where the heads of an attending layer look, queries × keys.
// Without a name it is the first such layer.
func Attention(model, x any, layer ...string) *Figure {
	return activity.Attention(model, x, layer...)
}

// Layers shows the layers of a model as a table: a tree of scopes with types, shapes,
// parameters and multiply-adds, and bars for the share of each.
func Layers(model any) *Figure { return layers.New(model) }

// Diff shows what two models have not in common: layers that only one has, settings
// that differ, and how far the weights of layers of one name are apart.
//
//	before := model.Clone()
//	nn.Fit(model, …)
//	viz.Diff(before, model)
func Diff(a, b any) *Figure { return layers.Diff(a, b) }
