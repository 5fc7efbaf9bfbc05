package nn

import (
	"loupe/nn/internal/gemm"
	"loupe/nn/internal/team"
	"loupe/nn/internal/vec"
	"loupe/nn/tensor"
)

// A convolution is a product: patches, one a row for each position of the window,
// by the kernel [size·size·channels, filters]. Patches are never written down as
// a whole: the product asks for a block of them at a time.

// patches are the patches of one group of channels.
type patches[T tensor.Float] struct {
	*window
	x          []T
	first, n   int // channels of the group
	width      int // numbers of a patch: size·size·n
	run        int // numbers of a patch that lie side by side in the image
	transposed bool
	offsets    []int // of each number from the first, in the image
}

func (p *patches[T]) place(w *window, x []T, group, groups int) {
	p.window, p.x = w, x
	p.n = w.channels / groups
	p.first = group * p.n
	p.width = w.size[0] * w.size[1] * p.n
	if p.run = p.n; groups == 1 && w.dilation[1] == 1 {
		p.run = w.size[1] * p.n
	}
	p.offsets = grow(p.offsets, p.width)
	for k := range p.offsets {
		c, column, row := k%p.n, k/p.n%w.size[1], k/p.n/w.size[1]
		p.offsets[k] = (row*w.dilation[0]*w.in[1]+column*w.dilation[1])*w.channels + p.first + c
	}
}

// Block writes rows and columns of the patches, or of their transposed matrix.
// It is for package gemm.
func (p *patches[T]) Block(buf []T, i, rows, k, cols int) (data []T, rowStep, colStep int) {
	position, n, first, numbers := i, rows, k, cols
	if p.transposed {
		position, n, first, numbers = k, cols, i, rows
	}
	var step int // from a position to the next, and from a number to the next
	if p.channels == 1 && p.stride[1] == 1 {
		step = n + gemm.Pad
		p.lines(buf, step, position, n, first, numbers)
		rowStep, colStep = 1, step
	} else {
		step = numbers + gemm.Pad
		p.rows(buf, step, position, n, first, numbers)
		rowStep, colStep = step, 1
	}
	if p.transposed {
		rowStep, colStep = colStep, rowStep
	}
	return buf, rowStep, colStep
}

// rows writes numbers of n patches, patch by patch.
func (p *patches[T]) rows(buf []T, step, position, n, first, numbers int) {
	image, y, x := p.origin(position)
	end := p.out[1]*p.stride[1] - p.padding[1]
	for i := range n {
		p.read(buf[i*step:i*step+numbers], image, y, x, first)
		if x += p.stride[1]; x < end {
			continue
		}
		image, y, x = p.origin(position + i + 1)
	}
}

// lines writes numbers of n patches of images with one channel, number by number:
// where windows move by single pixels, those of a line are a line of the image.
func (p *patches[T]) lines(buf []T, step, position, n, first, numbers int) {
	for i := 0; i < n; {
		image, y, x := p.origin(position + i)
		length := min(p.out[1]-(x+p.padding[1]), n-i)
		for k := range numbers {
			row, column := (first+k)/p.size[1]*p.dilation[0], (first+k)%p.size[1]*p.dilation[1]
			to := buf[k*step+i : k*step+i+length]
			from := x + column
			before := min(max(-from, 0), length)
			inside := min(length, p.in[1]-from) - before
			if y+row < 0 || y+row >= p.in[0] || inside <= 0 {
				clear(to)
				continue
			}
			clear(to[:before])
			at := (image*p.in[0]+y+row)*p.in[1] + from + before
			copy(to[before:before+inside], p.x[at:])
			clear(to[before+inside:])
		}
		i += length
	}
}

// read copies numbers of the patch whose window begins at a place, from number k
// on.
func (p *patches[T]) read(to []T, image, y, x, k int) {
	if y >= 0 && x >= 0 && y+p.span(0) <= p.in[0] && x+p.span(1) <= p.in[1] {
		p.readInside(to, ((image*p.in[0]+y)*p.in[1]+x)*p.channels, k)
		return
	}
	for len(to) > 0 {
		n := min(p.run-k%p.run, len(to))
		from, before, inside := p.segment(image, y, x, k, n)
		clear(to[:n])
		copy(to[before:before+inside], p.x[from:from+inside])
		to, k = to[n:], k+n
	}
}

// readInside copies numbers of a patch that is wholly inside the image and begins
// at number at.
func (p *patches[T]) readInside(to []T, at, k int) {
	if p.run < 8 {
		for i, offset := range p.offsets[k : k+len(to)] {
			to[i] = p.x[at+offset]
		}
		return
	}
	for len(to) > 0 {
		n := min(p.run-k%p.run, len(to))
		from := at + p.offsets[k]
		copy(to[:n], p.x[from:from+n])
		to, k = to[n:], k+n
	}
}

// segment finds n numbers of a patch from number k on, which lie in one run: the
// index of the first that is inside the image, how many are outside before it, and
// how many are inside.
func (p *patches[T]) segment(image, y, x, k, n int) (from, before, inside int) {
	run := k / p.run
	column := 0
	if p.run == p.n { // runs are single pixels
		run, column = run/p.size[1], run%p.size[1]
	}
	y += run * p.dilation[0]
	if y < 0 || y >= p.in[0] {
		return 0, 0, 0
	}
	// The row of the image as numbers, and the run in it.
	x += column * p.dilation[1]
	at, line := x*p.channels+p.first+k%p.run, p.in[1]*p.channels
	before = min(max(-x*p.channels-k%p.run, 0), n)
	inside = max(min(n, line-at)-before, 0)
	if p.run == p.n && (x < 0 || x >= p.in[1]) {
		return 0, 0, 0
	}
	return (image*p.in[0]+y)*line + at + before, before, inside
}

// add adds gradients of the patch at a position to those of the image.
func (p *patches[T]) add(dx, d []T, position int) {
	image, y, x := p.origin(position)
	for k := 0; k < p.width; k += p.run {
		from, before, inside := p.segment(image, y, x, k, p.run)
		if inside > 0 {
			vec.Add(dx[from:from+inside], d[k+before:k+before+inside])
		}
	}
}

type convolveOp[T tensor.Float] struct {
	output
	x    *Value
	k    *conv
	w    window
	relu bool

	patches patches[T]
	pixels  gemm.Matrix[T] // of the images: patches of single ones, or their transposed
	right   gemm.Right[T]
	product gemm.Product[T]

	// Going back, each core has images of its own.
	members []backImage[T]
	sums    []T
	group   int
}

// A backImage is what a core needs to compute gradients of an image.
type backImage[T tensor.Float] struct {
	left    gemm.Matrix[T]
	product gemm.Product[T]
	patches []T // gradients of all patches
}

func convolve[T tensor.Float](t *Tape, x *Value, k *conv, w window) *Value {
	op := next[convolveOp[T]](t)
	op.x, op.k, op.w, op.relu = x, k, w, k.activation.name == ReLU.name
	y := op.set(x.Data.DType(), []*Value{x, &k.kernel.Value, orNone(k.bias.value())}, w.shape(x.shape(), k.filters)...)
	for op.group = range k.groups {
		op.patches.place(&op.w, numbers[T](x), op.group, k.groups)
		op.right.Use(op.kernel(numbers[T](&k.kernel.Value)))
		p := &op.product
		p.M, p.A, p.B, p.Add = w.positions, op.left(false), &op.right, false
		p.C, p.Step = numbers[T](y)[op.first():], k.filters
		if p.Complete = nil; op.group == k.groups-1 && k.groups == 1 {
			p.Complete = op
		}
		p.Run()
	}
	if k.groups > 1 {
		op.Complete(0, w.positions)
	}
	if op.relu {
		return y
	}
	return k.activation.Of(t, y)
}

// single reports whether windows are single pixels, one for each of the images':
// the patches are the images then.
func (op *convolveOp[T]) single() bool {
	one := [2]int{1, 1}
	return op.w.size == one && op.w.stride == one && op.w.padding == [2]int{} && op.k.groups == 1
}

// left is the patches, or their transposed matrix.
func (op *convolveOp[T]) left(transposed bool) gemm.Left[T] {
	if !op.single() {
		op.patches.transposed = transposed
		return &op.patches
	}
	op.pixels = gemm.Dense(op.patches.x, op.w.positions, op.w.channels)
	if transposed {
		op.pixels = op.pixels.T()
	}
	return &op.pixels
}

// first is the first filter of the group, filters how many it has.
func (op *convolveOp[T]) first() int   { return op.group * op.filters() }
func (op *convolveOp[T]) filters() int { return op.k.filters / op.k.groups }

// kernel is the part of the kernel (or of its gradient) of the group, a column
// for each filter.
func (op *convolveOp[T]) kernel(w []T) gemm.Matrix[T] {
	return gemm.Matrix[T]{Data: w[op.first():], Rows: op.patches.width, Cols: op.filters(), RowStep: op.k.filters, ColStep: 1}
}

// Complete adds the bias to positions that are complete. It is for package gemm.
func (op *convolveOp[T]) Complete(i, n int) {
	f := op.k.filters
	finish(numbers[T](&op.out)[i*f:(i+n)*f], op.k.bias.value(), op.relu)
}

func (op *convolveOp[T]) back() {
	dy := gradient[T](&op.out)
	if op.relu {
		maskReLU(dy, numbers[T](&op.out))
	}
	if b := op.k.bias.value(); b != nil && b.wants {
		op.sums = addColumns(op.sums, gradient[T](b), dy)
	}
	w := &op.k.kernel.Value
	var dw, dx []T
	add := false
	if w.wants {
		dw, add = overwritten[T](w)
	}
	if op.x.wants {
		dx = gradient[T](op.x)
	}
	for op.group = range op.k.groups {
		op.patches.place(&op.w, numbers[T](op.x), op.group, op.k.groups)
		if dw != nil {
			op.backKernel(dw, dy, add)
		}
		if dx != nil {
			op.backImages(dx, dy)
		}
	}
}

// backKernel computes the kernel's gradient: transposed patches by dy.
func (op *convolveOp[T]) backKernel(dw, dy []T, add bool) {
	op.right.Use(op.gradients(dy, 0, op.w.positions))
	to := op.kernel(dw)
	p := &op.product
	p.M, p.A, p.B, p.Add, p.Complete = to.Rows, op.left(true), &op.right, add, nil
	p.C, p.Step = to.Data, to.RowStep
	p.Run()
}

// gradients is dy of the group for n positions, a row each.
func (op *convolveOp[T]) gradients(dy []T, position, n int) gemm.Matrix[T] {
	return gemm.Matrix[T]{Data: dy[position*op.k.filters+op.first():], Rows: n, Cols: op.filters(), RowStep: op.k.filters, ColStep: 1}
}

// backImages computes the images' gradients: dy by the transposed kernel gives
// the patches' gradients, which are added where the patches were. Images do not
// share pixels, so each is done by one core.
func (op *convolveOp[T]) backImages(dx, dy []T) {
	if op.single() {
		w := op.kernel(numbers[T](&op.k.kernel.Value))
		gemm.Mul(gemm.Dense(dx, op.w.positions, op.w.channels), op.gradients(dy, 0, op.w.positions), w.T(), true)
		return
	}
	op.right.Pack(op.kernel(numbers[T](&op.k.kernel.Value)).T())
	for len(op.members) < team.Size() {
		op.members = append(op.members, backImage[T]{})
	}
	per := op.w.out[0] * op.w.out[1]
	parallel(op.w.batch, 1, func(image, _, member int) {
		m := &op.members[member]
		m.patches = grow(m.patches, per*op.patches.width)
		m.left = op.gradients(dy, image*per, per)
		p := &m.product
		p.M, p.A, p.B = per, &m.left, &op.right
		p.C, p.Step = m.patches, op.patches.width
		p.Run()
		for i := range per {
			op.patches.add(dx, m.patches[i*op.patches.width:], image*per+i)
		}
	})
}
