package data

import (
	"math"
	"math/rand/v2"
	"sync"

	"loupe/nn/tensor"
)

// Digits28 returns synthetic images of digits with the shape of MNIST's, in place
// of [MNIST] where there is no network: [28 28 1] with values from 0 to 1, 10,000
// to train with and 2,000 held out. They are the real digits of [Digits], which
// are 8 × 8, drawn larger, turned, slanted, shifted and bent at random from a
// fixed seed. Split divides them so that no original is in both parts.
func Digits28() *Set {
	return lazy("Digits 28×28 (synthetic)", func() (*samples, error) { return digits28(), nil })
}

var digits28 = sync.OnceValue(func() *samples {
	const train, test = 10000, 2000
	t := &samples{classes: digitNames, divided: test}
	from, held := Digits().Split()
	x := make([]float32, (train+test)*28*28)
	r := random(28)
	for i := range train + test {
		source := from
		if i >= train {
			source = held
		}
		k := i % source.Len()
		distort(x[i*28*28:(i+1)*28*28], source.X(k), r)
		t.y = append(t.y, source.Y(k))
	}
	t.x = tensor.FromSlice(x, train+test, 28, 28, 1)
	return t
})

// distort draws an 8 × 8 image on 28 × 28 pixels. Each pixel looks up where it
// comes from: a turn, a slant and a size around the centre, and two waves.
func distort(to []float32, from []float64, r *rand.Rand) {
	within := func(v float64) float64 { return v * (2*r.Float64() - 1) }
	angle, slant := within(0.2), within(0.2)
	size := 2.6 * (1 + within(0.12)) // pixels for one of the original
	sin, cos := math.Sin(angle), math.Cos(angle)
	dx, dy := within(2), within(2)
	bendX, bendY := within(0.35), within(0.35)
	phaseX, phaseY := within(math.Pi), within(math.Pi)
	noise := 0.03 * r.Float64()
	for i := range to {
		x, y := (float64(i%28)-13.5-dx)/size, (float64(i/28)-13.5-dy)/size
		x, y = cos*x+sin*y+slant*y, cos*y-sin*x
		x, y = x+bendX*math.Sin(0.8*y+phaseX), y+bendY*math.Sin(0.8*x+phaseY)
		v := bicubic(from, x+3.5, y+3.5)
		v = min(max((v-0.35)/0.55, 0), 1) // ink is dark and paper is white
		if v > 0 {
			v = min(max(v+noise*r.NormFloat64(), 0), 1)
		}
		to[i] = float32(v)
	}
}

// bicubic is the value of an 8 × 8 image between its pixels, by Catmull and Rom's
// splines; around the image it is 0.
func bicubic(from []float64, x, y float64) float64 {
	x0, y0 := math.Floor(x), math.Floor(y)
	if x0 < -2 || y0 < -2 || x0 > 9 || y0 > 9 {
		return 0
	}
	wx, wy := spline(x-x0), spline(y-y0)
	sum := 0.0
	for j := range 4 {
		for i := range 4 {
			px, py := int(x0)+i-1, int(y0)+j-1
			if px >= 0 && px < 8 && py >= 0 && py < 8 {
				sum += wx[i] * wy[j] * from[py*8+px]
			}
		}
	}
	return sum
}

// spline is the weights of the four pixels around a place t behind the second.
func spline(t float64) [4]float64 {
	t2, t3 := t*t, t*t*t
	return [4]float64{(-t3 + 2*t2 - t) / 2, (3*t3 - 5*t2 + 2) / 2, (-3*t3 + 4*t2 + t) / 2, (t3 - t2) / 2}
}
