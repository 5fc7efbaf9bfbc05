package session

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"loupe/kernel/internal/cell"
)

// describe lists what a notebook has declared, a line each.
func describe(nb *cell.Notebook) string {
	var list []*cell.Decl
	nb.Each(func(d *cell.Decl) { list = append(list, d) })
	if len(list) == 0 {
		return "Nothing has been declared yet.\n"
	}
	slices.SortFunc(list, func(a, b *cell.Decl) int {
		return cmp.Or(cmp.Compare(a.Cell, b.Cell), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Name, b.Name))
	})
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 8, 2, ' ', 0)
	for _, d := range list {
		fmt.Fprintf(w, "%s\t%s\t%s\tcell %d\n", d.Name, d.Kind, d.Type, d.Cell)
	}
	w.Flush()
	return b.String()
}
