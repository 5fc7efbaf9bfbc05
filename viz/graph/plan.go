package graph

import (
	"fmt"
	"slices"
	"strings"

	"loupe/viz/model"
)

// glance is how many boxes a reader takes in at once: without a wish of the
// user, scopes are opened while no more are shown.
const glance = 26

// plan decides what is open: the scopes that the user names, "*" for all, and others
// as long as a reader takes them in. It changes the tree.
func plan(m *model.Model, root *box, open []string) error {
	if slices.Contains(open, "*") {
		root.openAll()
		return nil
	}
	named := map[string]bool{}
	for _, name := range open {
		b := root.find(strings.Trim(name, "/"))
		if b == nil {
			return fmt.Errorf("viz: the graph has no scope %q to open; it has %s", name, scopeNames(root))
		}
		for at := b.name; at != ""; at = model.Scope(at) {
			named[at] = true
		}
	}
	root.shorten(m, named)
	shown := len(root.kids)
	openNamed(m, root, named, &shown)
	for b := root.next(); b != nil; b = root.next() {
		b.shorten(m, named)
		if b.closed = shown+len(b.kids) > glance; b.closed {
			continue
		}
		b.open = true
		shown += len(b.kids)
	}
	return nil
}

func (b *box) openAll() {
	b.open = true
	for _, k := range b.kids {
		k.openAll()
	}
}

// few is how many boxes are shown as they are, however alike.
const few = 8

// shorten folds parts that occur several times in a list that is not short, and
// cuts one that is too long all the same. What the user has named stays apart.
func (b *box) shorten(m *model.Model, named map[string]bool) {
	if b.short || len(b.kids) <= few {
		return
	}
	b.short = true
	// between does something with the runs between the named boxes.
	between := func(how func(list []*box) []*box) []*box {
		var out, run []*box
		for _, k := range b.kids {
			if named[k.name] {
				out = append(append(out, how(run)...), k)
				run = nil
				continue
			}
			run = append(run, k)
		}
		return append(out, how(run)...)
	}
	list := between(func(list []*box) []*box { return fold(m, list, true) })
	if len(list) > glance {
		list = between(func(list []*box) []*box { return fold(m, list, false) })
	}
	if n := len(list); n > glance {
		b.kids = list
		list = between(func(list []*box) []*box { return chunk(list, max(1, glance*len(list)/n)) })
	}
	b.kids = list
}

func openNamed(m *model.Model, b *box, named map[string]bool, shown *int) {
	for _, k := range b.kids {
		if k.node < 0 && k.times == 0 && named[k.name] {
			k.open = true
			k.shorten(m, named)
			*shown += len(k.kids)
			openNamed(m, k, named, shown)
		}
	}
}

// next is the closed box with the fewest things inside, of those in open ones,
// or nil.
func (b *box) next() *box {
	var best *box
	for _, k := range b.kids {
		c := k
		switch {
		case k.node >= 0 || k.closed:
			continue
		case k.open:
			c = k.next()
		}
		if c != nil && (best == nil || len(c.kids) < len(best.kids)) {
			best = c
		}
	}
	return best
}

func scopeNames(root *box) string {
	var names []string
	var walk func(b *box)
	walk = func(b *box) {
		for _, k := range b.kids {
			if k.node < 0 {
				names = append(names, k.name)
				walk(k)
			}
		}
	}
	walk(root)
	if len(names) == 0 {
		return "none"
	}
	if len(names) > 12 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:12], ", "), len(names)-12)
	}
	return strings.Join(names, ", ")
}
