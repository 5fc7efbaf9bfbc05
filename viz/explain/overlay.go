package explain

import (
	"errors"
	"fmt"
	"image"

	"gonum.org/v1/gonum/mat"

	"loupe/viz/chart"
	"loupe/viz/draw"
	"loupe/viz/model"
)

// maxOverlays is how many images are shown.
const maxOverlays = 12

// Overlay shows the contributions of an image's pixels laid over it, beside the image:
// of each row a pair.
func (a *Attribution) Overlay() *chart.Figure {
	v, err := a.view()
	if err == nil && (len(a.Shape) < 2 || len(a.Shape) > 3 || model.Size(a.Shape) != len(a.Features)) {
		err = errors.New("explain: the rows are no images: the model's input has no height and width")
	}
	if err == nil && v.rows() > maxOverlays {
		err = fmt.Errorf("explain: %d images are too many for one figure: choose up to %d, such as Rows(0, 4)", v.rows(), maxOverlays)
	}
	if err != nil {
		return chart.Failed(err)
	}
	var list []*chart.Figure
	for r := range v.rows() {
		one := a.Row(r)
		if one.Names != nil && one.Outputs[v.k] == thePredicted {
			one.Outputs = one.Names
		}
		w := &view{a: one, k: v.k, values: one.Values[v.k]}
		list = append(list, one.overlay(w, 0))
		if len(one.Stability) > 0 {
			list = append(list, one.overlaySpread(w))
		}
	}
	if len(list) == 1 {
		return list[0]
	}
	return chart.Grid(list...)
}

// overlay is the figure of one row.
func (a *Attribution) overlay(v *view, r int) *chart.Figure {
	m := a.pixelSums(func(j int) float64 { return v.values.At(r, j) })
	img := a.image(r)
	f := chart.Maps([]chart.Matrix{m}, draw.Clean(v.caption(r))).With(chart.Across(1))
	if img != nil {
		f = f.With(chart.Over(img))
	}
	if most := mat.Max(m); !a.unsigned && mat.Min(m) >= 0 && most > 0 { // the colours that others of this kind have
		f = f.With(chart.Range(-most, most))
	}
	return f.Worded(func(o *chart.Options) chart.Wording { return chart.Wording{Scale: v.axis(o)} }).
		Noting(func(o *chart.Options) []string { return v.pixels(o, m) })
}

// pixelSums adds up values of the channels of each pixel.
func (a *Attribution) pixelSums(of func(feature int) float64) *mat.Dense {
	h, w := a.Shape[0], a.Shape[1]
	depth := len(a.Features) / (h * w)
	m := mat.NewDense(h, w, nil)
	for p := range h * w {
		for d := range depth {
			m.Set(p/w, p%w, m.At(p/w, p%w)+of(p*depth+d))
		}
	}
	return m
}

// overlaySpread is the figure of by how much repeated explanations of the only row differ,
// in the colours of the contributions: what is as strong there as here may be chance.
func (a *Attribution) overlaySpread(v *view) *chart.Figure {
	m := a.pixelSums(v.spreadOf)
	values := a.pixelSums(func(j int) float64 { return v.values.At(0, j) })
	most := max(mat.Max(values), -mat.Min(values), mat.Max(m))
	f := chart.Maps([]chart.Matrix{m}, "±").With(chart.Across(1))
	if img := a.image(0); img != nil {
		f = f.With(chart.Over(img))
	}
	if most > 0 {
		f = f.With(chart.Range(-most, most))
	}
	return f.Worded(func(o *chart.Options) chart.Wording {
		return chart.Wording{Scale: o.Say("spread over %s repeats", chart.Count(a.Stability[0].Repeats))}
	}).
		Noting(func(o *chart.Options) []string {
			return []string{o.Say("Where this is as strong as the contributions, they may be chance."), v.repeated(o)}
		})
}

// image is a row as a picture, nil if it cannot be one.
func (a *Attribution) image(r int) image.Image {
	shape := a.Shape
	if len(shape) == 2 {
		shape = append(append([]int{}, shape...), 1)
	}
	row := a.Data.RawRowView(r)
	lo, hi := extent(row)
	return chart.Picture(shape, row, min(lo, 0), hi)
}

// caption names a row and what the model makes of it.
func (v *view) caption(r int) string {
	text := ""
	if v.a.Names != nil {
		text = v.a.Names[r] + ": "
	}
	if v.a.Predicted == nil {
		return text
	}
	_, n := v.a.Predicted.Dims()
	return text + chart.Number(v.a.Predicted.At(r, min(v.k, n-1)))
}

// pixels says where in the image the contributions are.
func (v *view) pixels(o *chart.Options, m *mat.Dense) []string {
	if v.a.slopes {
		return []string{o.Say("Where the slope is positive, brighter pixels would raise %s; where it is negative, they would lower it.", draw.Clean(v.output(o)))}
	}
	h, w := m.Dims()
	up, down, x, y := 0.0, 0.0, 0.0, 0.0
	for i := range h {
		for j := range w {
			if c := m.At(i, j); c > 0 {
				up += c
				x, y = x+c*(float64(j)+0.5)/float64(w), y+c*(float64(i)+0.5)/float64(h)
			} else {
				down -= c
			}
		}
	}
	if up == 0 {
		return []string{o.Say("No pixel speaks for %s.", draw.Clean(v.output(o)))}
	}
	side := func(t float64, low, middle, high string) string {
		switch {
		case t < 0.4:
			return low
		case t > 0.6:
			return high
		}
		return middle
	}
	where := o.Say("%s, %s", side(y/up, o.Say("above"), o.Say("half way up"), o.Say("below")), side(x/up, o.Say("at the left"), o.Say("in the middle"), o.Say("at the right")))
	notes := []string{o.Say("What speaks for %s lies mostly here: %s.", draw.Clean(v.output(o)), where)}
	if down > 0.0005*(up+down) {
		notes = append(notes, o.Say("%s of the contributions speak against it.", share(down/(up+down))))
	}
	if len(v.a.Stability) > 0 { // which the picture beside it tells
		return append(notes, v.nearby(o))
	}
	return append(notes, nonempty(v.checked(o))...)
}
