package gemm

import "loupe/internal/simd"

func tilings(level simd.Level) pair {
	if level == simd.NEON {
		return pair{
			tiling{8, []int{8, 4, 2, 1}, []kernel{neonF32x8, neonF32x4, neonF32x2, neonF32x1}},
			tiling{4, []int{8, 4, 2, 1}, []kernel{neonF64x8, neonF64x4, neonF64x2, neonF64x1}},
		}
	}
	return goTilings()
}
