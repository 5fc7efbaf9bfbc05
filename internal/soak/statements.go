package soak

import (
	"fmt"
	"strings"
)

// statements change and print what is there.
func (w *writer) statements() (Cell, bool) {
	var lines []string
	for range 1 + w.r.IntN(4) {
		v, ok := pick(w.r, w.vars)
		if !ok {
			return Cell{}, false
		}
		lines = append(lines, w.change(v), w.show(v))
	}
	return both(lines...), true
}

func (w *writer) change(v *variable) string {
	t := v.token()
	switch v.typ {
	case "int":
		return fmt.Sprintf([]string{"%s = %s", "%s += %s %% 1000", "%s ^= %s"}[w.r.IntN(3)], t, w.number(2))
	case "string":
		return fmt.Sprintf("if len(%s) > 40 {\n\t%s = %s[:5]\n}\n%s += %q", t, t, t, t, w.name("x"))
	case "float64":
		return fmt.Sprintf("%s = math.Mod(%s*1.5+float64(%s), 1e6)", t, t, w.number(1))
	case "[]int":
		return fmt.Sprintf("%s = append(%s[:min(5, len(%s))], %s)\nsort.Ints(%s)", t, t, t, w.number(1), t)
	case "map[string]int":
		return fmt.Sprintf("%s[%q] = %s", t, string(rune('a'+w.r.IntN(6))), w.number(1))
	}
	return fmt.Sprintf("%s.a, %s.b = %s, %s.a", t, t, w.number(1), t)
}

// census prints all that there is, and changes nothing.
func (w *writer) census() Cell {
	var lines []string
	for _, v := range w.vars {
		lines = append(lines, w.show(v))
	}
	for _, f := range w.funcs {
		lines = append(lines, fmt.Sprintf("fmt.Println(%q, %s(1, 2))", f.name, f.name))
	}
	return both(lines...)
}

// result ends with an expression, whose value the notebook shows.
func (w *writer) result() (Cell, bool) {
	n := w.number(3)
	return Cell{Source: n + "\n", plain: "fmt.Println(" + n + ")\n", Result: true}, true
}

// mistake does not compile, beside what would change something.
func (w *writer) mistake() (Cell, bool) {
	v, ok := pick(w.r, w.vars)
	if !ok {
		return Cell{}, false
	}
	bad := []string{"notDeclared%d()", "var wrong%d int = \"text\"", "func broken%d( {", "return 1 +", "x%d := 1; x%d := 2; _ = x%d"}
	line := strings.ReplaceAll(bad[w.r.IntN(len(bad))], "%d", fmt.Sprint(w.next))
	return Cell{Kind: Fails, Source: w.change(v) + "\nfmt.Println(\"not to be seen\")\n" + line + "\n"}, true
}

// panics changes something and then panics: the change stays.
func (w *writer) panics() (Cell, bool) {
	v, ok := pick(w.r, w.vars)
	if !ok {
		return Cell{}, false
	}
	how := []string{
		`panic("soaked")`,
		"var none map[string]int\nnone[\"x\"] = 1",
		"index := 7\nfmt.Println([]int{1, 2}[index])",
		"var nobody *struct{ x [4]int }\nfmt.Println(nobody.x[2])",
		"zero := 0\nfmt.Println(1 / zero)",
	}[w.r.IntN(5)]
	// In a function, so that its variables are no variables of the notebook.
	c := both(w.change(v), w.show(v), "func() {\n"+how+"\n}()", `fmt.Println("not to be seen")`)
	c.Kind = Panics
	return c, true
}

// parallel starts goroutines, waits for them and prints what they have done.
func (w *writer) parallel() (Cell, bool) {
	n := 2 + w.r.IntN(30)
	return both(
		"func() {",
		"\tvar wait sync.WaitGroup",
		fmt.Sprintf("\tparts := make([]int, %d)", n),
		"\tfor i := range parts {",
		"\t\twait.Go(func() {",
		fmt.Sprintf("\t\t\tparts[i] = i * (%s)", w.number(2)),
		"\t\t})",
		"\t}",
		"\twait.Wait()",
		"\tfmt.Println(parts)",
		"}()",
	), true
}

// endless changes something and then goes on until it is interrupted.
func (w *writer) endless(interrupts bool) (Cell, bool) {
	v, ok := pick(w.r, w.vars)
	if !ok || !interrupts {
		return Cell{}, false
	}
	how := []string{
		"for {\n}",
		"select {}",
		"<-make(chan int)",
		"time.Sleep(time.Hour)",
		"func() {\n\tsum := 1.0\n\tfor i := 1; ; i++ {\n\t\tsum += 1 / float64(i)\n\t}\n}()",
		"func() {\n\tfor {\n\t\t_ = fmt.Sprint(time.Now())\n\t}\n}()",
		"func() {\n\tvar m sync.Mutex\n\tm.Lock()\n\tm.Lock()\n}()",
	}[w.r.IntN(7)]
	change := both(w.change(v), w.show(v))
	return Cell{Kind: Endless, Source: change.Source + how + "\n", plain: change.plain}, true
}
