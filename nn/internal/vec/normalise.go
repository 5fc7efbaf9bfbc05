package vec

// The loops of normalisation. x and d consist of rows as long as the other slices,
// which have a number for each column.

// SquareRows adds (x - mean)² of all rows to sum.
func SquareRows[T Float](sum, x, mean []T) {
	if _, n := vector(sum); n > 0 && n == len(sum) && len(x) > 0 {
		inUse.squareRows(at(sum), at(x), at(mean), n, len(x)/n)
		return
	}
	for ; len(x) > 0; x = x[len(sum):] {
		for c := range sum {
			v := x[c] - mean[c]
			sum[c] += T(v * v)
		}
	}
}

// DotRows adds d·(x - mean) of all rows to sum.
func DotRows[T Float](sum, d, x, mean []T) {
	if _, n := vector(sum); n > 0 && n == len(sum) && len(x) > 0 {
		inUse.dotRows(at(sum), at(d), at(x), at(mean), n, len(x)/n)
		return
	}
	for ; len(x) > 0; x, d = x[len(sum):], d[len(sum):] {
		for c := range sum {
			sum[c] += T((x[c] - mean[c]) * d[c])
		}
	}
}

// ScaleRows computes y = (x - mean)·a + b for all rows.
func ScaleRows[T Float](y, x, mean, a, b []T) {
	if _, n := vector(mean); n > 0 && n == len(mean) && len(x) > 0 {
		inUse.scaleRows(at(y), at(x), at(mean), at(a), at(b), n, len(x)/n)
		return
	}
	for ; len(x) > 0; x, y = x[len(mean):], y[len(mean):] {
		for c := range mean {
			y[c] = T((x[c]-mean[c])*a[c]) + b[c]
		}
	}
}

// BackRows computes dx = (d - b - (x - mean)·c)·a for all rows.
func BackRows[T Float](dx, d, x, mean, a, b, c []T) {
	if _, n := vector(mean); n > 0 && n == len(mean) && len(x) > 0 {
		inUse.backRows(at(dx), at(d), at(x), at(mean), at(a), at(b), at(c), n, len(x)/n)
		return
	}
	for ; len(x) > 0; x, d, dx = x[len(mean):], d[len(mean):], dx[len(mean):] {
		for i := range mean {
			dx[i] = (d[i] - b[i] - T((x[i]-mean[i])*c[i])) * a[i]
		}
	}
}
