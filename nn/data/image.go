package data

import (
	"fmt"
	"image"

	"loupe/display"
	"loupe/viz/chart"
)

// isImage reports whether samples are [height width 1] or [height width 3].
func (t *samples) isImage() bool {
	s := t.x.Shape()
	return len(s) == 4 && (s[3] == 1 || s[3] == 3)
}

// Image returns sample i as an image: dark on white for one channel, and as it is
// for red, green and blue. It is nil if the samples are no images.
func (s *Set) Image(i int) image.Image {
	t := s.must()
	if !t.isImage() {
		return nil
	}
	return chart.Picture(t.x.Shape()[1:], s.X(i), 0, 1)
}

// Show returns a figure of the first n samples with their classes, for samples
// that are images.
func (s *Set) Show(n int) *chart.Figure {
	n = min(max(n, 0), s.Len())
	images, names := make([]image.Image, 0, n), make([]string, 0, n)
	for i := range n {
		if img := s.Image(i); img != nil {
			images, names = append(images, img), append(names, s.Label(i))
		}
	}
	return chart.Images(images, names...).With(chart.Title(fmt.Sprintf("%s: %s of %s samples", s.name, display.Count(n), display.Count(s.Len()))))
}
