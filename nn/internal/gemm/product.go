// Package gemm multiplies matrices.
//
// For most uses, [Mul]. A [Product] is one that is done often: it keeps its
// memory, takes its left factor from wherever that comes (the patches of a
// convolution, say), and tells when rows of the result are complete.
//
// Each element is the sum over k in ascending order, by one fused multiply-add
// each, from 0 or from what C holds. So results are the same, bit for bit, with
// all kernels and for any number of cores: work is divided by rows and columns of
// C, never by k.
package gemm

import (
	"sync"
	"unsafe"

	"loupe/nn/internal/team"
)

// Float is the types that are multiplied.
type Float interface{ float32 | float64 }

// A Matrix is a view of numbers: element (i, j) is Data[i*RowStep+j*ColStep].
type Matrix[T Float] struct {
	Data             []T
	Rows, Cols       int
	RowStep, ColStep int
}

// Dense is a matrix that lies row by row without gaps.
func Dense[T Float](data []T, rows, cols int) Matrix[T] {
	return Matrix[T]{data, rows, cols, cols, 1}
}

// T is the transposed matrix.
func (m Matrix[T]) T() Matrix[T] {
	return Matrix[T]{m.Data, m.Cols, m.Rows, m.ColStep, m.RowStep}
}

// A Left is the left factor of a product, by blocks.
type Left[T Float] interface {
	// Block returns rows i to i+rows-1 and columns k to k+cols-1: element (r, c)
	// is data[r*rowStep+c*colStep]. They may be written into buf, which has room
	// for (rows+Pad) × (cols+Pad) numbers. It is called by several goroutines at a time.
	Block(buf []T, i, rows, k, cols int) (data []T, rowStep, colStep int)
}

// Limits of a block of the left factor. It stays in the second cache, and a panel
// of the right factor with as many rows in the first.
const (
	blockRows = 96
	blockCols = 256

	// page is a distance at which lines fall into one set of the first cache.
	page = 4096

	// Pad is added to the length of rows that are copied, so that they do not
	// all fall into one set of the cache.
	Pad = 16
)

// Block is where the rows lie, or a copy if rows would compete for the cache.
func (m Matrix[T]) Block(buf []T, i, rows, k, cols int) (data []T, rowStep, colStep int) {
	at := i*m.RowStep + k*m.ColStep
	switch size := int(unsafe.Sizeof(T(0))); {
	case m.ColStep == 1 && rows > 1 && m.RowStep*size >= page/4:
		step := cols + Pad
		for r := range rows {
			copy(buf[r*step:r*step+cols], m.Data[at+r*m.RowStep:])
		}
		return buf, step, 1
	case m.RowStep == 1 && m.ColStep*size >= page/2:
		for c := range cols {
			copy(buf[c*rows:(c+1)*rows], m.Data[at+c*m.ColStep:])
		}
		return buf, 1, rows
	}
	return m.Data[at:], m.RowStep, m.ColStep
}

// A Product is C = A·B or C += A·B. The zero value with the fields set is ready;
// it can be run any number of times, by one goroutine at a time.
type Product[T Float] struct {
	M    int // rows of A and C
	A    Left[T]
	B    *Right[T]
	C    []T // M × B.N
	Step int // from row to row of C
	Add  bool

	// Complete, if there is one, is called for rows i to i+n-1 of C as soon as
	// they are complete, by several goroutines at a time for different rows.
	Complete Completer

	rows, cols int // of C in one part
	across     int // parts side by side
	memory     [][]T
}

// A Completer does something with rows of a product.
type Completer interface{ Complete(i, n int) }

// Run computes the product.
func (p *Product[T]) Run() {
	if p.M == 0 || p.B.N == 0 {
		return
	}
	parts := p.divide()
	if parts == 1 {
		p.RunAlone()
		return
	}
	for len(p.memory) < team.Size() {
		p.memory = append(p.memory, nil)
	}
	team.Do(parts, p)
}

// RunAlone computes the product without other cores, for callers that divide
// their work themselves.
func (p *Product[T]) RunAlone() {
	if p.M == 0 || p.B.N == 0 {
		return
	}
	if len(p.memory) == 0 {
		p.memory = make([][]T, 1)
	}
	p.rows, p.cols, p.across = p.M, p.B.N, 1
	p.Do(0, 0)
}

// divide chooses the parts. Small products are one part.
func (p *Product[T]) divide() int {
	t := tilingOf[T]()
	panels := (p.B.N + t.cols - 1) / t.cols
	size := team.Size()
	p.rows, p.cols, p.across = blockRows, panels*t.cols, 1
	if size == 1 || p.M*p.B.N*p.B.K < 1<<19 {
		p.rows = p.M
		return 1
	}
	if p.M < size*blockRows && p.Complete == nil && panels >= size {
		p.cols = (panels + size - 1) / size * t.cols
		p.across = (p.B.N + p.cols - 1) / p.cols
	} else { // as many parts as cores, or a multiple of that
		rounds := (p.M + size*blockRows - 1) / (size * blockRows)
		high := t.heights[0]
		p.rows = ((p.M+rounds*size-1)/(rounds*size) + high - 1) / high * high
	}
	return (p.M + p.rows - 1) / p.rows * p.across
}

// Do computes one part. It is for package team.
func (p *Product[T]) Do(part, member int) {
	t := tilingOf[T]()
	tile := t.heights[0] * t.cols
	if p.memory[member] == nil {
		p.memory[member] = make([]T, tile+(blockRows+Pad)*(blockCols+Pad))
	}
	buf := p.memory[member]
	j := part % p.across * p.cols
	end := min(j+p.cols, p.B.N)
	first := part / p.across * p.rows
	last := min(first+p.rows, p.M)
	for i := first; i < last; i += blockRows {
		rows := min(blockRows, last-i)
		if p.B.K == 0 && !p.Add { // sums of nothing
			for r := range rows {
				clear(p.C[(i+r)*p.Step+j : (i+r)*p.Step+end])
			}
		}
		for k := 0; k < p.B.K; k += blockCols {
			cols := min(blockCols, p.B.K-k)
			a, ar, ac := p.A.Block(buf[tile:], i, rows, k, cols)
			p.block(t, buf[:tile], block[T]{a, ar, ac, i, rows, k, cols}, j, end)
		}
		if p.Complete != nil {
			p.Complete.Complete(i, rows)
		}
	}
}

// A block is part of the left factor, with its place.
type block[T Float] struct {
	data             []T
	rowStep, colStep int
	i, rows, k, cols int
}

// block multiplies a block of A with columns j to end-1 of B, tile by tile.
func (p *Product[T]) block(t *tiling, tile []T, a block[T], j, end int) {
	size := int(unsafe.Sizeof(T(0)))
	add := 0
	if p.Add || a.k > 0 {
		add = 1
	}
	for ; j < end; j += t.cols {
		b, br := p.B.at(j, a.k, t.cols)
		whole := j+t.cols <= p.B.N
		for r, h := 0, 0; r < a.rows; {
			for t.heights[h] > a.rows-r {
				h++
			}
			rows := t.heights[h]
			x := unsafe.Pointer(&a.data[r*a.rowStep])
			c := p.C[(a.i+r)*p.Step+j:]
			if whole {
				t.kernels[h](a.cols, x, a.rowStep*size, a.colStep*size, b, br*size, unsafe.Pointer(&c[0]), p.Step*size, add)
			} else {
				n := p.B.N - j
				if add != 0 {
					copyRows(tile, t.cols, c, p.Step, rows, n)
				}
				t.kernels[h](a.cols, x, a.rowStep*size, a.colStep*size, b, br*size, unsafe.Pointer(&tile[0]), t.cols*size, add)
				copyRows(c, p.Step, tile, t.cols, rows, n)
			}
			r += rows
		}
	}
}

// at returns where row k of the panel at column j lies, and the step to row k+1.
func (r *Right[T]) at(j, k, cols int) (unsafe.Pointer, int) {
	if j+cols > r.N {
		return unsafe.Pointer(&r.edge[k*cols]), cols
	}
	return unsafe.Pointer(&r.whole[j/cols*r.panel+k*r.step]), r.step
}

func copyRows[T Float](to []T, toStep int, from []T, fromStep, rows, n int) {
	for r := range rows {
		copy(to[r*toStep:r*toStep+n], from[r*fromStep:])
	}
}

// scratch is what Mul works with: it is used again.
type scratch[T Float] struct {
	Product[T]
	right Right[T]
	left  Matrix[T]
}

var scratch32, scratch64 sync.Pool

// Mul computes C = A·B, or C += A·B with add. C's rows must be contiguous.
func Mul[T Float](c, a, b Matrix[T], add bool) {
	pool := &scratch32
	if unsafe.Sizeof(T(0)) == 8 {
		pool = &scratch64
	}
	s, ok := pool.Get().(*scratch[T])
	if !ok {
		s = new(scratch[T])
	}
	// Copying b pays if it is read often, or if its rows would compete for the
	// cache.
	if near := b.RowStep*int(unsafe.Sizeof(T(0))) < page; a.Rows < 32 || a.Rows <= 256 && near {
		s.right.Use(b)
	} else {
		s.right.Pack(b)
	}
	s.left = a
	s.M, s.A, s.B, s.C, s.Step, s.Add = a.Rows, &s.left, &s.right, c.Data, c.RowStep, add
	s.Run()
	s.left, s.C, s.right.whole = Matrix[T]{}, nil, nil
	pool.Put(s)
}
