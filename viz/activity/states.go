package activity

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"gonum.org/v1/gonum/mat"

	"loupe/viz/chart"
	"loupe/viz/model"
)

// States returns what the units of a recurrent layer hold after each step of a
// sequence, units × steps: the state h, or what is named ("c", "forget gate"). A
// name may also be a layer's; without one it is the first recurrent layer. Where the
// input has names for its steps, such as words, they stand under the axis, and
// padding is left out. Units are sorted by what they hold at the end.
func States(v, x any, what ...string) *chart.Figure {
	s, err := states(v, x, what)
	if err != nil {
		return chart.Failed(err)
	}
	units, order := s.sorted()
	names := make([]string, len(order))
	for i, u := range order {
		names[i] = fmt.Sprint(u)
	}
	f := chart.HeatMap(units, chart.Rows(names...), chart.ScaleLabel(s.what), chart.NoNumbers()).Worded(func(o *chart.Options) chart.Wording {
		if s.words != nil {
			return chart.Wording{Y: o.Say("unit of %s", s.layer)}
		}
		return chart.Wording{Y: o.Say("unit of %s", s.layer), X: o.Say("step")}
	})
	if s.words != nil {
		f = f.With(chart.Columns(s.words...))
	}
	if strings.HasSuffix(s.what, "gate") && !strings.HasPrefix(s.what, "candidate") {
		f = f.With(chart.Range(0, 1))
	}
	return f.Noting(s.notes)
}

// A sequence is the states of a layer for one sample.
type sequence struct {
	layer, what string
	words       []string
	steps       *mat.Dense // steps × units
}

// states runs a model and keeps what a layer does at every step.
func states(v, x any, what []string) (*sequence, error) {
	m, in, err := input(v, x)
	if err != nil {
		return nil, err
	}
	s := &sequence{what: "h"}
	for _, w := range what {
		if _, err := m.Node(w); err == nil {
			s.layer = w
		} else {
			s.what = w
		}
	}
	if s.layer == "" {
		i := slices.IndexFunc(m.Nodes, func(n model.Node) bool { return n.Class == model.Recurrent })
		if i < 0 {
			return nil, errors.New("the model has no recurrent layer")
		}
		s.layer = m.Nodes[i].Name
	}
	var has []string
	var got model.Array
	_, err = m.Runner.Run([]model.Array{in}, model.Watch{Nodes: []string{s.layer}, State: func(_, what string, a model.Array) {
		has = append(has, what)
		if what == s.what || what == s.what+" gate" {
			s.what, got = what, a
		}
	}})
	switch {
	case err != nil:
		return nil, err
	case has == nil:
		return nil, fmt.Errorf("layer %s is not recurrent: it has no states", s.layer)
	case got.Shape == nil:
		return nil, fmt.Errorf("layer %s has no state %q; it has %s", s.layer, s.what, strings.Join(has, ", "))
	}
	steps, units := got.Shape[1], got.Shape[2]
	s.steps = mat.NewDense(steps, units, slices.Clone(got.Values[:steps*units]))
	s.trim(in.Names)
	return s, nil
}

// trim takes the words of the steps, and leaves out the padding before them.
func (s *sequence) trim(words []string) {
	steps, units := s.steps.Dims()
	if len(words) != steps {
		return
	}
	first := slices.IndexFunc(words, func(w string) bool { return w != "" })
	if first < 0 {
		return
	}
	s.words = words[first:]
	s.steps = mat.DenseCopyOf(s.steps.Slice(first, steps, 0, units))
}

// sorted returns units × steps, from those that hold most at the end to those that
// hold least, and which units they are.
func (s *sequence) sorted() (*mat.Dense, []int) {
	steps, units := s.steps.Dims()
	order := make([]int, units)
	for u := range order {
		order[u] = u
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(s.steps.At(steps-1, b), s.steps.At(steps-1, a)) })
	m := mat.NewDense(units, steps, nil)
	for i, u := range order {
		for t := range steps {
			m.Set(i, t, s.steps.At(t, u))
		}
	}
	return m, order
}

// notes says at which step the states change most.
func (s *sequence) notes(o *chart.Options) []string {
	steps, units := s.steps.Dims()
	best, most, sum := 0, 0.0, 0.0
	for t := 1; t < steps; t++ {
		change := 0.0
		for u := range units {
			d := s.steps.At(t, u) - s.steps.At(t-1, u)
			change += d * d
		}
		sum += change
		if change > most {
			best, most = t, change
		}
	}
	if sum == 0 || steps < 3 || strings.HasSuffix(s.what, "gate") {
		return nil
	}
	name := o.Say("step %s", chart.Count(best))
	if s.words != nil {
		name = fmt.Sprintf("“%s”", s.words[best])
	}
	return []string{o.Say("The states change most at %s: by %s of all change.", name, chart.Number(100*most/sum)+" %")}
}

// Attention returns where the heads of an attending layer look: for each head a heat
// map of queries × keys. Without a name it is the first such layer.
func Attention(v, x any, layer ...string) *chart.Figure {
	m, in, err := input(v, x)
	if err != nil {
		return chart.Failed(err)
	}
	name := ""
	if len(layer) > 0 {
		name = layer[0]
		if _, err := m.Node(name); err != nil {
			return chart.Failed(err)
		}
	} else if i := slices.IndexFunc(m.Nodes, func(n model.Node) bool { return n.Class == model.Attending }); i >= 0 {
		name = m.Nodes[i].Name
	} else {
		return chart.Failed(errors.New("the model has no attention"))
	}
	var got model.Array
	if _, err := m.Runner.Run([]model.Array{in}, model.Watch{Nodes: []string{name}, State: func(_, what string, a model.Array) {
		if what == "attention" {
			got = a
		}
	}}); err != nil {
		return chart.Failed(err)
	}
	if len(got.Shape) != 4 {
		return chart.Failed(fmt.Errorf("layer %s has no attention", name))
	}
	heads, queries, keys := got.Shape[1], got.Shape[2], got.Shape[3]
	first := 0
	if len(in.Names) == keys && queries == keys {
		first = max(0, slices.IndexFunc(in.Names, func(w string) bool { return w != "" }))
	}
	var list []*chart.Figure
	for h := range heads {
		w := mat.NewDense(queries, keys, slices.Clone(got.Values[h*queries*keys:(h+1)*queries*keys]))
		f := chart.HeatMap(w.Slice(first, queries, first, keys), chart.NoNumbers(), chart.Title(fmt.Sprintf("%s, head %d", model.Base(name), h))).Worded(func(o *chart.Options) chart.Wording {
			return chart.Wording{X: o.Say("to"), Y: o.Say("looks from"), Scale: o.Say("attention")}
		})
		if first > 0 || len(in.Names) == keys {
			f = f.With(chart.Rows(in.Names[first:]...), chart.Columns(in.Names[first:]...))
		}
		list = append(list, f)
	}
	if len(list) == 1 {
		return list[0]
	}
	return chart.Grid(list...)
}
