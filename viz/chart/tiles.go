package chart

import (
	"cmp"
	"image"
	"math"
	"slices"
	"strings"
	"sync"

	"golang.org/x/image/draw"
)

// Images shows images side by side in a grid, with names below them. Small ones
// are enlarged with sharp pixels. There may be fewer names than images, or none. A
// place whose image is nil is left empty.
func Images(images []image.Image, names ...string) *Figure {
	return &Figure{art: &tiles{images: images, names: names}}
}

// Maps shows matrices as small heat maps side by side, all with one scale of
// colours: the filters or feature maps of a layer, or the weights of each class. A
// place whose matrix is nil is left empty.
func Maps(list []Matrix, names ...string) *Figure {
	all := sync.OnceValue(func() extremes { return survey(list...) })
	return &Figure{art: &tiles{maps: list, names: names, survey: all}}
}

// arranged is the grid as the options want it: in the order of strength, with
// the names that maps have from their numbers.
func (t *tiles) arranged(o *Options) *tiles {
	if !o.ordered || t.maps == nil {
		return t
	}
	strength, order := make([]float64, len(t.maps)), make([]int, len(t.maps))
	for i, m := range t.maps {
		if order[i] = i; m == nil {
			strength[i] = -1
		} else {
			strength[i] = meanSize(m)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(strength[b], strength[a]) })
	out := &tiles{survey: t.survey}
	for _, i := range order {
		if t.maps[i] == nil {
			break
		}
		out.maps = append(out.maps, t.maps[i])
		out.names = append(out.names, nameOr(t.name(i), "#"+count(i)))
	}
	out.survey = sync.OnceValue(func() extremes { return survey(out.maps...) })
	return out
}

// meanSize is the mean of the finite values of a matrix without their signs.
func meanSize(m Matrix) float64 {
	rows, cols := m.Dims()
	sum, n := 0.0, 0.0
	for i := range rows {
		for j := range cols {
			if x := math.Abs(m.At(i, j)); !math.IsNaN(x) && !math.IsInf(x, 0) {
				n++
				sum += (x - sum) / n
			}
		}
	}
	return sum
}

// tiles are images, or matrices that become images.
type tiles struct {
	images []image.Image
	maps   []Matrix
	names  []string
	survey func() extremes // of all maps, computed at first use
}

func (t *tiles) len() int { return max(len(t.images), len(t.maps)) }

// empty reports whether a place is left so.
func (t *tiles) empty(i int) bool {
	return t.maps != nil && t.maps[i] == nil || t.maps == nil && t.images[i] == nil
}

// filled is how many places are not empty, and the first of them.
func (t *tiles) filled() (n, first int) {
	first = -1
	for i := range t.len() {
		if t.empty(i) {
			continue
		}
		if n++; first < 0 {
			first = i
		}
	}
	return n, first
}

// size is the width and the height of tile i, in its own pixels.
func (t *tiles) size(i int) (w, h int) {
	if t.maps != nil {
		h, w = t.maps[i].Dims()
		return w, h
	}
	s := t.images[i].Bounds().Size()
	return s.X, s.Y
}

// picture makes tile i for w × h pixels of the canvas.
func (t *tiles) picture(i, w, h int, s *scale, over image.Image) *image.NRGBA {
	if t.maps != nil && over != nil {
		return s.overlay(t.maps[i], over, w, h)
	}
	if t.maps != nil {
		return s.cells(t.maps[i], w, h)
	}
	src := t.images[i]
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	if b := src.Bounds(); b.Dx() <= w && b.Dy() <= h {
		draw.NearestNeighbor.Scale(img, img.Rect, src, b, draw.Src, nil)
	} else {
		draw.CatmullRom.Scale(img, img.Rect, src, b, draw.Src, nil)
	}
	return img
}

func (t *tiles) name(i int) string {
	if i < len(t.names) {
		return t.names[i]
	}
	return ""
}

func (t *tiles) Describe(o *Options) string {
	t = t.arranged(o)
	n, first := t.filled()
	if n == 0 {
		return o.Say("Grid of images without images.")
	}
	w, h := t.size(first)
	kind := o.Count(n, "image", "images")
	if t.maps != nil {
		kind = o.Count(n, "heat map", "heat maps")
	}
	text := o.Say("Grid of %s, %s × %s", kind, count(w), count(h))
	if t.maps != nil {
		where := func(at [3]int) string {
			return o.Say("%s, row %s, column %s", placeName(o, o.Say("map"), t.names, at[0]), count(at[1]), count(at[2]))
		}
		text += describeExtremes(t.survey(), o, where)
	} else {
		text += o.Say(" pixels.")
	}
	if o.ordered && t.maps != nil {
		text += " " + o.Say("The strongest comes first: mean size %s to %s.", number(meanSize(t.maps[0])), number(meanSize(t.maps[n-1])))
	}
	if len(t.names) > 0 {
		text += " " + o.Say("Names, row by row:") + t.listed(o) + o.Say(".")
	}
	return text
}

// listed are the names of the tiles.
func (t *tiles) listed(o *Options) string {
	text, n := "", 0
	for i := range t.len() {
		if t.empty(i) {
			continue
		}
		if n == 100 {
			return text + o.Say(", ") + "…"
		}
		if n++; n > 1 {
			text += strings.TrimRight(o.Say(", "), " ")
		}
		text += " " + nameOr(t.name(i), "–")
	}
	return text
}

// Data implements Tabular: a row for each cell of the maps, none for images.
func (t *tiles) Data(o *Options) Table {
	t = t.arranged(o)
	names, out := Column{Name: "map", Texts: []string{}}, Table{}
	for k, m := range t.maps {
		if m == nil {
			continue
		}
		rows, cols := m.Dims()
		for range rows * cols {
			names.Texts = append(names.Texts, nameOr(t.name(k), count(k)))
		}
		out.append(cellTable(m))
	}
	if len(out.Columns) == 0 {
		return out
	}
	out.Columns = append([]Column{names}, out.Columns...)
	return out
}

// columns chooses how many tiles stand side by side: more than below each other,
// and so that few places of the last row remain empty.
func (t *tiles) columns(o *Options) int {
	n := t.len()
	if o.across > 0 {
		return min(o.across, n)
	}
	if n <= 6 {
		return n
	}
	from := int(math.Ceil(math.Sqrt(1.4 * float64(n))))
	best, empty := from, n
	for c := from; c <= max(12, from+4) && c <= n; c++ {
		if e := (c - n%c) % c; e < empty {
			best, empty = c, e
		}
	}
	return best
}
