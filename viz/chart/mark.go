package chart

import (
	"fmt"
	"image/color"
	"math"
	"slices"

	"loupe/viz/draw"
)

// A Mark is one layer of a plot: points, a line, bars, and so on.
type Mark interface {
	// style is how the mark is to look.
	style() *style
	// check finds mistakes of the user.
	check() error
	// extent tells the axes what they have to show.
	extent(x, y *domain)
	draw(p *panel, l *layer)
	// describe says in part of a sentence what is to be seen.
	describe(o *Options) string
	// rows adds the data of the mark to a table.
	rows(t *plotTable)
	// vega is the mark as a layer of Vega-Lite, without its data.
	vega(l *layer) map[string]any
}

// A style is what marks have in common. Its zero value means: decide well.
type style struct {
	label   string
	say     func(o *Options) string // the label in the language of the figure
	color   string
	width   float64 // of a line; the diameter of a point
	opacity float64
	dashed  bool
	by      []float64 // a value for each point, shown by its colour
	classes []string  // a kind for each point
	names   []string  // a name for each point
	rim     bool      // points have a rim, to stand out from what is behind them
}

// A MarkOption changes one thing of a mark. A mark ignores what it has no use for.
type MarkOption func(*style)

func styled(list []MarkOption) style {
	var s style
	for _, o := range list {
		o(&s)
	}
	return s
}

// Label names a mark in the legend.
func Label(text string) MarkOption { return func(s *style) { s.label = text } }

// Said names a mark by a text in the language that the figure is drawn in. Its table
// has that of English.
func Said(text func(o *Options) string) MarkOption {
	return func(s *style) { s.label, s.say = text(&Options{}), text }
}

// said is the label as a reader sees it.
func (s *style) said(o *Options) string {
	if s.say != nil {
		return s.say(o)
	}
	return s.label
}

// Color sets the colour of a mark, as #rrggbb. Without it each label has a colour
// of the theme.
func Color(rgb string) MarkOption { return func(s *style) { s.color = rgb } }

// Thick sets the width of lines and the diameter of points, in CSS pixels.
func Thick(pixels float64) MarkOption { return func(s *style) { s.width = pixels } }

// Opacity sets how much a mark covers what is behind it, from 0 to 1.
func Opacity(share float64) MarkOption { return func(s *style) { s.opacity = share } }

// Dashed draws a line with gaps.
func Dashed() MarkOption { return func(s *style) { s.dashed = true } }

// ColorBy shows a value of each point by its colour, with a colour bar.
func ColorBy(values []float64) MarkOption { return func(s *style) { s.by = values } }

// Classes shows the kind of each point by its colour, with a legend.
func Classes(names []string) MarkOption { return func(s *style) { s.classes = names } }

// Names gives each point a name, for the table and for readers who point there.
func Names(names []string) MarkOption { return func(s *style) { s.names = names } }

// rimmed gives points a rim.
func rimmed(s *style) { s.rim = true }

// checkStyle finds mistakes in what a mark of n points was given.
func (s *style) checkStyle(kind string, n int) error {
	if s.color != "" {
		if _, err := parseColor(s.color); err != nil {
			return err
		}
	}
	if s.width < 0 || s.width > 200 || math.IsNaN(s.width) {
		return fmt.Errorf("viz: %s cannot be %v pixels thick: between 0 and 200", kind, s.width)
	}
	if s.opacity < 0 || s.opacity > 1 || math.IsNaN(s.opacity) {
		return fmt.Errorf("viz: %s cannot have the opacity %v: between 0 and 1", kind, s.opacity)
	}
	for what, have := range map[string]int{"values for their colour": len(s.by), "classes": len(s.classes), "names": len(s.names)} {
		if have > 0 && have != n {
			return fmt.Errorf("viz: %s: %s points and %s %s: as many are needed", kind, count(n), count(have), what)
		}
	}
	return nil
}

// sameLength finds coordinates that do not belong together.
func sameLength(kind string, x, y []float64) error {
	if x != nil && len(x) != len(y) {
		return fmt.Errorf("viz: %s: %s x and %s y values: as many are needed", kind, count(len(x)), count(len(y)))
	}
	return nil
}

// thick is the width, or what it is if it was not said.
func (s *style) thick(otherwise float64) float64 {
	if s.width == 0 {
		return otherwise
	}
	return s.width
}

// seen is a colour with the opacity of the style, or what it is if it was not said.
func (s *style) seen(c color.NRGBA, otherwise float64) color.NRGBA {
	if s.opacity > 0 {
		otherwise = s.opacity
	}
	return faded(c, otherwise)
}

// A layer is a mark in a plot: what the plot has decided about it.
type layer struct {
	Mark
	*style
	color   color.NRGBA
	pattern int // of dashes, and the shape of points
	// Bars of one place stand beside each other: this is the slot-th of slots.
	slot, slots int
	kinds       []string // the classes of all marks, in the order of their colours
	scale       *scale   // of the values that colours stand for
}

// dash is the pattern of dashes.
func (l *layer) dash() int {
	if l.dashed {
		return max(1, l.pattern)
	}
	return l.pattern
}

// kind is which class the i-th point has.
func (l *layer) kind(i int) int { return slices.Index(l.kinds, l.classes[i]) }

// A domain is what an axis has to show.
type domain struct {
	lo, hi    float64
	positive  float64 // the least above zero
	whole     bool
	names     []string
	known     map[string]int
	any, zero bool // zero: the axis begins there
	tight     bool // the axis ends where the data do
}

func newDomain() *domain {
	return &domain{lo: math.Inf(1), hi: math.Inf(-1), positive: math.Inf(1), whole: true}
}

// add makes the axis show a number.
func (d *domain) add(x float64) {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return
	}
	d.any = true
	d.lo, d.hi = min(d.lo, x), max(d.hi, x)
	d.whole = d.whole && x == math.Trunc(x)
	if x > 0 {
		d.positive = min(d.positive, x)
	}
}

// addName makes the axis show a category.
func (d *domain) addName(name string) {
	if d.known == nil {
		d.known = map[string]int{}
	}
	if _, ok := d.known[name]; !ok {
		d.known[name] = len(d.names)
		d.names = append(d.names, name)
	}
}

// A panel is the area of a plot within one frame.
type panel struct {
	*Sheet
	area  draw.Rect
	x, y  *axis
	taken []draw.Rect // where texts are
}

// at is where a point lies on the paper.
func (p *panel) at(x, y float64) draw.Point {
	return draw.Point{X: p.area.X0 + p.x.at(x)*p.area.W(), Y: p.area.Y1 - p.y.at(y)*p.area.H()}
}

// holds reports whether a place of the paper lies within the frame.
func (p *panel) holds(q draw.Point) bool {
	const slack = 0.01
	return q.X >= p.area.X0-slack && q.X <= p.area.X1+slack && q.Y >= p.area.Y0-slack && q.Y <= p.area.Y1+slack
}

// finite reports whether a place is one.
func finite(q draw.Point) bool {
	return !math.IsNaN(q.X) && !math.IsInf(q.X, 0) && !math.IsNaN(q.Y) && !math.IsInf(q.Y, 0)
}

// xAt is the i-th of some x values; without any they are 0, 1, 2, …
func xAt(x []float64, i int) float64 {
	if x == nil {
		return float64(i)
	}
	return x[i]
}
