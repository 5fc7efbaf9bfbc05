//go:build linux && (amd64 || arm64)

package worker

import (
	"encoding/binary"
	"sync/atomic"
	"unsafe"

	"loupe/kernel/internal/ipc"
)

// This file holds what the worker knows of the runtime of all supported
// versions of Go; what differs is in a file for each. The worker program is
// linked with -checklinkname=0.

// abiType is the start of internal/abi.Type.
type abiType struct {
	size, ptrBytes uintptr
}

// itab is internal/abi.ITab.
type itab struct {
	inter, typ *abiType
	hash       uint32
	fun        [1]uintptr
}

// stopContext is runtime.worldStop, which is only handed on.
type stopContext struct {
	_       uint8
	_, _, _ int64
}

//go:linkname getGCMask runtime.getGCMask
func getGCMask(t *abiType) *byte

//go:linkname itabTable runtime.itabTable
var itabTable unsafe.Pointer

//go:linkname itabLock runtime.itabLock
var itabLock uintptr

//go:linkname findItab runtime.(*itabTableType).find
func findItab(table unsafe.Pointer, inter, typ *abiType) *itab

//go:linkname itabAdd runtime.itabAdd
func itabAdd(m *itab)

//go:linkname itabInit runtime.itabInit
func itabInit(m *itab, firstTime bool) string

//go:linkname iterateItabs runtime.iterate_itabs
func iterateItabs(visit func(*itab))

//go:linkname lock2 runtime.lock2
func lock2(l *uintptr)

//go:linkname unlock2 runtime.unlock2
func unlock2(l *uintptr)

//go:linkname stopTheWorld runtime.stopTheWorld
func stopTheWorld(reason uint8) stopContext

//go:linkname startTheWorld runtime.startTheWorld
func startTheWorld(stopContext)

//go:linkname lastmoduledatap runtime.lastmoduledatap
var lastmoduledatap unsafe.Pointer

//go:linkname modulesinit runtime.modulesinit
func modulesinit()

//go:linkname signalM runtime.signalM
func signalM(m unsafe.Pointer, sig int)

//go:linkname getProfLabel runtime/pprof.runtime_getProfLabel
func getProfLabel() unsafe.Pointer

//go:linkname syscallWrite syscall.write
func syscallWrite(fd int, p []byte) (int, error)

//go:linkname syscallRead syscall.read
func syscallRead(fd int, p []byte) (int, error)

// runtimePanic is the start of runtime._panic.
type runtimePanic struct{ arg any }

//go:linkname fatalpanic runtime.fatalpanic
func fatalpanic(p *runtimePanic)

//go:linkname runningPanicDefers runtime.runningPanicDefers
var runningPanicDefers uint32

//go:linkname goexit1 runtime.goexit1
func goexit1()

//go:linkname overrideWrite runtime.overrideWrite
var overrideWrite func(fd uintptr, p unsafe.Pointer, n int32) int32

//go:linkname write1 runtime.write1
//go:noescape
func write1(fd uintptr, p unsafe.Pointer, n int32) int32

// funcval is a function value: a pointer to code and what the code captured.
type funcval struct{ code uintptr }

// goroutineID is the number of the calling goroutine in stack traces.
func goroutineID() uint64 { return *(*uint64)(unsafe.Add(getg(), offGID)) }

func lockItabs()   { lock2(&itabLock) }
func unlockItabs() { unlock2(&itabLock) }

// addModule announces an image to the runtime: its functions for stack traces,
// its variables to the garbage collector, its types to reflect.
func addModule(im *ipc.Image) {
	module := pointer(im.Module)
	last := (*unsafe.Pointer)(unsafe.Add(lastmoduledatap, im.NextOffset))
	addTypelinks(module, im.Typelinks)
	// The list is read without a lock while it grows.
	atomic.StorePointer(last, module)
	lastmoduledatap = module
	modulesinit()
}

func storeWord(addr uint64, b []byte) {
	atomic.StoreUint64((*uint64)(pointer(addr)), binary.LittleEndian.Uint64(b))
}

// retryItabs looks again for methods that types lacked when somebody asked:
// the runtime remembers such answers.
func retryItabs(types []uint64) {
	iterateItabs(func(m *itab) {
		if m.fun[0] != 0 {
			return
		}
		for _, t := range types {
			if uint64(uintptr(unsafe.Pointer(m.typ))) == t {
				itabInit(m, true)
			}
		}
	})
}
