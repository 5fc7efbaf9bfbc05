package explain

import (
	"math"
	"strings"

	"loupe/viz/chart"
	"loupe/viz/draw"
)

// A surrogateDrawing is the drawing of a tree that imitates a model.
type surrogateDrawing struct {
	*treeDrawing
	s *SurrogateTree
}

func (s *SurrogateTree) drawing() (*surrogateDrawing, error) {
	if s.err != nil {
		return nil, s.err
	}
	d, err := newTreeDrawing(s.Tree, 0, s.set, nil)
	if err != nil {
		return nil, err
	}
	if d.labels == nil {
		d.values = s.y
	}
	return &surrogateDrawing{d, s}, nil
}

// output names what is imitated.
func (s *SurrogateTree) output(o *chart.Options) string {
	if s.Output != "" {
		return draw.Clean(s.Output)
	}
	if s.outputs > 1 {
		return o.Say("output %s", chart.Number(float64(s.k)))
	}
	return o.Say("the output")
}

// Caption implements chart.Captioned.
func (d *surrogateDrawing) Caption(o *chart.Options) string {
	s := d.s
	text := o.Say("The tree imitates %s of the variation of %s on rows held out from it (R², 95 %% interval %s to %s); where they differ, the tree is not the model.",
		share(s.Fidelity), s.output(o), chart.Number(s.Low), chart.Number(s.High))
	if s.Fidelity < 0 {
		text = o.Say("The tree imitates nothing of %s on rows held out from it: its R² is %s, 95 %% interval %s to %s.", s.output(o), chart.Number(s.Fidelity), chart.Number(s.Low), chart.Number(s.High))
	}
	if !math.IsNaN(s.Agreement) {
		text += " " + o.Say("For %s of these rows they agree whether %s is more likely than not.", share(s.Agreement), s.output(o))
	}
	if s.Fidelity < lowFidelity {
		text += " " + o.Say("That is little: do not take the tree for the model. A Depth of more than %s may imitate it better.", chart.Count(s.o.depth))
	}
	if d.labels != nil {
		text += " " + o.Say("Colours are the class that the model predicts, and leaves have the mean of %s.", s.output(o))
	}
	if d.values != nil {
		lo, hi := extent(d.values)
		text += " " + o.Say("Leaves show how its predictions are distributed there, from %s to %s, and their mean.", chart.Number(lo), chart.Number(hi))
	}
	return text
}

// Describe implements chart.Art.
func (d *surrogateDrawing) Describe(o *chart.Options) string {
	text := o.Say("Surrogate tree with %s, trained on what the model predicts for %s.", o.Count(d.t.Leaves(), "leaf", "leaves"), o.Count(len(d.s.y), "row", "rows")) + " " + d.Caption(o)
	switch {
	case d.s.outputs == 2:
		text += " " + o.Say("Shown is %s, one of two outputs.", d.s.output(o))
	case d.s.outputs > 2:
		text += " " + o.Say("Shown is %s, one of %s.", d.s.output(o), o.Count(d.s.outputs, "output", "outputs"))
	}
	rules := d.rules(o)
	if len(rules) > spokenRules {
		rules = append(d.largest(rules), o.Say("and %s more", chart.Count(len(rules)-spokenRules)))
	}
	return strings.Join(append([]string{text}, rules...), " ")
}
