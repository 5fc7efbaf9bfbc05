package graph

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"image/color"
	"slices"
	"strings"

	"loupe/viz/chart"
	"loupe/viz/draw"
	"loupe/viz/model"
)

//go:embed page.js
var script string

// A pageGraph is what page.js draws. Unlike the picture it has all scopes, each
// with its layers, so that a reader can open what the picture leaves closed.
type pageGraph struct {
	Boxes  []pageBox         `json:"boxes"` // the first is the whole graph
	Query  string            `json:"query"`
	Paint  map[string]string `json:"paint"`
	Words  map[string]string `json:"words"`
	Legend []pageClass       `json:"legend,omitempty"`
	Ramp   *pageRamp         `json:"ramp,omitempty"`
}

type pageBox struct {
	Name  string   `json:"name"`
	Title string   `json:"title"`           // of an open scope
	Short string   `json:"short"`           // what has room of it in a closed box
	Count string   `json:"count,omitempty"` // of parameters
	Shows bool     `json:"shows,omitempty"` // the closed box has room for the count
	Note  string   `json:"note,omitempty"`
	Sends string   `json:"sends,omitempty"`
	Hover string   `json:"hover"`
	Text  string   `json:"text"`           // what is searched
	Also  []string `json:"also,omitempty"` // the same of operations alike, for which this stands
	Cards bool     `json:"cards,omitempty"`
	W     float64  `json:"w"`
	H     float64  `json:"h"`
	Form  string   `json:"form"`
	Fill  string   `json:"fill"`
	Edge  string   `json:"edge"`
	Ink   string   `json:"ink"`
	Soft  string   `json:"soft"`

	// Scopes only.
	Kids   []int   `json:"kids,omitempty"`
	Open   bool    `json:"open,omitempty"`
	Least  float64 `json:"least,omitempty"` // width when it is open
	Places []int   `json:"places,omitempty"`
	Rows   [][]int `json:"rows,omitempty"`  // indices of places
	Links  [][]int `json:"links,omitempty"` // places from the sender to the reader
}

// What stands at a place that is not a box.
const (
	passing = -1
	entry   = -2
)

type pageClass struct {
	Name string `json:"name"`
	Form string `json:"form"`
	Fill string `json:"fill"`
	Edge string `json:"edge"`
}

type pageRamp struct {
	Label  string   `json:"label"`
	Low    string   `json:"low"`
	High   string   `json:"high"`
	Colors []string `json:"colors"`
}

// Script implements chart.Scripted: in a saved page a reader opens and closes
// scopes, and searches.
func (a *art) Script(o *chart.Options) (string, error) {
	root := tree(a.m)
	if err := plan(a.m, root, o.Opened()); err != nil {
		return "", err
	}
	root.shortenAll(a.m)
	p, err := newDrawing(a.m, root, o, boxWidths[0])
	if err != nil {
		return "", err
	}
	w := &pageWriter{p: p, ids: map[*box]int{}, pen: &pen{Sheet: chart.NewSheet(nil, o), p: p}}
	w.add(root)
	pal := w.pen.Palette
	g := pageGraph{Boxes: w.boxes, Query: strings.ToLower(o.Sought()), Paint: map[string]string{
		"ink": css(pal.Ink), "soft": css(pal.Soft), "frame": css(pal.Frame), "warning": css(pal.Warning), "ground": css(mix(pal.Ink, pal.Paper, 0.04)),
	}, Words: map[string]string{
		"search": o.Say("search operations"), "openAll": o.Say("open all"), "closeAll": o.Say("close all"), "found": o.Say("%s found", "{n}"),
		"hint": o.Say("Click a scope to open or close it, an operation to read its settings."),
	}}
	w.explain(&g)
	data, err := json.Marshal(g)
	if err != nil {
		return "", err
	}
	return strings.TrimSpace(script) + "(" + string(data) + ");\n", nil
}

// shortenAll folds and cuts what plan has left as it is since it is closed.
func (b *box) shortenAll(m *model.Model) {
	if !b.open {
		b.shorten(m, nil)
	}
	for _, k := range b.kids {
		k.shortenAll(m)
	}
}

type pageWriter struct {
	p     *drawing
	pen   *pen
	boxes []pageBox
	ids   map[*box]int
}

// add writes a box and what is in it.
func (w *pageWriter) add(b *box) int {
	id := len(w.boxes)
	w.ids[b] = id
	w.boxes = append(w.boxes, pageBox{})
	p := w.p
	open := b.open
	b.open = false // measured as it is when it is closed
	p.measureClosed(b)
	b.open = open
	fill, edge := w.pen.colors(b)
	ink, soft := w.pen.inks(fill)
	out := pageBox{
		Name: b.name, Title: p.title(b), Count: p.count(b), Note: noteFont.Fit(p.note(b), b.w-2*pad), Sends: p.sends(b), Hover: p.hover(b), Cards: b.times > 1 || b.pieces,
		W: b.w, H: b.h, Form: "scope", Fill: css(fill), Edge: css(edge), Ink: css(ink), Soft: css(soft),
	}
	room := b.w - 2*pad
	scope := b.node < 0 && !(len(b.kids) == 1 && b.times > 1)
	if out.Shows = nameFont.Width(out.Title)+noteFont.Width(out.Count)+8 <= room; out.Shows && out.Count != "" {
		room -= noteFont.Width(out.Count) + 8
	}
	out.Short = nameFont.Fit(out.Title, room)
	shown := b.nodes
	switch {
	case scope:
		out.W += signWidth
		out.Open = open
		shown = nil
		for _, k := range b.kids {
			out.Kids = append(out.Kids, w.add(k))
			shown = append(shown, k.nodes...)
		}
		out.Least = min(nameFont.Width(out.Title)+noteFont.Width(out.Count)+12+2*pad+signWidth, p.limit)
		w.layers(b, &out)
	case b.node < 0: // one operation for several
		shown = b.kids[0].nodes
		fallthrough
	default:
		n := &p.m.Nodes[shown[0]]
		out.Form, out.Text = n.Class.String(), searched(n)
	}
	for _, n := range b.nodes {
		if !slices.Contains(shown, n) {
			out.Also = append(out.Also, searched(&p.m.Nodes[n]))
		}
	}
	w.boxes[id] = out
	return id
}

// signWidth is what the sign takes that says whether a scope is open.
const signWidth = 12.0

// layers writes where the boxes of a scope are, without x and y: these depend on
// what is open.
func (w *pageWriter) layers(b *box, out *pageBox) {
	list, reads := w.p.siblings(b)
	l := arrange(list, reads, gapX, gapY)
	ids := map[*place]int{}
	for _, row := range l.rows {
		var r []int
		for _, q := range row {
			ids[q] = len(out.Places)
			r = append(r, ids[q])
			switch {
			case q.b == nil:
				out.Places = append(out.Places, passing)
			case q.b.port():
				out.Places = append(out.Places, entry)
			default:
				out.Places = append(out.Places, w.ids[q.b])
			}
		}
		out.Rows = append(out.Rows, r)
	}
	for _, k := range l.links {
		var via []int
		for _, q := range k.via {
			via = append(via, ids[q])
		}
		out.Links = append(out.Links, via)
	}
}

// explain writes what colours mean.
func (w *pageWriter) explain(g *pageGraph) {
	p := w.p
	if p.ramp != nil {
		values, colors := p.ramp.Stops(12)
		g.Ramp = &pageRamp{Label: p.o.Overlaid().Label, Low: chart.Number(values[0]), High: chart.Number(values[len(values)-1])}
		for _, c := range colors {
			g.Ramp.Colors = append(g.Ramp.Colors, css(c))
		}
		return
	}
	has := map[model.Class]bool{}
	for _, n := range p.m.Nodes {
		has[n.Class] = true
	}
	for _, k := range model.Classes {
		if has[k] {
			fill, edge := classColors(k, w.pen.Palette)
			g.Legend = append(g.Legend, pageClass{className(p.o, k), k.String(), css(fill), css(edge)})
		}
	}
}

// searched is the text of an operation in which a reader searches, as found does.
func searched(n *model.Node) string {
	parts := []string{n.Name, n.Op, n.Class.String()}
	for _, a := range n.Attrs {
		parts = append(parts, a.Value)
	}
	return strings.ToLower(draw.Clean(strings.Join(parts, "\n")))
}

func css(c color.NRGBA) string {
	const hex = "0123456789abcdef"
	var b bytes.Buffer
	b.WriteByte('#')
	for _, v := range []uint8{c.R, c.G, c.B} {
		b.WriteByte(hex[v>>4])
		b.WriteByte(hex[v&15])
	}
	return b.String()
}
