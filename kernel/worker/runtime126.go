//go:build linux && (amd64 || arm64) && !go1.27

package worker

import (
	"unsafe"

	"loupe/kernel/internal/ipc"
)

// This file holds what is so in Go 1.26 only.

// Offsets in runtime.g.
const (
	offGM       = 48
	offGStatus  = 144 // atomicstatus
	offGID      = 152
	offGPreempt = 177
	offGSig     = 224
	offGSigCode = 264 // sigcode1
)

// addTypelinks has nothing to do: the module lists the types itself.
func addTypelinks(unsafe.Pointer, ipc.Typelinks) {}
