package explain

import (
	"errors"
	"fmt"
	"slices"

	"gonum.org/v1/gonum/mat"

	"loupe/viz/model"
)

// A way is the steps of a model, from where its explanation begins to its output, for
// methods that go back through each by a rule of their own.
type way struct {
	steps []model.Step
	// from is the step whose output is where the way begins: the vectors of words;
	// -1 is the input.
	from  int
	shape []int // of a sample there
	input []int // of a sample of the model
}

// readsWords reports whether the first thing that a model does is to look up words.
func (d *differentiable) readsWords() bool {
	reads, looks := 0, 0
	for _, n := range d.m.Nodes {
		if slices.Contains(n.Inputs, 0) {
			if reads++; n.Op == "Embedding" {
				looks++
			}
		}
	}
	return looks > 0 && looks == reads
}

// way lists the steps of the model.
func (d *differentiable) way() (*way, error) {
	s, ok := d.m.Runner.(model.Stepper)
	if !ok {
		return nil, errors.New("this method goes through the operations of a model one by one, which models of loupe/nn can and this one cannot: take IntegratedGradients or GradientSHAP")
	}
	steps, err := s.Steps()
	if err != nil {
		return nil, err
	}
	w := &way{steps: steps, from: -1, shape: d.shape, input: d.shape}
	for i, s := range steps {
		for _, in := range s.Inputs {
			switch {
			case in < -1:
				return nil, errors.New("the model has several inputs, and this method can explain only one")
			case in == -1 && s.Kind == model.Lookup && w.from < 0:
				w.from = i
			case in == -1 && w.from >= 0, s.Kind == model.Lookup:
				return nil, fmt.Errorf("the model looks up words also in %s: this method can explain words that it looks up in one place", s.Node)
			}
		}
	}
	if w.from >= 0 {
		row := mat.NewDense(1, model.Size(d.shape), nil)
		done, err := steps[w.from].Do([]model.Array{d.array(row)}, nil)
		if err != nil {
			return nil, err
		}
		w.shape = done.Output.Shape[1:]
	}
	return w, nil
}

// enter makes rows of the model rows where the way begins.
func (w *way) enter(x *mat.Dense) (*mat.Dense, error) {
	if w.from < 0 {
		return x, nil
	}
	n, _ := x.Dims()
	done, err := w.steps[w.from].Do([]model.Array{{Shape: append([]int{n}, w.input...), Values: x.RawMatrix().Data}}, nil)
	if err != nil {
		return nil, err
	}
	return mat.NewDense(n, model.Size(w.shape), done.Output.Values), nil
}

// A pass is a model that has been run on the way.
type pass struct {
	w    *way
	done []model.Done
	in   [][]model.Array // of each step
	x    model.Array     // where the way begins
}

// run goes the way with rows.
func (w *way) run(x *mat.Dense) (*pass, error) {
	n, _ := x.Dims()
	p := &pass{w: w, done: make([]model.Done, len(w.steps)), in: make([][]model.Array, len(w.steps)),
		x: model.Array{Shape: append([]int{n}, w.shape...), Values: x.RawMatrix().Data}}
	for i, s := range w.steps {
		if i == w.from {
			p.done[i].Output = p.x
			continue
		}
		for _, in := range s.Inputs {
			if in < 0 {
				p.in[i] = append(p.in[i], p.x)
			} else {
				p.in[i] = append(p.in[i], p.done[in].Output)
			}
		}
		var err error
		if p.done[i], err = s.Do(p.in[i], nil); err != nil {
			return nil, fmt.Errorf("%s: %w", s.Node, err)
		}
	}
	return p, nil
}

// output is what a step has computed, a row for each sample.
func (p *pass) output(step int) *mat.Dense {
	out := p.done[step].Output
	n := p.x.Shape[0]
	return mat.NewDense(n, len(out.Values)/n, out.Values)
}

// A backRule says what goes back through a step to its inputs, of what has come back to
// its output.
type backRule func(step int, g model.Array) ([]model.Array, error)

// gradient is the rule of calculus.
func (p *pass) gradient(step int, g model.Array) ([]model.Array, error) {
	return p.done[step].Back(g), nil
}

// back goes back from the output of a step to where the way begins.
func (p *pass) back(step int, g model.Array, through backRule) (*mat.Dense, error) {
	sums := make([]model.Array, len(p.w.steps))
	begin := model.Array{Shape: p.x.Shape, Values: make([]float64, len(p.x.Values))}
	sums[step] = g
	for i := step; i > p.w.from; i-- {
		if sums[i].Values == nil {
			continue
		}
		list, err := through(i, sums[i])
		if err != nil {
			return nil, err
		}
		for k, in := range p.w.steps[i].Inputs {
			if in < 0 {
				add(&begin, list[k])
			} else {
				add(&sums[in], list[k])
			}
		}
		sums[i] = model.Array{}
	}
	if p.w.from >= 0 && sums[p.w.from].Values != nil {
		begin = sums[p.w.from]
	}
	n := p.x.Shape[0]
	return mat.NewDense(n, len(begin.Values)/n, begin.Values), nil
}

func add(to *model.Array, g model.Array) {
	if to.Values == nil {
		*to = model.Array{Shape: g.Shape, Values: slices.Clone(g.Values)}
		return
	}
	for i, v := range g.Values {
		to.Values[i] += v
	}
}

// last is the step that computes the output.
func (w *way) last() int { return len(w.steps) - 1 }

// pieces calls f for some rows at a time.
func pieces(x *mat.Dense, of []int, f func(from int, x *mat.Dense, of []int) error) error {
	n, cols := x.Dims()
	for from := 0; from < n; from += chunk {
		to := min(from+chunk, n)
		if err := f(from, mat.DenseCopyOf(x.Slice(from, to, 0, cols)), of[from:to]); err != nil {
			return err
		}
	}
	return nil
}

// outputs implements space.
func (w *way) outputs(x *mat.Dense) (*mat.Dense, error) {
	n, _ := x.Dims()
	var out *mat.Dense
	err := pieces(x, make([]int, n), func(from int, x *mat.Dense, _ []int) error {
		p, err := w.run(x)
		if err != nil {
			return err
		}
		y := p.output(w.last())
		rows, k := y.Dims()
		if out == nil {
			out = mat.NewDense(n, k, nil)
		}
		out.Slice(from, from+rows, 0, k).(*mat.Dense).Copy(y)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, checkNumbers(out)
}

// gradients implements space.
func (w *way) gradients(x *mat.Dense, of []int) (*mat.Dense, error) {
	p, err := w.run(x)
	if err != nil {
		return nil, err
	}
	g, err := p.back(w.last(), oneOf(of)(p.done[w.last()].Output), p.gradient)
	if err != nil {
		return nil, err
	}
	return g, checkNumbers(g)
}
