package chart

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Plot shows marks over common axes:
//
//	Plot(Line(steps, loss, Label("train")), HLine(0.1))
//
// The later cover the earlier. Marks with one label share a colour.
func Plot(marks ...Mark) *Figure { return &Figure{art: &plot{panels: []Facet{{Marks: marks}}}} }

// A Facet is one of several plots side by side.
type Facet struct {
	Name  string
	Marks []Mark
}

// Panel makes a Facet.
func Panel(name string, marks ...Mark) Facet { return Facet{name, marks} }

// Facets shows plots side by side, with the same axes unless OwnScales is set.
func Facets(panels ...Facet) *Figure { return &Figure{art: &plot{panels: panels}} }

type plot struct {
	panels []Facet
	order  []string // of the classes; without it that of the alphabet
}

// panelName is what facet i is called.
func (p *plot) panelName(o *Options, i int) string {
	if i < len(o.panels) {
		return o.panels[i]
	}
	return p.panels[i].Name
}

// empty reports whether there is nothing to show at all.
func (p *plot) empty() bool {
	for _, f := range p.panels {
		if len(f.Marks) > 0 {
			return false
		}
	}
	return true
}

func (p *plot) check(o *Options) error {
	if len(p.panels) > maxFacets {
		return fmt.Errorf("viz: %d plots side by side are too many to read: pass at most %d", len(p.panels), maxFacets)
	}
	for _, f := range p.panels {
		directions := map[bool]bool{} // of bars
		for i, m := range f.Marks {
			if b, ok := m.(*bars); ok {
				directions[b.level] = true
			}
			if len(directions) > 1 {
				return fmt.Errorf("viz: a plot has upright bars and level ones: their names belong to different axes, so draw two plots")
			}
			if m == nil {
				return fmt.Errorf("viz: mark %d of the plot is nil", i)
			}
			if err := m.check(); err != nil {
				return err
			}
		}
	}
	if o.ranged && (!(o.lo < o.hi) || math.IsInf(o.hi-o.lo, 0)) {
		return fmt.Errorf("viz: the axis cannot range from %v to %v: the first must be smaller, both finite", o.lo, o.hi)
	}
	return nil
}

// domains are what the axes of each panel have to show.
func (p *plot) domains(o *Options) (x, y []*domain) {
	sx, sy := newDomain(), newDomain()
	for _, f := range p.panels {
		if o.ownScales {
			sx, sy = newDomain(), newDomain()
		}
		for _, m := range f.Marks {
			m.extent(sx, sy)
		}
		x, y = append(x, sx), append(y, sy)
	}
	return x, y
}

// layers decides on the colours of all marks.
func (p *plot) layers(o *Options) ([][]*layer, error) {
	kinds := p.kinds()
	scale, err := p.scale(o)
	if err != nil {
		return nil, err
	}
	theme, index := o.palette(), map[string]int{}
	all := make([][]*layer, len(p.panels))
	for i, f := range p.panels {
		slots := map[bool]int{} // of upright and of level bars
		for k, m := range f.Marks {
			s := m.style()
			l := &layer{Mark: m, style: s, kinds: kinds, scale: scale}
			key := s.label
			if key == "" {
				key = fmt.Sprintf("\x00%d", k)
			}
			switch {
			case hasOwnLabel(m), s.classes != nil, s.by != nil:
				l.color = theme.First
			default:
				if _, ok := index[key]; !ok {
					index[key] = len(index)
				}
				l.color, l.pattern = theme.Category(index[key]), theme.round(index[key])
			}
			if s.color != "" {
				l.color, _ = parseColor(s.color)
				l.pattern = 0
			}
			if b, ok := m.(*bars); ok {
				l.slot = slots[b.level]
				slots[b.level]++
			}
			all[i] = append(all[i], l)
		}
		for _, l := range all[i] {
			if b, ok := l.Mark.(*bars); ok {
				l.slots = slots[b.level]
			}
		}
	}
	if len(index) == 1 { // one colour only: that of data without a second
		for _, l := range slices.Concat(all...) {
			if l.style.color == "" {
				l.color = theme.First
			}
		}
	}
	return all, nil
}

// kinds are the classes of all marks in the order of their colours.
func (p *plot) kinds() []string {
	seen := map[string]bool{}
	var list []string
	for _, f := range p.panels {
		for _, m := range f.Marks {
			for _, c := range m.style().classes {
				if !seen[c] {
					seen[c] = true
					list = append(list, c)
				}
			}
		}
	}
	slices.Sort(list)
	if p.order != nil {
		return p.order
	}
	return list
}

// scale is that of all values which colours stand for, or nil.
func (p *plot) scale(o *Options) (*scale, error) {
	e := survey()
	some := false
	for _, f := range p.panels {
		for _, m := range f.Marks {
			for i, v := range m.style().by {
				some = true
				e.add(v, [3]int{0, i, 0})
			}
			if r, ok := m.(*raster); ok {
				some = true
				e.merge(r.survey())
			}
		}
	}
	if !some {
		return nil, nil
	}
	e.missing = e.n == 0
	return newScale(e, &Options{theme: o.theme, colors: o.colors, scaleLabel: o.scaleLabel, logColors: o.logColors})
}

// named is how a description calls a mark.
func (s *style) named(o *Options, kind string) string {
	if s.label == "" {
		return kind
	}
	return kind + " “" + nameOr(s.said(o), "") + "”"
}

// describeXY says how many points there are and how far they reach.
func describeXY(o *Options, x, y []float64) string {
	n, lo, hi := 0, -1, -1
	left, right := math.Inf(1), math.Inf(-1)
	for i, v := range y {
		at := xAt(x, i)
		if !bothFinite(at, v) {
			continue
		}
		n++
		left, right = min(left, at), max(right, at)
		if lo < 0 || v < y[lo] {
			lo = i
		}
		if hi < 0 || v > y[hi] {
			hi = i
		}
	}
	left_out := ""
	if n < len(y) {
		left_out = o.Say(", %s not finite", count(len(y)-n))
	}
	switch {
	case n == 0:
		return o.Say(" without finite values")
	case n == 1:
		return o.Say(" of 1 point (%s, %s)", number(xAt(x, lo)), number(y[lo])) + left_out
	}
	return o.Say(" of %s points, x from %s to %s, y from %s (at x = %s) to %s (at x = %s)", count(n), number(left), number(right),
		number(y[lo]), number(xAt(x, lo)), number(y[hi]), number(xAt(x, hi))) + left_out
}

// maxDescribed is how many marks a description goes into.
const maxDescribed = 24

func (p *plot) Describe(o *Options) string {
	if p.empty() {
		return o.Say("Plot without marks.")
	}
	var parts []string
	n := 0
	for k, f := range p.panels {
		var marks []string
		for i := 0; i < len(f.Marks); {
			alike := sameLines(f.Marks[i:])
			if n++; n <= maxDescribed && f.Marks[i] != nil {
				marks = append(marks, describeLines(o, alike, f.Marks[i]))
			}
			i += max(1, len(alike))
		}
		if len(marks) == 0 {
			continue
		}
		text := strings.Join(marks, o.Say("; "))
		if len(p.panels) > 1 {
			text = nameOr(p.panelName(o, k), "–") + o.Say(": ") + text
		}
		parts = append(parts, text)
	}
	if n > maxDescribed {
		parts = append(parts, o.Say("and %s more", count(n-maxDescribed)))
	}
	head := o.Say("Plot")
	if len(p.panels) > 1 {
		head = o.Say("Plots in %s panels", count(len(p.panels)))
	}
	if o.xLabel != "" || o.yLabel != "" {
		head += o.Say(" of %s over %s", nameOr(o.yLabel, "y"), nameOr(o.xLabel, "x"))
	}
	text := head + o.Say(": ") + strings.Join(parts, o.Say(". ")) + o.Say(".")
	if k := p.kinds(); len(k) > 0 {
		text += " " + o.Say("Classes: %s.", strings.Join(shortList(k, 40), ", "))
	}
	return text
}

// sameLines are the lines that a list of marks begins with, if they bear one name: they
// are samples of one thing.
func sameLines(marks []Mark) []*line {
	var list []*line
	for _, m := range marks {
		l, ok := m.(*line)
		if !ok || l.opts.label == "" || len(list) > 0 && l.opts.label != list[0].opts.label {
			break
		}
		list = append(list, l)
	}
	return list
}

// describeLines describes lines of one name together, and any other mark alone.
func describeLines(o *Options, lines []*line, m Mark) string {
	if len(lines) < 2 {
		return m.describe(o)
	}
	x, y := newDomain(), newDomain()
	for _, l := range lines {
		l.extent(x, y)
	}
	if !y.any {
		return o.Say("%s lines", count(len(lines))) + o.Say(" without finite values")
	}
	return lines[0].opts.named(o, o.Say("%s lines", count(len(lines)))) + o.Say(", x from %s to %s, y from %s to %s", number(x.lo), number(x.hi), number(y.lo), number(y.hi))
}

// shortList is the first names of a list, with an ellipsis if there are more.
func shortList(names []string, limit int) []string {
	var list []string
	for i, n := range names {
		if i == limit {
			return append(list, "…")
		}
		list = append(list, nameOr(n, "–"))
	}
	return list
}
