// Package soak writes random notebooks, and the same notebooks as plain Go
// programs, which say what the cells must print.
//
// For most uses, [Run] drives an engine with one notebook after the other:
// cells, redefinitions, mistakes, panics, interrupts and crashes. What a cell
// prints is compared with what the official toolchain makes of the same
// statements in one program.
package soak

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
)

// A Kind is how a cell ends.
type Kind int

// The kinds of cells.
const (
	Ends    Kind = iota // in order
	Fails               // does not compile, and changes nothing
	Panics              // after what it has printed
	Endless             // runs until it is interrupted
)

// A Cell is one cell of a notebook.
type Cell struct {
	Kind   Kind
	Source string
	// Result says that the cell's last line is an expression: its value is the
	// last line of what the cell must print.
	Result bool

	plain string // the statements of the plain program; "" if there are none
}

// A Notebook is random cells that belong together.
type Notebook struct {
	Cells []Cell

	declarations strings.Builder // of the plain program
}

// Write makes a notebook of n cells, and one more that prints all variables.
// Without interrupts it has no endless cells.
func Write(r *rand.Rand, n int, interrupts bool) *Notebook {
	w := newWriter(r)
	nb := w.notebook
	for len(nb.Cells) <= n {
		c := w.census()
		if len(nb.Cells) < n {
			c = w.cell(interrupts)
		}
		c.Source, c.plain = names.ReplaceAllString(c.Source, "$1"), names.ReplaceAllString(c.plain, "$1$2")
		nb.Cells = append(nb.Cells, c)
	}
	return nb
}

// names are the variables in what is written: a name, and the number of its
// type, which the plain program needs because its variables keep their type.
var names = regexp.MustCompile(`§(\w+?)(_\d+)§`)

// Program is the notebook as one Go program. It prints a line before and after
// each cell's output.
func (nb *Notebook) Program() string {
	var b strings.Builder
	b.WriteString("package main\n\nimport (\n\t\"fmt\"\n\t\"math\"\n\t\"sort\"\n\t\"strings\"\n\t\"sync\"\n)\n\nvar (\n\t_ = math.Pi\n\t_ = sort.Ints\n\t_ = strings.Repeat\n\t_ sync.Mutex\n)\n\n")
	b.WriteString(names.ReplaceAllString(nb.declarations.String(), "$1$2"))
	for i, c := range nb.Cells {
		fmt.Fprintf(&b, "\nfunc cell%d() {\n%s}\n", i, c.plain)
	}
	fmt.Fprintf(&b, "\nfunc run(n int, cell func()) {\n\tdefer func() {\n\t\trecover()\n\t\tfmt.Println(%q, n)\n\t}()\n\tcell()\n}\n\nfunc main() {\n", mark)
	for i := range nb.Cells {
		fmt.Fprintf(&b, "\trun(%d, cell%d)\n", i, i)
	}
	b.WriteString("}\n")
	return b.String()
}

// mark ends a cell's output in the plain program.
const mark = "\x00 end of cell"

// split takes what the plain program has printed apart.
func (nb *Notebook) split(printed string) ([]string, error) {
	out := make([]string, len(nb.Cells))
	for i := range out {
		end := fmt.Sprintf("%s %d\n", mark, i)
		text, rest, ok := strings.Cut(printed, end)
		if !ok {
			return nil, fmt.Errorf("the plain program has not printed the end of cell %d", i)
		}
		out[i], printed = text, rest
	}
	return out, nil
}
