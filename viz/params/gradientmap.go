package params

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"loupe/viz/chart"
	"loupe/viz/model"
)

// GradientMap returns the gradient of weights at a recorded step as a heat map, as
// WeightMap shows weights; without a step it is the last one. The record has to hold
// the numbers themselves: nn.Record(nn.WholeTensors()), or Backward.
func GradientMap(v any, name string, step ...int) *chart.Figure {
	t, err := model.TraceOf(v)
	if err != nil {
		return chart.Failed(err)
	}
	s, p, err := gradientAt(t, name, step)
	if err != nil {
		return chart.Failed(err)
	}
	shape := p.Shape
	if len(shape) == 0 {
		shape = []int{len(p.Values)}
	}
	a, err := newArray(strings.TrimSuffix(s.Name(), " gradient"), shape, p.Values)
	if err != nil {
		return chart.Failed(err)
	}
	f := a.figure(func(o *chart.Options) string { return o.Say("gradient") }, func(o *chart.Options) []string {
		size := rms(p)
		if math.IsNaN(size) {
			return []string{o.Say("Some numbers are not finite.")}
		}
		return []string{o.Say("Root of the mean square: %s.", chart.Number(size))}
	})
	if len(t.Series) > 0 && len(s.Points) > 1 {
		f = f.With(chart.Title("step " + chart.Count(p.Step)))
	}
	return f
}

// gradientAt finds the gradient of an array, or of the first of a layer.
func gradientAt(t *model.Trace, name string, step []int) (*model.Series, model.Point, error) {
	var names []string
	for i := range t.Series {
		s := &t.Series[i]
		of, ok := strings.CutSuffix(s.Name(), " gradient")
		if !ok || s.What == "output gradient" || len(s.Points) == 0 {
			continue
		}
		names = append(names, of)
		if of != name && s.Node != name {
			continue
		}
		k := len(s.Points) - 1
		if len(step) > 0 {
			if k = slices.IndexFunc(s.Points, func(p model.Point) bool { return p.Step == step[0] }); k < 0 {
				return nil, model.Point{}, fmt.Errorf("the record holds no step %d of %s; it holds %d steps from %d to %d", step[0], s.Name(), len(s.Points), s.Points[0].Step, s.Points[len(s.Points)-1].Step)
			}
		}
		if s.Points[k].Values == nil {
			return nil, model.Point{}, fmt.Errorf("the record holds how %s is distributed and not its numbers: record with nn.Record(nn.WholeTensors()), or look at one batch with viz.Backward", s.Name())
		}
		return s, s.Points[k], nil
	}
	if len(names) == 0 {
		return nil, model.Point{}, errors.New("the record holds no gradients of weights: it was made without a step of training")
	}
	return nil, model.Point{}, fmt.Errorf("the record holds no gradient of %q; it holds those of %s", name, shortened(names))
}
