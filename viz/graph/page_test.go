package graph_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"loupe/viz/chart"
	"loupe/viz/graph"
)

// A savedBox is what the script of a page reads of a box.
type savedBox struct {
	Name, Title, Short, Text, Hover string
	Also                            []string
	W, H                            float64
	Kids, Places                    []int
	Rows, Links                     [][]int
	Open                            bool
}

// saved reads the boxes of a page.
func saved(t *testing.T, f *chart.Figure) []savedBox {
	t.Helper()
	page, err := f.HTML()
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(page, []byte("</script>")); n != 1 {
		t.Errorf("the page has %d ends of scripts", n)
	}
	from, to := bytes.Index(page, []byte(`({"boxes"`)), bytes.LastIndex(page, []byte(");\n</script>"))
	var g struct{ Boxes []savedBox }
	if err := json.Unmarshal(page[from+1:to], &g); err != nil {
		t.Fatal(err)
	}
	return g.Boxes
}

// TestPage reads the pages of all figures: every operation can be found, each
// box stands at one place of its scope, and what is open is what the picture
// shows.
func TestPage(t *testing.T) {
	list := samples()
	list["random"] = graph.New(random(3, 60))
	for name, f := range list {
		if strings.HasPrefix(name, "blocks") { // these stand still
			continue
		}
		boxes := saved(t, f)
		operations := 0
		for i, b := range boxes {
			operations += len(b.Also)
			if b.Kids == nil {
				operations++
			}
			if i > 0 && (b.Short == "" && b.Title != "" || b.W <= 0 || b.H <= 0 || b.Hover == "") {
				t.Errorf("%s: box %q: %+v", name, b.Name, b)
			}
			var stand []int
			for _, p := range b.Places {
				if p >= 0 {
					stand = append(stand, p)
				}
			}
			slices.Sort(stand)
			if kids := slices.Sorted(slices.Values(b.Kids)); !slices.Equal(stand, kids) {
				t.Errorf("%s: in %q stand %v, and its boxes are %v", name, b.Name, stand, kids)
			}
			for _, row := range slices.Concat(b.Rows, b.Links) {
				for _, p := range row {
					if p < 0 || p >= len(b.Places) {
						t.Errorf("%s: %q has no place %d", name, b.Name, p)
					}
				}
			}
		}
		if want := f.Data().Rows(); operations != want {
			t.Errorf("%s: %d operations can be found of %d", name, operations, want)
		}
	}
	open := func(f *chart.Figure) (names []string) {
		for _, b := range saved(t, f)[1:] {
			if b.Open {
				names = append(names, b.Name)
			}
		}
		return names
	}
	if got := strings.Join(open(list["opened"]), " "); got != "residual residual_4" && got != "residual_4" {
		t.Errorf("open are %q", got)
	}
	if got := open(list["cnn"]); len(got) > 0 {
		t.Errorf("a model without scopes has open ones: %q", got)
	}
}
