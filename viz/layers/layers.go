// Package layers draws the layers of a model as a table: a tree of scopes with
// types, shapes, parameters and multiply-adds, and bars for the share of each.
package layers

import (
	"fmt"
	"slices"
	"strings"

	"loupe/viz/chart"
	"loupe/viz/draw"
	"loupe/viz/model"
)

// New returns the figure of a model's layers. Where there are more than sixty
// lines, scopes stand for what is in them.
func New(v any, list ...chart.Option) *chart.Figure {
	m, err := model.Of(v)
	if err != nil {
		return chart.Failed(err)
	}
	a := &art{m: m, lines: tree(m)}
	if len(a.lines) > mostLines {
		a.lines = slices.DeleteFunc(a.lines, func(l line) bool { return l.depth > 0 })
	}
	if len(a.lines) > mostLines {
		a.more = len(a.lines) - mostLines
		a.lines = a.lines[:mostLines]
	}
	for _, l := range a.lines {
		if l.depth == 0 {
			a.params += l.params
			a.macs += l.macs
		}
	}
	return chart.New(a, list...)
}

const mostLines = 60

// A line is a layer or a scope.
type line struct {
	name, kind, output, activation string
	depth                          int
	scope                          bool
	params, bytes, macs            int
}

type art struct {
	m            *model.Model
	lines        []line
	more         int // lines left out
	params, macs int
}

// tree lists the layers in their order, scopes before what is in them.
func tree(m *model.Model) []line {
	var lines []line
	at := map[string]int{} // scopes by name
	seen := map[int]bool{} // parameters counted
	for _, n := range m.Nodes {
		l := line{name: model.Base(n.Name), kind: n.Op, output: shape(n.Shape), activation: n.Attr("activation"), macs: n.MACs}
		for _, p := range n.Params {
			if !seen[p] {
				l.params += model.Size(m.Params[p].Shape)
				l.bytes += m.Params[p].Bytes()
				seen[p] = true
			}
		}
		parts := strings.Split(n.Name, "/")
		l.depth = len(parts) - 1
		for d := 1; d < len(parts); d++ {
			scope := strings.Join(parts[:d], "/")
			if _, ok := at[scope]; !ok {
				at[scope] = len(lines)
				lines = append(lines, line{name: parts[d-1], depth: d - 1, scope: true})
			}
			s := &lines[at[scope]]
			s.params += l.params
			s.bytes += l.bytes
			s.macs += l.macs
			s.output = l.output // what the scope gives on is what its last layer does
		}
		lines = append(lines, l)
	}
	return lines
}

func shape(s []int) string {
	list := make([]string, len(s))
	for i, n := range s {
		if list[i] = fmt.Sprint(n); n < 0 {
			list[i] = "?"
		}
	}
	return strings.Join(list, " × ")
}

var (
	headFont  = draw.Font{Size: 11}
	cellFont  = draw.Font{Size: 12}
	scopeFont = draw.Font{Size: 12, Bold: true}
)

const (
	lineHeight = 20.0
	gap        = 16.0
	bar        = 70.0
	indent     = 14.0
)

// A column is what all lines have at one place.
type column struct {
	head  string
	text  func(l *line) string
	share func(l *line) float64 // of a bar, nil for none
	right bool
	width float64
}

// columns are those that a width has room for; the first and the parameters are
// always there.
func (a *art) columns(o *chart.Options, width float64) []column {
	all := []column{
		{head: o.Say("layer"), text: func(l *line) string { return draw.Clean(l.name) }},
		{head: o.Say("type"), text: func(l *line) string { return l.kind }},
		{head: o.Say("output"), text: func(l *line) string { return l.output }},
		{head: o.Say("parameters"), text: func(l *line) string { return number(l.params) }, right: true, share: share(func(l *line) int { return l.params }, a.params)},
		{head: o.Say("multiply-adds"), text: func(l *line) string { return number(l.macs) }, right: true, share: share(func(l *line) int { return l.macs }, a.macs)},
		{head: o.Say("activation"), text: func(l *line) string { return l.activation }},
	}
	for i := range all {
		c := &all[i]
		c.width = headFont.Width(c.head)
		for j := range a.lines {
			w := cellFont.Width(c.text(&a.lines[j]))
			if i == 0 {
				w = scopeFont.Width(c.text(&a.lines[j])) + float64(a.lines[j].depth)*indent
			}
			c.width = max(c.width, w)
		}
		c.width = min(c.width, 260)
		if c.share != nil {
			c.width += bar + 8
		}
	}
	keep := all
	for _, drop := range []string{o.Say("activation"), o.Say("multiply-adds"), o.Say("type"), o.Say("output")} {
		if total(keep) <= width {
			break
		}
		keep = slices.DeleteFunc(slices.Clone(keep), func(c column) bool { return c.head == drop })
	}
	if over := total(keep) - width; over > 0 {
		keep[0].width = max(60, keep[0].width-over)
	}
	return keep
}

func share(of func(l *line) int, whole int) func(l *line) float64 {
	if whole == 0 {
		return nil
	}
	return func(l *line) float64 { return float64(of(l)) / float64(whole) }
}

func total(list []column) float64 {
	w := -gap
	for _, c := range list {
		w += c.width + gap
	}
	return w
}

func number(n int) string {
	if n == 0 {
		return ""
	}
	return chart.Count(n)
}

func (a *art) Width(o *chart.Options) float64 {
	return min(max(total(a.columns(o, 1e9))+20, 300), 1400)
}

func (a *art) Layout(width float64, o *chart.Options) (chart.Body, error) {
	cols := a.columns(o, width)
	height := lineHeight * float64(len(a.lines)+1)
	note := ""
	if a.more > 0 {
		note = o.Say("and %s more", chart.Count(a.more))
		height += lineHeight
	}
	return chart.Body{Height: height, Draw: func(s *chart.Sheet, area draw.Rect) {
		x := area.X0
		for i := range cols {
			a.drawColumn(s, &cols[i], i == 0, x, area.Y0)
			x += cols[i].width + gap
		}
		right := min(x-gap, area.X1)
		for i := range len(a.lines) + 1 {
			y := area.Y0 + float64(i+1)*lineHeight - 0.5
			s.Fill(draw.Rect{X0: area.X0, Y0: y, X1: right, Y1: y + 1}, s.Grid)
		}
		if note != "" {
			s.Text(note, draw.Point{X: area.X0, Y: area.Y0 + height - 6}, headFont, s.Soft, draw.Place{})
		}
	}}, nil
}

func (a *art) drawColumn(s *chart.Sheet, c *column, first bool, x, y float64) {
	place, at := draw.Place{}, x
	if c.right {
		place.Align = draw.End
		at = x + c.width
		if c.share != nil {
			at -= bar + 8
		}
	}
	s.Text(headFont.Fit(c.head, c.width), draw.Point{X: at, Y: y + 14}, headFont, s.Soft, place)
	for i := range a.lines {
		l := &a.lines[i]
		y := y + float64(i+1)*lineHeight
		font, left, room := cellFont, at, c.width
		if l.scope {
			font = scopeFont
		}
		if first {
			left += float64(l.depth) * indent
			room -= float64(l.depth) * indent
		}
		if c.share != nil {
			room -= bar + 8
			box := draw.Rect{X0: x + c.width - bar, Y0: y + 6, X1: x + c.width, Y1: y + 14}
			s.Fill(box, s.Grid)
			box.X1 = box.X0 + bar*c.share(l)
			col := s.First
			if l.scope {
				col = s.Rim
			}
			s.Block(box, col)
		}
		if text := font.Fit(c.text(l), room); text != "" {
			s.Text(text, draw.Point{X: left, Y: y + 14}, font, s.Ink, place)
		}
	}
}

// Describe says how many layers there are and where the parameters are.
func (a *art) Describe(o *chart.Options) string {
	layers, bytes, largest := 0, 0, -1
	for i, l := range a.lines {
		if l.scope {
			continue
		}
		layers++
		if l.params > 0 && (largest < 0 || l.params > a.lines[largest].params) {
			largest = i
		}
	}
	for _, p := range a.m.Params {
		bytes += p.Bytes()
	}
	s := o.Say("Table of %s with %s (%s)", o.Count(len(a.m.Nodes), "layer", "layers"), o.Count(a.params, "parameter", "parameters"), size(bytes))
	if largest >= 0 && a.params > 0 {
		s += o.Say(", %s of them in %s", fmt.Sprintf("%.0f %%", 100*float64(a.lines[largest].params)/float64(a.params)), draw.Clean(a.lines[largest].name))
	}
	if a.macs > 0 {
		s += o.Say(", and computes %s a sample", o.Count(a.macs, "multiply-add", "multiply-adds"))
	}
	return s + o.Say(".")
}

func size(bytes int) string {
	switch {
	case bytes >= 1e9:
		return fmt.Sprintf("%.1f GB", float64(bytes)/1e9)
	case bytes >= 1e5:
		return fmt.Sprintf("%.1f MB", float64(bytes)/1e6)
	}
	return fmt.Sprintf("%.1f kB", float64(bytes)/1e3)
}

// Data lists the lines.
func (a *art) Data(*chart.Options) chart.Table {
	var names, kinds, outputs, activations []string
	var params, macs []float64
	for _, l := range a.lines {
		names, kinds, outputs, activations = append(names, strings.Repeat("  ", l.depth)+l.name), append(kinds, l.kind), append(outputs, l.output), append(activations, l.activation)
		params, macs = append(params, float64(l.params)), append(macs, float64(l.macs))
	}
	return chart.Table{Columns: []chart.Column{{Name: "layer", Texts: names}, {Name: "type", Texts: kinds}, {Name: "output", Texts: outputs},
		{Name: "parameters", Numbers: params}, {Name: "multiply-adds", Numbers: macs}, {Name: "activation", Texts: activations}}}
}
