package simd

func cpuid(leaf, sub uint32) (ax, bx, cx, dx uint32)
func xgetbv() (ax, dx uint32)

// available asks the processor (Intel SDM, volume 2A, CPUID) and whether the
// operating system saves the wide registers (XCR0).
func available() []Level {
	const (
		fma, osxsave, avx     = 1 << 12, 1 << 27, 1 << 28       // leaf 1, CX
		avx2                  = 1 << 5                          // leaf 7, BX
		wide                  = 1<<16 | 1<<17 | 1<<30 | 1<<31   // F, DQ, BW, VL
		ymmSaved, zmmSaved    = 1<<1 | 1<<2, 1<<5 | 1<<6 | 1<<7 // XCR0
		leaves, features, ext = uint32(0), uint32(1), uint32(7) // CPUID leaves
	)
	if last, _, _, _ := cpuid(leaves, 0); last < ext {
		return []Level{Go}
	}
	_, _, cx, _ := cpuid(features, 0)
	if cx&osxsave == 0 || cx&avx == 0 || cx&fma == 0 {
		return []Level{Go}
	}
	saved, _ := xgetbv()
	_, bx, _, _ := cpuid(ext, 0)
	if saved&ymmSaved != ymmSaved || bx&avx2 == 0 {
		return []Level{Go}
	}
	if saved&zmmSaved != zmmSaved || bx&wide != wide {
		return []Level{AVX2, Go}
	}
	return []Level{AVX512, AVX2, Go}
}
