package trees

import (
	"encoding/json"
	"fmt"
	"strings"
)

// mostOutputs is how many outputs a model in a file may have.
const mostOutputs = 1 << 16

// sklearnModel is the JSON that Parse describes.
type sklearnModel struct {
	Combine  string          `json:"combine"`
	Init     json.RawMessage `json:"init"`
	Link     string          `json:"link"`
	Inputs   int             `json:"inputs"`
	Features []string        `json:"features"`
	Classes  []string        `json:"classes"`
	Trees    []sklearnTree   `json:"trees"`
}

type sklearnTree struct {
	Left        []int32     `json:"left"`
	Right       []int32     `json:"right"`
	Feature     []int32     `json:"feature"`
	Threshold   []float64   `json:"threshold"`
	Value       [][]float64 `json:"value"`
	Cover       []float64   `json:"cover"`
	MissingLeft []bool      `json:"missing_left"`
	Output      int         `json:"output"`
}

func parseSklearn(content []byte) (*Ensemble, error) {
	var m sklearnModel
	if err := json.Unmarshal(content, &m); err != nil {
		return nil, fmt.Errorf("trees of scikit-learn: %w", err)
	}
	e := &Ensemble{Kind: "scikit-learn", Inputs: m.Inputs, Features: m.Features, Classes: m.Classes}
	switch {
	case strings.HasPrefix(m.Combine, "mean"):
		e.Average = true
	case !strings.HasPrefix(m.Combine, "init + sum"):
		return nil, fmt.Errorf(`combine is %q: trees are combined by "mean" or by "init + sum"`, m.Combine)
	}
	e.MoreInputs = m.Inputs == 0 && len(m.Features) == 0
	outputs := 1
	for i, s := range m.Trees {
		t, err := s.tree()
		if err != nil {
			return nil, fmt.Errorf("tree %d: %w", i, err)
		}
		e.Trees = append(e.Trees, t)
		outputs = max(outputs, t.Output+t.Width())
		for _, f := range t.Feature {
			e.Inputs = max(e.Inputs, int(f)+1)
		}
	}
	e.Inputs = max(e.Inputs, len(m.Features))
	var err error
	if e.Init, err = sklearnInit(m.Init); err != nil {
		return nil, err
	}
	if e.Link, err = linkNamed(m.Link); err != nil {
		return nil, err
	}
	e.Outputs = outputNames(outputs, e.Classes)
	return e, nil
}

func (s *sklearnTree) tree() (*Tree, error) {
	t := &Tree{Left: s.Left, Right: s.Right, Feature: s.Feature, Threshold: s.Threshold, MissingLeft: s.MissingLeft, Cover: s.Cover, Output: s.Output}
	if s.Output < 0 || s.Output > mostOutputs {
		return nil, fmt.Errorf("it adds to output %d", s.Output)
	}
	if len(s.Value) != len(s.Left) {
		return nil, fmt.Errorf("there are %d values and %d nodes", len(s.Value), len(s.Left))
	}
	for i, v := range s.Value {
		if len(v) != len(s.Value[0]) {
			return nil, fmt.Errorf("node %d has %d values, and the root %d", i, len(v), len(s.Value[0]))
		}
		t.Value = append(t.Value, v...)
	}
	for i, v := range t.Threshold {
		t.Threshold[i] = float32Threshold(v)
	}
	return t, nil
}

// sklearnInit reads a number, or a list with one for each output.
func sklearnInit(raw json.RawMessage) ([]float64, error) {
	if raw == nil {
		return nil, nil
	}
	var list []float64
	if json.Unmarshal(raw, &list) == nil {
		return list, nil
	}
	var one float64
	if err := json.Unmarshal(raw, &one); err != nil {
		return nil, fmt.Errorf("init is neither a number nor a list of numbers: %.40s", raw)
	}
	return []float64{one}, nil
}

func linkNamed(name string) (Link, error) {
	for l := Identity; l <= Square; l++ {
		if name == l.String() {
			return l, nil
		}
	}
	if name == "" {
		return Identity, nil
	}
	return 0, fmt.Errorf("there is no link %q: there are identity, logistic, softmax, exp and square", name)
}

// outputNames names outputs after classes; a single output is that of the second class.
func outputNames(outputs int, classes []string) []string {
	switch {
	case len(classes) == outputs:
		return classes
	case outputs == 1 && len(classes) == 2:
		return classes[1:]
	}
	return make([]string, outputs)
}
