package activity

import (
	"fmt"
	"image"
	"math"

	"loupe/viz/chart"
	"loupe/viz/model"
)

// An Ascent is how inputs that drive units are searched for: gradient ascent on the
// input (Erhan et al., "Visualizing Higher-Layer Features of a Deep Network", 2009),
// held near to natural images by the means of Olah et al., "Feature Visualization"
// (2017): each step is taken on a shifted image (jitter), weights towards the middle
// of the range (L2) and a blur now and then keep high frequencies down (Yosinski et
// al., "Understanding Neural Networks Through Deep Visualization", 2015). The zero
// value is a good choice for inputs from 0 to 1.
//
// What is maximised is the mean of what the unit computes at all places. Behind a
// softmax or a sigmoid it is the logit, as saturated probabilities have no gradient:
// that of the unit less the mean of all, or that of the probability.
type Ascent struct {
	Steps     int     // 128 without it
	Rate      float64 // the root mean square of a step, as a share of the range; 0.05 without it
	Decay     float64 // the share of the way to the middle that a step goes back; 0.01 without it, none below 0
	Blur      int     // after how many steps there is a blur; 4 without it, none below 0
	Jitter    int     // by how many pixels images are shifted at most; a sixteenth of them without it, none below 0
	Low, High float64 // the range of inputs; 0 to 1 without it
	Seed      uint64  // of the noise that it begins with, and of the jitter
}

// mostMaximized is how many units are maximised without names.
const mostMaximized = 16

// Maximize returns the inputs that an ascent finds for units of a layer, with what
// the unit computes for each: images, or a heat map units × inputs where the model
// takes no images. Without units it takes the first sixteen.
func (a Ascent) Maximize(v any, layer string, units ...int) *chart.Figure {
	c, err := a.climb(v, layer, units)
	if err != nil {
		return chart.Failed(err)
	}
	var f *chart.Figure
	names := make([]string, len(c.units))
	for i, u := range c.units {
		names[i] = fmt.Sprintf("#%d: %s", u, chart.Number(c.after[i]))
	}
	if shape := imageShape(c.m, c.shape); shape != nil {
		var images []image.Image
		for i := range c.units {
			images = append(images, chart.Picture(shape, c.sample(i), c.a.Low, c.a.High))
		}
		f = chart.Images(images, names...)
	} else {
		rows := make([][]float64, len(c.units))
		for i := range rows {
			rows[i] = c.sample(i)
		}
		f = chart.HeatMap(chart.FromRows(rows), chart.Rows(names...), chart.NoNumbers()).Worded(func(o *chart.Options) chart.Wording {
			return chart.Wording{X: o.Say("input"), Y: o.Say("unit of %s", layer), Scale: o.Say("value")}
		})
	}
	return f.Noting(c.notes)
}

// filled is the ascent with what was left out.
func (a Ascent) filled(m *model.Model, shape []int) (Ascent, error) {
	if a.Low == 0 && a.High == 0 {
		a.High = 1
	}
	if !(a.Low < a.High) || math.IsInf(a.High-a.Low, 0) {
		return a, fmt.Errorf("inputs cannot range from %v to %v: the first must be smaller, both finite", a.Low, a.High)
	}
	if a.Steps < 0 || a.Rate < 0 || math.IsNaN(a.Rate) || a.Decay >= 1 || math.IsNaN(a.Decay) {
		return a, fmt.Errorf("an ascent of %d steps with the rate %v and the decay %v: steps and rate must not be negative, the decay less than 1", a.Steps, a.Rate, a.Decay)
	}
	side := 0
	if s := imageShape(m, shape); s != nil {
		side = min(s[0], s[1])
	}
	for _, d := range []struct {
		set       *int
		otherwise int
	}{{&a.Steps, 128}, {&a.Blur, 4}, {&a.Jitter, max(1, side/16)}} {
		if *d.set == 0 {
			*d.set = d.otherwise
		}
	}
	if a.Jitter >= side && side > 0 {
		return a, fmt.Errorf("images of %d pixels cannot be shifted by up to %d", side, a.Jitter)
	}
	if side == 0 {
		a.Jitter, a.Blur = -1, -1 // there are no neighbours
	}
	if a.Rate == 0 {
		a.Rate = 0.05
	}
	if a.Decay == 0 {
		a.Decay = 0.01
	}
	return a, nil
}
