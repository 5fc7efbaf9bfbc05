package gemm

import "loupe/nn/internal/team"

// A Right is the right factor of products, in panels of as many columns as a
// tile has. Its memory is used again by the next Pack or Use.
type Right[T Float] struct {
	K, N int // rows and columns

	// Whole panels lie in whole: column j at j*panel/cols, rows step apart.
	whole       []T
	panel, step int
	// Copies of panels, or of the last one alone if it is not whole.
	packed []T
	edge   []T

	source Matrix[T] // while it is being packed
}

// Pack copies b into panels.
func (r *Right[T]) Pack(b Matrix[T]) {
	cols := tilingOf[T]().cols
	panels := (b.Cols + cols - 1) / cols
	r.packed = grow(r.packed, panels*b.Rows*cols)
	r.K, r.N = b.Rows, b.Cols
	r.whole, r.panel, r.step = r.packed, b.Rows*cols, cols
	if r.edge = nil; b.Cols%cols != 0 {
		r.edge = r.packed[(panels-1)*r.panel:]
	}
	r.source = b
	if b.Rows*b.Cols < 1<<14 {
		for p := range panels {
			r.Do(p, 0)
		}
	} else {
		team.Do(panels, r)
	}
	r.source = Matrix[T]{}
}

// Do packs one panel. It is for package team.
func (r *Right[T]) Do(p, _ int) {
	cols := tilingOf[T]().cols
	packPanel(r.packed[p*r.K*cols:(p+1)*r.K*cols], r.source, p*cols, cols)
}

// Use takes b where it lies if its rows are contiguous, without copies except of
// a last panel that is not whole; otherwise it packs. It pays where a product has
// few rows, or b fits into the cache.
func (r *Right[T]) Use(b Matrix[T]) {
	if b.ColStep != 1 {
		r.Pack(b)
		return
	}
	cols := tilingOf[T]().cols
	r.K, r.N = b.Rows, b.Cols
	r.whole, r.panel, r.step = b.Data, cols, b.RowStep
	r.edge = nil
	if rest := b.Cols % cols; rest != 0 {
		r.packed = grow(r.packed, b.Rows*cols)
		r.edge = r.packed
		packPanel(r.edge, b, b.Cols-rest, cols)
	}
}

// packPanel copies columns j to j+cols-1 of b, with zeros beyond the last.
func packPanel[T Float](to []T, b Matrix[T], j, cols int) {
	n := min(cols, b.Cols-j)
	if n < cols {
		clear(to)
	}
	if b.ColStep == 1 {
		for k := range b.Rows {
			copy(to[k*cols:k*cols+n], b.Data[k*b.RowStep+j:])
		}
		return
	}
	// Four columns at a time, so that lines are written few times and read once.
	c := 0
	for ; c+4 <= n; c += 4 {
		at := (j + c) * b.ColStep
		x0, x1, x2, x3 := b.Data[at:], b.Data[at+b.ColStep:], b.Data[at+2*b.ColStep:], b.Data[at+3*b.ColStep:]
		for k, q := 0, 0; k < b.Rows; k, q = k+1, q+b.RowStep {
			row := to[k*cols+c : k*cols+c+4 : k*cols+c+4]
			row[0], row[1], row[2], row[3] = x0[q], x1[q], x2[q], x3[q]
		}
	}
	for ; c < n; c++ {
		x := b.Data[(j+c)*b.ColStep:]
		for k := range b.Rows {
			to[k*cols+c] = x[k*b.RowStep]
		}
	}
}

// grow returns memory for n numbers: s, if it has them.
func grow[T Float](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}
