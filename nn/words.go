package nn

import (
	"loupe/nn/internal/gemm"
	"loupe/nn/internal/vec"
	"loupe/nn/tensor"
)

// A batch of text has far more places than different words, and a layer behind an
// [Embedding] that multiplies every place by a kernel does the same for each place
// of a word. So it multiplies the vectors of the words there are, once each, and
// takes the products from there. Going back, gradients are first summed for each
// word: (Σ x dz) over places is Σ over words of x (Σ dz).
//
// The products are the same bits as without this; the gradients differ by their
// rounding, as sums in another order do.

// A lookup is where the numbers of a value come from: rows of an Embedding's table.
type lookup struct {
	ids   []int
	table *Value
}

// words is the products of the words of a batch.
type words[T tensor.Float] struct {
	table  *Value
	place  []int // of each word of the table among those of the batch, from 1
	list   []int // the words of the batch
	index  []int // for each row of the products, its word's place
	x      []T   // their vectors: word × in
	z      []T   // their products, and going back the sums of gradients: word × sums
	dx     []T
	in     int
	sums   int
	right  gemm.Right[T]
	factor gemm.Product[T]
}

// read finds the words of a batch, given the id of each row. It reports whether
// there are so few that it pays.
func (w *words[T]) read(l *lookup, id func(row int) int, sums int) bool {
	if l == nil {
		return false
	}
	w.table, w.in, w.sums = l.table, l.table.Data.Dim(1), sums
	w.place = grow(w.place, l.table.Data.Dim(0))
	clear(w.place)
	w.index, w.list = grow(w.index, len(l.ids)), w.list[:0]
	for r := range w.index {
		word := id(r)
		if w.place[word] == 0 {
			w.list = append(w.list, word)
			w.place[word] = len(w.list)
		}
		w.index[r] = w.place[word] - 1
	}
	return 2*len(w.list) <= len(w.index)
}

// products computes x·kernel + bias for all words.
func (w *words[T]) products(kernel, bias *Value) {
	n := len(w.list)
	w.x, w.z = grow(w.x, n*w.in), grow(w.z, n*w.sums)
	table := numbers[T](w.table)
	for i, word := range w.list {
		copy(w.x[i*w.in:(i+1)*w.in], table[word*w.in:])
	}
	w.right.Use(gemm.Dense(numbers[T](kernel), w.in, w.sums))
	p := &w.factor
	p.M, p.A, p.B, p.C, p.Step = n, gemm.Dense(w.x, n, w.in), &w.right, w.z, w.sums
	p.Run()
	vec.AddRows(w.z, numbers[T](bias)[:w.sums])
}

// row is the products for a row.
func (w *words[T]) row(r int) []T { return w.z[w.index[r]*w.sums:][:w.sums] }

// back computes the gradients of kernel and table from those of the products.
func (w *words[T]) back(dz []T, kernel *Value) {
	n := len(w.list)
	clear(w.z)
	const columns = 64 // each core sums columns of its own, all rows in order
	parallel(w.sums, columns, func(from, to, _ int) {
		for r, word := range w.index {
			vec.Add(w.z[word*w.sums+from:word*w.sums+to], dz[r*w.sums+from:r*w.sums+to])
		}
	})
	d := gemm.Dense(w.z, n, w.sums)
	if kernel.wants {
		g, add := overwritten[T](kernel)
		gemm.Mul(gemm.Dense(g, w.in, w.sums), gemm.Dense(w.x, n, w.in).T(), d, add)
	}
	if !w.table.wants {
		return
	}
	w.dx = grow(w.dx, n*w.in)
	gemm.Mul(gemm.Dense(w.dx, n, w.in), d, gemm.Dense(numbers[T](kernel), w.in, w.sums).T(), false)
	g := gradient[T](w.table)
	for i, word := range w.list {
		vec.Add(g[word*w.in:(word+1)*w.in], w.dx[i*w.in:(i+1)*w.in])
	}
}
