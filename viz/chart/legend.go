package chart

import (
	"image/color"

	"loupe/viz/draw"
)

// A legend says which colour is what, in lines above the plot.
type legend struct {
	entries []entry
	height  float64
}

// An entry is one name of a legend.
type entry struct {
	text    string
	color   color.NRGBA
	pattern int
	kind    int // what it stands for
	x, y    float64
}

// What an entry stands for.
const (
	ofLine = iota
	ofPoint
	ofFill
)

const (
	swatch      = 16.0
	legendGap   = 16.0 // between entries
	legendLines = 3
)

// newLegend collects the labels and the classes of all marks, and places them in
// lines of a width. What does not fit is counted.
func newLegend(layers [][]*layer, o *Options, width float64) legend {
	var g legend
	seen := map[string]bool{}
	add := func(e entry) {
		if e.text = draw.Clean(e.text); e.text != "" && !seen[e.text] {
			seen[e.text] = true
			g.entries = append(g.entries, e)
		}
	}
	theme := o.palette()
	for _, list := range layers {
		for _, l := range list {
			if hasOwnLabel(l.Mark) {
				continue
			}
			if l.classes != nil {
				for i, k := range l.kinds {
					e := entry{text: k, color: theme.Category(i), kind: l.entryKind()}
					if e.kind == ofPoint {
						e.pattern = theme.round(i)
					}
					add(e)
				}
				continue
			}
			if l.by == nil {
				add(entry{text: l.said(o), color: l.color, pattern: l.pattern, kind: l.entryKind()})
			}
		}
	}
	g.place(o, width)
	return g
}

func (l *layer) entryKind() int {
	switch l.Mark.(type) {
	case *line, *contour:
		return ofLine
	case *points:
		return ofPoint
	}
	return ofFill
}

// place breaks the entries into lines.
func (g *legend) place(o *Options, width float64) {
	if len(g.entries) == 0 {
		return
	}
	x, y := 0.0, 0.0
	for i := range g.entries {
		e := &g.entries[i]
		e.text = tickFont.Fit(e.text, min(240, width-swatch-6))
		w := swatch + 6 + tickFont.Width(e.text)
		more := o.Say("and %s more", count(len(g.entries)-i))
		room := width
		if y >= (legendLines-1)*tickFont.Line() && i+1 < len(g.entries) {
			room -= tickFont.Width(more) + legendGap
		}
		if x > 0 && x+w > room {
			if y+tickFont.Line() > (legendLines-0.5)*tickFont.Line() {
				g.entries = append(g.entries[:i], entry{text: more, kind: -1, x: x, y: y})
				break
			}
			x, y = 0, y+tickFont.Line()
		}
		e.x, e.y = x, y
		x += w + legendGap
	}
	g.height = y + tickFont.Line() + 4
}

func (g *legend) draw(c *Sheet, area draw.Rect) {
	for _, e := range g.entries {
		x, y := area.X0+e.x, area.Y0+e.y
		mid := y + tickFont.Ascent()/2 + 1
		text := x + swatch + 6
		switch e.kind {
		case ofLine:
			c.Dashed([]draw.Point{{X: x, Y: mid}, {X: x + swatch, Y: mid}}, 2, e.color, e.pattern)
		case ofPoint:
			c.Dots([]draw.Point{{X: x + swatch/2, Y: mid}}, draw.Dot{Radius: 4, Shape: draw.Shape(e.pattern % draw.Shapes)}, []color.NRGBA{e.color})
		case ofFill:
			c.Block(draw.Rect{X0: x + 2, Y0: mid - 5, X1: x + swatch - 2, Y1: mid + 5}, e.color)
		default:
			text = x
		}
		c.Text(e.text, draw.Point{X: text, Y: y + tickFont.Ascent() + 1}, tickFont, c.Soft, draw.Place{})
	}
}
