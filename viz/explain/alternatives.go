package explain

import (
	"fmt"
	"strings"

	"gonum.org/v1/gonum/floats"

	"loupe/viz/chart"
	"loupe/viz/draw"
)

// Alternatives are counterfactuals of a row: what would have to be different.
type Alternatives struct {
	Row       []float64
	Predicted []float64 // for the row
	Features  []string  // groups of features are one
	List      []Alternative

	names   []string // of columns
	groups  *groups
	classes []string
	goal    *goal
	err     error
}

// An Alternative is a row for which the model answers as wanted.
type Alternative struct {
	Row       []float64
	Predicted []float64
	Changes   []Change
	// Unusual is the share of the data that are nearer to others than this row is to
	// any: from 0.95 on it is unlike the data.
	Unusual float64
}

// A Change is what one feature would have to be.
type Change struct {
	Feature  string
	From, To string
}

// Err says what went wrong, nil if nothing did.
func (a *Alternatives) Err() error {
	if a.err != nil {
		return fmt.Errorf("explain: counterfactual: %w", a.err)
	}
	return nil
}

func (a *Alternatives) add(x, to, y []float64, unusual float64) {
	one := Alternative{Row: to, Predicted: y, Unusual: unusual}
	for p, name := range a.groups.names {
		from, now := a.value(p, x), a.value(p, to)
		if from != now {
			one.Changes = append(one.Changes, Change{name, from, now})
		}
	}
	a.List = append(a.List, one)
}

// value words what a feature is; of a group it is the column with the greatest number.
func (a *Alternatives) value(p int, row []float64) string {
	columns := a.groups.columns[p]
	best := columns[0]
	for _, j := range columns {
		if row[j] > row[best] {
			best = j
		}
	}
	if len(columns) > 1 {
		return draw.Clean(a.names[best])
	}
	return strings.ReplaceAll(fmt.Sprintf("%.5g", row[best]), "-", "−")
}

// answer words what the model gives.
func (a *Alternatives) answer(y []float64) string {
	if len(y) == 1 {
		return chart.Number(y[0])
	}
	k := max(a.goal.output, 0)
	if a.goal.level == nil {
		k = floats.MaxIdx(y)
	}
	return a.name(k, len(y)) + " (" + chart.Number(y[k]) + ")"
}

// name is that of one of some outputs.
func (a *Alternatives) name(k, outputs int) string {
	if len(a.classes) == outputs {
		return draw.Clean(a.classes[k])
	}
	return fmt.Sprint(k)
}

// Figure shows the row and its alternatives in columns: what changes, and what the
// model says then.
func (a *Alternatives) Figure() *chart.Figure {
	if err := a.Err(); err != nil {
		return chart.Failed(err)
	}
	return chart.New(&ledger{columns: a.columns, describe: a.describe, caption: a.caption, data: a.table})
}

func (a *Alternatives) columns(o *chart.Options) []ledgerColumn {
	names, now := ledgerColumn{}, ledgerColumn{head: o.Say("now")}
	others := make([]ledgerColumn, len(a.List))
	for i := range others {
		others[i].head = o.Say("alternative %s", chart.Count(i+1))
	}
	for p, name := range a.groups.names {
		changes := false
		for _, other := range a.List {
			changes = changes || a.value(p, other.Row) != a.value(p, a.Row)
		}
		if !changes {
			continue
		}
		names.cells = append(names.cells, ledgerCell{text: draw.Clean(name)})
		now.cells = append(now.cells, ledgerCell{text: a.value(p, a.Row)})
		for i, other := range a.List {
			c := ledgerCell{text: a.value(p, other.Row), marked: true}
			if c.text == a.value(p, a.Row) {
				c.marked, c.soft = false, true
			}
			others[i].cells = append(others[i].cells, c)
		}
	}
	names.cells = append(names.cells, ledgerCell{text: o.Say("the model says"), soft: true})
	now.cells = append(now.cells, ledgerCell{text: a.answer(a.Predicted)})
	for i, other := range a.List {
		others[i].cells = append(others[i].cells, ledgerCell{text: a.answer(other.Predicted)})
	}
	return append([]ledgerColumn{names, now}, others...)
}

// unlike is from what share on a row is said to be unlike the data.
const unlike = 0.95

// caption words the first alternative, and warns of those that are unlike the data.
func (a *Alternatives) caption(o *chart.Options) string {
	var parts []string
	for _, c := range a.List[0].Changes {
		parts = append(parts, o.Say("%s were %s, not %s", draw.Clean(c.Feature), c.To, c.From))
	}
	text := a.would(o, strings.Join(parts, o.Say(" and ")))
	for i, other := range a.List {
		if other.Unusual >= unlike {
			text += " " + o.Say("Alternative %s is unlike the data: it lies farther from any than %s of them from each other.", chart.Count(i+1), share(other.Unusual))
		}
	}
	return text
}

// would words what the model says, and what it would say on a condition: a class, or the
// height of the output that is to reach a level.
func (a *Alternatives) would(o *chart.Options, condition string) string {
	now, then := a.Predicted, a.List[0].Predicted
	if a.goal.level == nil {
		return o.Say("The model says %s. It would say %s if %s.", a.answer(now), a.answer(then), condition)
	}
	k := a.goal.output
	name := o.Say("the output")
	if len(now) > 1 {
		name = a.name(k, len(now))
	}
	return o.Say("For this row %s is %s. It would be %s if %s.", name, chart.Number(now[k]), chart.Number(then[k]), condition)
}

func (a *Alternatives) describe(o *chart.Options) string {
	return a.caption(o) + " " + o.Say("That says what the model goes by, not what would happen in the world.")
}

func (a *Alternatives) table() chart.Table {
	number, feature, from, to := chart.Column{Name: "alternative"}, chart.Column{Name: "feature", Texts: []string{}}, chart.Column{Name: "from", Texts: []string{}}, chart.Column{Name: "to", Texts: []string{}}
	for i, other := range a.List {
		for _, c := range other.Changes {
			number.Numbers = append(number.Numbers, float64(i+1))
			feature.Texts, from.Texts, to.Texts = append(feature.Texts, c.Feature), append(from.Texts, c.From), append(to.Texts, c.To)
		}
	}
	return chart.Table{Columns: []chart.Column{number, feature, from, to}}
}

// TryMIMEBundle is that of the figure.
func (a *Alternatives) TryMIMEBundle() (data, metadata map[string]any, err error) {
	return a.Figure().TryMIMEBundle()
}

// MIMEBundle is TryMIMEBundle with the error as the text.
func (a *Alternatives) MIMEBundle() (data, metadata map[string]any) { return a.Figure().MIMEBundle() }
