package vec

// LSTM computes the state of n units after a step. z holds the sums of the gates
// i, f, g and o, n each, and gets their values; before is the cell's state before
// the step.
//
//	i, f, o = sigmoid(…), g = tanh(…)
//	c = f·before + i·g, tc = tanh(c), h = o·tc
func LSTM[T Float](z, c, h, tc, before []T) {
	units := len(c)
	h, tc, before = h[:units], tc[:units], before[:units]
	p, n := vector(c)
	if n > 0 {
		inUse.lstm(at(z), p, at(h), at(tc), at(before), n, units)
	}
	if n == units {
		return
	}
	i, f, g, o := z[n:units], z[units+n:2*units], z[2*units+n:3*units], z[3*units+n:4*units]
	Sigmoid(i, i)
	Sigmoid(f, f)
	Tanh(g, g)
	Sigmoid(o, o)
	for k := range i {
		c[n+k] = T(f[k]*before[n+k]) + T(i[k]*g[k])
	}
	Tanh(tc[n:], c[n:])
	Mul(h[n:], o, tc[n:])
}

// LSTMBack goes back through a step. z holds the gates' values and gets the
// gradients of their sums; dh is the gradient of h; dc is that of c and becomes
// that of before.
func LSTMBack[T Float](z, dc, dh, tc, before []T) {
	units := len(dc)
	dh, tc, before = dh[:units], tc[:units], before[:units]
	p, n := vector(dc)
	if n > 0 {
		inUse.lstmBack(at(z), p, at(dh), at(tc), at(before), n, units)
	}
	for k := n; k < units; k++ {
		i, f, g, o := z[k], z[units+k], z[2*units+k], z[3*units+k]
		d := dc[k] + T(T(dh[k]*o)*(1-T(tc[k]*tc[k])))
		dc[k] = d * f
		z[3*units+k] = T(dh[k]*tc[k]) * T((1-o)*o)
		z[units+k] = T(d*before[k]) * T((1-f)*f)
		z[k] = T(d*g) * T((1-i)*i)
		z[2*units+k] = T(d*i) * (1 - T(g*g))
	}
}
