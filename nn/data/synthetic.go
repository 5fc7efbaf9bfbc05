package data

import (
	"math"
	"strconv"

	"loupe/nn/tensor"
)

// Moons returns n points of two half circles that reach into each other, with
// normally distributed noise added, as scikit-learn's make_moons. The same seed
// makes the same points on every machine, to within rounding.
func Moons(n int, noise float64, seed uint64) *Set {
	return plane("Two moons", n, noise, seed, []string{"upper", "lower"}, func(class int, u float64) (x, y float64) {
		x, y = math.Cos(math.Pi*u), math.Sin(math.Pi*u)
		if class == 1 {
			return 1 - x, 0.5 - y
		}
		return x, y
	})
}

// Circles returns n points of two circles around 0, of radius 1 and ½, with
// normally distributed noise added.
func Circles(n int, noise float64, seed uint64) *Set {
	return plane("Circles", n, noise, seed, []string{"outer", "inner"}, func(class int, u float64) (x, y float64) {
		r := 1 - 0.5*float64(class)
		return r * math.Cos(2*math.Pi*u), r * math.Sin(2*math.Pi*u)
	})
}

// Spirals returns n points of two spirals that wind around each other one and a
// half times, with normally distributed noise added.
func Spirals(n int, noise float64, seed uint64) *Set {
	return plane("Spirals", n, noise, seed, []string{"a", "b"}, func(class int, u float64) (x, y float64) {
		r := 0.1 + 0.9*math.Sqrt(u)
		angle := 3*math.Pi*r + math.Pi*float64(class)
		return r * math.Cos(angle), r * math.Sin(angle)
	})
}

// Blobs returns n points around as many centres as there are classes, normally
// distributed with a standard deviation. The centres stand on a circle of radius 5.
func Blobs(n, classes int, deviation float64, seed uint64) *Set {
	classes = max(classes, 1)
	names := make([]string, classes)
	for c := range names {
		names[c] = string(rune('a' + c%26))
		if c >= 26 {
			names[c] += strconv.Itoa(c / 26)
		}
	}
	return plane("Blobs", n, deviation, seed, names, func(class int, _ float64) (x, y float64) {
		angle := 2 * math.Pi * float64(class) / float64(classes)
		return 5 * math.Cos(angle), 5 * math.Sin(angle)
	})
}

// plane makes points of two coordinates, of each class in turn. at says where
// along a class's curve, from 0 to 1, a point is.
func plane(name string, n int, noise float64, seed uint64, classes []string, at func(class int, u float64) (x, y float64)) *Set {
	n = max(n, 0)
	r := random(seed)
	t := &samples{y: make([]int, n), features: []string{"x", "y"}, classes: classes}
	points := make([]float64, 0, 2*n)
	for i := range n {
		t.y[i] = i % len(classes)
		x, y := at(t.y[i], r.Float64())
		points = append(points, x+noise*r.NormFloat64(), y+noise*r.NormFloat64())
	}
	t.x = tensor.FromSlice(points, n, 2)
	return ready(name, t)
}
