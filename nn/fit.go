package nn

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"loupe/display"
	"loupe/nn/tensor"
)

// A Config says how to train.
type Config struct {
	Optimizer  *Optimizer // nil means Adam(1e-3)
	Loss       Loss
	Epochs     int // 0 means 1
	Batch      int // samples of a step; 0 means 32
	Validation Data
	// Metrics are computed while training, and of Validation. Without any, it is
	// Accuracy for the cross-entropies.
	Metrics      []Metric
	ClassWeights map[int]float64 // of the losses of samples; 1 for those not named
	Callbacks    []Callback
	Ordered      bool   // takes samples in their order, without shuffling
	Seed         uint64 // of the shuffling
	// Continue goes on where a training of the same model stopped: with its
	// optimizer, at the step after its last.
	Continue *History
}

// A Callback is told how training goes.
type Callback interface {
	// Train is called at each Moment. An error stops the training; it is then
	// History.Err.
	Train(m *Moment) error
}

// CallbackFunc is a function as Callback.
type CallbackFunc func(m *Moment) error

// Train calls the function.
func (f CallbackFunc) Train(m *Moment) error { return f(m) }

// When is the kind of a Moment.
type When int

// The moments of training.
const (
	Began      When = iota // before the first step
	StepBegan              // before a step: hooks that are set now see it
	StepGraded             // the gradients are there, the weights as before
	StepEnded              // the weights are changed
	EpochEnded             // after Validation
	Ended
)

// A Moment is a point in training.
type Moment struct {
	When    When
	Model   *Model
	History *History
	Config  *Config
	Epoch   int     // from 0
	Step    int     // of the whole training, from 0
	Loss    float64 // of the step's batch, from StepGraded on
	stop    string
}

// Stop ends the training after this moment and says why.
func (m *Moment) Stop(why string) { m.stop = why }

// Fit trains a model. An interrupt of the cell stops it after the step; the
// history then says so, and Config.Continue goes on. A loss that is not a number
// panics with the layer that made it; the history so far is Model.History.
func Fit(m *Model, data Data, c Config) *History {
	f := newFitting(m, data, c)
	defer f.end()
	f.train()
	return f.history
}

// end lets callbacks clear up, also after a panic.
func (f *fitting) end() {
	f.history.Seconds += time.Since(f.began).Seconds()
	f.bar.Done()
	f.tell(Ended)
}

// A fitting is a training that is under way.
type fitting struct {
	model    *Model
	data     Data
	c        Config
	history  *History
	moment   Moment
	bar      *display.Bar
	context  context.Context
	perEpoch int
	began    time.Time
	feed     *feed
	params   []*Param
}

func newFitting(m *Model, data Data, c Config) *fitting {
	if data == nil || data.Len() == 0 {
		fail("Fit got no samples")
	}
	if c.Epochs < 0 || c.Batch < 0 {
		fail("Fit: epochs and batch are not negative, but %d and %d", c.Epochs, c.Batch)
	}
	if c.Loss.name == "" {
		fail("Fit needs a loss: set Config.Loss, to nn.CrossEntropy say")
	}
	c.Epochs, c.Batch = max(c.Epochs, 1), min(max(c.Batch, 0), data.Len())
	if c.Batch == 0 {
		c.Batch = min(32, data.Len())
	}
	h := &History{Values: map[string][]float64{}}
	if c.Continue != nil {
		h = c.Continue
		h.Stopped, h.Err = "", nil
		if c.Optimizer == nil {
			c.Optimizer = h.optimizer
		}
	}
	if c.Optimizer == nil {
		c.Optimizer = Adam(1e-3)
	}
	if c.Metrics == nil && (c.Loss.classes || c.Loss.name == BinaryCrossEntropy.name || c.Loss.name == BinaryCrossEntropyLogits.name) {
		c.Metrics = []Metric{Accuracy}
	}
	h.optimizer, m.history = c.Optimizer, h
	for _, callback := range c.Callbacks {
		if r, ok := callback.(*Recorder); ok {
			h.recorder = r
		}
	}
	f := &fitting{model: m, data: data, feed: newFeed(m, data), c: c, history: h, context: display.Context(), began: time.Now()}
	f.perEpoch = (data.Len() + c.Batch - 1) / c.Batch
	f.moment = Moment{Model: m, History: h, Config: &f.c}
	f.bar = display.NewBar(max(c.Epochs*f.perEpoch-h.Steps, 0), "training")
	return f
}

// train does all epochs.
func (f *fitting) train() {
	f.tell(Began)
	h := f.history
	for h.epoch < f.c.Epochs && h.Stopped == "" {
		f.epoch()
	}
}

// epoch does what is left of an epoch.
func (f *fitting) epoch() {
	h := f.history
	order := f.order(h.epoch)
	sums := newSums(f.c.Metrics)
	for h.inEpoch < f.perEpoch {
		from := h.inEpoch * f.c.Batch
		loss, n := f.step(order[from:min(from+f.c.Batch, len(order))], sums)
		h.inEpoch++
		h.StepLoss = append(h.StepLoss, loss)
		sums.loss += loss * float64(n)
		sums.n += n
		f.bar.Add(1)
		if f.context.Err() != nil {
			h.Stopped = "interrupted"
		}
		if h.Stopped != "" && h.inEpoch < f.perEpoch {
			return
		}
	}
	h.add("loss", sums.loss/float64(sums.n))
	sums.store(h, "")
	if f.c.Validation != nil {
		v := f.model.evaluate(f.c.Validation, f.c.Loss, f.c.Metrics, f.c.Batch)
		h.add("val_loss", v["loss"])
		for _, m := range f.c.Metrics {
			h.add("val_"+m.name, v[m.name])
		}
	}
	h.epoch, h.inEpoch = h.epoch+1, 0
	f.tell(EpochEnded)
}

// order is the order of the samples in an epoch, the same whenever it is asked.
func (f *fitting) order(epoch int) []int {
	order := make([]int, f.data.Len())
	for i := range order {
		order[i] = i
	}
	if !f.c.Ordered {
		r := rand.New(rand.NewPCG(f.c.Seed+1, uint64(epoch)))
		r.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	}
	return order
}

// step trains with one batch and returns its loss.
func (f *fitting) step(samples []int, sums *sums) (loss float64, n int) {
	m, h := f.model, f.history
	inputs, target := f.feed.batch(samples)
	f.tell(StepBegan)
	tape := m.tape(true)
	y := m.Forward(tape, inputs...)
	l := f.c.Loss.weighted(tape, y, target, f.c.ClassWeights)
	loss = l.Data.At(0)
	if math.IsNaN(loss) || math.IsInf(loss, 0) {
		f.explain(loss, samples, inputs, target)
	}
	sums.add(y.Data, target)
	if f.params == nil { // the first step has built the model
		f.params = m.Params()
	}
	for _, p := range f.params {
		p.has = false
	}
	tape.Backward(l)
	f.moment.Loss = loss
	f.tell(StepGraded)
	f.c.Optimizer.Step(f.params)
	f.tell(StepEnded)
	h.Steps++
	return loss, len(samples)
}

// tell tells the callbacks.
func (f *fitting) tell(when When) {
	if len(f.c.Callbacks) == 0 {
		return
	}
	f.moment.When, f.moment.Epoch, f.moment.Step, f.moment.stop = when, f.history.epoch, f.history.Steps, ""
	if when == EpochEnded {
		f.moment.Epoch--
	}
	for _, c := range f.c.Callbacks {
		if err := c.Train(&f.moment); err != nil {
			f.history.Stopped, f.history.Err = err.Error(), err
		}
	}
	if f.moment.stop != "" {
		f.history.Stopped = f.moment.stop
	}
}

// explain panics with where a loss that is not finite comes from.
func (f *fitting) explain(loss float64, samples []int, inputs []*Value, target *tensor.Tensor) {
	place := fmt.Sprintf("the loss became %v in epoch %d, step %d", loss, f.history.epoch+1, f.history.inEpoch+1)
	for _, in := range inputs {
		per := size(in.shape()[1:])
		for i, v := range in.Data.Float64s() {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				fail("%s: sample %d has %v among its inputs", place, samples[i/per], v)
			}
		}
	}
	for i, v := range target.Float64s() {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			fail("%s: sample %d has the target %v", place, samples[i*len(samples)/target.Len()], v)
		}
	}
	for _, l := range f.model.layers {
		for _, p := range l.params {
			if s := p.Data.Stats(); s.NaN+s.Inf > 0 {
				panic(&Error{l.name, fmt.Sprintf("%s: %d of the %d numbers of its %s are not finite after the last step: try a smaller rate or ClipNorm", place, s.NaN+s.Inf, p.Data.Len(), p.Name)})
			}
		}
	}
	f.model.Hooked(Hook{Forward: func(e *Event) {
		if s := e.Output.Stats(); s.NaN+s.Inf > 0 {
			panic(&Error{e.Layer.name, fmt.Sprintf("%s: it is the first with an output that is not finite (%d NaN, %d infinite of %d numbers); its inputs: %v", place, s.NaN, s.Inf, e.Output.Len(), e.Inputs[0].Stats())})
		}
	}}, func() { f.model.Forward(f.model.tape(true), inputs...) })
	fail("%s: all layers are finite, the loss %s itself is not; the output: %v", place, f.c.Loss.name, f.model.Forward(f.model.tape(false), inputs...).Data.Stats())
}
