package cell

import (
	"fmt"
	"go/token"
	"maps"
	"slices"
)

// An effect is what a cell does to a name that the notebook has.
type effect int

const (
	// redone: the function has a new body. Calls from other units find it;
	// calls compiled together with the old body do not.
	redone effect = iota + 1
	// different: whatever mentions the name was compiled against something
	// that is no more.
	different
)

// A wave follows the effects of a cell through what earlier cells declared.
type wave struct {
	*recorded
	queue []string
	redo  map[string]*Decl
}

// spread finds the earlier declarations that have to be compiled again with
// the cell, and those that cannot stay. It returns whether the cell has to be
// checked again, because there are others than in this check.
func (r *recorded) spread() bool {
	again := r.fail()
	r.effects = map[string]effect{}
	w := &wave{recorded: r, redo: map[string]*Decl{}}
	for _, key := range slices.Sorted(maps.Keys(r.gone)) {
		w.mark(key, different, r.cause[key])
	}
	for _, key := range slices.Sorted(maps.Keys(r.decls)) {
		if e := r.compare(key); e != 0 {
			w.mark(key, e, key)
		}
	}
	lost := len(r.gone)
	for len(w.queue) > 0 {
		key := w.queue[0]
		w.queue = w.queue[1:]
		if r.effects[key] == different {
			w.changed(key)
		} else {
			w.redefined(key)
		}
	}
	same := maps.Equal(w.redo, r.planner.redo) && lost == len(r.gone)
	r.planner.redo = w.redo
	return again || !same
}

// fail settles what becomes of earlier declarations that the check found not
// to go with the cell. A function keeps its old meaning as long as it is only
// a variable, a constant or another function that has changed.
func (r *recorded) fail() bool {
	for _, f := range r.broken {
		key := f.decl.Name
		if r.gone[key] != "" || r.kept[key] != "" {
			continue
		}
		_, compiled := r.redo[key]
		root := r.n.Lookup(r.cause[key])
		if compiled && f.decl.bodyless() && root != nil && root.Kind != token.TYPE {
			r.kept[key] = fmt.Sprintf("%s (cell %d) still uses the old %s", key, f.decl.Cell, describe(root))
		} else {
			r.gone[key] = fmt.Sprintf("%s (cell %d) is dropped: %s", key, f.decl.Cell, f.msg)
			if r.cause[key] == "" {
				r.cause[key] = key
			}
		}
	}
	return len(r.broken) > 0
}

// describe names a declaration that is no more.
func describe(d *Decl) string {
	if d.Kind == token.VAR {
		return d.Name + " (" + d.Type + ")"
	}
	return d.Name
}

// sort says what a declaration is.
func (d *Decl) sort() string {
	switch d.Kind {
	case token.VAR:
		return d.Type + " variable"
	case token.FUNC:
		return "function"
	case token.CONST:
		return "constant"
	}
	return "type"
}

// compare tells what a declaration of the cell does to its predecessor.
func (r *recorded) compare(key string) effect {
	d, old := r.decls[key], r.n.Lookup(key)
	switch {
	case old == nil:
		return 0
	case d.Kind != old.Kind || d.key != old.key || d.pointer != old.pointer || d.alias != old.alias || d.generic != old.generic:
		return different
	case d.Kind == token.FUNC:
		return redone
	}
	return 0
}

// mark notes an effect and has it followed.
func (w *wave) mark(key string, e effect, cause string) {
	if w.effects[key] >= e {
		return
	}
	w.effects[key] = e
	if w.planner.own[key] {
		cause = key
	}
	w.cause[key] = cause
	w.queue = append(w.queue, key)
}

// changed follows a name that means something else now.
func (w *wave) changed(key string) {
	old := w.n.Lookup(key)
	for _, d := range w.mentioning(key) {
		if d.Name == key {
			continue
		}
		if own := w.decls[d.Name]; own != nil {
			if old.Kind == token.TYPE && slices.Contains(own.stubRefs, key) && w.n.Lookup(d.Name).Kind == own.Kind {
				w.mark(d.Name, different, d.Name)
			}
			continue
		}
		if w.gone[d.Name] != "" || w.kept[d.Name] != "" {
			continue
		}
		switch d.Kind {
		case token.VAR:
			if old.Kind == token.TYPE && slices.Contains(d.stubRefs, key) {
				w.lose(d, w.cause[key])
			}
		case token.FUNC:
			w.redo[d.Name] = d
			if slices.Contains(d.stubRefs, key) {
				w.mark(d.Name, different, w.cause[key])
			} else {
				w.mark(d.Name, redone, w.cause[key])
			}
		default:
			w.redo[d.Name] = d
			w.mark(d.Name, different, w.cause[key])
		}
	}
}

// lose drops a variable, whose value is of a type that is no more.
func (w *wave) lose(d *Decl, cause string) {
	w.gone[d.Name] = fmt.Sprintf("%s is lost: %s has changed", d.Name, cause)
	w.mark(d.Name, different, cause)
}

// redefined follows a function with a new body to those that were compiled
// with the old one and may have taken it in. An instance of a generic
// function is compiled wherever it is used.
func (w *wave) redefined(key string) {
	old := w.n.Lookup(key)
	callers := []*Decl(nil)
	if old.generic {
		callers = w.mentioning(key)
	} else {
		for _, name := range old.unit.names {
			if d := w.n.Lookup(name); d != nil && d.unit == old.unit && slices.Contains(d.refs, key) {
				callers = append(callers, d)
			}
		}
	}
	for _, d := range callers {
		if d.Kind != token.FUNC || w.planner.own[d.Name] || w.gone[d.Name] != "" || w.kept[d.Name] != "" {
			continue
		}
		w.redo[d.Name] = d
		w.mark(d.Name, redone, w.cause[key])
	}
}

// mentioning lists the declarations that mention a name.
func (w *wave) mentioning(key string) []*Decl {
	if w.planner.users == nil {
		w.planner.users = map[string][]*Decl{}
		w.n.Each(func(d *Decl) {
			for _, ref := range d.refs {
				w.users[ref] = append(w.users[ref], d)
			}
			for _, ref := range d.stubRefs {
				if !slices.Contains(d.refs, ref) {
					w.users[ref] = append(w.users[ref], d)
				}
			}
		})
	}
	sortDecls(w.users[key])
	return w.users[key]
}

// notes tells the user what the cell has done to earlier ones.
func (r *recorded) notes() []string {
	var notes []string
	lost := map[string][]*Decl{}
	var others []*Decl
	for key := range r.gone {
		d := r.n.Lookup(key)
		if root := r.cause[key]; d.Kind == token.VAR && root != key {
			lost[root] = append(lost[root], d)
		} else {
			others = append(others, d)
		}
	}
	for _, root := range slices.Sorted(maps.Keys(lost)) {
		sortDecls(lost[root])
		notes = append(notes, fmt.Sprintf("%s has changed: dropped %s (%s)", root, names(lost[root]), r.valuesOf(lost[root], root)))
	}
	sortDecls(others)
	for _, d := range others {
		notes = append(notes, r.gone[d.Name])
	}
	return append(notes, slices.Sorted(maps.Values(r.kept))...)
}

// valuesOf says why variables are dropped when a type, or a constant in a
// type, has changed.
func (r *recorded) valuesOf(list []*Decl, root string) string {
	switch {
	case r.n.Lookup(root).Kind != token.TYPE:
		return "of a type that depends on " + root
	case len(list) == 1:
		return "a value of the old " + root
	}
	return "values of the old " + root
}

func names(list []*Decl) string {
	text := ""
	for i, d := range list {
		if i > 0 {
			text += ", "
		}
		text += d.Name
	}
	return text
}
