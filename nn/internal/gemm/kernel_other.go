//go:build !amd64 && !arm64

package gemm

import "loupe/internal/simd"

func tilings(simd.Level) pair { return goTilings() }
