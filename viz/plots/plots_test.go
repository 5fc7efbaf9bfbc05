package plots

import (
	"bytes"
	"encoding/base64"
	"image/png"
	"strings"
	"testing"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"

	"loupe/display"
)

func TestRender(t *testing.T) {
	p := plot.New()
	p.Title.Text = "<b>Line</b>"
	line, err := plotter.NewLine(plotter.XYs{{X: 0, Y: 0}, {X: 2, Y: 3}})
	if err != nil {
		t.Fatal(err)
	}
	p.Add(line)
	b := display.Render(p)
	raw, err := base64.StdEncoding.DecodeString(b.Data["image/png"].(string))
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	if s := img.Bounds().Size(); s.X != Width*2 || s.Y != Height*2 {
		t.Errorf("the picture has %v pixels", s)
	}
	if !bytes.Contains(raw[:60], []byte("pHYs")) {
		t.Error("no pHYs chunk")
	}
	if got, want := b.Data["text/plain"], "Plot “<b>Line</b>”, x from 0 to 2, y from 0 to 3"; got != want {
		t.Errorf("text %q", got)
	}
	if again := display.Render(p); again.Data["image/png"] != b.Data["image/png"] {
		t.Error("drawn again, the plot has other bytes")
	}
}

func TestRenderNil(t *testing.T) {
	if got := display.Render((*plot.Plot)(nil)).Data["text/plain"].(string); !strings.Contains(got, "nil") {
		t.Errorf("a nil plot: %q", got)
	}
}
