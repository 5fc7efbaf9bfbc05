//go:build linux

#include "go_asm.h"
#include "textflag.h"
#include "funcdata.h"

// func getg() unsafe.Pointer
TEXT ·getg(SB),NOSPLIT,$0-8
	MOVD g, ret+0(FP)
	RET

// preemptHook is called by runtime.asyncPreempt instead of asyncPreempt2: a
// signal has stopped a goroutine at an instruction at which it may be
// preempted. After the runtime's own work it makes the goroutine, if it is
// marked with SIGINT and stopped in a cell's code, go on in ·inject.
//
// R29 leads to asyncPreempt's frame pointer, above which is where the goroutine
// goes on.
TEXT ·preemptHook(SB),NOSPLIT,$0-0
	NO_LOCAL_POINTERS
	CALL runtime·asyncPreempt2(SB)
	MOVWU const_offGSig(g), R0
	CMPW $2, R0 // SIGINT
	BNE  done
	MOVD (R29), R1
	MOVD 8(R1), R0
	MOVD ·cellText(SB), R2
	CMP  R2, R0
	BLO  done
	MOVD ·cellTextEnd(SB), R2
	CMP  R2, R0
	BHS  done
	// Count the addresses in unstoppable that are not above the pc: an odd
	// number means that the pc is in one of the ranges.
	MOVD ·unstoppable(SB), R2
	CBZ  R2, stop
	MOVD 0(R2), R3 // addresses
	MOVD $0, R4    // all before R4 are not above
	MOVD 8(R2), R5 // all from R5 on are above
search:
	CMP  R5, R4
	BHS  found
	ADD  R4, R5, R6
	LSR  $1, R6
	MOVD (R3)(R6<<3), R7
	CMP  R7, R0
	BLO  above
	ADD  $1, R6, R4
	JMP  search
above:
	MOVD R6, R5
	JMP  search
found:
	TBNZ $0, R4, done
stop:
	MOVD R0, const_offGSigCode(g)
	MOVD $·inject(SB), R2
	MOVD R2, 8(R1)
done:
	RET

// inject goes on where asyncPreempt returns to, with all registers but R27 as
// they were: it makes the stopped instruction look as if it had raised a
// signal, which the runtime turns into a panic that the cell's deferred calls
// see.
TEXT ·inject(SB),NOSPLIT|NOFRAME,$0-0
	SUB  $16, RSP
	MOVD R30, (RSP)
	MOVD R29, -8(RSP)
	MOVD const_offGSigCode(g), R30
	MOVD ·sigpanicPC(SB), R27
	JMP  (R27)

// func preemptHookPC() uintptr
TEXT ·preemptHookPC(SB),NOSPLIT,$0-8
	MOVD $·preemptHook(SB), R0
	MOVD R0, ret+0(FP)
	RET

// func asyncPreemptPC() uintptr
TEXT ·asyncPreemptPC(SB),NOSPLIT,$0-8
	MOVD $runtime·asyncPreempt(SB), R0
	MOVD R0, ret+0(FP)
	RET

// func asyncPreempt2PC() uintptr
TEXT ·asyncPreempt2PC(SB),NOSPLIT,$0-8
	MOVD $runtime·asyncPreempt2(SB), R0
	MOVD R0, ret+0(FP)
	RET
