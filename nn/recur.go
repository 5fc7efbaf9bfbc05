package nn

import (
	"loupe/nn/internal/gemm"
	"loupe/nn/internal/team"
	"loupe/nn/internal/vec"
	"loupe/nn/tensor"
)

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

	batch, length, in, units, sums int

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
	op.batch, op.length, op.in = s[0], s[1], s[2]
	op.units, op.sums = k.units, k.gates*k.units
	if n := d.kernel.Data.Dim(0); n != op.in {
		fail("inputs of %d features (shape %v) do not fit weights for %d", op.in, s, n)
	}
	shape := []int{op.batch, op.units}
	if k.sequences {
		shape = []int{op.batch, op.length, op.units}
	}
	op.set(x.Data.DType(), []*Value{x, &d.kernel.Value, &d.recurrent.Value, &d.bias.Value}, shape...)
	op.allocate()
	op.products()
	op.right.Pack(gemm.Dense(numbers[T](&d.recurrent.Value), op.units, op.sums))
	op.eachPart(op.walk)
	op.gather()
	op.out.walks = append(op.out.walks, op)
	return &op.out
}

func (op *recurOp[T]) allocate() {
	rows := op.batch * op.length
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
	op.inputs = timeMajor[T]{x: numbers[T](op.x), batch: op.batch, steps: op.length, width: op.in, reverse: op.d.reverse}
	ids := op.x.words
	op.byWord = op.words.read(ids, func(r int) int { return ids.ids[op.inputs.row(r/op.batch, r%op.batch)] }, op.sums)
	if op.byWord {
		op.words.products(&op.d.kernel.Value, &op.d.bias.Value)
		return
	}
	op.right.Use(gemm.Dense(numbers[T](&op.d.kernel.Value), op.in, op.sums))
	p := &op.product
	p.M, p.A, p.B, p.Add = op.batch*op.length, &op.inputs, &op.right, false
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
	for t := range op.length {
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
		copy(y, op.h[op.length*op.batch*n:])
		return
	}
	for t := range op.length {
		for b := range op.batch {
			copy(y[op.inputs.row(t, b)*n:][:n], op.h[((t+1)*op.batch+b)*n:])
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
