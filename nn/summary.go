package nn

import (
	"fmt"
	"html"
	"strings"

	"loupe/display"
)

// A Row is a line of a model's summary.
type Row struct {
	Name, Type, Activation string
	Output                 Shape // nil before the model is built
	Params                 int
	MACs                   int // multiplications with an addition, for one sample
	From                   []string
	Frozen                 bool
}

// Rows describes the layers, one a row.
func (m *Model) Rows() []Row {
	var rows []Row
	for _, n := range m.nodes {
		l := n.layer
		if l == nil {
			continue
		}
		r := Row{Name: l.name, Type: l.Type(), Output: n.shape, Frozen: l.frozen, Activation: l.Activation().name}
		for _, p := range l.params {
			r.Params += p.Data.Len()
		}
		for _, in := range n.inputs {
			if in.layer != nil {
				r.From = append(r.From, in.layer.name)
			} else {
				r.From = append(r.From, "input")
			}
		}
		if k, ok := l.kind.(interface {
			macs(in []Shape, out Shape) int
		}); ok && l.built {
			r.MACs = k.macs(l.in, n.shape)
		}
		rows = append(rows, r)
	}
	return rows
}

// columns are the texts of a row. The connections are shown of models that branch.
func (m *Model) columns(r Row, branches bool) []string {
	output, params, macs := "?", "?", "?"
	if m.built {
		output = r.Output.axes()
		params, macs = display.Count(r.Params), display.Count(r.MACs)
		if r.MACs == 0 {
			macs = ""
		}
	}
	activation := r.Activation
	if activation == Linear.name {
		activation = ""
	}
	name := r.Name
	if r.Frozen {
		name += " (frozen)"
	}
	list := []string{name, r.Type, output, params, macs, activation}
	if branches {
		list = append(list, strings.Join(r.From, ", "))
	}
	return list
}

// table is the summary as texts, with the line below it.
func (m *Model) table() (head []string, rows [][]string, total string) {
	head = []string{"layer", "type", "output", "parameters", "multiply-adds", "activation"}
	list := m.Rows()
	branches := false
	for i, r := range list {
		branches = branches || len(r.From) != 1 || i > 0 && r.From[0] != list[i-1].Name
	}
	if branches {
		head = append(head, "from")
	}
	params, frozen, macs, size := 0, 0, 0, 0
	for _, r := range list {
		rows = append(rows, m.columns(r, branches))
		macs += r.MACs
	}
	for _, l := range m.layers {
		for _, p := range l.params {
			params += p.Data.Len()
			size += p.Data.Len() * p.Data.DType().Size()
			if !p.wants {
				frozen += p.Data.Len()
			}
		}
	}
	if !m.built {
		return head, rows, fmt.Sprintf("%d layers; shapes are known after the first data, or after Build", len(rows))
	}
	total = fmt.Sprintf("%s parameters (%s), %s multiply-adds a sample", display.Count(params), megabytes(size), display.Count(macs))
	if frozen > 0 {
		total += fmt.Sprintf("; %s are not trained", display.Count(frozen))
	}
	return head, rows, total
}

func megabytes(n int) string {
	if n < 1e5 {
		return fmt.Sprintf("%.1f kB", float64(n)/1e3)
	}
	return fmt.Sprintf("%.2f MB", float64(n)/1e6)
}

// Summary is a table of the layers: name, type, output shape, parameters,
// multiplications with additions for one sample, activation.
func (m *Model) Summary() string {
	head, rows, total := m.table()
	widths := make([]int, len(head))
	for _, row := range append([][]string{head}, rows...) {
		for i, c := range row {
			widths[i] = max(widths[i], len([]rune(c)))
		}
	}
	var b strings.Builder
	for _, row := range append([][]string{head}, rows...) {
		var line strings.Builder
		for i, c := range row {
			gap := strings.Repeat(" ", widths[i]-len([]rune(c)))
			if i == 3 || i == 4 {
				line.WriteString(gap + c + "  ")
			} else {
				line.WriteString(c + gap + "  ")
			}
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	return b.String() + total
}

// MIMEBundle shows the summary in a notebook.
func (m *Model) MIMEBundle() (data, metadata map[string]any) {
	head, rows, total := m.table()
	var b strings.Builder
	b.WriteString("<table><tr>")
	for _, h := range head {
		b.WriteString(`<th style="text-align: left">` + h + "</th>")
	}
	b.WriteString("</tr>")
	for _, row := range rows {
		b.WriteString("<tr>")
		for i, c := range row {
			align := "left"
			if i == 3 || i == 4 {
				align = "right"
			}
			fmt.Fprintf(&b, `<td style="text-align: %s">%s</td>`, align, html.EscapeString(c))
		}
		b.WriteString("</tr>")
	}
	b.WriteString("</table><p>" + html.EscapeString(total) + "</p>")
	return map[string]any{"text/html": b.String(), "text/plain": m.Summary()}, nil
}
