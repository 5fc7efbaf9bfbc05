//go:build linux

#include "go_asm.h"
#include "textflag.h"

// func getg() unsafe.Pointer
TEXT ·getg(SB),NOSPLIT,$0-8
	MOVQ (TLS), AX
	MOVQ AX, ret+0(FP)
	RET

// preemptHook is called by runtime.asyncPreempt instead of asyncPreempt2: a
// signal has stopped a goroutine at an instruction at which it may be
// preempted. After the runtime's own work it makes the goroutine, if it is
// marked with SIGINT and stopped in a cell's code, go on in ·inject.
//
// BP is asyncPreempt's frame pointer, so 8(BP) is where the goroutine goes on.
TEXT ·preemptHook(SB),NOSPLIT|NOFRAME,$0-0
	CALL runtime·asyncPreempt2(SB)
	MOVQ (TLS), R9
	CMPL const_offGSig(R9), $2 // SIGINT
	JNE  done
	MOVQ 8(BP), AX
	MOVQ ·cellText(SB), CX
	CMPQ AX, CX
	JLO  done
	MOVQ ·cellTextEnd(SB), CX
	CMPQ AX, CX
	JHS  done
	// Count the addresses in unstoppable that are not above the pc: an odd
	// number means that the pc is in one of the ranges.
	MOVQ ·unstoppable(SB), DX
	TESTQ DX, DX
	JZ   stop
	MOVQ 0(DX), BX // addresses
	MOVQ $0, SI    // all before SI are not above
	MOVQ 8(DX), DI // all from DI on are above
search:
	CMPQ SI, DI
	JHS  found
	LEAQ (SI)(DI*1), R8
	SHRQ $1, R8
	CMPQ AX, (BX)(R8*8)
	JLO  above
	LEAQ 1(R8), SI
	JMP  search
above:
	MOVQ R8, DI
	JMP  search
found:
	TESTQ $1, SI
	JNZ  done
stop:
	MOVQ AX, const_offGSigCode(R9)
	MOVQ $·inject(SB), AX
	MOVQ AX, 8(BP)
done:
	RET

// inject goes on where asyncPreempt returns to, with all registers as they
// were, R14 being the goroutine: it makes the stopped instruction look as if it had raised a signal,
// which the runtime turns into a panic that the cell's deferred calls see.
TEXT ·inject(SB),NOSPLIT|NOFRAME,$0-0
	PUSHQ const_offGSigCode(R14)
	JMP   runtime·sigpanic0(SB)

// func preemptHookPC() uintptr
TEXT ·preemptHookPC(SB),NOSPLIT,$0-8
	MOVQ $·preemptHook(SB), AX
	MOVQ AX, ret+0(FP)
	RET

// func asyncPreemptPC() uintptr
TEXT ·asyncPreemptPC(SB),NOSPLIT,$0-8
	MOVQ $runtime·asyncPreempt(SB), AX
	MOVQ AX, ret+0(FP)
	RET

// func asyncPreempt2PC() uintptr
TEXT ·asyncPreempt2PC(SB),NOSPLIT,$0-8
	MOVQ $runtime·asyncPreempt2(SB), AX
	MOVQ AX, ret+0(FP)
	RET
