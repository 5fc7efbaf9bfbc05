package explain

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"loupe/viz/model"
)

// A GradientMethod explains models that can tell the gradient of an output with
// respect to their input: *nn.Model, and those of sources with gradients.
//
// Without [Output] it explains, for each row, the output that is greatest for it.
//
// Words, which are numbers that have no gradient, are explained by way of the vectors
// that the model looks up for them: what these contribute is summed up, and of slopes
// the length is taken. That needs a model of loupe/nn.
type GradientMethod struct {
	name string
	g    *differentiable
	o    *options
	err  error
	// whole is set for methods that change rows as they are, also words.
	whole bool
	// slope is set for methods whose values are gradients and no contributions.
	slope bool
	// unsigned is set for methods whose values are never below 0.
	unsigned bool
	at       space // where gradients are taken
	// values computes the contributions of some rows.
	values func(m *GradientMethod, x *mat.Dense, of []int) (*mat.Dense, error)
	// complete is set for methods whose contributions sum up to the difference from
	// the output for the baseline.
	complete bool
	// estimates computes contributions and their standard errors, for methods that
	// sample; base is the mean output that they are counted from.
	estimates func(m *GradientMethod, x *mat.Dense, of []int) (values, errors *mat.Dense, err error)
	base      func(output int) (float64, error)
	// explained computes what is explained for each row, where that is not what the
	// model gives.
	explained func(m *GradientMethod, x *mat.Dense, of []int) (*mat.Dense, error)
	unit      string // of it
	// hidden is set for methods that explain by the units of a layer, not by features.
	hidden *conductance
	// stepwise is set for methods that go through the steps of a model.
	stepwise bool
}

func newGradientMethod(name string, v any, list []Option, known ...string) *GradientMethod {
	m := &GradientMethod{name: name}
	if m.o, m.err = optionsOf(list, append([]string{"Output"}, known...)...); m.err == nil {
		m.g, m.err = differentiableOf(v)
	}
	return m
}

// Saliency explains by the gradient of the output with respect to each feature: how
// much it would change with a small change of the feature (Simonyan, Vedaldi and
// Zisserman 2013).
func Saliency(model any, list ...Option) *GradientMethod {
	m := newGradientMethod("Saliency", model, list)
	m.slope = true
	m.values = (*GradientMethod).slopes
	return m
}

// GradientInput explains by gradient times input (Shrikumar et al. 2016).
func GradientInput(model any, list ...Option) *GradientMethod {
	m := newGradientMethod("Gradient × input", model, list)
	m.values = func(m *GradientMethod, x *mat.Dense, of []int) (*mat.Dense, error) {
		g, err := m.slopes(x, of)
		if err == nil {
			g.MulElem(g, x)
		}
		return g, err
	}
	return m
}

// chunk is how many rows a model sees at once.
const chunk = 64

// Explain explains rows.
func (m *GradientMethod) Explain(rows any) *Attribution {
	if m.err != nil {
		return failed(m.name, m.err)
	}
	own := *m // what follows is of this call
	m = &own
	t, err := rowsOf(rows)
	if err != nil {
		return failed(m.name, err)
	}
	if err := m.g.fits(t.x); err != nil {
		return failed(m.name, err)
	}
	n, _ := t.x.Dims()
	predicted, err := m.g.outputs(t.x)
	if err != nil {
		return failed(m.name, err)
	}
	x, err := m.enter(t.x)
	if err != nil {
		return failed(m.name, err)
	}
	of, name, err := m.choose(predicted, t.classes)
	if err != nil {
		return failed(m.name, err)
	}
	a, err := m.blank(t, predicted, of, name)
	if err != nil {
		return failed(m.name, err)
	}
	pieces := (n + chunk - 1) / chunk
	_, width := x.Dims()
	err = parallel(pieces, 1, m.name, func(i int) error {
		from, to := i*chunk, min((i+1)*chunk, n)
		return m.fill(a, mat.DenseCopyOf(x.Slice(from, to, 0, width)), of[from:to], from)
	})
	if err == nil {
		err = m.check(a, x, of)
	}
	if err != nil {
		return failed(m.name, err)
	}
	return a
}

// blank is the attribution of rows before they are explained.
func (m *GradientMethod) blank(t *table, predicted *mat.Dense, of []int, name string) (*Attribution, error) {
	a := &Attribution{Method: m.name, Predicted: picked(predicted, of), Data: t.x, Features: t.features,
		Outputs: []string{name}, Names: t.names, Shape: m.g.shape, Unit: m.unit, slopes: m.slope, unsigned: m.unsigned, words: t.words}
	if m.hidden != nil {
		var err error
		if a.Data, a.Features, err = m.hidden.features(m.g, t.x); err != nil {
			return nil, err
		}
		a.Shape, a.words = nil, false
	}
	n, features := len(of), len(a.Features)
	a.Values = []*mat.Dense{mat.NewDense(n, features, nil)}
	if m.estimates != nil {
		a.Errors = []*mat.Dense{mat.NewDense(n, features, nil)}
	}
	if _, outputs := predicted.Dims(); name == thePredicted {
		a.Names = classNames(of, outputs, t.classes)
	}
	return a, nil
}

// check computes the check value of the method.
func (m *GradientMethod) check(a *Attribution, x *mat.Dense, of []int) (err error) {
	switch {
	case m.explained != nil:
		if a.Predicted, err = m.explained(m, x, of); err == nil {
			m.conserve(a)
		}
	case m.complete:
		err = m.close(a, of)
	case m.base != nil:
		err = m.count(a, of)
	}
	return err
}

// fill explains rows from a number on.
func (m *GradientMethod) fill(a *Attribution, x *mat.Dense, of []int, from int) error {
	n, _ := x.Dims()
	_, features := a.Values[0].Dims()
	part := func(of *mat.Dense) *mat.Dense { return of.Slice(from, from+n, 0, features).(*mat.Dense) }
	if m.estimates != nil {
		v, e, err := m.estimates(m, x, of)
		if err != nil {
			return err
		}
		part(a.Values[0]).Copy(v)
		part(a.Errors[0]).Copy(e)
		return nil
	}
	v, err := m.values(m, x, of)
	if err != nil {
		return err
	}
	part(a.Values[0]).Copy(m.perFeature(v))
	return nil
}

// count computes how far sums of estimates are from the difference between the output
// and the mean, and the base where all rows share one.
func (m *GradientMethod) count(a *Attribution, of []int) error {
	a.Check = Check{Name: "additivity gap"}
	same := true
	for i, k := range of {
		base, err := m.base(k)
		if err != nil {
			return err
		}
		a.Check.Value = max(a.Check.Value, math.Abs(sum(a.Values[0].RawRowView(i))-(a.Predicted.At(i, 0)-base)))
		if same = same && k == of[0]; same {
			a.Base = []float64{base}
		}
	}
	if !same {
		a.Base = nil
	}
	return nil
}

// choose decides which output of each row is explained.
func (m *GradientMethod) choose(predicted *mat.Dense, classes []string) (of []int, name string, err error) {
	n, outputs := predicted.Dims()
	named := func(k int) string {
		if k < len(classes) && outputs == len(classes) {
			return classes[k]
		}
		return ""
	}
	of = make([]int, n)
	if k := m.o.output; k >= 0 || outputs == 1 {
		if k = max(k, 0); k >= outputs {
			return nil, "", fmt.Errorf("there is no output %d: the model has %d", k, outputs)
		}
		for i := range of {
			of[i] = k
		}
		return of, named(k), nil
	}
	for i := range of {
		for k := range outputs {
			if predicted.At(i, k) > predicted.At(i, of[i]) {
				of[i] = k
			}
		}
	}
	if n == 1 {
		return of, named(of[0]), nil
	}
	return of, thePredicted, nil
}

// thePredicted names the output where it is another one for each row; the names of the
// rows are those of their classes then.
const thePredicted = "the predicted class"

// classNames are those of the outputs that rows are explained for.
func classNames(of []int, outputs int, classes []string) []string {
	names := make([]string, len(of))
	for i, k := range of {
		names[i] = fmt.Sprint(k)
		if outputs == len(classes) {
			names[i] = classes[k]
		}
	}
	return names
}

// picked is the explained output of each row.
func picked(y *mat.Dense, of []int) *mat.Dense {
	out := mat.NewDense(len(of), 1, nil)
	for i, k := range of {
		out.Set(i, 0, y.At(i, k))
	}
	return out
}

// slopes are the gradients of outputs.
func (m *GradientMethod) slopes(x *mat.Dense, of []int) (*mat.Dense, error) {
	return m.at.gradients(x, of)
}

// reference is the baseline as a row.
func (m *GradientMethod) reference() ([]float64, error) {
	if m.o.baseline == nil {
		return make([]float64, model.Size(m.g.shape)), nil
	}
	t, err := rowsOf(m.o.baseline)
	if err != nil {
		return nil, fmt.Errorf("the baseline: %w", err)
	}
	if n, cols := t.x.Dims(); n != 1 || cols != model.Size(m.g.shape) {
		return nil, fmt.Errorf("the baseline is %d × %d: it must be one row of %d features", n, cols, model.Size(m.g.shape))
	}
	return t.x.RawRowView(0), nil
}

// start is the baseline where gradients are taken.
func (m *GradientMethod) start() ([]float64, error) {
	base, err := m.reference()
	if w, ok := m.at.(*way); ok && err == nil {
		var x *mat.Dense
		if x, err = w.enter(mat.NewDense(1, len(base), base)); err == nil {
			return x.RawRowView(0), nil
		}
	}
	return base, err
}

// close computes the completeness gap, and the base where all rows share one.
func (m *GradientMethod) close(a *Attribution, of []int) error {
	base, err := m.start()
	if err != nil {
		return err
	}
	y, err := m.at.outputs(mat.NewDense(1, len(base), base))
	if err != nil {
		return err
	}
	a.Check = Check{Name: "completeness gap"}
	same := true
	for i, k := range of {
		gap := math.Abs(sum(a.Values[0].RawRowView(i)) - (a.Predicted.At(i, 0) - y.At(0, k)))
		a.Check.Value = max(a.Check.Value, gap)
		same = same && k == of[0]
	}
	if same {
		a.Base = []float64{y.At(0, of[0])}
	}
	return nil
}

// conserve computes how far sums of contributions are from what is explained.
func (m *GradientMethod) conserve(a *Attribution) {
	a.Check = Check{Name: "conservation gap"}
	n, _, _ := a.Dims()
	for i := range n {
		a.Check.Value = max(a.Check.Value, math.Abs(sum(a.Values[0].RawRowView(i))-a.Predicted.At(i, 0)))
	}
}

// A space is where gradients are taken: the input of a model, or the vectors of its
// words.
type space interface {
	outputs(x *mat.Dense) (*mat.Dense, error)
	// gradients are those of one output of each row with respect to its numbers.
	gradients(x *mat.Dense, of []int) (*mat.Dense, error)
}

// enter chooses where gradients are taken, and returns rows there.
func (m *GradientMethod) enter(x *mat.Dense) (*mat.Dense, error) {
	if m.at = m.g; m.whole || !m.stepwise && !m.g.readsWords() {
		return x, nil
	}
	w, err := m.g.way()
	if err != nil {
		return nil, err
	}
	m.at = w
	return w.enter(x)
}

// perFeature makes what vectors contribute what their words do.
func (m *GradientMethod) perFeature(v *mat.Dense) *mat.Dense {
	w, ok := m.at.(*way)
	if !ok || w.from < 0 {
		return v
	}
	n, width := v.Dims()
	each := w.shape[len(w.shape)-1]
	out := mat.NewDense(n, width/each, nil)
	for i := range n {
		for j := range width / each {
			part := v.RawRowView(i)[j*each : (j+1)*each]
			if out.Set(i, j, sum(part)); m.slope {
				out.Set(i, j, floats.Norm(part, 2))
			}
		}
	}
	return out
}
