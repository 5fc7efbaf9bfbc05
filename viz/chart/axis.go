package chart

import (
	"math"
	"strconv"

	"loupe/viz/draw"
)

// An axis maps values to a stretch of the paper. Its halves keep the largest
// floats from overflowing.
type axis struct {
	lo, hi float64
	ticks  []float64
	labels []string
	log    bool // by orders of magnitude; lo is above zero
	whole  bool // what lies along it are whole numbers, such as steps
	// cells are the names of an axis of categories, which lie at 0, 1, 2, …
	cells *labels
}

// at is where a value lies between 0 and 1.
func (a *axis) at(x float64) float64 {
	if a.log {
		return (math.Log10(x) - math.Log10(a.lo)) / (math.Log10(a.hi) - math.Log10(a.lo))
	}
	return (x/2 - a.lo/2) / (a.hi/2 - a.lo/2)
}

// value is what lies at a place between 0 and 1.
func (a *axis) value(t float64) float64 {
	if a.log {
		return math.Pow(10, math.Log10(a.lo)+t*(math.Log10(a.hi)-math.Log10(a.lo)))
	}
	return a.lo + t*(a.hi-a.lo)
}

const largest = 8e307 // half of what a float can hold

// widened makes a range that has an extent, and one that floats can hold.
func widened(lo, hi float64) (float64, float64) {
	lo, hi = max(lo, -largest), min(hi, largest)
	if hi-lo > 1e-12*max(math.Abs(lo), math.Abs(hi)) {
		return lo, hi
	}
	d := math.Abs(lo) / 10
	if d == 0 {
		d = 1
	}
	return lo - d, hi + d
}

// nice is the least of 1, 2, 2.5 and 5 times a power of ten that is ≥ x.
func nice(x float64) float64 {
	if !(x > 0) {
		return 1
	}
	e := math.Floor(math.Log10(x))
	p := math.Pow(10, e)
	for _, m := range []float64{1, 2, 2.5, 5, 10} {
		if m*p >= x*(1-1e-9) {
			return m * p
		}
	}
	return 10 * p
}

// setTicks puts at most n ticks at multiples of a nice step. With whole set
// the step is a whole number.
func (a *axis) setTicks(n int, whole bool) {
	if a.log && a.hi/a.lo >= 10 {
		a.setLogTicks(n)
		return
	}
	step := nice((a.hi - a.lo) / float64(max(n, 1)))
	if whole && step < 1 {
		step = 1
	}
	if whole && step == 2.5 {
		step = 5
	}
	a.ticks, a.labels = nil, nil
	first := math.Ceil(a.lo/step - 1e-9)
	for k := first; k*step <= a.hi+step*1e-9 && len(a.ticks) < 200; k++ {
		a.ticks = append(a.ticks, k*step)
	}
	a.labels = tickLabels(a.ticks, step)
}

// setLogTicks puts at most n ticks at powers of ten, and over a few of them at
// twice and five times these.
func (a *axis) setLogTicks(n int) {
	from, to := math.Ceil(math.Log10(a.lo)-1e-9), math.Floor(math.Log10(a.hi)+1e-9)
	every := max(1, math.Ceil((to-from+1)/float64(max(n, 1))))
	within := []float64{1}
	if every == 1 && 3*(to-from+1) <= float64(n) {
		within = []float64{1, 2, 5}
	}
	a.ticks, a.labels = nil, nil
	for e := math.Floor(math.Log10(a.lo)); e <= to; e++ {
		if math.Mod(e, every) != 0 {
			continue
		}
		for _, m := range within {
			if t := m * math.Pow(10, e); t >= a.lo*(1-1e-9) && t <= a.hi*(1+1e-9) {
				a.ticks = append(a.ticks, t)
				a.labels = append(a.labels, number(t))
			}
		}
	}
}

// fitTicks sets as many ticks as have room for their labels side by side.
func (a *axis) fitTicks(width float64, whole bool) {
	for n := int(min(width/24, 12)); ; n-- {
		a.setTicks(max(n, 1), whole)
		if a.fits(width) {
			return
		}
		if n <= 1 { // even the coarsest labels are too wide
			a.ticks, a.labels = a.ticks[:min(1, len(a.ticks))], a.labels[:min(1, len(a.labels))]
			return
		}
	}
}

// labelOverhang is how far numbers may stand out beside the frame.
const labelOverhang = 5.0

// inside moves the middle of something w wide to where it lies between two
// edges.
func inside(x, w, left, right float64) float64 { return min(max(x, left+w/2), right-w/2) }

func (a *axis) fits(width float64) bool {
	end := math.Inf(-1)
	for i, t := range a.ticks {
		w := tickFont.Width(a.labels[i])
		x := inside(a.at(t)*width, w, -labelOverhang, width+labelOverhang)
		if x-w/2 < end+12 {
			return false
		}
		end = x + w/2
	}
	return true
}

// tickLabels prints ticks with the decimals that their step needs.
func tickLabels(ticks []float64, step float64) []string {
	high := 0.0
	for _, t := range ticks {
		high = max(high, math.Abs(t))
	}
	labels := make([]string, len(ticks))
	for i, t := range ticks {
		switch {
		case math.Abs(t) < step/2:
			labels[i] = "0"
		case high >= 1e6 || high < 1e-3:
			digits := max(0, int(math.Floor(math.Log10(math.Abs(t)))-math.Floor(math.Log10(step)))) + 1
			labels[i] = signed(exponent(strconv.FormatFloat(t, 'e', min(digits, 15), 64)))
		default:
			labels[i] = decimal(t, step)
		}
	}
	return labels
}

// decimal prints a tick with as many decimals as its step has.
func decimal(t, step float64) string {
	d := 0
	for p := step; d < 12 && math.Abs(p-math.Round(p)) > 1e-6*p; d++ {
		p *= 10
	}
	s := strconv.FormatFloat(t, 'f', d, 64)
	if d == 0 {
		s = commas(s)
	}
	return signed(s)
}

// labelWidth is the width of the widest number at the ticks.
func (a *axis) labelWidth() float64 {
	w := 0.0
	for _, l := range a.labels {
		w = max(w, tickFont.Width(l))
	}
	return w
}

// drawX draws grid lines, ticks and numbers of a lower axis. Numbers at the ends
// are moved inwards, so that they do not meet those of the next facet.
func (a *axis) drawX(c *Sheet, area draw.Rect) {
	for i, t := range a.ticks {
		x := area.X0 + a.at(t)*area.W()
		c.Line([]draw.Point{{X: x, Y: area.Y0}, {X: x, Y: area.Y1}}, 1, c.Grid)
		c.Line([]draw.Point{{X: x, Y: area.Y1}, {X: x, Y: area.Y1 + tickLength}}, 1, c.Frame)
		w := tickFont.Width(a.labels[i])
		at := inside(x, w, area.X0-labelOverhang, area.X1+labelOverhang)
		c.Text(a.labels[i], draw.Point{X: at, Y: area.Y1 + tickLength + tickGap + tickFont.Ascent()}, tickFont, c.Soft, draw.Place{Align: draw.Middle})
	}
}

// drawY draws grid lines, ticks and numbers of a left axis.
func (a *axis) drawY(c *Sheet, area draw.Rect, numbers bool) {
	for i, t := range a.ticks {
		y := area.Y1 - a.at(t)*area.H()
		c.Line([]draw.Point{{X: area.X0, Y: y}, {X: area.X1, Y: y}}, 1, c.Grid)
		if !numbers {
			continue
		}
		c.Line([]draw.Point{{X: area.X0 - tickLength, Y: y}, {X: area.X0, Y: y}}, 1, c.Frame)
		c.Text(a.labels[i], draw.Point{X: area.X0 - tickLength - tickGap, Y: y + tickFont.Ascent()/2}, tickFont, c.Soft, draw.Place{Align: draw.End})
	}
}

// drawCellsX writes names below their places.
func (a *axis) drawCellsX(c *Sheet, area draw.Rect) {
	w := area.W() / float64(a.cells.n)
	for j := 0; j < a.cells.n; j += a.cells.step {
		a.cells.below(c, j, area.X0+(float64(j)+0.5)*w, area.Y1, area.X0-labelOverhang, area.X1+labelOverhang)
	}
}

// drawCellsY writes names at the left of their places, the first at the top.
func (a *axis) drawCellsY(c *Sheet, area draw.Rect, numbers bool) {
	if !numbers {
		return
	}
	h := area.H() / float64(a.cells.n)
	for i := 0; i < a.cells.n; i += a.cells.step {
		if draw.Clean(a.cells.text(i)) == "" {
			continue
		}
		a.cells.beside(c, i, area.X0, area.Y0+(float64(i)+0.5)*h)
	}
}
