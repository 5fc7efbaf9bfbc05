package graph

import (
	"fmt"
	"slices"
	"strings"

	"loupe/viz/model"
)

// A box is what the picture shows as one thing: an operation, a scope, or a
// part that occurs several times in a row.
type box struct {
	name   string // that of the node or scope; of a part, of its first
	label  string
	node   int    // index of the node, -1 for others
	kids   []*box // what is inside, in the order of computation
	nodes  []int  // all operations inside, ascending
	open   bool
	closed bool // it would be too much if it were open
	short  bool // shorten has been here
	times  int  // how often the part occurs, 0 for others
	pieces bool // a piece of a long list that has no scopes
	params int  // numbers in parameters inside

	w, h  float64 // once measured
	inner *layers // where the kids are, if it is open
}

// tree builds the boxes of a model from the scopes in its nodes' names.
func tree(m *model.Model) *box {
	root := &box{node: -1, open: true}
	scopes := map[string]*box{"": root}
	var enter func(scope string) *box
	enter = func(scope string) *box {
		if b, ok := scopes[scope]; ok {
			return b
		}
		up := enter(model.Scope(scope))
		b := &box{name: scope, label: model.Base(scope), node: -1}
		up.kids = append(up.kids, b)
		scopes[scope] = b
		return b
	}
	seen := map[int]bool{}
	for i, n := range m.Nodes {
		b := &box{name: n.Name, label: model.Base(n.Name), node: i, nodes: []int{i}}
		for _, p := range n.Params {
			if !seen[p] { // a layer that is used twice counts once
				b.params += model.Size(m.Params[p].Shape)
				seen[p] = true
			}
		}
		up := enter(model.Scope(n.Name))
		up.kids = append(up.kids, b)
	}
	root.collect()
	return root
}

// collect fills in what a scope learns from what is inside.
func (b *box) collect() {
	if b.node >= 0 {
		return
	}
	for _, k := range b.kids {
		k.collect()
		b.nodes = append(b.nodes, k.nodes...)
		b.params += k.params
	}
	slices.Sort(b.nodes)
	// By the operation where each begins, the boxes stand in the order of
	// computation, as far as there is one.
	slices.SortStableFunc(b.kids, func(x, y *box) int { return x.nodes[0] - y.nodes[0] })
}

// find returns the scope or node of a name, nil if there is none.
func (b *box) find(name string) *box {
	if b.name == name && b.name != "" {
		return b
	}
	for _, k := range b.kids {
		if f := k.find(name); f != nil {
			return f
		}
	}
	return nil
}

// likeness is a text that two boxes share if they compute the same. Strict
// includes settings and shapes.
func (b *box) likeness(m *model.Model, strict bool) string {
	if b.node >= 0 {
		n := &m.Nodes[b.node]
		if !strict {
			return n.Op
		}
		return fmt.Sprint(n.Op, n.Attrs, n.Shape)
	}
	parts := make([]string, len(b.kids))
	for i, k := range b.kids {
		parts[i] = k.likeness(m, strict)
	}
	return "(" + strings.Join(parts, ",") + ")"
}

// longestPart is how many boxes a part that occurs several times may have.
const longestPart = 12

// fold returns the list with parts that occur several times in a row made one
// box each.
func fold(m *model.Model, list []*box, strict bool) []*box {
	like := make([]string, len(list))
	for i, b := range list {
		like[i] = b.likeness(m, strict)
	}
	var out []*box
	for i := 0; i < len(list); {
		length, times := repeats(like[i:])
		if times < 2 || length*times < 3 {
			out = append(out, list[i])
			i++
			continue
		}
		out = append(out, part(list[i:i+length*times], length, times))
		i += length * times
	}
	return out
}

// repeats finds how a list begins: with a part of so many elements, so many
// times. Of all ways the one that takes in most counts, then the shortest.
func repeats(like []string) (length, times int) {
	for n := 1; n <= longestPart && 2*n <= len(like); n++ {
		t := 1
		for (t+1)*n <= len(like) && slices.Equal(like[:n], like[t*n:(t+1)*n]) {
			t++
		}
		if t > 1 && n*t > length*times {
			length, times = n, t
		}
	}
	return length, times
}

// part makes one box of a list in which the first length boxes occur several
// times; they stand for all.
func part(list []*box, length, times int) *box {
	b := &box{name: list[0].name, label: list[0].label, node: -1, kids: list[:length], times: times}
	for _, k := range list {
		b.nodes = append(b.nodes, k.nodes...)
		b.params += k.params
	}
	switch one := list[0]; {
	case length > 1:
		b.label += " … " + list[length-1].label
	case one.node < 0: // what is in it, without a frame of its own
		b.kids = one.kids
	default:
		b.closed = true
	}
	slices.Sort(b.nodes)
	return b
}

// chunk cuts a list that is still too long into pieces of about equal length.
func chunk(list []*box, most int) []*box {
	size := (len(list) + most - 1) / most
	var out []*box
	for some := range slices.Chunk(list, size) {
		if len(some) == 1 {
			out = append(out, some[0])
			continue
		}
		b := part(some, len(some), 1)
		b.times, b.pieces = 0, true
		out = append(out, b)
	}
	return out
}
