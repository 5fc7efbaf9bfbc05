package explain

import (
	"errors"
	"fmt"
	"image"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"loupe/nn/data"
	"loupe/viz/chart"
	"loupe/viz/draw"
	"loupe/viz/model"
)

// As makes rows count as alike that are alike to a model: by what it answers, or by
// what the layer computes that [Layer] names.
func As(model any) Option { return func(o *options) { o.set("As"); o.as = model } }

// Examples are rows that stand for a data set: prototypes, which together are
// distributed as the data are, and critics, of which the prototypes say least.
type Examples struct {
	Prototypes []int // rows, the most telling first
	Critics    []int
	// Stands is the share of the rows that each prototype is the nearest to.
	Stands []float64
	// Right is the share of rows that have the class of the nearest prototype; NaN
	// without classes.
	Right float64

	set  *data.Set
	t    *table
	rows []int // that were compared
	err  error
}

// prototypeRows is how many rows are compared with each other: of more, as many are
// drawn.
const prototypeRows = 2000

// Prototypes chooses n rows of a data set that stand for all, and a third as many, or
// [Count], that they do not stand for (MMD-critic: Kim, Khanna and Koyejo 2016). Rows
// are alike by a Gaussian kernel of their features in standard deviations, as wide as
// the mean of squared distances; with [As] by what a model makes of them. Of more than 2,000
// rows, 2,000 are drawn.
func Prototypes(set *data.Set, n int, list ...Option) *Examples {
	e := &Examples{set: set}
	e.err = e.choose(n, list)
	return e
}

// Err says what went wrong, nil if nothing did.
func (e *Examples) Err() error {
	if e.err != nil {
		return fmt.Errorf("explain: prototypes: %w", e.err)
	}
	return nil
}

func (e *Examples) choose(n int, list []Option) error {
	o, err := optionsOf(list, "As", "Layer", "Count", "Seed")
	if err != nil {
		return err
	}
	if e.t, err = rowsOf(e.set); err != nil {
		return err
	}
	if !o.has("Count") {
		o.count = n / 3
	}
	all, _ := e.t.x.Dims()
	if n < 1 || o.count < 0 || n+o.count > min(all, prototypeRows) {
		return fmt.Errorf("of %d rows, %d prototypes and %d critics cannot be chosen", min(all, prototypeRows), n, o.count)
	}
	e.rows = source(o.seed, 0).Perm(all)
	e.rows = e.rows[:min(all, prototypeRows)]
	slices.Sort(e.rows)
	x, err := e.seen(o)
	if err != nil {
		return err
	}
	d, err := distances(x)
	if err != nil {
		return err
	}
	k := kernelOf(d)
	chosen := prototypes(k, n)
	critics := criticisms(k, chosen, o.count)
	e.stand(d, chosen)
	for _, i := range chosen {
		e.Prototypes = append(e.Prototypes, e.rows[i])
	}
	for _, i := range critics {
		e.Critics = append(e.Critics, e.rows[i])
	}
	return nil
}

// seen are the rows as they are compared.
func (e *Examples) seen(o *options) (*mat.Dense, error) {
	_, cols := e.t.x.Dims()
	x := mat.NewDense(len(e.rows), cols, nil)
	for i, row := range e.rows {
		x.SetRow(i, e.t.x.RawRowView(row))
	}
	switch {
	case o.as != nil && o.layer != "":
		return computed(o.as, o.layer, x)
	case o.as != nil:
		p, err := predictorOf(o.as)
		if err != nil {
			return nil, err
		}
		return p.all(x)
	case o.layer != "":
		return nil, errors.New("Layer names a layer of the model that As gives: there is none")
	}
	if err := complete(&table{x: x, features: e.t.features}); err != nil {
		return nil, err
	}
	for j, s := range deviations(x) {
		if s > 0 && len(e.set.Shape()) == 1 { // pixels have one scale
			for i := range e.rows {
				x.Set(i, j, x.At(i, j)/s)
			}
		}
	}
	return x, nil
}

// computed is what a layer makes of rows.
func computed(v any, layer string, x *mat.Dense) (*mat.Dense, error) {
	g, err := differentiableOf(v)
	if err != nil {
		return nil, err
	}
	if err := g.fits(x); err != nil {
		return nil, err
	}
	if _, err := g.m.Node(layer); err != nil {
		return nil, err
	}
	n, _ := x.Dims()
	var out *mat.Dense
	err = pieces(x, make([]int, n), func(from int, x *mat.Dense, _ []int) error {
		_, err := g.m.Runner.Run([]model.Array{g.array(x)}, model.Watch{Nodes: []string{layer}, Value: func(_ string, v model.Array) {
			rows := v.Shape[0]
			each := len(v.Values) / rows
			if out == nil {
				out = mat.NewDense(n, each, nil)
			}
			for i := range rows {
				out.SetRow(from+i, v.Values[i*each:(i+1)*each])
			}
		}})
		return err
	})
	if err == nil && out == nil {
		err = fmt.Errorf("the model says nothing of %s", layer)
	}
	return out, err
}

// distances are the squared distances between rows.
func distances(x *mat.Dense) (*mat.SymDense, error) {
	n, _ := x.Dims()
	d := mat.NewSymDense(n, nil)
	err := parallel(n, 2, "prototypes", func(i int) error {
		for j := i + 1; j < n; j++ {
			s := floats.Distance(x.RawRowView(i), x.RawRowView(j), 2)
			d.SetSym(i, j, s*s)
		}
		return nil
	})
	return d, err
}

// kernelOf is the Gaussian kernel with the mean of squared distances as its width. The
// median, which others take, is almost 0 where a model gives most rows of a class the
// same answer.
func kernelOf(d *mat.SymDense) *mat.SymDense {
	n := d.SymmetricDim()
	width := 0.0
	for i := range n {
		for j := range n {
			width += d.At(i, j) / float64(n*n)
		}
	}
	if width == 0 {
		width = 1
	}
	k := mat.NewSymDense(n, nil)
	for i := range n {
		for j := i; j < n; j++ {
			k.SetSym(i, j, math.Exp(-d.At(i, j)/width))
		}
	}
	return k
}

// prototypes adds the row by which the maximum mean discrepancy between those chosen and
// all falls most, n times.
func prototypes(k *mat.SymDense, n int) []int {
	rows := k.SymmetricDim()
	mean, with := make([]float64, rows), make([]float64, rows) // of the kernel with all, and its sum with those chosen
	for i := range rows {
		for j := range rows {
			mean[i] += k.At(i, j) / float64(rows)
		}
	}
	var chosen []int
	near, own := 0.0, 0.0 // the sums of mean and of the kernel among those chosen
	for len(chosen) < n {
		m := float64(len(chosen) + 1)
		best, most := -1, math.Inf(-1)
		for i := range rows {
			if slices.Contains(chosen, i) {
				continue
			}
			v := 2*(near+mean[i])/m - (own+2*with[i]+k.At(i, i))/(m*m)
			if v > most {
				best, most = i, v
			}
		}
		near, own = near+mean[best], own+2*with[best]+k.At(best, best)
		chosen = append(chosen, best)
		for i := range rows {
			with[i] += k.At(i, best)
		}
	}
	return chosen
}

// criticisms adds the row at which those chosen and all are most unlike, and which is
// unlike the critics before it (by the logarithm of the determinant of their kernel).
func criticisms(k *mat.SymDense, chosen []int, n int) []int {
	rows := k.SymmetricDim()
	witness := make([]float64, rows)
	for i := range rows {
		for j := range rows {
			witness[i] += k.At(i, j) / float64(rows)
		}
		for _, j := range chosen {
			witness[i] -= k.At(i, j) / float64(len(chosen))
		}
	}
	var critics []int
	for len(critics) < n {
		best, most := -1, math.Inf(-1)
		for i := range rows {
			if slices.Contains(chosen, i) || slices.Contains(critics, i) {
				continue
			}
			if v := math.Abs(witness[i]) + math.Log(max(residual(k, i, critics), 1e-12)); v > most {
				best, most = i, v
			}
		}
		critics = append(critics, best)
	}
	return critics
}

// residual is by what factor a row makes the determinant of the kernel of others
// greater: what they do not say of it.
func residual(k *mat.SymDense, i int, others []int) float64 {
	if len(others) == 0 {
		return k.At(i, i)
	}
	own, with := mat.NewSymDense(len(others), nil), mat.NewVecDense(len(others), nil)
	for a, p := range others {
		with.SetVec(a, k.At(i, p))
		for b, q := range others {
			own.SetSym(a, b, k.At(p, q))
		}
	}
	var c mat.Cholesky
	var said mat.VecDense
	if !c.Factorize(own) || c.SolveVecTo(&said, with) != nil {
		return 0
	}
	return k.At(i, i) - mat.Dot(with, &said)
}

// stand counts for how many rows each prototype is the nearest.
func (e *Examples) stand(d *mat.SymDense, chosen []int) {
	e.Stands, e.Right = make([]float64, len(chosen)), math.NaN()
	labels, right, n := e.set.Labels(), 0, d.SymmetricDim()
	for i := range n {
		best := 0
		for p, j := range chosen {
			if d.At(i, j) < d.At(i, chosen[best]) {
				best = p
			}
		}
		e.Stands[best] += 1 / float64(n)
		if labels != nil && labels[e.rows[i]] == labels[e.rows[chosen[best]]] {
			right++
		}
	}
	if labels != nil {
		e.Right = float64(right) / float64(n)
	}
}

// Figure shows the prototypes and the critics: images as they are, others as a table of
// the features in which they differ most.
func (e *Examples) Figure() *chart.Figure {
	if err := e.Err(); err != nil {
		return chart.Failed(err)
	}
	if e.set.Image(0) != nil {
		var list []image.Image
		var names []string
		for i, row := range e.Prototypes {
			list, names = append(list, e.set.Image(row)), append(names, fmt.Sprintf("%s: %s", draw.Clean(e.set.Label(row)), share(e.Stands[i])))
		}
		for _, row := range e.Critics {
			list, names = append(list, e.set.Image(row)), append(names, fmt.Sprintf("%s?", draw.Clean(e.set.Label(row))))
		}
		return chart.Images(list, names...).Noting(e.notes)
	}
	return chart.New(&ledger{columns: e.columns, data: e.table,
		caption:  func(o *chart.Options) string { return strings.Join(e.notes(o), " ") },
		describe: func(o *chart.Options) string { return strings.Join(e.notes(o), " ") }})
}

// notes say what the examples stand for.
func (e *Examples) notes(o *chart.Options) []string {
	list := []string{o.Say("%s stand for %s; with each is the share of the rows that are nearest to it.", o.Count(len(e.Prototypes), "prototype", "prototypes"), draw.Clean(e.set.Name()))}
	if len(e.Critics) > 0 {
		list = append(list, o.Say("With a question mark: %s of which the prototypes say least.", o.Count(len(e.Critics), "row", "rows")))
	}
	if !math.IsNaN(e.Right) {
		list = append(list, o.Say("The nearest prototype has the right class for %s of the rows.", share(e.Right)))
	}
	return list
}

// exampleFeatures is how many features a table of examples shows.
const exampleFeatures = 12

func (e *Examples) columns(o *chart.Options) []ledgerColumn {
	rows := append(slices.Clone(e.Prototypes), e.Critics...)
	names := ledgerColumn{}
	list := make([]ledgerColumn, len(rows))
	for i, row := range rows {
		name := fmt.Sprintf("#%d?", row)
		if i < len(e.Prototypes) {
			name = fmt.Sprintf("#%d: %s", row, share(e.Stands[i]))
		}
		list[i].head = name
	}
	if e.set.Labels() != nil {
		names.cells = append(names.cells, ledgerCell{text: o.Say("class"), soft: true})
		for i, row := range rows {
			list[i].cells = append(list[i].cells, ledgerCell{text: draw.Clean(e.set.Label(row)), marked: true})
		}
	}
	for _, j := range e.telling(rows) {
		names.cells = append(names.cells, ledgerCell{text: draw.Clean(e.t.features[j])})
		for i, row := range rows {
			list[i].cells = append(list[i].cells, ledgerCell{text: chart.Number(e.t.x.At(row, j)), soft: i >= len(e.Prototypes)})
		}
	}
	return append([]ledgerColumn{names}, list...)
}

// telling are the features in which rows differ most, in standard deviations of all,
// in their order.
func (e *Examples) telling(rows []int) []int {
	_, cols := e.t.x.Dims()
	order, apart, scale := everyone(cols), make([]float64, cols), deviations(e.t.x)
	for j := range cols {
		lo, hi := math.Inf(1), math.Inf(-1)
		for _, row := range rows {
			lo, hi = min(lo, e.t.x.At(row, j)), max(hi, e.t.x.At(row, j))
		}
		if scale[j] > 0 {
			apart[j] = (hi - lo) / scale[j]
		}
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case apart[a] > apart[b]:
			return -1
		case apart[a] < apart[b]:
			return 1
		}
		return 0
	})
	order = order[:min(cols, exampleFeatures)]
	slices.Sort(order)
	return order
}

func (e *Examples) table() chart.Table {
	row, kind, stands := chart.Column{Name: "row"}, chart.Column{Name: "kind", Texts: []string{}}, chart.Column{Name: "stands for"}
	for i, r := range e.Prototypes {
		row.Numbers, kind.Texts, stands.Numbers = append(row.Numbers, float64(r)), append(kind.Texts, "prototype"), append(stands.Numbers, e.Stands[i])
	}
	for _, r := range e.Critics {
		row.Numbers, kind.Texts, stands.Numbers = append(row.Numbers, float64(r)), append(kind.Texts, "critic"), append(stands.Numbers, math.NaN())
	}
	return chart.Table{Columns: []chart.Column{row, kind, stands}}
}

// TryMIMEBundle is that of the figure.
func (e *Examples) TryMIMEBundle() (data, metadata map[string]any, err error) {
	return e.Figure().TryMIMEBundle()
}

// MIMEBundle is TryMIMEBundle with the error as the text.
func (e *Examples) MIMEBundle() (data, metadata map[string]any) { return e.Figure().MIMEBundle() }
