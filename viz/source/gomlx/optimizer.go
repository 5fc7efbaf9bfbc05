package gomlx

import (
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
	store "github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/gomlx/gomlx/ml/train/optimizer"
)

// Optimizer returns an optimizer that does what another does, and lets the recorder
// see the gradients. Those of GoMLX take gradients; for one that takes only the loss,
// they are computed twice.
func (r *Recorder) Optimizer(o optimizer.Interface) optimizer.Interface {
	if o, ok := o.(gradientOptimizer); ok {
		return &watching{gradientOptimizer: o, r: r}
	}
	return &watchingLoss{Interface: o, r: r}
}

// gradientOptimizer is an optimizer that takes gradients, as all of GoMLX do.
type gradientOptimizer interface {
	optimizer.Interface
	train.OptimizeWithGradients
}

type watching struct {
	gradientOptimizer
	r *Recorder
}

// UpdateGraph implements optimizer.Interface.
func (w *watching) UpdateGraph(scope *store.Scope, g *graph.Graph, loss *graph.Node) {
	w.UpdateGraphWithGradients(scope, scope.BuildTrainableVariablesGradientsGraph(loss), loss.DType())
}

// UpdateGraphWithGradients implements train.OptimizeWithGradients.
func (w *watching) UpdateGraphWithGradients(scope *store.Scope, gradients []*graph.Node, lossDType dtypes.DType) {
	w.r.giveOut(scope, gradients)
	w.gradientOptimizer.UpdateGraphWithGradients(scope, gradients, lossDType)
}

type watchingLoss struct {
	optimizer.Interface
	r *Recorder
}

// UpdateGraph implements optimizer.Interface.
func (w *watchingLoss) UpdateGraph(scope *store.Scope, g *graph.Graph, loss *graph.Node) {
	w.r.giveOut(scope, scope.BuildTrainableVariablesGradientsGraph(loss))
	w.Interface.UpdateGraph(scope, g, loss)
}

// giveOut makes a graph give out gradients, which are in the order of the trained
// variables that it uses. Nobody would take them from a loop without the recorder.
func (r *Recorder) giveOut(scope *store.Scope, gradients []*graph.Node) {
	if r.loop == nil || len(gradients) == 0 {
		return
	}
	i := 0
	for v := range scope.IterVariables() {
		if v.Trainable && v.InUseByGraph(gradients[0].Graph()) && i < len(gradients) {
			graph.Identity(gradients[i]).SetLogged(gradientOf + v.Path())
			i++
		}
	}
}
