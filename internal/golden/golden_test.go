package golden

import (
	"image"
	"image/color"
	"testing"
)

func TestDifference(t *testing.T) {
	a, b := image.NewNRGBA(image.Rect(0, 0, 10, 10)), image.NewNRGBA(image.Rect(0, 0, 10, 10))
	for i := range a.Pix {
		a.Pix[i], b.Pix[i] = 255, 255
	}
	if mean, far := difference(a, b); mean != 0 || far != 0 {
		t.Errorf("equal pictures differ by %v, %v", mean, far)
	}
	b.SetNRGBA(3, 4, color.NRGBA{0, 255, 255, 255})
	if mean, far := difference(a, b); mean != 255.0/300 || far != 1.0/300 {
		t.Errorf("one red channel off: %v, %v", mean, far)
	}
}
