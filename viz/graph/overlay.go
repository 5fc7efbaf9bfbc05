package graph

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"loupe/viz/chart"
	"loupe/viz/model"
)

// newRamp chooses colours for what is laid over the graph.
func (p *drawing) newRamp(over *chart.Overlaid) (*chart.Ramp, error) {
	var values []float64
	for _, name := range slices.Sorted(maps.Keys(over.Values)) {
		if !slices.ContainsFunc(p.m.Nodes, func(n model.Node) bool { return n.Name == name || strings.HasPrefix(n.Name, name+"/") }) {
			return nil, fmt.Errorf("viz: there is a number for %q to lay over the graph, but no such operation or scope", name)
		}
		values = append(values, over.Values[name])
	}
	var walk func(b *box)
	walk = func(b *box) {
		if b.node < 0 && !b.open {
			if v, ok := p.value(b); ok {
				values = append(values, v)
			}
		}
		for _, k := range b.kids {
			walk(k)
		}
	}
	walk(p.root)
	return chart.NewRamp(over.Label, values, p.o)
}

// value is the number of a box: its own, or the sum of those inside.
func (p *drawing) value(b *box) (float64, bool) {
	over := p.o.Overlaid()
	if v, ok := over.Values[b.name]; ok && b.times == 0 {
		return v, true
	}
	sum, known := 0.0, false
	for _, n := range b.nodes {
		if v, ok := over.Values[p.m.Nodes[n].Name]; ok && !math.IsNaN(v) {
			sum, known = sum+v, true
		}
	}
	return sum, known
}
