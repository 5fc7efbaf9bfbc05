package explain

import (
	"cmp"
	"math"
	"slices"

	"loupe/viz/chart"
	"loupe/viz/draw"
)

// Force shows what pushes the output of one row up, from the left, and what pushes it
// down, from the right; they meet at the output.
func (a *Attribution) Force() *chart.Figure {
	v, err := a.view()
	if err == nil {
		err = v.needRow("force plot")
	}
	if err != nil {
		return chart.Failed(err)
	}
	f := &force{v: v}
	for i := range v.lines() {
		f.pushes = append(f.pushes, push{i, v.contribution(0, i)})
	}
	// The strongest stand where the two sides meet.
	slices.SortStableFunc(f.pushes, func(a, b push) int { return cmp.Compare(math.Abs(b.by), math.Abs(a.by)) })
	return chart.New(f)
}

type push struct {
	line int
	by   float64
}

type force struct {
	v      *view
	pushes []push
}

const (
	forceBar   = 26.0
	forceLines = 7 // of names on each side, below each other
	nameLine   = 15.0
)

// Width implements chart.Art.
func (f *force) Width(*chart.Options) float64 { return 760 }

// Layout implements chart.Art.
func (f *force) Layout(width float64, o *chart.Options) (chart.Body, error) {
	reached := f.v.reached(0)
	above, below := f.sums()
	lo, hi := min(reached-above, f.v.base()), max(reached+below, f.v.base())
	pad := (hi - lo) * 0.03
	ruler := chart.NewRuler(lo-pad, hi+pad, width-20, f.v.scaleName(o))
	n := 0
	for _, side := range []bool{true, false} {
		n = max(n, min(len(f.side(side)), forceLines))
	}
	height := 22 + forceBar + 8 + nameLine*float64(n) + 8 + ruler.Height()
	return chart.Body{Height: height, Draw: func(s *chart.Sheet, area draw.Rect) {
		inner := draw.Rect{X0: area.X0 + 10, Y0: area.Y0 + 22, X1: area.X1 - 10, Y1: area.Y0 + height - ruler.Height()}
		ruler.Draw(s, inner)
		f.draw(s, inner, ruler)
	}}, nil
}

// side lists what pushes up, or down, the strongest first.
func (f *force) side(up bool) (list []push) {
	for _, p := range f.pushes {
		if p.by != 0 && p.by > 0 == up {
			list = append(list, p)
		}
	}
	return list
}

// sums are how far the output is pushed up and down.
func (f *force) sums() (up, down float64) {
	for _, p := range f.pushes {
		up, down = up+max(p.by, 0), down+max(-p.by, 0)
	}
	return up, down
}

func (f *force) draw(s *chart.Sheet, area draw.Rect, ruler *chart.Ruler) {
	reached := f.v.reached(0)
	middle := area.Y0 + 4 + forceBar/2
	for _, up := range []bool{true, false} {
		at := reached
		for _, p := range f.side(up) {
			x1, x0 := ruler.X(at, area), ruler.X(at-p.by, area)
			arrow(s, x0, x1, middle, forceBar, sideColor(s, p.by))
			// A seam, in the form of the arrow, sets each apart.
			head := min(forceBar*0.28, math.Abs(x1-x0))
			if x1 < x0 {
				head = -head
			}
			s.Line([]draw.Point{{X: x1 - head, Y: middle - forceBar/2}, {X: x1, Y: middle}, {X: x1 - head, Y: middle + forceBar/2}}, 1.2, s.Paper)
			s.Hover(draw.Rect{X0: min(x0, x1), Y0: middle - forceBar/2, X1: max(x0, x1), Y1: middle + forceBar/2}, f.v.named(s.Options, p.line))
			at -= p.by
		}
	}
	x := ruler.X(reached, area)
	s.Line([]draw.Point{{X: x, Y: area.Y0 - 2}, {X: x, Y: middle + forceBar/2 + 6}}, 1.4, s.Ink)
	left, right := f.heading(s, area, x)
	f.names(s, area, middle+forceBar/2+8, x)
	if b := ruler.X(f.v.base(), area); f.v.a.Base != nil {
		s.Dashed([]draw.Point{{X: b, Y: area.Y0}, {X: b, Y: middle + forceBar/2 + 6}}, 1.2, s.Ink, 1)
		text := s.Say("base") + " = " + chart.Number(f.v.base())
		half := smallFont.Width(text) / 2
		at := min(max(b, area.X0+half), area.X1-half)
		if at+half < left-8 || at-half > right+8 {
			s.Text(text, draw.Point{X: at, Y: area.Y0 - 8}, smallFont, s.Soft, draw.Place{Align: draw.Middle})
		}
	}
}

// heading writes the output above where the sides meet, and which side is which, from
// left to right.
func (f *force) heading(s *chart.Sheet, area draw.Rect, x float64) (left, right float64) {
	text := smallFont.Fit(f.v.summit(s.Options)+" = "+chart.Number(f.v.reached(0)), area.W()/2)
	half := smallFont.Width(text) / 2
	at := min(max(x, area.X0+half), area.X1-half)
	s.Text(text, draw.Point{X: at, Y: area.Y0 - 8}, smallFont, s.Ink, draw.Place{Align: draw.Middle})
	left, right = at-half, at+half
	if higher := s.Say("higher →"); left-8-smallFont.Width(higher) > area.X0 {
		s.Text(higher, draw.Point{X: left - 8, Y: area.Y0 - 8}, smallFont, up(s), draw.Place{Align: draw.End})
		left -= 8 + smallFont.Width(higher)
	}
	if lower := s.Say("← lower"); right+8+smallFont.Width(lower) < area.X1 {
		s.Text(lower, draw.Point{X: right + 8, Y: area.Y0 - 8}, smallFont, down(s), draw.Place{})
		right += 8 + smallFont.Width(lower)
	}
	return left, right
}

// names lists what pushes, the strongest first, each side at its own half.
func (f *force) names(s *chart.Sheet, area draw.Rect, y, x float64) {
	gap := 8.0
	split := f.split(s.Options, area, x, gap)
	for _, up := range []bool{true, false} {
		list := f.side(up)
		for i, p := range list {
			if i == forceLines {
				break
			}
			name, numbers := f.v.apart(s.Options, p.line)
			if i == forceLines-1 && len(list) > forceLines {
				name, numbers = s.Say("and %s more", chart.Count(len(list)-i)), ""
			}
			at, room, align := draw.Point{X: split + gap, Y: y + nameLine*float64(i) + 11}, area.X1-split-gap, draw.Start
			if up {
				at.X, room, align = split-gap, split-gap-area.X0, draw.End
			}
			s.Text(smallFont.Fit(smallFont.Fit(name, room-smallFont.Width(numbers))+numbers, room), at, smallFont, s.Ink, draw.Place{Align: align})
		}
	}
}

// split is where the names of both sides meet: below the output, or as near to it as both
// have room.
func (f *force) split(o *chart.Options, area draw.Rect, x, gap float64) float64 {
	need := func(up bool) float64 {
		w := area.W() * 0.2
		list := f.side(up)
		for _, p := range list[:min(len(list), forceLines)] {
			w = max(w, smallFont.Width(f.v.named(o, p.line))+gap)
		}
		return w
	}
	left, right := need(true), need(false)
	if left+right > area.W() {
		return area.X0 + min(max(area.W()*left/(left+right), area.W()*0.4), area.W()*0.6)
	}
	return min(max(x, area.X0+left), area.X1-right)
}

// Describe implements chart.Art.
func (f *force) Describe(o *chart.Options) string { return f.v.describeRow(o) }

// Caption implements chart.Captioned.
func (f *force) Caption(o *chart.Options) string { return f.v.captionRow(o) }

// Data implements chart.Tabular.
func (f *force) Data(*chart.Options) chart.Table { return f.v.table() }
