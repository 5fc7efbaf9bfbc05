package nn

import (
	"fmt"
	"html"
	"math"
	"slices"
	"strings"
)

// A History is how a training went.
type History struct {
	// Values has a number for each epoch: "loss", "accuracy" and the like, and
	// "val_loss" and so on of the validation.
	Values   map[string][]float64
	StepLoss []float64 // the loss of each step's batch
	Steps    int
	Seconds  float64
	Stopped  string // why training ended early, "" if it did not
	Err      error  // of a callback

	names          []string // of Values, as they came
	epoch, inEpoch int      // where to go on
	optimizer      *Optimizer
	recorder       *Recorder
}

// History returns how the model's last training went.
func (m *Model) History() *History { return m.history }

// Recorder returns the recorder that was among the callbacks, nil if none was.
func (h *History) Recorder() *Recorder { return h.recorder }

// Epochs returns how many epochs are complete.
func (h *History) Epochs() int { return h.epoch }

// Names returns the names of Values in the order in which they are shown.
func (h *History) Names() []string { return h.names }

// Last returns the last number of a name, NaN if there is none.
func (h *History) Last(name string) float64 {
	if v := h.Values[name]; len(v) > 0 {
		return v[len(v)-1]
	}
	return math.NaN()
}

// Best returns the epoch with the least number of a name, from 0; -1 if there is
// none.
func (h *History) Best(name string) int {
	best := -1
	for i, v := range h.Values[name] {
		if best < 0 || v < h.Values[name][best] {
			best = i
		}
	}
	return best
}

func (h *History) add(name string, v float64) {
	if !slices.Contains(h.names, name) {
		h.names = append(h.names, name)
		slices.SortStableFunc(h.names, func(a, b string) int { // the validation's last
			return validation(a) - validation(b)
		})
	}
	h.Values[name] = append(h.Values[name], v)
}

func validation(name string) int {
	if strings.HasPrefix(name, "val_") {
		return 1
	}
	return 0
}

// shownEpochs is how many rows the table has; the middle is left out of more.
const shownEpochs = 12

// rows are the epochs that are shown, -1 for a gap.
func (h *History) rows() []int {
	var list []int
	for i := range h.epoch {
		switch {
		case h.epoch <= shownEpochs || i < shownEpochs/2 || i >= h.epoch-shownEpochs/2:
			list = append(list, i)
		case i == shownEpochs/2:
			list = append(list, -1)
		}
	}
	return list
}

func (h *History) cell(name string, i int) string {
	if v := h.Values[name]; i >= 0 && i < len(v) {
		return fmt.Sprintf("%.4f", v[i])
	}
	return "…"
}

func (h *History) summary() string {
	s := fmt.Sprintf("%d epochs, %d steps", h.epoch, h.Steps)
	if h.epoch == 1 {
		s = fmt.Sprintf("1 epoch, %d steps", h.Steps)
	}
	if h.Stopped != "" {
		s += "; stopped: " + h.Stopped
	}
	return s
}

// String is a table with a line for each epoch.
func (h *History) String() string {
	var b strings.Builder
	b.WriteString(h.summary())
	if h.epoch > 0 {
		fmt.Fprintf(&b, "\n%5s", "epoch")
		for _, n := range h.names {
			fmt.Fprintf(&b, "  %12s", n)
		}
	}
	for _, i := range h.rows() {
		label := "…"
		if i >= 0 {
			label = decimal(i + 1)
		}
		fmt.Fprintf(&b, "\n%5s", label)
		for _, n := range h.names {
			fmt.Fprintf(&b, "  %12s", h.cell(n, i))
		}
	}
	return b.String()
}

// MIMEBundle shows the table and a curve of the loss in a notebook.
func (h *History) MIMEBundle() (data, metadata map[string]any) {
	var b strings.Builder
	b.WriteString("<p>" + html.EscapeString(h.summary()) + "</p>" + curve(h.StepLoss))
	if h.epoch > 0 {
		b.WriteString("<table><tr><th>epoch</th>")
		for _, n := range h.names {
			b.WriteString("<th>" + html.EscapeString(n) + "</th>")
		}
		b.WriteString("</tr>")
		for _, i := range h.rows() {
			label := "…"
			if i >= 0 {
				label = decimal(i + 1)
			}
			b.WriteString("<tr><td>" + label + "</td>")
			for _, n := range h.names {
				b.WriteString("<td>" + h.cell(n, i) + "</td>")
			}
			b.WriteString("</tr>")
		}
		b.WriteString("</table>")
	}
	return map[string]any{"text/html": b.String(), "text/plain": h.String()}, nil
}
