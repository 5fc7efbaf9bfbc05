// Package superpixel divides images into regions of pixels that are near each other and
// alike: [SLIC] into about as many as one asks for, [Quickshift] as many as there are.
// Explanations of images count a region as one feature.
package superpixel

import (
	"errors"
	"fmt"
	"math"
)

// An Image is numbers [height width channels], row by row: one channel is how bright a
// pixel is, three are red, green and blue. What the darkest and brightest numbers are does
// not matter.
type Image struct {
	Height, Width, Channels int
	Values                  []float64
}

// A Map says of each pixel, row by row, in which region it is. Regions are numbered from 0
// in the order of their first pixels.
type Map struct {
	Height, Width int
	Regions       int
	Of            []int
}

// Pixels lists the pixels of each region.
func (m *Map) Pixels() [][]int {
	list := make([][]int, m.Regions)
	for p, r := range m.Of {
		list[r] = append(list[r], p)
	}
	return list
}

// check says what is wrong with an image.
func (img *Image) check() error {
	switch {
	case img.Height < 1 || img.Width < 1 || img.Channels != 1 && img.Channels != 3:
		return fmt.Errorf("superpixel: %d × %d with %d channels is no image: there is 1 channel of grey, or 3 of colours", img.Height, img.Width, img.Channels)
	case len(img.Values) != img.Height*img.Width*img.Channels:
		return fmt.Errorf("superpixel: %d numbers are not %d × %d × %d", len(img.Values), img.Height, img.Width, img.Channels)
	}
	for i, v := range img.Values {
		if v-v != 0 {
			return fmt.Errorf("superpixel: number %d of the image is %v: fill in what is missing first", i, v)
		}
	}
	return nil
}

// Grid divides an image into about n rectangles that are nearly squares.
func Grid(height, width, n int) (*Map, error) {
	if height < 1 || width < 1 || n < 1 {
		return nil, fmt.Errorf("superpixel: %d × %d cannot be divided into %d regions", height, width, n)
	}
	rows, cols := grid(height, width, n)
	m := &Map{Height: height, Width: width, Of: make([]int, height*width), Regions: rows * cols}
	for p := range m.Of {
		m.Of[p] = (p/width)*rows/height*cols + (p%width)*cols/width
	}
	return m, nil
}

// grid is how many rows and columns of squares about n regions are.
func grid(height, width, n int) (rows, cols int) {
	side := math.Sqrt(float64(height*width) / float64(n))
	fit := func(of int) int { return min(max(int(math.Round(float64(of)/side)), 1), of) }
	return fit(height), fit(width)
}

// renumber makes a map of labels, which may be any numbers from 0 on.
func renumber(height, width int, labels []int) *Map {
	m := &Map{Height: height, Width: width, Of: make([]int, len(labels))}
	number := map[int]int{}
	for p, l := range labels {
		n, ok := number[l]
		if !ok {
			n = len(number)
			number[l] = n
		}
		m.Of[p] = n
	}
	m.Regions = len(number)
	return m
}

var errFew = errors.New("superpixel: an image has 1 region or more")

// lab is the image in CIELAB, three numbers a pixel: as far apart as people see them
// (D65, 2°). Grey has a lightness only.
func (img *Image) lab() []float64 {
	lo, hi := img.Values[0], img.Values[0]
	for _, v := range img.Values {
		lo, hi = min(lo, v), max(hi, v)
	}
	switch { // numbers of images are 0 to 1 or 0 to 255; others are stretched
	case lo >= 0 && hi <= 1 && img.Channels == 3:
		lo, hi = 0, 1
	case lo >= 0 && hi > 1 && hi <= 255 && img.Channels == 3:
		lo, hi = 0, 255
	case lo == hi:
		hi = lo + 1
	}
	out := make([]float64, 3*img.Height*img.Width)
	for p := range img.Height * img.Width {
		if img.Channels == 1 {
			out[3*p] = 100 * (img.Values[p] - lo) / (hi - lo)
			continue
		}
		var rgb [3]float64
		for k := range rgb {
			rgb[k] = (img.Values[3*p+k] - lo) / (hi - lo)
		}
		c := labOf(rgb)
		copy(out[3*p:], c[:])
	}
	return out
}

func labOf(rgb [3]float64) [3]float64 {
	for k, v := range rgb { // sRGB, IEC 61966-2-1
		if v > 0.04045 {
			rgb[k] = math.Pow((v+0.055)/1.055, 2.4)
		} else {
			rgb[k] = v / 12.92
		}
	}
	f := func(r, g, b, white float64) float64 {
		t := (r*rgb[0] + g*rgb[1] + b*rgb[2]) / white
		if t > 0.008856 {
			return math.Cbrt(t)
		}
		return 7.787*t + 16.0/116
	}
	x := f(0.412453, 0.357580, 0.180423, 0.95047)
	y := f(0.212671, 0.715160, 0.072169, 1)
	z := f(0.019334, 0.119193, 0.950227, 1.08883)
	return [3]float64{116*y - 16, 500 * (x - y), 200 * (y - z)}
}
