package explain

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"loupe/viz/model"
	"loupe/viz/superpixel"
)

// Superpixels sets about how many regions an image is divided into; 50 unless it says
// otherwise, and fewer of images that would have regions of less than 4 pixels.
func Superpixels(n int) Option {
	return func(o *options) {
		o.set("Superpixels")
		o.superpixels = n
		if n < 2 {
			o.wrong(fmt.Errorf("Superpixels(%d): a region can be told from others if there are 2 or more", n))
		}
	}
}

// Segments is how images are divided into regions: "slic", the default, and "quickshift",
// which decides how many there are itself, follow what is in the image; "grid" are squares.
func Segments(by string) Option { return func(o *options) { o.set("Segments"); o.segments = by } }

const (
	usualRegions = 50
	leastRegion  = 4 // pixels
)

// An imageCutter takes images apart.
type imageCutter struct {
	p *predictor
	o *options
}

func newImageCutter(of any, o *options) (*imageCutter, error) {
	c := &imageCutter{o: o}
	switch o.segments {
	case "", "slic", "quickshift", "grid":
	default:
		return nil, fmt.Errorf("there are no Segments(%q); there are slic, quickshift and grid", o.segments)
	}
	var err error
	c.p, err = predictorOf(of)
	return c, err
}

func (c *imageCutter) cut(samples any) ([]*cutting, error) {
	t, err := rowsOf(samples)
	if err != nil {
		return nil, err
	}
	if t.words {
		words := &wordCutter{p: c.p}
		if err := words.masked(c.o); err != nil {
			return nil, err
		}
		return words.cut(t)
	}
	if err := complete(t); err != nil {
		return nil, err
	}
	rows, cols := t.x.Dims()
	shape := c.p.shape
	if len(shape) < 2 {
		shape = t.shape
	}
	if len(shape) == 2 {
		shape = []int{shape[0], shape[1], 1}
	}
	if len(shape) != 3 || model.Size(shape) != cols {
		return nil, errors.New("the rows are no images: neither the model's input nor the rows have a height and a width (give a tensor [n height width channels])")
	}
	list := make([]*cutting, rows)
	for i := range list {
		one := &table{x: mat.DenseCopyOf(t.x.Slice(i, i+1, 0, cols)), features: t.features, classes: t.classes, shape: shape}
		if t.names != nil {
			one.names = t.names[i : i+1]
		}
		if list[i], err = c.one(one); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// one takes one image apart.
func (c *imageCutter) one(t *table) (*cutting, error) {
	h, w, depth := t.shape[0], t.shape[1], t.shape[2]
	img := superpixel.Image{Height: h, Width: w, Channels: depth, Values: t.x.RawRowView(0)}
	regions, err := c.regions(grey(img))
	if err != nil {
		return nil, err
	}
	if regions.Regions < 2 {
		return nil, errors.New("the whole image is one region: take other Segments, such as slic")
	}
	cut := &cutting{sample: t}
	for r, pixels := range regions.Pixels() {
		cut.names = append(cut.names, fmt.Sprintf("region %d", r))
		var places []int
		for _, p := range pixels {
			for k := range depth {
				places = append(places, p*depth+k)
			}
		}
		cut.places = append(cut.places, places)
	}
	mask, err := c.mask(img, cut.places)
	if err != nil {
		return nil, err
	}
	cut.p = c.p.parts(img.Values, mask, cut.places)
	cut.tree = func() *hierarchy { return neighbours(regions, img) }
	return cut, nil
}

// grey is an image of one channel where an image is not of 1 or 3.
func grey(img superpixel.Image) superpixel.Image {
	if img.Channels == 1 || img.Channels == 3 {
		return img
	}
	out := superpixel.Image{Height: img.Height, Width: img.Width, Channels: 1, Values: make([]float64, img.Height*img.Width)}
	for i, v := range img.Values {
		out.Values[i/img.Channels] += v / float64(img.Channels)
	}
	return out
}

func (c *imageCutter) regions(img superpixel.Image) (*superpixel.Map, error) {
	n := c.o.superpixels
	if n == 0 {
		n = max(2, min(usualRegions, img.Height*img.Width/leastRegion))
	}
	switch c.o.segments {
	case "quickshift":
		return superpixel.Quickshift(img, superpixel.Shift{})
	case "grid":
		return superpixel.Grid(img.Height, img.Width, n)
	}
	return superpixel.SLIC(img, n)
}

// mask is what stands in for the regions.
func (c *imageCutter) mask(img superpixel.Image, places [][]int) ([]float64, error) {
	switch with := c.o.mask.(type) {
	case nil:
		return meanColors(img, places), nil
	case string:
		switch with {
		case "mean":
			return meanColors(img, places), nil
		case "blur":
			return blurred(img), nil
		}
		return nil, fmt.Errorf("there is no Mask(%q) of images; there are mean, blur, a number, or an image", with)
	case int:
		return constant(float64(with), len(img.Values)), nil
	case float64:
		return constant(with, len(img.Values)), nil
	}
	mask, err := model.ArrayOf(c.o.mask)
	if err != nil {
		return nil, fmt.Errorf("a %T is no mask: there are mean, blur, a number, or an image", c.o.mask)
	}
	if len(mask.Values) != len(img.Values) {
		return nil, fmt.Errorf("the mask has %d numbers, and the images %d", len(mask.Values), len(img.Values))
	}
	return mask.Values, nil
}

func constant(v float64, n int) []float64 {
	list := make([]float64, n)
	for i := range list {
		list[i] = v
	}
	return list
}

// meanColors are the mean colours of the regions.
func meanColors(img superpixel.Image, places [][]int) []float64 {
	out := make([]float64, len(img.Values))
	for _, list := range places {
		mean := make([]float64, img.Channels)
		for _, j := range list {
			mean[j%img.Channels] += img.Values[j] * float64(img.Channels) / float64(len(list))
		}
		for _, j := range list {
			out[j] = mean[j%img.Channels]
		}
	}
	return out
}

// blurred is the image with each pixel the mean of those around it, as far as a quarter of
// the smaller side, twice over.
func blurred(img superpixel.Image) []float64 {
	reach := max(1, min(img.Height, img.Width)/4)
	out := append([]float64(nil), img.Values...)
	line := func(from, step, n int) {
		own := make([]float64, n)
		for i := range own {
			own[i] = out[from+i*step]
		}
		for i := range own {
			s, count := 0.0, 0.0
			for j := max(0, i-reach); j <= min(n-1, i+reach); j++ {
				s += own[j]
				count++
			}
			out[from+i*step] = s / count
		}
	}
	for range 2 {
		for k := range img.Channels {
			for y := range img.Height {
				line(y*img.Width*img.Channels+k, img.Channels, img.Width)
			}
			for x := range img.Width {
				line(x*img.Channels+k, img.Width*img.Channels, img.Height)
			}
		}
	}
	return out
}

// neighbours is the tree over regions: those are joined whose middles are near each other,
// and whose colours are alike.
func neighbours(m *superpixel.Map, img superpixel.Image) *hierarchy {
	lo, hi := extent(img.Values)
	list := m.Pixels()
	at := make([][]float64, len(list))
	for r, pixels := range list {
		at[r] = make([]float64, 2+img.Channels)
		n := float64(len(pixels))
		for _, p := range pixels {
			at[r][0] += float64(p/m.Width) / n
			at[r][1] += float64(p%m.Width) / n
			for k := range img.Channels {
				if hi > lo {
					at[r][2+k] += (img.Values[p*img.Channels+k] - lo) / (hi - lo) / n
				}
			}
		}
	}
	// A difference of the whole range counts as much as a quarter of the image.
	scale := math.Hypot(float64(m.Height), float64(m.Width)) / 4
	return linked(len(list), func(a, b int) float64 {
		place := math.Hypot(at[a][0]-at[b][0], at[a][1]-at[b][1])
		color := 0.0
		for k := range img.Channels {
			color += math.Abs(at[a][2+k]-at[b][2+k]) / float64(img.Channels)
		}
		return place + scale*color
	})
}
