package nn

import (
	"bytes"
	"encoding/base64"
	"image/png"
	"math"
	"regexp"
	"strings"
	"testing"
)

// TestCurve reads the image back: the line falls from the upper left to the lower
// right corner, and a NaN leaves a gap.
func TestCurve(t *testing.T) {
	losses := make([]float64, 1000)
	for i := range losses {
		losses[i] = 1 - float64(i)/1000
	}
	losses[500] = math.NaN()
	html := curve(losses)
	m := regexp.MustCompile(`^<img src="data:image/png;base64,([^"]*)" width="360" height="80" alt="loss of each step, from 0.9995 to 0.002">$`).FindStringSubmatch(html)
	if m == nil {
		t.Fatalf("%.200s … %s", html, html[max(0, len(html)-80):])
	}
	data, _ := base64.StdEncoding.DecodeString(m[1])
	img, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	height := func(x int) int { // of the line, from above; -1 for none
		for y := range img.Bounds().Dy() {
			if _, _, _, a := img.At(x, y).RGBA(); a > 0x8000 {
				return y
			}
		}
		return -1
	}
	for x, want := range map[int]int{3: 0, 180: 38, 540: 118, 716: 156} {
		if y := height(x); y < want-3 || y > want+3 {
			t.Errorf("at x = %d the line is at %d, not %d", x, y, want)
		}
	}
	if y := height(361); y >= 0 {
		t.Errorf("there is a line at %d where the loss is NaN", y)
	}
	if curve([]float64{1}) != "" || curve(nil) != "" {
		t.Error("a curve of one point")
	}
	if !strings.Contains(curve([]float64{0, 0, 0}), "<img") || !strings.Contains(curve([]float64{math.Inf(1), 1, 2}), "<img") {
		t.Error("no curve of zeros, or with an infinite loss")
	}
}
