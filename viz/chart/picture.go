package chart

import (
	"image"
	"image/color"
	"math"
)

// Picture makes an image of numbers between two values, [height width channels], row
// by row: dark on white of one channel, red, green and blue of three. It is nil of
// other shapes. What is not a number is grey.
func Picture(shape []int, values []float64, lo, hi float64) image.Image {
	if len(shape) != 3 || shape[2] != 1 && shape[2] != 3 || shape[0]*shape[1] == 0 || len(values) != shape[0]*shape[1]*shape[2] {
		return nil
	}
	h, w := shape[0], shape[1]
	level := func(v float64) uint8 {
		if v = (v/2 - lo/2) / (hi/2 - lo/2); math.IsNaN(v) {
			return 128
		}
		return uint8(255*min(max(v, 0), 1) + 0.5)
	}
	if shape[2] == 3 {
		img := image.NewRGBA(image.Rect(0, 0, w, h))
		for k := range h * w {
			img.SetRGBA(k%w, k/w, color.RGBA{level(values[3*k]), level(values[3*k+1]), level(values[3*k+2]), 255})
		}
		return img
	}
	img := image.NewGray(image.Rect(0, 0, w, h))
	for k, v := range values {
		img.SetGray(k%w, k/w, color.Gray{255 - level(v)})
	}
	return img
}
