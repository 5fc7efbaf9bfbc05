package chart

import (
	"fmt"
	"image/color"
	"math"
	"slices"
)

// limits are values beyond which something is wrong: gradients that vanish or
// explode. Their cells have colours that no scale has.
type limits struct {
	low, high float64
}

func newLimits(o *Options) *limits {
	if !o.limited {
		return nil
	}
	return &limits{o.low, o.high}
}

// The colours of cells beyond the limits.
var (
	vanishing = color.NRGBA{0x9a, 0xa4, 0xb2, 255}
	exploding = color.NRGBA{0xff, 0x2d, 0x95, 255}
)

// vanishes and explodes compare without signs. Zero is no limit.
func (l *limits) vanishes(x float64) bool { return l.low > 0 && math.Abs(x) < l.low }
func (l *limits) explodes(x float64) bool { return l.high > 0 && math.Abs(x) > l.high }

func (l *limits) color(x float64) (color.NRGBA, bool) {
	switch {
	case l.vanishes(x):
		return vanishing, true
	case l.explodes(x):
		return exploding, true
	}
	return color.NRGBA{}, false
}

// caption says how many cells are beyond the limits, and in which rows.
func (l *limits) caption(m Matrix, o *Options) string {
	rows, cols := m.Dims()
	low, high := make([]int, rows), make([]int, rows)
	for i := range rows {
		for j := range cols {
			if x := m.At(i, j); l.vanishes(x) {
				low[i]++
			} else if l.explodes(x) {
				high[i]++
			}
		}
	}
	text := ""
	if l.low > 0 {
		text = o.Say("vanishing (grey, below %s): %s", number(l.low), l.where(low, rows*cols, o))
	}
	if l.high > 0 {
		if text != "" {
			text += o.Say("; ")
		}
		text += o.Say("exploding (pink, above %s): %s", number(l.high), l.where(high, rows*cols, o))
	}
	return text
}

// where names the rows that have the most of some cells.
func (l *limits) where(cells []int, all int, o *Options) string {
	total := 0
	var order []int
	for i, n := range cells {
		if total += n; n > 0 {
			order = append(order, i)
		}
	}
	if total == 0 {
		return o.Say("none")
	}
	slices.SortStableFunc(order, func(a, b int) int { return cells[b] - cells[a] })
	names := ""
	for k, i := range order[:min(3, len(order))] {
		if k > 0 {
			names += o.Say(", ")
		}
		names += placeName(o, o.Say("row"), o.rows, i)
	}
	if len(order) > 3 {
		names += o.Say(", ") + o.Say("and %s more", count(len(order)-3))
	}
	return o.Say("%s of the cells, in %s", percent(o, total, all), names)
}

// checkLimits finds limits that are none.
func checkLimits(o *Options) error {
	if !o.limited {
		return nil
	}
	if !(o.low >= 0) || !(o.high >= 0) || o.high > 0 && o.low >= o.high {
		return fmt.Errorf("viz: the limits cannot be %v and %v: the first must be smaller, none negative; 0 is no limit", o.low, o.high)
	}
	return nil
}
