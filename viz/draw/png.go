package draw

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/png"
	"math"
)

// PNG encodes a picture that has scale pixels to a CSS pixel.
func PNG(img image.Image, scale float64) ([]byte, error) {
	var buf bytes.Buffer
	if err := (&png.Encoder{}).Encode(&buf, img); err != nil {
		return nil, err
	}
	return WithDensity(buf.Bytes(), scale), nil
}

// WithDensity inserts a pHYs chunk after the header of a PNG file, so that
// programs other than browsers show it at the right size, too.
func WithDensity(file []byte, scale float64) []byte {
	const header = 8 + 25                               // signature and IHDR
	perMeter := uint32(math.Round(scale * 96 / 0.0254)) // dots
	chunk := make([]byte, 21)                           // length, "pHYs", x, y, unit, checksum
	binary.BigEndian.PutUint32(chunk, 9)
	copy(chunk[4:], "pHYs")
	binary.BigEndian.PutUint32(chunk[8:], perMeter)
	binary.BigEndian.PutUint32(chunk[12:], perMeter)
	chunk[16] = 1 // the unit is the metre
	binary.BigEndian.PutUint32(chunk[17:], crc32.ChecksumIEEE(chunk[4:17]))
	return append(append(append([]byte(nil), file[:header]...), chunk...), file[header:]...)
}
