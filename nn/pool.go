package nn

import (
	"math"

	"loupe/nn/internal/vec"
	"loupe/nn/tensor"
)

// MaxPool2D takes the largest number of each window of size × size pixels, for
// every channel. Windows lie side by side unless Stride says otherwise; what does
// not fill a window is left out.
//
//	x [height width channels]  y [height/size width/size channels]
//
// Options: Stride, Padding, Same. Of several numbers that are the largest, the
// first gets the gradient.
//
//	nn.MaxPool2D(2)
func MaxPool2D(size int, list ...Option) *Layer { return newPool("MaxPool2D", 2, size, list) }

// AvgPool2D takes the mean of each window, as [MaxPool2D] does the largest number.
// Padding counts as zeros.
func AvgPool2D(size int, list ...Option) *Layer { return newPool("AvgPool2D", 2, size, list) }

// MaxPool1D is [MaxPool2D] for sequences: x [time channels].
func MaxPool1D(size int, list ...Option) *Layer { return newPool("MaxPool1D", 1, size, list) }

// AvgPool1D is [AvgPool2D] for sequences: x [time channels].
func AvgPool1D(size int, list ...Option) *Layer { return newPool("AvgPool1D", 1, size, list) }

func newPool(name string, rank, size int, list []Option) *Layer {
	positive(name, "the size", size)
	o := read(name, append([]Option{Stride(size)}, list...), optStride, optPadding)
	k := &pool{options: o, name: name, rank: rank, size: [2]int{size, size}}
	if rank == 1 {
		k.size[0], k.stride[0], k.padding[0] = 1, 1, 0
	}
	if k.padding[0] >= k.size[0] || k.padding[1] >= k.size[1] {
		if k.padding != [2]int{} {
			fail("%s: a padding of %v leaves windows of %v empty", name, k.padding, k.size)
		}
	}
	return newLayer(k).Named(o.name)
}

type pool struct {
	options
	name string
	rank int
	size [2]int
}

func (k *pool) Type() string { return k.name }

func (k *pool) Build(b *Builder, in []Shape) Shape {
	s := b.single(in, k.rank+1, axes(k.rank))
	out := append(Shape{}, s...)
	k.window(s[k.rank]).outputs(b.Fail, out[:k.rank], s[:k.rank])
	return out
}

func (k *pool) window(channels int) window {
	return window{size: k.size, stride: k.stride, dilation: [2]int{1, 1}, padding: k.padding, same: k.same, channels: channels}
}

func (k *pool) Forward(t *Tape, in []*Value) *Value {
	x := in[0]
	w := k.window(x.Data.Dim(-1))
	w.place(x.shape())
	mean := k.name[0] == 'A'
	if x.Data.DType() == tensor.Float64 {
		return pooled[float64](t, x, w, mean)
	}
	return pooled[float32](t, x, w, mean)
}

type poolOp[T tensor.Float] struct {
	output
	x    *Value
	w    window
	mean bool
}

func pooled[T tensor.Float](t *Tape, x *Value, w window, mean bool) *Value {
	op := next[poolOp[T]](t)
	op.x, op.w, op.mean = x, w, mean
	y := op.set(x.Data.DType(), []*Value{x}, w.shape(x.shape(), w.channels)...)
	to := numbers[T](y)
	width := w.out[1] * w.channels
	parallel(w.batch*w.out[0], rowsPerPart(width), func(i, j, _ int) {
		for ; i < j; i++ {
			row := to[i*width : (i+1)*width]
			switch {
			case op.pairs():
				a, b := op.two(numbers[T](x), i)
				vec.Pool2(row, a, b, w.channels)
			case mean:
				op.averageRow(row, i)
			default:
				op.maxRow(row, i)
			}
		}
	})
	return y
}

// rowsPerPart is how many rows of numbers make a part for one core.
func rowsPerPart(width int) int { return max(elements/max(width, 1), 1) }

// pairs reports whether windows are 2 × 2 pixels side by side, for which there is
// a loop of vectors.
func (op *poolOp[T]) pairs() bool {
	two := [2]int{2, 2}
	return !op.mean && op.w.size == two && op.w.stride == two && op.w.padding == [2]int{} && !op.w.same
}

// two returns the two rows of x, or of its gradient, that row i of y is made of.
func (op *poolOp[T]) two(x []T, i int) (a, b []T) {
	line := op.w.in[1] * op.w.channels
	at := (i/op.w.out[0]*op.w.in[0] + i%op.w.out[0]*2) * line
	return x[at : at+line], x[at+line : at+2*line]
}

// each calls f for every pixel of the window at a position that is inside, with
// the index of its first channel.
func (op *poolOp[T]) each(position int, f func(at int)) {
	w := &op.w
	image, y, x := w.origin(position)
	for p := max(y, 0); p < min(y+w.size[0], w.in[0]); p++ {
		for q := max(x, 0); q < min(x+w.size[1], w.in[1]); q++ {
			f(((image*w.in[0]+p)*w.in[1] + q) * w.channels)
		}
	}
}

func (op *poolOp[T]) maxRow(row []T, i int) {
	x, c := numbers[T](op.x), op.w.channels
	for q := range op.w.out[1] {
		y := row[q*c : (q+1)*c]
		for k := range y {
			y[k] = T(math.Inf(-1))
		}
		op.each(i*op.w.out[1]+q, func(at int) {
			for k, v := range x[at : at+c] {
				y[k] = max(y[k], v)
			}
		})
	}
}

// weight is 1 / how many pixels a window has: with padding, and for Same without.
func (op *poolOp[T]) weight(position int) T {
	if !op.w.same {
		return 1 / T(op.w.size[0]*op.w.size[1])
	}
	n := 0
	op.each(position, func(int) { n++ })
	return 1 / T(n)
}

func (op *poolOp[T]) averageRow(row []T, i int) {
	x, c := numbers[T](op.x), op.w.channels
	clear(row)
	for q := range op.w.out[1] {
		y := row[q*c : (q+1)*c]
		op.each(i*op.w.out[1]+q, func(at int) { vec.Add(y, x[at:at+c]) })
		vec.Scale(y, op.weight(i*op.w.out[1]+q))
	}
}

func (op *poolOp[T]) back() {
	if !op.x.wants {
		return
	}
	if op.pairs() && !op.x.has {
		op.backPairs()
		return
	}
	dx := gradient[T](op.x)
	per := op.w.out[0] * op.w.out[1]
	parallel(op.w.batch, 1, func(image, _, _ int) {
		for p := image * per; p < (image+1)*per; p++ {
			if op.mean {
				op.backMean(dx, p)
			} else {
				op.backMax(dx, p)
			}
		}
	})
}

func (op *poolOp[T]) backPairs() {
	w := &op.w
	dx, _ := overwritten[T](op.x)
	x, y, dy := numbers[T](op.x), numbers[T](&op.out), gradient[T](&op.out)
	width, line := w.out[1]*w.channels, w.in[1]*w.channels
	parallel(w.batch, max(elements/(line*w.in[0]), 1), func(i, j, _ int) {
		for r := i * w.out[0]; r < j*w.out[0]; r++ {
			da, db := op.two(dx, r)
			a, b := op.two(x, r)
			vec.Pool2Back(da, db, dy[r*width:(r+1)*width], y[r*width:(r+1)*width], a, b, w.channels)
			clear(da[2*width:])
			clear(db[2*width:])
		}
		for ; i < j && w.in[0]%2 == 1; i++ {
			end := (i + 1) * w.in[0] * line
			clear(dx[end-line : end])
		}
	})
}

func (op *poolOp[T]) backMax(dx []T, position int) {
	x, y, dy, c := numbers[T](op.x), numbers[T](&op.out), gradient[T](&op.out), op.w.channels
	for k := position * c; k < (position+1)*c; k++ {
		found := false
		op.each(position, func(at int) {
			if i := at + k - position*c; !found && (x[i] == y[k] || x[i] != x[i]) {
				dx[i] += dy[k]
				found = true
			}
		})
	}
}

func (op *poolOp[T]) backMean(dx []T, position int) {
	dy, c, w := gradient[T](&op.out), op.w.channels, op.weight(position)
	op.each(position, func(at int) { vec.AddScaled(dx[at:at+c], w, dy[position*c:(position+1)*c]) })
}

// Clone returns a kind with the same settings.
func (k *pool) Clone() Kind {
	c := *k
	return &c
}
