package explain

import (
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"gonum.org/v1/gonum/mat"

	"loupe/display"
	"loupe/nn/data"
)

// notebook is a front-end whose cell can be interrupted.
type notebook struct {
	shown
	ctx context.Context
}

func (n *notebook) Context() context.Context { return n.ctx }

// interrupted runs what asks a model, and interrupts it at some call. It returns how often
// the model was asked after that.
func interrupted(t *testing.T, model func(mat.Matrix) mat.Matrix, at int64, run func(func(mat.Matrix) mat.Matrix) error) (after int64, err error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	defer display.Connect(display.Connect(&notebook{ctx: ctx}))
	var calls atomic.Int64
	err = run(func(x mat.Matrix) mat.Matrix {
		if calls.Add(1) == at {
			cancel()
		}
		return model(x)
	})
	return calls.Load() - at, err
}

// TestInterrupt interrupts every explainer that asks a model again and again: it stops
// soon, and says so.
func TestInterrupt(t *testing.T) {
	set, err := data.New("odd", denseOf(someRows), []int{0, 1, 0, 1, 0, 1, 0, 1}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	var many [][]float64
	for i := range 64 {
		many = append(many, someRows[i%len(someRows)])
	}
	methods := map[string]func(m func(mat.Matrix) mat.Matrix) error{
		"importance": func(m func(mat.Matrix) mat.Matrix) error {
			return PermutationImportance(m, set, Samples(500)).Err()
		},
		"robustness": func(m func(mat.Matrix) mat.Matrix) error { return Robust(m, set, Samples(500)).Err() },
		"Friedman": func(m func(mat.Matrix) mat.Matrix) error {
			_, err := FriedmanH(m, many, nil).Figure().Image(1)
			return err
		},
		"counterfactual": func(m func(mat.Matrix) mat.Matrix) error {
			return Counterfactual(m, many, AtLeast(6), Output(0)).Explain(oneRow).Err()
		},
		"anchor": func(m func(mat.Matrix) mat.Matrix) error { return Anchor(m, many).Explain(oneRow).Err() },
	}
	for name := range asking(curved, someRows) {
		if name == "additive" { // it asks but once, and this model is not additive
			continue
		}
		methods[name] = func(m func(mat.Matrix) mat.Matrix) error { return asking(m, someRows)[name].Explain(many).Err() }
	}
	for name, run := range methods {
		after, err := interrupted(t, curved, 2, run)
		if err == nil || !strings.Contains(err.Error(), "interrupted") {
			t.Errorf("%s: interrupted, it ends with %v", name, err)
		}
		if after > 300 {
			t.Errorf("%s: the model was asked %d times after the interrupt", name, after)
		}
	}
}

// TestInterruptTrees stops a stream of rows, which says how many were explained.
func TestInterruptTrees(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	defer display.Connect(display.Connect(&notebook{ctx: ctx}))
	r := rand.New(rand.NewPCG(2, 2))
	e, rows := randomEnsemble(r, 20, 6, 5, 2), randomRows(r, 3*treeChunk, 6)
	got := 0
	err := TreeSHAP(e).Each(slices.Values(rows), func(a *Attribution) error {
		n, _, _ := a.Dims()
		got += n
		cancel()
		return nil
	})
	if got != treeChunk || err == nil || !strings.Contains(err.Error(), "stopped after row 2048") {
		t.Errorf("%d rows, then %v", got, err)
	}
	if err := TreeSHAP(e).Explain(rows).Err(); err == nil || !strings.Contains(err.Error(), "after 0 of 6144 rows") {
		t.Errorf("an interrupted cell explains trees: %v", err)
	}
}
