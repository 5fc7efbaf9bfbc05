package nn

import (
	"math"

	"loupe/nn/internal/team"
	"loupe/nn/internal/vec"
)

// block is how many numbers are worked on at a time where a loop needs memory of
// its own: they stay in the first cache.
const block = 1024

func (op *activateOp[T]) back() {
	if !op.x.wants {
		return
	}
	for len(op.members) < team.Size() {
		op.members = append(op.members, nil)
	}
	x, y, dy := numbers[T](op.x), numbers[T](&op.out), gradient[T](&op.out)
	to := dy // which nobody needs any more, if its numbers are to be added
	dx, add := overwritten[T](op.x)
	if !add {
		to = dx
	}
	width := op.width()
	parallel(len(y)/width, max(elements/width, 1), func(i, j, member int) {
		i, j = i*width, j*width
		if op.a.ofRows() {
			op.backRows(width, y[i:j], dy[i:j], to[i:j])
		} else {
			op.members[member] = grow(op.members[member], 2*block)
			for k := i; k < j; k += block {
				n := min(k+block, j)
				op.backBlock(op.members[member], x[k:n], y[k:n], dy[k:n], to[k:n])
			}
		}
		if add {
			vec.Add(dx[i:j], to[i:j])
		}
	})
}

// backRows computes the gradients of functions of rows. to may be dy.
func (op *activateOp[T]) backRows(width int, y, dy, to []T) {
	for ; len(y) > 0; y, dy, to = y[width:], dy[width:], to[width:] {
		sum := 0.0
		if op.a.name == Softmax.name { // dx = y (dy - Σ dy·y)
			for k, v := range y[:width] {
				sum += float64(float64(dy[k]) * float64(v))
			}
			for k, v := range y[:width] {
				to[k] = T(float64(v) * (float64(dy[k]) - sum))
			}
			continue
		}
		for _, d := range dy[:width] { // dx = dy - softmax Σ dy
			sum += float64(d)
		}
		for k, v := range y[:width] {
			to[k] = T(float64(dy[k]) - float64(math.Exp(float64(v))*sum))
		}
	}
}

// backBlock computes the gradients of functions of single numbers: dy times the
// derivative. to may be dy; memory is of two blocks.
func (op *activateOp[T]) backBlock(memory, x, y, dy, to []T) {
	p, q := memory[:len(x)], memory[block:block+len(x)]
	switch op.a.name {
	case "relu":
		vec.ReLUBack(to, dy, y)
	case "sigmoid":
		for i, v := range y {
			to[i] = dy[i] * v * (1 - v)
		}
	case "tanh":
		for i, v := range y {
			to[i] = dy[i] * (1 - T(v*v))
		}
	case "silu": // s + y (1-s)
		vec.Sigmoid(p, x)
		for i, s := range p {
			to[i] = dy[i] * (s + T(y[i]*(1-s)))
		}
	case "gelu": // Φ(x) + x exp(-x²/2) / √2π
		for i, v := range x {
			q[i] = -v * v / 2
		}
		vec.Normal(p, x)
		vec.Exp(q, q)
		const density = 0.3989422804014327
		for i, v := range x {
			to[i] = dy[i] * (p[i] + T(v*q[i]*density))
		}
	default:
		for i, v := range x {
			to[i] = T(float64(dy[i]) * op.a.d(float64(v), float64(y[i])))
		}
	}
}
