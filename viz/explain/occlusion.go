package explain

import (
	"fmt"
	"slices"

	"gonum.org/v1/gonum/mat"

	"loupe/viz/model"
)

// Occlusion explains by how much an output falls when a part of the input is covered
// with the baseline (Zeiler and Fergus 2014): squares of an image, of a quarter of its
// smaller side unless [Window] says otherwise, half of which overlap; of other inputs
// each feature. What several squares cover has the mean of them.
func Occlusion(v any, list ...Option) *GradientMethod {
	m := newGradientMethod("Occlusion", v, list, "Window", "Baseline")
	if m.whole = true; m.err != nil {
		return m
	}
	c := &occlusion{m: m, side: m.o.window}
	image := len(m.g.shape) >= 2
	switch {
	case c.side == 0 && image:
		c.side = max(1, min(m.g.shape[0], m.g.shape[1])/4)
	case c.side == 0:
		c.side = 1
	}
	if c.side < 0 || c.side > model.Size(m.g.shape) || image && c.side > min(m.g.shape[0], m.g.shape[1]) {
		m.err = fmt.Errorf("a window of %d does not fit into samples of %s", c.side, model.ShapeText(m.g.shape))
	}
	m.values = func(_ *GradientMethod, x *mat.Dense, of []int) (*mat.Dense, error) { return c.values(x, of) }
	return m
}

type occlusion struct {
	m    *GradientMethod
	side int
}

// windows lists which features each window covers.
func (c *occlusion) windows() [][]int {
	var list [][]int
	shape, step := c.m.g.shape, max(1, c.side/2)
	if len(shape) < 2 {
		for from := 0; ; from += step {
			from = min(from, shape[0]-c.side)
			var w []int
			for j := range c.side {
				w = append(w, from+j)
			}
			list = append(list, w)
			if from == shape[0]-c.side {
				return list
			}
		}
	}
	depth := model.Size(shape) / (shape[0] * shape[1])
	for _, y := range starts(shape[0], c.side, step) {
		for _, x := range starts(shape[1], c.side, step) {
			var w []int
			for r := range c.side {
				for k := range c.side * depth {
					w = append(w, ((y+r)*shape[1]+x)*depth+k)
				}
			}
			list = append(list, w)
		}
	}
	return list
}

// starts are where windows of a side begin, the last at the end.
func starts(n, side, step int) (list []int) {
	for from := 0; from < n-side; from += step {
		list = append(list, from)
	}
	return append(list, n-side)
}

func (c *occlusion) values(x *mat.Dense, of []int) (*mat.Dense, error) {
	base, err := c.m.reference()
	if err != nil {
		return nil, err
	}
	n, features := x.Dims()
	out := mat.NewDense(n, features, nil)
	all := c.windows()
	for i := range n {
		row := x.RawRowView(i)
		windows := slices.DeleteFunc(slices.Clone(all), func(w []int) bool { // nothing to cover
			return !slices.ContainsFunc(w, func(j int) bool { return row[j] != base[j] })
		})
		covered := mat.NewDense(len(windows)+1, features, nil)
		covered.SetRow(len(windows), row)
		for k, w := range windows {
			covered.SetRow(k, row)
			for _, j := range w {
				covered.Set(k, j, base[j])
			}
		}
		y, err := c.m.g.outputs(covered)
		if err != nil {
			return nil, err
		}
		to, times := out.RawRowView(i), make([]float64, features)
		for _, w := range all {
			for _, j := range w {
				times[j]++
			}
		}
		for k, w := range windows {
			fall := (y.At(len(windows), of[i]) - y.At(k, of[i])) / float64(len(w))
			for _, j := range w {
				to[j] += fall
			}
		}
		for j := range to {
			to[j] /= times[j]
		}
	}
	return out, nil
}
