package nn

// A window moves over images, which may be sequences (images of one row).
type window struct {
	size, stride, dilation, padding [2]int // along height and width
	same                            bool
	channels                        int

	// Where it is placed: the batch, the image, and the positions it takes.
	batch     int
	in, out   [2]int
	positions int // of the whole batch
}

// span is how many rows or columns the window covers.
func (w *window) span(axis int) int { return w.dilation[axis]*(w.size[axis]-1) + 1 }

// outputs computes the lengths of the output for images of some lengths, which
// may be -1.
func (w window) outputs(fail func(string, ...any), out, in []int) {
	for i, n := range in {
		axis := i + 2 - len(in)
		if n < 0 {
			out[i] = -1
			continue
		}
		if w.same {
			out[i] = (n + w.stride[axis] - 1) / w.stride[axis]
			continue
		}
		if out[i] = (n+2*w.padding[axis]-w.span(axis))/w.stride[axis] + 1; n+2*w.padding[axis] < w.span(axis) {
			fail("a window of %d does not fit into inputs of %v with a padding of %d: with the option Same it does, or fewer layers before it make them smaller", w.span(axis), in, w.padding[axis])
		}
	}
}

// place sets the window on a batch of images or sequences.
func (w *window) place(shape []int) {
	w.batch = shape[0]
	w.in = [2]int{1, shape[len(shape)-2]}
	if len(shape) == 4 {
		w.in[0] = shape[1]
	}
	w.outputs(fail, w.out[:], w.in[:])
	if w.same { // Keras puts what is odd at the end
		for axis := range 2 {
			w.padding[axis] = max((w.out[axis]-1)*w.stride[axis]+w.span(axis)-w.in[axis], 0) / 2
		}
	}
	w.positions = w.batch * w.out[0] * w.out[1]
}

// shape is the output's shape for an input's, with some channels.
func (w *window) shape(in []int, channels int) []int {
	if len(in) == 3 {
		return []int{w.batch, w.out[1], channels}
	}
	return []int{w.batch, w.out[0], w.out[1], channels}
}

// origin returns the image of a position, and where its window begins there,
// which may be outside.
func (w *window) origin(position int) (image, y, x int) {
	x = position % w.out[1]
	position /= w.out[1]
	y = position % w.out[0]
	return position / w.out[0], y*w.stride[0] - w.padding[0], x*w.stride[1] - w.padding[1]
}
