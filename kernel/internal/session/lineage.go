package session

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A lineage knows for the cells that stand which names they have taken from
// others, and which of these mean something else by now. Its zero value is that
// of an empty notebook.
type lineage struct {
	time    int // counts what has been added
	cells   map[*lineageCell]bool
	byID    map[string]*lineageCell
	byCode  map[string]*lineageCell // of cells without an ID
	owner   map[string]*lineageCell // who defines a name
	changes map[string]lineageChange
}

// A lineageCell is a cell as it ran last.
type lineageCell struct {
	id            string // the front-end's name of the cell, or ""
	number        int
	code          string
	defines, uses []string
	time          int
}

// A lineageChange is the last time that a name got another meaning.
type lineageChange struct{ time, cell int }

// A staleCell is one that has seen what is no more.
type staleCell struct {
	*lineageCell
	why string
}

// add notes that a cell has run. It stands for what ran before of the same
// cell: the one of the same ID or, where front-ends give none, of the same
// text, or one all whose names it defines.
func (l *lineage) add(c lineageCell, changed []string) {
	if l.cells == nil {
		*l = lineage{
			cells: map[*lineageCell]bool{}, byID: map[string]*lineageCell{}, byCode: map[string]*lineageCell{},
			owner: map[string]*lineageCell{}, changes: map[string]lineageChange{},
		}
	}
	l.time++
	c.time = l.time
	before := map[*lineageCell]bool{l.byID[c.id]: true}
	if c.id == "" {
		before = map[*lineageCell]bool{l.byCode[c.code]: true}
	}
	for _, name := range c.defines {
		before[l.owner[name]] = true
	}
	var stale []staleCell
	if len(changed) < len(c.defines) {
		stale = l.stale()
	}
	for old := range before {
		if old == nil || !old.is(&c) && !l.replaced(old, c.defines) {
			continue
		}
		if slices.ContainsFunc(stale, func(s staleCell) bool { return s.lineageCell == old }) {
			changed = c.defines // the same words, but they use what has changed
		}
		l.remove(old)
	}
	l.cells[&c] = true
	if c.id != "" {
		l.byID[c.id] = &c
	} else {
		l.byCode[c.code] = &c
	}
	for _, name := range c.defines {
		l.owner[name] = &c
	}
	l.change(changed, c.number)
}

// is tells whether two runs are of the same cell.
func (c *lineageCell) is(d *lineageCell) bool {
	return c.id == d.id && (c.id != "" || c.code == d.code)
}

// replaced tells whether all that a cell has defined is another's, once the
// given names are.
func (l *lineage) replaced(c *lineageCell, names []string) bool {
	return !slices.ContainsFunc(c.defines, func(name string) bool {
		return l.owner[name] == c && !slices.Contains(names, name)
	})
}

func (l *lineage) remove(c *lineageCell) {
	delete(l.cells, c)
	if l.byID[c.id] == c {
		delete(l.byID, c.id)
	}
	if l.byCode[c.code] == c {
		delete(l.byCode, c.code)
	}
	for _, name := range c.defines {
		if l.owner[name] == c {
			delete(l.owner, name)
		}
	}
}

// change notes that names have another meaning since this moment.
func (l *lineage) change(names []string, cell int) {
	for _, name := range names {
		l.changes[name] = lineageChange{l.time, cell}
	}
}

// forget notes that names are no more.
func (l *lineage) forget(names []string) {
	if l.cells == nil {
		return
	}
	l.time++
	l.change(names, 0)
	for _, name := range names {
		delete(l.owner, name)
	}
}

// stale lists the cells to be run again, those that define before those that
// use.
func (l *lineage) stale() []staleCell {
	why := map[*lineageCell]string{}
	cells := slices.SortedFunc(maps.Keys(l.cells), func(a, b *lineageCell) int { return cmp.Compare(a.time, b.time) })
	for grown := true; grown; {
		grown = false
		for _, c := range cells {
			if why[c] != "" {
				continue
			}
			if reason := l.reason(c, why); reason != "" {
				why[c], grown = reason, true
			}
		}
	}
	var list []staleCell
	seen := map[*lineageCell]bool{}
	var visit func(c *lineageCell)
	visit = func(c *lineageCell) {
		if c == nil || seen[c] || why[c] == "" {
			return
		}
		seen[c] = true
		for _, name := range c.uses {
			visit(l.owner[name])
		}
		list = append(list, staleCell{c, why[c]})
	}
	for _, c := range cells {
		visit(c)
	}
	return list
}

// reason says why a cell is stale, given those that are known to be; "" if it
// is not.
func (l *lineage) reason(c *lineageCell, stale map[*lineageCell]string) string {
	var reasons []string
	for _, name := range c.uses {
		change := l.changes[name]
		owner := l.owner[name]
		switch {
		case slices.Contains(c.defines, name):
		case change.time > c.time && change.cell == 0:
			reasons = append(reasons, name+" has been removed")
		case change.time > c.time:
			reasons = append(reasons, fmt.Sprintf("cell %d has changed %s", change.cell, name))
		case owner != nil && owner != c && stale[owner] != "":
			reasons = append(reasons, fmt.Sprintf("cell %d, which defines %s, is stale", owner.number, name))
		}
	}
	return strings.Join(reasons, ", ")
}

// overridden returns a name of the cell that another defines now: to run the
// cell again would take it back. It is "" if there is none.
func (l *lineage) overridden(c *lineageCell) string {
	for _, name := range c.defines {
		if owner := l.owner[name]; owner != nil && owner != c {
			return name
		}
	}
	return ""
}
