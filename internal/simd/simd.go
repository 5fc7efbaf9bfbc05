// Package simd says which vector instructions the kernels of nn and trees may use.
//
// All kernels compute the same bits, so the choice is one of speed alone.
// LOUPE_SIMD=avx512, avx2, neon or go chooses less than the machine has,
// for tests and to find out whether a kernel is at fault.
package simd

import "os"

// A Level is a set of vector instructions.
type Level string

// Levels, from those that every machine has to the widest.
const (
	Go     Level = "go" // no assembly at all
	NEON   Level = "neon"
	AVX2   Level = "avx2"   // with FMA
	AVX512 Level = "avx512" // F, DQ, BW and VL
)

// Best is the level that this process uses.
var Best = choose(os.Getenv("LOUPE_SIMD"), available())

// Available lists the levels of this machine, the best first; Go is the last.
func Available() []Level { return available() }

// choose takes the wanted level if the machine has it, and otherwise the best.
func choose(wanted string, have []Level) Level {
	for _, l := range have {
		if string(l) == wanted {
			return l
		}
	}
	return have[0]
}
