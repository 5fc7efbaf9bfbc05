package graph

import (
	"fmt"
	"strconv"
	"strings"

	"loupe/viz/chart"
	"loupe/viz/draw"
	"loupe/viz/model"
	"loupe/viz/words"
)

// title is the first line of a box.
func (p *drawing) title(b *box) string {
	label := draw.Clean(b.label)
	switch {
	case b.times > 1 && strings.Contains(label, " … "):
		return fmt.Sprintf("%d × (%s)", b.times, label)
	case b.times > 1:
		return fmt.Sprintf("%d × %s", b.times, label)
	}
	return label
}

// count is how many numbers the parameters of a box have, in short.
func (p *drawing) count(b *box) string {
	if b.params == 0 {
		return ""
	}
	if b.times > 1 {
		return fmt.Sprintf("%d × %s", b.times, Short(b.params/b.times))
	}
	return Short(b.params)
}

// Short prints a number of things in few letters: 320, 18.5k, 1.2M.
func Short(n int) string {
	for _, u := range []struct {
		size float64
		name string
	}{{1e12, "T"}, {1e9, "G"}, {1e6, "M"}, {1e4, "k"}} {
		if x := float64(n); x >= u.size {
			if u.name == "k" {
				u.size = 1e3
			}
			return strconv.FormatFloat(x/u.size, 'f', digits(x/u.size), 64) + u.name
		}
	}
	return words.Commas(n)
}

func digits(x float64) int {
	if x < 99.95 {
		return 1
	}
	return 0
}

// note is the second line of a box.
func (p *drawing) note(b *box) string {
	if b.node < 0 {
		n := len(b.nodes)
		if b.closed && b.times > 1 && len(b.kids) == 1 {
			return p.note(b.kids[0])
		}
		if b.times > 1 {
			return fmt.Sprintf("%d × %s", b.times, p.o.Count(n/b.times, "operation", "operations"))
		}
		return p.o.Count(n, "operation", "operations")
	}
	n := &p.m.Nodes[b.node]
	var parts []string
	if !strings.HasPrefix(strings.ToLower(strings.ReplaceAll(b.label, "_", "")), strings.ToLower(n.Op)) {
		parts = append(parts, n.Op)
	}
	for _, a := range n.Attrs {
		if a.Name != "epsilon" && a.Name != "momentum" { // they stay as they are by far most often
			parts = append(parts, attr(a))
		}
	}
	return draw.Clean(strings.Join(parts, " · "))
}

// attr words a setting as briefly as it can be understood.
func attr(a model.Attr) string {
	switch a.Name {
	case "filters", "units", "heads", "words":
		return a.Value + " " + a.Name
	case "kernel", "window", "activation", "size":
		return a.Value
	case "padding":
		if a.Value == "same" || a.Value == "valid" {
			return a.Value
		}
	case "sequences", "bidirectional", "causal", "frozen", "no bias":
		return a.Name
	}
	return a.Name + " " + a.Value
}

// sends is the shape of what leaves a box.
func (p *drawing) sends(b *box) string {
	if len(b.nodes) == 0 {
		return ""
	}
	return model.ShapeText(p.m.Nodes[b.nodes[len(b.nodes)-1]].Shape)
}

// hover is what a reader sees who points at a box.
func (p *drawing) hover(b *box) string {
	lines := []string{draw.Clean(b.name)}
	if b.node < 0 {
		lines = append(lines, p.note(b))
	} else {
		n := &p.m.Nodes[b.node]
		lines = append(lines, n.Op)
		for _, a := range n.Attrs {
			lines = append(lines, draw.Clean(a.Name+": "+a.Value))
		}
		if len(n.Shape) > 0 {
			lines = append(lines, p.o.Say("output: %s", model.ShapeText(n.Shape)))
		}
		if n.MACs > 0 {
			lines = append(lines, p.o.Count(n.MACs, "multiply-add", "multiply-adds"))
		}
	}
	if b.params > 0 {
		lines = append(lines, p.o.Count(b.params, "parameter", "parameters"))
	}
	if p.ramp != nil {
		if v, ok := p.value(b); ok {
			lines = append(lines, draw.Clean(p.o.Overlaid().Label)+": "+chart.Number(v))
		}
	}
	return strings.Join(lines, "\n")
}

// Describe says how big the model is and how it is built.
func (a *art) Describe(o *chart.Options) string {
	m := a.m
	if len(m.Nodes) == 0 {
		return o.Say("The graph has no operations.")
	}
	params, macs, most := 0, 0, 0
	largest := -1
	seen := map[int]bool{}
	readers := make([]int, len(m.Nodes))
	merges := 0
	for i, n := range m.Nodes {
		own := 0
		for _, p := range n.Params {
			if !seen[p] {
				own += model.Size(m.Params[p].Shape)
				seen[p] = true
			}
		}
		params += own
		macs += n.MACs
		if own > most {
			most, largest = own, i
		}
		for _, in := range n.Inputs {
			readers[in]++
		}
		if len(n.Inputs) > 1 {
			merges++
		}
	}
	s := o.Say("Graph of %s", o.Count(len(m.Nodes), "operation", "operations"))
	if in, out := m.Nodes[0], m.Nodes[len(m.Nodes)-1]; len(in.Shape) > 0 && len(out.Shape) > 0 {
		s += o.Say(", from %s (%s) to %s (%s)", draw.Clean(in.Name), model.ShapeText(in.Shape), draw.Clean(out.Name), model.ShapeText(out.Shape))
	}
	s += o.Say(".")
	if params > 0 {
		s += " " + o.Say("It has %s", o.Count(params, "parameter", "parameters"))
		if largest >= 0 && params > 0 {
			s += o.Say(", %s of them in %s", percent(most, params), draw.Clean(m.Nodes[largest].Name))
		}
		if macs > 0 {
			s += o.Say(", and computes %s a sample", o.Count(macs, "multiply-add", "multiply-adds"))
		}
		s += o.Say(".")
	}
	if merges == 0 {
		s += " " + o.Say("It is one chain.")
	} else {
		s += " " + o.Say("Branches meet in %s.", o.Count(merges, "place", "places"))
	}
	if t := o.Sought(); t != "" {
		n := 0
		for i := range m.Nodes {
			if found(&m.Nodes[i], t) {
				n++
			}
		}
		s += " " + o.Say("%q is found in %s.", draw.Clean(t), o.Count(n, "operation", "operations"))
	}
	return s
}

func percent(part, whole int) string {
	return fmt.Sprintf("%.0f %%", 100*float64(part)/float64(whole))
}

// Data lists the operations, one a row.
func (a *art) Data(*chart.Options) chart.Table {
	cols := make([][]string, 5)
	var macs, params []float64
	for _, n := range a.m.Nodes {
		var reads []string
		for _, in := range n.Inputs {
			reads = append(reads, a.m.Nodes[in].Name)
		}
		own := 0
		for _, p := range n.Params {
			own += model.Size(a.m.Params[p].Shape)
		}
		for i, s := range []string{n.Name, n.Op, n.Class.String(), model.ShapeText(n.Shape), strings.Join(reads, " ")} {
			cols[i] = append(cols[i], s)
		}
		macs, params = append(macs, float64(n.MACs)), append(params, float64(own))
	}
	t := chart.Table{}
	for i, name := range []string{"name", "operation", "class", "shape", "reads"} {
		t.Columns = append(t.Columns, chart.Column{Name: name, Texts: cols[i]})
	}
	t.Columns = append(t.Columns, chart.Column{Name: "parameters", Numbers: params}, chart.Column{Name: "multiply-adds", Numbers: macs})
	return t
}
