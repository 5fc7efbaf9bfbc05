package explain

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/mat"

	"loupe/viz/chart"
	"loupe/viz/draw"
)

// A pickDrawing is a line for each feature and a column for each picked row.
type pickDrawing struct {
	p     *Picks
	order []int   // features that have a line, the most important first
	more  int     // features without one
	most  float64 // the largest contribution
}

const (
	pickLine   = 24.0
	pickColumn = 66.0
	pickBar    = 84.0 // room for the importance
	pickHead   = 34.0
)

func newPickDrawing(p *Picks) *pickDrawing {
	d := &pickDrawing{p: p}
	for i := range p.Rows {
		d.most = max(d.most, slices.Max(p.sizes[i]))
	}
	d.choose()
	return d
}

const (
	pickLines = 10 // of features, but for many picks
	pickOwn   = 2  // features of each pick that have a line whatever others have
)

// choose chooses the features that have a line: of each pick some, and those that matter
// most.
func (d *pickDrawing) choose() {
	p := d.p
	var all []int
	for j := range p.Importance {
		if p.Importance[j] > 0 {
			all = append(all, j)
		}
	}
	slices.SortStableFunc(all, func(i, j int) int { return cmp.Compare(p.Importance[j], p.Importance[i]) })
	chosen := map[int]bool{}
	for i := range p.Rows {
		own := 0
		for _, j := range all {
			if p.sizes[i][j] > 0 && own < pickOwn {
				chosen[j] = true
				own++
			}
		}
	}
	for _, j := range all {
		if len(chosen) < pickLines {
			chosen[j] = true
		}
	}
	for _, j := range all {
		if chosen[j] {
			d.order = append(d.order, j)
		}
	}
	d.more = len(all) - len(d.order)
}

// values are the contributions for a pick, to the output that is explained.
func (d *pickDrawing) values(pick int) []float64 {
	return d.p.Why.Values[d.p.outputs[pick]].RawRowView(pick)
}

// Width implements chart.Art.
func (d *pickDrawing) Width(*chart.Options) float64 {
	return min(d.names()+pickBar+pickColumn*float64(len(d.p.Rows))+20, 1200)
}

func (d *pickDrawing) names() float64 {
	w := 60.0
	for _, j := range d.order {
		w = max(w, lineFont.Width(draw.Clean(d.p.Why.Features[j])))
	}
	return min(w, 200) + 10
}

// Layout implements chart.Art.
func (d *pickDrawing) Layout(width float64, o *chart.Options) (chart.Body, error) {
	names := min(d.names(), width*0.38)
	bar := min(pickBar, width*0.16)
	shown := min(len(d.p.Rows), max(1, int((width-names-bar)/pickColumn)))
	lines := float64(len(d.order) + 1)
	foot := 4.0
	if d.more > 0 || shown < len(d.p.Rows) {
		foot = pickLine
	}
	return chart.Body{Height: pickHead + lines*pickLine + foot, Draw: func(s *chart.Sheet, area draw.Rect) {
		k := &pickPen{s, d, area, area.X0 + names, area.X0 + names + bar, shown}
		k.features()
		for i := range shown {
			k.column(i)
		}
		k.foot(area.Y0 + pickHead + lines*pickLine)
	}}, nil
}

// A pickPen draws picks on a sheet.
type pickPen struct {
	*chart.Sheet
	d        *pickDrawing
	area     draw.Rect
	bars, x0 float64 // where the bars of importance begin, and the columns
	shown    int
}

// line is the top of a line.
func (k *pickPen) line(i int) float64 { return k.area.Y0 + pickHead + float64(i)*pickLine }

// features writes the names of features, with bars of their importance.
func (k *pickPen) features() {
	p := k.d.p
	k.Text(smallFont.Fit(k.Say("importance"), k.x0-k.bars-4), draw.Point{X: k.bars, Y: k.area.Y0 + 27}, smallFont, k.Soft, draw.Place{})
	for i, j := range k.d.order {
		y := k.line(i)
		ink, bar := k.Soft, k.Rim
		if k.d.covers(len(p.Rows)-1, j) {
			ink, bar = k.Ink, k.First
		}
		if name := lineFont.Fit(draw.Clean(p.Why.Features[j]), k.bars-k.area.X0-8); name != "" {
			k.Text(name, draw.Point{X: k.bars - 8, Y: y + 16}, lineFont, ink, draw.Place{Align: draw.End})
		}
		w := (k.x0 - k.bars - 12) * p.Importance[j] / p.Importance[k.d.order[0]]
		box := draw.Rect{X0: k.bars, Y0: y + 7, X1: k.bars + w, Y1: y + 17}
		k.Block(box, bar)
		k.Hover(box, draw.Clean(p.Why.Features[j])+": "+chart.Number(p.Importance[j]))
	}
	y := k.line(len(k.d.order))
	if text := lineFont.Fit(k.Say("covered"), k.x0-k.area.X0-12); text != "" {
		k.Text(text, draw.Point{X: k.x0 - 12, Y: y + 16}, lineFont, k.Ink, draw.Place{Align: draw.End})
	}
}

// covers reports whether one of the picks up to a number shows a feature.
func (d *pickDrawing) covers(last, feature int) bool {
	for i := range last + 1 {
		if d.p.sizes[i][feature] > 0 {
			return true
		}
	}
	return false
}

// column draws a picked row: its contributions, framed where it is the first to show
// the feature.
func (k *pickPen) column(i int) {
	p, d := k.d.p, k.d
	x := k.x0 + pickColumn*float64(i)
	middle := x + pickColumn/2 - 2
	k.Text(smallFont.Fit(d.row(i), pickColumn-4), draw.Point{X: middle, Y: k.area.Y0 + 12}, markedFont, k.Ink, draw.Place{Align: draw.Middle})
	if text := smallFont.Fit(d.predicted(i), pickColumn-4); text != "" {
		k.Text(text, draw.Point{X: middle, Y: k.area.Y0 + 27}, smallFont, k.Soft, draw.Place{Align: draw.Middle})
	}
	for line, j := range d.order {
		box := draw.Rect{X0: x, Y0: k.line(line) + 2, X1: x + pickColumn - 4, Y1: k.line(line) + pickLine - 2}
		if d.p.sizes[i][j] == 0 {
			k.Fill(draw.Rect{X0: box.X0, Y0: box.Y1 + 1.5, X1: box.X1, Y1: box.Y1 + 2.5}, k.Grid)
			continue
		}
		v := d.values(i)[j]
		fill := shaded(k.Sheet, v, d.most)
		k.Fill(box, fill)
		if !d.covers(i-1, j) {
			draw.Frame(k, box, 1.6, k.Ink)
		}
		k.Text(smallFont.Fit(signedNumber(v), pickColumn-8), draw.Point{X: middle, Y: box.Y0 + 14}, smallFont, chart.InkOn(fill), draw.Place{Align: draw.Middle})
		k.Hover(box, d.row(i)+", "+d.feature(i, j)+": "+signedNumber(v))
	}
	k.Text(share(p.Covered[i]), draw.Point{X: middle, Y: k.line(len(d.order)) + 16}, lineFont, k.Ink, draw.Place{Align: draw.Middle})
}

// foot says what has no line or column.
func (k *pickPen) foot(y float64) {
	var list []string
	if k.d.more > 0 {
		list = append(list, k.Say("%s without a line", k.Count(k.d.more, "other feature", "other features")))
	}
	if n := len(k.d.p.Rows) - k.shown; n > 0 {
		list = append(list, k.Say("%s without a column", k.Count(n, "row", "rows")))
	}
	if text := smallFont.Fit(strings.Join(list, k.Say(", ")), k.area.W()); text != "" {
		k.Text(text, draw.Point{X: k.area.X0, Y: y + 15}, smallFont, k.Soft, draw.Place{})
	}
}

// row names a picked row.
func (d *pickDrawing) row(i int) string {
	if names := d.p.Why.Names; names != nil && names[i] != "" {
		return draw.Clean(names[i])
	}
	return fmt.Sprintf("#%d", d.p.Rows[i])
}

// predicted is what the model says of a picked row.
func (d *pickDrawing) predicted(i int) string {
	if d.p.Why.Predicted == nil {
		return ""
	}
	text := chart.Number(d.p.Why.Predicted.At(i, min(d.p.outputs[i], len(d.p.Why.Predicted.RawRowView(i))-1)))
	if d.each() {
		text = d.output(i) + " " + text
	}
	return text
}

// each reports whether each row has an output of its own that is explained.
func (d *pickDrawing) each() bool { return len(d.p.Why.Values) > 2 && d.p.Why.Predicted != nil }

func (d *pickDrawing) output(i int) string {
	k := d.p.outputs[i]
	if k < len(d.p.Why.Outputs) && d.p.Why.Outputs[k] != "" {
		return draw.Clean(d.p.Why.Outputs[k])
	}
	return fmt.Sprint(k)
}

// feature is a feature with its value in a picked row.
func (d *pickDrawing) feature(i, j int) string {
	name := draw.Clean(d.p.Why.Features[j])
	if d.p.Why.Data == nil || d.p.texts != nil {
		return name
	}
	return name + " = " + chart.Number(d.p.Why.Data.At(i, j))
}

// Caption implements chart.Captioned.
func (d *pickDrawing) Caption(o *chart.Options) string {
	return strings.Join(nonempty(d.together(o), o.Say("A frame marks what no row before shows."), d.chosen(o)), " ")
}

// together says how much the picks cover.
func (d *pickDrawing) together(o *chart.Options) string {
	p := d.p
	last := p.Covered[len(p.Covered)-1]
	text := o.Say("%s of %s together show features with %s of the importance of all.", o.Count(len(p.Rows), "explanation", "explanations"), o.Count(p.Explained, "row", "rows"), share(last))
	if p.Explained < p.From {
		text = o.Say("%s of %s (drawn from %s) together show features with %s of the importance of all.", o.Count(len(p.Rows), "explanation", "explanations"), o.Count(p.Explained, "row", "rows"), chart.Count(p.From), share(last))
	}
	for i, c := range p.Covered {
		if i+1 < len(p.Covered) && c == last {
			return text + " " + o.Say("The first %s would do: others show the same features more strongly.", chart.Count(i+1))
		}
	}
	return text
}

// chosen says which outputs are explained.
func (d *pickDrawing) chosen(o *chart.Options) string {
	if d.each() {
		return o.Say("Each row is explained by the output that is greatest for it.")
	}
	v := &view{a: d.p.Why, k: d.p.outputs[0]}
	if len(v.a.Values) == 2 {
		v.because = "second"
	}
	return v.chosen(o)
}

// Describe implements chart.Art.
func (d *pickDrawing) Describe(o *chart.Options) string {
	text := d.p.Why.Method + o.Say(": ") + strings.Join(nonempty(d.together(o), d.chosen(o)), " ")
	for i := range min(3, len(d.p.Rows)) {
		text += " " + d.describeRow(o, i)
	}
	var missed []string
	for _, j := range d.order {
		if !d.covers(len(d.p.Rows)-1, j) && len(missed) < 3 {
			missed = append(missed, draw.Clean(d.p.Why.Features[j]))
		}
	}
	if len(missed) > 0 {
		text += " " + o.Say("None of them shows %s.", strings.Join(missed, o.Say(", ")))
	}
	return text
}

// describeRow says what a picked row shows.
func (d *pickDrawing) describeRow(o *chart.Options, i int) string {
	values := d.values(i)
	v := &view{a: d.p.Why, k: d.p.outputs[i], values: mat.NewDense(1, len(values), values)}
	v.arrange(d.p.sizes[i])
	var raise, lower []string
	for _, j := range v.order {
		switch x := values[j]; {
		case d.p.sizes[i][j] == 0:
		case x > 0 && len(raise) < 2:
			raise = append(raise, d.feature(i, j)+" ("+signedNumber(x)+")")
		case x < 0 && len(lower) < 2:
			lower = append(lower, d.feature(i, j)+" ("+signedNumber(x)+")")
		}
	}
	text := o.Say("In %s", d.row(i))
	if d.p.Why.Predicted != nil {
		text += o.Say(", for which %s is %s", draw.Clean(v.output(o)), chart.Number(d.p.Why.Predicted.At(i, min(v.k, len(d.p.Why.Predicted.RawRowView(i))-1))))
	}
	if len(raise) > 0 {
		text += o.Say(", higher output is associated most with %s", strings.Join(raise, o.Say(", ")))
	}
	switch {
	case len(lower) > 0 && len(raise) == 0:
		text += o.Say(", lower output is associated most with %s", strings.Join(lower, o.Say(", ")))
	case len(lower) > 0:
		text += o.Say("; lower output is associated most with %s", strings.Join(lower, o.Say(", ")))
	}
	return text + o.Say(".")
}

// Data implements chart.Tabular: a row for each pick and feature.
func (d *pickDrawing) Data(*chart.Options) chart.Table {
	pick, row, covered := chart.Column{Name: "pick"}, chart.Column{Name: "row"}, chart.Column{Name: "covered"}
	name, importance := chart.Column{Name: "feature", Texts: []string{}}, chart.Column{Name: "importance"}
	contribution := chart.Column{Name: "contribution"}
	for i, r := range d.p.Rows {
		for j, f := range d.p.Why.Features {
			x := d.values(i)[j]
			if d.p.sizes[i][j] == 0 {
				x = math.NaN()
			}
			pick.Numbers, row.Numbers, covered.Numbers = append(pick.Numbers, float64(i+1)), append(row.Numbers, float64(r)), append(covered.Numbers, d.p.Covered[i])
			name.Texts, importance.Numbers, contribution.Numbers = append(name.Texts, f), append(importance.Numbers, d.p.Importance[j]), append(contribution.Numbers, x)
		}
	}
	return chart.Table{Columns: []chart.Column{pick, row, covered, name, importance, contribution}}
}
