// Package vec has the loops over numbers that training spends its time in.
//
// Functions take slices of one length and work on float32 by vector instructions
// where there are some. Vector code and Go code compute the same bits: the same
// operations in the same order, each rounded by itself, none fused. (Conversions
// such as float32(x*y) below say that to the compiler, which may fuse otherwise.)
package vec

import (
	"unsafe"

	"loupe/internal/simd"
)

// Float is the types of numbers.
type Float interface{ float32 | float64 }

// A set is the vector functions of a level. Counts are multiples of lanes and
// not 0.
type set struct {
	lanes      int
	exp        func(y, x *float32, n int)
	sigmoid    func(y, x *float32, n int)
	tanh       func(y, x *float32, n int)
	add        func(y, x *float32, n int)
	mul        func(y, a, b *float32, n int)
	axpy       func(y *float32, a float32, x *float32, n int)
	addRows    func(y, x *float32, n, rows int)
	addReLU    func(y, x *float32, n, rows int)
	sumRows    func(y, x *float32, n, rows int)
	reluBack   func(dx, dy, y *float32, n int)
	adam       func(w, g, m, v *float32, n int, s *AdamStep)
	lstm       func(z, c, h, tc, before *float32, n, step int)
	lstmBack   func(z, dc, dh, tc, before *float32, n, step int)
	pool       func(y, a, b *float32, channels, n int)
	poolBack   func(da, db, dy, y, a, b *float32, channels, n int)
	relu       func(y, x *float32, n int)
	normal     func(y, x *float32, n int)
	scale      func(y *float32, a float32, n int)
	taps       func(y, a, b *float32, at *Tap, n, taps, add int)
	squareRows func(sum, x, mean *float32, n, rows int)
	dotRows    func(sum, d, x, mean *float32, n, rows int)
	scaleRows  func(y, x, mean, a, b *float32, n, rows int)
	backRows   func(dx, d, x, mean, a, b, c *float32, n, rows int)
}

// inUse is the set of this process.
var inUse = sets(simd.Best)

// vector returns x as float32 with how many of its numbers vector functions do:
// none, for another type or without such functions.
func vector[T Float](x []T) (p *float32, n int) {
	if inUse.lanes == 0 || unsafe.Sizeof(T(0)) != 4 || len(x) < inUse.lanes {
		return nil, 0
	}
	return (*float32)(unsafe.Pointer(&x[0])), len(x) / inUse.lanes * inUse.lanes
}

// at is x as float32; vector has said that it is.
func at[T Float](x []T) *float32 { return (*float32)(unsafe.Pointer(&x[0])) }
