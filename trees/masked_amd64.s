#include "textflag.h"

DATA eightOfAll<>+0(SB)/8, $0x0808080808080808
GLOBL eightOfAll<>(SB), RODATA, $8
DATA lowHalves<>+0(SB)/8, $0x0f0f0f0f0f0f0f0f
GLOBL lowHalves<>(SB), RODATA, $8

// How many bits are set in numbers of four bits, twice.
DATA bitsOf<>+0(SB)/8, $0x0302020102010100
DATA bitsOf<>+8(SB)/8, $0x0403030203020201
GLOBL bitsOf<>(SB), RODATA, $16

// func findAVX2(eights *eight, n int, missing int, codes, leaves *group32)
//
// A register has a byte of each of 32 rows. The fields are those of eight (48 bytes: two
// slices) and ruling (24 bytes).
TEXT ·findAVX2(SB), NOSPLIT, $0-40
	MOVQ eights+0(FP), SI
	MOVQ n+8(FP), CX
	MOVQ missing+16(FP), BX
	MOVQ codes+24(FP), DX
	MOVQ leaves+32(FP), DI
	LEAQ -1(CX), AX
	IMULQ $48, AX
	ADDQ AX, SI
	IMULQ $24, BX // the slice of nodes, or that for missing values
	ADDQ BX, SI
	VPXOR Y0, Y0, Y0
	VPCMPEQB Y15, Y15, Y15
	VPBROADCASTQ eightOfAll<>(SB), Y14
	VPBROADCASTQ lowHalves<>(SB), Y13
	VBROADCASTI128 bitsOf<>(SB), Y12
	VPXOR Y4, Y4, Y4 // the leaves that are left, of the first eight that has any
	VPXOR Y5, Y5, Y5 // how many leaves are in front of that eight

eights:
	MOVQ 0(SI), R8
	MOVQ 8(SI), R9
	VPXOR Y1, Y1, Y1 // the leaves that are ruled out
	TESTQ R9, R9
	JZ asked

nodes:
	MOVQ 0(R8), R10
	SHLQ $5, R10
	VPBROADCASTQ 8(R8), Y2
	VPBROADCASTB 16(R8), Y3
	VMOVDQU (DX)(R10*1), Y6
	VPSUBB Y2, Y6, Y6
	VPCMPGTB Y6, Y0, Y6 // full where the high bit is set
	VPAND Y3, Y6, Y6
	VPOR Y6, Y1, Y1
	ADDQ $24, R8
	DECQ R9
	JNZ nodes

asked:
	VPCMPEQB Y15, Y1, Y7 // full where no leaf is left
	VPXOR Y15, Y1, Y1
	VPBLENDVB Y7, Y4, Y1, Y4
	VPADDB Y14, Y5, Y5
	VPAND Y7, Y5, Y5
	SUBQ $48, SI
	DECQ CX
	JNZ eights

	VPADDB Y15, Y4, Y6 // as many bits as there are leaves before the first
	VPANDN Y6, Y4, Y6
	VPAND Y13, Y6, Y7
	VPSHUFB Y7, Y12, Y7
	VPSRLW $4, Y6, Y6
	VPAND Y13, Y6, Y6
	VPSHUFB Y6, Y12, Y6
	VPADDB Y6, Y7, Y7
	VPADDB Y5, Y7, Y7
	VMOVDQU Y7, (DI)
	VZEROUPPER
	RET
