package trees

import "loupe/internal/simd"

// wide reports whether [findAVX2] can be called.
var wide = simd.Best == simd.AVX2 || simd.Best == simd.AVX512

// findAVX2 is what [masked.find] does, for n eights. Missing is 1 to ask the nodes for
// missing values, or else 0.
//
//go:noescape
func findAVX2(eights *eight, n, missing int, codes, leaves *group32)
