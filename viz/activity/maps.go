// Package activity draws what flows through a model: what its layers compute for
// an input.
package activity

import (
	"errors"
	"fmt"
	"image"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"loupe/viz/chart"
	"loupe/viz/model"
)

// strongest is how many maps of each layer are shown: a row, or of a single layer four.
const strongest = 8

// FeatureMaps returns what the filters of a model's convolutions make of an image:
// of each layer those that respond most strongly, in that order, as shares of the
// strongest response in the layer. Layers are named, or all that compute images.
func FeatureMaps(v, x any, layers ...string) *chart.Figure {
	m, in, err := input(v, x)
	if err != nil {
		return chart.Failed(err)
	}
	got, err := record(m, in, layers)
	if err != nil {
		return chart.Failed(err)
	}
	if got, err = ofImages(got, layers); err != nil {
		return chart.Failed(err)
	}
	g := newGrid(got)
	f := chart.Maps(g.maps, g.names...).With(chart.Across(strongest), chart.Rows(g.rows...)).Worded(func(o *chart.Options) chart.Wording {
		return chart.Wording{Scale: o.Say("share of strongest")}
	})
	if img := pictureOf(m, in); img != nil {
		f = f.With(chart.Input(img))
	}
	return f.Noting(g.notes)
}

// A grid is the maps of some layers, a row for each.
type grid struct {
	maps        []chart.Matrix
	names, rows []string
	silent      []silence
}

type silence struct {
	layer      string
	quiet, all int
}

func newGrid(layers []layer) *grid {
	g, each := &grid{}, strongest
	if len(layers) == 1 {
		each = 4 * strongest
	}
	for _, l := range layers {
		name, list, quiet := shortName(l, layers), channels(l), 0
		for i, c := range list {
			if c.strength == 0 {
				quiet++
			}
			if i < each {
				g.maps, g.names = append(g.maps, c.m), append(g.names, fmt.Sprintf("%s %d", name, c.channel))
			}
		}
		for len(layers) > 1 && len(g.maps)%strongest > 0 { // the next layer begins a new row
			g.maps, g.names = append(g.maps, nil), append(g.names, "")
		}
		if g.rows = append(g.rows, name); quiet > 0 {
			g.silent = append(g.silent, silence{l.name, quiet, len(list)})
		}
	}
	return g
}

func (g *grid) notes(o *chart.Options) []string {
	var notes []string
	for _, s := range g.silent {
		notes = append(notes, o.Say("%s: %s of %s filters do not respond to this input.", s.layer, chart.Count(s.quiet), chart.Count(s.all)))
	}
	return notes
}

// shortName is the last part of a layer's name that no other of the list has there:
// "block_1" of "block_1/conv" beside "block_0/conv".
func shortName(l layer, list []layer) string {
	rest := slices.DeleteFunc(slices.Clone(list), func(o layer) bool { return model.Base(o.name) != model.Base(l.name) || o.name == l.name })
	for name, up := l.name, 0; name != ""; name, up = model.Scope(name), up+1 {
		if !slices.ContainsFunc(rest, func(o layer) bool { return ancestor(o.name, up) == model.Base(name) }) {
			return model.Base(name)
		}
	}
	return l.name
}

// ancestor is the part of a name that is so far from its end.
func ancestor(name string, up int) string {
	for range up {
		name = model.Scope(name)
	}
	return model.Base(name)
}

// ofImages are the layers that compute images; those that were named have to.
func ofImages(got []layer, named []string) (list []layer, err error) {
	for _, l := range got {
		if len(l.out.Shape) == 4 { // samples, rows, columns, channels
			list = append(list, l)
		} else if len(named) > 0 {
			return nil, fmt.Errorf("layer %s computes no images: its output for one sample has the shape %v", l.name, l.out.Shape[1:])
		}
	}
	if len(list) == 0 {
		return nil, errors.New("the model has no layer that computes images: rows, columns, channels")
	}
	return list, nil
}

// A layer is what a node has computed.
type layer struct {
	name string
	out  model.Array
}

// record runs a model and keeps what layers compute for the first sample.
func record(m *model.Model, in model.Array, layers []string) ([]layer, error) {
	for _, name := range layers {
		if _, err := m.Node(name); err != nil {
			return nil, err
		}
	}
	var got []layer
	_, err := m.Runner.Run([]model.Array{in}, model.Watch{Nodes: layers, Value: func(node string, a model.Array) {
		if len(layers) == 0 && !weighted(m, node) {
			return
		}
		n := len(a.Values) / max(a.Shape[0], 1)
		got = append(got, layer{node, model.Array{Shape: append([]int{1}, a.Shape[1:]...), Values: slices.Clone(a.Values[:n])}})
	}})
	return got, err
}

// pictureOf is the first sample of an input as an image, nil if it is none. A model
// may take rows of numbers and make images of them first.
func pictureOf(m *model.Model, in model.Array) image.Image {
	shape := imageShape(m, in.Shape[1:])
	if shape == nil {
		return nil
	}
	return picture(shape, in.Values[:model.Size(shape)])
}

// picture makes an image of numbers that are usually between 0 and 1.
func picture(shape []int, values []float64) image.Image {
	lo, hi := 0.0, 1.0
	for _, v := range values {
		if !math.IsInf(v, 0) && !math.IsNaN(v) {
			lo, hi = min(lo, v), max(hi, v)
		}
	}
	return chart.Picture(shape, values, lo, hi)
}

// imageShape is the shape of images that samples of a shape are, nil if they are
// none.
func imageShape(m *model.Model, shape []int) []int {
	isImage := func(s []int) bool { return len(s) == 3 && (s[2] == 1 || s[2] == 3) && s[0] > 1 && s[1] > 1 }
	if isImage(shape) {
		return shape
	}
	for _, n := range m.Nodes {
		if n.Class == model.Reshaping && slices.Equal(n.Inputs, []int{0}) && isImage(n.Shape) && model.Size(n.Shape) == model.Size(shape) {
			return n.Shape
		}
	}
	return nil
}

func input(v, x any) (*model.Model, model.Array, error) {
	m, err := model.Of(v)
	if err != nil {
		return nil, model.Array{}, err
	}
	if m.Runner == nil {
		return nil, model.Array{}, errors.New("this model cannot be run: its source describes it only")
	}
	a, err := model.ArrayOf(x)
	if set, ok := x.(model.Set); ok && err != nil {
		if err = set.Load(); err == nil {
			err = errors.New("this picture is of one sample: give it set.X(i)")
		}
	}
	if err != nil {
		return nil, a, err
	}
	a, err = m.Samples(a)
	return m, a, err
}

func weighted(m *model.Model, node string) bool {
	i, err := m.Node(node)
	return err == nil && m.Nodes[i].Class == model.Weighted
}

// A channel is one filter's map.
type channel struct {
	channel  int
	strength float64 // root of the mean square
	m        chart.Matrix
}

// channels are the maps of a layer from the strongest on, as shares of the
// strongest value.
func channels(l layer) []channel {
	rows, cols, n := l.out.Shape[1], l.out.Shape[2], l.out.Shape[3]
	top := 0.0
	for _, v := range l.out.Values {
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			top = max(top, math.Abs(v))
		}
	}
	if top == 0 {
		top = 1
	}
	list := make([]channel, n)
	for c := range list {
		values := make([]float64, rows*cols)
		sum := 0.0
		for i := range values {
			values[i] = l.out.Values[i*n+c] / top
			sum += values[i] * values[i]
		}
		list[c] = channel{c, math.Sqrt(sum / float64(len(values))), mat.NewDense(rows, cols, values)}
	}
	slices.SortStableFunc(list, func(a, b channel) int {
		switch {
		case a.strength > b.strength:
			return -1
		case a.strength < b.strength:
			return 1
		}
		return 0
	})
	return list
}
