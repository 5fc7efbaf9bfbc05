package soak

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// A writer knows what the cells so far have declared.
type writer struct {
	r        *rand.Rand
	notebook *Notebook

	vars     []*variable
	funcs    []*function
	types    []*structure
	generics []string
	closures []string
	pipes    []string  // channels with a goroutine behind them
	next     int       // for names
	hidden   *variable // not to be named just now
}

// A variable may be declared again with another type as long as no function
// refers to it.
type variable struct {
	name, typ string
	version   int
	pinned    bool
}

// A function calls only functions of lower levels, so that none calls itself.
type function struct {
	name  string
	level int
}

// A structure is a type with fields a, b int and s string.
type structure struct {
	name    string
	methods []string // from int to int
	face    string   // an interface with the first of them
}

func newWriter(r *rand.Rand) *writer { return &writer{r: r, notebook: &Notebook{}} }

func (w *writer) name(prefix string) string {
	w.next++
	return fmt.Sprint(prefix, w.next)
}

func (w *writer) declare(format string, args ...any) {
	fmt.Fprintf(&w.notebook.declarations, format, args...)
}

// token stands for a variable in what is written.
func (v *variable) token() string { return fmt.Sprintf("§%s_%d§", v.name, v.version) }

// pick returns one of the items; ok is false if there are none.
func pick[T any](r *rand.Rand, items []T) (item T, ok bool) {
	if len(items) == 0 {
		return item, false
	}
	return items[r.IntN(len(items))], true
}

// of lists the variables of a type.
func (w *writer) of(typ string) (found []*variable) {
	for _, v := range w.vars {
		if v.typ == typ {
			found = append(found, v)
		}
	}
	return found
}

// cell writes one cell. Its parts are tried until one is possible.
func (w *writer) cell(interrupts bool) Cell {
	parts := []struct {
		weight int
		write  func() (Cell, bool)
	}{
		{20, w.variable}, {25, w.statements}, {10, w.function}, {6, w.again}, {5, w.structure}, {6, w.method},
		{3, w.generic}, {4, w.closure}, {4, w.pipe}, {8, w.result}, {4, w.mistake}, {4, w.panics}, {4, w.parallel}, {3, w.face},
		{3, func() (Cell, bool) { return w.endless(interrupts) }},
	}
	total := 0
	for _, p := range parts {
		total += p.weight
	}
	for {
		at := w.r.IntN(total)
		for _, p := range parts {
			if at -= p.weight; at < 0 {
				if c, ok := p.write(); ok {
					return c
				}
				break
			}
		}
	}
}

// both is a cell whose statements are the same in the plain program.
func both(lines ...string) Cell {
	text := strings.Join(lines, "\n") + "\n"
	return Cell{Source: text, plain: text}
}

var varTypes = []string{"int", "int", "int", "string", "float64", "[]int", "map[string]int"}

// variable declares a variable, or one anew with another type.
func (w *writer) variable() (Cell, bool) {
	typ, _ := pick(w.r, varTypes)
	if s, ok := pick(w.r, w.types); ok && w.r.IntN(4) == 0 {
		if typ = s.name; w.r.IntN(2) == 0 {
			typ = "*" + s.name
		}
	}
	var v *variable
	var value string
	if old, ok := pick(w.r, w.vars); ok && !old.pinned && w.r.IntN(4) == 0 {
		v = old
		w.hidden = v // v := f(v) assigns to the old one, and keeps its type
		value = w.value(typ)
		w.hidden = nil
		v.version++
		v.typ = typ
	} else {
		value = w.value(typ)
		v = &variable{name: w.name("v"), typ: typ}
		w.vars = append(w.vars, v)
	}
	w.declare("var %s %s\n", v.token(), typ)
	t, show := v.token(), w.show(v)
	return Cell{
		Source: fmt.Sprintf([]string{"%s := %s\n%s\n", "var %s = %s\n%s\n"}[w.r.IntN(2)], t, value, show),
		plain:  fmt.Sprintf("%s = %s\n%s\n", t, value, show),
	}, true
}

// show prints a variable. What it points to is printed, not where.
func (w *writer) show(v *variable) string {
	if strings.HasPrefix(v.typ, "*") {
		return fmt.Sprintf("fmt.Println(%q, *%s)", v.name, v.token())
	}
	return fmt.Sprintf("fmt.Println(%q, %s)", v.name, v.token())
}

// value is an expression of a type.
func (w *writer) value(typ string) string {
	switch typ {
	case "int":
		return w.number(3)
	case "string":
		return fmt.Sprintf("strings.Repeat(%q, %s&7)", string(rune('a'+w.r.IntN(26))), w.number(1))
	case "float64":
		return fmt.Sprintf("float64(%s) / 4", w.number(2))
	case "[]int":
		return fmt.Sprintf("[]int{%s, %s, %s}", w.number(1), w.number(1), w.number(1))
	case "map[string]int":
		return fmt.Sprintf("map[string]int{\"a\": %s, \"b\": %s}", w.number(1), w.number(1))
	}
	body := fmt.Sprintf("{a: %s, b: %s, s: %q}", w.number(1), w.number(1), w.name("s"))
	if pointed, ok := strings.CutPrefix(typ, "*"); ok {
		return "&" + pointed + body
	}
	return typ + body
}

// number is an expression of type int that changes nothing.
func (w *writer) number(depth int) string {
	return w.numberOf(depth, w.atoms(), w.calls(3))
}

func (w *writer) numberOf(depth int, atoms, calls []string) string {
	if depth == 0 || w.r.IntN(4) == 0 {
		if a, ok := pick(w.r, atoms); ok && w.r.IntN(3) > 0 {
			return a
		}
		return fmt.Sprint(w.r.IntN(200) - 100)
	}
	x := w.numberOf(depth-1, atoms, calls)
	y := w.numberOf(depth-1, atoms, calls)
	if c, ok := pick(w.r, calls); ok && w.r.IntN(3) == 0 {
		return fmt.Sprintf(c, x, y)
	}
	forms := []string{"(%s + %s)", "(%s - %s)", "(%s * %s %% 1000003)", "(%s ^ %s)", "(%s / (%s&15 + 1))", "(%s %% (%s&31 + 2))", "max(%s, %s)"}
	return fmt.Sprintf(forms[w.r.IntN(len(forms))], x, y)
}

// atoms are what has an int at once.
func (w *writer) atoms() (list []string) {
	for _, v := range w.vars {
		if v == w.hidden {
			continue
		}
		t := v.token()
		switch v.typ {
		case "int":
			list = append(list, t)
		case "string":
			list = append(list, "len("+t+")")
		case "float64":
			list = append(list, "int(math.Mod("+t+", 1e6))")
		case "[]int":
			list = append(list, t+"[0]", "len("+t+")")
		case "map[string]int":
			list = append(list, t+`["a"]`, t+`["none"]`)
		default:
			list = append(list, t+".a", "len("+t+".s)")
		}
	}
	return list
}

// calls are functions of two ints below a level, as formats. Those with
// methods and type parameters count as the lowest.
func (w *writer) calls(level int) (list []string) {
	for _, f := range w.funcs {
		if f.level < level {
			list = append(list, f.name+"(%s, %s)")
		}
	}
	for _, g := range w.generics {
		list = append(list, g+"(%s, %s)")
	}
	if level < 3 {
		return list
	}
	for _, v := range w.vars {
		for _, s := range w.types {
			if v != w.hidden && strings.TrimPrefix(v.typ, "*") == s.name {
				for _, m := range s.methods {
					list = append(list, "("+v.token()+"."+m+"(%s) + %s)")
				}
			}
		}
	}
	return list
}
