package trees

import (
	"cmp"
	"math"
	"slices"
	"strconv"

	"loupe/nn/data"
)

// A table is the samples to learn from, in an order that depends on what they are and not
// on where they stand in the set: so sums have the same rounding, and random draws take
// the same samples, in whatever order they come.
type table struct {
	learner, name string
	n, p          int
	x             []float64 // of the set, rows × stride
	stride        int
	order         []int32 // the rows of x
	y             []int32 // classes
	target        []float64
	k             int // classes; 0 for numbers to predict
	classes       []string
	features      []string // nil if they have no names
	weight        []float64
	weighted      bool      // not all weights are 1
	ofClass       []float64 // the weights of the classes
	categorical   []bool
}

func newTable(learner string, set *data.Set, o *Options) *table {
	x := set.Matrix().RawMatrix()
	t := &table{learner: learner, name: set.Name(), n: x.Rows, p: x.Cols, x: x.Data, stride: x.Stride, features: set.Features()}
	labels, targets := set.Labels(), set.Targets()
	if targets == nil {
		t.nameClasses(set.Classes(), labels)
	} else if o.ClassWeights != nil || o.Balanced || o.Criterion != Gini {
		fail(learner, "ClassWeights, Balanced and Criterion are for classes, and %s has numbers to predict", t.name)
	}
	t.findCategorical(o.Categorical)
	t.checkNumbers(targets)
	t.ofClass = t.classWeights(labels, o)
	t.sort(labels, targets)
	for _, i := range t.order {
		switch {
		case targets != nil:
			t.target = append(t.target, targets[i])
			t.weight = append(t.weight, 1)
		default:
			t.y = append(t.y, int32(labels[i]))
			t.weight = append(t.weight, t.ofClass[labels[i]])
		}
	}
	t.dropWeightless()
	return t
}

// nameClasses names the classes by their numbers if they have no names.
func (t *table) nameClasses(names []string, labels []int) {
	t.classes, t.k = names, len(names)
	for _, c := range labels {
		t.k = max(t.k, c+1)
	}
	if t.k > mostOutputs {
		fail(t.learner, "%s has %d classes, and %d is the most", t.name, t.k, mostOutputs)
	}
	for c := len(names); c < t.k; c++ {
		t.classes = append(slices.Clip(t.classes), strconv.Itoa(c))
	}
}

func (t *table) row(i int) []float64 {
	at := int(t.order[i]) * t.stride
	return t.x[at : at+t.p]
}

// feature is the name of a feature, for messages.
func (t *table) feature(j int) string { return (&Ensemble{Features: t.features}).feature(j) }

// findCategorical finds features by their names; those without go by "feature 3".
func (t *table) findCategorical(names []string) {
	t.categorical = make([]bool, t.p)
	for _, name := range names {
		found := false
		for j := range t.p {
			if t.feature(j) == name {
				t.categorical[j], found = true, true
			}
		}
		if !found {
			fail(t.learner, "Categorical names %q, and %s has no such feature: they are %s", name, t.name, t.someFeatures())
		}
	}
}

func (t *table) someFeatures() string {
	text := ""
	for j := range min(t.p, 12) {
		if j > 0 {
			text += ", "
		}
		text += t.feature(j)
	}
	if t.p > 12 {
		text += ", …"
	}
	return text
}

// checkNumbers reports what no tree can be grown from. NaN is a missing value.
func (t *table) checkNumbers(targets []float64) {
	for i := range t.n {
		for j, v := range t.x[i*t.stride : i*t.stride+t.p] {
			if math.IsInf(v, 0) {
				fail(t.learner, "sample %d of %s has %v for %s: only finite numbers can be split, and NaN is a missing value", i, t.name, v, t.feature(j))
			}
			if t.categorical[j] && v == v && (v != math.Trunc(v) || v < 0 || v >= mostCategories) {
				fail(t.learner, "sample %d of %s has %v for %s, which is categorical: categories are whole numbers from 0 to %d", i, t.name, v, t.feature(j), mostCategories-1)
			}
		}
	}
	for i, v := range targets {
		if !(math.Abs(v) <= mostTarget) {
			fail(t.learner, "sample %d of %s has the target %v: targets are finite numbers, not above %g", i, t.name, v, mostTarget)
		}
	}
}

// mostTarget is what targets may be: their sums are squared.
const mostTarget = 1e140

// mostCategories bounds the sets that nodes have.
const mostCategories = 1 << 16

// classWeights returns the weight of each class.
func (t *table) classWeights(labels []int, o *Options) []float64 {
	w, count, present := make([]float64, t.k), make([]int, t.k), 0
	for _, c := range labels {
		if count[c]++; count[c] == 1 {
			present++
		}
	}
	for c := range w {
		if w[c] = 1; o.Balanced && count[c] > 0 {
			w[c] = float64(t.n) / float64(present*count[c])
		}
	}
	sum := 0.0
	for c, v := range o.ClassWeights {
		if c < 0 || c >= t.k {
			fail(t.learner, "ClassWeights has class %d, and those of %s go from 0 to %d", c, t.name, t.k-1)
		}
		if !(v >= 0 && v <= 1e9) {
			fail(t.learner, "the weight of class %d is %v: give a number from 0 to 1e9", c, v)
		}
		w[c] *= v
	}
	for c, n := range count {
		sum += w[c] * float64(n)
	}
	if t.k > 0 && sum == 0 {
		fail(t.learner, "ClassWeights are 0 for every class of %s", t.name)
	}
	return w
}

// sort orders the rows by their features, one after the other, and then by what is to be
// predicted.
func (t *table) sort(labels []int, targets []float64) {
	type key struct {
		v float64
		i int32
	}
	keys := make([]key, t.n)
	for i := range keys {
		keys[i] = key{t.x[i*t.stride], int32(i)}
	}
	slices.SortFunc(keys, func(a, b key) int { // rows that are equal in all are the same
		if c := cmp.Compare(a.v, b.v); c != 0 {
			return c
		}
		r, s := t.x[int(a.i)*t.stride:], t.x[int(b.i)*t.stride:]
		for j := 1; j < t.p; j++ {
			if c := cmp.Compare(r[j], s[j]); c != 0 {
				return c
			}
		}
		if targets != nil {
			return cmp.Compare(targets[a.i], targets[b.i])
		}
		return cmp.Compare(labels[a.i], labels[b.i])
	})
	t.order = make([]int32, t.n)
	for k, key := range keys {
		t.order[k] = key.i
	}
}

// dropWeightless leaves out samples that weigh nothing.
func (t *table) dropWeightless() {
	n := 0
	for i, w := range t.weight {
		t.weighted = t.weighted || w != 1 && w > 0
		if w > 0 {
			t.order[n], t.weight[n] = t.order[i], w
			if t.y != nil {
				t.y[n] = t.y[i]
			}
			n++
		}
	}
	if t.order, t.weight = t.order[:n], t.weight[:n]; t.y != nil {
		t.y = t.y[:n]
	}
	t.n = n
}

// ensemble is one without trees for what the table has.
func (t *table) ensemble(kind string, outputs int) *Ensemble {
	e := &Ensemble{Kind: kind, Inputs: t.p, Features: t.features, Classes: t.classes}
	e.Outputs = outputNames(outputs, t.classes)
	e.Learned = &Learned{Set: t.name, Rows: t.n, OutOfBag: math.NaN()}
	return e
}

// A column is a feature as numbers of its distinct values.
type column struct {
	code        []uint32  // of the rows; len(value) is a missing one
	value       []float64 // ascending
	missing     bool
	categorical bool
}

func (t *table) columns() []column {
	cols := make([]column, t.p)
	t.each(func(j int, rows []int32, sorted []float64) {
		c := column{missing: len(sorted) < t.n, categorical: t.categorical[j], code: make([]uint32, t.n)}
		for i, v := range sorted {
			if i == 0 || v != sorted[i-1] {
				c.value = append(c.value, v)
			}
		}
		for i := range c.code {
			c.code[i] = uint32(len(c.value))
		}
		k := uint32(0)
		for i, r := range rows {
			if sorted[i] != c.value[k] {
				k++
			}
			c.code[r] = k
		}
		cols[j] = c
	})
	return cols
}

// each gives all features to a function, on all cores: the rows whose values are not
// missing in ascending order of these, and the values. It reads as many features at once as
// share a line of the cache.
func (t *table) each(do func(j int, rows []int32, sorted []float64)) {
	const line = 8
	spread((t.p+line-1)/line, func(k int) {
		from := k * line
		width := min(line, t.p-from)
		v := make([]float64, width*t.n)
		for i, r := range t.order {
			for j, x := range t.x[int(r)*t.stride+from:][:width] {
				v[j*t.n+i] = x + 0 // −0 is 0
			}
		}
		keys, spare := make([]keyed, 0, t.n), make([]keyed, t.n)
		rows, sorted := make([]int32, t.n), make([]float64, t.n)
		for j := range width {
			keys = keys[:0]
			for i, x := range v[j*t.n : (j+1)*t.n] {
				if x == x {
					keys = append(keys, keyed{keyOf(x), int32(i)})
				}
			}
			in := sortKeyed(keys, spare[:len(keys)])
			for i, r := range in {
				rows[i], sorted[i] = r.row, valueOf(r.key)
			}
			do(from+j, rows[:len(in)], sorted[:len(in)])
		}
	})
}

// between is a threshold that separates two numbers a < b: halfway, but not b itself.
func between(a, b float64) float64 {
	m := a/2 + b/2
	if !(m >= a && m < b) {
		return a
	}
	return m
}
