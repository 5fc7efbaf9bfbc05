// Package golden compares what tests make with files in testdata. Tests that
// are run with -update write these files instead; then look at the difference.
package golden

import (
	"bytes"
	"flag"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files in testdata")

// Text compares a text with testdata/name.
func Text(t *testing.T, name, got string) {
	t.Helper()
	if want := file(t, name, []byte(got)); string(want) != got {
		t.Errorf("testdata/%s differs (-update writes it). Got:\n%s", name, got)
	}
}

// How much pictures may differ: by rounding on other processors, not by sight.
const (
	meanTolerance = 0.5   // of 255, over all channels of all pixels
	farTolerance  = 0.002 // share of channels that differ by more than 32
)

// Image compares a picture with testdata/name, a PNG file, within a tolerance.
func Image(t *testing.T, name string, got image.Image) {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, got); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	want, err := png.Decode(bytes.NewReader(file(t, name, b.Bytes())))
	if err != nil {
		t.Fatalf("testdata/%s: %v", name, err)
	}
	if got.Bounds().Size() != want.Bounds().Size() {
		t.Errorf("%s has %v pixels, not %v", name, got.Bounds().Size(), want.Bounds().Size())
		return
	}
	if mean, far := difference(got, want); mean > meanTolerance || far > farTolerance {
		t.Errorf("%s differs by %.2f of 255 on average, and by more than 32 in %.2f %% of the channels (-update writes it)", name, mean, 100*far)
	}
}

// difference is the mean difference of two pictures of one size, and the share
// of channels that differ by more than 32 of 255.
func difference(a, b image.Image) (mean, far float64) {
	size := a.Bounds().Size()
	for y := range size.Y {
		for x := range size.X {
			ar, ag, ab, _ := a.At(a.Bounds().Min.X+x, a.Bounds().Min.Y+y).RGBA()
			br, bg, bb, _ := b.At(b.Bounds().Min.X+x, b.Bounds().Min.Y+y).RGBA()
			for _, p := range [3][2]uint32{{ar, br}, {ag, bg}, {ab, bb}} {
				d := float64(max(p[0], p[1])-min(p[0], p[1])) / 257
				mean += d
				if d > 32 {
					far++
				}
			}
		}
	}
	n := float64(3 * size.X * size.Y)
	return mean / n, far / n
}

// file reads testdata/name, after writing got to it if tests run with -update.
func file(t *testing.T, name string, got []byte) []byte {
	t.Helper()
	path := filepath.Join("testdata", filepath.FromSlash(name))
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (-update writes it)", err)
	}
	return want
}
