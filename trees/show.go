package trees

import (
	"cmp"
	"fmt"
	"html"
	"math"
	"slices"
	"strings"
	"text/tabwriter"

	"loupe/display"
)

// shownFeatures is how many of the most important features an ensemble shows.
const shownFeatures = 8

// String says what the ensemble is, in a line.
func (e *Ensemble) String() string {
	if err := e.Check(); err != nil {
		return err.Error()
	}
	leaves, depth := 0, 0
	for _, t := range e.Trees {
		leaves += t.Leaves()
		depth = max(depth, t.Depth())
	}
	return fmt.Sprintf("%s: %s with %s, depth up to %d, %s → %s", cmp.Or(e.Kind, "trees"), count(len(e.Trees), "tree", "trees"),
		count(leaves, "leaf", "leaves"), depth, count(e.Inputs, "feature", "features"), e.predicts())
}

// predicts says what comes out.
func (e *Ensemble) predicts() string {
	switch n := len(e.Classes); {
	case n > 4:
		return fmt.Sprintf("%d classes", n)
	case n > 0:
		return strings.Join(e.Classes, ", ")
	case len(e.Outputs) > 1:
		return fmt.Sprintf("%d outputs", len(e.Outputs))
	}
	return cmp.Or(e.Outputs[0], "a number")
}

// learned says how well the ensemble was learned, in a line; nothing if it was not
// learned here.
func (e *Ensemble) learned() string {
	l := e.Learned
	if l == nil {
		return ""
	}
	text := "Learned from " + count(l.Rows, "sample", "samples") + " of " + cmp.Or(l.Set, "a set without a name")
	switch {
	case math.IsNaN(l.OutOfBag):
	case e.Classes != nil:
		text += fmt.Sprintf("; %.1f %% of those out of the bag are right", 100*l.OutOfBag)
	default:
		text += fmt.Sprintf("; R² of those out of the bag is %.3f", l.OutOfBag)
	}
	loss := "mean squared error"
	if e.Classes != nil {
		loss = "log-loss"
	}
	if n := len(l.Loss); n > 0 {
		text += fmt.Sprintf("; %s %.4g after %s", loss, l.Loss[n-1], count(n, "round", "rounds"))
	}
	if l.Best > 0 {
		text += fmt.Sprintf("; of the validation least after round %d: %.4g", l.Best, l.Validation[l.Best-1])
	}
	if l.Stopped != "" {
		text += "; stopped early: " + l.Stopped
	}
	return text + "."
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return display.Count(n) + " " + many
}

// feature is the name of a feature.
func (e *Ensemble) feature(j int) string {
	if j < len(e.Features) {
		return e.Features[j]
	}
	return fmt.Sprintf("feature %d", j)
}

// important lists the features with the greatest importance and how often they split.
func (e *Ensemble) important() [][]string {
	share, splits := e.Importance(), make([]int, e.Inputs)
	for _, t := range e.Trees {
		for i, f := range t.Feature {
			if !t.IsLeaf(i) {
				splits[f]++
			}
		}
	}
	order := make([]int, e.Inputs)
	for j := range order {
		order[j] = j
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(share[b], share[a]) })
	rows := [][]string{{"feature", "importance", "splits"}}
	for _, j := range order[:min(shownFeatures, len(order))] {
		if splits[j] > 0 {
			rows = append(rows, []string{e.feature(j), fmt.Sprintf("%.1f %%", 100*share[j]), display.Count(splits[j])})
		}
	}
	return rows
}

// TryMIMEBundle shows the ensemble: the line of String, how well it was learned, and the
// features that matter most to how the trees were built.
func (e *Ensemble) TryMIMEBundle() (data, metadata map[string]any, err error) {
	if err := e.Check(); err != nil {
		return nil, nil, err
	}
	var text, page strings.Builder
	for _, line := range []string{e.String(), e.learned()} {
		if line != "" {
			fmt.Fprintln(&text, line)
			page.WriteString("<p>" + html.EscapeString(line) + "</p>")
		}
	}
	page.WriteString("<table>")
	w := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	for i, row := range e.important() {
		fmt.Fprintln(w, strings.Join(row, "\t"))
		cell := "td"
		if i == 0 {
			cell = "th"
		}
		page.WriteString("<tr>")
		for _, s := range row {
			fmt.Fprintf(&page, "<%s>%s</%[1]s>", cell, html.EscapeString(s))
		}
		page.WriteString("</tr>")
	}
	w.Flush() // to a Builder, which takes everything
	page.WriteString("</table>")
	return map[string]any{"text/plain": strings.TrimRight(text.String(), "\n"), "text/html": page.String()}, nil, nil
}
