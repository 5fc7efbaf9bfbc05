// Package graph draws the computation graph of a model: operations as boxes in
// layers, scopes that are open or closed, shapes beside the lines.
package graph

import (
	"fmt"
	"strings"

	"loupe/viz/chart"
	"loupe/viz/draw"
	"loupe/viz/model"
)

// New returns the figure of a model's graph. Without a wish (chart.Open), it is
// as open as a reader takes in at once: parts that occur several times in a row
// are drawn once, scopes are closed where they hold too much.
func New(v any, list ...chart.Option) *chart.Figure {
	m, err := model.Of(v)
	if err != nil {
		return chart.Failed(err)
	}
	return chart.New(&art{m}, list...)
}

type art struct{ m *model.Model }

// widest is the natural width: what a page of a notebook has.
const widest = 1000

// highest is the greatest height, in CSS pixels.
const highest = 20000.0

// boxWidths are what boxes may have, from comfortable to cramped.
var boxWidths = []float64{210, 160, 120, 92, 68}

func (a *art) Width(o *chart.Options) float64 {
	if len(a.m.Nodes) == 0 {
		return 400
	}
	p, err := a.plan(o, widest-2*20)
	if err != nil {
		return 400
	}
	return min(max(p.w+p.side()+20, 320), 4000)
}

func (a *art) Layout(width float64, o *chart.Options) (chart.Body, error) {
	if len(a.m.Nodes) == 0 {
		return chart.Body{Height: 30, Draw: func(s *chart.Sheet, area draw.Rect) {
			s.Text(s.Say("The graph has no operations."), draw.Point{X: area.X0, Y: area.Y0 + 16}, nameFont, s.Soft, draw.Place{})
		}}, nil
	}
	p, err := a.plan(o, width)
	if err != nil {
		return chart.Body{}, err
	}
	if p.h > highest {
		return chart.Body{}, fmt.Errorf("viz: with %d boxes the graph would be %.0f pixels high, and no picture is to be higher than %.0f: open fewer scopes; it has %s", p.shown(), p.h, highest, scopeNames(tree(a.m)))
	}
	key := newLegend(p, o, width)
	return chart.Body{Height: p.h + key.height, Draw: func(s *chart.Sheet, area draw.Rect) {
		left := area.X0 + max(0, (area.W()-p.w-p.side())/2)
		p.draw(s, left, area.Y0, area)
		if p.ramp != nil {
			x := left + p.w + 8
			p.ramp.Draw(s, x, draw.Rect{X0: x, Y0: area.Y0, X1: area.X1, Y1: area.Y0 + max(60, min(p.h, 260))})
		}
		key.draw(s, area.X0, area.Y0+p.h)
	}}, nil
}

// plan makes the drawing for a width: with narrower boxes and fewer columns where
// it is small.
func (a *art) plan(o *chart.Options, width float64) (*drawing, error) {
	var p *drawing
	for _, w := range boxWidths {
		root := tree(a.m)
		if err := plan(a.m, root, o.Opened()); err != nil {
			return nil, err
		}
		var err error
		if p, err = newDrawing(a.m, root, o, w); err != nil {
			return nil, err
		}
		room := width - p.side()
		p.intoColumns(room)
		if p.w <= room {
			return p, nil
		}
	}
	p.shrink((width - p.side()) / p.w)
	return p, nil
}

// found reports whether a node is what the user looks for.
func found(n *model.Node, text string) bool {
	if text == "" {
		return false
	}
	text = strings.ToLower(text)
	for _, s := range []string{n.Name, n.Op, n.Class.String()} {
		if strings.Contains(strings.ToLower(s), text) {
			return true
		}
	}
	for _, a := range n.Attrs {
		if strings.Contains(strings.ToLower(a.Value), text) {
			return true
		}
	}
	return false
}
