package nn

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"

	"loupe/nn/tensor"
)

// A Metric is a number that says how good predictions are. For one output, a
// prediction above a half means class 1; otherwise the largest output does.
type Metric struct {
	name string
	make func() meter
}

// Name returns the name, as in Keras.
func (m Metric) Name() string { return m.name }

// The metrics. AUC is the area under the ROC curve of the last output (of two
// classes); F1 is the mean over classes of 2·tp / (2·tp+fp+fn), and for one
// output that of class 1.
var (
	Accuracy          = Metric{"accuracy", func() meter { return &share{hit: isTop(1)} }}
	AUC               = Metric{"auc", func() meter { return &auc{} }}
	F1                = Metric{"f1", func() meter { return &f1{} }}
	MeanAbsoluteError = Metric{"mae", func() meter { return &mean{f: math.Abs} }}
	MeanSquaredError  = Metric{"mse", func() meter { return &mean{f: func(e float64) float64 { return e * e }} }}
)

// TopK is the share of samples whose class is among the k largest outputs.
func TopK(k int) Metric {
	return Metric{fmt.Sprintf("top_%d", k), func() meter { return &share{hit: isTop(k)} }}
}

// Of computes the metric of predictions [samples outputs] and targets.
func (m Metric) Of(pred, target *tensor.Tensor) float64 {
	meter := m.make()
	var b batch
	b.set(pred, target)
	meter.add(b)
	return meter.value()
}

// A meter computes a metric, batch by batch.
type meter interface {
	add(b batch)
	value() float64
}

// A batch is predictions and targets: width numbers for each row, and a class or
// as many numbers. It is valid until the next one is set.
type batch struct {
	pred, target []float64
	width        int
}

// set fills the batch, in the memory that it has.
func (b *batch) set(pred, target *tensor.Tensor) {
	b.pred, b.target, b.width = pred.AppendFloat64s(b.pred[:0]), target.AppendFloat64s(b.target[:0]), 1
	if pred.Rank() > 1 {
		b.width = pred.Dim(-1)
	}
	if n := len(b.target); n != len(b.pred) && n*b.width != len(b.pred) {
		fail("metrics: predictions have the shape %v, targets %v", pred.Shape(), target.Shape())
	}
}

func (b batch) rows() int { return len(b.pred) / max(b.width, 1) }

func (b batch) row(i int) []float64 { return b.pred[i*b.width : (i+1)*b.width] }

// class is the true class of a row.
func (b batch) class(i int) int {
	if len(b.target) == len(b.pred) && b.width > 1 {
		return argMax(b.target[i*b.width : (i+1)*b.width])
	}
	return int(b.target[i])
}

// predicted is the predicted class of a row.
func (b batch) predicted(i int) int {
	if b.width == 1 {
		if b.pred[i] > 0.5 {
			return 1
		}
		return 0
	}
	return argMax(b.row(i))
}

func argMax(x []float64) int {
	k := 0
	for i, v := range x {
		if v > x[k] {
			k = i
		}
	}
	return k
}

// share is the share of rows that are a hit.
type share struct {
	hit       func(b batch, i int) bool
	hits, all int
}

func (s *share) add(b batch) {
	for i := range b.rows() {
		if s.all++; s.hit(b, i) {
			s.hits++
		}
	}
}

func (s *share) value() float64 { return float64(s.hits) / float64(s.all) }

func isTop(k int) func(b batch, i int) bool {
	return func(b batch, i int) bool {
		if k == 1 || b.width == 1 {
			return b.predicted(i) == b.class(i)
		}
		row, above := b.row(i), 0
		c := b.class(i)
		for _, v := range row {
			if v > row[c] {
				above++
			}
		}
		return above < k
	}
}

// mean is the mean of a function of differences.
type mean struct {
	f   func(e float64) float64
	sum float64
	n   int
}

func (m *mean) add(b batch) {
	if len(b.target) != len(b.pred) {
		fail("metrics: %d predictions and %d targets have no differences", len(b.pred), len(b.target))
	}
	for i, p := range b.pred {
		m.sum += m.f(p - b.target[i])
		m.n++
	}
}

func (m *mean) value() float64 { return m.sum / float64(m.n) }

// auc ranks all scores; equal ones share their rank.
type auc struct {
	scores []float64
	labels []bool
}

func (a *auc) add(b batch) {
	for i := range b.rows() {
		a.scores = append(a.scores, b.row(i)[b.width-1])
		a.labels = append(a.labels, b.class(i) > 0)
	}
}

func (a *auc) value() float64 {
	order := make([]int, len(a.scores))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int { return cmp.Compare(a.scores[i], a.scores[j]) })
	ranks, positives := 0.0, 0.0
	for i := 0; i < len(order); {
		j := i
		for j < len(order) && a.scores[order[j]] == a.scores[order[i]] {
			j++
		}
		for _, s := range order[i:max(j, i+1)] {
			if a.labels[s] {
				ranks += float64(i+j+1) / 2
				positives++
			}
		}
		i = max(j, i+1)
	}
	negatives := float64(len(order)) - positives
	return (ranks - positives*(positives+1)/2) / (positives * negatives)
}

// f1 counts hits, and errors, for each class.
type f1 struct {
	counts map[int]*[2]int // true positives; false ones and false negatives
	binary bool
}

func (f *f1) add(b batch) {
	if f.counts == nil {
		f.counts = map[int]*[2]int{}
	}
	f.binary = b.width == 1
	of := func(c int) *[2]int {
		if f.counts[c] == nil {
			f.counts[c] = new([2]int)
		}
		return f.counts[c]
	}
	for i := range b.rows() {
		p, c := b.predicted(i), b.class(i)
		if p == c {
			of(c)[0]++
			continue
		}
		of(p)[1]++
		of(c)[1]++
	}
}

func (f *f1) value() float64 {
	score := func(n *[2]int) float64 { return 2 * float64(n[0]) / float64(2*n[0]+n[1]) }
	if f.binary {
		if n := f.counts[1]; n != nil {
			return score(n)
		}
		return 0
	}
	sum := 0.0
	for _, c := range slices.Sorted(maps.Keys(f.counts)) { // so that rounding is the same
		sum += score(f.counts[c])
	}
	return sum / float64(len(f.counts))
}
