package gomlx_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/model"

	viz "loupe/viz/model"
	"loupe/viz/source/gomlx"
)

func TestMistakes(t *testing.T) {
	b := backend(t)
	type node = *graph.Node
	var none *gomlx.Net
	var noStore *model.Store
	for want, v := range map[string]any{
		"the backend is nil":                        gomlx.Model(nil, newStore(), mlp, floats(1, 4)),
		"the store is nil":                          gomlx.Model(b, nil, mlp, floats(1, 4)),
		"the model function is nil":                 gomlx.Model(b, newStore(), nil, floats(1, 4)),
		"the model is nil":                          none,
		"gomlx: the store is nil":                   noStore,
		"the store has no variables":                model.NewStore(),
		"a int is no model function":                gomlx.Model(b, newStore(), 3, floats(1, 4)),
		"is no model function: it is":               gomlx.Model(b, newStore(), func(x node) node { return x }, floats(1, 4)),
		"takes 1 inputs, and there are 2":           gomlx.Model(b, newStore(), mlp, floats(1, 4), floats(1, 4)),
		"input 0 is no example":                     gomlx.Model(b, newStore(), mlp, struct{}{}),
		"input 0 is no example: it is nil":          gomlx.Model(b, newStore(), mlp, nil),
		"cannot be built: no such luck":             gomlx.Model(b, newStore(), func(*model.Scope, node) node { panic(errors.New("no such luck")) }, floats(1, 4)),
		"cannot be built: plain words":              gomlx.Model(b, newStore(), func(*model.Scope, node) node { panic("plain words") }, floats(1, 4)),
		"the model function returns no node":        gomlx.Model(b, newStore(), func(*model.Scope, node) node { return nil }, floats(1, 4)),
		"cannot be built: runtime error: index out": gomlx.Model(b, newStore(), func(_ *model.Scope, x []node) node { return x[1] }, floats(1, 4)),
		"can only use Embedding on integer inputs":  gomlx.Model(b, newStore(), transformer, floats(1, 4)),
	} {
		if _, err := viz.Of(v); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

func TestMistakesInRuns(t *testing.T) {
	b := backend(t)
	m := describe(t, gomlx.Model(b, newStore(), mlp, floats(2, 4)))
	tokens := describe(t, gomlx.Model(b, newStore(), transformer, shapes.Make(dtypes.Int32, 2, 6)))
	two := describe(t, gomlx.Model(b, newStore(), func(s *model.Scope, x, y *graph.Node) *graph.Node {
		return layers.DenseWithBias(s, graph.Add(x, y), 2)
	}, floats(2, 4), floats(2, 4)))
	whole := describe(t, gomlx.Model(b, newStore(), func(_ *model.Scope, x *graph.Node) *graph.Node { return graph.ArgMax(x, 1) }, floats(2, 4)))
	value := viz.Watch{Value: func(string, viz.Array) {}}
	for _, c := range []struct {
		want  string
		m     *viz.Model
		in    []viz.Array
		watch viz.Watch
	}{
		{"takes 1 inputs, and there are 0", m, nil, value},
		{"takes 1 inputs, and there are 2", m, []viz.Array{rows(2, 4), rows(2, 4)}, value},
		{"input 0 has the shape [2 5], and the example of gomlx.Model has [2 4]", m, []viz.Array{rows(2, 5)}, value},
		{"input 0 has the shape [4], and", m, []viz.Array{rows(4)}, value},
		{"has the shape [3 4] and 2 numbers", m, []viz.Array{{Shape: []int{3, 4}, Values: []float64{1, 2}}}, value},
		{`the model has no node "hiden"; it has input, hidden`, m, []viz.Array{rows(2, 4)}, viz.Watch{Nodes: []string{"hiden"}}},
		{`the model has no node "somewhere"`, m, []viz.Array{rows(2, 4)}, viz.Watch{At: "somewhere", Gradient: func(string, viz.Array) {}}},
		{"number 0 is 0.841", tokens, []viz.Array{rows(2, 6)}, value},
		{"example of input 1 has 2 samples, and not 3", two, []viz.Array{rows(3, 4)}, value},
		{"only real numbers have them", whole, []viz.Array{rows(2, 4)}, viz.Watch{Gradient: func(string, viz.Array) {}}},
		{"the gradient at what has the shape [2 3] has the shape [1]", m, []viz.Array{rows(2, 4)}, viz.Watch{Gradient: func(string, viz.Array) {}, Of: func(viz.Array) viz.Array { return rows(1) }}},
	} {
		if _, err := c.m.Runner.Run(c.in, c.watch); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want %q", err, c.want)
		}
	}
	if _, err := two.Runner.Run([]viz.Array{rows(2, 4)}, value); err != nil {
		t.Errorf("the second input is not taken from the example: %v", err)
	}
}
