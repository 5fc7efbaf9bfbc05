package vec

// Pool2 takes the largest of each 2 × 2 pixels of the rows a and b, which have
// channels numbers a pixel; y has half as many pixels.
func Pool2[T Float](y, a, b []T, channels int) {
	pixels := len(y) / channels
	a, b = a[:2*len(y)], b[:2*len(y)]
	if _, n := vector(y); n > 0 && channels%inUse.lanes == 0 {
		inUse.pool(at(y), at(a), at(b), channels, pixels)
		return
	}
	for p := range pixels {
		for c := range channels {
			i := 2*p*channels + c
			m := a[i]
			for _, x := range [...]T{a[i+channels], b[i], b[i+channels]} {
				if !(m > x) {
					m = x
				}
			}
			y[p*channels+c] = m
		}
	}
}

// Pool2Back gives dy to the first of each 2 × 2 pixels that is the largest, y,
// and 0 to the others. Zeros of different sign are different.
func Pool2Back[T Float](da, db, dy, y, a, b []T, channels int) {
	pixels := len(y) / channels
	a, b, da, db, dy = a[:2*len(y)], b[:2*len(y)], da[:2*len(y)], db[:2*len(y)], dy[:len(y)]
	if _, n := vector(y); n > 0 && channels%inUse.lanes == 0 {
		inUse.poolBack(at(da), at(db), at(dy), at(y), at(a), at(b), channels, pixels)
		return
	}
	for p := range pixels {
		for c := range channels {
			i, k := 2*p*channels+c, p*channels+c
			d := dy[k]
			for _, at := range [...]struct{ dx, x []T }{{da[i:], a[i:]}, {da[i+channels:], a[i+channels:]}, {db[i:], b[i:]}, {db[i+channels:], b[i+channels:]}} {
				at.dx[0] = 0
				if x := at.x[0]; x == y[k] && (x != 0 || 1/x == 1/y[k]) {
					at.dx[0], d = d, 0
				}
			}
		}
	}
}
