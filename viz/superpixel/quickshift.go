package superpixel

import (
	"fmt"
	"math"
)

// A Shift is the settings of [Quickshift]. Those that are 0 are what LIME takes: a kernel of
// 4 pixels, 200 and 0.2.
type Shift struct {
	Kernel   float64 // the deviation of the density's kernel, in pixels
	Distance float64 // pixels that are further apart are not linked
	Ratio    float64 // what colour weighs against place
}

func (s Shift) filled() (Shift, error) {
	if s.Kernel == 0 {
		s.Kernel = 4
	}
	if s.Distance == 0 {
		s.Distance = 200
	}
	if s.Ratio == 0 {
		s.Ratio = 0.2
	}
	if !(s.Kernel >= 1 && s.Kernel < 1000) || !(s.Distance > 0) || !(s.Ratio > 0) {
		return s, fmt.Errorf("superpixel: a kernel of %v pixels, a distance of %v and a ratio of %v find no regions: a kernel is 1 or more, the others above 0", s.Kernel, s.Distance, s.Ratio)
	}
	return s, nil
}

// Quickshift finds regions about the places where pixels are densest in colour and place
// together: each pixel is linked to the nearest one of a higher density (Vedaldi and Soatto
// 2008). Regions may be in several pieces. Of pixels as dense, the first one counts as denser.
func Quickshift(img Image, settings Shift) (*Map, error) {
	if err := img.check(); err != nil {
		return nil, err
	}
	settings, err := settings.filled()
	if err != nil {
		return nil, err
	}
	q := &quick{h: img.Height, w: img.Width, reach: int(math.Ceil(3 * settings.Kernel)), color: img.lab()}
	for i := range q.color {
		q.color[i] *= settings.Ratio
	}
	density := q.densities(settings.Kernel)
	parent := make([]int, len(density))
	for p := range parent {
		parent[p] = q.parent(p, density, settings.Distance*settings.Distance)
	}
	for p := range parent {
		for parent[p] != parent[parent[p]] {
			parent[p] = parent[parent[p]]
		}
	}
	return renumber(img.Height, img.Width, parent), nil
}

type quick struct {
	h, w, reach int
	color       []float64
}

// near visits the pixels around one, with their squared distances.
func (q *quick) near(p int, visit func(other int, square float64)) {
	y, x := p/q.w, p%q.w
	own := q.color[3*p : 3*p+3]
	for r := max(y-q.reach, 0); r < min(y+q.reach+1, q.h); r++ {
		for c := max(x-q.reach, 0); c < min(x+q.reach+1, q.w); c++ {
			other := r*q.w + c
			square := float64((y-r)*(y-r) + (x-c)*(x-c))
			for k, v := range own {
				d := v - q.color[3*other+k]
				square += d * d
			}
			visit(other, square)
		}
	}
}

func (q *quick) densities(kernel float64) []float64 {
	list := make([]float64, q.h*q.w)
	for p := range list {
		q.near(p, func(_ int, square float64) { list[p] += math.Exp(-square / (2 * kernel * kernel)) })
	}
	return list
}

// parent is the nearest pixel that is denser, the pixel itself if none is near.
func (q *quick) parent(p int, density []float64, most float64) int {
	best, where := math.Inf(1), p
	q.near(p, func(other int, square float64) {
		denser := density[other] > density[p] || density[other] == density[p] && other < p
		if denser && square < best && square <= most {
			best, where = square, other
		}
	})
	return where
}
