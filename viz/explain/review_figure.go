package explain

import (
	"cmp"
	"fmt"
	"image/color"
	"math"
	"regexp"
	"strconv"
	"strings"

	"loupe/viz/chart"
	"loupe/viz/draw"
)

var numeral = regexp.MustCompile(`-?[0-9]+(\.[0-9]+)?`)

// compareNatural orders names, numbers in them by their value.
func compareNatural(a, b string) int {
	x, y := numeral.FindString(a), numeral.FindString(b)
	if x != "" && y != "" {
		u, _ := strconv.ParseFloat(x, 64)
		v, _ := strconv.ParseFloat(y, 64)
		if i, j := strings.Index(a, x), strings.Index(b, y); i == j && a[:i] == b[:j] && u != v {
			return cmp.Compare(u, v)
		}
	}
	return cmp.Compare(a, b)
}

// measureName words a rate.
func measureName(o *chart.Options, name string) string {
	switch name {
	case "Selected":
		return o.Say("accepted")
	case "Found":
		return o.Say("accepted of those who belong (TPR)")
	case "Alarms":
		return o.Say("accepted of the others (FPR)")
	case "Right":
		return o.Say("right (accuracy)")
	}
	return name
}

// Figure shows the rates of the groups with their intervals.
func (r *Review) Figure() *chart.Figure {
	if err := r.Err(); err != nil {
		return chart.Failed(err)
	}
	art := &board{lo: 0, hi: 1, height: 20, over: 2, describe: r.describe, caption: r.caption, lines: r.lines, draw: r.drawRates, data: r.table,
		axis: func(o *chart.Options) string { return o.Say("share of the group") }}
	return chart.New(art)
}

// lines are a heading for each rate, and below it the groups.
func (r *Review) lines(o *chart.Options) (list []boardLine) {
	for _, m := range measures {
		list = append(list, boardLine{name: measureName(o, m.name), head: true})
		for _, g := range r.Groups {
			list = append(list, boardLine{name: draw.Clean(g.Name), value: "n = " + chart.Count(m.of(&g).Of)})
		}
	}
	return list
}

func (r *Review) drawRates(c *boardPen) {
	at := 0
	for k, m := range measures {
		y := c.middle(at) + 10
		if k > 0 {
			c.Line([]draw.Point{{X: c.area.X0, Y: y - 20}, {X: c.area.X1, Y: y - 20}}, 1, c.Frame)
		}
		at++
		for i := range r.Groups {
			rate := m.of(&r.Groups[i])
			y := c.middle(at)
			at++
			col := c.Category(i)
			c.Line([]draw.Point{{X: c.x(rate.Low), Y: y}, {X: c.x(rate.High), Y: y}}, 2, col)
			text := "–"
			if rate.Of > 0 {
				c.Dots([]draw.Point{{X: c.x(rate.Value), Y: y}}, draw.Dot{Radius: 4}, []color.NRGBA{col})
				text = chart.Number(rate.Value)
			}
			c.Hover(draw.Rect{X0: c.x(rate.Low), Y0: y - 8, X1: c.x(rate.High), Y1: y + 8}, fmt.Sprintf("%s: %s (%s … %s)", draw.Clean(r.Groups[i].Name), text, chart.Number(rate.Low), chart.Number(rate.High)))
			if x := c.x(rate.High) + 6; x+smallFont.Width(text) < c.area.X1+6 {
				c.Text(text, draw.Point{X: x, Y: y + 4}, smallFont, c.Soft, draw.Place{})
			} else {
				c.Text(text, draw.Point{X: c.x(rate.Low) - 6, Y: y + 4}, smallFont, c.Soft, draw.Place{Align: draw.End})
			}
		}
	}
}

// caption says what differs for sure.
func (r *Review) caption(o *chart.Options) string {
	var texts []string
	for _, g := range r.Gaps() {
		if g.Sure() {
			texts = append(texts, g.sentence(o))
		}
	}
	if len(texts) == 0 {
		return o.Say("No difference between groups is larger than chance explains (95 % intervals).")
	}
	return strings.Join(texts, " ")
}

// sentence says both shares, since a difference of shares in per cent would be read as a
// share of one of them.
func (g *Gap) sentence(o *chart.Options) string {
	return o.Say("%s: %s of %s and %s of %s, %s percentage points more (%s to %s).", measureName(o, g.Measure),
		share(g.MostShare), draw.Clean(g.Most), share(g.LessShare), draw.Clean(g.Less), points(g.Value), points(g.Low), points(g.High))
}

// points words a difference of shares.
func points(x float64) string { return chart.Number(math.Round(1000*x) / 10) }

func (r *Review) describe(o *chart.Options) string {
	return o.Say("Review by %s of who is accepted as %s, from a probability of %s on.", draw.Clean(r.by), draw.Clean(r.Positive), chart.Number(r.Threshold)) + " " + r.caption(o) + " " +
		o.Say("That groups differ does not say why.")
}

func (r *Review) table() chart.Table {
	name, measure := chart.Column{Name: "group", Texts: []string{}}, chart.Column{Name: "measure", Texts: []string{}}
	of, value, low, high := chart.Column{Name: "of"}, chart.Column{Name: "rate"}, chart.Column{Name: "low"}, chart.Column{Name: "high"}
	for _, m := range append(measures, struct {
		name string
		of   func(g *Group) Rate
	}{"BaseRate", func(g *Group) Rate { return g.BaseRate }}) {
		for i := range r.Groups {
			rate := m.of(&r.Groups[i])
			name.Texts, measure.Texts = append(name.Texts, r.Groups[i].Name), append(measure.Texts, m.name)
			of.Numbers, value.Numbers = append(of.Numbers, float64(rate.Of)), append(value.Numbers, rate.Value)
			low.Numbers, high.Numbers = append(low.Numbers, rate.Low), append(high.Numbers, rate.High)
		}
	}
	return chart.Table{Columns: []chart.Column{name, measure, of, value, low, high}}
}

// Thresholds shows how the rates of the groups change with the threshold, so that one
// can be chosen with open eyes.
func (r *Review) Thresholds() *chart.Figure {
	if err := r.Err(); err != nil {
		return chart.Failed(err)
	}
	const steps = 50
	var panels []chart.Facet
	for _, m := range measures[:3] {
		var marks []chart.Mark
		for i := range r.Groups {
			g := r.Groups[i]
			x, y := make([]float64, steps+1), make([]float64, steps+1)
			for s := range x {
				x[s] = float64(s) / steps
				g.count(x[s])
				y[s] = m.of(&g).Value
			}
			marks = append(marks, chart.Line(x, y, chart.Label(draw.Clean(g.Name))))
		}
		var english chart.Options
		panels = append(panels, chart.Panel(measureName(&english, m.name), append(marks, chart.VLine(r.Threshold))...))
	}
	return chart.Facets(panels...).Worded(func(o *chart.Options) chart.Wording {
		w := chart.Wording{X: o.Say("threshold"), Y: o.Say("share of the group")}
		for _, m := range measures[:3] {
			w.Panels = append(w.Panels, measureName(o, m.name))
		}
		return w
	}).Noting(func(o *chart.Options) []string { return []string{r.caption(o)} })
}

// Calibration shows, for each group, how often what the model gave a probability to
// happened.
func (r *Review) Calibration() *chart.Figure {
	if err := r.Err(); err != nil {
		return chart.Failed(err)
	}
	marks := []chart.Mark{chart.Line([]float64{0, 1}, []float64{0, 1}, chart.Color("#8c959f"), chart.Dashed(), chart.Said(func(o *chart.Options) string { return o.Say("as often as it says") }))}
	for i := range r.Groups {
		expected, happened, _ := r.Groups[i].bins()
		marks = append(marks, chart.Line(expected, happened, chart.Label(draw.Clean(r.Groups[i].Name))))
	}
	return chart.Plot(marks...).Worded(func(o *chart.Options) chart.Wording {
		return chart.Wording{X: o.Say("probability of %s", draw.Clean(r.Positive)), Y: o.Say("share that is %s", draw.Clean(r.Positive))}
	}).Noting(func(o *chart.Options) []string {
		var list []string
		for i := range r.Groups {
			list = append(list, o.Say("%s is off by %s on average.", draw.Clean(r.Groups[i].Name), chart.Number(r.Groups[i].Miscalibration)))
		}
		return list[:min(len(list), 6)]
	})
}

// TryMIMEBundle is that of the figure.
func (r *Review) TryMIMEBundle() (data, metadata map[string]any, err error) {
	return r.Figure().TryMIMEBundle()
}

// MIMEBundle is TryMIMEBundle with the error as the text.
func (r *Review) MIMEBundle() (data, metadata map[string]any) { return r.Figure().MIMEBundle() }
