package nn

import (
	"fmt"
	"strings"

	"loupe/display"
)

// String says what a layer is: its type, the shapes that go in and come out
// ("?" where they vary), and its parameters with the range of their values.
func (l *Layer) String() string {
	name := l.name
	if name == "" {
		name = "a layer"
	}
	if !l.built {
		return fmt.Sprintf("%s: %s, shapes are known after the first data, or after Build", name, l.Type())
	}
	in := make([]string, len(l.in))
	for i, s := range l.in {
		in[i] = s.axes()
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s, %s → %s", name, l.Type(), strings.Join(in, ", "), l.out.axes())
	if a := l.Activation().name; a != "" && a != Linear.name {
		b.WriteString(", " + a)
	}
	n := 0
	for _, p := range l.params {
		n += p.Data.Len()
	}
	fmt.Fprintf(&b, ", %s parameters", display.Count(n))
	if l.frozen {
		b.WriteString(" (frozen)")
	}
	for _, p := range l.params {
		values, _, _ := strings.Cut(p.String(), "\n")
		b.WriteString("\n  " + values)
	}
	return b.String()
}

// String shows a parameter's name and values.
func (p *Param) String() string { return p.Name + ": " + p.Data.String() }

// axes writes a shape without the batch as 26 × 26 × 32.
func (s Shape) axes() string {
	list := make([]string, len(s))
	for i, n := range s {
		if list[i] = decimal(n); n < 0 {
			list[i] = "?"
		}
	}
	return strings.Join(list, " × ")
}
