// Package data brings data sets to learn from.
//
// For most uses:
//
//	train, test := data.Digits().Split()
//	train.Show(16)
//
// A [Set] can be given to nn.Fit as it is. Without a network there are real sets
// ([Digits], [Iris], [Wine], [BreastCancer], [Diabetes]), points in a plane ([Moons],
// [Circles], [Blobs], [Spirals]), and synthetic stand-ins for large sets
// ([Digits28], [Reviews]). [MNIST], [FashionMNIST], [CIFAR10], [IMDB] and [IMDBOriginal] are
// downloaded at first use, or read from the folder that LOUPE_DATA names. [CSV],
// [IDXImages], [CIFAR10Folder], [IMDBFolder] and [Images] read files, [NPZ], [NPY]
// and [IDX] arrays.
package data

import (
	"fmt"
	"slices"
	"strconv"
	"sync"

	"gonum.org/v1/gonum/mat"

	"loupe/nn/tensor"
)

// A Set is samples with numbers as features, and a class or a number to predict
// for each. Sets are not changed by their methods.
//
// Some sets are read when they are first used. If that fails, the method that
// needed the samples panics with an [*Error]; Load returns it instead.
type Set struct {
	name string
	load func() (*samples, error)

	// What Batch returned last, to be used again.
	batch, targets *tensor.Tensor
}

// samples is what a set consists of.
type samples struct {
	x        *tensor.Tensor // contiguous; the first axis is the samples'
	y        []int          // classes; nil if targets is not
	targets  []float64
	features []string
	classes  []string
	words    *vocabulary // of texts; x is then the numbers of their words
	divided  int         // how many samples at the end are for tests, where the source says so
}

// An Error says why a data set cannot be had.
type Error struct {
	Set string // its name
	Err error
}

func (e *Error) Error() string { return fmt.Sprintf("data: %s: %v", e.Set, e.Err) }

// Unwrap returns the reason.
func (e *Error) Unwrap() error { return e.Err }

// New makes a set of samples: one row of x, and one class in y, for each.
// Classes are numbered from 0 and named by classes, features by features; both
// may be nil. The set keeps x and y.
func New(name string, x *mat.Dense, y []int, features, classes []string) (*Set, error) {
	return newSet(name, &samples{x: tensor.FromMat(x), y: y, features: features, classes: classes})
}

// Regression makes a set of samples with a number to predict for each: one row of
// x and one number of y. The set keeps x and y.
func Regression(name string, x *mat.Dense, y []float64, features []string) (*Set, error) {
	return newSet(name, &samples{x: tensor.FromMat(x), targets: y, features: features})
}

// OfTensor makes a set of samples of any shape: the first axis of x is the
// samples'. Images are [samples height width channels], with values from 0 to 1.
func OfTensor(name string, x *tensor.Tensor, y []int, classes []string) (*Set, error) {
	return newSet(name, &samples{x: x, y: y, classes: classes})
}

func newSet(name string, t *samples) (*Set, error) {
	if err := t.check(); err != nil {
		return nil, &Error{name, err}
	}
	t.x = t.x.Contiguous()
	return ready(name, t), nil
}

// ready is a set of samples that are known to fit together.
func ready(name string, t *samples) *Set {
	return &Set{name: name, load: func() (*samples, error) { return t, nil }}
}

// lazy is a set that is read at its first use, and only once.
func lazy(name string, read func() (*samples, error)) *Set {
	return &Set{name: name, load: sync.OnceValues(func() (*samples, error) {
		t, err := read()
		if err == nil {
			err = t.check()
		}
		if err != nil {
			return nil, &Error{name, err}
		}
		return t, nil
	})}
}

func (t *samples) check() error {
	if t.x.Rank() == 0 {
		return fmt.Errorf("the features are one number, without an axis for samples")
	}
	if n := t.x.Dim(0); t.targets == nil && n != len(t.y) {
		return fmt.Errorf("there are %d rows of features and %d classes of samples", n, len(t.y))
	} else if t.targets != nil && n != len(t.targets) {
		return fmt.Errorf("there are %d rows of features and %d numbers to predict", n, len(t.targets))
	}
	if w := t.width(); t.features != nil && len(t.features) != w {
		return fmt.Errorf("there are %d features and %d names for them", w, len(t.features))
	}
	for i, c := range t.y {
		if c < 0 || t.classes != nil && c >= len(t.classes) {
			return fmt.Errorf("sample %d has the class %d, which does not exist: there are %d", i, c, len(t.classes))
		}
	}
	return nil
}

// width is how many numbers a sample has.
func (t *samples) width() int {
	w := 1
	for _, n := range t.x.Shape()[1:] {
		w *= n
	}
	return w
}

// must returns the samples; if they cannot be read, the caller's caller learns it
// as a panic, since methods chain.
func (s *Set) must() *samples {
	t, err := s.load()
	if err != nil {
		panic(err)
	}
	return t
}

// Load reads the set, if this has not happened yet, and says why it cannot be
// read.
func (s *Set) Load() error {
	_, err := s.load()
	return err
}

// Name returns the name of the set.
func (s *Set) Name() string { return s.name }

// Len returns the number of samples.
func (s *Set) Len() int { return s.must().x.Dim(0) }

// Width returns how many features, or numbers in general, a sample has.
func (s *Set) Width() int { return s.must().width() }

// Shape returns the shape of a sample: [features], or [height width channels].
func (s *Set) Shape() []int { return slices.Clone(s.must().x.Shape()[1:]) }

// X returns the features of sample i. The slice may be the set's own: do not
// change it.
func (s *Set) X(i int) []float64 {
	t := s.must()
	w := t.width()
	t.in(s.name, i)
	if t.x.DType() == tensor.Float64 {
		return tensor.Data[float64](t.x)[i*w : (i+1)*w : (i+1)*w]
	}
	x := make([]float64, w)
	for k, v := range tensor.Data[float32](t.x)[i*w : (i+1)*w] {
		x[k] = float64(v)
	}
	return x
}

// in panics with a readable message if there is no sample i.
func (t *samples) in(name string, i int) {
	if n := t.x.Dim(0); i < 0 || i >= n {
		panic(&Error{name, fmt.Errorf("there is no sample %d: they are numbered from 0 to %d", i, n-1)})
	}
}

// Sample returns sample i as a batch of one, [1 shape…]: what a model takes. It
// shares the set's numbers; that of a text knows its words.
func (s *Set) Sample(i int) *tensor.Tensor {
	t := s.must()
	t.in(s.name, i)
	x := t.x.Slice(0, i, i+1)
	if words := s.Words(i); len(words) == t.width() {
		return x.WithNames(words)
	}
	return x
}

// Tensor returns the features of all samples, [samples shape…]. It is the set's
// own: do not change it.
func (s *Set) Tensor() *tensor.Tensor { return s.must().x }

// Y returns the class of sample i.
func (s *Set) Y(i int) int {
	t := s.must()
	t.in(s.name, i)
	if t.targets != nil {
		panic(&Error{s.name, fmt.Errorf("samples have numbers to predict and no classes: use Target")})
	}
	return t.y[i]
}

// Target returns the number to predict for sample i; for sets with classes, the
// number of the class.
func (s *Set) Target(i int) float64 {
	t := s.must()
	t.in(s.name, i)
	if t.targets != nil {
		return t.targets[i]
	}
	return float64(t.y[i])
}

// Matrix returns the features, samples × features. It shares the numbers of sets
// of float64 numbers, as tables are: do not change it. Those of float32, as large
// sets of images are, are copied.
func (s *Set) Matrix() *mat.Dense {
	t := s.must()
	rows, cols := t.x.Dim(0), t.width()
	if rows == 0 || cols == 0 {
		return &mat.Dense{}
	}
	if t.x.DType() == tensor.Float64 {
		return mat.NewDense(rows, cols, tensor.Data[float64](t.x))
	}
	return mat.NewDense(rows, cols, t.x.Float64s())
}

// Labels returns the classes of all samples, nil if they have numbers instead. The
// slice is the set's own.
func (s *Set) Labels() []int { return s.must().y }

// Targets returns the numbers to predict for all samples, nil if they have classes
// instead. The slice is the set's own.
func (s *Set) Targets() []float64 { return s.must().targets }

// Features returns the names of the features.
func (s *Set) Features() []string { return s.must().features }

// Classes returns the names of the classes.
func (s *Set) Classes() []string { return s.must().classes }

// Label returns the name of the class of sample i, or its number to predict.
func (s *Set) Label(i int) string {
	t := s.must()
	t.in(s.name, i)
	switch {
	case t.targets != nil:
		return strconv.FormatFloat(t.targets[i], 'g', 6, 64)
	case t.classes == nil:
		return strconv.Itoa(t.y[i])
	}
	return t.classes[t.y[i]]
}

// Words returns the words of sample i by their places, "" for padding. It is nil if
// the samples are no texts.
func (s *Set) Words(i int) []string {
	t := s.must()
	t.in(s.name, i)
	if t.words == nil {
		return nil
	}
	return t.words.places(s.X(i))
}

// OneHot returns the classes as a matrix, samples × classes, with a 1 in the
// column of each sample's class.
func (s *Set) OneHot() *mat.Dense {
	t := s.must()
	n := len(t.classes)
	for _, c := range t.y {
		n = max(n, c+1)
	}
	m := mat.NewDense(max(len(t.y), 1), max(n, 1), nil)
	for i, c := range t.y {
		m.Set(i, c, 1)
	}
	return m
}
