package params

import (
	"cmp"
	"errors"
	"fmt"
	"image"
	"image/color"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"loupe/viz/chart"
	"loupe/viz/model"
)

// mostFilters is how many kernels one figure shows.
const mostFilters = 64

// Filters returns the kernels of a convolution as images, the strongest first: those
// that read one channel in grey, those that read three as red, green and blue, of
// others a map for each pair of a channel and a filter. Without a name it is the
// first convolution. Kernels are arrays [rows columns channels filters], or without
// rows for sequences.
func Filters(v any, layer ...string) *chart.Figure {
	m, err := model.Of(v)
	if err != nil {
		return chart.Failed(err)
	}
	p, err := convolution(m, layer)
	if err != nil {
		return chart.Failed(err)
	}
	k, err := newKernels(p)
	if err != nil {
		return chart.Failed(err)
	}
	var f *chart.Figure
	if k.channels == 3 && k.rows > 1 {
		f = k.images()
	} else {
		f = k.maps()
	}
	return f.Noting(k.notes)
}

// convolution finds the kernel of a layer, or of the first convolution.
func convolution(m *model.Model, layer []string) (model.Param, error) {
	if len(layer) > 0 {
		p, err := arrayNamed(m, layer[0])
		if err == nil && len(p.Shape) != 3 && len(p.Shape) != 4 {
			err = fmt.Errorf("%s has the shape %s, which is no kernel of a convolution: [rows columns channels filters]", p.Name, model.ShapeText(p.Shape))
		}
		return p, err
	}
	for _, n := range m.Nodes {
		for _, i := range n.Params {
			if rank := len(m.Params[i].Shape); n.Class == model.Weighted && (rank == 4 || rank == 3) {
				return m.Params[i], nil
			}
		}
	}
	if len(m.Params) == 0 {
		return model.Param{}, noWeights(m)
	}
	return model.Param{}, errors.New("the model has no convolution: name the weights to look at")
}

// kernels are the weights of a convolution.
type kernels struct {
	name                          string
	rows, cols, channels, filters int
	values                        []float64
	param                         model.Param
	shown, all                    int
}

func newKernels(p model.Param) (*kernels, error) {
	a, err := newArray(p.Name, p.Shape, p.Values())
	if err != nil {
		return nil, err
	}
	s := p.Shape
	k := &kernels{name: p.Name, rows: 1, cols: s[len(s)-3], channels: s[len(s)-2], filters: a.cols, values: a.values, param: p}
	if len(s) == 4 {
		k.rows = s[0]
	}
	return k, nil
}

func (k *kernels) at(i, j, channel, filter int) float64 {
	return k.values[((i*k.cols+j)*k.channels+channel)*k.filters+filter]
}

// matrix is what a filter makes of a channel.
func (k *kernels) matrix(channel, filter int) *mat.Dense {
	m := mat.NewDense(k.rows, k.cols, nil)
	for i := range k.rows {
		for j := range k.cols {
			m.Set(i, j, k.at(i, j, channel, filter))
		}
	}
	return m
}

// strongest is the order of n things by their norms, the first mostFilters of them.
func strongest(n int, norm func(i int) float64) []int {
	norms, order := make([]float64, n), make([]int, n)
	for i := range order {
		norms[i], order[i] = norm(i), i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(norms[b], norms[a]) })
	return order[:min(n, mostFilters)]
}

// maps shows a map for each pair of a channel and a filter.
func (k *kernels) maps() *chart.Figure {
	k.all = k.channels * k.filters
	order := strongest(k.all, func(i int) float64 { return length(k.matrix(i/k.filters, i%k.filters).RawMatrix().Data) })
	k.shown = len(order)
	var list []chart.Matrix
	var names []string
	size := 0.0
	for _, i := range order {
		m := k.matrix(i/k.filters, i%k.filters)
		list = append(list, m)
		size = max(size, (&array{values: m.RawMatrix().Data}).size())
		if k.channels == 1 {
			names = append(names, fmt.Sprintf("#%d", i%k.filters))
		} else {
			names = append(names, fmt.Sprintf("%d→%d", i/k.filters, i%k.filters))
		}
	}
	f := chart.Maps(list, names...).Worded(func(o *chart.Options) chart.Wording {
		return chart.Wording{Scale: o.Say("weight")}
	})
	if k.channels == 1 && k.rows > 1 {
		f = f.With(chart.Colors("gray"))
	}
	if size > 0 && !math.IsInf(2*size, 0) {
		f = f.With(chart.Range(-size, size))
	}
	return f
}

// images shows filters of three channels as colours.
func (k *kernels) images() *chart.Figure {
	k.all = k.filters
	size := (&array{values: k.values}).size()
	order := strongest(k.filters, func(f int) float64 {
		var v []float64
		for c := range 3 {
			v = append(v, k.matrix(c, f).RawMatrix().Data...)
		}
		return length(v)
	})
	k.shown = len(order)
	var list []image.Image
	var names []string
	for _, f := range order {
		img := image.NewNRGBA(image.Rect(0, 0, k.cols, k.rows))
		for i := range k.rows {
			for j := range k.cols {
				img.SetNRGBA(j, i, color.NRGBA{level(k.at(i, j, 0, f), size), level(k.at(i, j, 1, f), size), level(k.at(i, j, 2, f), size), 255})
			}
		}
		list, names = append(list, img), append(names, fmt.Sprintf("#%d", f))
	}
	return chart.Images(list, names...)
}

// level is how bright a weight is: half for zero.
func level(x, size float64) uint8 {
	if size == 0 {
		return 128
	}
	return uint8(math.Round(127.5 + 127.5*min(max(notNaN(x)/size, -1), 1)))
}

func (k *kernels) notes(o *chart.Options) []string {
	layer := model.Scope(k.name)
	var notes []string
	if k.channels == 1 {
		notes = append(notes, o.Say("%s: %s of %s filters, the strongest first.", layer, chart.Count(k.shown), chart.Count(k.all)))
	} else if k.channels == 3 && k.rows > 1 {
		size := (&array{values: k.values}).size()
		notes = append(notes, o.Say("%s: %s of %s filters, the strongest first. Red, green and blue are the weights of the channels, half as bright for 0, full for %s.", layer, chart.Count(k.shown), chart.Count(k.all), chart.Number(size)))
	} else {
		notes = append(notes, o.Say("%s: %s of %s kernels (channel → filter), the strongest first.", layer, chart.Count(k.shown), chart.Count(k.all)))
	}
	broken := 0
	for _, x := range k.values {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			broken++
		}
	}
	if broken > 0 {
		notes = append(notes, o.Say("%s of its weights are not finite.", chart.Count(broken)))
	}
	return append(notes, deadUnits(k.param, o)...)
}
