package nn

import (
	"math"
	"slices"

	"loupe/nn/tensor"
)

// A Recorder keeps what flows through a model while it is trained: outputs of
// layers, weights, their gradients and updates. It is a [Callback].
//
//	recorder := nn.Record(nn.EverySteps(50))
//	nn.Fit(model, train, nn.Config{…, Callbacks: []nn.Callback{recorder}})
//	recorder.Series("dense/kernel gradient")
//
// Of each it keeps a [Distribution], and with [WholeTensors] the numbers too. When
// its memory is full, it forgets every second step that it has kept, and from then
// on keeps half as many; so what it holds always spans the whole training.
type Recorder struct {
	every   int
	layers  []string
	whole   bool
	limit   int
	samples []Sample
	bytes   int
	remove  func()
	before  map[*Param]*tensor.Tensor
}

// A Sample is what a recorder kept of one thing at one step.
type Sample struct {
	Step, Epoch int
	Layer       string // "dense"
	What        string // "output", "output gradient", "kernel", "kernel gradient", "kernel update"
	Distribution
	Tensor *tensor.Tensor // nil without WholeTensors
}

// Name is layer and thing: "dense/kernel gradient".
func (s *Sample) Name() string { return s.Layer + "/" + s.What }

// A Distribution is how numbers are distributed.
type Distribution struct {
	tensor.Stats
	Norm      float64    // root of the sum of squares
	Zeros     int        // how many are 0: units that are dead, after ReLU
	Quantiles [5]float64 // 5, 25, 50, 75 and 95 %
	Bins      []int      // counts from Min to Max, all of one width
}

// A RecordOption changes a Recorder.
type RecordOption func(r *Recorder)

// EverySteps keeps one step of n. Without it, n is 50.
func EverySteps(n int) RecordOption {
	return func(r *Recorder) { r.every = max(n, 1) }
}

// OfLayers keeps only what flows through the named layers.
func OfLayers(names ...string) RecordOption { return func(r *Recorder) { r.layers = names } }

// WholeTensors keeps the numbers themselves.
func WholeTensors() RecordOption { return func(r *Recorder) { r.whole = true } }

// MemoryLimit sets how many bytes are kept. Without it, they are 64 MB.
func MemoryLimit(bytes int) RecordOption { return func(r *Recorder) { r.limit = bytes } }

// Record returns a recorder.
func Record(options ...RecordOption) *Recorder {
	r := &Recorder{every: 50, limit: 64 << 20}
	for _, o := range options {
		o(r)
	}
	return r
}

// Samples returns all that was kept, in the order of time.
func (r *Recorder) Samples() []Sample { return r.samples }

// Series returns what was kept of one thing, by its name: "conv2d/output".
func (r *Recorder) Series(name string) []Sample {
	var list []Sample
	for _, s := range r.samples {
		if s.Name() == name {
			list = append(list, s)
		}
	}
	return list
}

// Names returns the names of what was kept, in the order of the layers.
func (r *Recorder) Names() []string {
	var names []string
	for _, s := range r.samples {
		if !slices.Contains(names, s.Name()) {
			names = append(names, s.Name())
		}
	}
	return names
}

// Train is called by Fit.
func (r *Recorder) Train(m *Moment) error {
	if m.When == Began {
		for _, name := range r.layers {
			m.Model.Layer(name)
		}
	}
	if m.When != Ended && m.Step%r.every != 0 && r.remove == nil {
		return nil
	}
	switch m.When {
	case StepBegan:
		r.watch(m)
	case StepGraded:
		r.before = map[*Param]*tensor.Tensor{}
		r.eachParam(m, func(l *Layer, p *Param) {
			r.keep(m, l, p.Name, p.Data)
			if p.Grad() != nil {
				r.keep(m, l, p.Name+" gradient", p.Grad())
			}
			r.before[p] = p.Data.Clone()
		})
	case StepEnded:
		r.unwatch()
		r.eachParam(m, func(l *Layer, p *Param) {
			if was := r.before[p]; was != nil && p.wants {
				r.keep(m, l, p.Name+" update", p.Data.Sub(was))
			}
		})
		r.before = nil
		r.forget()
	case Ended:
		r.unwatch()
	}
	return nil
}

func (r *Recorder) wants(l *Layer) bool {
	return len(r.layers) == 0 || slices.Contains(r.layers, l.name)
}

func (r *Recorder) eachParam(m *Moment, f func(l *Layer, p *Param)) {
	for _, l := range m.Model.layers {
		for _, p := range l.params {
			if r.wants(l) {
				f(l, p)
			}
		}
	}
}

// watch looks at the layers in this step.
func (r *Recorder) watch(m *Moment) {
	r.unwatch()
	r.remove = m.Model.With(Hook{
		Layers:   r.layers,
		Forward:  func(e *Event) { r.keep(m, e.Layer, "output", e.Output) },
		Backward: func(e *Event) { r.keep(m, e.Layer, "output gradient", e.Grad) },
	})
}

func (r *Recorder) unwatch() {
	if r.remove != nil {
		r.remove()
		r.remove = nil
	}
}

// sampleBytes is about what a sample takes without its tensor.
const sampleBytes = 600

func (r *Recorder) keep(m *Moment, l *Layer, what string, t *tensor.Tensor) {
	s := Sample{Step: m.Step, Epoch: m.Epoch, Layer: l.name, What: what, Distribution: DistributionOf(t)}
	r.bytes += sampleBytes
	if r.whole {
		s.Tensor = t.Clone()
		r.bytes += t.Len() * t.DType().Size()
	}
	r.samples = append(r.samples, s)
}

// forget halves what is kept until it is within the limit; the last step stays.
func (r *Recorder) forget() {
	for r.bytes > r.limit && len(r.samples) > 0 && r.samples[0].Step != r.samples[len(r.samples)-1].Step {
		r.every *= 2
		last := r.samples[len(r.samples)-1].Step
		r.samples = slices.DeleteFunc(r.samples, func(s Sample) bool { return s.Step%r.every != 0 && s.Step != last })
		r.bytes = 0
		for _, s := range r.samples {
			r.bytes += sampleBytes
			if s.Tensor != nil {
				r.bytes += s.Tensor.Len() * s.Tensor.DType().Size()
			}
		}
	}
}

// bins is how many bins a Distribution has.
const bins = 40

// DistributionOf returns how the numbers of a tensor are distributed.
func DistributionOf(t *tensor.Tensor) Distribution {
	d := Distribution{Stats: t.Stats()}
	finite := make([]float64, 0, d.Finite)
	for _, v := range t.Float64s() {
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			finite = append(finite, v)
		}
		if v == 0 {
			d.Zeros++
		}
	}
	if len(finite) == 0 {
		d.Norm = math.NaN()
		return d
	}
	d.Bins = make([]int, bins)
	width := (d.Max - d.Min) / bins
	for _, v := range finite {
		d.Norm += v * v
		i := 0
		if width > 0 {
			i = min(int((v-d.Min)/width), bins-1)
		}
		d.Bins[i]++
	}
	d.Norm = math.Sqrt(d.Norm)
	slices.Sort(finite)
	for i, q := range []float64{0.05, 0.25, 0.5, 0.75, 0.95} {
		at := q * float64(len(finite)-1)
		low := int(at)
		high := min(low+1, len(finite)-1)
		d.Quantiles[i] = finite[low] + (at-float64(low))*(finite[high]-finite[low])
	}
	return d
}
