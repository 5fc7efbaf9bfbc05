package model

import (
	"math"
	"slices"
)

// bins is how many bins a point has.
const bins = 40

// PointOf says how numbers were distributed at a step. Sources whose framework does
// not count them itself make their traces of such points.
func PointOf(step int, values []float64) Point {
	p := Point{Step: step, Count: len(values), Norm: math.NaN()}
	finite := make([]float64, 0, len(values))
	for _, v := range values {
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			finite = append(finite, v)
		}
		if v == 0 {
			p.Zeros++
		}
	}
	if p.Finite = len(finite); p.Finite == 0 {
		return p
	}
	slices.Sort(finite)
	n := float64(len(finite))
	p.Min, p.Max, p.Norm = finite[0], finite[len(finite)-1], 0
	for _, v := range finite {
		p.Mean += v / n
	}
	p.Bins = make([]int, bins)
	width := p.Max/bins - p.Min/bins
	for _, v := range finite {
		p.Std += (v - p.Mean) * (v - p.Mean) / n
		p.Norm = math.Hypot(p.Norm, v)
		i := 0
		if width > 0 {
			i = min(int((v-p.Min)/width), bins-1)
		}
		p.Bins[i]++
	}
	p.Std = math.Sqrt(p.Std)
	for i, q := range []float64{0.05, 0.25, 0.5, 0.75, 0.95} {
		at := q * (n - 1)
		low := int(at)
		high := min(low+1, len(finite)-1)
		p.Quantiles[i] = finite[low] + (at-float64(low))*(finite[high]-finite[low])
	}
	return p
}
