package vec

import "loupe/internal/simd"

func sets(level simd.Level) set {
	switch level {
	case simd.AVX512:
		return set{16, expAVX512, sigmoidAVX512, tanhAVX512, addAVX512, mulAVX512, axpyAVX512, addRowsAVX512, addRowsReLUAVX512, sumRowsAVX512, reluBackAVX512,
			adamAVX512, lstmAVX512, lstmBackAVX512, poolAVX512, poolBackAVX512,
			reluAVX512, normalAVX512, scaleAVX512, tapsAVX512, squareRowsAVX512, dotRowsAVX512, scaleRowsAVX512, backRowsAVX512}
	case simd.AVX2:
		return set{8, expAVX2, sigmoidAVX2, tanhAVX2, addAVX2, mulAVX2, axpyAVX2, addRowsAVX2, addRowsReLUAVX2, sumRowsAVX2, reluBackAVX2,
			adamAVX2, lstmAVX2, lstmBackAVX2, poolAVX2, poolBackAVX2,
			reluAVX2, normalAVX2, scaleAVX2, tapsAVX2, squareRowsAVX2, dotRowsAVX2, scaleRowsAVX2, backRowsAVX2}
	}
	return set{}
}

func expAVX512(y, x *float32, n int)
func sigmoidAVX512(y, x *float32, n int)
func tanhAVX512(y, x *float32, n int)
func addAVX512(y, x *float32, n int)
func mulAVX512(y, a, b *float32, n int)
func axpyAVX512(y *float32, a float32, x *float32, n int)
func addRowsAVX512(y, x *float32, n, rows int)
func addRowsReLUAVX512(y, x *float32, n, rows int)
func sumRowsAVX512(y, x *float32, n, rows int)
func reluBackAVX512(dx, dy, y *float32, n int)
func adamAVX512(w, grad, m, v *float32, n int, s *AdamStep)
func lstmAVX512(z, c, h, tc, before *float32, n, step int)
func lstmBackAVX512(z, dc, dh, tc, before *float32, n, step int)
func poolAVX512(y, a, b *float32, channels, n int)
func poolBackAVX512(da, db, dy, y, a, b *float32, channels, n int)
func reluAVX512(y, x *float32, n int)
func normalAVX512(y, x *float32, n int)
func scaleAVX512(y *float32, a float32, n int)
func tapsAVX512(y, a, b *float32, at *Tap, n, taps, add int)
func squareRowsAVX512(sum, x, mean *float32, n, rows int)
func dotRowsAVX512(sum, d, x, mean *float32, n, rows int)
func scaleRowsAVX512(y, x, mean, a, b *float32, n, rows int)
func backRowsAVX512(dx, d, x, mean, a, b, c *float32, n, rows int)

func expAVX2(y, x *float32, n int)
func sigmoidAVX2(y, x *float32, n int)
func tanhAVX2(y, x *float32, n int)
func addAVX2(y, x *float32, n int)
func mulAVX2(y, a, b *float32, n int)
func axpyAVX2(y *float32, a float32, x *float32, n int)
func addRowsAVX2(y, x *float32, n, rows int)
func addRowsReLUAVX2(y, x *float32, n, rows int)
func sumRowsAVX2(y, x *float32, n, rows int)
func reluBackAVX2(dx, dy, y *float32, n int)
func adamAVX2(w, grad, m, v *float32, n int, s *AdamStep)
func lstmAVX2(z, c, h, tc, before *float32, n, step int)
func lstmBackAVX2(z, dc, dh, tc, before *float32, n, step int)
func poolAVX2(y, a, b *float32, channels, n int)
func poolBackAVX2(da, db, dy, y, a, b *float32, channels, n int)
func reluAVX2(y, x *float32, n int)
func normalAVX2(y, x *float32, n int)
func scaleAVX2(y *float32, a float32, n int)
func tapsAVX2(y, a, b *float32, at *Tap, n, taps, add int)
func squareRowsAVX2(sum, x, mean *float32, n, rows int)
func dotRowsAVX2(sum, d, x, mean *float32, n, rows int)
func scaleRowsAVX2(y, x, mean, a, b *float32, n, rows int)
func backRowsAVX2(dx, d, x, mean, a, b, c *float32, n, rows int)
