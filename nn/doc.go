// Package nn builds and trains small models, with every value open to a look.
//
// For most uses:
//
//	model := nn.Sequential(
//		nn.Conv2D(32, 3, nn.ReLU), nn.MaxPool2D(2),
//		nn.Flatten(), nn.Dense(10, nn.Softmax),
//	)
//	history := nn.Fit(model, nn.Arrays(x, y), nn.Config{
//		Optimizer: nn.Adam(1e-3), Loss: nn.CrossEntropy, Epochs: 5, Batch: 32,
//	})
//
// Names are those of Keras. Images are height × width × channels, sequences time
// × features, and batches have one axis more in front. A model learns its shapes
// from the first data it meets, or from Build. Models that branch are made of
// nodes: see [Input].
//
// A mistake in a call (shapes that do not fit, labels out of range, an option that
// a layer does not have) panics with an [*Error] that names the layer and the
// values, so that calls chain; a notebook shows it with its cell and line. What
// comes from outside the program (files) is returned as an error.
//
// Everything is deterministic: the same seed gives the same bits for any number of
// cores and with all vector instructions of an architecture. Between architectures
// the last bit of float64 functions may differ.
//
// To look inside: [Model.Layers] describes a model, a [Hook] sees what flows
// through a layer in one call or while training, [Record] keeps it.
package nn
