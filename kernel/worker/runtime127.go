//go:build linux && (amd64 || arm64) && go1.27

package worker

import (
	"unsafe"

	"loupe/kernel/internal/ipc"
)

// This file holds what is so in Go 1.27 only.

// Offsets in runtime.g.
const (
	offGM       = 48
	offGStatus  = 144 // atomicstatus
	offGID      = 152
	offGPreempt = 177
	offGSig     = 224
	offGSigCode = 264 // sigcode1
)

// moduleToTypelinks holds, once somebody has asked for them, the types that
// the runtime has found in a module.
//
//go:linkname moduleToTypelinks runtime.moduleToTypelinks
var moduleToTypelinks map[unsafe.Pointer][]*abiType

//go:linkname moduleToTypelinksLock runtime.moduleToTypelinksLock
var moduleToTypelinksLock uintptr

// addTypelinks answers for the runtime what types a module has: it cannot find
// them among an image's other data.
func addTypelinks(module unsafe.Pointer, list ipc.Typelinks) {
	types := make([]*abiType, list.N)
	for i := range types {
		offset := *(*int32)(pointer(list.At + 4*uint64(i)))
		types[i] = (*abiType)(pointer(list.Base + uint64(offset)))
	}
	lock2(&moduleToTypelinksLock)
	defer unlock2(&moduleToTypelinksLock)
	if moduleToTypelinks == nil {
		moduleToTypelinks = map[unsafe.Pointer][]*abiType{}
	}
	moduleToTypelinks[module] = types
}
