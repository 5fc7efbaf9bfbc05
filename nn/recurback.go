package nn

import (
	"loupe/nn/internal/gemm"
	"loupe/nn/internal/vec"
)

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

	rows := op.batch * op.length
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
	rows := op.batch * op.length
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
	parallel(op.length, rowsPerPart(op.batch*op.in), func(t, end, _ int) {
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
	for t := op.length - 1; t >= 0; t-- {
		for b := w.from; b < w.to; b++ {
			dh := op.dh[b*n : (b+1)*n]
			if op.k.sequences {
				vec.Add(dh, dy[op.inputs.row(t, b)*n:][:n])
			} else if t == op.length-1 {
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
