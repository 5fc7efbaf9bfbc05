package chart

import (
	"fmt"
	"image"
	"image/color"
	"math"

	"loupe/viz/draw"
)

// A Matrix is numbers in rows and columns; gonum's matrices are such.
type Matrix interface {
	Dims() (rows, columns int)
	At(i, j int) float64
}

// extremes is what a heat map must know of its values.
type extremes struct {
	lo, hi      float64 // of the finite values
	loAt, hiAt  [3]int  // matrix, row and column
	n, nan, inf int
	mean        float64
	positive    float64 // the least above zero
	whole       bool
	missing     bool // no finite value at all
}

// merge adds what another survey has found.
func (e *extremes) merge(f extremes) {
	e.n, e.nan, e.inf = e.n+f.n, e.nan+f.nan, e.inf+f.inf
	e.whole = e.whole && f.whole
	e.positive = min(e.positive, f.positive)
	if f.lo < e.lo {
		e.lo, e.loAt = f.lo, f.loAt
	}
	if f.hi > e.hi {
		e.hi, e.hiAt = f.hi, f.hiAt
	}
	if f.n > 0 {
		e.mean += (f.mean - e.mean) * float64(f.n) / float64(e.n)
	}
}

// survey reads all values of some matrices once.
func survey(list ...Matrix) extremes {
	e := extremes{lo: math.Inf(1), hi: math.Inf(-1), positive: math.Inf(1), whole: true}
	for k, m := range list {
		if m == nil { // a place that is left empty
			continue
		}
		rows, cols := m.Dims()
		for i := range rows {
			for j := range cols {
				e.add(m.At(i, j), [3]int{k, i, j})
			}
		}
	}
	e.missing = e.n == 0
	return e
}

func (e *extremes) add(x float64, at [3]int) {
	switch {
	case math.IsNaN(x):
		e.nan++
		return
	case math.IsInf(x, 0):
		e.inf++
		return
	}
	e.n++
	if x > 0 {
		e.positive = min(e.positive, x)
	}
	e.mean += (x - e.mean) / float64(e.n)
	e.whole = e.whole && x == math.Trunc(x)
	if x < e.lo {
		e.lo, e.loAt = x, at
	}
	if x > e.hi {
		e.hi, e.hiAt = x, at
	}
}

// A scale gives values their colours and has a bar that explains them.
type scale struct {
	axis
	colors    colormap
	diverging bool
	label     string
	oranges   bool // positive is orange rather than red
	limits    *limits
	table     []color.NRGBA // the colours at equal distances, made once many were asked for
	asked     int           // how many were
	nan       bool          // some values are NaN, which the bar has to explain
}

// newScale chooses the colours: red and blue about zero where both signs occur,
// else from dark to bright.
func newScale(e extremes, o *Options) (*scale, error) {
	s := &scale{label: o.scaleLabel, nan: e.nan > 0, limits: newLimits(o)}
	lo, hi := e.lo, e.hi
	if e.missing {
		lo, hi = 0, 1
	}
	if o.ranged {
		if !(o.lo < o.hi) || math.IsInf(o.hi-o.lo, 0) {
			return nil, fmt.Errorf("viz: the colours cannot range from %v to %v: the first must be smaller, both finite", o.lo, o.hi)
		}
		lo, hi = o.lo, o.hi
	}
	s.diverging = diverging[o.colors] || o.colors == "" && lo < 0 && hi > 0
	if s.diverging && !o.ranged {
		hi = max(-lo, hi)
		lo = -hi
	}
	if s.log = o.logColors; s.log {
		if lo = e.positive; o.ranged {
			lo = o.lo
		}
		s.lo, s.hi = logRange(lo, hi)
		if l := s.limits; l != nil && l.low > 0 && l.low < s.hi {
			s.lo = max(s.lo, l.low)
		}
		if l := s.limits; l != nil && l.high > s.lo {
			s.hi = min(s.hi, l.high)
		}
		s.diverging = false
	} else {
		s.lo, s.hi = widened(lo, hi)
	}
	name := o.colors
	if name == "" {
		name = o.palette().Sequential
		if s.diverging {
			name = o.palette().Diverging
		}
		if name == "redblack" && o.under() != nil { // an image is drawn pale on any page, and its bright ends would fade there
			name = Light.Diverging
		}
	}
	var err error
	s.oranges = name == "orangeblue"
	s.colors, err = colorsNamed(name)
	return s, err
}

// signs says which sign has which colour.
func (s *scale) signs(o *Options) string {
	if s.oranges {
		return o.Say("Orange is positive, blue negative.")
	}
	return o.Say("Red is positive, blue negative.")
}

// color is the colour of a value that is not NaN.
func (s *scale) color(x float64) color.NRGBA {
	switch {
	case math.IsInf(x, 1):
		return s.colors(1)
	case math.IsInf(x, -1):
		return s.colors(0)
	}
	if s.limits != nil {
		if c, ok := s.limits.color(x); ok {
			return c
		}
	}
	if s.log && x <= 0 {
		return s.colors(0)
	}
	shade := int(min(max(s.at(x), 0), 1)*(shades-1) + 0.5)
	if s.asked++; s.table == nil {
		if s.asked < shades/16 { // a table for a few colours takes longer than these
			return s.colors(float64(shade) / (shades - 1))
		}
		s.table = make([]color.NRGBA, shades)
		for i := range s.table {
			s.table[i] = s.colors(float64(i) / (shades - 1))
		}
	}
	return s.table[shade]
}

// shades is how many colours a scale has: more than a reader tells apart.
const shades = 1024

// colorOr is the colour of a value, or another one for NaN.
func (s *scale) colorOr(x float64, other color.NRGBA) color.NRGBA {
	if math.IsNaN(x) {
		return other
	}
	return s.color(x)
}

// hatch is what NaN looks like: grey stripes, unlike any colour of a scale.
func hatch(x, y int) color.NRGBA {
	if (x+y)%6 < 2 {
		return color.NRGBA{0x8a, 0x8f, 0x94, 255}
	}
	return color.NRGBA{0xd3, 0xd6, 0xd9, 255}
}

const barWidth = 13.0

// barTicks sets as many ticks as a bar of a height has room for.
func (s *scale) barTicks(height float64) {
	for n := 10; n > 0; n-- {
		s.setTicks(n, false)
		if len(s.ticks) < 2 || height*(s.at(s.ticks[1])-s.at(s.ticks[0])) >= max(tickFont.Line(), height/10) {
			return
		}
	}
}

// width is what the bar takes with its numbers and its label.
func (s *scale) width(height float64) float64 {
	s.barTicks(height)
	w := 12 + barWidth + tickLength + tickGap + s.labelWidth()
	if s.label != "" {
		w += labelFont.Line() + 2
	}
	if s.nan {
		w = max(w, 12+barWidth+tickGap+tickFont.Width("NaN")+2)
	}
	return w
}

// draw draws the bar. Its frame has the height of area; x is where the room
// that width asked for begins.
func (s *scale) draw(c *Sheet, x float64, area draw.Rect) {
	bar := draw.Rect{X0: x + 12, Y0: area.Y0, X1: x + 12 + barWidth, Y1: area.Y1}
	if s.nan && area.H() > 60 {
		bar.Y1 -= 24
		box := draw.Rect{X0: bar.X0, Y0: area.Y1 - 13, X1: bar.X1, Y1: area.Y1}
		d := c.Density()
		img := image.NewNRGBA(image.Rect(0, 0, int(box.W()*d), int(box.H()*d)))
		for y := range img.Rect.Max.Y {
			for x := range img.Rect.Max.X {
				img.SetNRGBA(x, y, hatch(x, y))
			}
		}
		c.Image(img, box)
		draw.Frame(c, box, 1, c.Frame)
		c.Text("NaN", draw.Point{X: box.X1 + tickLength + tickGap, Y: box.Y1 - 3}, tickFont, c.Soft, draw.Place{})
	}
	s.barTicks(bar.H())
	n := int(bar.H() * c.Density())
	img := image.NewNRGBA(image.Rect(0, 0, 1, max(n, 1)))
	for y := range img.Rect.Max.Y {
		img.SetNRGBA(0, y, s.colors(1-(float64(y)+0.5)/float64(max(n, 1))))
	}
	c.Image(img, bar)
	draw.Frame(c, bar, 1, c.Frame)
	for i, t := range s.ticks {
		y := bar.Y1 - s.at(t)*bar.H()
		c.Line([]draw.Point{{X: bar.X1, Y: y}, {X: bar.X1 + tickLength, Y: y}}, 1, c.Frame)
		c.Text(s.labels[i], draw.Point{X: bar.X1 + tickLength + tickGap, Y: y + tickFont.Ascent()/2}, tickFont, c.Soft, draw.Place{})
	}
	if s.label != "" {
		at := bar.X1 + tickLength + tickGap + s.labelWidth() + labelFont.Line()
		f := labelFont
		if f.Width(s.label) > area.H() {
			f = tickFont
		}
		c.Text(f.Fit(s.label, area.H()), draw.Point{X: at, Y: (area.Y0 + area.Y1) / 2}, f, c.Ink, draw.Place{Align: draw.Middle, Up: true})
	}
}

// cells makes the picture of a matrix at w × h pixels: every pixel belongs to
// one cell, or where there are more cells than pixels, to the mean of some.
func (s *scale) cells(m Matrix, w, h int) *image.NRGBA {
	rows, cols := m.Dims()
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	last, hatched := -1, true // the row of m in the line above, and whether that has NaN
	for y := range h {
		i0, i1 := y*rows/h, max((y+1)*rows/h, y*rows/h+1)
		if i0 == last && i1 == i0+1 && !hatched {
			copy(img.Pix[y*img.Stride:(y+1)*img.Stride], img.Pix[(y-1)*img.Stride:])
			continue
		}
		last, hatched = i0, false
		for x := range w {
			j0, j1 := x*cols/w, max((x+1)*cols/w, x*cols/w+1)
			if v := mean(m, i0, i1, j0, j1); math.IsNaN(v) {
				hatched = true
				img.SetNRGBA(x, y, hatch(x, y))
			} else {
				img.SetNRGBA(x, y, s.color(v))
			}
		}
	}
	return img
}

// plane makes the picture of a matrix over a part of the plane, at w × h pixels of
// a frame with these axes. What lies beyond the matrix is empty.
func (s *scale) plane(r *raster, x, y *axis, w, h int, alpha uint8) *image.NRGBA {
	rows, cols := r.m.Dims()
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	across, down := spans(w, x, r.x0, r.x1, cols, false), spans(h, y, r.y0, r.y1, rows, true)
	for py, i := range down {
		if i[0] < 0 {
			continue
		}
		for px, j := range across {
			if j[0] < 0 {
				continue
			}
			c := color.NRGBA{}
			if v := mean(r.m, i[0], i[1], j[0], j[1]); math.IsNaN(v) {
				c = hatch(px, py)
			} else {
				c = s.color(v)
			}
			c.A = alpha
			img.SetNRGBA(px, py, c)
		}
	}
	return img
}

// spans is which of n cells between two values each of some pixels of an axis
// shows: from and up to, or from -1 where there is none.
func spans(pixels int, a *axis, lo, hi float64, n int, down bool) [][2]int {
	list := make([][2]int, pixels)
	cell := func(t float64) float64 { return (a.value(t) - lo) / (hi - lo) * float64(n) }
	for i := range list {
		from, to := float64(i)/float64(pixels), float64(i+1)/float64(pixels)
		if down {
			from, to = 1-to, 1-from
		}
		c0, c1 := cell(from), cell(to)
		if c0 > c1 {
			c0, c1 = c1, c0
		}
		mid := int(math.Floor((c0 + c1) / 2))
		if !(c0 > -1e9 && c1 < 1e9) || mid < 0 || mid >= n {
			list[i] = [2]int{-1, 0}
			continue
		}
		// Whole cells, if there are several to a pixel.
		j0, j1 := int(math.Ceil(c0-0.5)), int(math.Ceil(c1-0.5))
		if j1 <= j0 {
			j0, j1 = mid, mid+1
		}
		list[i] = [2]int{max(j0, 0), min(j1, n)}
		if list[i][0] >= list[i][1] {
			list[i] = [2]int{mid, mid + 1}
		}
	}
	return list
}

// mean is the mean of the values in some rows and columns that are not NaN.
func mean(m Matrix, i0, i1, j0, j1 int) float64 {
	if i1-i0 == 1 && j1-j0 == 1 {
		return m.At(i0, j0)
	}
	sum, n := 0.0, 0
	for i := i0; i < i1; i++ {
		for j := j0; j < j1; j++ {
			if x := m.At(i, j); !math.IsNaN(x) {
				n++
				sum += (x - sum) / float64(n)
			}
		}
	}
	if n == 0 {
		return math.NaN()
	}
	return sum
}
