package explain

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"loupe/viz/chart"
	"loupe/viz/draw"
)

// A Joint says how much features have contributed alone and in pairs: SHAP interaction
// values, by [TreeExplainer.Interactions].
type Joint struct {
	// Values are for each output and row the features × features: on the diagonal what a
	// feature contributes alone, elsewhere half of what two contribute together. A row of
	// the matrix sums up to the feature's SHAP value.
	Values [][]*mat.SymDense

	whole *Attribution // the sums
	err   error
}

// Err says what went wrong, nil if nothing did.
func (j *Joint) Err() error {
	if j == nil {
		return errors.New("explain: there are no interactions: they are nil")
	}
	return j.err
}

// Attribution has the SHAP values: what each feature contributes alone and, by halves, with
// all others.
func (j *Joint) Attribution() *Attribution {
	if j.Err() != nil {
		return &Attribution{Method: "Tree SHAP", err: j.Err()}
	}
	return j.whole
}

// Row returns the interactions of one row.
func (j *Joint) Row(i int) *Joint {
	return j.part(j.Attribution().Row(i), func(list [][]*mat.SymDense) [][]*mat.SymDense {
		out := make([][]*mat.SymDense, len(list))
		for k, rows := range list {
			out[k] = rows[i : i+1]
		}
		return out
	})
}

// Output returns the interactions for one output, by its number or its name.
func (j *Joint) Output(which any) *Joint {
	whole := j.Attribution().Output(which)
	return j.part(whole, func(list [][]*mat.SymDense) [][]*mat.SymDense {
		for k, v := range j.whole.Values {
			if v == whole.Values[0] {
				return list[k : k+1]
			}
		}
		return nil
	})
}

func (j *Joint) part(whole *Attribution, cut func([][]*mat.SymDense) [][]*mat.SymDense) *Joint {
	if whole.Err() != nil {
		return &Joint{err: whole.Err()}
	}
	return &Joint{Values: cut(j.Values), whole: whole}
}

// Figure shows the interactions as colours, feature × feature: of one row as they are, of
// several their mean sizes; those of the ten most important features, unless Top has said
// otherwise. What two features do together is shown whole.
func (j *Joint) Figure() *chart.Figure {
	v, err := j.Attribution().view()
	if err != nil {
		return chart.Failed(err)
	}
	order := v.order
	if len(v.rest) > 0 && v.a.top == 0 && len(order) < shownFeatures {
		order = append(slices.Clone(order), v.rest[0]) // there is no line for the others
	}
	names, cells := make([]string, len(order)), make([][]float64, len(order))
	for a, f := range order {
		names[a] = draw.Clean(v.a.Features[f])
		cells[a] = make([]float64, len(order))
		for b, g := range order {
			cells[a][b] = j.together(v.k, f, g)
		}
	}
	return chart.HeatMap(chart.FromRows(cells), chart.Rows(names...), chart.Columns(names...)).
		Worded(func(o *chart.Options) chart.Wording {
			if v.rows() == 1 {
				return chart.Wording{Scale: v.axis(o)}
			}
			return chart.Wording{Scale: o.Say("mean size of the %s", v.axis(o))}
		}).
		Noting(func(o *chart.Options) []string { return j.notes(v, o) })
}

// together is what two features contribute together, or one alone: of several rows the mean
// of the sizes.
func (j *Joint) together(output, f, g int) float64 {
	rows, whole := j.Values[output], 2.0
	if f == g {
		whole = 1
	}
	if len(rows) == 1 {
		return whole * rows[0].At(f, g)
	}
	sum := 0.0
	for _, m := range rows {
		sum += math.Abs(m.At(f, g))
	}
	return whole * sum / float64(len(rows))
}

// notes name the pairs that contribute most together.
func (j *Joint) notes(v *view, o *chart.Options) []string {
	type pair struct {
		f, g int
		by   float64
	}
	var list []pair
	most := 0.0
	for f := range v.a.Features {
		most = max(most, math.Abs(j.together(v.k, f, f)))
		for g := range f {
			list = append(list, pair{g, f, j.together(v.k, f, g)})
		}
	}
	slices.SortStableFunc(list, func(a, b pair) int { return cmp.Compare(math.Abs(b.by), math.Abs(a.by)) })
	if len(list) == 0 || math.Abs(list[0].by) <= 1e-12*most {
		return []string{o.Say("No two features do anything together: what they contribute adds up."), v.chosen(o)}
	}
	var notes []string
	for _, p := range list[:min(2, len(list))] {
		if math.Abs(p.by) <= 1e-12*most {
			break
		}
		a, b := draw.Clean(v.a.Features[p.f]), draw.Clean(v.a.Features[p.g])
		if v.rows() == 1 {
			notes = append(notes, o.Say("%s and %s together are associated with %s beyond what each is alone.", a, b, signedNumber(p.by)))
		} else {
			notes = append(notes, o.Say("%s and %s together change %s by %s on average beyond what each does alone.", a, b, draw.Clean(v.scaleName(o)), chart.Number(p.by)))
		}
	}
	return append(notes, nonempty(v.chosen(o))...)
}

// String is a line for programs that print interactions.
func (j *Joint) String() string {
	if j.Err() != nil {
		return j.Err().Error()
	}
	rows, features, outputs := j.whole.Dims()
	return fmt.Sprintf("interactions by %s of %d rows, %d features, %d outputs (%s %.3g)", j.whole.Method, rows, features, outputs, j.whole.Check.Name, j.whole.Check.Value)
}

// TryMIMEBundle is that of the figure.
func (j *Joint) TryMIMEBundle() (data, metadata map[string]any, err error) {
	return j.Figure().TryMIMEBundle()
}

// MIMEBundle is TryMIMEBundle with the error as the text.
func (j *Joint) MIMEBundle() (data, metadata map[string]any) { return j.Figure().MIMEBundle() }
