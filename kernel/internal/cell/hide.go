package cell

import (
	"fmt"
	"go/ast"
	"go/types"
	"regexp"
)

// hides refuses a declaration that gives another meaning to a name of Go's own
// that earlier cells have used: they would change with it. Functions such as
// len and max are no part of what is repeated of earlier cells.
func (p *planner) hides(name *ast.Ident) Errors {
	obj := types.Universe.Lookup(name.Name)
	if obj == nil || p.n.Lookup(name.Name) != nil {
		return nil
	}
	if _, function := obj.(*types.Builtin); function {
		return nil
	}
	word := regexp.MustCompile(`\b` + name.Name + `\b`)
	var first *Decl
	p.n.Each(func(d *Decl) {
		if (first == nil || d.Cell < first.Cell || d.Cell == first.Cell && d.Name < first.Name) && d.mentions(word) {
			first = d
		}
	})
	if first == nil {
		return nil
	}
	return Errors{p.c.src.errorAt(p.c.at(name.Pos()), fmt.Sprintf(
		"%s is a name of Go's own that %s (cell %d) needs: choose another one, or declare it in a function", name.Name, first.Name, first.Cell))}
}

// mentions tells whether the notebook repeats a word with the declaration.
func (d *Decl) mentions(word *regexp.Regexp) bool {
	for _, list := range [][]text{d.whole, d.stub} {
		for _, t := range list {
			if word.MatchString(t.s) {
				return true
			}
		}
	}
	return false
}
