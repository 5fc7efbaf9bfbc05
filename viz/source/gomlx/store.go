package gomlx

import (
	"errors"
	"strings"

	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/gomlx/gomlx/ml/train/metric"
	"github.com/gomlx/gomlx/ml/train/optimizer"

	viz "loupe/viz/model"
)

// describeStore describes a store alone: its variables, and the scopes that they are
// in, as nodes without a graph. What training keeps for itself is left out.
func describeStore(s *model.Store) (*viz.Model, error) {
	if s == nil {
		return nil, errors.New("gomlx: the store is nil")
	}
	m := &viz.Model{Name: "store"}
	n := &Net{store: s}
	at := map[string]int{}
	for v := range s.IterVariables() {
		if ofTraining(v.Path()) {
			continue
		}
		scope := strings.TrimPrefix(v.Scope(), "/")
		if scope == "" {
			scope = "variables"
		}
		i, ok := at[scope]
		if !ok {
			i = len(m.Nodes)
			at[scope] = i
			m.Nodes = append(m.Nodes, viz.Node{Name: scope, Op: "Variables", Class: viz.Weighted, DType: strings.ToLower(v.DType().String())})
		}
		m.Nodes[i].Params = append(m.Nodes[i].Params, len(m.Params))
		m.Params = append(m.Params, n.param(v))
	}
	if len(m.Params) == 0 {
		return nil, errors.New("gomlx: the store has no variables yet: they are made when the model runs for the first time")
	}
	return m, nil
}

// ofTraining reports whether a variable is an optimizer's, a metric's or the
// training loop's rather than the model's.
func ofTraining(path string) bool {
	top, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	switch top {
	case optimizer.Scope, optimizer.GlobalStepVariableName, metric.Scope, strings.TrimPrefix(train.TrainerAbsoluteScope, "/"):
		return true
	}
	return false
}
