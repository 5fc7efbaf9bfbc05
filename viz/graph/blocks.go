package graph

import (
	"math"
	"slices"
	"strings"

	"loupe/viz/chart"
	"loupe/viz/draw"
	"loupe/viz/model"
)

// Blocks returns the drawing of a model as papers have it: what each layer gives
// on as a block, as high and deep as the image, as thick as it has channels, from
// left to right. Layers that keep the shape, such as activations, are bands at the
// end of a block. Scopes are opened and parts folded as in a graph.
func Blocks(v any, list ...chart.Option) *chart.Figure {
	m, err := model.Of(v)
	if err != nil {
		return chart.Failed(err)
	}
	return chart.New(&blocksArt{art{m}}, list...)
}

type blocksArt struct{ graph art }

// A block is one body of the drawing.
type block struct {
	b     *box
	bands []*box // layers that only change the numbers
	scope *box   // the open scope that it is in, nil for none
	alike []int  // operations that are not shown, since others stand for them

	thick, high, deep float64
	w                 float64 // of the body, or of the texts below it
	x, y              float64 // left end of the room, and the middle line
	row               int
}

// A skip is a line past other blocks: from one block to one that is not the next.
type skip struct {
	from, to int
	level    int // how high it goes
}

// A blockRow is the sequence of blocks with their places.
type blockRow struct {
	drawing
	blocks []block
	skips  []skip
	lines  []int     // of each row: how many lines of text are below it
	above  []float64 // of each row: room for lines past blocks
	tops   []float64 // of each row: its upper edge
	h      float64
}

const (
	tallestBlock = 110.0
	slant        = 0.36 // of the depth, to the right and up
	blockGap     = 20.0
	bandWidth    = 4.0
	skipStep     = 12.0
	captionLine  = 13.0
	widestText   = 116.0
	bracket      = 20.0
)

func (a *blocksArt) Width(o *chart.Options) float64 {
	if len(a.graph.m.Nodes) == 0 {
		return 400
	}
	p, err := a.arrange(o, widest-2*20)
	if err != nil {
		return 400
	}
	w := 0.0
	for _, b := range p.blocks {
		w = max(w, b.x+b.w)
	}
	return min(max(w+30, 320), widest)
}

func (a *blocksArt) Layout(width float64, o *chart.Options) (chart.Body, error) {
	if len(a.graph.m.Nodes) == 0 {
		return a.graph.Layout(width, o)
	}
	p, err := a.arrange(o, width)
	if err != nil {
		return chart.Body{}, err
	}
	key := newLegend(&p.drawing, o, width)
	return chart.Body{Height: p.h + key.height, Draw: func(s *chart.Sheet, area draw.Rect) {
		p.draw(s, area.X0, area.Y0)
		key.draw(s, area.X0, area.Y0+p.h)
	}}, nil
}

func (a *blocksArt) Describe(o *chart.Options) string {
	s := a.graph.Describe(o)
	if len(a.graph.m.Nodes) > 0 {
		s += " " + o.Say("Blocks are drawn as high and deep as the square root of an image's sides, and as thick as the logarithm of its channels.")
	}
	return s
}

// arrange finds the blocks and gives them places, in as many rows as a width needs.
func (a *blocksArt) arrange(o *chart.Options, width float64) (*blockRow, error) {
	root := tree(a.graph.m)
	if err := plan(a.graph.m, root, o.Opened()); err != nil {
		return nil, err
	}
	p := &blockRow{drawing: drawing{m: a.graph.m, o: o, root: root, scale: 1, limit: boxWidths[0]}}
	p.collect(root, nil)
	p.connect()
	p.measure()
	p.place(width)
	return p, nil
}

// collect lists the blocks within a box, in the order of computation.
func (p *blockRow) collect(b, scope *box) {
	for _, k := range b.kids {
		switch {
		case k.node < 0 && k.open:
			p.collect(k, k)
			p.standFor(k)
		case p.isBand(k, scope):
			last := &p.blocks[len(p.blocks)-1]
			last.bands = append(last.bands, k)
		default:
			p.blocks = append(p.blocks, block{b: k, scope: scope})
		}
	}
}

// standFor lets the last block of a part that occurs several times stand for what
// comes of those that are not shown.
func (p *blockRow) standFor(k *box) {
	if k.times < 2 || len(p.blocks) == 0 {
		return
	}
	shown := map[int]bool{}
	for i := range p.blocks {
		for _, n := range p.blocks[i].all() {
			shown[n] = true
		}
	}
	last := &p.blocks[len(p.blocks)-1]
	for _, n := range k.nodes {
		if !shown[n] {
			last.alike = append(last.alike, n)
		}
	}
}

// isBand reports whether a layer only changes the numbers of the last block.
func (p *blockRow) isBand(k, scope *box) bool {
	if k.node < 0 || len(p.blocks) == 0 {
		return false
	}
	n, last := &p.m.Nodes[k.node], &p.blocks[len(p.blocks)-1]
	switch n.Class {
	case model.Activating, model.Normalizing, model.Regulating:
	default:
		return false
	}
	return len(n.Inputs) == 1 && last.b.node != 0 && last.scope == scope && slices.Contains(last.all(), n.Inputs[0]) && slices.Equal(n.Shape, p.shape(last.b))
}

// all lists the operations of a block.
func (b *block) all() []int {
	list := slices.Clone(b.b.nodes)
	for _, k := range b.bands {
		list = append(list, k.nodes...)
	}
	return list
}

func (p *blockRow) shape(b *box) []int { return p.m.Nodes[b.nodes[len(b.nodes)-1]].Shape }

// connect finds the lines that lead past blocks.
func (p *blockRow) connect() {
	owner := map[int]int{}
	for i := range p.blocks {
		for _, n := range p.blocks[i].all() {
			owner[n] = i
		}
		for _, n := range p.blocks[i].alike {
			owner[n] = i
		}
	}
	seen := map[[2]int]bool{}
	for i := range p.blocks {
		for _, n := range p.blocks[i].all() {
			for _, in := range p.m.Nodes[n].Inputs {
				j, ok := owner[in]
				if key := [2]int{j, i}; ok && j < i-1 && !seen[key] {
					seen[key] = true
					p.skips = append(p.skips, skip{from: j, to: i})
				}
			}
		}
	}
	// Short ones pass below long ones.
	slices.SortStableFunc(p.skips, func(a, b skip) int { return (a.to - a.from) - (b.to - b.from) })
	for i := range p.skips {
		s := &p.skips[i]
		for _, t := range p.skips[:i] {
			if t.from < s.to && s.from < t.to {
				s.level = max(s.level, t.level+1)
			}
		}
	}
}

// next reports whether a block reads the one before it.
func (p *blockRow) next(i int) bool {
	before := append(p.blocks[i-1].all(), p.blocks[i-1].alike...)
	for _, n := range p.blocks[i].all() {
		for _, in := range p.m.Nodes[n].Inputs {
			if slices.Contains(before, in) {
				return true
			}
		}
	}
	return false
}

// measure decides how large the blocks are.
func (p *blockRow) measure() {
	side := 1.0
	for i := range p.blocks {
		if s := p.shape(p.blocks[i].b); len(s) > 1 {
			for _, n := range s[:len(s)-1] {
				side = max(side, float64(n))
			}
		}
	}
	size := func(n int) float64 {
		if n < 0 { // of any length
			n = 16
		}
		return max(tallestBlock*math.Sqrt(float64(n)/side), 6)
	}
	for i := range p.blocks {
		b := &p.blocks[i]
		s := p.shape(b.b)
		switch {
		case len(s) == 0:
			b.thick, b.high = 24, 24
		case len(s) == 1:
			b.thick, b.high = 9, min(16+8*math.Log2(1+math.Abs(float64(s[0]))), tallestBlock)
		case len(s) == 2:
			b.thick, b.high = thickness(s[1]), size(s[0])
		default:
			b.thick, b.high, b.deep = thickness(s[len(s)-1]), size(s[0]), size(s[1])
		}
		b.w = b.body()
		for k, text := range p.captions(b) {
			b.w = max(b.w, min(captionFont(k).Width(text), widestText)+4)
		}
	}
}

func thickness(channels int) float64 { return 4 + 4*math.Log2(1+math.Abs(float64(channels))) }

// body is how wide the body of a block is, with its bands.
func (b *block) body() float64 {
	return b.thick + bandWidth*float64(len(b.bands)) + b.deep*slant
}

// captions are the lines below a block: its name, what shape it gives on, its
// settings in two lines at most.
func (p *blockRow) captions(b *block) []string {
	lines := []string{p.title(b.b)}
	if s := p.sends(b.b); s != "" {
		lines = append(lines, s)
	}
	note := p.note(b.b)
	for _, k := range b.bands { // what only one word tells apart
		if t := p.m.Nodes[k.node].Attr("activation"); t != "" {
			note = strings.TrimPrefix(note+" · "+t, " · ")
		}
	}
	if note == "" {
		return lines
	}
	return append(lines, broken(note)...)
}

// broken breaks settings into two lines, between two of them.
func broken(note string) []string {
	if shapeFont.Width(note) <= widestText {
		return []string{note}
	}
	parts := strings.Split(note, " · ")
	n := len(parts) - 1
	for n > 1 && shapeFont.Width(strings.Join(parts[:n], " · ")) > widestText {
		n--
	}
	if n == 0 {
		return []string{note}
	}
	return []string{strings.Join(parts[:n], " · "), strings.Join(parts[n:], " · ")}
}

func captionFont(line int) draw.Font {
	if line == 0 {
		return draw.Font{Size: 11, Bold: true}
	}
	return shapeFont
}

// place puts the blocks into rows.
func (p *blockRow) place(width float64) {
	x, row := 0.0, 0
	for i := range p.blocks {
		b := &p.blocks[i]
		if b.w = min(b.w, max(width-8, 60)); x > 0 && x+b.w > width {
			x, row = 0, row+1
		}
		b.x, b.row = x, row
		x += b.w + blockGap
	}
	p.above, p.tops, p.lines = make([]float64, row+1), make([]float64, row+1), make([]int, row+1)
	for i := range p.blocks {
		p.lines[p.blocks[i].row] = max(p.lines[p.blocks[i].row], len(p.captions(&p.blocks[i])))
	}
	for _, s := range p.skips {
		if r := p.blocks[s.from].row; r == p.blocks[s.to].row {
			p.above[r] = max(p.above[r], skipStep*float64(s.level+1)+6)
		} else {
			p.above[r] = max(p.above[r], skipStep)
			p.above[p.blocks[s.to].row] = max(p.above[p.blocks[s.to].row], skipStep)
		}
	}
	y := 0.0
	for r := range p.tops {
		up, down, scoped := 0.0, 0.0, 0.0
		for i := range p.blocks {
			if b := &p.blocks[i]; b.row == r {
				up, down = max(up, b.high/2+b.deep*slant), max(down, b.high/2)
				if b.scope != nil {
					scoped = bracket
				}
			}
		}
		p.tops[r] = y
		for i := range p.blocks {
			if b := &p.blocks[i]; b.row == r {
				b.y = y + p.above[r] + up
			}
		}
		y += p.above[r] + up + down + 8 + captionLine*float64(p.lines[r]) + scoped + 18
	}
	p.h = y - 8
}

// Data lists the operations, as that of a graph.
func (a *blocksArt) Data(o *chart.Options) chart.Table { return a.graph.Data(o) }
