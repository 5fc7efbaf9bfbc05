package vec

// A Tap is where the factors of a product begin, in two slices.
type Tap struct{ A, B int }

// Taps computes y[i] = Σ a[t.A+i]·b[t.B+i] over taps, in their order; with add, it
// adds to y. Depthwise convolutions are such sums, forward and back.
func Taps[T Float](y, a, b []T, taps []Tap, add bool) {
	p, n := vector(y)
	if len(taps) == 0 {
		n = 0
	}
	if n > 0 {
		more := 0
		if add {
			more = 1
		}
		inUse.taps(p, at(a), at(b), &taps[0], n, len(taps), more)
	}
	if n == len(y) {
		return
	}
	if !add {
		clear(y[n:])
	}
	for _, t := range taps {
		x, z := a[t.A+n:t.A+len(y)], b[t.B+n:t.B+len(y)]
		for i := range x {
			y[n+i] += T(x[i] * z[i])
		}
	}
}
