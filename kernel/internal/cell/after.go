package cell

import "slices"

// after is the notebook with what the cell declares.
func (r *recorded) after() *Notebook {
	n := *r.n
	n.decls = n.decls.with(r.newDecls())
	n.methods = n.methods.with(r.newMethods())
	n.imports = n.imports.with(r.newImports())
	for _, path := range r.scope.dots {
		n.dots = append(slices.DeleteFunc(slices.Clone(n.dots), func(p string) bool { return p == path }), path)
	}
	return &n
}

func (r *recorded) newDecls() map[string]layered[*Decl] {
	decls := map[string]layered[*Decl]{}
	for key := range r.gone {
		decls[key] = layered[*Decl]{gone: true}
	}
	for key, d := range r.again {
		decls[key] = layered[*Decl]{value: d}
	}
	for key, d := range r.decls {
		decls[key] = layered[*Decl]{value: d}
	}
	return decls
}

// newMethods are the method lists of the types that lose or gain methods.
func (r *recorded) newMethods() map[string]layered[[]string] {
	changes := map[string]layered[[]string]{}
	list := func(typ string) []string {
		if m, ok := changes[typ]; ok {
			return m.value
		}
		return slices.Clone(r.n.Methods(typ))
	}
	for key := range r.gone {
		if recv := r.n.Lookup(key).recv; recv != "" {
			left := slices.DeleteFunc(list(recv), func(m string) bool { return m == key })
			changes[recv] = layered[[]string]{value: left}
		}
	}
	for key, d := range r.decls {
		if d.recv != "" && !slices.Contains(list(d.recv), key) {
			more := append(list(d.recv), key)
			slices.Sort(more)
			changes[d.recv] = layered[[]string]{value: more}
		}
	}
	return changes
}

// newImports are the imports of the cell; a name that it declares is no
// longer that of a package.
func (r *recorded) newImports() map[string]layered[string] {
	imports := map[string]layered[string]{}
	for name, path := range r.scope.own {
		imports[name] = layered[string]{value: path}
	}
	for name := range r.own {
		if _, here := imports[name]; here || r.n.Import(name) != "" {
			imports[name] = layered[string]{gone: true}
		}
	}
	return imports
}
