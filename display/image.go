package display

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	"image/draw"
	"image/png"
)

const (
	tinyImage  = 64  // pixels; smaller images are shown enlarged
	tinyTarget = 160 // to about this size
	wideImage  = 900 // pixels; wider ones are shown this wide
)

// renderImage shows an image as PNG. A tiny one, such as an 8 × 8 digit, is
// enlarged by whole pixels, since browsers would blur it.
func renderImage(img image.Image) Bundle {
	size := img.Bounds().Size()
	text := fmt.Sprintf("Image, %d × %d pixels", size.X, size.Y)
	if size.X <= 0 || size.Y <= 0 {
		return textBundle(text + ": empty")
	}
	width, height := size.X, size.Y
	if side := max(width, height); side < tinyImage {
		k := (tinyTarget + side - 1) / side
		img = enlarge(img, k)
		width, height = width*k, height*k
		text += fmt.Sprintf(", shown %d times as large", k)
	}
	if width > wideImage {
		height = max(1, height*wideImage/width)
		width = wideImage
	}
	var buf bytes.Buffer
	if err := png.Encode(&buf, img); err != nil {
		return textBundle(fmt.Sprintf("%s, which cannot be written as PNG: %v", text, err))
	}
	return Bundle{
		Data: map[string]any{"image/png": base64.StdEncoding.EncodeToString(buf.Bytes()), "text/plain": text},
		Metadata: map[string]any{"image/png": map[string]any{
			"width": width, "height": height, "alt": text,
		}},
	}
}

// enlarge repeats every pixel k times in both directions.
func enlarge(img image.Image, k int) image.Image {
	b := img.Bounds()
	out := image.NewNRGBA(image.Rect(0, 0, b.Dx()*k, b.Dy()*k))
	for y := range b.Dy() {
		for x := range b.Dx() {
			square := image.Rect(x*k, y*k, (x+1)*k, (y+1)*k)
			draw.Draw(out, square, image.NewUniform(img.At(b.Min.X+x, b.Min.Y+y)), image.Point{}, draw.Src)
		}
	}
	return out
}
