package nn

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"loupe/nn/tensor"
)

// TestSteps: the states and gates that a hook sees are those of the formulas, and
// of the layer that gives all states on.
func TestSteps(t *testing.T) {
	const batch, time, units = 3, 6, 4
	for _, kind := range []func(int, ...Option) *Layer{SimpleRNN, LSTM, GRU} {
		last, all := kind(units, Bidirectional), kind(units, Bidirectional, Sequences)
		m := Sequential(Dense(5), last, Dense(2)).As(tensor.Float64).Build(time, 2)
		x := tensor.Normal(1, 0, 1, batch, time, 2).As(tensor.Float64)
		name := last.Name()

		var seen [][]Steps
		remove := m.With(Hook{Layers: []string{name},
			Forward:  func(e *Event) { seen = append(seen, e.Steps()) },
			Backward: func(e *Event) { seen = append(seen, e.Steps()) },
		})
		tape := NewTape()
		y := m.Forward(tape, Const(x))
		tape.BackwardFrom(y, y.Data)
		remove()
		seen = append(seen, m.Steps(name, x))
		if len(seen) != 3 || len(seen[0]) != 2 {
			t.Fatalf("%s: seen %d times, %d directions", name, len(seen), len(seen[0]))
		}
		for i, s := range seen[1:] {
			if fmt.Sprint(s[1].Gates) != fmt.Sprint(seen[0][1].Gates) || !slices.Equal(s[0].States.Float64s(), seen[0][0].States.Float64s()) {
				t.Errorf("%s: time %d shows other steps than the first", name, i+1)
			}
		}

		sequences := Sequential(Dense(5), all).As(tensor.Float64).Build(time, 2)
		for i, p := range sequences.Params() {
			p.Data.Copy(m.Params()[i].Data)
		}
		states := tensor.Concat(2, seen[0][0].States, seen[0][1].States)
		closeTo(t, name+"'s states", states, sequences.Predict(x))
		for direction := range seen[0] {
			checkFormulas(t, fmt.Sprint(name, " direction ", direction), &seen[0][direction], direction == 1)
		}
	}
	mistake := func(f func()) (text string) {
		defer func() { text = recover().(*Error).Text }()
		f()
		return ""
	}
	m := Sequential(Dense(5), GRU(2)).Build(time, 2)
	if got := mistake(func() { m.Steps("dense", tensor.New(1, time, 2)) }); got != "layer dense is not recurrent, but Dense" {
		t.Error(got)
	}
	if got := mistake(func() { m.Steps("gru", tensor.New(1, time, 2))[0].Gate("forget") }); got != `there is no gate "forget"; there are ["update" "reset" "candidate"]` {
		t.Error(got)
	}
}

// checkFormulas computes states from gates, sample by sample and step by step.
func checkFormulas(t *testing.T, what string, s *Steps, reverse bool) {
	if s.Gates == nil {
		return
	}
	shape := s.States.Shape()
	for b := range shape[0] {
		for u := range shape[2] {
			h, c := 0.0, 0.0
			for k := range shape[1] {
				k := k
				if reverse {
					k = shape[1] - 1 - k
				}
				gate := func(name string) float64 { return s.Gate(name).At(b, k, u) }
				if s.Cells != nil {
					c = gate("forget")*c + gate("input")*gate("candidate")
					h = gate("output") * math.Tanh(c)
					if d := s.Cells.At(b, k, u) - c; math.Abs(d) > 1e-12 {
						t.Fatalf("%s: cell %d of sample %d is off by %v at step %d", what, u, b, d, k)
					}
				} else {
					h = gate("update")*h + (1-gate("update"))*gate("candidate")
				}
				if d := s.States.At(b, k, u) - h; math.Abs(d) > 1e-12 {
					t.Fatalf("%s: unit %d of sample %d is off by %v at step %d", what, u, b, d, k)
				}
			}
		}
	}
}
