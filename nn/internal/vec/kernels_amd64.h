// The kernels, for vectors of any width. The files that include this one define
// V0 to V15 (registers), WIDTH (bytes of one), LANES (numbers in one), the names
// of bitwise instructions, and the names of the functions.
//
// There are no fused multiply-adds here: every product and every sum is rounded,
// as in the Go code of this package, so that both compute the same bits.

#define CONST(name, at, bits) DATA name<>+at(SB)/4, $bits

CONST(k, 0, 0x42b20000)  // 89, where exp is infinite
CONST(k, 4, 0xc2d00000)  // -104, where exp is 0
CONST(k, 8, 0x3fb8aa3b)  // 1/ln 2
CONST(k, 12, 0x3f318000) // ln 2, its first 9 bits
CONST(k, 16, 0xb95e8083) // and the rest
CONST(k, 20, 0x39506967) // coefficients of exp (Cephes)
CONST(k, 24, 0x3ab743ce)
CONST(k, 28, 0x3c088908)
CONST(k, 32, 0x3d2aa9c1)
CONST(k, 36, 0x3e2aaaaa)
CONST(k, 40, 0x3f000000)
CONST(k, 44, 0x3f800000) // 1, and 127<<23
CONST(k, 48, 0x7fffffff) // all bits but the sign
CONST(k, 52, 0x41200000) // 10, where tanh is 1
CONST(k, 56, 0x40000000) // 2
CONST(k, 60, 0x80000000) // the sign
CONST(k, 64, 0x3f3504f3)  // 1/√2
CONST(k, 68, 0x3f000000)  // 1/2
CONST(k, 72, 0x3e2ef945)  // coefficients of erfc (Press et al.), from the highest
CONST(k, 76, 0xbf527892)
CONST(k, 80, 0x3fbe87b0)
CONST(k, 84, 0xbf914e5d)
CONST(k, 88, 0x3e8ec7cc)
CONST(k, 92, 0xbe3ec24c)
CONST(k, 96, 0x3dc636c9)
CONST(k, 100, 0x3ebf88fb)
CONST(k, 104, 0x3f8000c7)
CONST(k, 108, 0xbfa1fc4e)
GLOBL k<>(SB), RODATA|NOPTR, $112

// K loads a constant into all lanes.
#define K(at, v) VBROADCASTSS k<>+at(SB), v

// REDUCE splits x = n ln 2 + r: n as integer and r replaces x. It uses t.
#define REDUCE(x, n, t) \
	K(8, t); \
	VMULPS t, x, n; \
	VCVTPS2DQ n, n; \
	VCVTDQ2PS n, n; \
	K(12, t); \
	VMULPS t, n, t; \
	VSUBPS t, x, x; \
	K(16, t); \
	VMULPS t, n, t; \
	VSUBPS t, x, x; \
	VCVTPS2DQ n, n

// EXPM1 replaces r, of at most ln 2 / 2, by exp(r) - 1. It uses p and t.
#define EXPM1(r, p, t) \
	K(20, p); \
	VMULPS r, p, p; \
	K(24, t); \
	VADDPS t, p, p; \
	VMULPS r, p, p; \
	K(28, t); \
	VADDPS t, p, p; \
	VMULPS r, p, p; \
	K(32, t); \
	VADDPS t, p, p; \
	VMULPS r, p, p; \
	K(36, t); \
	VADDPS t, p, p; \
	VMULPS r, p, p; \
	K(40, t); \
	VADDPS t, p, p; \
	VMULPS r, r, t; \
	VMULPS t, p, p; \
	VADDPS r, p, r

// EXP replaces x by exp(x): 2**n in two factors, for subnormal results.
#define EXP(x, n, p, t) \
	K(0, t); \
	VMINPS x, t, x; \
	K(4, t); \
	VMAXPS x, t, x; \
	REDUCE(x, n, t); \
	EXPM1(x, p, t); \
	K(44, t); \
	VADDPS t, x, x; \
	VPSRAD $1, n, p; \
	VPSUBD p, n, n; \
	VPSLLD $23, n, n; \
	VPSLLD $23, p, p; \
	VPADDD t, n, n; \
	VPADDD t, p, p; \
	VMULPS n, x, x; \
	VMULPS p, x, x

// SIGMOID replaces x by 1 / (1 + exp(-x)).
#define SIGMOID(x, n, p, t) \
	K(60, t); \
	BITXOR t, x, x; \
	EXP(x, n, p, t); \
	K(44, t); \
	VADDPS t, x, x; \
	VDIVPS x, t, x

// TANH replaces x by e / (e + 2), where e = exp(2|x|) - 1, with the sign of x. It
// uses s too.
#define TANH(x, n, p, t, s) \
	K(60, t); \
	BITAND t, x, s; \
	BITXOR s, x, x; \
	K(52, t); \
	VMINPS x, t, x; \
	VADDPS x, x, x; \
	REDUCE(x, n, t); \
	EXPM1(x, p, t); \
	K(44, t); \
	VPSLLD $23, n, n; \
	VPADDD t, n, n; \
	VMULPS n, x, x; \
	VSUBPS t, n, n; \
	VADDPS n, x, x; \
	K(56, t); \
	VADDPS t, x, t; \
	VDIVPS t, x, x; \
	BITOR s, x, x

// func exp(y, x *float32, n int)
TEXT EXP_NAME(SB), NOSPLIT, $0-24
	MOVQ y+0(FP), DI
	MOVQ x+8(FP), SI
	MOVQ n+16(FP), CX
loop:
	VMOVUPS (SI), V0
	EXP(V0, V1, V2, V3)
	VMOVUPS V0, (DI)
	ADDQ $WIDTH, SI
	ADDQ $WIDTH, DI
	SUBQ $LANES, CX
	JNZ loop
	VZEROUPPER
	RET

// func sigmoid(y, x *float32, n int)
TEXT SIGMOID_NAME(SB), NOSPLIT, $0-24
	MOVQ y+0(FP), DI
	MOVQ x+8(FP), SI
	MOVQ n+16(FP), CX
loop:
	VMOVUPS (SI), V0
	SIGMOID(V0, V1, V2, V3)
	VMOVUPS V0, (DI)
	ADDQ $WIDTH, SI
	ADDQ $WIDTH, DI
	SUBQ $LANES, CX
	JNZ loop
	VZEROUPPER
	RET

// func tanh(y, x *float32, n int)
TEXT TANH_NAME(SB), NOSPLIT, $0-24
	MOVQ y+0(FP), DI
	MOVQ x+8(FP), SI
	MOVQ n+16(FP), CX
loop:
	VMOVUPS (SI), V0
	TANH(V0, V1, V2, V3, V4)
	VMOVUPS V0, (DI)
	ADDQ $WIDTH, SI
	ADDQ $WIDTH, DI
	SUBQ $LANES, CX
	JNZ loop
	VZEROUPPER
	RET

// func add(y, x *float32, n int)
TEXT ADD_NAME(SB), NOSPLIT, $0-24
	MOVQ y+0(FP), DI
	MOVQ x+8(FP), SI
	MOVQ n+16(FP), CX
loop:
	VMOVUPS (DI), V0
	VADDPS (SI), V0, V0
	VMOVUPS V0, (DI)
	ADDQ $WIDTH, SI
	ADDQ $WIDTH, DI
	SUBQ $LANES, CX
	JNZ loop
	VZEROUPPER
	RET

// func mul(y, a, b *float32, n int)
TEXT MUL_NAME(SB), NOSPLIT, $0-32
	MOVQ y+0(FP), DI
	MOVQ a+8(FP), SI
	MOVQ b+16(FP), DX
	MOVQ n+24(FP), CX
loop:
	VMOVUPS (SI), V0
	VMULPS (DX), V0, V0
	VMOVUPS V0, (DI)
	ADDQ $WIDTH, SI
	ADDQ $WIDTH, DX
	ADDQ $WIDTH, DI
	SUBQ $LANES, CX
	JNZ loop
	VZEROUPPER
	RET

// func axpy(y *float32, a float32, x *float32, n int)
TEXT AXPY_NAME(SB), NOSPLIT, $0-32
	MOVQ y+0(FP), DI
	VBROADCASTSS a+8(FP), V1
	MOVQ x+16(FP), SI
	MOVQ n+24(FP), CX
loop:
	VMULPS (SI), V1, V0
	VADDPS (DI), V0, V0
	VMOVUPS V0, (DI)
	ADDQ $WIDTH, SI
	ADDQ $WIDTH, DI
	SUBQ $LANES, CX
	JNZ loop
	VZEROUPPER
	RET

// func addRows(y, x *float32, n, rows int)
TEXT ADDROWS_NAME(SB), NOSPLIT, $0-32
	MOVQ y+0(FP), DI
	MOVQ x+8(FP), R8
	MOVQ n+16(FP), R9
	MOVQ rows+24(FP), DX
	BITXOR V1, V1, V1
row:
	MOVQ R8, SI
	MOVQ R9, CX
loop:
	VMOVUPS (DI), V0
	VADDPS (SI), V0, V0
	VMOVUPS V0, (DI)
	ADDQ $WIDTH, SI
	ADDQ $WIDTH, DI
	SUBQ $LANES, CX
	JNZ loop
	DECQ DX
	JNZ row
	VZEROUPPER
	RET

// func addRowsReLU(y, x *float32, n, rows int)
TEXT ADDROWSRELU_NAME(SB), NOSPLIT, $0-32
	MOVQ y+0(FP), DI
	MOVQ x+8(FP), R8
	MOVQ n+16(FP), R9
	MOVQ rows+24(FP), DX
	BITXOR V1, V1, V1
row:
	MOVQ R8, SI
	MOVQ R9, CX
loop:
	VMOVUPS (DI), V0
	VADDPS (SI), V0, V0
	VMAXPS V0, V1, V0
	VMOVUPS V0, (DI)
	ADDQ $WIDTH, SI
	ADDQ $WIDTH, DI
	SUBQ $LANES, CX
	JNZ loop
	DECQ DX
	JNZ row
	VZEROUPPER
	RET

// func sumRows(y, x *float32, n, rows int)
TEXT SUMROWS_NAME(SB), NOSPLIT, $0-32
	MOVQ y+0(FP), DI
	MOVQ x+8(FP), R8
	MOVQ n+16(FP), R9
	MOVQ rows+24(FP), DX
	MOVQ R9, R10
	SHLQ $2, R10
column:
	VMOVUPS (DI), V0
	MOVQ R8, SI
	MOVQ DX, CX
loop:
	VADDPS (SI), V0, V0
	ADDQ R10, SI
	DECQ CX
	JNZ loop
	VMOVUPS V0, (DI)
	ADDQ $WIDTH, DI
	ADDQ $WIDTH, R8
	SUBQ $LANES, R9
	JNZ column
	VZEROUPPER
	RET

// func reluBack(dx, dy, y *float32, n int)
//
// The sign of 0 - y, of the bits as integers, is set where y > 0.
TEXT RELUBACK_NAME(SB), NOSPLIT, $0-32
	MOVQ dx+0(FP), DI
	MOVQ dy+8(FP), SI
	MOVQ y+16(FP), DX
	MOVQ n+24(FP), CX
	BITXOR V1, V1, V1
loop:
	VPSUBD (DX), V1, V0
	VPSRAD $31, V0, V0
	BITAND (SI), V0, V0
	VMOVUPS V0, (DI)
	ADDQ $WIDTH, SI
	ADDQ $WIDTH, DX
	ADDQ $WIDTH, DI
	SUBQ $LANES, CX
	JNZ loop
	VZEROUPPER
	RET

// func adam(w, grad, m, v *float32, n int, s *AdamStep)
TEXT ADAM_NAME(SB), NOSPLIT, $0-48
	MOVQ w+0(FP), DI
	MOVQ grad+8(FP), SI
	MOVQ m+16(FP), R8
	MOVQ v+24(FP), R9
	MOVQ n+32(FP), CX
	MOVQ s+40(FP), DX
	VBROADCASTSS 0(DX), V8   // Beta1
	VBROADCASTSS 4(DX), V9   // 1 - Beta1
	VBROADCASTSS 8(DX), V10  // Beta2
	VBROADCASTSS 12(DX), V11 // 1 - Beta2
	VBROADCASTSS 16(DX), V12 // Rate
	VBROADCASTSS 20(DX), V13 // Root
	VBROADCASTSS 24(DX), V14 // Epsilon
	VBROADCASTSS 28(DX), V15 // Keep
loop:
	VMOVUPS (SI), V0
	VMULPS (R8), V8, V1
	VMULPS V0, V9, V2
	VADDPS V2, V1, V1
	VMOVUPS V1, (R8)
	VMULPS V0, V0, V0
	VMULPS V0, V11, V0
	VMULPS (R9), V10, V2
	VADDPS V0, V2, V2
	VMOVUPS V2, (R9)
	VSQRTPS V2, V2
	VMULPS V13, V2, V2
	VADDPS V14, V2, V2
	VMULPS V12, V1, V1
	VDIVPS V2, V1, V1
	VMULPS (DI), V15, V0
	VSUBPS V1, V0, V0
	VMOVUPS V0, (DI)
	ADDQ $WIDTH, SI
	ADDQ $WIDTH, DI
	ADDQ $WIDTH, R8
	ADDQ $WIDTH, R9
	SUBQ $LANES, CX
	JNZ loop
	VZEROUPPER
	RET

// func lstm(z, c, h, tc, before *float32, n, step int)
//
// z has four gates, step numbers apart; c, h and tc are written.
TEXT LSTM_NAME(SB), NOSPLIT, $0-56
	MOVQ z+0(FP), DI
	MOVQ c+8(FP), R8
	MOVQ h+16(FP), R9
	MOVQ tc+24(FP), R10
	MOVQ before+32(FP), R11
	MOVQ n+40(FP), CX
	MOVQ step+48(FP), DX
	SHLQ $2, DX
	LEAQ (DI)(DX*2), SI
loop:
	VMOVUPS (DI), V5
	SIGMOID(V5, V1, V2, V3)
	VMOVUPS V5, (DI)
	VMOVUPS (DI)(DX*1), V6
	SIGMOID(V6, V1, V2, V3)
	VMOVUPS V6, (DI)(DX*1)
	VMOVUPS (SI), V7
	TANH(V7, V1, V2, V3, V4)
	VMOVUPS V7, (SI)
	VMOVUPS (SI)(DX*1), V8
	SIGMOID(V8, V1, V2, V3)
	VMOVUPS V8, (SI)(DX*1)
	VMULPS (R11), V6, V6
	VMULPS V7, V5, V5
	VADDPS V5, V6, V6
	VMOVUPS V6, (R8)
	TANH(V6, V1, V2, V3, V4)
	VMOVUPS V6, (R10)
	VMULPS V6, V8, V8
	VMOVUPS V8, (R9)
	ADDQ $WIDTH, DI
	ADDQ $WIDTH, SI
	ADDQ $WIDTH, R8
	ADDQ $WIDTH, R9
	ADDQ $WIDTH, R10
	ADDQ $WIDTH, R11
	SUBQ $LANES, CX
	JNZ loop
	VZEROUPPER
	RET

// func lstmBack(z, dc, dh, tc, before *float32, n, step int)
//
// z has the four gates and gets their gradients; dc becomes that of before.
TEXT LSTMBACK_NAME(SB), NOSPLIT, $0-56
	MOVQ z+0(FP), DI
	MOVQ dc+8(FP), R8
	MOVQ dh+16(FP), R9
	MOVQ tc+24(FP), R10
	MOVQ before+32(FP), R11
	MOVQ n+40(FP), CX
	MOVQ step+48(FP), DX
	SHLQ $2, DX
	LEAQ (DI)(DX*2), SI
	K(44, V15)
loop:
	VMOVUPS (DI), V0         // i
	VMOVUPS (DI)(DX*1), V1   // f
	VMOVUPS (SI), V2         // g
	VMOVUPS (SI)(DX*1), V3   // o
	VMOVUPS (R9), V4         // dh
	VMOVUPS (R10), V5        // tanh c
	VMULPS V5, V4, V6        // do = dh·tanh c · o (1-o)
	VSUBPS V3, V15, V7
	VMULPS V3, V7, V7
	VMULPS V7, V6, V6
	VMOVUPS V6, (SI)(DX*1)
	VMULPS V5, V5, V5        // dc += dh·o·(1-tanh²)
	VSUBPS V5, V15, V5
	VMULPS V3, V4, V4
	VMULPS V5, V4, V4
	VADDPS (R8), V4, V4
	VMULPS V1, V4, V5        // of before
	VMOVUPS V5, (R8)
	VMULPS (R11), V4, V5     // df = dc·before · f (1-f)
	VSUBPS V1, V15, V7
	VMULPS V1, V7, V7
	VMULPS V7, V5, V5
	VMOVUPS V5, (DI)(DX*1)
	VMULPS V2, V4, V5        // di = dc·g · i (1-i)
	VSUBPS V0, V15, V7
	VMULPS V0, V7, V7
	VMULPS V7, V5, V5
	VMOVUPS V5, (DI)
	VMULPS V0, V4, V5        // dg = dc·i · (1-g²)
	VMULPS V2, V2, V2
	VSUBPS V2, V15, V2
	VMULPS V2, V5, V5
	VMOVUPS V5, (SI)
	ADDQ $WIDTH, DI
	ADDQ $WIDTH, SI
	ADDQ $WIDTH, R8
	ADDQ $WIDTH, R9
	ADDQ $WIDTH, R10
	ADDQ $WIDTH, R11
	SUBQ $LANES, CX
	JNZ loop
	VZEROUPPER
	RET

// func pool(y, a, b *float32, channels, n int)
//
// y has n pixels; a and b are two rows of twice as many.
TEXT POOL_NAME(SB), NOSPLIT, $0-40
	MOVQ y+0(FP), DI
	MOVQ a+8(FP), SI
	MOVQ b+16(FP), DX
	MOVQ channels+24(FP), R8
	MOVQ n+32(FP), R9
	SHLQ $2, R8
pixel:
	MOVQ R8, CX
loop:
	VMOVUPS (SI), V0
	VMAXPS (SI)(R8*1), V0, V0
	VMAXPS (DX), V0, V0
	VMAXPS (DX)(R8*1), V0, V0
	VMOVUPS V0, (DI)
	ADDQ $WIDTH, SI
	ADDQ $WIDTH, DX
	ADDQ $WIDTH, DI
	SUBQ $WIDTH, CX
	JNZ loop
	ADDQ R8, SI
	ADDQ R8, DX
	DECQ R9
	JNZ pixel
	VZEROUPPER
	RET

// FIRST sets m to all ones where x has the bits of y (V8) and taken (V9) is not
// set, and marks them as taken.
#define FIRST(x, m, t) \
	VMOVUPS x, m; \
	BITXOR V8, m, m; \
	VPSUBD m, V10, t; \
	BITOR t, m, m; \
	VPSRAD $31, m, m; \
	BITANDN V11, m, m; \
	BITANDN m, V9, m; \
	BITOR m, V9, V9

// func poolBack(da, db, dy, y, a, b *float32, channels, n int)
TEXT POOLBACK_NAME(SB), NOSPLIT, $0-64
	MOVQ da+0(FP), R10
	MOVQ db+8(FP), R11
	MOVQ dy+16(FP), R12
	MOVQ y+24(FP), DI
	MOVQ a+32(FP), SI
	MOVQ b+40(FP), DX
	MOVQ channels+48(FP), R8
	MOVQ n+56(FP), R9
	SHLQ $2, R8
	BITXOR V10, V10, V10
	BITXOR V11, V11, V11
	ALLONES(V11)
pixel:
	MOVQ R8, CX
loop:
	VMOVUPS (R12), V7
	VMOVUPS (DI), V8
	BITXOR V9, V9, V9
	FIRST((SI), V0, V1)
	BITAND V7, V0, V0
	VMOVUPS V0, (R10)
	FIRST((SI)(R8*1), V0, V1)
	BITAND V7, V0, V0
	VMOVUPS V0, (R10)(R8*1)
	FIRST((DX), V0, V1)
	BITAND V7, V0, V0
	VMOVUPS V0, (R11)
	FIRST((DX)(R8*1), V0, V1)
	BITAND V7, V0, V0
	VMOVUPS V0, (R11)(R8*1)
	ADDQ $WIDTH, SI
	ADDQ $WIDTH, DX
	ADDQ $WIDTH, DI
	ADDQ $WIDTH, R10
	ADDQ $WIDTH, R11
	ADDQ $WIDTH, R12
	SUBQ $WIDTH, CX
	JNZ loop
	ADDQ R8, SI
	ADDQ R8, DX
	ADDQ R8, R10
	ADDQ R8, R11
	DECQ R9
	JNZ pixel
	VZEROUPPER
	RET

// func relu(y, x *float32, n int)
TEXT RELU_NAME(SB), NOSPLIT, $0-24
	MOVQ y+0(FP), DI
	MOVQ x+8(FP), SI
	MOVQ n+16(FP), CX
	BITXOR V1, V1, V1
loop:
	VMOVUPS (SI), V0
	VMAXPS V0, V1, V0
	VMOVUPS V0, (DI)
	ADDQ $WIDTH, SI
	ADDQ $WIDTH, DI
	SUBQ $LANES, CX
	JNZ loop
	VZEROUPPER
	RET

// TERM is the next step of Horner's scheme for a polynomial p of t.
#define TERM(at, p, t, c) \
	VMULPS t, p, p; \
	K(at, c); \
	VADDPS c, p, p

// func normal(y, x *float32, n int)
TEXT NORMAL_NAME(SB), NOSPLIT, $0-24
	MOVQ y+0(FP), DI
	MOVQ x+8(FP), SI
	MOVQ n+16(FP), CX
	BITXOR V11, V11, V11
loop:
	VMOVUPS (SI), V8
	K(48, V1)
	BITAND V1, V8, V0
	K(64, V1)
	VMULPS V1, V0, V0 // z = |x|/√2
	K(68, V1)
	VMULPS V1, V0, V2
	K(44, V1)
	VADDPS V1, V2, V2
	VDIVPS V2, V1, V2 // t = 1 / (1 + z/2)
	K(72, V3)
	TERM(76, V3, V2, V1)
	TERM(80, V3, V2, V1)
	TERM(84, V3, V2, V1)
	TERM(88, V3, V2, V1)
	TERM(92, V3, V2, V1)
	TERM(96, V3, V2, V1)
	TERM(100, V3, V2, V1)
	TERM(104, V3, V2, V1)
	TERM(108, V3, V2, V1)
	VMULPS V0, V0, V0
	VSUBPS V0, V3, V0
	EXP(V0, V4, V5, V6)
	VMULPS V2, V0, V0
	K(68, V1)
	VMULPS V1, V0, V0 // Φ(-|x|)
	K(44, V1)
	VSUBPS V0, V1, V1 // Φ(|x|)
	VPSRAD $31, V8, V3
	BITAND V3, V0, V0 // where x < 0
	BITANDN V1, V3, V1
	BITOR V1, V0, V0
	VMOVUPS V0, (DI)
	ADDQ $WIDTH, SI
	ADDQ $WIDTH, DI
	SUBQ $LANES, CX
	JNZ loop
	VZEROUPPER
	RET

// func scale(y *float32, a float32, n int)
TEXT SCALE_NAME(SB), NOSPLIT, $0-24
	MOVQ y+0(FP), DI
	VBROADCASTSS a+8(FP), V1
	MOVQ n+16(FP), CX
loop:
	VMULPS (DI), V1, V0
	VMOVUPS V0, (DI)
	ADDQ $WIDTH, DI
	SUBQ $LANES, CX
	JNZ loop
	VZEROUPPER
	RET

// TAP adds a product to a sum.
#define TAP(at, sum, t) \
	VMOVUPS (at)(SI)(AX*4), t; \
	VMULPS (at)(DX)(BX*4), t, t; \
	VADDPS t, sum, sum

// func taps(y, a, b *float32, at *Tap, n, taps, add int)
//
// Four vectors of sums at a time, and then one.
TEXT TAPS_NAME(SB), NOSPLIT, $0-56
	MOVQ y+0(FP), DI
	MOVQ a+8(FP), SI
	MOVQ b+16(FP), DX
	MOVQ n+32(FP), R9
	MOVQ add+48(FP), R10
four:
	CMPQ R9, $(4*LANES)
	JLT one
	BITXOR V0, V0, V0
	BITXOR V1, V1, V1
	BITXOR V2, V2, V2
	BITXOR V3, V3, V3
	TESTQ R10, R10
	JZ fourZero
	VMOVUPS (DI), V0
	VMOVUPS WIDTH(DI), V1
	VMOVUPS (2*WIDTH)(DI), V2
	VMOVUPS (3*WIDTH)(DI), V3
fourZero:
	MOVQ at+24(FP), R8
	MOVQ taps+40(FP), CX
fourTaps:
	MOVQ (R8), AX
	MOVQ 8(R8), BX
	TAP(0, V0, V4)
	TAP(WIDTH, V1, V5)
	TAP(2*WIDTH, V2, V6)
	TAP(3*WIDTH, V3, V7)
	ADDQ $16, R8
	DECQ CX
	JNZ fourTaps
	VMOVUPS V0, (DI)
	VMOVUPS V1, WIDTH(DI)
	VMOVUPS V2, (2*WIDTH)(DI)
	VMOVUPS V3, (3*WIDTH)(DI)
	ADDQ $(4*WIDTH), DI
	ADDQ $(4*WIDTH), SI
	ADDQ $(4*WIDTH), DX
	SUBQ $(4*LANES), R9
	JMP four
one:
	TESTQ R9, R9
	JZ done
	BITXOR V0, V0, V0
	TESTQ R10, R10
	JZ oneZero
	VMOVUPS (DI), V0
oneZero:
	MOVQ at+24(FP), R8
	MOVQ taps+40(FP), CX
oneTaps:
	MOVQ (R8), AX
	MOVQ 8(R8), BX
	TAP(0, V0, V4)
	ADDQ $16, R8
	DECQ CX
	JNZ oneTaps
	VMOVUPS V0, (DI)
	ADDQ $WIDTH, DI
	ADDQ $WIDTH, SI
	ADDQ $WIDTH, DX
	SUBQ $LANES, R9
	JMP one
done:
	VZEROUPPER
	RET

// func squareRows(sum, x, mean *float32, n, rows int)
TEXT SQUAREROWS_NAME(SB), NOSPLIT, $0-40
	MOVQ sum+0(FP), DI
	MOVQ x+8(FP), R8
	MOVQ mean+16(FP), R11
	MOVQ n+24(FP), R9
	MOVQ rows+32(FP), DX
	MOVQ R9, R10
	SHLQ $2, R10
column:
	VMOVUPS (DI), V0
	VMOVUPS (R11), V1
	MOVQ R8, SI
	MOVQ DX, CX
loop:
	VMOVUPS (SI), V2
	VSUBPS V1, V2, V2
	VMULPS V2, V2, V2
	VADDPS V2, V0, V0
	ADDQ R10, SI
	DECQ CX
	JNZ loop
	VMOVUPS V0, (DI)
	ADDQ $WIDTH, DI
	ADDQ $WIDTH, R8
	ADDQ $WIDTH, R11
	SUBQ $LANES, R9
	JNZ column
	VZEROUPPER
	RET

// func dotRows(sum, d, x, mean *float32, n, rows int)
TEXT DOTROWS_NAME(SB), NOSPLIT, $0-48
	MOVQ sum+0(FP), DI
	MOVQ d+8(FP), R12
	MOVQ x+16(FP), R8
	MOVQ mean+24(FP), R11
	MOVQ n+32(FP), R9
	MOVQ rows+40(FP), DX
	MOVQ R9, R10
	SHLQ $2, R10
column:
	VMOVUPS (DI), V0
	VMOVUPS (R11), V1
	MOVQ R8, SI
	MOVQ R12, BX
	MOVQ DX, CX
loop:
	VMOVUPS (SI), V2
	VSUBPS V1, V2, V2
	VMULPS (BX), V2, V2
	VADDPS V2, V0, V0
	ADDQ R10, SI
	ADDQ R10, BX
	DECQ CX
	JNZ loop
	VMOVUPS V0, (DI)
	ADDQ $WIDTH, DI
	ADDQ $WIDTH, R8
	ADDQ $WIDTH, R11
	ADDQ $WIDTH, R12
	SUBQ $LANES, R9
	JNZ column
	VZEROUPPER
	RET

// func scaleRows(y, x, mean, a, b *float32, n, rows int)
TEXT SCALEROWS_NAME(SB), NOSPLIT, $0-56
	MOVQ y+0(FP), DI
	MOVQ x+8(FP), SI
	MOVQ mean+16(FP), R8
	MOVQ a+24(FP), R9
	MOVQ b+32(FP), R10
	MOVQ n+40(FP), R11
	MOVQ rows+48(FP), DX
	SHLQ $2, R11
row:
	XORQ CX, CX
loop:
	VMOVUPS (SI), V0
	VSUBPS (R8)(CX*1), V0, V0
	VMULPS (R9)(CX*1), V0, V0
	VADDPS (R10)(CX*1), V0, V0
	VMOVUPS V0, (DI)
	ADDQ $WIDTH, SI
	ADDQ $WIDTH, DI
	ADDQ $WIDTH, CX
	CMPQ CX, R11
	JNE loop
	DECQ DX
	JNZ row
	VZEROUPPER
	RET

// func backRows(dx, d, x, mean, a, b, c *float32, n, rows int)
TEXT BACKROWS_NAME(SB), NOSPLIT, $0-72
	MOVQ dx+0(FP), DI
	MOVQ d+8(FP), BX
	MOVQ x+16(FP), SI
	MOVQ mean+24(FP), R8
	MOVQ a+32(FP), R9
	MOVQ b+40(FP), R10
	MOVQ c+48(FP), R12
	MOVQ n+56(FP), R11
	MOVQ rows+64(FP), DX
	SHLQ $2, R11
row:
	XORQ CX, CX
loop:
	VMOVUPS (SI), V0
	VSUBPS (R8)(CX*1), V0, V0
	VMULPS (R12)(CX*1), V0, V0
	VMOVUPS (BX), V1
	VSUBPS (R10)(CX*1), V1, V1
	VSUBPS V0, V1, V1
	VMULPS (R9)(CX*1), V1, V1
	VMOVUPS V1, (DI)
	ADDQ $WIDTH, SI
	ADDQ $WIDTH, BX
	ADDQ $WIDTH, DI
	ADDQ $WIDTH, CX
	CMPQ CX, R11
	JNE loop
	DECQ DX
	JNZ row
	VZEROUPPER
	RET
