package cell

import (
	"slices"
	"sort"
)

// A text is a piece of Go, mostly a piece of a cell, with what is to be
// replaced when it is written.
type text struct {
	s     string
	src   *Source // nil for generated text
	off   int     // offset of s in src
	edits []edit  // in order, not overlapping
}

// An edit replaces cut bytes of a text at an offset. If path is set it is the
// name of an imported package, which each unit chooses; name is preferred.
type edit struct {
	at, cut    int
	with       string
	path, name string
	dot        bool // a dot follows the package's name
}

// same tells whether two texts are the same words with the same packages.
func (t text) same(u text) bool {
	return t.s == u.s && slices.EqualFunc(t.edits, u.edits, func(a, b edit) bool {
		return a.path == b.path && a.with == b.with
	})
}

func generated(s string) text { return text{s: s} }

// slice returns the part of a cell between two offsets with those of the
// given edits that fall into it; they are in order.
func (s *Source) slice(from, to int, edits []edit) text {
	t := text{s: s.Text[from:to], src: s, off: from}
	first := sort.Search(len(edits), func(i int) bool { return edits[i].at >= from })
	for _, e := range edits[first:] {
		if e.at >= to {
			break
		}
		e.at -= from
		t.edits = append(t.edits, e)
	}
	return t
}
