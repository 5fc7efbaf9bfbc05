package graph_test

import (
	"encoding/xml"
	"fmt"
	"strings"
	"testing"

	"loupe/internal/golden"
	"loupe/viz/chart"
	"loupe/viz/draw"
	"loupe/viz/graph"
	"loupe/viz/model"
)

func TestFigures(t *testing.T) { golden.Figures(t, samples()) }

// TestTexts reads where texts stand in figures of several widths: none may leave
// the page, lie on another one, or be smaller than 7 points.
func TestTexts(t *testing.T) {
	list := samples()
	list["random"] = graph.New(random(1, 30))
	list["random blocks"] = graph.Blocks(random(1, 30))
	list["opened all"] = graph.New(transformer(), chart.Open("*"))
	for name, f := range list {
		for _, width := range []float64{0, 250, 400, 1400} {
			svg, err := f.With(chart.Size(width, 0)).SVG()
			if err != nil {
				t.Errorf("%s, %v pixels wide: %v", name, width, err)
				continue
			}
			for _, bad := range badTexts(t, svg) {
				t.Errorf("%s, %v pixels wide: %s", name, width, bad)
			}
		}
	}
}

type svgFile struct {
	ViewBox string    `xml:"viewBox,attr"`
	Texts   []svgText `xml:"text"`
}

type svgText struct {
	X      float64 `xml:"x,attr"`
	Y      float64 `xml:"y,attr"`
	Size   float64 `xml:"font-size,attr"`
	Weight string  `xml:"font-weight,attr"`
	Anchor string  `xml:"text-anchor,attr"`
	Turn   string  `xml:"transform,attr"`
	S      string  `xml:",chardata"`
}

func badTexts(t *testing.T, svg []byte) (bad []string) {
	t.Helper()
	var file svgFile
	if err := xml.Unmarshal(svg, &file); err != nil {
		t.Fatal(err)
	}
	var w, h float64
	fmt.Sscanf(file.ViewBox, "0 0 %g %g", &w, &h)
	if w == 0 || len(file.Texts) == 0 {
		t.Fatalf("no page or no texts: %.300s", svg)
	}
	var boxes []draw.Rect
	for i, s := range file.Texts {
		if s.Turn != "" { // the label of a bar of colours
			continue
		}
		width := draw.Font{Size: s.Size, Bold: s.Weight == "bold"}.Width(s.S)
		x := s.X - width*map[string]float64{"": 0, "start": 0, "middle": 0.5, "end": 1}[s.Anchor]
		box := draw.Rect{X0: x, Y0: s.Y - 0.72*s.Size, X1: x + width, Y1: s.Y + 0.2*s.Size}
		if s.Size < 9.33 {
			bad = append(bad, fmt.Sprintf("%q has %.1f pixels", s.S, s.Size))
		}
		if box.X0 < 0 || box.Y0 < 0 || box.X1 > w || box.Y1 > h {
			bad = append(bad, fmt.Sprintf("%q leaves the page of %v × %v: %.1f", s.S, w, h, box))
		}
		for j, other := range boxes {
			if box.X0 < other.X1-0.5 && other.X0 < box.X1-0.5 && box.Y0 < other.Y1-0.5 && other.Y0 < box.Y1-0.5 {
				bad = append(bad, fmt.Sprintf("%q covers text %d of %d", s.S, j, i))
			}
		}
		boxes = append(boxes, box)
	}
	return bad
}

// TestAnyGraph draws graphs that no model has.
func TestAnyGraph(t *testing.T) {
	seeds := uint64(60)
	if testing.Short() { // under the race detector each takes a second
		seeds = 8
	}
	for seed := range seeds {
		m := random(seed, int(seed*seed%90))
		for _, o := range [][]chart.Option{nil, {chart.Open("*")}, {chart.Size(300, 0)}} {
			for _, f := range []*chart.Figure{graph.New(m, o...), graph.Blocks(m, o...)} {
				if _, err := f.Image(1); err != nil {
					t.Errorf("seed %d: %v", seed, err)
				}
				if f.Describe() == "" {
					t.Errorf("seed %d: no description", seed)
				}
			}
		}
	}
}

func TestMistakes(t *testing.T) {
	loop := &model.Model{Nodes: []model.Node{{Name: "a", Inputs: []int{1}}, {Name: "b", Inputs: []int{0}}}}
	twice := &model.Model{Nodes: []model.Node{{Name: "a"}, {Name: "a"}}}
	for _, c := range []struct {
		f    *chart.Figure
		want string
	}{
		{graph.New(3), "a int is no model that viz knows"},
		{graph.New(nil), "no model that viz knows"},
		{graph.New((*model.Model)(nil)), "the model is nil"},
		{graph.New(loop), `node "a" reads node 1, which does not come before it (it is node 0)`},
		{graph.New(twice), `nodes 0 and 1 of the model have the same name "a"`},
		{graph.New(resnet(), chart.Open("residul")), `the graph has no scope "residul" to open; it has residual, residual_1`},
		{graph.New(cnn(), chart.Overlay("ms", map[string]float64{"dens": 1})), `there is a number for "dens" to lay over the graph, but no such operation or scope`},
		{graph.New(chain(3000), chart.Open("*")), "open fewer scopes"},
	} {
		if _, err := c.f.Image(1); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("the error is %v, want %q", err, c.want)
		}
	}
}

func BenchmarkGraphOf3000(b *testing.B) {
	m := chain(3000)
	for b.Loop() {
		if _, err := graph.New(m).PNG(); err != nil {
			b.Fatal(err)
		}
	}
}
