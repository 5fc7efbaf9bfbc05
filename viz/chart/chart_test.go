package chart

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"loupe/internal/golden"
	"loupe/internal/legible"
	"loupe/viz/words"
)

func TestPictures(t *testing.T) {
	for name, f := range golden.Few(samples()) {
		img, err := f.Image(1)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		golden.Image(t, name+".png", img)
	}
}

func TestDescriptions(t *testing.T) {
	var b strings.Builder
	for _, list := range []map[string]*Figure{samples(), nasty()} {
		for _, name := range slices.Sorted(maps.Keys(list)) {
			fmt.Fprintf(&b, "-- %s --\n%s\n", name, list[name].Describe())
		}
	}
	golden.Text(t, "descriptions.txt", b.String())
}

// TestTexts draws all figures in several widths, in all themes and languages: no
// text may be cut by the edge of the page, lie on another one, or be too small.
func TestTexts(t *testing.T) {
	looks := map[string][]Option{
		"light":       nil,
		"dark":        {Theme(Dark)},
		"print":       {Theme(Print), Language(words.Chinese)},
		"colourblind": {Theme(ColorBlind), Language(words.Chinese)},
	}
	for _, list := range []map[string]*Figure{samples(), nasty()} {
		for name, f := range golden.Few(list) {
			for look, options := range looks {
				for _, width := range []float64{0, 250, 400, 700, 1400} {
					if look != "light" && width != 400 && width != 1400 {
						continue
					}
					g := f.With(options...)
					if width > 0 {
						g = g.With(Size(width, f.o.height))
					}
					legible.Check(t, fmt.Sprintf("%s, %s, %.0f wide", name, look, width), g)
				}
			}
		}
	}
}

// TestFormats makes every figure twice in every format: the bytes are the same.
func TestFormats(t *testing.T) {
	first, second := golden.Few(samples()), samples()
	for name, f := range first {
		for format, file := range map[string]func(*Figure) ([]byte, error){"PNG": (*Figure).PNG, "SVG": (*Figure).SVG, "PDF": (*Figure).PDF} {
			a, err := file(f)
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if b, _ := file(second[name]); !bytes.Equal(a, b) {
				t.Errorf("%s: the %s has other bytes the second time", name, format)
			}
		}
	}
	for name, f := range golden.Few(nasty()) {
		svg, err := f.SVG()
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if bytes.Contains(svg, []byte("<script")) {
			t.Errorf("%s: a name became markup in the SVG", name)
		}
		if _, err := f.PDF(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestBundle(t *testing.T) {
	f := samples()["histogram"].With(Size(500, 300))
	data, metadata := f.MIMEBundle()
	if len(data) != 2 {
		t.Errorf("the bundle has %v", slices.Sorted(maps.Keys(data)))
	}
	file, err := base64.StdEncoding.DecodeString(data["image/png"].(string))
	if err != nil || !bytes.Contains(file[:60], []byte("pHYs")) {
		t.Errorf("no PNG with pHYs: %v", err)
	}
	c, _, err := image.DecodeConfig(bytes.NewReader(file))
	meta := metadata["image/png"].(map[string]any)
	if err != nil || c.Width != 1000 || c.Height != 600 || meta["width"] != 500 || meta["height"] != 300 {
		t.Errorf("%d × %d pixels for %v: %v", c.Width, c.Height, meta, err)
	}
	if meta["alt"] != data["text/plain"] || !strings.Contains(meta["alt"].(string), "2 outliers above") {
		t.Errorf("alternative text: %v", meta["alt"])
	}
}

// TestMistakes draws figures that users got wrong: the error says how.
func TestMistakes(t *testing.T) {
	m := grid(3, 4, wave)
	for want, f := range map[string]*Figure{
		"3 rows and 2 names":                HeatMap(m, Rows("a", "b")),
		"4 columns and 1 name":              HeatMap(m, Columns("a")),
		`no colours are named "x"`:          HeatMap(m, Colors("x")),
		"from 2 to 1":                       HeatMap(m, Range(2, 1)),
		"cannot range from 1 to 1":          Histogram(Named("a", []float64{1})).With(Range(1, 1)),
		"cannot be 5 pixels wide":           HeatMap(m, Size(5, 0)),
		"1 image and 2 names":               Images(pictures(1), "a", "b"),
		"image 0 of the grid":               Images([]image.Image{image.NewGray(image.Rectangle{})}),
		"axes":                              Plot(Bars([]string{"a"}, []float64{1}), HBars([]string{"a"}, []float64{1})),
		"3 x and 2 y":                       Plot(Line([]float64{1, 2, 3}, []float64{1, 2})),
		`"red" is no colour`:                Plot(Line(nil, nil, Color("red"))),
		"2 points and 1 classes":            Plot(Points(nil, []float64{1, 2}, Classes([]string{"a"}))),
		"mark 0 of the plot is":             Plot(nil),
		"a zone cannot reach from 2 to 1":   Plot(HZone(2, 1)),
		"give it by Over":                   Maps([]Matrix{m}).With(OverInput()),
		"boxes: 1 name and 2 distributions": Plot(Boxes([]string{"a"}, make([][]float64, 2))),
		"at NaN":                            Plot(HLine(math.NaN())),
		"not nil":                           Plot(Raster(nil, 0, 1, 0, 1)),
		"from 1 to 1":                       Plot(Raster(m, 1, 1, 0, 1)),
		"1 name and 2 values":               Plot(Bars([]string{"a"}, []float64{1, 2})),
		"1 text at 2 points":                Plot(Texts(nil, []float64{1, 2}, []string{"a"})),
		"opacity 2":                         Plot(Area(nil, []float64{1}, Opacity(2))),
		"65 sets":                           Histogram(make([]Set, 65)...),
	} {
		if _, _, err := f.TryMIMEBundle(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error is %v, without %q", err, want)
		}
	}
	if err := HeatMap(m).Save("a.jpg"); err == nil || !strings.Contains(err.Error(), ".svg") {
		t.Errorf("saved as JPEG: %v", err)
	}
}

func TestSave(t *testing.T) {
	for ext, start := range map[string]string{".png": "\x89PNG", ".svg": "<svg", ".PDF": "%PDF"} {
		path := filepath.Join(t.TempDir(), "figure"+ext)
		if err := samples()["whole"].Save(path); err != nil {
			t.Fatal(err)
		}
		if file, err := os.ReadFile(path); err != nil || !strings.HasPrefix(string(file), start) {
			t.Errorf("%s: %v", ext, err)
		}
	}
}

func BenchmarkHistogram(b *testing.B) {
	values := normal(100_000, 1)
	for b.Loop() {
		Histogram(Named("a", values)).MIMEBundle()
	}
}

func BenchmarkHeatMap(b *testing.B) {
	m := grid(64, 64, wave)
	for b.Loop() {
		HeatMap(m).MIMEBundle()
	}
}
