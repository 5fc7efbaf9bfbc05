package nn

import (
	"loupe/nn/internal/gemm"
	"loupe/nn/internal/team"
	"loupe/nn/internal/vec"
	"loupe/nn/tensor"
)

// recurrent is a layer that goes through sequences and has a state: SimpleRNN, GRU
// or LSTM. Its formula is in the file of each.
type recurrent struct {
	options
	cell  string // "LSTM"
	gates int    // sums for each unit
	units int
	ways  [2]direction
}

// A direction is the weights for going through sequences one way.
type direction struct {
	kernel, recurrent, bias *Param
	reverse                 bool
}

func newRecurrent(cell string, gates, units int, list []Option) *Layer {
	positive(cell, "the number of units", units)
	o := read(cell, list, optSequences, optBoth, optKernel, optRecurrent, optBias)
	return newLayer(&recurrent{options: o, cell: cell, gates: gates, units: units}).Named(o.name)
}

func (k *recurrent) Type() string { return k.cell }

// Clone returns a kind with the same settings.
func (k *recurrent) Clone() Kind {
	c := *k
	return &c
}

// Units returns the number of units, in each direction.
func (k *recurrent) Units() int { return k.units }

func (k *recurrent) directions() []direction {
	if k.bidirectional {
		return k.ways[:]
	}
	return k.ways[:1]
}

func (k *recurrent) Build(b *Builder, in []Shape) Shape {
	s := b.single(in, 2, "time × features")
	width, sums := s[1], k.gates*k.units
	for i := range k.directions() {
		prefix := ""
		if k.bidirectional {
			prefix = []string{"forward_", "backward_"}[i]
		}
		d := &k.ways[i]
		d.reverse = i == 1
		d.kernel = b.Param(prefix+"kernel", k.kernel, width, sums, width, sums)
		d.recurrent = b.Param(prefix+"recurrent_kernel", k.options.recurrent, k.units, sums, k.units, sums)
		switch k.cell {
		case "GRU": // one for each product: see there
			d.bias = b.Param(prefix+"bias", k.biasInit, width, sums, 2, sums)
		default:
			d.bias = b.Param(prefix+"bias", k.biasInit, width, sums, sums)
		}
		if k.cell == "LSTM" && k.biasInit.name == Zeros.name && b.again == nil {
			// The gate that forgets begins open (Jozefowicz et al., 2015).
			d.bias.Data.Slice(0, k.units, 2*k.units).Fill(1)
		}
	}
	width = k.units * len(k.directions())
	if k.sequences {
		return Shape{s[0], width}
	}
	return Shape{width}
}

func (k *recurrent) Forward(t *Tape, in []*Value) *Value {
	x := in[0]
	if x.Data.Rank() != 3 || x.Data.Dim(1) == 0 {
		fail("it wants inputs of batch × time × features with at least one step, not of the shape %v", x.shape())
	}
	var out []*Value
	for i := range k.directions() {
		if x.Data.DType() == tensor.Float64 {
			out = append(out, recur[float64](t, x, k, &k.ways[i]))
		} else {
			out = append(out, recur[float32](t, x, k, &k.ways[i]))
		}
	}
	if len(out) == 1 {
		return out[0]
	}
	return concat(t, out, -1)
}

func (k *recurrent) macs(in []Shape, _ Shape) int {
	steps := max(in[0][0], 1)
	return len(k.directions()) * steps * k.gates * k.units * (in[0][1] + k.units)
}

// recurOp goes through sequences in one direction. Inside, time is the first axis,
// so that a step's rows lie together, and rows are step·batch + sample.
//
// The products of the inputs are one product of all steps. The states depend on
// each other only within a sample, so each core goes through all steps of samples
// of its own, and waits for no other.
type recurOp[T tensor.Float] struct {
	output
	x *Value
	k *recurrent
	d *direction

	batch, steps, in, units, sums int

	z    []T // sums of the gates, then their values, then gradients: row × sums
	zh   []T // of GRU: products of the state, then their gradients
	h    []T // states, from that before the first step: row × units
	c    []T // of LSTM: the cells' states, and their tanh
	tc   []T
	dh   []T // gradient of the state of a step: sample × units
	dc   []T
	dx   []T
	part []walker[T]

	biases []T // parts of the sums for the bias

	words   words[T]
	byWord  bool // the inputs' products are those of words
	inputs  timeMajor[T]
	right   gemm.Right[T]
	product gemm.Product[T]
}

// A walker goes through the steps of some samples.
type walker[T tensor.Float] struct {
	from, to int
	left     gemm.Matrix[T]
	product  gemm.Product[T]
}

func recur[T tensor.Float](t *Tape, x *Value, k *recurrent, d *direction) *Value {
	op := next[recurOp[T]](t)
	op.x, op.k, op.d = x, k, d
	s := x.shape()
	op.batch, op.steps, op.in = s[0], s[1], s[2]
	op.units, op.sums = k.units, k.gates*k.units
	if n := d.kernel.Data.Dim(0); n != op.in {
		fail("inputs of %d features (shape %v) do not fit weights for %d", op.in, s, n)
	}
	shape := []int{op.batch, op.units}
	if k.sequences {
		shape = []int{op.batch, op.steps, op.units}
	}
	op.set(x.Data.DType(), []*Value{x, &d.kernel.Value, &d.recurrent.Value, &d.bias.Value}, shape...)
	op.allocate()
	op.products()
	op.right.Pack(gemm.Dense(numbers[T](&d.recurrent.Value), op.units, op.sums))
	op.eachPart(op.walk)
	op.gather()
	return &op.out
}

func (op *recurOp[T]) allocate() {
	rows := op.batch * op.steps
	op.z = grow(op.z, rows*op.sums)
	op.h = grow(op.h, (rows+op.batch)*op.units)
	clear(op.h[:op.batch*op.units])
	switch op.k.cell {
	case "LSTM":
		op.c = grow(op.c, (rows+op.batch)*op.units)
		clear(op.c[:op.batch*op.units])
		op.tc = grow(op.tc, rows*op.units)
	case "GRU":
		op.zh = grow(op.zh, rows*op.sums)
	}
}

// products computes the products of all inputs, and adds the bias.
func (op *recurOp[T]) products() {
	op.inputs = timeMajor[T]{x: numbers[T](op.x), batch: op.batch, steps: op.steps, width: op.in, reverse: op.d.reverse}
	ids := op.x.words
	op.byWord = op.words.read(ids, func(r int) int { return ids.ids[op.inputs.row(r/op.batch, r%op.batch)] }, op.sums)
	if op.byWord {
		op.words.products(&op.d.kernel.Value, &op.d.bias.Value)
		return
	}
	op.right.Use(gemm.Dense(numbers[T](&op.d.kernel.Value), op.in, op.sums))
	p := &op.product
	p.M, p.A, p.B, p.Add = op.batch*op.steps, &op.inputs, &op.right, false
	p.C, p.Step, p.Complete = op.z, op.sums, op
	p.Run()
	p.Complete = nil
}

// Complete adds the bias to rows that are complete. It is for package gemm.
func (op *recurOp[T]) Complete(i, n int) {
	bias := numbers[T](&op.d.bias.Value)[:op.sums]
	vec.AddRows(op.z[i*op.sums:(i+n)*op.sums], bias)
}

// eachPart divides the samples among the cores.
func (op *recurOp[T]) eachPart(walk func(w *walker[T])) {
	parts := min(team.Size(), (op.batch+3)/4)
	for len(op.part) < parts {
		op.part = append(op.part, walker[T]{})
	}
	per := (op.batch + parts - 1) / parts
	parallel(op.batch, per, func(i, j, _ int) {
		w := &op.part[i/per]
		w.from, w.to = i, j
		walk(w)
	})
}

// walk goes through the steps.
func (op *recurOp[T]) walk(w *walker[T]) {
	n := op.units
	gru := op.k.cell == "GRU"
	p := &w.product
	p.A, p.B, p.M, p.Step, p.Add = &w.left, &op.right, w.to-w.from, op.sums, !gru
	for t := range op.steps {
		first, last := t*op.batch+w.from, t*op.batch+w.to
		for r := first; op.byWord && r < last; r++ { // while they stay in the cache
			copy(op.z[r*op.sums:(r+1)*op.sums], op.words.row(r))
		}
		w.left = gemm.Dense(op.h[first*n:], p.M, n)
		p.C = op.z[first*op.sums:]
		if gru {
			p.C = op.zh[first*op.sums:]
		}
		p.RunAlone()
		for r := first; r < last; r++ {
			op.step(r)
		}
	}
}

// step computes the state of one sample after a step.
func (op *recurOp[T]) step(r int) {
	n, next := op.units, r+op.batch
	z, h := op.z[r*op.sums:(r+1)*op.sums], op.h[next*n:(next+1)*n]
	switch op.k.cell {
	case "LSTM":
		vec.LSTM(z, op.c[next*n:(next+1)*n], h, op.tc[r*n:(r+1)*n], op.c[r*n:(r+1)*n])
	case "GRU":
		gruStep(z, op.zh[r*op.sums:(r+1)*op.sums], numbers[T](&op.d.bias.Value)[op.sums:], h, op.h[r*n:(r+1)*n])
	default:
		vec.Tanh(h, z)
	}
}

// gather writes the states to the output.
func (op *recurOp[T]) gather() {
	y, n := numbers[T](&op.out), op.units
	if !op.k.sequences {
		copy(y, op.h[op.steps*op.batch*n:])
		return
	}
	for t := range op.steps {
		for b := range op.batch {
			copy(y[op.inputs.row(t, b)*n:][:n], op.h[((t+1)*op.batch+b)*n:])
		}
	}
}

func (op *recurOp[T]) back() {
	n := op.units
	op.dh = grow(op.dh, op.batch*n)
	clear(op.dh)
	if op.k.cell == "LSTM" {
		op.dc = grow(op.dc, op.batch*n)
		clear(op.dc)
	}
	w := &op.d.recurrent.Value
	op.right.Pack(gemm.Dense(numbers[T](w), n, op.sums).T())
	op.eachPart(op.walkBack)

	rows := op.batch * op.steps
	dz := gemm.Dense(op.z, rows, op.sums)
	dzh := dz
	if op.k.cell == "GRU" {
		dzh = gemm.Dense(op.zh, rows, op.sums)
	}
	if w.wants {
		g, add := overwritten[T](w)
		gemm.Mul(gemm.Dense(g, n, op.sums), gemm.Dense(op.h, rows, n).T(), dzh, add)
	}
	if b := &op.d.bias.Value; b.wants {
		g := gradient[T](b)
		op.biases = addColumns(op.biases, g[:op.sums], op.z[:rows*op.sums])
		if len(g) > op.sums {
			op.biases = addColumns(op.biases, g[op.sums:], op.zh[:rows*op.sums])
		}
	}
	if op.byWord {
		op.words.back(op.z[:rows*op.sums], &op.d.kernel.Value)
		return
	}
	op.backInputs(dz)
}

// backInputs computes the gradients of the kernel and of the inputs.
func (op *recurOp[T]) backInputs(dz gemm.Matrix[T]) {
	rows := op.batch * op.steps
	p := &op.product
	if w := &op.d.kernel.Value; w.wants {
		g, add := overwritten[T](w)
		op.inputs.transposed = true
		op.right.Use(dz)
		p.M, p.A, p.B, p.Add = op.in, &op.inputs, &op.right, add
		p.C, p.Step = g, op.sums
		p.Run()
	}
	if !op.x.wants {
		return
	}
	op.dx = grow(op.dx, rows*op.in)
	gemm.Mul(gemm.Dense(op.dx, rows, op.in), dz, gemm.Dense(numbers[T](&op.d.kernel.Value), op.in, op.sums).T(), false)
	g, add := overwritten[T](op.x)
	parallel(op.steps, rowsPerPart(op.batch*op.in), func(t, end, _ int) {
		for ; t < end; t++ {
			for b := range op.batch {
				to, from := g[op.inputs.row(t, b)*op.in:][:op.in], op.dx[(t*op.batch+b)*op.in:][:op.in]
				if add {
					vec.Add(to, from)
				} else {
					copy(to, from)
				}
			}
		}
	})
}

// walkBack goes back through the steps; gradients of sums replace their values.
func (op *recurOp[T]) walkBack(w *walker[T]) {
	n := op.units
	gru := op.k.cell == "GRU"
	dy := gradient[T](&op.out)
	p := &w.product
	p.A, p.B, p.M, p.Step, p.Add = &w.left, &op.right, w.to-w.from, n, gru
	p.C = op.dh[w.from*n:]
	for t := op.steps - 1; t >= 0; t-- {
		for b := w.from; b < w.to; b++ {
			dh := op.dh[b*n : (b+1)*n]
			if op.k.sequences {
				vec.Add(dh, dy[op.inputs.row(t, b)*n:][:n])
			} else if t == op.steps-1 {
				vec.Add(dh, dy[b*n:(b+1)*n])
			}
			op.stepBack(t*op.batch+b, b, dh)
		}
		dz := op.z
		if gru {
			dz = op.zh
		}
		w.left = gemm.Dense(dz[(t*op.batch+w.from)*op.sums:], p.M, op.sums)
		p.RunAlone()
	}
}

// stepBack goes back through a step of one sample. dh is the gradient of its
// state, and becomes what of that of the state before does not come by the product.
func (op *recurOp[T]) stepBack(r, b int, dh []T) {
	n := op.units
	z := op.z[r*op.sums : (r+1)*op.sums]
	switch op.k.cell {
	case "LSTM":
		vec.LSTMBack(z, op.dc[b*n:(b+1)*n], dh, op.tc[r*n:(r+1)*n], op.c[r*n:(r+1)*n])
	case "GRU":
		gruStepBack(z, op.zh[r*op.sums:(r+1)*op.sums], dh, op.h[r*n:(r+1)*n])
	default:
		h := op.h[(r+op.batch)*n:]
		for i, d := range dh {
			z[i] = d * (1 - h[i]*h[i])
		}
	}
}

// timeMajor is a batch of sequences as a matrix with a row for each step and
// sample, or its transposed.
type timeMajor[T tensor.Float] struct {
	x                   []T
	batch, steps, width int
	reverse, transposed bool
}

// row is which row of the batch, samples first, a step of a sample is.
func (m *timeMajor[T]) row(t, b int) int {
	if m.reverse {
		t = m.steps - 1 - t
	}
	return b*m.steps + t
}

// Block copies rows and columns. It is for package gemm.
func (m *timeMajor[T]) Block(buf []T, i, rows, k, cols int) (data []T, rowStep, colStep int) {
	if m.transposed {
		for c := range cols {
			r := k + c
			copy(buf[c*rows:(c+1)*rows], m.x[m.row(r/m.batch, r%m.batch)*m.width+i:])
		}
		return buf, 1, rows
	}
	step := cols + gemm.Pad
	for r := range rows {
		at := m.row((i+r)/m.batch, (i+r)%m.batch)*m.width + k
		copy(buf[r*step:r*step+cols], m.x[at:])
	}
	return buf, step, 1
}
