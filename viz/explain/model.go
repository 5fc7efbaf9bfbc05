package explain

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"

	"gonum.org/v1/gonum/mat"

	"loupe/display"
	"loupe/trees"
	"loupe/viz/model"
	_ "loupe/viz/source/nn" // models of loupe/nn are known without further ado
)

// A Model is a function of rows that returns a row of outputs for each. It must give
// the same output for the same row, and it is called by several goroutines at once.
//
// Wherever this package takes a model, it takes a Model (or a function of that kind),
// an *nn.Model, or one of a framework whose source is imported. What a model of a
// framework returns for a sample is made one row.
type Model func(x mat.Matrix) mat.Matrix

// A predictor asks a model, and checks what it answers.
type predictor struct {
	ask func(x *mat.Dense) (mat.Matrix, error)
	// alone is set for models that use all cores for a batch themselves.
	alone   bool
	outputs int // 0 until it has answered
	// ensemble is the model, if it is one of trees: they tell what coalitions are worth
	// without being asked row by row.
	ensemble *trees.Ensemble
	shape    []int // of a sample, nil if the model does not tell
}

// predictorOf makes a predictor of whatever predicts.
func predictorOf(v any) (*predictor, error) {
	switch f := v.(type) {
	case nil:
		return nil, errors.New("there is no model: it is nil")
	case Model:
		return functional(f), nil
	case func(mat.Matrix) mat.Matrix:
		return functional(f), nil
	case func(*mat.Dense) *mat.Dense:
		return functional(func(x mat.Matrix) mat.Matrix { return f(mat.DenseCopyOf(x)) }), nil
	case *trees.Ensemble:
		if err := f.Check(); err != nil {
			return nil, err
		}
		p := functional(f.Predict)
		p.ensemble = f
		return p, nil
	case interface{ Predict(mat.Matrix) mat.Matrix }:
		return functional(f.Predict), nil
	}
	m, err := model.Of(v)
	if err != nil {
		return nil, err
	}
	if m.Runner == nil {
		return nil, errors.New("this model cannot be run: its source describes it only")
	}
	p := &predictor{alone: true, ask: func(x *mat.Dense) (mat.Matrix, error) { return run(m, x) }}
	if len(m.Nodes) > 0 {
		p.shape = m.Nodes[0].Shape
	}
	return p, nil
}

func functional(f func(mat.Matrix) mat.Matrix) *predictor {
	return &predictor{ask: func(x *mat.Dense) (mat.Matrix, error) { return f(x), nil }}
}

// run runs a model of a framework on rows that have the numbers of a sample each.
func run(m *model.Model, x *mat.Dense) (mat.Matrix, error) {
	rows, cols := x.Dims()
	shape := []int{rows, cols}
	if len(m.Nodes) > 0 {
		if want := m.Nodes[0].Shape; len(want) > 1 && model.Size(want) == cols {
			shape = append([]int{rows}, want...)
		}
	}
	out, err := m.Runner.Run([]model.Array{{Shape: shape, Values: x.RawMatrix().Data}}, model.Watch{})
	if err != nil {
		return nil, err
	}
	if len(out.Values) == 0 || len(out.Values)%rows != 0 {
		return nil, fmt.Errorf("the model returned %v for %d rows", out.Shape, rows)
	}
	return mat.NewDense(rows, len(out.Values)/rows, out.Values), nil
}

// predict asks for a few rows, all of whose outputs are numbers.
func (p *predictor) predict(x *mat.Dense) (*mat.Dense, error) {
	y, err := p.answer(x)
	if err != nil {
		return nil, err
	}
	return y, numbers(x, y)
}

// answer asks for a few rows. Outputs may be NaN or infinite.
func (p *predictor) answer(x *mat.Dense) (y *mat.Dense, err error) {
	defer func() {
		if r := recover(); r != nil {
			y, err = nil, fmt.Errorf("the model panicked: %v", r)
		}
	}()
	answer, err := p.ask(x)
	if err != nil {
		return nil, err
	}
	if answer == nil {
		return nil, errors.New("the model returned nil")
	}
	rows, _ := x.Dims()
	n, outputs := answer.Dims()
	if n != rows {
		return nil, fmt.Errorf("the model returned %d × %d for %d rows: it must return a row of outputs for each", n, outputs, rows)
	}
	y, ok := answer.(*mat.Dense)
	if !ok {
		y = mat.DenseCopyOf(answer)
	}
	return y, nil
}

// numbers tells of a row for which a model returned NaN or an infinity.
func numbers(x, y *mat.Dense) error {
	if i, k := notNumber(y); i >= 0 {
		return fmt.Errorf("the model returned %v for row %d (output %d): %s", y.At(i, k), i, k, rowText(x.RawRowView(i)))
	}
	return nil
}

// notNumber is the place of the first NaN or infinity, -1 if there is none.
func notNumber(y *mat.Dense) (row, col int) {
	raw := y.RawMatrix()
	for i := range raw.Rows {
		for k, v := range raw.Data[i*raw.Stride : i*raw.Stride+raw.Cols] {
			if v-v != 0 {
				return i, k
			}
		}
	}
	return -1, -1
}

// rowText shows the first numbers of a row.
func rowText(row []float64) string {
	const most = 8
	if len(row) > most {
		return fmt.Sprintf("%.4g … (%d features)", row[:most], len(row))
	}
	return fmt.Sprintf("%.4g", row)
}

// first asks for the outputs of rows, and so how many there are.
func (p *predictor) first(x *mat.Dense) (*mat.Dense, error) {
	y, err := p.predict(x)
	if err == nil {
		_, p.outputs = y.Dims()
	}
	return y, err
}

// workers is how many goroutines ask a model at once.
func (p *predictor) workers() int {
	if p.alone {
		return 1
	}
	return runtime.GOMAXPROCS(0)
}

// parallel does n pieces of work that do not depend on each other, behind a bar (none
// without a label), on some goroutines. It ends with the error of the piece with the lowest number, and
// when the cell is interrupted. What a piece computes must not depend on which
// goroutine does it, so that any number of cores gives the same numbers.
func parallel(n, workers int, label string, do func(i int) error) error {
	ctx, cancel := context.WithCancel(display.Context())
	defer cancel()
	done := func() {}
	if label != "" {
		bar := display.NewBar(n, label)
		defer bar.Done()
		done = func() { bar.Add(1) }
	}
	var (
		wg    sync.WaitGroup
		mu    sync.Mutex
		next  int
		where = n
		first error
	)
	take := func() (int, bool) {
		mu.Lock()
		defer mu.Unlock()
		if next >= n || next > where || ctx.Err() != nil {
			return 0, false
		}
		next++
		return next - 1, true
	}
	for range max(1, min(workers, n)) {
		wg.Go(func() {
			for i, ok := take(); ok; i, ok = take() {
				err := guarded(i, do)
				done()
				if err == nil {
					continue
				}
				mu.Lock()
				if i < where {
					where, first = i, err
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if first == nil && ctx.Err() != nil {
		return fmt.Errorf("interrupted after %d of %d pieces of work", next, n)
	}
	return first
}

// guarded turns a panic, an error of ours, into an error: it must not take a notebook
// down.
func guarded(i int, do func(i int) error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("piece %d panicked: %v", i, r)
		}
	}()
	return do(i)
}
