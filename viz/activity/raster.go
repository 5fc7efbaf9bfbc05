package activity

import "slices"

// A raster is the numbers of an image, [rows columns channels].
type raster struct {
	rows, cols, channels int
	x                    []float64
}

// pixel is the channels of a place.
func (r raster) pixel(y, x int) []float64 {
	at := (y*r.cols + x) * r.channels
	return r.x[at : at+r.channels]
}

// each makes every pixel anew of the image as it was.
func (r raster) each(pixel func(was raster, y, x int, to []float64)) {
	was := r
	was.x = slices.Clone(r.x)
	for y := range r.rows {
		for x := range r.cols {
			pixel(was, y, x, r.pixel(y, x))
		}
	}
}

// roll shifts the image by less than its size; what leaves it at one side comes back
// at the other.
func (r raster) roll(dy, dx int) {
	r.each(func(was raster, y, x int, to []float64) {
		copy(to, was.pixel((y-dy+r.rows)%r.rows, (x-dx+r.cols)%r.cols))
	})
}

// blur mixes each pixel with its neighbours, by 1, 2 and 1 in each direction.
func (r raster) blur() {
	r.each(func(was raster, y, x int, to []float64) {
		clear(to)
		for dy := -1; dy <= 1; dy++ {
			for dx := -1; dx <= 1; dx++ {
				weight := float64((2-dy*dy)*(2-dx*dx)) / 16
				for k, v := range was.pixel(min(max(y+dy, 0), r.rows-1), min(max(x+dx, 0), r.cols-1)) {
					to[k] += weight * v
				}
			}
		}
	})
}
