package nn

import (
	"loupe/nn/internal/team"
	"loupe/nn/internal/vec"
	"loupe/nn/tensor"
)

// A depthwise convolution has a filter for each channel, which sees that channel
// alone. There is no product of matrices in it: a pixel of the output is a sum, over
// the window, of a pixel of the input times one of the kernel, channel by channel.
// So are the gradients: that of the input is a sum of pixels of dy times the
// kernel's, that of the kernel one of pixels of the input times those of dy.

type depthwiseOp[T tensor.Float] struct {
	output
	x    *Value
	k    *conv
	w    window
	relu bool

	forward, backward reach
	kernel            []T // each pixel of the kernel as often as pixels are computed at a time
	members           [][]vec.Tap
	line              []vec.Tap // pixels of a row of the input and of dy
	parts             []T       // gradients of the kernel: image × pixels of the kernel × channels
	sums              []T
}

func depthwise[T tensor.Float](t *Tape, x *Value, k *conv, w window) *Value {
	op := next[depthwiseOp[T]](t)
	if op.w.in != w.in || op.w.out != w.out || op.w.channels != w.channels || op.k != k {
		op.forward.forward(&w)
		op.backward.backward(&w)
	}
	op.x, op.k, op.w, op.relu = x, k, w, k.activation.name == ReLU.name
	y := op.set(x.Data.DType(), []*Value{x, &k.kernel.Value, orNone(k.bias.value())}, w.shape(x.shape(), k.filters)...)
	op.repeatKernel()
	to, width := numbers[T](y), w.out[1]*w.channels
	op.eachRow(w.batch*w.out[0], width, func(row int, taps *[]vec.Tap) {
		line := to[row*width : (row+1)*width]
		image, i := row/w.out[0], row%w.out[0]
		op.row(line, numbers[T](x)[image*w.in[0]*w.in[1]*w.channels:], w.in[1], &op.forward, i, taps, false)
		finish(line, k.bias.value(), op.relu)
	})
	if op.relu {
		return y
	}
	return k.activation.Of(t, y)
}

// together is how many pixels side by side are computed at a time: enough to fill
// some vectors.
func (op *depthwiseOp[T]) together() int { return (63 + op.w.channels) / op.w.channels }

// repeatKernel writes each pixel of the kernel several times side by side.
func (op *depthwiseOp[T]) repeatKernel() {
	c, times := op.w.channels, op.together()
	from := numbers[T](&op.k.kernel.Value)
	op.kernel = grow(op.kernel, len(from)*times)
	for i := range len(from) / c * times {
		copy(op.kernel[i*c:(i+1)*c], from[i/times*c:])
	}
}

// eachRow does rows on all cores, each with memory for taps.
func (op *depthwiseOp[T]) eachRow(rows, width int, do func(row int, taps *[]vec.Tap)) {
	for len(op.members) < team.Size() {
		op.members = append(op.members, nil)
	}
	parallel(rows, rowsPerPart(width), func(i, j, member int) {
		for ; i < j; i++ {
			do(i, &op.members[member])
		}
	})
}

// row computes row i of an image from one with rows of width pixels.
func (op *depthwiseOp[T]) row(to, from []T, width int, r *reach, i int, taps *[]vec.Tap, add bool) {
	c, times := op.w.channels, op.together()
	for _, run := range r.runs {
		list := (*taps)[:0]
		for _, p := range r.rows[i] {
			for _, q := range r.cols[run.from] {
				list = append(list, vec.Tap{A: (p.at*width + q.at) * c, B: (p.tap*op.w.size[1] + q.tap) * times * c})
			}
		}
		*taps = list
		n := 1
		if run.step == 1 {
			n = times
		}
		for j := run.from; j < run.to; j += n {
			n := min(n, run.to-j)
			shift := (j - run.from) * run.step * c
			vec.Taps(to[j*c:(j+n)*c], from[shift:], op.kernel, list, add)
		}
	}
}

func (op *depthwiseOp[T]) back() {
	dy := gradient[T](&op.out)
	if op.relu {
		maskReLU(dy, numbers[T](&op.out))
	}
	if b := op.k.bias.value(); b != nil && b.wants {
		op.sums = addColumns(op.sums, gradient[T](b), dy)
	}
	if op.k.kernel.wants {
		op.backKernel(gradient[T](&op.k.kernel.Value), dy)
	}
	if !op.x.wants {
		return
	}
	w := &op.w
	dx, add := overwritten[T](op.x)
	width := w.in[1] * w.channels
	op.eachRow(w.batch*w.in[0], width, func(row int, taps *[]vec.Tap) {
		image, i := row/w.in[0], row%w.in[0]
		op.row(dx[row*width:(row+1)*width], dy[image*w.out[0]*w.out[1]*w.channels:], w.out[1], &op.backward, i, taps, add)
	})
}

// backKernel computes the kernel's gradient: that of each image by one core, and
// then their sum, in one order.
func (op *depthwiseOp[T]) backKernel(dw, dy []T) {
	w := &op.w
	op.line = op.line[:0]
	for j := range w.out[1] {
		op.line = append(op.line, vec.Tap{A: j * w.stride[1] * w.channels, B: j * w.channels})
	}
	n, c := len(dw), w.channels
	op.parts = grow(op.parts, w.batch*n)
	x := numbers[T](op.x)
	parallel(w.batch, 1, func(image, _, _ int) {
		part := op.parts[image*n : (image+1)*n]
		clear(part)
		for i := range w.out[0] {
			for _, p := range op.forward.rows[i] {
				for q := range w.size[1] {
					from, to := op.forward.inside(q)
					if from == to {
						continue
					}
					at := (image*w.in[0]+p.at)*w.in[1] + from*w.stride[1] - w.padding[1] + q*w.dilation[1]
					pixel := (p.tap*w.size[1] + q) * c
					vec.Taps(part[pixel:pixel+c], x[at*c:], dy[((image*w.out[0]+i)*w.out[1]+from)*c:], op.line[:to-from], true)
				}
			}
		}
	})
	vec.SumRows(dw, op.parts)
}

// A reach says from where the rows and columns of an image get something.
type reach struct {
	rows, cols [][]hit
	runs       []run
	first      []int // for each column of the kernel, where it is inside: from and to
}

// A hit is a row (column) of the kernel and the row (column) that it meets.
type hit struct{ tap, at int }

// A run is columns that meet the kernel in the same way, step columns further each.
type run struct{ from, to, step int }

// forward is where windows of the output reach to in the input.
func (r *reach) forward(w *window) {
	r.set(w, w.out, w.in, func(axis, i, tap int) (int, bool) {
		return i*w.stride[axis] - w.padding[axis] + tap*w.dilation[axis], true
	})
	r.first = r.first[:0]
	for q := range w.size[1] {
		from, to := len(r.cols), 0
		for j, hits := range r.cols {
			for _, h := range hits {
				if h.tap == q {
					from, to = min(from, j), j+1
				}
			}
		}
		r.first = append(r.first, min(from, to), to)
	}
}

// backward is which windows of the output have reached to pixels of the input.
func (r *reach) backward(w *window) {
	r.set(w, w.in, w.out, func(axis, i, tap int) (int, bool) {
		at := i + w.padding[axis] - tap*w.dilation[axis]
		return at / w.stride[axis], at%w.stride[axis] == 0
	})
}

// inside returns the columns of the output for which a column of the kernel is
// inside the input.
func (r *reach) inside(q int) (from, to int) { return r.first[2*q], r.first[2*q+1] }

func (r *reach) set(w *window, to, from [2]int, place func(axis, i, tap int) (int, bool)) {
	*r = reach{first: r.first}
	for axis, lists := range []*[][]hit{&r.rows, &r.cols} {
		for i := range to[axis] {
			var hits []hit
			for tap := range w.size[axis] {
				if at, ok := place(axis, i, tap); ok && at >= 0 && at < from[axis] {
					hits = append(hits, hit{tap, at})
				}
			}
			*lists = append(*lists, hits)
		}
	}
	for j := 0; j < len(r.cols); {
		end, step := j+1, 0
		for ; end < len(r.cols); end++ {
			s, ok := follows(r.cols[end-1], r.cols[end])
			if !ok || end > j+1 && s != step {
				break
			}
			step = s
		}
		r.runs = append(r.runs, run{j, end, step})
		j = end
	}
}

// follows reports whether b meets the kernel as a does, some columns further.
func follows(a, b []hit) (step int, ok bool) {
	if len(a) != len(b) || len(a) == 0 {
		return 0, false
	}
	step = b[0].at - a[0].at
	for i := range a {
		if a[i].tap != b[i].tap || b[i].at-a[i].at != step {
			return 0, false
		}
	}
	return step, true
}
