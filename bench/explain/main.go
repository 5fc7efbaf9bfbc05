// Command explain explains models of scikit-learn for a clock: those that
// bench/explain.py has trained and written to the folder of its argument. It reads the
// name of a task from each line of its input, does it, and writes how many milliseconds
// that took; the contributions go to the file of the task's name in the folder, for
// bench/explain.py to compare. Making an explainer is not part of the time, as it is not
// on the other side; but it is a new one each time, which has learned nothing from rows
// that it has explained before. Making a figure is part of the time. Of tasks of learning
// the time is that of the learner alone.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"iter"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"gonum.org/v1/gonum/mat"

	"loupe/trees"
	"loupe/viz/chart"
	"loupe/viz/explain"
)

// A workplace is what bench/explain.py has written.
type workplace struct {
	X        [][]float64 `json:"x"`
	Features []string    `json:"features"`
	// Of the logistic regression of standardised features:
	Mean, Scale, Weights []float64
	Intercept            float64
	Columns              map[string]int // features of the sets to learn from
}

func main() {
	if len(os.Args) != 2 {
		fail(fmt.Errorf("give the folder that bench/explain.py has written"))
	}
	tasks, err := prepare(os.Args[1])
	if err != nil {
		fail(err)
	}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		prepare, ok := tasks[lines.Text()]
		if !ok {
			fail(fmt.Errorf("no task is named %q", lines.Text()))
		}
		do := prepare()
		start := time.Now()
		why, err := do()
		took := time.Since(start)
		if err == nil && why != nil {
			err = keep(filepath.Join(os.Args[1], lines.Text()+".json"), why)
		}
		if err != nil {
			fail(fmt.Errorf("%s: %w", lines.Text(), err))
		}
		fmt.Printf("%.3f\n", float64(took.Microseconds())/1000)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "explain:", err)
	os.Exit(1)
}

// keep writes the contributions to the last output.
func keep(path string, why *explain.Attribution) error {
	rows, _, outputs := why.Dims()
	list := make([][]float64, rows)
	for i := range list {
		list[i] = mat.Row(nil, i, why.Values[outputs-1])
	}
	file, err := json.Marshal(list)
	if err != nil {
		return err
	}
	return os.WriteFile(path, file, 0o644)
}

// A task makes what it needs, and returns what is timed.
type task func() func() (*explain.Attribution, error)

type explainer interface {
	Explain(rows any) *explain.Attribution
}

func prepare(folder string) (map[string]task, error) {
	file, err := os.ReadFile(filepath.Join(folder, "work.json"))
	if err != nil {
		return nil, err
	}
	var w workplace
	if err := json.Unmarshal(file, &w); err != nil {
		return nil, err
	}
	models := map[string]any{"logistic": w.logistic()}
	ensembles := map[string]*trees.Ensemble{}
	for _, name := range []string{"forest", "boosted"} {
		e, err := trees.Open(filepath.Join(folder, name+".json"))
		if err != nil {
			return nil, err
		}
		models[name], ensembles[name] = e, e
	}
	rows := func(from, to int) *mat.Dense {
		m := mat.NewDense(to-from, len(w.X[0]), nil)
		for i := range to - from {
			m.SetRow(i, w.X[from+i])
		}
		return m
	}
	all, background := rows(0, len(w.X)), rows(0, 100)
	of := func(make func() explainer, x *mat.Dense) task {
		return func() func() (*explain.Attribution, error) {
			e := make()
			return func() (*explain.Attribution, error) { a := e.Explain(x); return a, a.Err() }
		}
	}
	tree := func(name string, list ...explain.Option) func() explainer {
		return func() explainer { return explain.TreeSHAP(ensembles[name], list...) }
	}
	tasks := map[string]task{
		"tree forest":         of(tree("forest"), all),
		"tree interventional": of(tree("forest", explain.Background(background)), rows(0, 50)),
		"tree boosted":        of(tree("boosted"), all),
	}
	tasks["tree interactions"] = func() func() (*explain.Attribution, error) {
		e := explain.TreeSHAP(ensembles["boosted"])
		return func() (*explain.Attribution, error) {
			j := e.Interactions(all)
			return j.Attribution(), j.Err()
		}
	}
	for name, m := range models {
		for n, x := range map[string]*mat.Dense{"1": rows(200, 201), "10": rows(200, 210)} {
			tasks["kernel "+name+" "+n] = of(func() explainer { return explain.KernelSHAP(m, background) }, x)
			tasks["permutation "+name+" "+n] = of(func() explainer { return explain.PermutationSHAP(m, background, explain.Samples(8)) }, x)
			tasks["permutation default "+name+" "+n] = of(func() explainer { return explain.PermutationSHAP(m, background) }, x)
			tasks["lime "+name+" "+n] = of(func() explainer { return explain.LIME(m, all) }, x)
		}
	}
	why := explain.TreeSHAP(ensembles["forest"]).Explain(all)
	if err := why.Err(); err != nil {
		return nil, err
	}
	why.Features = w.Features
	picture := func(make func() *chart.Figure) task {
		return func() func() (*explain.Attribution, error) {
			return func() (*explain.Attribution, error) {
				_, err := make().PNG()
				return nil, err
			}
		}
	}
	tasks["stream"] = func() func() (*explain.Attribution, error) {
		e := explain.TreeSHAP(ensembles["forest"])
		return func() (*explain.Attribution, error) {
			return nil, e.Each(w.many(1_000_000), func(*explain.Attribution) error { return nil })
		}
	}
	tasks["beeswarm"] = picture(why.Beeswarm)
	tasks["waterfall"] = picture(func() *chart.Figure { return why.Row(0).Waterfall() })
	tasks["heat map"] = picture(why.HeatMap)
	return tasks, w.learners(folder, tasks)
}

// many yields rows that none is like: each is somewhere between two of the data.
func (w *workplace) many(n int) iter.Seq[[]float64] {
	return func(yield func([]float64) bool) {
		r := rand.New(rand.NewPCG(1, 1))
		row := make([]float64, len(w.X[0]))
		for range n {
			a, b, t := w.X[r.IntN(len(w.X))], w.X[r.IntN(len(w.X))], r.Float64()
			for j := range row {
				row[j] = a[j] + t*(b[j]-a[j])
			}
			if !yield(row) {
				return
			}
		}
	}
}

// logistic is the regression of scikit-learn: the probabilities of both classes, by a product
// of the rows and the weights as NumPy has it.
func (w *workplace) logistic() func(x mat.Matrix) mat.Matrix {
	slope, level := mat.NewVecDense(len(w.Weights), nil), w.Intercept
	for j, weight := range w.Weights {
		slope.SetVec(j, weight/w.Scale[j])
		level -= weight / w.Scale[j] * w.Mean[j]
	}
	return func(x mat.Matrix) mat.Matrix {
		n, _ := x.Dims()
		z := mat.NewVecDense(n, nil)
		z.MulVec(x, slope)
		y := mat.NewDense(n, 2, nil)
		to := y.RawMatrix().Data
		for i, v := range z.RawVector().Data {
			p := 1 / (1 + math.Exp(-v-level))
			to[2*i], to[2*i+1] = 1-p, p
		}
		return y
	}
}
