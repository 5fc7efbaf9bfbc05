package cell

import (
	"fmt"
	"go/token"
	"slices"
	"strings"
	"unicode/utf8"
)

// Remove plans to forget names that the notebook has declared, as though no
// cell had: a type takes its methods and the variables of that type with it,
// and a function that uses a forgotten variable keeps using it. The plan has no
// units; Dropped is what the linker must forget.
func (n *Notebook) Remove(names ...string) (*Plan, error) {
	src, errs := newSource(0, "")
	if errs != nil {
		return nil, errs
	}
	p, errs := n.prepare(&parsed{src: src, fset: token.NewFileSet()})
	if errs != nil {
		return nil, errs
	}
	for _, name := range names {
		d := n.Lookup(name)
		if d == nil {
			return nil, fmt.Errorf("the notebook has declared no %s%s", name, n.nearest(name))
		}
		p.remove(d)
		for _, method := range n.Methods(name) {
			p.remove(n.Lookup(method))
		}
	}
	for {
		r := p.check().record()
		if !r.spread() {
			plan := r.plan()
			plan.Units, plan.Defines, plan.Uses = nil, nil, nil
			for key := range r.gone {
				plan.Changed = append(plan.Changed, key)
			}
			slices.Sort(plan.Changed)
			plan.Unused = slices.DeleteFunc(slices.Clone(plan.Dropped.Vars), r.held)
			return plan, nil
		}
	}
}

func (p *planner) remove(d *Decl) {
	p.gone[d.Name] = fmt.Sprintf("removed %s (cell %d)", describe(d), d.Cell)
	p.cause[d.Name] = d.Name
}

// held tells whether a function that stays as it is uses a variable.
func (r *recorded) held(name string) bool {
	for key := range r.kept {
		if slices.Contains(r.n.Lookup(key).refs, name) {
			return true
		}
	}
	return false
}

// nearest offers a name that differs only a little.
func (n *Notebook) nearest(name string) string {
	best := ""
	n.Each(func(d *Decl) {
		near := strings.EqualFold(d.Name, name) || utf8.RuneCountInString(name) > 2 && (strings.HasPrefix(d.Name, name) || strings.HasPrefix(name, d.Name))
		if near && (best == "" || d.Name < best) {
			best = d.Name
		}
	})
	if best == "" {
		return "; %who lists what it has"
	}
	return fmt.Sprintf("; did you mean %s?", best)
}
