package trees

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"gonum.org/v1/gonum/mat"

	"loupe/display"
	"loupe/nn/data"
)

// classed makes a set of rows with classes.
func classed(rows [][]float64, y []int, classes ...string) *data.Set {
	s, err := data.New("rows", matrix(rows), y, nil, classes)
	if err != nil {
		panic(err)
	}
	return s
}

// numbered makes a set of rows with numbers to predict.
func numbered(rows [][]float64, y []float64) *data.Set {
	s, err := data.Regression("rows", matrix(rows), y, nil)
	if err != nil {
		panic(err)
	}
	return s
}

func matrix(rows [][]float64) *mat.Dense {
	m := mat.NewDense(len(rows), len(rows[0]), nil)
	for i, r := range rows {
		m.SetRow(i, r)
	}
	return m
}

// column1 makes rows of one feature.
func column1(values ...float64) (rows [][]float64) {
	for _, v := range values {
		rows = append(rows, []float64{v})
	}
	return rows
}

// score is the share of a set that is predicted right, or R².
func score(e *Ensemble, s *data.Set) float64 {
	y := e.Predict(s.Matrix()).(*mat.Dense)
	mean, a, b, right := 0.0, 0.0, 0.0, 0
	for i := range s.Len() {
		mean += s.Target(i) / float64(s.Len())
	}
	for i := range s.Len() {
		a += math.Pow(s.Target(i)-y.At(i, 0), 2)
		b += math.Pow(s.Target(i)-mean, 2)
		got := most(y.RawRowView(i))
		if len(e.Outputs) == 1 && len(e.Classes) == 2 && y.At(i, 0) > 0.5 {
			got = 1
		}
		if s.Targets() == nil && got == s.Y(i) {
			right++
		}
	}
	if s.Targets() != nil {
		return 1 - a/b
	}
	return float64(right) / float64(s.Len())
}

var learners = map[string]func(*data.Set, ...Options) *Ensemble{"Grow": Grow, "Forest": Forest, "Boost": Boost}

// panicked is the error of a panic, nil without one.
func panicked(do func()) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = r.(*Error)
		}
	}()
	do()
	return nil
}

func TestAndXor(t *testing.T) {
	rows := [][]float64{{0, 0}, {0, 1}, {1, 0}, {1, 1}}
	and := Grow(classed(rows, []int{0, 0, 0, 1}, "no", "yes")).Trees[0]
	want := &Tree{Left: []int32{1, -1, 3, -1, -1}, Right: []int32{2, -1, 4, -1, -1}, Feature: []int32{0, -1, 1, -1, -1}, Threshold: []float64{0.5, 0, 0.5, 0, 0},
		MissingLeft: make([]bool, 5), Value: []float64{0.75, 0.25, 1, 0, 0.5, 0.5, 1, 0, 0, 1}, Cover: []float64{4, 2, 2, 1, 1}}
	if !reflect.DeepEqual(and, want) {
		t.Errorf("AND is %+v", and)
	}
	// No first split of XOR gains anything: it is made all the same.
	for _, s := range []*data.Set{classed(rows, []int{0, 1, 1, 0}), numbered(rows, []float64{0, 1, 1, 0})} {
		if e := Grow(s); score(e, s) != 1 || e.Trees[0].Leaves() != 4 {
			t.Errorf("XOR is predicted with %v by %+v", score(e, s), e.Trees[0])
		}
	}
}

func TestMissing(t *testing.T) {
	nan := math.NaN()
	low := classed(column1(1, 2, 3, 4, nan, nan), []int{0, 0, 1, 1, 0, 0})
	high := classed(column1(1, 2, 3, 4, nan, nan), []int{0, 0, 1, 1, 1, 1})
	alone := classed(column1(1, 2, 3, 4, nan, nan), []int{0, 0, 0, 0, 1, 1})
	never := classed(column1(1, 2, 3, 4, 5), []int{0, 0, 0, 1, 1})
	for name, learn := range learners {
		if name == "Forest" {
			learn = func(s *data.Set, o ...Options) *Ensemble { return Forest(s, Options{Trees: 5, NoBootstrap: true}) }
		}
		for _, c := range []struct {
			set   *data.Set
			class int
			left  bool
		}{{low, 0, true}, {high, 1, false}, {alone, 1, false}, {never, 0, true}} {
			e := learn(c.set)
			if score(e, c.set) != 1 || e.Trees[0].MissingLeft[0] != c.left {
				t.Errorf("%s, class %d: %v is right; %+v", name, c.class, score(e, c.set), e.Trees[0])
			}
			if p := e.Predict(matrix(column1(nan))).(*mat.Dense).RawRowView(0); (p[len(p)-1] > 0.5) != (c.class == 1) {
				t.Errorf("%s: what is missing is %v, not class %d", name, p, c.class)
			}
		}
	}
}

func TestCategories(t *testing.T) {
	var rows [][]float64
	var two, three []int
	var numbers []float64
	for i := range 120 {
		c := []float64{2, 5, 7, 11, 64, 300}[i%6]
		rows = append(rows, []float64{float64(i / 60), c})
		two, three = append(two, []int{0, 1, 0, 1, 1, 0}[i%6]), append(three, []int{0, 1, 2, 0, 1, 2}[i%6])
		numbers = append(numbers, []float64{1, 9, 1, 9, 9, 1}[i%6])
	}
	o := Options{Categorical: []string{"feature 1"}}
	for name, learn := range learners {
		for _, s := range []*data.Set{classed(rows, two), classed(rows, three), numbered(rows, numbers)} {
			e := learn(s, o)
			if v := score(e, s); v < 0.999 {
				t.Errorf("%s of %d classes is right by %v", name, len(e.Classes), v)
			}
			if err := e.Check(); err != nil {
				t.Error(err)
			}
		}
	}
	tree := Grow(classed(rows[:59], two[:59]), o).Trees[0]
	// The set has the categories of the fewer samples: 29 of the 59 are of class 0.
	if want := CategoriesOf(2, 7, 300); tree.Leaves() != 2 || !reflect.DeepEqual(tree.Categories[0], want) {
		t.Errorf("two classes are split by %v in %d leaves", tree.Categories[0], tree.Leaves())
	}
}

// TestManyCategories has more than there are bins.
func TestManyCategories(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	var rows [][]float64
	var y []float64
	for range 4000 {
		c := float64(r.IntN(600))
		rows, y = append(rows, []float64{c}), append(y, math.Mod(c, 3))
	}
	s := numbered(rows, y)
	if v := score(Boost(s, Options{Categorical: []string{"feature 0"}}), s); v < 0.5 {
		t.Errorf("600 categories are right by %v", v)
	}
}

func TestNeighbours(t *testing.T) {
	one := math.Nextafter(1, 2)
	for _, pair := range [][2]float64{{1, one}, {-one, -1}, {0, 5e-324}, {-5e-324, 0}, {math.MaxFloat64 / 2, math.MaxFloat64}, {-math.MaxFloat64, math.MaxFloat64}} {
		s := classed(column1(pair[0], pair[1], pair[0], pair[1]), []int{0, 1, 0, 1})
		for name, learn := range learners {
			if v := score(learn(s), s); v != 1 {
				t.Errorf("%s of %v is right by %v", name, pair, v)
			}
		}
	}
}

// TestMemory: a tree without limits knows its samples by heart.
func TestMemory(t *testing.T) {
	for _, s := range []*data.Set{data.Wine(), data.BreastCancer(), data.Digits(), data.Diabetes()} {
		if testing.Short() && s.Name() == "Digits" {
			continue
		}
		for _, o := range []Options{{}, {Leaves: 5000}, {Features: 2}, {Balanced: s.Targets() == nil}} {
			if v := score(Grow(s, o), s); v != 1 {
				t.Errorf("%s with %+v: %v", s.Name(), o, v)
			}
		}
		if s.Targets() == nil {
			if v := score(Grow(s, Options{Criterion: Entropy}), s); v != 1 {
				t.Errorf("%s by entropy: %v", s.Name(), v)
			}
		}
	}
}

func TestLimits(t *testing.T) {
	for _, s := range []*data.Set{data.Digits(), data.Diabetes()} {
		for name, learn := range learners {
			o := Options{Depth: 5, Leaves: 12, MinLeaf: 7}
			if name != "Grow" {
				o.Trees = 10
			}
			for _, tree := range learn(s, o).Trees {
				if tree.Depth() > 5 || tree.Leaves() > 12 {
					t.Errorf("%s: a tree has depth %d and %d leaves", name, tree.Depth(), tree.Leaves())
				}
				for node, c := range tree.Cover {
					if c < 7 {
						t.Errorf("%s: node %d has a cover of %v", name, node, c)
					}
				}
			}
		}
	}
}

func TestWeights(t *testing.T) {
	s := classed(column1(1, 1, 1, 1, 2), []int{0, 0, 0, 1, 1})
	for _, c := range []struct {
		o    Options
		want float64 // the share of class 1 in the left leaf
	}{{Options{}, 0.25}, {Options{ClassWeights: map[int]float64{1: 3}}, 0.5}, {Options{Balanced: true}, 1.0 / 3}, {Options{ClassWeights: map[int]float64{0: 0}}, 1}} {
		v := []float64{1}
		e := Grow(s, c.o)
		if p := e.Predict(matrix(column1(v...))).At(0, 1); math.Abs(p-c.want) > 1e-12 {
			t.Errorf("%+v: the share is %v, not %v", c.o, p, c.want)
		}
		f := Forest(s, Options{Trees: 4, NoBootstrap: true, ClassWeights: c.o.ClassWeights, Balanced: c.o.Balanced})
		if p := f.Predict(matrix(column1(v...))).At(0, 1); math.Abs(p-c.want) > 1e-12 {
			t.Errorf("%+v: the share in the forest is %v, not %v", c.o, p, c.want)
		}
	}
	// A class that weighs next to nothing: rounding must not decide.
	if err := Forest(data.Iris(), Options{Trees: 5, ClassWeights: map[int]float64{0: 1e9, 1: 1e-9}}).Check(); err != nil {
		t.Error(err)
	}
	b := Boost(data.BreastCancer(), Options{Balanced: true, Trees: 5})
	if math.Abs(b.Init[0]) > 1e-9 {
		t.Errorf("balanced classes start from %v", b.Init)
	}
}

// random makes a set of few distinct values: kind 0 has numbers to predict, others kind+1
// classes. A share of the values is missing.
func random(r *rand.Rand, n, p, kind int, missing float64) *data.Set {
	rows, y, numbers := make([][]float64, n), make([]int, n), make([]float64, n)
	for i := range rows {
		rows[i] = make([]float64, p)
		for j := range rows[i] {
			if rows[i][j] = math.Round(r.NormFloat64() * 3); r.Float64() < missing {
				rows[i][j] = math.NaN()
			}
		}
		y[i], numbers[i] = r.IntN(kind+1), r.NormFloat64()
	}
	if kind == 0 {
		return numbered(rows, numbers)
	}
	return classed(rows, y, []string{"a", "b", "c", "d"}[:kind+1]...)
}

func TestLearnerMistakes(t *testing.T) {
	s := data.Iris()
	inf := classed(column1(1, math.Inf(1)), []int{0, 1})
	for want, do := range map[string]func(){
		"Forest: the set has no samples":                                    func() { Forest(s.First(0)) },
		"Forest: Depth is -3: give a number from 1":                         func() { Forest(s, Options{Depth: -3}) },
		"Grow: it has no use for the option Trees, which is one of Forest":  func() { Grow(s, Options{Trees: 3}) },
		"Boost: it has no use for the option Alpha":                         func() { Boost(s, Options{Alpha: 3}) },
		"Boost: Subsample is 2: give a share":                               func() { Boost(s, Options{Subsample: 2}) },
		"Boost: LearningRate is NaN":                                        func() { Boost(s, Options{LearningRate: math.NaN()}) },
		"Boost: Patience is 3, and there is no Validation":                  func() { Boost(s, Options{Patience: 3}) },
		"Boost: of Validation and Iris one has classes":                     func() { Boost(s, Options{Validation: numbered([][]float64{{1, 2, 3, 4}}, []float64{1})}) },
		"Boost: Validation has 442 samples with 10 features":                func() { Boost(s, Options{Validation: data.Diabetes()}) },
		"Boost: sample 0 of Validation has the class 7":                     func() { Boost(s, Options{Validation: classed([][]float64{{1, 2, 3, 4}}, []int{7})}) },
		"Forest: Features is 9, and the samples of Iris have 4":             func() { Forest(s, Options{Features: 9}) },
		"Forest: there is no Criterion(7)":                                  func() { Forest(s, Options{Criterion: 7}) },
		"Grow: Leaves is 1":                                                 func() { Grow(s, Options{Leaves: 1}) },
		"Grow: it got 2 Options":                                            func() { Grow(s, Options{}, Options{}) },
		"Grow: sample 1 of rows has +Inf for feature 0":                     func() { Grow(inf) },
		"Grow: sample 1 of rows has the target NaN":                         func() { Grow(numbered(column1(1, 2), []float64{1, math.NaN()})) },
		"Grow: sample 0 of Iris has 5.1 for sepal length (cm), which is":    func() { Grow(s, Options{Categorical: []string{"sepal length (cm)"}}) },
		"Grow: Categorical names \"x\", and Iris has no such feature: they": func() { Grow(s, Options{Categorical: []string{"x"}}) },
		"Grow: ClassWeights has class 3":                                    func() { Grow(s, Options{ClassWeights: map[int]float64{3: 1}}) },
		"Grow: the weight of class 1 is -1":                                 func() { Grow(s, Options{ClassWeights: map[int]float64{1: -1}}) },
		"Grow: ClassWeights are 0 for every class":                          func() { Grow(s, Options{ClassWeights: map[int]float64{0: 0, 1: 0, 2: 0}}) },
		"Grow: ClassWeights, Balanced and Criterion are for classes":        func() { Grow(data.Diabetes(), Options{Balanced: true}) },
		"Forest: Subsample is 0.5, and with NoBootstrap":                    func() { Forest(s, Options{Subsample: 0.5, NoBootstrap: true}) },
	} {
		if err := panicked(do); err == nil || !strings.HasPrefix(err.Error(), "trees: "+want) {
			t.Errorf("%q does not begin: %v", want, err)
		}
	}
}

// TestSameBits: neither the cores nor the order of the samples change a tree.
func TestSameBits(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, s := range []*data.Set{data.BreastCancer(), data.Iris(), data.Diabetes(), made(3000, 20)} {
		for name, learn := range learners {
			o := Options{Seed: 7, MinLeaf: 2}
			if name != "Grow" {
				o.Trees, o.Subsample = 8, 0.7
			}
			var first *Ensemble
			for k, cores := range []int{1, 4, 4} {
				runtime.GOMAXPROCS(cores)
				set := s
				if k == 2 {
					set = s.Shuffle(5)
				}
				e := learn(set, o)
				if first == nil {
					first = e
				}
				if !reflect.DeepEqual(e.Trees, first.Trees) || !reflect.DeepEqual(e.Learned.Loss, first.Learned.Loss) || e.Learned.OutOfBagRows != first.Learned.OutOfBagRows {
					t.Errorf("%s of %s: other trees on %d cores, run %d", name, s.Name(), cores, k)
				}
			}
			if o.Seed = 8; name != "Grow" && reflect.DeepEqual(learn(s, o).Trees, first.Trees) {
				t.Errorf("%s of %s: the same trees with another seed", name, s.Name())
			}
		}
	}
}

// TestRobust learns from what nobody expects.
func TestRobust(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	for trial := range 300 {
		n, p := 1+r.IntN(40), 1+r.IntN(6)
		s := random(r, n, p, r.IntN(4), []float64{0, 0.3, 0.9}[r.IntN(3)])
		x := s.Matrix()
		for i := range n { // constants, copies, numbers of all sizes
			if p > 1 {
				x.Set(i, 1, 4)
			}
			if p > 2 {
				x.Set(i, 2, x.At(i, 0))
			}
			if p > 3 {
				x.Set(i, 3, r.NormFloat64()*math.Pow(10, float64(r.IntN(600)-300)))
			}
		}
		o := Options{Depth: r.IntN(4), MinLeaf: r.IntN(4), Leaves: []int{0, 0, 2, 5}[r.IntN(4)], Seed: uint64(trial), Balanced: s.Targets() == nil && trial%3 == 0}
		for name, learn := range learners {
			if o.Trees = 0; name != "Grow" {
				o.Trees = 1 + r.IntN(5)
			}
			e := learn(s, o)
			if err := e.Check(); err != nil {
				t.Fatalf("%s of trial %d: %v", name, trial, err)
			}
			if _, _, err := e.TryMIMEBundle(); err != nil {
				t.Error(err)
			}
			for _, v := range e.Predict(x).(*mat.Dense).RawMatrix().Data {
				if math.IsNaN(v) || math.IsInf(v, 0) {
					t.Fatalf("%s of trial %d predicts %v", name, trial, v)
				}
			}
		}
	}
}

// interrupting is a context that ends when it has been asked some times.
type interrupting struct {
	context.Context
	left atomic.Int64
}

func (c *interrupting) Err() error {
	if c.left.Add(-1) < 0 {
		return context.Canceled
	}
	return nil
}

// front is a notebook that shows nothing.
type front struct{ ctx context.Context }

func (f front) Context() context.Context              { return f.ctx }
func (front) Show(display.Bundle, string, bool) error { return nil }
func (front) Clear(bool) error                        { return nil }
func (front) Ask(string, bool) (string, error)        { return "", nil }

func TestInterrupt(t *testing.T) {
	for _, c := range []struct {
		name string
		left int64
		some bool // trees are there already
	}{{"Grow", 0, false}, {"Grow", 100, false}, {"Forest", 0, false}, {"Forest", 100, false}, {"Forest", 9000, true}, {"Boost", 0, false}, {"Boost", 700, true}} {
		ctx := &interrupting{Context: context.Background()}
		ctx.left.Store(c.left)
		before := display.Connect(front{ctx})
		var e *Ensemble
		err := panicked(func() { e = learners[c.name](data.Diabetes()) })
		display.Connect(before)
		switch {
		case !c.some && (err == nil || !strings.Contains(err.Error(), "interrupted")), c.some && err != nil:
			t.Errorf("%s after %d steps: %v", c.name, c.left, err)
		case c.some && (e.Check() != nil || e.Learned.Stopped != "interrupted" || len(e.Trees) == 100):
			t.Errorf("%s after %d steps has %d trees, stopped: %s", c.name, c.left, len(e.Trees), e.Learned.Stopped)
		case c.some && c.name == "Boost" && len(e.Learned.Loss) != len(e.Trees):
			t.Errorf("%d trees and %d losses", len(e.Trees), len(e.Learned.Loss))
		}
	}
}

func TestShowLearned(t *testing.T) {
	train, valid := data.BreastCancer().Split()
	for want, e := range map[string]*Ensemble{
		"random forest: 20 trees with": Forest(train, Options{Trees: 20}), "of those out of the bag are right": Forest(train, Options{Trees: 20}),
		"of the validation least after round": Boost(train, Options{Validation: valid}), "R² of those out of the bag is": Forest(data.Diabetes()),
		"mean squared error": Boost(data.Diabetes()), "stopped early: no split": Boost(classed(column1(1, 1), []int{0, 1})),
		"Learned from 456 samples of Breast cancer, training": Grow(train),
	} {
		bundle, _, err := e.TryMIMEBundle()
		if err != nil || !strings.Contains(fmt.Sprint(bundle["text/plain"]), want) || !strings.Contains(fmt.Sprint(bundle["text/html"]), want) {
			t.Errorf("%q is not in %v (%v)", want, bundle["text/plain"], err)
		}
	}
}

// made is a set of two classes that depend on features in curved ways.
func made(n, p int) *data.Set {
	r := rand.New(rand.NewPCG(1, 2))
	x, y := mat.NewDense(n, p, nil), make([]int, n)
	for i := range n {
		row := x.RawRowView(i)
		for j := range row {
			row[j] = r.NormFloat64()
		}
		if row[0]*row[1]+math.Sin(2*row[2])+row[3]*row[3]-1+0.5*r.NormFloat64() > 0 {
			y[i] = 1
		}
	}
	s, err := data.New("made", x, y, nil, nil)
	if err != nil {
		panic(err)
	}
	return s
}

func BenchmarkLearn(b *testing.B) {
	large := made(100_000, 30)
	for _, c := range []struct {
		name  string
		learn func()
	}{
		{"forest cancer", func() { Forest(data.BreastCancer()) }}, {"forest digits", func() { Forest(data.Digits()) }},
		{"boost cancer", func() { Boost(data.BreastCancer()) }}, {"boost digits", func() { Boost(data.Digits()) }},
		{"boost large", func() { Boost(large, Options{Leaves: 31, MinLeaf: 20}) }}, {"tree large", func() { Grow(large) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				c.learn()
			}
		})
	}
}
