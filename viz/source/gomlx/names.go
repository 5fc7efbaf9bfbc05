package gomlx

import (
	"fmt"
	"slices"
	"strings"

	"loupe/viz/model"
)

// name gives the ops of a graph their names. Ops with variables are named after the
// scopes of the store, the others after their function, in the scope around them.
func (g *group) name() {
	all := g.ops()
	nameByVariables(all)
	g.place("", "")
	used := map[string]int{}
	scopes := map[string]bool{}
	for _, o := range all {
		for s := model.Scope(o.name); s != ""; s = model.Scope(s) {
			scopes[s] = true
		}
	}
	for _, o := range all {
		name := o.name
		for k := 1; used[o.name] > 0 || scopes[o.name]; k++ {
			o.name = fmt.Sprintf("%s_%d", name, k)
		}
		used[o.name]++
	}
}

// nameByVariables names the ops that read variables: one that alone reads those of a
// scope has the scope's name, of several each has its own name in the scope. Scopes
// with nothing but another scope inside are one with it.
func nameByVariables(all []*op) {
	of := map[*op]string{}
	count := map[string]int{}
	within := map[string]bool{} // scopes that have others inside
	for _, o := range all {
		if len(o.vars) == 0 {
			continue
		}
		of[o] = commonScope(o.vars)
		count[of[o]]++
		for s := model.Scope(of[o]); s != ""; s = model.Scope(s) {
			within[s] = true
		}
	}
	tree := &branch{}
	for _, o := range all {
		scope, ok := of[o]
		if !ok {
			continue
		}
		o.name = scope
		if count[scope] > 1 || scope == "" || within[scope] {
			o.name = join(scope, baseName(o.kind))
		}
		tree.add(o.name)
	}
	for _, o := range all {
		if o.name != "" {
			o.name = tree.short(o.name)
		}
	}
}

// commonScope is the scope that all variables are in, by their paths: "/d0/dense" of
// "/d0/dense/weights" and "/d0/dense/biases", without the first slash.
func commonScope(paths []string) string {
	scope := model.Scope(strings.TrimPrefix(paths[0], "/"))
	for _, p := range paths[1:] {
		scope = common(scope, model.Scope(strings.TrimPrefix(p, "/")))
	}
	return scope
}

// common is the beginning that two scopes share.
func common(a, b string) string {
	for a != "" && a != b && !strings.HasPrefix(b, a+"/") {
		a = model.Scope(a)
	}
	return a
}

func join(scope, name string) string {
	if scope == "" {
		return name
	}
	return scope + "/" + name
}

// A branch is a scope with what is in it.
type branch struct {
	kids map[string]*branch
	ends bool // an op has this name
}

func (b *branch) add(name string) {
	for part := range strings.SplitSeq(name, "/") {
		if b.kids == nil {
			b.kids = map[string]*branch{}
		}
		if b.kids[part] == nil {
			b.kids[part] = &branch{}
		}
		b = b.kids[part]
	}
	b.ends = true
}

// short leaves out of a name the parts that are alone in their scope.
func (b *branch) short(name string) string {
	var out []string
	alone := false
	for part := range strings.SplitSeq(name, "/") {
		if !alone {
			out = append(out, part)
		}
		b = b.kids[part]
		alone = len(b.kids) == 1 && !b.ends
	}
	return strings.Join(out, "/")
}

// baseName makes a node's name of its kind: "relu" of "Relu", "max_pool" of "MaxPool".
func baseName(kind string) string {
	var b strings.Builder
	for i, c := range kind {
		if lower := strings.ToLower(string(c)); lower != string(c) && i > 0 && kind[i-1] >= 'a' && kind[i-1] <= 'z' {
			b.WriteByte('_')
		}
		b.WriteString(strings.ToLower(string(c)))
	}
	return b.String()
}

// place names the ops without variables. A function whose variables are all in one
// scope is that scope; one without variables is a scope of its own name. Around is
// the scope that it stands in.
func (g *group) place(around, fn string) {
	g.scope = around
	if scope, ok := g.variables(); ok && (around == "" || strings.HasPrefix(scope, around+"/")) {
		g.scope = scope
	} else if !ok && fn != "" {
		g.scope = join(around, baseName(fn))
	}
	for i, p := range g.items {
		if p.op != nil && p.op.name != "" {
			continue
		}
		scope := g.beside(i)
		if p.op != nil {
			p.op.name = join(scope, baseName(p.op.kind))
			continue
		}
		name := p.group.fn[strings.LastIndexByte(p.group.fn, '.')+1:]
		if name == "Done" || strings.HasPrefix(p.group.fn, library) && name[0] >= 'a' && name[0] <= 'z' {
			name = ""
		}
		p.group.place(scope, name)
	}
}

// variables is the scope that all ops with variables are in.
func (g *group) variables() (string, bool) {
	scope, found := "", false
	for _, o := range g.ops() {
		switch {
		case len(o.vars) == 0:
		case !found:
			scope, found = model.Scope(o.name), true
		default:
			scope = common(scope, model.Scope(o.name))
		}
	}
	return scope, found
}

// beside finds the scope of a part without variables. In a loop over scopes it is
// that of the part before it in the same round, or of the one after it.
func (g *group) beside(i int) string {
	at := g.items[i].at()
	for j := i - 1; j >= 0 && slices.Compare(g.items[j].at(), g.items[j+1].at()) <= 0; j-- {
		if scope, ok := g.around(j); ok {
			return g.inLoop(scope, at, g.items[j].at())
		}
	}
	for j := i + 1; j < len(g.items) && slices.Compare(g.items[j-1].at(), g.items[j].at()) <= 0; j++ {
		if scope, ok := g.around(j); ok {
			return g.inLoop(scope, at, g.items[j].at())
		}
	}
	return g.scope
}

// around is the scope that a part with variables stands in.
func (g *group) around(j int) (string, bool) {
	p := g.items[j]
	if p.op != nil {
		return model.Scope(p.op.name), len(p.op.vars) > 0
	}
	scope, ok := p.group.variables()
	return model.Scope(scope), ok
}

// inLoop returns a scope only for what is computed as often as its neighbour: what
// follows a loop is not in the scope of its last round.
func (g *group) inLoop(scope string, at, neighbour position) string {
	if scope != g.scope && !strings.HasPrefix(scope, g.scope+"/") && g.scope != "" {
		return g.scope
	}
	times := func(at position) int {
		n := 0
		for _, p := range g.items {
			if slices.Equal(p.at(), at) {
				n++
			}
		}
		return n
	}
	if times(at) < times(neighbour) {
		return g.scope
	}
	return scope
}
