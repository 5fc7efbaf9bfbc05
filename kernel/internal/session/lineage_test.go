package session

import (
	"fmt"
	"strings"
	"testing"
)

// TestLineage runs cells as "id: definitions < uses", and looks at what is
// stale after each.
func TestLineage(t *testing.T) {
	var l lineage
	for i, step := range []struct{ cell, stale string }{
		{"a: x", ""},
		{"b: f < x", ""},
		{"c: y < f x", ""},
		{"d: < y", ""},
		{"a: x", "b c d"},
		{"d: < y", "b c d"}, // its input is still stale
		{"b: f < x", "c d"},
		{"c: y < f x", "d"},
		{"d: < y", ""},
		{"e: x", "b c d"},   // takes x from a
		{"a: z", "b c d"},   // a does not define x any more
		{"e: x z", "b c d"}, // takes z from a as well
		{"b: f < x", "c d"},
		{"c: y < f x", "d"},
		{"d: y < y", ""},   // uses what it defines
		{"c: y < f x", ""}, // all that d defined is defined here
		{"d: < y", ""},
		{"f: p < q", ""},    // a circle
		{"g: q < p", "g f"}, // each has to follow the other
		{"f: p < q", "f g"},
		{"rm y", "d f g"},
	} {
		if names, ok := strings.CutPrefix(step.cell, "rm "); ok {
			l.forget(strings.Fields(names))
		} else if step.cell != "" {
			id, rest, _ := strings.Cut(step.cell, ":")
			defines, uses, _ := strings.Cut(rest, "<")
			l.add(lineageCell{id: id, number: i, defines: strings.Fields(defines), uses: strings.Fields(uses)}, strings.Fields(defines))
		}
		var got []string
		for _, c := range l.stale() {
			got = append(got, c.id)
		}
		if fmt.Sprint(got) != fmt.Sprint(strings.Fields(step.stale)) {
			t.Errorf("after step %d, %q, stale are %v, not [%s]", i, step.cell, got, step.stale)
		}
	}
}
