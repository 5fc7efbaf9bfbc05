package draw

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"math"
)

// PNG encodes a picture that has scale pixels to a CSS pixel. What is not opaque
// stands on black.
//
// It writes the format (ISO/IEC 15948) itself, several times as fast as package
// image/png: most figures have few colours, so that a byte a pixel does, and
// their rows repeat, so that the filter Up is the best one for nearly all of
// them and need not be searched for.
func PNG(img *image.RGBA, scale float64) ([]byte, error) {
	size := img.Rect.Size()
	if size.X <= 0 || size.Y <= 0 {
		return nil, fmt.Errorf("draw: a picture of %d × %d pixels cannot be written as PNG", size.X, size.Y)
	}
	pixels, palette := indexed(img)
	width, kind := 1, byte(3) // bytes a pixel; indices of a palette
	if palette == nil {
		pixels, width, kind = trueColour(img), 3, 2
	}
	var file, rows bytes.Buffer
	file.WriteString("\x89PNG\r\n\x1a\n")
	header := make([]byte, 13)
	binary.BigEndian.PutUint32(header, uint32(size.X))
	binary.BigEndian.PutUint32(header[4:], uint32(size.Y))
	header[8], header[9] = 8, kind // bits a channel
	chunk(&file, "IHDR", header)
	if palette != nil {
		chunk(&file, "PLTE", palette)
	}
	rows.Write(compressed(filtered(pixels, size.X*width), width == 1))
	chunk(&file, "IDAT", rows.Bytes())
	chunk(&file, "IEND", nil)
	return WithDensity(file.Bytes(), scale), nil
}

// indexed returns a picture as indices of a palette in the order in which its
// colours appear, three bytes each, or nil if it has more than 256.
func indexed(img *image.RGBA) (pixels, palette []byte) {
	size := img.Rect.Size()
	pixels = make([]byte, 0, size.X*size.Y)
	index := make(map[uint32]byte)
	last, at := uint32(math.MaxUint32), byte(0)
	for y := range size.Y {
		row := img.Pix[y*img.Stride:][:4*size.X]
		if y > 0 && bytes.Equal(row, img.Pix[(y-1)*img.Stride:][:4*size.X]) {
			pixels = append(pixels, pixels[len(pixels)-size.X:]...)
			continue
		}
		for x := 0; x < len(row); x += 4 {
			colour := binary.LittleEndian.Uint32(row[x:]) & 0xffffff
			if colour != last {
				i, ok := index[colour]
				if !ok {
					if len(index) == 256 {
						return nil, nil
					}
					i = byte(len(index))
					index[colour] = i
					palette = append(palette, row[x:x+3]...)
				}
				last, at = colour, i
			}
			pixels = append(pixels, at)
		}
	}
	return pixels, palette
}

// trueColour returns a picture with three bytes a pixel.
func trueColour(img *image.RGBA) []byte {
	size := img.Rect.Size()
	pixels := make([]byte, 3*size.X*size.Y)
	to := pixels
	for y := range size.Y {
		row := img.Pix[y*img.Stride:][:4*size.X]
		for x := 0; x < len(row); x += 4 {
			to[0], to[1], to[2] = row[x], row[x+1], row[x+2]
			to = to[3:]
		}
	}
	return pixels
}

// filtered puts before each row the sign of the filter Up, and makes it the
// difference to the row above.
func filtered(pixels []byte, width int) []byte {
	out := make([]byte, 0, len(pixels)+len(pixels)/width)
	above := make([]byte, width)
	for ; len(pixels) > 0; pixels = pixels[width:] {
		row := pixels[:width]
		out = append(out, 2)
		line := out[len(out) : len(out)+width]
		for i, v := range row {
			line[i] = v - above[i]
		}
		out = out[:len(out)+width]
		above = row
	}
	return out
}

// chunk appends a chunk of a PNG file: length, type, content, checksum.
func chunk(file *bytes.Buffer, kind string, content []byte) {
	start := file.Len() + 4
	file.Write(binary.BigEndian.AppendUint32(nil, uint32(len(content))))
	file.WriteString(kind)
	file.Write(content)
	file.Write(binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE(file.Bytes()[start:])))
}

// WithDensity inserts a pHYs chunk after the header of a PNG file, so that
// programs other than browsers show it at the right size, too.
func WithDensity(file []byte, scale float64) []byte {
	const header = 8 + 25                               // signature and IHDR
	perMeter := uint32(math.Round(scale * 96 / 0.0254)) // dots
	var density bytes.Buffer
	content := make([]byte, 9) // x, y, unit
	binary.BigEndian.PutUint32(content, perMeter)
	binary.BigEndian.PutUint32(content[4:], perMeter)
	content[8] = 1 // the unit is the metre
	chunk(&density, "pHYs", content)
	return append(append(append([]byte(nil), file[:header]...), density.Bytes()...), file[header:]...)
}
