package superpixel

import (
	"math"
	"slices"
	"strings"
	"testing"
)

// waves is a picture of smooth colours, as in the reference.
func waves() Image {
	const h, w = 24, 30
	img := Image{Height: h, Width: w, Channels: 3}
	for p := range h * w {
		y, x := float64(p/w), float64(p%w)
		img.Values = append(img.Values, 0.5+0.5*math.Sin(x/5+y/9), 0.5+0.4*math.Cos(y/4-x/11), x*y/(h*w))
	}
	return img
}

func sizes(m *Map) []int {
	var list []int
	for _, pixels := range m.Pixels() {
		list = append(list, len(pixels))
	}
	slices.Sort(list)
	return list
}

// TestLab compares with rgb2lab of scikit-image 0.26.
func TestLab(t *testing.T) {
	got := labOf([3]float64{0.2, 0.5, 0.9})
	for k, want := range []float64{53.70090718, 12.15926861, -58.34866545} {
		if math.Abs(got[k]-want) > 1e-3 {
			t.Errorf("%v, want %v at %d", got, want, k)
		}
	}
}

// TestQuickshift compares with quickshift of scikit-image 0.26, rng=1: the sizes of its
// regions, or how many there are.
func TestQuickshift(t *testing.T) {
	m, err := Quickshift(waves(), Shift{Kernel: 2, Distance: 10, Ratio: 0.5})
	if err != nil {
		t.Fatal(err)
	}
	if want := []int{4, 6, 7, 9, 14, 71, 104, 124, 135, 246}; !slices.Equal(sizes(m), want) {
		t.Errorf("regions of %v pixels, want %v", sizes(m), want)
	}
	if m, err = Quickshift(waves(), Shift{Kernel: 1, Distance: 6, Ratio: 1}); err != nil || m.Regions < 302 || m.Regions > 312 { // there, noise tells equal densities apart
		t.Errorf("%d regions, want about 307: %v", m.Regions, err)
	}
	if m, err = Quickshift(waves(), Shift{}); err != nil || m.Regions != 1 {
		t.Errorf("%d regions, want 1: %v", m.Regions, err)
	}
}

// patches is a grey picture of three flat patches.
func patches(h, w int) (Image, []int) {
	img, of := Image{Height: h, Width: w, Channels: 1}, make([]int, h*w)
	for p := range of {
		switch y, x := p/w, p%w; {
		case y < h/2 && x < w/3:
			of[p] = 1
		case y >= h/2:
			of[p] = 2
		}
		img.Values = append(img.Values, float64(3*of[p]))
	}
	return img, of
}

// TestSLIC checks what must be so of any picture: about as many regions as asked for, each in
// one piece, none tiny; and that edges are kept.
func TestSLIC(t *testing.T) {
	for _, n := range []int{1, 4, 12, 30, 100} {
		m, err := SLIC(waves(), n)
		if err != nil {
			t.Fatal(err)
		}
		if m.Regions < n*6/10 || m.Regions > n*14/10+1 {
			t.Errorf("%d regions, want about %d", m.Regions, n)
		}
		if whole := pieces(m.Height, m.Width, m.Of); whole.Regions != m.Regions {
			t.Errorf("%d regions are in %d pieces", m.Regions, whole.Regions)
		}
		if s := sizes(m); s[0]*8 < 24*30/n {
			t.Errorf("of %d regions one has %d pixels", n, s[0])
		}
	}
	img, of := patches(24, 30)
	m, err := SLIC(img, 40)
	if err != nil {
		t.Fatal(err)
	}
	for r, pixels := range m.Pixels() {
		for _, p := range pixels {
			if of[p] != of[pixels[0]] {
				t.Errorf("region %d goes over an edge at pixel %d", r, p)
				break
			}
		}
	}
}

func TestGrid(t *testing.T) {
	for _, c := range []struct{ h, w, n, regions, least, most int }{{8, 8, 16, 16, 4, 4}, {28, 28, 49, 49, 16, 16}, {9, 5, 45, 45, 1, 1}, {10, 30, 3, 3, 100, 100}, {7, 11, 6, 6, 9, 16}} {
		m, err := Grid(c.h, c.w, c.n)
		if err != nil {
			t.Fatal(err)
		}
		if s := sizes(m); m.Regions != c.regions || s[0] < c.least || s[len(s)-1] > c.most {
			t.Errorf("%+v: %d regions of %v", c, m.Regions, s)
		}
	}
}

func TestMistakes(t *testing.T) {
	good := waves()
	hole := waves()
	hole.Values[7] = math.NaN()
	for want, f := range map[string]func() error{
		"is no image": func() error { _, err := SLIC(Image{Height: 2, Width: 2, Channels: 2}, 3); return err },
		"3 numbers are not": func() error {
			_, err := SLIC(Image{Height: 2, Width: 2, Channels: 1, Values: []float64{1, 2, 3}}, 3)
			return err
		},
		"has 1 region or more":      func() error { _, err := SLIC(good, 0); return err },
		"number 7 of the image":     func() error { _, err := Quickshift(hole, Shift{}); return err },
		"find no regions":           func() error { _, err := Quickshift(good, Shift{Kernel: 0.5}); return err },
		"cannot be divided into 0 ": func() error { _, err := Grid(3, 3, 0); return err },
	} {
		if err := f(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

func TestFlat(t *testing.T) {
	img := Image{Height: 9, Width: 9, Channels: 1, Values: make([]float64, 81)}
	if m, err := Quickshift(img, Shift{}); err != nil || m.Regions != 1 {
		t.Errorf("a flat image has %d regions: %v", m.Regions, err)
	}
	if m, err := SLIC(img, 9); err != nil || m.Regions != 9 {
		t.Errorf("a flat image has %d regions: %v", m.Regions, err)
	}
}
