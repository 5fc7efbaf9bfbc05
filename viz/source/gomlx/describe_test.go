package gomlx_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"loupe/internal/golden"
	viz "loupe/viz/model"
)

// listing writes a description, a line for each node.
func listing(m *viz.Model) string {
	var b strings.Builder
	for _, n := range m.Nodes {
		fmt.Fprintf(&b, "%s: %s (%s), %s of %s", n.Name, n.Op, n.Class, viz.ShapeText(n.Shape), n.DType)
		for _, a := range n.Attrs {
			fmt.Fprintf(&b, ", %s %s", a.Name, a.Value)
		}
		if n.MACs > 0 {
			fmt.Fprintf(&b, ", %d MACs", n.MACs)
		}
		for _, p := range n.Params {
			fmt.Fprintf(&b, ", %s %v", m.Params[p].Name, m.Params[p].Shape)
			if !m.Params[p].Trained {
				b.WriteString(" not trained")
			}
		}
		for i, in := range n.Inputs {
			b.WriteString([]string{", ", " ← "}[min(1, max(0, 1-i))])
			b.WriteString(m.Nodes[in].Name)
		}
		b.WriteString("\n")
	}
	return b.String()
}

func TestDescriptions(t *testing.T) {
	list := samples(t)
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(list)) {
		m, err := viz.Of(list[name])
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		fmt.Fprintf(&b, "-- %s --\n%s", name, listing(m))
	}
	m, err := viz.Of(list["cnn"].Primitives())
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(&b, "-- cnn, primitive operations --\n%s", listing(m))
	golden.Text(t, "descriptions.txt", b.String())
}
