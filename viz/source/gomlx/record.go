package gomlx

import (
	"errors"
	"slices"
	"strings"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	store "github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"

	"loupe/viz/model"
)

// A Recorder keeps what happens to the variables of a model in a train.Loop: how their
// values, gradients and updates are distributed. viz.Gradients and viz.Updates read it.
//
//	recorder := gomlx.NewRecorder(gomlx.EverySteps(10))
//	trainer := train.NewTrainer(backend, store, net, loss, recorder.Optimizer(optimizer.Adam().Done()), nil, nil)
//	loop := train.NewLoop(trainer)
//	recorder.Attach(loop)
//	loop.RunSteps(ds, 1000)
//	viz.Gradients(recorder)
//
// Gradients are those that the optimizer gets, so nothing is computed twice: they cost
// a copy in every step. Counting the numbers costs about as much as sorting all
// variables three times, in the steps that are kept. Without Optimizer the recorder
// keeps values and updates only.
//
// Of a store that has no variables yet, the first step has gradients only; whoever
// wants the rest lets the model run once before.
type Recorder struct {
	every, limit int
	whole        bool
	loop         *train.Loop
	before       map[string][]float64 // values before the step that is to be kept
	grads        map[string][]float64 // of the step that is to be kept
	steps        []kept
	bytes        int
	err          error
}

// A kept step is what a recorder has of it.
type kept struct {
	step  int
	parts []seen
}

// seen is how the numbers of one thing were distributed.
type seen struct {
	node, what string
	point      model.Point
}

// A RecordOption changes a Recorder.
type RecordOption func(r *Recorder)

// EverySteps keeps one step of n. Without it, n is 50.
func EverySteps(n int) RecordOption { return func(r *Recorder) { r.every = max(n, 1) } }

// WholeTensors keeps the numbers themselves.
func WholeTensors() RecordOption { return func(r *Recorder) { r.whole = true } }

// MemoryLimit sets how many bytes are kept, 64 MB without it. When they are used up,
// every second step that was kept is forgotten, and from then on half as many are kept.
func MemoryLimit(bytes int) RecordOption { return func(r *Recorder) { r.limit = bytes } }

// NewRecorder returns a recorder.
func NewRecorder(options ...RecordOption) *Recorder {
	r := &Recorder{every: 50, limit: 64 << 20}
	for _, o := range options {
		o(r)
	}
	return r
}

// Attach makes the recorder keep the steps of a loop. It is called once, before the
// loop runs.
func (r *Recorder) Attach(loop *train.Loop) {
	switch {
	case loop == nil:
		r.err = errors.New("gomlx: the recorder was attached to a loop that is nil")
		return
	case r.loop != nil:
		r.err = errors.New("gomlx: the recorder was attached to two loops: make one for each")
		return
	}
	r.loop = loop
	const name = "loupe/viz recorder"
	loop.Trainer.OnExecCreation(func(exec *store.Exec, kind train.GraphType) {
		if kind == train.TrainType {
			exec.SetNodeLogger(r.logger(exec.GetNodeLogger()))
		}
	})
	loop.OnStart(name, 0, func(*train.Loop, train.Dataset) error {
		r.look(loop.LoopStep)
		return nil
	})
	loop.OnStep(name, 0, func(*train.Loop, []*tensors.Tensor) error {
		r.keep(loop.LoopStep)
		r.look(loop.LoopStep + 1)
		return nil
	})
}

// due reports whether a step is to be kept.
func (r *Recorder) due(step int) bool { return step%r.every == 0 }

// look copies the variables before a step that is to be kept.
func (r *Recorder) look(step int) {
	r.before, r.grads = nil, nil
	if r.due(step) {
		r.before, r.grads = r.values(), map[string][]float64{}
	}
}

// values copies the trained variables.
func (r *Recorder) values() map[string][]float64 {
	list := map[string][]float64{}
	for v := range r.loop.Trainer.Store().IterVariables() {
		if v.Trainable && !ofTraining(v.Path()) && v.HasValue() {
			list[v.Path()] = valuesOf(r.loop.Trainer.Store(), v.Path())
		}
	}
	return list
}

// gradientOf begins the message by which a graph gives out the gradient of a variable.
const gradientOf = "loupe/viz: gradient of "

// logger takes the gradients out of what a graph logs; the rest goes on to whom it
// went before.
func (r *Recorder) logger(next graph.LoggerFn) graph.LoggerFn {
	return func(g *graph.Graph, messages []string, values []*tensors.Tensor, nodes []graph.NodeId) {
		var restMessages []string
		var restValues []*tensors.Tensor
		var restNodes []graph.NodeId
		for i, message := range messages {
			path, ours := strings.CutPrefix(message, gradientOf)
			if !ours {
				restMessages, restValues, restNodes = append(restMessages, message), append(restValues, values[i]), append(restNodes, nodes[i])
				continue
			}
			if r.grads != nil {
				if list, err := float64s(values[i]); err == nil {
					r.grads[path] = list
				}
			}
			_ = values[i].FinalizeAll() // nobody else has it
		}
		if next != nil {
			next(g, restMessages, restValues, restNodes)
		}
	}
}

// keep keeps a step that is over.
func (r *Recorder) keep(step int) {
	if r.before == nil {
		return
	}
	k := kept{step: step}
	add := func(path, what string, shape []int, values []float64) {
		scope, name := store.SplitPath(path)
		s := seen{strings.TrimPrefix(scope, "/"), name + what, model.PointOf(step, values)}
		if s.node == "" {
			s.node = "variables"
		}
		if r.whole {
			s.point.Values, s.point.Shape = values, slices.Clone(shape)
		}
		k.parts = append(k.parts, s)
		r.bytes += s.bytes()
	}
	for v := range r.loop.Trainer.Store().IterVariables() {
		path := v.Path()
		if g, ok := r.grads[path]; ok {
			add(path, " gradient", v.Shape().Dimensions, g)
		}
		before, ok := r.before[path]
		if !ok {
			continue
		}
		add(path, "", v.Shape().Dimensions, before)
		after := valuesOf(r.loop.Trainer.Store(), path)
		if len(after) != len(before) {
			continue
		}
		for i := range after {
			after[i] -= before[i]
		}
		add(path, " update", v.Shape().Dimensions, after)
	}
	r.steps = append(r.steps, k)
	r.forget()
}

// bytes is about what a thing takes.
func (s *seen) bytes() int { return 600 + 8*len(s.point.Values) }

// forget halves what is kept until it is within the limit; the last step stays.
func (r *Recorder) forget() {
	for r.bytes > r.limit && len(r.steps) > 1 {
		r.every *= 2
		last := r.steps[len(r.steps)-1].step
		var rest []kept
		r.bytes = 0
		for _, k := range r.steps {
			if !r.due(k.step) && k.step != last {
				continue
			}
			rest = append(rest, k)
			for i := range k.parts {
				r.bytes += k.parts[i].bytes()
			}
		}
		if len(rest) == 2 && len(r.steps) == 2 {
			return // the first and the last
		}
		r.steps = rest
	}
}

// Trace returns what was kept, for loupe/viz.
func (r *Recorder) Trace() (*model.Trace, error) {
	switch {
	case r == nil:
		return nil, errors.New("gomlx: the recorder is nil")
	case r.err != nil:
		return nil, r.err
	case r.loop == nil:
		return nil, errors.New("gomlx: the recorder is not attached to a loop: call Attach before the loop runs")
	case len(r.steps) == 0:
		return nil, errors.New("gomlx: the recorder has kept no step: the loop has not run since it was attached")
	}
	t := &model.Trace{}
	at := map[string]int{}
	for _, k := range r.steps {
		for _, s := range k.parts {
			i, ok := at[s.node+"/"+s.what]
			if !ok {
				i = len(t.Series)
				at[s.node+"/"+s.what] = i
				t.Series = append(t.Series, model.Series{Node: s.node, What: s.what})
			}
			t.Series[i].Points = append(t.Series[i].Points, s.point)
		}
	}
	return t, nil
}
