package soak

import (
	"fmt"
	"strings"
)

// function declares a function.
func (w *writer) function() (Cell, bool) {
	f := &function{name: w.name("f"), level: w.r.IntN(3)}
	w.declare("var %s func(p, q int) int\n", f.name)
	c := w.define(f)
	w.funcs = append(w.funcs, f)
	return c, true
}

// again declares a function anew: all that calls it calls the new one.
func (w *writer) again() (Cell, bool) {
	f, ok := pick(w.r, w.funcs)
	if !ok {
		return Cell{}, false
	}
	return w.define(f), true
}

func (w *writer) define(f *function) Cell {
	body := w.body(f.level)
	call := fmt.Sprintf("fmt.Println(%q, %s(%d, %d))\n", f.name, f.name, w.r.IntN(50), w.r.IntN(50))
	return Cell{
		Source: fmt.Sprintf("func %s(p, q int) int {\n%s}\n%s", f.name, body, call),
		plain:  fmt.Sprintf("%s = func(p, q int) int {\n%s}\n%s", f.name, body, call),
	}
}

// body is of a function of p and q. Variables that it names keep their types.
func (w *writer) body(level int) string {
	atoms := []string{"p", "q", "t"}
	for range w.r.IntN(3) {
		if v, ok := pick(w.r, w.of("int")); ok {
			v.pinned = true
			atoms = append(atoms, v.token())
		}
	}
	calls := w.calls(level)
	one := func(depth int) string { return w.numberOf(depth, atoms, calls) }
	var b strings.Builder
	b.WriteString("\tt := p\n")
	for range 1 + w.r.IntN(3) {
		switch w.r.IntN(5) {
		case 0:
			fmt.Fprintf(&b, "\tfor i := range %d {\n\t\tt += i * (%s)\n\t}\n", 1+w.r.IntN(4), one(1))
		case 1:
			fmt.Fprintf(&b, "\tif %s > %s {\n\t\tt -= %s\n\t} else {\n\t\tt ^= q\n\t}\n", one(1), one(1), one(1))
		case 2:
			fmt.Fprintf(&b, "\tswitch t & 3 {\n\tcase 0:\n\t\tt = %s\n\tcase 1:\n\t\tt++\n\tdefault:\n\t\tt += q\n\t}\n", one(2))
		case 3:
			fmt.Fprintf(&b, "\tfunc() {\n\t\tdefer func() {\n\t\t\tif recover() != nil {\n\t\t\t\tt += %d\n\t\t\t}\n\t\t}()\n\t\tt += []int{1, 2, 3}[t&3]\n\t}()\n", w.r.IntN(100))
		default:
			fmt.Fprintf(&b, "\tt = %s\n", one(2))
		}
	}
	b.WriteString("\treturn t % 1000003\n")
	return b.String()
}

// structure declares a type.
func (w *writer) structure() (Cell, bool) {
	s := &structure{name: w.name("T")}
	w.types = append(w.types, s)
	text := fmt.Sprintf("type %s struct {\n\ta, b int\n\ts    string\n}\n", s.name)
	w.declare("%s", text)
	return Cell{Source: text}, true
}

// method declares a method, or one anew: values that are there have the new
// one, also behind interfaces.
func (w *writer) method() (Cell, bool) {
	s, ok := pick(w.r, w.types)
	if !ok {
		return Cell{}, false
	}
	m, there := pick(w.r, s.methods)
	if !there || w.r.IntN(2) == 0 {
		m = w.name("m")
		s.methods = append(s.methods, m)
		w.declare("var %s_%s func(r %s, p int) int\n\nfunc (r %s) %s(p int) int { return %s_%s(r, p) }\n", s.name, m, s.name, s.name, m, s.name, m)
	}
	body := "\tq := r.a + len(r.s)\n\t_ = q\n" + w.body(1)
	call := fmt.Sprintf("fmt.Println(%q, %s{a: 3, b: 4, s: \"xyz\"}.%s(%d))\n", m, s.name, m, w.r.IntN(50))
	return Cell{
		Source: fmt.Sprintf("func (r %s) %s(p int) int {\n%s}\n%s", s.name, m, body, call),
		plain:  fmt.Sprintf("%s_%s = func(r %s, p int) int {\n%s}\n%s", s.name, m, s.name, body, call),
	}, true
}

// face declares an interface, or calls through one.
func (w *writer) face() (Cell, bool) {
	s, ok := pick(w.r, w.types)
	if !ok || len(s.methods) == 0 {
		return Cell{}, false
	}
	if s.face == "" {
		s.face = w.name("I")
		text := fmt.Sprintf("type %s interface{ %s(p int) int }\n", s.face, s.methods[0])
		v := w.name("i")
		w.declare("%svar %s %s\n", text, v, s.face)
		value := w.value(s.name)
		s.face = v
		return Cell{
			Source: fmt.Sprintf("%svar %s %s = %s\n", text, v, strings.Fields(text)[1], value),
			plain:  fmt.Sprintf("%s = %s\n", v, value),
		}, true
	}
	return both(fmt.Sprintf("fmt.Println(%q, %s.%s(%d))", s.face, s.face, s.methods[0], w.r.IntN(20))), true
}

// generic declares a function with a type parameter.
func (w *writer) generic() (Cell, bool) {
	g := w.name("g")
	forms := []string{"if a > b {\n\t\treturn a - b\n\t}\n\treturn a + b", "return a*b + T(%d)", "for range %d {\n\t\ta += b\n\t}\n\treturn a"}
	body := forms[w.r.IntN(len(forms))]
	if strings.Contains(body, "%d") {
		body = fmt.Sprintf(body, 1+w.r.IntN(9))
	}
	text := fmt.Sprintf("func %s[T int | float64](a, b T) T {\n\t%s\n}\n", g, body)
	w.declare("%s", text)
	w.generics = append(w.generics, g)
	call := fmt.Sprintf("fmt.Println(%s(%d, 3), %s(%d.5, 2))\n", g, w.r.IntN(30), g, w.r.IntN(30))
	return Cell{Source: text + call, plain: call}, true
}

// closure declares a function that remembers what it was called with.
func (w *writer) closure() (Cell, bool) {
	if c, ok := pick(w.r, w.closures); ok && w.r.IntN(2) == 0 {
		return both(fmt.Sprintf("fmt.Println(%q, %s(%d), %s(%d))", c, c, w.r.IntN(9), c, w.r.IntN(9))), true
	}
	c := w.name("c")
	w.closures = append(w.closures, c)
	w.declare("var %s func(int) int\n", c)
	make := fmt.Sprintf("func() func(int) int {\n\tsum := %s\n\treturn func(x int) int {\n\t\tsum += x\n\t\treturn sum\n\t}\n}()\n", w.number(1))
	return Cell{Source: c + " := " + make, plain: c + " = " + make}, true
}

// pipe starts a goroutine that outlives its cell, or asks one.
func (w *writer) pipe() (Cell, bool) {
	if p, ok := pick(w.r, w.pipes); ok && w.r.IntN(2) == 0 {
		return both(fmt.Sprintf("%s <- %s", p, w.number(1)), fmt.Sprintf("fmt.Println(%q, <-%s)", p, p)), true
	}
	p := w.name("ch")
	w.pipes = append(w.pipes, p)
	w.declare("var %s chan int\n", p)
	loop := fmt.Sprintf("go func() {\n\tsum := 0\n\tfor x := range %s {\n\t\tsum += x\n\t\t%s <- sum\n\t}\n}()\n", p, p)
	return Cell{Source: p + " := make(chan int)\n" + loop, plain: p + " = make(chan int)\n" + loop}, true
}
