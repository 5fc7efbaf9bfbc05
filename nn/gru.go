package nn

import (
	"loupe/nn/internal/vec"
	"loupe/nn/tensor"
)

// GRU goes through sequences with a state h for each unit (Cho et al., 2014; in
// the form of Keras and PyTorch, which resets after the product):
//
//	z = sigmoid(x kernel_z + bias_z + h recurrent_z + bias'_z)
//	r = sigmoid(x kernel_r + bias_r + h recurrent_r + bias'_r)
//	n = tanh(x kernel_n + bias_n + r·(h recurrent_n + bias'_n))
//	h = z·h + (1-z)·n
//
//	x [time in]  kernel [in 3·units]  recurrent_kernel [units 3·units]
//	bias [2 3·units]  y [units], or with Sequences [time units]
//
// The gates stand in the order z, r, n, as in Keras. Options are those of [LSTM].
func GRU(units int, list ...Option) *Layer { return newRecurrent("GRU", 3, units, list) }

// gruStep computes the state after a step. z holds the sums of the inputs and gets
// the gates' values; zh holds the products of the state and gets the bias.
func gruStep[T tensor.Float](z, zh, bias, h, before []T) {
	n := len(h)
	vec.Add(zh, bias)
	vec.Add(z[:2*n], zh[:2*n])
	vec.Sigmoid(z[:2*n], z[:2*n])
	for i := range h {
		z[2*n+i] += z[n+i] * zh[2*n+i]
	}
	vec.Tanh(z[2*n:3*n], z[2*n:3*n])
	for i := range h {
		h[i] = z[i]*before[i] + (1-z[i])*z[2*n+i]
	}
}

// gruStepBack replaces the gates' values by the gradients of the sums, in z for
// the inputs and in zh for the state. dh becomes z·dh.
func gruStepBack[T tensor.Float](z, zh, dh, before []T) {
	n := len(dh)
	for i, d := range dh {
		u, r, c := z[i], z[n+i], z[2*n+i]
		dc := d * (1 - u) * (1 - c*c)
		du := d * (before[i] - c) * u * (1 - u)
		dr := dc * zh[2*n+i] * r * (1 - r)
		z[i], z[n+i], z[2*n+i] = du, dr, dc
		zh[i], zh[n+i], zh[2*n+i] = du, dr, dc*r
		dh[i] = d * u
	}
}
