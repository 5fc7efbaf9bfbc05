package explain

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"loupe/nn"
	"loupe/nn/data"
)

// A fuse is a layer that panics when it is run after some times.
type fuse struct{ left *int }

func (fuse) Type() string                                { return "Dropout" } // which LRP has a rule for
func (fuse) Build(_ *nn.Builder, in []nn.Shape) nn.Shape { return in[0] }

func (k fuse) Forward(_ *nn.Tape, in []*nn.Value) *nn.Value {
	if *k.left--; *k.left == 0 {
		panic("the fuse has blown")
	}
	return in[0]
}

// explainers are all methods that a model of images can be given to, each as a
// function that says what went wrong.
func explainers(m *nn.Model, rows, background *data.Set) map[string]func() error {
	of := func(e interface{ Explain(any) *Attribution }) func() error {
		return func() error { return e.Explain(rows).Err() }
	}
	figure := func(f interface{ Err() error }) error { return f.Err() }
	list := map[string]func() error{
		"kernel":             of(KernelSHAP(m, background, Samples(200))),
		"permutation":        of(PermutationSHAP(m, background, Samples(2))),
		"sampling":           of(SamplingSHAP(m, background, Samples(2))),
		"LIME":               of(LIME(m, background, Samples(500))),
		"layer conductance":  of(LayerConductance(m, Layer("conv2d"), Steps(5))),
		"neuron conductance": of(NeuronConductance(m, Layer("conv2d"), Unit(1), Steps(5))),
		"importance":         func() error { return figure(PermutationImportance(m, rows, Samples(2))) },
	}
	for name, e := range methods(m) {
		list[name] = of(e)
	}
	return list
}

// TestNothingIsLeft lets the model panic at every place of every method: none leaves a
// hook, a frozen layer, a gradient or another weight behind.
func TestNothingIsLeft(t *testing.T) {
	left := 0
	m := nn.Sequential(nn.Conv2D(2, 3, nn.ReLU), nn.Custom(fuse{&left}), nn.Flatten(), nn.Dense(10, nn.Softmax)).Seed(3).Build(8, 8, 1)
	m.Freeze("dense")
	rows, background := data.Digits().First(2), data.Digits().First(4)
	x := rows.Tensor()
	state := func() (s struct {
		hooks  int
		frozen []bool
		grads  int
		y      []float64
	}) {
		s.hooks = reflect.ValueOf(m).Elem().FieldByName("hooks").Len()
		for _, l := range m.Layers() {
			s.frozen = append(s.frozen, l.Frozen())
			for _, p := range l.Params() {
				if p.Grad() != nil {
					s.grads++
				}
			}
		}
		left = 0
		s.y = m.Predict(x).Float64s()
		return s
	}
	before := state()
	for name, explain := range explainers(m, rows, background) {
		left = 0
		if err := explain(); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		runs := -left
		if runs == 0 {
			t.Errorf("%s never runs the model", name)
		}
		for _, at := range slices.Compact([]int{1, min(2, runs), min(3, runs), runs/2 + 1, runs}) {
			explain = explainers(m, rows, background)[name] // one that knows nothing of the run before
			left = at
			if err := explain(); err == nil || !strings.Contains(err.Error(), "the fuse has blown") {
				t.Errorf("%s, panic at run %d of %d: the error is %v", name, at, runs, err)
			}
			if after := state(); !reflect.DeepEqual(after, before) {
				t.Errorf("%s, panic at run %d of %d: left %+v, before %+v", name, at, runs, after, before)
			}
		}
	}
	// Gradients go wrong too: in a hook of the program, which stays.
	defer m.With(nn.Hook{Layers: []string{"flatten"}, Backward: func(*nn.Event) { panic("no way back") }})()
	before = state()
	wrong := 0
	for name, explain := range explainers(m, rows, background) {
		left = 0
		if err := explain(); err != nil {
			if wrong++; !strings.Contains(err.Error(), "no way back") {
				t.Errorf("%s: %v", name, err)
			}
		}
		if after := state(); !reflect.DeepEqual(after, before) {
			t.Errorf("%s, panic on the way back: left %+v, before %+v", name, after, before)
		}
	}
	if wrong < 8 {
		t.Errorf("only %d methods went back", wrong)
	}
}
