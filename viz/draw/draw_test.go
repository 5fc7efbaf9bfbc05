package draw

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"strings"
	"testing"

	"loupe/internal/golden"
)

var black = color.NRGBA{A: 255}

// TestText writes in all directions and places, with runes that the font lacks.
func TestText(t *testing.T) {
	c := NewRaster(220, 120, 2)
	f := Font{Size: 12}
	red := color.NRGBA{200, 0, 0, 255}
	c.Line([]Point{{110, 0}, {110, 120}}, 1, red)
	c.Text("starts here", Point{110, 20}, f, black, Place{})
	c.Text("in the middle", Point{110, 40}, Font{Size: 12, Bold: true}, black, Place{Align: Middle})
	c.Text("ends here", Point{110, 60}, f, black, Place{Align: End})
	c.Text("权重 😀 ∞ −αβ", Point{110, 80}, Font{Size: 16}, black, Place{Align: Middle})
	c.Text("upwards", Point{20, 100}, f, black, Place{Up: true})
	c.Text("middle", Point{40, 60}, f, black, Place{Align: Middle, Up: true})
	c.Text("end", Point{60, 10}, f, black, Place{Align: End, Up: true})
	golden.Image(t, "text.png", c.Picture())
}

// TestSnap fills rectangles that share edges between pixels: no seams, and none
// vanishes.
func TestSnap(t *testing.T) {
	c := NewRaster(10, 4, 1)
	for i := range 7 {
		c.Fill(Rect{float64(i) * 10 / 7, 0, float64(i+1) * 10 / 7, 2}, black)
	}
	c.Fill(Rect{3.1, 3, 3.2, 3.1}, black)
	for x := range 10 {
		if c.img.RGBAAt(x, 0) != (color.RGBA{A: 255}) {
			t.Errorf("a seam at pixel %d: %v", x, c.img.RGBAAt(x, 0))
		}
	}
	if c.img.RGBAAt(3, 3) != (color.RGBA{A: 255}) {
		t.Error("a small rectangle vanished")
	}
}

// TestWrap breaks lines where readers of both languages expect it.
func TestWrap(t *testing.T) {
	for text, want := range map[string]string{
		"as the words of English are":    "as the words of|English are",
		"对输出的贡献平均为二，其次为一。":               "对输出的贡献平|均为二，其次为|一。",
		"它占全部的三分之一（R²），其余很少":             "它占全部的三分|之一（R²），其|余很少",
		"of all rows of 54 %":            "of all rows of|54 %",
		"重复的次数共有 300 行":                  "重复的次数共有|300 行",
		"平均为 mean radius 与 mean area 之差": "平均为 mean|radius 与 mean|area 之差",
	} {
		if got := strings.Join((Font{Size: 10}).Wrap(text, 72, 9), "|"); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}

func TestFit(t *testing.T) {
	f := Font{Size: 10}
	for _, s := range []string{"", "short", strings.Repeat("long ", 50), strings.Repeat("W", 100), "权重权重权重权重权重"} {
		for _, width := range []float64{0, 5, 20, 60, 300} {
			if got := f.Fit(s, width); f.Width(got) > width {
				t.Errorf("Fit(%.10q, %v) = %q, which is %.1f wide", s, width, got, f.Width(got))
			}
			for _, line := range f.Wrap(s, width, 2) {
				if f.Width(line) > width {
					t.Errorf("Wrap(%.10q, %v) has the line %q, which is %.1f wide", s, width, line, f.Width(line))
				}
			}
		}
	}
	if got := f.Wrap("one two three four", f.Width("one two"), 2); len(got) != 2 || got[0] != "one two" || !strings.HasSuffix(got[1], "…") {
		t.Errorf("Wrap: %q", got)
	}
}

func TestClean(t *testing.T) {
	if got := Clean("a\tb\nc\u200d\u202ed\x00❤\ufe0f"); got != "a b cd❤" {
		t.Errorf("Clean: %q", got)
	}
}

// TestPNG reads back pictures of few and of many colours.
func TestPNG(t *testing.T) {
	c := NewRaster(30, 20, 2)
	c.Text("text", Point{2, 15}, Font{Size: 12}, color.NRGBA{200, 100, 0, 255}, Place{})
	text := c.Picture()
	for _, n := range []int{1, 255, 256, 257, 2400} {
		img := image.NewRGBA(image.Rect(0, 0, 60, 40))
		copy(img.Pix, text.Pix)
		for i := range 2400 {
			if v := i % n; v > 0 {
				img.SetRGBA(i%60, i/60, color.RGBA{uint8(v), uint8(v >> 8), 3, 255})
			}
		}
		testPNG(t, img)
	}
	if _, err := PNG(image.NewRGBA(image.Rectangle{}), 2); err == nil {
		t.Error("a picture without pixels is written")
	}
}

func testPNG(t *testing.T, img *image.RGBA) {
	t.Helper()
	file, err := PNG(img, 2)
	if err != nil {
		t.Fatal(err)
	}
	back, err := png.Decode(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	for i := range 60 * 40 {
		x, y := i%60, i/60
		if want, got := img.RGBAAt(x, y), color.RGBAModel.Convert(back.At(x, y)); got != want {
			t.Fatalf("the pixel at %d, %d is %v in the file, not %v", x, y, got, want)
		}
	}
	want := []byte("pHYs\x00\x00\x1d\x87\x00\x00\x1d\x87\x01") // 7559 dots a metre
	if !bytes.Contains(file, want) {
		t.Errorf("no pHYs chunk of 192 dots an inch in %q", file)
	}
}

func TestSVGEscape(t *testing.T) {
	c := NewSVG(10, 10, "<a>", `"&`)
	c.Text("<script>&", Point{}, Font{Size: 10}, black, Place{Up: true, Align: End})
	if s := string(c.Bytes()); strings.Contains(s, "<script") || strings.Contains(s, "<a>") {
		t.Errorf("text became markup: %s", s)
	}
}
