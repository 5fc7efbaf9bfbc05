package trees

import (
	"cmp"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"loupe/nn/data"
)

// peers are what scikit-learn's learners have reached: testdata/learn.json says how.
type peers struct {
	Sets map[string]map[string]struct {
		Scores []float64 `json:"scores"` // of each repeat: the mean of 5 folds
	} `json:"sets"`
}

// mix is SplitMix64 (Steele, Lea and Flood 2014), which makes the folds.
func mix(z uint64) uint64 {
	z += 0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// fold divides a set for a repeat as testdata/learn.json says.
func fold(s *data.Set, repeat, fold int) (train, test *data.Set) {
	order := make([]int, s.Len())
	for i := range order {
		order[i] = i
	}
	class := func(i int) int {
		if s.Targets() != nil {
			return 0
		}
		return s.Y(i)
	}
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(class(a), class(b)), cmp.Compare(mix(uint64(repeat)<<32|uint64(a)), mix(uint64(repeat)<<32|uint64(b))))
	})
	var in, out []int
	for k, i := range order {
		if k%5 == fold {
			out = append(out, i)
		} else {
			in = append(in, i)
		}
	}
	return s.Take("training", in), s.Take("test", out)
}

// TestAccuracy compares with scikit-learn on the same folds: the mean difference must not
// be below zero by more than its standard errors and a little allow.
func TestAccuracy(t *testing.T) {
	if testing.Short() {
		t.Skip("takes 15 s, and minutes with the race detector")
	}
	content, err := os.ReadFile(filepath.Join("testdata", "learn.json"))
	if err != nil {
		t.Fatal(err)
	}
	var p peers
	if err := json.Unmarshal(content, &p); err != nil {
		t.Fatal(err)
	}
	kinds := map[string]func(s *data.Set, seed uint64) *Ensemble{
		"tree":     func(s *data.Set, seed uint64) *Ensemble { return Grow(s, Options{Seed: seed}) },
		"forest":   func(s *data.Set, seed uint64) *Ensemble { return Forest(s, Options{Seed: seed}) },
		"boosting": func(s *data.Set, seed uint64) *Ensemble { return Boost(s, Options{Seed: seed}) },
		"histogram boosting": func(s *data.Set, seed uint64) *Ensemble {
			return Boost(s, Options{Leaves: 31, MinLeaf: 20, Seed: seed})
		},
	}
	for name, s := range map[string]*data.Set{"iris": data.Iris(), "wine": data.Wine(), "breast cancer": data.BreastCancer(), "digits": data.Digits(), "diabetes": data.Diabetes()} {
		for kind, learn := range kinds {
			theirs := p.Sets[name][kind].Scores
			if kind == "forest" && s.Targets() != nil { // of a third of the features, as ours
				theirs = p.Sets[name]["forest third"].Scores
			}
			if len(theirs) < 2 {
				t.Fatalf("%s: %s has %d scores", name, kind, len(theirs))
			}
			limit := repeats(name, kind)
			if limit == 0 {
				continue
			}
			theirs = theirs[:min(limit, len(theirs))]
			ours := crossValidate(s, len(theirs), learn)
			d, se := difference(ours, theirs)
			t.Logf("%-14s %-19s %.4f, scikit-learn %.4f, difference %+.4f ± %.4f", name, kind, mean(ours), mean(theirs), d, se)
			if d < -2*se-0.005 {
				t.Errorf("%s: %s is worse than scikit-learn by %.4f ± %.4f", name, kind, -d, se)
			}
		}
	}
}

// repeats is how many repeats there is time for.
func repeats(name, kind string) int {
	switch {
	case kind == "tree":
		return 10
	case name != "digits":
		return 5
	case kind == "histogram boosting":
		return 0
	}
	return 2
}

func mean(v []float64) float64 {
	sum := 0.0
	for _, x := range v {
		sum += x
	}
	return sum / float64(len(v))
}

// difference is the mean of a − b and its standard error.
func difference(a, b []float64) (d, se float64) {
	v := make([]float64, len(a))
	for i := range v {
		v[i] = a[i] - b[i]
	}
	d = mean(v)
	for _, x := range v {
		se += (x - d) * (x - d)
	}
	n := float64(len(v))
	return d, math.Sqrt(se / (n - 1) / n)
}

// crossValidate has the mean score of 5 folds of each repeat.
func crossValidate(s *data.Set, repeats int, learn func(s *data.Set, seed uint64) *Ensemble) []float64 {
	scores := make([]float64, repeats)
	var wg sync.WaitGroup
	for r := range scores {
		wg.Go(func() {
			for k := range 5 {
				train, test := fold(s, r, k)
				scores[r] += score(learn(train, uint64(5*r+k)), test) / 5
			}
		})
	}
	wg.Wait()
	return scores
}

// TestOutOfBag: the score out of the bag is about that of a held-out set.
func TestOutOfBag(t *testing.T) {
	for _, s := range []*data.Set{data.BreastCancer(), data.Digits(), data.Diabetes()} {
		if testing.Short() && s.Name() == "Digits" {
			continue
		}
		out, held := 0.0, 0.0
		for k := range 5 {
			train, test := fold(s, 1, k)
			f := Forest(train)
			if f.Learned.OutOfBagRows != train.Len() {
				t.Errorf("%s: %d of %d rows are out of a bag", s.Name(), f.Learned.OutOfBagRows, train.Len())
			}
			out, held = out+f.Learned.OutOfBag/5, held+score(f, test)/5
		}
		if math.Abs(out-held) > 0.02 {
			t.Errorf("%s: %.3f out of the bag, %.3f held out", s.Name(), out, held)
		}
	}
	if f := Forest(data.Iris(), Options{NoBootstrap: true, Trees: 3}); !math.IsNaN(f.Learned.OutOfBag) {
		t.Errorf("without bags: %v", f.Learned.OutOfBag)
	}
}

// TestLossFalls: with all samples and small steps the loss falls in each round.
func TestLossFalls(t *testing.T) {
	for _, s := range []*data.Set{data.Iris(), data.BreastCancer(), data.Diabetes()} {
		e := Boost(s, Options{LearningRate: 0.05, Trees: 60})
		for r, v := range e.Learned.Loss {
			if r > 0 && v >= e.Learned.Loss[r-1] {
				t.Errorf("%s: round %d has the loss %v, the one before %v", s.Name(), r+1, v, e.Learned.Loss[r-1])
			}
		}
		if n := len(e.Learned.Loss); n != 60 {
			t.Errorf("%s: %d losses", s.Name(), n)
		}
		j := newJudged(len(e.Classes), nil, nil, make([]float64, s.Len()), e.Init)
		raw := e.Raw(s.Matrix())
		for i := range s.Len() {
			for k := range e.Outputs {
				j.score[k][i] = raw.At(i, k)
			}
			j.y, j.target, j.weight[i] = append(j.y, int32(s.Target(i))), append(j.target, s.Target(i)), 1
		}
		j.all = float64(s.Len())
		if v := j.loss(nil); math.Abs(v-e.Learned.Loss[59]) > 1e-9*v {
			t.Errorf("%s: the trees have the loss %v, and the record says %v", s.Name(), v, e.Learned.Loss[59])
		}
	}
}

func TestValidation(t *testing.T) {
	train, valid := data.Diabetes().Split()
	all := Boost(train, Options{Trees: 200, Validation: valid, Patience: -1, LearningRate: 0.3})
	e := Boost(train, Options{Trees: 200, Validation: valid, LearningRate: 0.3, Patience: 20})
	l := e.Learned
	if len(all.Trees) != 200 || len(e.Trees) != l.Best || len(l.Validation) != l.Best+20 || l.Stopped == "" {
		t.Errorf("%d trees, best %d, %d losses, stopped: %s", len(e.Trees), l.Best, len(l.Validation), l.Stopped)
	}
	for r, v := range l.Validation {
		if v < l.Validation[l.Best-1] || v != all.Learned.Validation[r] {
			t.Errorf("round %d has the loss %v, the best %v, without stopping %v", r+1, v, l.Validation[l.Best-1], all.Learned.Validation[r])
		}
	}
	squares := 0.0
	for i := range valid.Len() {
		d := e.Predict(valid.Matrix()).At(i, 0) - valid.Target(i)
		squares += d * d / float64(valid.Len())
	}
	if math.Abs(squares-l.Validation[l.Best-1]) > 1e-9*squares {
		t.Errorf("the trees have the error %v, the record %v", squares, l.Validation[l.Best-1])
	}
}

// TestSubsample: rows that a round has not drawn get its values as well.
func TestSubsample(t *testing.T) {
	s := data.BreastCancer()
	e := Boost(s, Options{Subsample: 0.5, Features: 5, Trees: 40})
	raw, sum := e.Raw(s.Matrix()), 0.0
	for i := range s.Len() {
		v := raw.At(i, 0)
		if s.Y(i) == 0 {
			v = -v
		}
		sum += math.Log1p(math.Exp(-v)) / float64(s.Len())
	}
	if got := e.Learned.Loss[39]; math.Abs(got-sum) > 1e-9*sum {
		t.Errorf("the trees have the loss %v, the record %v", sum, got)
	}
	for _, tree := range e.Trees {
		if tree.Cover[0] != 285 && tree.Cover[0] != 284 {
			t.Errorf("a tree has learned from %v samples", tree.Cover[0])
		}
	}
}
