// Package data brings data sets to learn from.
//
// For most uses:
//
//	train, test := data.Digits().Split()
//	train.Show(16)
package data

import (
	"fmt"
	"image"
	"image/color"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/gonum/mat"

	"loupe/viz/chart"
)

// A Set is samples with numbers as features and a class each. Sets are not
// changed by their methods.
type Set struct {
	name     string
	x        *mat.Dense // a row for each sample
	y        []int
	features []string
	classes  []string
	shape    []int // of a sample that is an image: height and width; else nil
}

// New makes a set of samples: one row of x, and one class in y, for each.
// Classes are numbered from 0 and named by classes, features by features; both
// may be nil.
func New(name string, x *mat.Dense, y []int, features, classes []string) (*Set, error) {
	rows, cols := x.Dims()
	if rows != len(y) {
		return nil, fmt.Errorf("data: %s has %d rows of features and %d classes of samples", name, rows, len(y))
	}
	if features != nil && len(features) != cols {
		return nil, fmt.Errorf("data: %s has %d features and %d names for them", name, cols, len(features))
	}
	for i, c := range y {
		if c < 0 || classes != nil && c >= len(classes) {
			return nil, fmt.Errorf("data: %s: sample %d has the class %d, which does not exist", name, i, c)
		}
	}
	return &Set{name: name, x: x, y: y, features: features, classes: classes}, nil
}

// Len returns the number of samples.
func (s *Set) Len() int { return len(s.y) }

// Width returns the number of features of a sample.
func (s *Set) Width() int {
	_, c := s.x.Dims()
	return c
}

// Shape returns the height and width of samples that are images, else nil.
func (s *Set) Shape() []int { return slices.Clone(s.shape) }

// X returns the features of sample i. The slice is the set's own: do not change
// it.
func (s *Set) X(i int) []float64 { return s.x.RawRowView(i) }

// Y returns the class of sample i.
func (s *Set) Y(i int) int { return s.y[i] }

// Matrix returns the features, samples × features. It is the set's own: do not
// change it.
func (s *Set) Matrix() *mat.Dense { return s.x }

// Labels returns the classes of all samples. The slice is the set's own.
func (s *Set) Labels() []int { return s.y }

// Features returns the names of the features.
func (s *Set) Features() []string { return s.features }

// Classes returns the names of the classes.
func (s *Set) Classes() []string { return s.classes }

// Label returns the name of the class of sample i.
func (s *Set) Label(i int) string {
	if s.classes == nil {
		return fmt.Sprint(s.y[i])
	}
	return s.classes[s.y[i]]
}

// OneHot returns the classes as a matrix, samples × classes, with a 1 in the
// column of each sample's class.
func (s *Set) OneHot() *mat.Dense {
	n := len(s.classes)
	for _, c := range s.y {
		n = max(n, c+1)
	}
	m := mat.NewDense(max(len(s.y), 1), max(n, 1), nil)
	for i, c := range s.y {
		m.Set(i, c, 1)
	}
	return m
}

// Image returns sample i as an image, dark on white. It is nil if the samples
// are no images.
func (s *Set) Image(i int) image.Image {
	if s.shape == nil {
		return nil
	}
	h, w := s.shape[0], s.shape[1]
	img := image.NewGray(image.Rect(0, 0, w, h))
	for k, v := range s.X(i) {
		img.SetGray(k%w, k/w, color.Gray{uint8(255 - 255*min(max(v, 0), 1) + 0.5)})
	}
	return img
}

// Show returns a figure of the first n samples with their classes, for samples
// that are images.
func (s *Set) Show(n int) *chart.Figure {
	n = min(max(n, 0), s.Len())
	images, names := make([]image.Image, 0, n), make([]string, 0, n)
	for i := range n {
		if img := s.Image(i); img != nil {
			images, names = append(images, img), append(names, s.Label(i))
		}
	}
	return chart.Images(images, names...).With(chart.Title(fmt.Sprintf("%s: %s of %s samples", s.name, commas(n), commas(s.Len()))))
}

// String says what the set is: its name, how many samples and features it has,
// and how many samples are of each class.
func (s *Set) String() string {
	kind := fmt.Sprintf("%d features", s.Width())
	if s.shape != nil {
		kind = fmt.Sprintf("images of %d × %d pixels", s.shape[0], s.shape[1])
	}
	text := fmt.Sprintf("%s: %s samples, %s", s.name, commas(s.Len()), kind)
	if len(s.classes) == 0 {
		return text
	}
	counts := make([]int, len(s.classes))
	for _, c := range s.y {
		counts[c]++
	}
	if len(counts) > 5 {
		return fmt.Sprintf("%s, %d classes of %s to %s samples", text, len(counts), commas(slices.Min(counts)), commas(slices.Max(counts)))
	}
	parts := make([]string, len(counts))
	for c, n := range counts {
		parts[c] = fmt.Sprintf("%s %s", commas(n), s.classes[c])
	}
	return text + ": " + strings.Join(parts, ", ")
}

// Take returns the samples with the given numbers, in that order.
func (s *Set) Take(name string, samples []int) *Set {
	t := *s
	t.name = name
	t.y = make([]int, len(samples))
	t.x = &mat.Dense{}
	if len(samples) > 0 {
		t.x = mat.NewDense(len(samples), s.Width(), nil)
	}
	for k, i := range samples {
		t.x.SetRow(k, s.X(i))
		t.y[k] = s.y[i]
	}
	return &t
}

// A SplitOption changes how Split divides a set.
type SplitOption func(*split)

type split struct {
	share float64
	seed  uint64
}

// Holdout sets the share of the samples that are held out for tests, between 0
// and 1. Without it, it is 0.2.
func Holdout(share float64) SplitOption { return func(s *split) { s.share = share } }

// Seed chooses another division. Without it, it is 1.
func Seed(seed uint64) SplitOption { return func(s *split) { s.seed = seed } }

// Split divides the set into samples to train with and samples to test with,
// both shuffled. Every class is divided in the same proportion, and the same
// seed divides in the same way on every machine.
func (s *Set) Split(options ...SplitOption) (train, test *Set) {
	o := split{share: 0.2, seed: 1}
	for _, set := range options {
		set(&o)
	}
	r := rand.New(rand.NewPCG(o.seed, 0x10f9e))
	classes := map[int][]int{}
	for i, c := range s.y {
		classes[c] = append(classes[c], i)
	}
	order := make([]int, 0, len(classes))
	for c := range classes {
		order = append(order, c)
	}
	slices.Sort(order)
	var a, b []int
	for _, c := range order {
		list := classes[c]
		r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		n := int(min(max(o.share, 0), 1)*float64(len(list)) + 0.5)
		b = append(b, list[:n]...)
		a = append(a, list[n:]...)
	}
	r.Shuffle(len(a), func(i, j int) { a[i], a[j] = a[j], a[i] })
	r.Shuffle(len(b), func(i, j int) { b[i], b[j] = b[j], b[i] })
	return s.Take(s.name+", training", a), s.Take(s.name+", held out", b)
}

// commas prints a number with its thousands set apart.
func commas(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
