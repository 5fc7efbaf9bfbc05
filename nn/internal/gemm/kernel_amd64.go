package gemm

import "loupe/internal/simd"

func tilings(level simd.Level) pair {
	switch level {
	case simd.AVX512:
		return pair{
			tiling{32, []int{12, 8, 4, 2, 1}, []kernel{avx512F32x12, avx512F32x8, avx512F32x4, avx512F32x2, avx512F32x1}},
			tiling{16, []int{12, 8, 4, 2, 1}, []kernel{avx512F64x12, avx512F64x8, avx512F64x4, avx512F64x2, avx512F64x1}},
		}
	case simd.AVX2:
		return pair{
			tiling{16, []int{6, 4, 2, 1}, []kernel{avx2F32x6, avx2F32x4, avx2F32x2, avx2F32x1}},
			tiling{8, []int{6, 4, 2, 1}, []kernel{avx2F64x6, avx2F64x4, avx2F64x2, avx2F64x1}},
		}
	}
	return goTilings()
}
