package gemm

import (
	"math"
	"unsafe"
)

// goKernel returns the kernel for tiles of some rows in plain Go.
func goKernel[T Float](rows int, fma func(x, y, z T) T) kernel {
	size := int(unsafe.Sizeof(T(0)))
	cols := 64 / size
	return func(k int, a unsafe.Pointer, ar, ac int, b unsafe.Pointer, br int, c unsafe.Pointer, cr, add int) {
		for i := range rows {
			row := unsafe.Slice((*T)(unsafe.Add(c, i*cr)), cols)
			if add == 0 {
				clear(row)
			}
			for p := range k {
				x := *(*T)(unsafe.Add(a, i*ar+p*ac))
				for j, y := range unsafe.Slice((*T)(unsafe.Add(b, p*br)), cols) {
					row[j] = fma(x, y, row[j])
				}
			}
		}
	}
}

func fma64(x, y, z float64) float64 { return math.FMA(x, y, z) }

// fma32 returns x·y + z, rounded once.
//
// The product of two float32 is exact in float64, the sum is not. Rounding the
// rounded sum again goes wrong only where that sum lies halfway between two
// float32, or in the range of subnormal ones. There the sum is rounded to odd
// instead: Boldo and Melquiond, "Emulation of FMA and Correctly Rounded Sums:
// Proved Algorithms Using Rounding to Odd" (2008).
func fma32(x, y, z float32) float32 {
	const (
		below   = 1<<29 - 1 // bits of a float64 that a float32 has not
		halfway = 1 << 28
		normal  = 0x1p-126 // the least normal float32
	)
	p, w := float64(x)*float64(y), float64(z)
	s := p + w
	if math.Float64bits(s)&below != halfway && !(math.Abs(s) < normal) {
		return float32(s)
	}
	// What s lacks, exactly (Knuth's two-sum).
	t := s - p
	if lost := (p - (s - t)) + (w - t); lost != 0 && lost == lost {
		if bits := math.Float64bits(s); bits&1 == 0 {
			if (lost > 0) == (s > 0) {
				bits++
			} else {
				bits--
			}
			s = math.Float64frombits(bits)
		}
	}
	return float32(s)
}
