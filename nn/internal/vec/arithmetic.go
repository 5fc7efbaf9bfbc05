package vec

import "math"

// Add computes y += x.
func Add[T Float](y, x []T) {
	x = x[:len(y)]
	p, n := vector(y)
	if n > 0 {
		inUse.add(p, at(x), n)
	}
	for i := n; i < len(y); i++ {
		y[i] += x[i]
	}
}

// Mul computes y = a·b.
func Mul[T Float](y, a, b []T) {
	a, b = a[:len(y)], b[:len(y)]
	p, n := vector(y)
	if n > 0 {
		inUse.mul(p, at(a), at(b), n)
	}
	for i := n; i < len(y); i++ {
		y[i] = a[i] * b[i]
	}
}

// AddScaled computes y += a·x.
func AddScaled[T Float](y []T, a T, x []T) {
	x = x[:len(y)]
	p, n := vector(y)
	if n > 0 {
		inUse.axpy(p, float32(a), at(x), n)
	}
	for i := n; i < len(y); i++ {
		y[i] += T(a * x[i])
	}
}

// Scale computes y *= a.
func Scale[T Float](y []T, a T) {
	p, n := vector(y)
	if n > 0 {
		inUse.scale(p, float32(a), n)
	}
	for i := n; i < len(y); i++ {
		y[i] *= a
	}
}

// AddRows adds x to each of the rows that y consists of.
func AddRows[T Float](y, x []T) {
	if _, n := vector(x); n > 0 && n == len(x) && len(y) > 0 {
		inUse.addRows(at(y), at(x), n, len(y)/n)
		return
	}
	for i := 0; i < len(y); i += len(x) {
		Add(y[i:i+len(x)], x)
	}
}

// AddRowsReLU computes y = max(0, y+x) for each of the rows that y consists of; NaN
// stays NaN.
func AddRowsReLU[T Float](y, x []T) {
	if _, n := vector(x); n > 0 && n == len(x) && len(y) > 0 {
		inUse.addReLU(at(y), at(x), n, len(y)/n)
		return
	}
	for i := 0; i < len(y); i += len(x) {
		Add(y[i:i+len(x)], x)
	}
	for i, v := range y {
		if 0 > v {
			y[i] = 0
		}
	}
}

// SumRows adds the rows that x consists of to y, one after the other.
func SumRows[T Float](y, x []T) {
	if _, n := vector(y); n > 0 && n == len(y) && len(x) > 0 {
		inUse.sumRows(at(y), at(x), n, len(x)/n)
		return
	}
	for i := 0; i < len(x); i += len(y) {
		Add(y, x[i:i+len(y)])
	}
}

// ReLU computes y = max(0, x); NaN stays NaN.
func ReLU[T Float](y, x []T) {
	x = x[:len(y)]
	p, n := vector(y)
	if n > 0 {
		inUse.relu(p, at(x), n)
	}
	for i := n; i < len(y); i++ {
		if y[i] = x[i]; 0 > x[i] {
			y[i] = 0
		}
	}
}

// ReLUBack computes dx = dy where y > 0 or is a positive NaN, and 0 elsewhere. dx
// may be dy.
func ReLUBack[T Float](dx, dy, y []T) {
	dy, y = dy[:len(dx)], y[:len(dx)]
	p, n := vector(dx)
	if n > 0 {
		inUse.reluBack(p, at(dy), at(y), n)
	}
	for i := n; i < len(dx); i++ {
		if y[i] > 0 || y[i] != y[i] && !math.Signbit(float64(y[i])) {
			dx[i] = dy[i]
		} else {
			dx[i] = 0
		}
	}
}
