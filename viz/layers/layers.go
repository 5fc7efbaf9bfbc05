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

// New returns the figure of a model's layers. Memory is what the weights of a layer
// take and its output for one sample. Where there are more than sixty
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
	for _, l := range a.lines {
		if l.depth == 0 {
			a.params += l.params
			a.macs += l.macs
		}
	}
	a.table.columns = a.columns
	return chart.New(a, list...)
}

const mostLines = 60

// A line is a layer or a scope.
type line struct {
	name, kind, output, activation string
	depth                          int
	scope                          bool
	params, macs                   int
	bytes                          int // of the parameters and of the output for a sample
}

type art struct {
	table
	m            *model.Model
	lines        []line
	params, macs int
}

// tree lists the layers in their order, scopes before what is in them.
func tree(m *model.Model) []line {
	var lines []line
	at := map[string]int{} // scopes by name
	seen := map[int]bool{} // parameters counted
	for _, n := range m.Nodes {
		l := line{name: model.Base(n.Name), kind: n.Op, output: model.ShapeText(n.Shape), activation: n.Attr("activation"), macs: n.MACs}
		if n.Shape != nil {
			l.bytes = model.Size(n.Shape) * model.DTypeSize(n.DType)
		}
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

// columns are what a line says.
func (a *art) columns(o *chart.Options) []column {
	return []column{
		column{head: o.Say("layer")}.of(a.lines, func(l *line) cell { return cell{text: draw.Clean(l.name), depth: l.depth, bold: l.scope} }),
		column{head: o.Say("type"), spare: 2}.of(a.lines, func(l *line) cell { return cell{text: l.kind} }),
		column{head: o.Say("output"), spare: 1}.of(a.lines, func(l *line) cell { return cell{text: l.output, bold: l.scope} }),
		column{head: o.Say("parameters"), right: true, bars: a.params > 0}.of(a.lines, func(l *line) cell {
			return cell{text: number(l.params), bold: l.scope, pale: l.scope, share: part(l.params, a.params)}
		}),
		column{head: o.Say("multiply-adds"), right: true, bars: a.macs > 0, spare: 3}.of(a.lines, func(l *line) cell {
			return cell{text: number(l.macs), bold: l.scope, pale: l.scope, share: part(l.macs, a.macs)}
		}),
		column{head: o.Say("memory"), right: true, spare: 5}.of(a.lines, func(l *line) cell { return cell{text: memory(l.bytes), bold: l.scope} }),
		column{head: o.Say("activation"), spare: 4}.of(a.lines, func(l *line) cell { return cell{text: l.activation} }),
	}
}

func part(n, whole int) float64 { return float64(n) / float64(max(whole, 1)) }

func number(n int) string {
	if n == 0 {
		return ""
	}
	return chart.Count(n)
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

// memory is what the weights of a layer and its output for a sample take.
func memory(bytes int) string {
	if bytes == 0 {
		return ""
	}
	return size(bytes)
}

func size(bytes int) string {
	switch {
	case bytes >= 1e9:
		return fmt.Sprintf("%.1f GB", float64(bytes)/1e9)
	case bytes >= 1e6:
		return fmt.Sprintf("%.1f MB", float64(bytes)/1e6)
	case bytes < 1000:
		return fmt.Sprintf("%d B", bytes)
	}
	return fmt.Sprintf("%.1f kB", float64(bytes)/1e3)
}

// Data lists the lines.
func (a *art) Data(*chart.Options) chart.Table {
	var names, kinds, outputs, activations []string
	var params, macs, bytes []float64
	for _, l := range a.lines {
		names, kinds, outputs, activations = append(names, strings.Repeat("  ", l.depth)+l.name), append(kinds, l.kind), append(outputs, l.output), append(activations, l.activation)
		params, macs = append(params, float64(l.params)), append(macs, float64(l.macs))
		bytes = append(bytes, float64(l.bytes))
	}
	return chart.Table{Columns: []chart.Column{{Name: "layer", Texts: names}, {Name: "type", Texts: kinds}, {Name: "output", Texts: outputs},
		{Name: "parameters", Numbers: params}, {Name: "multiply-adds", Numbers: macs}, {Name: "bytes", Numbers: bytes}, {Name: "activation", Texts: activations}}}
}
