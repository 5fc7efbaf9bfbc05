package gemm

import (
	"unsafe"

	"loupe/internal/simd"
)

// A kernel computes a tile of C: some rows, cols columns. Steps from row to row
// (and from column to column of A) are in bytes. With add = 0 the tile starts
// from 0, otherwise from what C holds.
type kernel func(k int, a unsafe.Pointer, ar, ac int, b unsafe.Pointer, br int, c unsafe.Pointer, cr, add int)

// A tiling is the kernels of an instruction set for one type.
type tiling struct {
	cols    int      // columns of every tile
	heights []int    // rows of the tiles, from most to 1
	kernels []kernel // one for each height
}

// inUse are the tilings of this process.
var inUse = tilings(simd.Best)

type pair struct{ f32, f64 tiling }

// tilingOf returns the tiling for T.
func tilingOf[T Float]() *tiling {
	var x T
	if unsafe.Sizeof(x) == 4 {
		return &inUse.f32
	}
	return &inUse.f64
}

// goTilings need no assembly.
func goTilings() pair {
	return pair{
		tiling{16, []int{4, 1}, []kernel{goKernel(4, fma32), goKernel(1, fma32)}},
		tiling{8, []int{4, 1}, []kernel{goKernel(4, fma64), goKernel(1, fma64)}},
	}
}
