package explain

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"gonum.org/v1/gonum/mat"
)

// A cutting is one sample in parts that can be there or not: a text in its words, an image
// in regions. To explainers it is a model of as many features as there are parts, each 1 or,
// where the part is masked, 0.
type cutting struct {
	p      *predictor
	names  []string // of the parts
	places [][]int  // which features of the sample each part has
	sample *table   // of one row
	// tree joins parts that belong together.
	tree func() *hierarchy
}

// A cutter takes samples apart.
type cutter interface {
	cut(samples any) ([]*cutting, error)
}

// masking are the options of methods that can explain parts.
var masking = []string{"Mask", "Superpixels", "Segments"}

// Mask sets what stands in for a part that is not there. Of images that is "mean" (the mean
// colour of the part, which is the default), "blur", a number, or an image, as a row of
// numbers or a tensor. Of texts it is a word; without it, words are left out. For models
// that read the numbers of words, it is a number, which is 0 otherwise: that of padding.
//
// With a mask an explainer takes no background: give nil.
func Mask(with any) Option { return func(o *options) { o.set("Mask"); o.mask = with } }

// cutterOf is what takes the samples of a model apart; nil if nobody wants it, and features
// are explained one by one.
func cutterOf(model any, o *options, background any) (cutter, error) {
	f := textModel(model)
	if f == nil && !o.has("Mask") && !o.has("Superpixels") && !o.has("Segments") {
		return nil, nil
	}
	for _, name := range []string{"Groups", "Summary"} {
		if o.has(name) {
			return nil, fmt.Errorf("the option %s means nothing for parts of images and texts", name)
		}
	}
	if background != nil {
		return nil, errors.New("parts of images and texts are compared with a mask, and not with a background: give nil in place of the background, and a Mask")
	}
	if f != nil {
		return newTextCutter(f, o, false)
	}
	return newImageCutter(model, o)
}

// all is the sample with all its parts.
func (c *cutting) all() *table {
	x := mat.NewDense(1, len(c.names), nil)
	for j := range c.names {
		x.Set(0, j, 1)
	}
	return &table{x: x, features: c.names, classes: c.sample.classes}
}

// nothing is the sample without any.
func (c *cutting) nothing() *table {
	return &table{x: mat.NewDense(1, len(c.names), nil), features: c.names, classes: c.sample.classes}
}

// whole makes an attribution to parts one to the features of the sample. Features of a part
// have equal shares of what it contributes.
func (c *cutting) whole(a *Attribution) *Attribution {
	if a.Err() != nil {
		return a
	}
	_, width := c.sample.x.Dims()
	spread := func(m *mat.Dense) *mat.Dense {
		rows, _ := m.Dims()
		out := mat.NewDense(rows, width, nil)
		for i := range rows {
			for part, places := range c.places {
				for _, j := range places {
					out.Set(i, j, m.At(i, part)/float64(len(places)))
				}
			}
		}
		return out
	}
	b := *a
	b.Values, b.Errors = each(a.Values, spread), each(a.Errors, spread)
	b.Data, b.Features, b.Shape, b.words = c.sample.x, c.sample.features, c.sample.shape, c.sample.words
	b.Names = c.sample.names
	b.Stability = a.spreading(spread)
	return &b
}

// stacked puts attributions to samples with the same features one below the other. There is
// a base only if it is the same for all.
func stacked(list []*Attribution) *Attribution {
	for _, a := range list {
		if a.Err() != nil {
			return a
		}
	}
	all := *list[0]
	if len(list) == 1 {
		return &all
	}
	below := func(of func(a *Attribution) *mat.Dense) *mat.Dense {
		var rows [][]float64
		for _, a := range list {
			m := of(a)
			if m == nil {
				return nil
			}
			rows = append(rows, m.RawRowView(0))
		}
		out := mat.NewDense(len(rows), len(rows[0]), nil)
		for i, row := range rows {
			out.SetRow(i, row)
		}
		return out
	}
	all.Values, all.Errors, all.Stability = nil, nil, nil
	for k := range list[0].Values {
		all.Values = append(all.Values, below(func(a *Attribution) *mat.Dense { return a.Values[k] }))
		errs := below(func(a *Attribution) *mat.Dense {
			if a.Errors == nil {
				return mat.NewDense(1, len(a.Features), nil)
			}
			return a.Errors[k]
		})
		all.Errors = append(all.Errors, errs)
	}
	all.Predicted, all.Data = below(func(a *Attribution) *mat.Dense { return a.Predicted }), below(func(a *Attribution) *mat.Dense { return a.Data })
	all.bases = below(func(a *Attribution) *mat.Dense {
		if a.Base == nil {
			return nil
		}
		return mat.NewDense(1, len(a.Base), a.Base)
	})
	exact := true
	for _, a := range list {
		exact = exact && a.Errors == nil
		if strings.HasPrefix(all.Check.Name, "R²") {
			all.Check.Value = min(all.Check.Value, a.Check.Value)
		} else {
			all.Check.Value = max(all.Check.Value, a.Check.Value)
		}
		all.Stability = append(all.Stability, a.Stability...)
		if !slices.Equal(a.Base, list[0].Base) {
			all.Base = nil
		}
	}
	if exact {
		all.Errors = nil
	}
	return &all
}
