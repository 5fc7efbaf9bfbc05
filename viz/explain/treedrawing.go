package explain

import (
	"errors"
	"fmt"
	"image/color"
	"math"
	"strings"

	"gonum.org/v1/gonum/mat"

	"loupe/nn/data"
	"loupe/trees"
	"loupe/viz/chart"
	"loupe/viz/draw"
)

// Tree draws tree k of an ensemble with the rows of a data set in its nodes: at each
// question how the feature is distributed there and where it is cut, at each leaf what
// comes to it. A row, if one is given, is followed on its way. Where the tree has more
// than ten leaves, the deeper parts are left out, and counted.
func Tree(ensemble *trees.Ensemble, k int, set *data.Set, row ...[]float64) *chart.Figure {
	d, err := newTreeDrawing(ensemble, k, set, row)
	if err != nil {
		return chart.Failed(fmt.Errorf("explain: drawing a tree: %w", err))
	}
	return chart.New(d)
}

// A treeDrawing is a tree with the rows that come to its nodes.
type treeDrawing struct {
	e       *trees.Ensemble
	k       int
	t       *trees.Tree
	x       *mat.Dense
	labels  []int     // nil for regression
	values  []float64 // of rows, shown in the leaves; nil if labels are, or nothing
	classes []string
	names   []string
	rows    [][]int // of each node
	onPath  map[int]bool
	root    *treeNode
	levels  map[int][]*treeNode
	slots   float64
	depth   int
}

// A treeNode is a node with its place: x in slots of leaves, level from the root.
type treeNode struct {
	node        int
	left, right *treeNode
	x           float64
	level       int
	hidden      int // leaves below that are not drawn
}

const (
	maxTreeLeaves = 10
	slotGap       = 10.0
	nodeHeight    = 62.0
	levelGap      = 26.0
)

func newTreeDrawing(e *trees.Ensemble, k int, set *data.Set, row [][]float64) (*treeDrawing, error) {
	if e == nil {
		return nil, errors.New("there is no ensemble: it is nil")
	}
	if k < 0 || k >= len(e.Trees) {
		return nil, fmt.Errorf("there is no tree %d: the ensemble has %d", k, len(e.Trees))
	}
	t, err := rowsOf(set)
	if err != nil {
		return nil, err
	}
	if _, cols := t.x.Dims(); cols != e.Inputs && !(e.MoreInputs && cols > e.Inputs) {
		return nil, fmt.Errorf("the trees ask for %d features, and the rows have %d", e.Inputs, cols)
	}
	d := &treeDrawing{e: e, k: k, t: e.Trees[k], x: t.x, labels: set.Labels(), classes: set.Classes(), names: t.features, onPath: map[int]bool{}, levels: map[int][]*treeNode{}}
	if len(e.Features) >= len(d.names) {
		d.names = e.Features
	}
	d.spread()
	if len(row) > 0 {
		if _, cols := t.x.Dims(); len(row[0]) != cols {
			return nil, fmt.Errorf("the row has %d features, and the data %d", len(row[0]), cols)
		}
		for node := 0; ; {
			d.onPath[node] = true
			if d.t.IsLeaf(node) {
				break
			}
			node = d.child(node, row[0][d.t.Feature[node]])
		}
	}
	level := 1
	for level < d.t.Depth() && d.leavesAt(0, level+1) <= maxTreeLeaves {
		level++
	}
	d.root = d.place(0, 0, level)
	return d, nil
}

func (d *treeDrawing) child(node int, v float64) int {
	if d.t.GoesLeft(node, v) {
		return int(d.t.Left[node])
	}
	return int(d.t.Right[node])
}

// spread sends all rows through the tree.
func (d *treeDrawing) spread() {
	d.rows = make([][]int, len(d.t.Left))
	n, _ := d.x.Dims()
	for i := range n {
		for node := 0; ; {
			d.rows[node] = append(d.rows[node], i)
			if d.t.IsLeaf(node) {
				break
			}
			node = d.child(node, d.x.At(i, int(d.t.Feature[node])))
		}
	}
}

// leavesAt counts the nodes that end the drawing if it goes down some levels.
func (d *treeDrawing) leavesAt(node, levels int) int {
	if levels == 0 || d.t.IsLeaf(node) {
		return 1
	}
	return d.leavesAt(int(d.t.Left[node]), levels-1) + d.leavesAt(int(d.t.Right[node]), levels-1)
}

// place gives the nodes their places, from the leaves at the left.
func (d *treeDrawing) place(node, level, most int) *treeNode {
	n := &treeNode{node: node, level: level}
	d.depth = max(d.depth, level)
	d.levels[level] = append(d.levels[level], n)
	if d.t.IsLeaf(node) || level == most {
		n.x = d.slots + 0.5
		d.slots++
		if !d.t.IsLeaf(node) {
			n.hidden = d.leavesAt(node, math.MaxInt)
		}
		return n
	}
	n.left, n.right = d.place(int(d.t.Left[node]), level+1, most), d.place(int(d.t.Right[node]), level+1, most)
	n.x = (n.left.x + n.right.x) / 2
	return n
}

// Width implements chart.Art.
func (d *treeDrawing) Width(*chart.Options) float64 { return min(max(d.slots*118+20, 360), 1000) }

// Layout implements chart.Art.
func (d *treeDrawing) Layout(width float64, o *chart.Options) (chart.Body, error) {
	key := 0.0
	if d.labels != nil {
		key = 24
	}
	height := float64(d.depth+1)*(nodeHeight+levelGap) - levelGap + key
	return chart.Body{Height: height, Draw: func(s *chart.Sheet, area draw.Rect) {
		p := &treePen{s, d, area, area.W() / d.slots}
		p.edges(d.root)
		p.nodes(d.root)
		if key > 0 {
			p.key(area.Y1 - key + 8)
		}
	}}, nil
}

// A treePen draws a tree on a sheet.
type treePen struct {
	*chart.Sheet
	d    *treeDrawing
	area draw.Rect
	slot float64
}

// box is where a node stands.
func (p *treePen) box(n *treeNode) draw.Rect {
	w := min(p.slot-slotGap, 150)
	x, y := p.area.X0+n.x*p.slot, p.area.Y0+float64(n.level)*(nodeHeight+levelGap)
	return draw.Rect{X0: x - w/2, Y0: y, X1: x + w/2, Y1: y + nodeHeight}
}

func (p *treePen) edges(n *treeNode) {
	if n.left == nil {
		return
	}
	all := float64(max(len(p.d.rows[0]), 1))
	for _, k := range []*treeNode{n.left, n.right} {
		a, b := p.box(n), p.box(k)
		col := p.Rim
		if p.d.onPath[k.node] {
			col = p.Warning
		}
		width := 1 + 7*float64(len(p.d.rows[k.node]))/all
		p.Line([]draw.Point{{X: (a.X0 + a.X1) / 2, Y: a.Y1}, {X: (b.X0 + b.X1) / 2, Y: b.Y0}}, width, col)
		p.edges(k)
	}
}

func (p *treePen) nodes(n *treeNode) {
	r := p.box(n)
	p.Fill(draw.Rect{X0: r.X0 - 2, Y0: r.Y0, X1: r.X1 + 2, Y1: r.Y1}, p.Paper)
	if p.d.onPath[n.node] {
		out := 3.0
		if n.left != nil { // the text may be wider than the node
			out += max(0, smallFont.Width(p.asks(n))-r.W()) / 2
		}
		draw.Frame(p, draw.Rect{X0: r.X0 - out, Y0: r.Y0 - 1, X1: r.X1 + out, Y1: r.Y1 + 1}, 1.6, p.Warning)
	}
	if n.left == nil {
		p.leaf(n, r)
		return
	}
	p.question(n, r)
	p.nodes(n.left)
	p.nodes(n.right)
}

// condition words what goes left at a node.
func (d *treeDrawing) condition(node int) string {
	name := draw.Clean(d.names[d.t.Feature[node]])
	if d.t.Categories != nil && d.t.Categories[node] != nil {
		return name + " ∈ …"
	}
	if d.t.Threshold[node] == math.MaxFloat64 { // only what is missing goes the other way
		return name + " ≠ NaN"
	}
	return name + " ≤ " + chart.Number(d.t.Threshold[node])
}

// question draws the histogram of the feature at a node, cut where the tree cuts it.
func (p *treePen) question(n *treeNode, r draw.Rect) {
	p.Text(p.asks(n), draw.Point{X: (r.X0 + r.X1) / 2, Y: r.Y0 + 11}, smallFont, p.Ink, draw.Place{Align: draw.Middle})
	plot := draw.Rect{X0: r.X0 + 2, Y0: r.Y0 + 16, X1: r.X1 - 2, Y1: r.Y1 - 2}
	p.histogram(n.node, plot)
	p.Hover(r, p.d.condition(n.node)+"\n"+p.Count(len(p.d.rows[n.node]), "row", "rows"))
}

// asks is the condition of a node, as much as there is room for.
func (p *treePen) asks(n *treeNode) string {
	text, room := p.d.condition(n.node), p.room(n)
	if name, cut, ok := strings.Cut(text, " ≤ "); ok { // the number must be seen
		text = smallFont.Fit(name, room-smallFont.Width(" ≤ "+cut)) + " ≤ " + cut
	}
	return smallFont.Fit(text, room)
}

// room is the width for a text at the middle of a node: it may be wider than the node, as
// far as what stands beside it leaves room.
func (p *treePen) room(n *treeNode) float64 {
	r := p.box(n)
	at := (r.X0 + r.X1) / 2
	room := 2 * min(at-p.area.X0, p.area.X1-at)
	for _, other := range p.d.levels[n.level] {
		b := p.box(other)
		switch d := math.Abs((b.X0+b.X1)/2 - at); {
		case other == n:
		case other.left == nil:
			room = min(room, 2*d-b.W()-slotGap)
		default: // whose text is as wide
			room = min(room, d-slotGap)
		}
	}
	return max(room, r.W())
}

const treeBins = 24

// histogram stacks the classes of the rows at a node over the values of its feature.
func (p *treePen) histogram(node int, r draw.Rect) {
	j := int(p.d.t.Feature[node])
	var values []float64
	for _, i := range p.d.rows[node] {
		if v := p.d.x.At(i, j); !math.IsNaN(v) && !math.IsInf(v, 0) {
			values = append(values, v)
		}
	}
	p.Fill(draw.Rect{X0: r.X0, Y0: r.Y1 - 1, X1: r.X1, Y1: r.Y1}, p.Frame)
	if len(values) == 0 {
		return
	}
	lo, hi := extent(values)
	at := func(v float64) float64 {
		if hi == lo {
			return 0.5
		}
		return (v/2 - lo/2) / (hi/2 - lo/2)
	}
	var count [treeBins][]int
	classes, most := max(len(p.d.classes), 1), 1
	for b := range count {
		count[b] = make([]int, classes)
	}
	for _, i := range p.d.rows[node] {
		if v := p.d.x.At(i, j); !math.IsNaN(v) && !math.IsInf(v, 0) {
			b := min(int(at(v)*treeBins), treeBins-1)
			count[b][p.class(i)]++
			total := 0
			for _, c := range count[b] {
				total += c
			}
			most = max(most, total)
		}
	}
	step := r.W() / treeBins
	for b := range count {
		y := r.Y1 - 1
		for k, c := range count[b] {
			h := (r.H() - 4) * float64(c) / float64(most)
			if h > 0 {
				p.Fill(draw.Rect{X0: r.X0 + float64(b)*step, Y0: y - h, X1: r.X0 + float64(b+1)*step, Y1: y}, p.classColor(k))
				y -= h
			}
		}
	}
	if cut := p.d.t.Threshold[node]; cut >= lo && cut <= hi {
		x := r.X0 + at(cut)*r.W()
		p.Dashed([]draw.Point{{X: x, Y: r.Y0}, {X: x, Y: r.Y1}}, 1.2, p.Ink, 1)
	}
}

func (p *treePen) class(row int) int {
	if p.d.labels == nil || p.d.labels[row] >= max(len(p.d.classes), 1) {
		return 0
	}
	return p.d.labels[row]
}

func (p *treePen) classColor(k int) color.NRGBA {
	if p.d.labels == nil {
		return p.First
	}
	return p.Category(k)
}

// leaf draws what comes to a leaf: how many of each class, or the value that it gives.
func (p *treePen) leaf(n *treeNode, r draw.Rect) {
	rows := p.d.rows[n.node]
	bar := draw.Rect{X0: r.X0 + 2, Y0: r.Y0 + 4, X1: r.X1 - 2, Y1: r.Y0 + 18}
	if p.d.labels != nil && len(rows) > 0 {
		count := make([]int, max(len(p.d.classes), 1))
		for _, i := range rows {
			count[p.class(i)]++
		}
		x := bar.X0
		for k, c := range count {
			w := bar.W() * float64(c) / float64(len(rows))
			if w > 0 {
				p.Fill(draw.Rect{X0: x, Y0: bar.Y0, X1: x + w, Y1: bar.Y1}, p.classColor(k))
				x += w
			}
		}
	} else if p.d.values != nil {
		p.spectrum(rows, draw.Rect{X0: bar.X0, Y0: r.Y0, X1: bar.X1, Y1: bar.Y1})
	} else {
		p.Fill(bar, p.Grid)
	}
	lines := []string{"n = " + chart.Count(len(rows)), p.d.gives(n.node)}
	_, short := p.d.answer(n.node) // colours say the class
	if n.hidden > 0 {
		lines[1], short = p.Say("%s leaves below", chart.Count(n.hidden)), "↓ "+chart.Count(n.hidden)
	}
	about := strings.Join(lines, "\n")
	if short != "" && smallFont.Width(lines[1]) > r.W() {
		lines[1] = short
	}
	for i, text := range lines {
		ink := p.Soft
		if i == 1 {
			ink = p.Ink
		}
		p.Text(smallFont.Fit(text, r.W()), draw.Point{X: (r.X0 + r.X1) / 2, Y: r.Y0 + 32 + 14*float64(i)}, smallFont, ink, draw.Place{Align: draw.Middle})
	}
	p.Hover(r, about)
}

// spectrum is the histogram of the values of rows, from the least to the greatest of all.
func (p *treePen) spectrum(rows []int, r draw.Rect) {
	lo, hi := extent(p.d.values)
	var count [treeBins]int
	most := 1
	for _, i := range rows {
		b := 0
		if hi > lo {
			b = min(int((p.d.values[i]/2-lo/2)/(hi/2-lo/2)*treeBins), treeBins-1)
		}
		count[b]++
		most = max(most, count[b])
	}
	p.Fill(draw.Rect{X0: r.X0, Y0: r.Y1 - 1, X1: r.X1, Y1: r.Y1}, p.Frame)
	step := r.W() / treeBins
	for b, c := range count {
		if h := (r.H() - 2) * float64(c) / float64(most); h > 0 {
			p.Fill(draw.Rect{X0: r.X0 + float64(b)*step, Y0: r.Y1 - 1 - h, X1: r.X0 + float64(b+1)*step, Y1: r.Y1 - 1}, p.Category(1))
		}
	}
}

// gives is what a leaf predicts, in words.
func (d *treeDrawing) gives(node int) string {
	class, value := d.answer(node)
	return strings.TrimSpace(class + " " + value)
}

// answer is what a leaf predicts: the class of the greatest value and its share, or the
// value.
func (d *treeDrawing) answer(node int) (class, value string) {
	v := d.t.Values(node)
	if len(v) > 1 && len(d.classes) == len(v) {
		best, total := 0, 0.0
		for k := range v {
			total += v[k]
			if v[k] > v[best] {
				best = k
			}
		}
		if total > 0 {
			value = share(v[best] / total)
		}
		return draw.Clean(d.classes[best]), value
	}
	if len(v) == 0 {
		return "", ""
	}
	return "", chart.Number(v[0])
}

// key names the classes.
func (p *treePen) key(y float64) {
	x := p.area.X0
	for k, name := range p.d.classes {
		text := smallFont.Fit(draw.Clean(name), 140)
		if x+15+smallFont.Width(text) > p.area.X1 {
			p.Text("…", draw.Point{X: min(x, p.area.X1-10), Y: y + 9}, smallFont, p.Soft, draw.Place{})
			return
		}
		p.Block(draw.Rect{X0: x, Y0: y, X1: x + 10, Y1: y + 10}, p.classColor(k))
		p.Text(text, draw.Point{X: x + 14, Y: y + 9}, smallFont, p.Soft, draw.Place{})
		x += 15 + smallFont.Width(text) + 14
	}
}

// Describe implements chart.Art.
func (d *treeDrawing) Describe(o *chart.Options) string {
	n, _ := d.x.Dims()
	text := o.Say("Tree %s of %s, with %s and %s; %s pass through it.", chart.Count(d.k+1), chart.Count(len(d.e.Trees)), o.Count(d.t.Leaves(), "leaf", "leaves"),
		o.Count(d.t.Depth(), "question at most", "questions at most"), o.Count(n, "row", "rows"))
	if !d.t.IsLeaf(0) {
		text += " " + o.Say("It asks first whether %s.", d.condition(0))
	}
	if len(d.onPath) > 0 {
		var way []string
		node := 0
		for !d.t.IsLeaf(node) {
			left, right := int(d.t.Left[node]), int(d.t.Right[node])
			answer, next := o.Say("yes"), left
			if d.onPath[right] {
				answer, next = o.Say("no"), right
			}
			way = append(way, d.condition(node)+" ("+answer+")")
			node = next
		}
		text += " " + o.Say("The way of the row: %s; it gives %s.", strings.Join(way, o.Say(", ")), d.gives(node))
	}
	return text
}

// Data implements chart.Tabular: a row for each node.
func (d *treeDrawing) Data(*chart.Options) chart.Table {
	node, count, threshold := chart.Column{Name: "node"}, chart.Column{Name: "rows"}, chart.Column{Name: "threshold"}
	feature, gives := chart.Column{Name: "feature", Texts: []string{}}, chart.Column{Name: "gives", Texts: []string{}}
	for i := range d.t.Left {
		node.Numbers, count.Numbers = append(node.Numbers, float64(i)), append(count.Numbers, float64(len(d.rows[i])))
		if d.t.IsLeaf(i) {
			feature.Texts, threshold.Numbers, gives.Texts = append(feature.Texts, ""), append(threshold.Numbers, math.NaN()), append(gives.Texts, d.gives(i))
			continue
		}
		feature.Texts, threshold.Numbers, gives.Texts = append(feature.Texts, d.names[d.t.Feature[i]]), append(threshold.Numbers, d.t.Threshold[i]), append(gives.Texts, "")
	}
	return chart.Table{Columns: []chart.Column{node, count, feature, threshold, gives}}
}
