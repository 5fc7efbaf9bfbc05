package data

import (
	"iter"

	"loupe/nn/tensor"
)

// Batch returns samples, [samples shape…], and their targets: the numbers of their
// classes, or the numbers to predict, [samples]. The tensors are used again by the
// next call, so that training makes no garbage; for several at a time there is
// Batches. It is what nn.Fit needs of data.
func (s *Set) Batch(numbers []int) (x, y *tensor.Tensor) {
	t := s.must()
	for _, i := range numbers {
		t.in(s.name, i)
	}
	t.fill(&s.batch, &s.targets, numbers)
	return s.batch, s.targets
}

// fill copies samples to tensors, new ones where their number is another.
func (t *samples) fill(x, y **tensor.Tensor, numbers []int) {
	if *x == nil || (*x).Dim(0) != len(numbers) {
		shape := append([]int{len(numbers)}, t.x.Shape()[1:]...)
		*x, *y = tensor.Zeros(t.x.DType(), shape...), tensor.Zeros(t.x.DType(), len(numbers))
	}
	if t.x.DType() == tensor.Float64 {
		fill[float64](t, *x, *y, numbers)
	} else {
		fill[float32](t, *x, *y, numbers)
	}
}

func fill[T tensor.Float](t *samples, x, y *tensor.Tensor, numbers []int) {
	w := t.width()
	to, from, targets := tensor.Data[T](x), tensor.Data[T](t.x), tensor.Data[T](y)
	for k, i := range numbers {
		copy(to[k*w:(k+1)*w], from[i*w:(i+1)*w])
		if t.targets != nil {
			targets[k] = T(t.targets[i])
		} else {
			targets[k] = T(t.y[i])
		}
	}
}

// A Batch is some samples and their targets, as Set.Batch returns them.
type Batch struct {
	X, Y    *tensor.Tensor
	Numbers []int // of the samples in the set
}

// Batches goes once through the samples, shuffled, in batches of a size; the last
// one may be smaller. The next batch is made while the loop works on one. Batches
// may be kept.
//
//	for b := range train.Batches(32, 1) { … b.X, b.Y … }
func (s *Set) Batches(size int, seed uint64) iter.Seq[Batch] {
	return func(yield func(Batch) bool) {
		t, size := s.must(), max(size, 1)
		order := random(seed).Perm(t.x.Dim(0))
		next, stop := make(chan Batch, 1), make(chan struct{})
		defer close(stop)
		go func() {
			defer close(next)
			for len(order) > 0 {
				b := Batch{Numbers: order[:min(size, len(order))]}
				order = order[len(b.Numbers):]
				t.fill(&b.X, &b.Y, b.Numbers)
				select {
				case next <- b:
				case <-stop:
					return
				}
			}
		}()
		for b := range next {
			if !yield(b) {
				return
			}
		}
	}
}
