package golden

import (
	"fmt"
	"image"
	"maps"
	"slices"
	"strings"
	"testing"
)

// A Figure is drawn, and says what it shows.
type Figure interface {
	Image(scale float64) (*image.RGBA, error)
	Describe() string
}

// Figures compares the picture of each figure with testdata/name.png, and what
// all of them say with testdata/descriptions.txt.
func Figures[F Figure](t *testing.T, list map[string]F) {
	t.Helper()
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(list)) {
		fmt.Fprintf(&b, "-- %s --\n%s\n", name, list[name].Describe())
	}
	for name, f := range Few(list) {
		img, err := f.Image(1)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		Image(t, strings.ReplaceAll(name, " ", "-")+".png", img)
	}
	Text(t, "descriptions.txt", b.String())
}
