package data

import (
	"maps"
	"math/rand/v2"
	"slices"
)

// Take returns the samples with the given numbers, in that order.
func (s *Set) Take(name string, numbers []int) *Set {
	t := s.must()
	c := *t
	c.divided = 0
	for _, i := range numbers {
		t.in(s.name, i)
	}
	c.x = t.x.Take(numbers...)
	c.y, c.targets = pick(t.y, numbers), pick(t.targets, numbers)
	return ready(name, &c)
}

// pick returns the values with the given numbers, nil of nil.
func pick[T any](from []T, numbers []int) []T {
	if from == nil {
		return nil
	}
	to := make([]T, len(numbers))
	for k, i := range numbers {
		to[k] = from[i]
	}
	return to
}

// First returns the first n samples, all if there are fewer.
func (s *Set) First(n int) *Set {
	t := s.must()
	c := *t
	c.divided = 0
	n = min(max(n, 0), t.x.Dim(0))
	c.x = t.x.Slice(0, 0, n)
	if t.y != nil {
		c.y = t.y[:n:n]
	}
	if t.targets != nil {
		c.targets = t.targets[:n:n]
	}
	return ready(s.name, &c)
}

// Shuffle returns the samples in another order. The same seed makes the same order
// on every machine.
func (s *Set) Shuffle(seed uint64) *Set {
	return s.Take(s.name, random(seed).Perm(s.Len()))
}

func random(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0x10f9e)) }

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
//
// Sets that come divided, as MNIST does, are divided as they come if there are no
// options.
func (s *Set) Split(options ...SplitOption) (train, test *Set) {
	o := split{share: 0.2, seed: 1}
	for _, set := range options {
		set(&o)
	}
	r, t := random(o.seed), s.must()
	var a, b []int
	if n := t.x.Dim(0); len(options) == 0 && t.divided > 0 {
		a, b = count(0, n-t.divided), count(n-t.divided, n)
	} else {
		a, b = stratified(t.strata(), min(max(o.share, 0), 1), r)
	}
	r.Shuffle(len(a), func(i, j int) { a[i], a[j] = a[j], a[i] })
	r.Shuffle(len(b), func(i, j int) { b[i], b[j] = b[j], b[i] })
	return s.Take(s.name+", training", a), s.Take(s.name+", held out", b)
}

// count lists the numbers from one to before another.
func count(from, to int) []int {
	list := make([]int, 0, to-from)
	for i := from; i < to; i++ {
		list = append(list, i)
	}
	return list
}

// strata lists the samples of each class. Numbers to predict are all of one.
func (t *samples) strata() map[int][]int {
	if t.y == nil {
		return map[int][]int{0: count(0, t.x.Dim(0))}
	}
	classes := map[int][]int{}
	for i, c := range t.y {
		classes[c] = append(classes[c], i)
	}
	return classes
}

// stratified holds out a share of each class.
func stratified(classes map[int][]int, share float64, r *rand.Rand) (rest, held []int) {
	for _, c := range slices.Sorted(maps.Keys(classes)) {
		list := classes[c]
		r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		n := int(share*float64(len(list)) + 0.5)
		held = append(held, list[:n]...)
		rest = append(rest, list[n:]...)
	}
	return rest, held
}
