package chart

import (
	"slices"
	"sync"
)

// sortFloats sorts finite numbers. Many are put into places by their value first,
// a few to each unless they lie far apart, and these sorted: several times as
// fast as comparing all of them.
func sortFloats(list []float64) {
	if len(list) < 1<<14 {
		slices.Sort(list)
		return
	}
	lo, hi := list[0], list[0]
	for _, x := range list { // as slices.Min and Max, which also look for NaN
		if x < lo {
			lo = x
		}
		if x > hi {
			hi = x
		}
	}
	if lo == hi {
		return
	}
	// Halves keep the largest floats from overflowing. Each step preserves order.
	places := len(list) / 4
	scale := float64(places-1) / (hi/2 - lo/2)
	if !(scale > 0) || scale > 1e300 { // too close together to divide
		slices.Sort(list)
		return
	}
	ends, which := make([]int32, places+1), make([]int32, len(list))
	for i, x := range list {
		k := int32((x/2 - lo/2) * scale)
		which[i] = k
		ends[k+1]++
	}
	for k := range places {
		ends[k+1] += ends[k]
	}
	starts, from := slices.Clone(ends), slices.Clone(list)
	for i, x := range from {
		k := which[i]
		list[starts[k]] = x
		starts[k]++
	}
	var wait sync.WaitGroup
	const parts = 4
	for p := range parts {
		wait.Go(func() {
			for k := p * places / parts; k < (p+1)*places/parts; k++ {
				sortFew(list[ends[k]:ends[k+1]])
			}
		})
	}
	wait.Wait()
}

// sortFew sorts by insertion what is short.
func sortFew(list []float64) {
	if len(list) > 24 {
		slices.Sort(list)
		return
	}
	for i := 1; i < len(list); i++ {
		x := list[i]
		j := i
		for ; j > 0 && list[j-1] > x; j-- {
			list[j] = list[j-1]
		}
		list[j] = x
	}
}
