package chart

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"loupe/internal/golden"
)

var specs = flag.String("specs", "", "a folder to write the Vega-Lite specification of every figure to, for its schema")

// TestInteractive makes every figure interactive twice: valid JSON of the same
// bytes.
func TestInteractive(t *testing.T) {
	for _, list := range [][2]map[string]*Figure{{samples(), samples()}, {nasty(), nasty()}} {
		for name, f := range golden.Few(list[0]) {
			a, err := f.Interactive().Spec()
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			if b, _ := list[1][name].Interactive().Spec(); !bytes.Equal(a, b) {
				t.Errorf("%s: other bytes the second time", name)
			}
			if *specs != "" && a != nil {
				os.WriteFile(filepath.Join(*specs, strings.ReplaceAll(name, " ", "_")+".json"), a, 0o644)
			}
			if len(a) > 3e6 {
				t.Errorf("%s: a specification of %d bytes", name, len(a))
			}
		}
	}
}

// TestInteractiveBundle has a picture and a sentence beside the specification,
// and no HTML, which front-ends would prefer.
func TestInteractiveBundle(t *testing.T) {
	f := samples()["scatter"]
	data, metadata := f.Interactive().MIMEBundle()
	if len(data) != 3 || data["image/png"] == nil || data["text/plain"] != f.Describe() || metadata["image/png"] == nil {
		t.Errorf("a bundle of %d types", len(data))
	}
	spec, _ := json.Marshal(data[Vegalite])
	for _, want := range []string{`"$schema":"https://vega.github.io/schema/vega-lite/v5.json"`, `"bind":"scales"`, `"tooltip":[`, `"mark":"malignant"`} {
		if !bytes.Contains(spec, []byte(want)) {
			t.Errorf("the specification is without %s", want)
		}
	}
	// Images have no axes: their picture can be enlarged, and its tiles searched.
	spec, _ = samples()["images"].Interactive().Spec()
	for _, want := range []string{`"type":"image"`, `"url":"data:image/png;base64,`, `"bind":"scales"`, `"tooltip"`} {
		if !bytes.Contains(spec, []byte(want)) {
			t.Errorf("the specification of images is without %s", want)
		}
	}
	if _, _, err := Plot(HLine(nan)).Interactive().TryMIMEBundle(); err == nil {
		t.Error("no error for a line at NaN")
	}
}

// TestThinned compares what is left of many points with all of them.
func TestThinned(t *testing.T) {
	many := normal(1_000_00, 1)
	many[70_123] = 99
	if l := thinned(Line(nil, many)).(*line); len(l.y) > maxVegaPoints || l.y[0] == 0 {
		t.Errorf("%d points of a line", len(l.y))
	} else if !strings.Contains(l.describe(&Options{}), "99 (at x = 70,123)") {
		t.Errorf("the greatest value is lost: %s", l.describe(&Options{}))
	}
	if p := thinned(Points(nil, many, ColorBy(many))).(*points); len(p.y) > maxVegaPoints || p.check() != nil {
		t.Errorf("%d points: %v", len(p.y), p.check())
	}
	r := thinned(Raster(grid(1000, 500, func(i, j int) float64 { return float64(i) }), 0, 1, 0, 1)).(*raster)
	if rows, cols := r.m.Dims(); rows*cols > maxVegaCells || rows < 100 || r.m.At(rows-1, 0) < 980 {
		t.Errorf("a raster of %d × %d", rows, cols)
	}
}

func TestData(t *testing.T) {
	for want, f := range map[string]*Figure{
		"set,value\na,1\na,\n":                             Histogram(Named("a", []float64{1, nan})),
		"row,column,value,row name\n0,0,1,x\n0,1,2,x\n":    HeatMap(FromRows([][]float64{{1, 2}}), Rows("x")),
		"mark,name,x,y\nup,,0,0.1\nup,,1,1e+300\n,a,,3\n":  Plot(Line(nil, []float64{0.1, 1e300}, Label("up")), Bars([]string{"a"}, []float64{3})),
		"figure,mark,x,y,set,value\n1,l,0,5,,\n2,,,,h,7\n": Grid(Plot(Line(nil, []float64{5}, Label("l"))), Histogram(Named("h", []float64{7}))),
		"map,row,column,value\nb,0,0,-3\na,0,0,1\n":        Maps([]Matrix{grid(1, 1, func(int, int) float64 { return 1 }), grid(1, 1, func(int, int) float64 { return -3 })}, "a", "b").With(Ordered()),
		"": Images(nil),
	} {
		if got := strings.TrimPrefix(f.Data().CSV(), "\n"); got != want {
			t.Errorf("the table is %q, not %q", got, want)
		}
	}
	if b, err := Plot(Line(nil, []float64{1, nan})).Data().JSON(); err != nil || string(b) != `[{"x":0,"y":1},{"x":1,"y":null}]` {
		t.Errorf("JSON %s, %v", b, err)
	}
}

// TestHTML reads the page for what a browser would load or run.
func TestHTML(t *testing.T) {
	for name, f := range golden.Few(nasty()) {
		page, err := f.HTML()
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for _, bad := range []string{"<script", "<link", "@import", `src="http`} {
			if bytes.Contains(page, []byte(bad)) {
				t.Errorf("%s: the page has %s", name, bad)
			}
		}
	}
	page, _ := samples()["hbars"].HTML()
	if !bytes.Contains(page, []byte("<title>mean texture: −0.2</title>")) {
		t.Error("no text at a bar")
	}
}
