package nn

import (
	"math/rand/v2"

	"loupe/nn/tensor"
)

// A Tape records operations as they are done, so that [Tape.Backward] can go
// through them in reverse and compute gradients: reverse-mode automatic
// differentiation, as in Griewank and Walther, "Evaluating Derivatives" (2008).
//
//	tape := nn.NewTape()
//	y := model.Forward(tape, nn.Const(x))
//	loss := nn.MSE.Of(tape, y, target)
//	tape.Backward(loss)
//
// After Reset the tape is used again. Passes do the same operations in the same
// order, so each operation takes the memory that the one at its place had before:
// training allocates in its first step only. Values of a tape are therefore valid
// until its next Reset.
type Tape struct {
	// Training makes layers behave as in training: Dropout drops, BatchNorm uses
	// the batch's statistics.
	Training bool

	ops    []operation
	used   int // operations of this pass; those behind are of earlier passes
	hooks  []placed
	values []*Value // for list
	random *rand.Rand
}

// An operation has computed a value and can compute the gradients of its inputs.
type operation interface {
	// result is the value that it computed.
	result() *Value
	// back adds to the gradients of the inputs. The result has its gradient.
	back()
}

// NewTape returns an empty tape.
func NewTape() *Tape { return &Tape{random: rand.New(rand.NewPCG(0, 0))} }

// Reset begins a new pass.
func (t *Tape) Reset() { t.used, t.hooks, t.values = 0, t.hooks[:0], t.values[:0] }

// list returns n places for values, until the next Reset.
func (t *Tape) list(n int) []*Value {
	at := len(t.values)
	if at+n > cap(t.values) { // lists of this pass keep the memory that they have
		t.values, at = make([]*Value, 0, 2*cap(t.values)+n), 0
	}
	t.values = t.values[:at+n]
	return t.values[at : at+n : at+n]
}

// placed is a hook that stands behind some operations.
type placed struct {
	behind int
	op     *hookOp
}

// next returns the operation of type O at this place of the tape: that of the
// last pass with its memory, if it was of the same type.
func next[O any, P interface {
	*O
	operation
}](t *Tape) P {
	if t.used == len(t.ops) {
		t.ops = append(t.ops, nil)
	}
	op, ok := t.ops[t.used].(P)
	if !ok {
		op = new(O)
		t.ops[t.used] = op
	}
	t.used++
	return op
}

// output is the result of an operation: part of it, so that the memory is used
// again.
type output struct{ out Value }

func (o *output) result() *Value { return &o.out }

// set prepares the output for a pass. Its numbers are arbitrary.
func (o *output) set(d tensor.DType, inputs []*Value, shape ...int) *Value {
	resize(&o.out.Data, d, shape...)
	o.out.has, o.out.wants, o.out.logits, o.out.words, o.out.walks = false, false, nil, nil, o.out.walks[:0]
	for _, in := range inputs {
		o.out.wants = o.out.wants || in.wants
	}
	return &o.out
}

// Backward computes the gradients of a loss, a value of one number, for all that
// it depends on.
func (t *Tape) Backward(loss *Value) {
	if loss.Data.Len() != 1 {
		fail("Backward wants a loss of one number, not of the shape %v", loss.shape())
	}
	resize(&loss.grad, loss.Data.DType(), loss.shape()...).Fill(1)
	loss.has = true
	t.reverse()
}

// BackwardFrom computes the gradients of the sum of the products of y and d.
func (t *Tape) BackwardFrom(y *Value, d *tensor.Tensor) {
	resize(&y.grad, y.Data.DType(), y.shape()...).Copy(d)
	y.has = true
	t.reverse()
}

func (t *Tape) reverse() {
	hooks := t.hooks
	for i := t.used - 1; i >= 0; i-- {
		for ; len(hooks) > 0 && hooks[len(hooks)-1].behind > i; hooks = hooks[:len(hooks)-1] {
			if op := hooks[len(hooks)-1].op; op.y.has && op.y.wants {
				op.back()
			}
		}
		if out := t.ops[i].result(); out.has && out.wants {
			t.ops[i].back()
		}
	}
}

// watch puts a hook between operations, beside the list: operations stay at
// their places and keep their memory.
func (t *Tape) watch(op *hookOp) {
	t.hooks = append(t.hooks, placed{t.used, op})
}
