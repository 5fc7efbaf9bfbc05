package data

import (
	"fmt"
	"html"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"loupe/display"
)

// Limits of what a set shows of itself.
const shownSamples, shownFeatures, shownLetters = 5, 8, 300

// String says what the set is: its name, how many samples and features it has,
// and how many samples are of each class.
func (s *Set) String() string {
	t, err := s.load()
	if err != nil {
		return err.Error()
	}
	shape := t.x.Shape()
	kind := fmt.Sprintf("%d features", t.width())
	switch {
	case t.words != nil:
		kind = fmt.Sprintf("texts of up to %d words, %s different ones", shape[1], display.Count(len(t.words.words)-specials))
	case t.isImage() && shape[3] == 3:
		kind = fmt.Sprintf("colour images of %d × %d pixels", shape[1], shape[2])
	case t.isImage():
		kind = fmt.Sprintf("images of %d × %d pixels", shape[1], shape[2])
	case len(shape) > 2:
		kind = fmt.Sprintf("shape %v", shape[1:])
	}
	text := fmt.Sprintf("%s: %s samples, %s", s.name, display.Count(shape[0]), kind)
	if len(t.targets) > 0 {
		return fmt.Sprintf("%s, targets from %s to %s", text, number(slices.Min(t.targets)), number(slices.Max(t.targets)))
	}
	if len(t.classes) == 0 {
		return text
	}
	counts := t.counts()
	if len(counts) > 5 {
		return fmt.Sprintf("%s, %d classes of %s to %s samples", text, len(counts), display.Count(slices.Min(counts)), display.Count(slices.Max(counts)))
	}
	parts := make([]string, len(counts))
	for c, n := range counts {
		parts[c] = fmt.Sprintf("%s %s", display.Count(n), t.classes[c])
	}
	return text + ": " + strings.Join(parts, ", ")
}

// counts is how many samples each named class has.
func (t *samples) counts() []int {
	counts := make([]int, len(t.classes))
	for _, c := range t.y {
		counts[c]++
	}
	return counts
}

func number(v float64) string { return strconv.FormatFloat(v, 'g', 5, 64) }

// TryMIMEBundle shows the set: the sentence of String, and the first samples of a
// table or the number of samples of each class of images.
func (s *Set) TryMIMEBundle() (data, metadata map[string]any, err error) {
	t, err := s.load()
	if err != nil {
		return nil, nil, err
	}
	var rows [][]string
	if t.words != nil {
		rows = s.firstTexts(t)
	} else if t.isImage() || len(t.x.Shape()) != 2 {
		rows = t.classRows()
	} else {
		rows = s.firstRows(t)
	}
	text, page := s.String(), "<p>"+html.EscapeString(s.String())+"</p>"
	if len(rows) > 1 {
		text += "\n" + textTable(rows)
		page += htmlTable(rows)
	}
	return map[string]any{"text/plain": text, "text/html": page}, nil, nil
}

// classRows is a table of classes and how many samples they have.
func (t *samples) classRows() [][]string {
	rows := [][]string{{"class", "samples"}}
	for c, n := range t.counts() {
		rows = append(rows, []string{t.classes[c], display.Count(n)})
	}
	return rows
}

// firstRows is a table of the first samples, with the names of the features.
func (s *Set) firstRows(t *samples) [][]string {
	w := min(t.width(), shownFeatures)
	head := []string{""}
	for k := range w {
		if t.features != nil {
			head = append(head, t.features[k])
		} else {
			head = append(head, "x"+strconv.Itoa(k))
		}
	}
	more := t.width() > w
	if more {
		head = append(head, fmt.Sprintf("… %d more", t.width()-w))
	}
	label := "class"
	if t.targets != nil {
		label = "target"
	}
	rows := [][]string{append(head, label)}
	for i := range min(t.x.Dim(0), shownSamples) {
		row := []string{strconv.Itoa(i)}
		for _, v := range s.X(i)[:w] {
			row = append(row, number(v))
		}
		if more {
			row = append(row, "…")
		}
		rows = append(rows, append(row, s.Label(i)))
	}
	return rows
}

// firstTexts is a table of the first texts.
func (s *Set) firstTexts(t *samples) [][]string {
	rows := [][]string{{"", "text", "class"}}
	for i := range min(t.x.Dim(0), shownSamples) {
		text := []rune(t.words.text(s.X(i)))
		if len(text) > shownLetters {
			text = append(text[:shownLetters], '…')
		}
		rows = append(rows, []string{strconv.Itoa(i), string(text), s.Label(i)})
	}
	return rows
}

func textTable(rows [][]string) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		fmt.Fprintln(w, strings.Join(row, "\t"))
	}
	w.Flush() // to a Builder, which takes everything
	return strings.TrimRight(b.String(), "\n")
}

func htmlTable(rows [][]string) string {
	var b strings.Builder
	b.WriteString("<table>")
	for i, row := range rows {
		cell := "td"
		if i == 0 {
			cell = "th"
		}
		b.WriteString("<tr>")
		for _, text := range row {
			fmt.Fprintf(&b, "<%s>%s</%s>", cell, html.EscapeString(text), cell)
		}
		b.WriteString("</tr>")
	}
	b.WriteString("</table>")
	return b.String()
}
