package superpixel

import "math"

const (
	slicCompactness = 10 // what a step of one side of a region weighs, in units of CIELAB
	slicRounds      = 10
)

// SLIC divides an image into about n regions (Achanta et al. 2012): k-means from a grid,
// of colour and place together, that looks no further than two sides of a region. Parts of
// regions that hang together with nothing of theirs are given to the neighbour that is most
// alike, so that every region is in one piece.
func SLIC(img Image, n int) (*Map, error) {
	if err := img.check(); err != nil {
		return nil, err
	}
	if n < 1 {
		return nil, errFew
	}
	s := newSLIC(&img, n)
	for range slicRounds {
		if !s.assign() {
			break
		}
		s.move()
	}
	return s.joined(), nil
}

// A slic is regions in the making.
type slic struct {
	h, w    int
	lab     []float64
	side    float64
	centres [][5]float64 // y, x and the colour
	of      []int
}

func newSLIC(img *Image, n int) *slic {
	rows, cols := grid(img.Height, img.Width, n)
	s := &slic{h: img.Height, w: img.Width, lab: img.lab(), of: make([]int, img.Height*img.Width)}
	s.side = max(float64(s.h)/float64(rows), float64(s.w)/float64(cols))
	for i := range rows {
		for j := range cols {
			y, x := (float64(i)+0.5)*float64(s.h)/float64(rows), (float64(j)+0.5)*float64(s.w)/float64(cols)
			c := [5]float64{y - 0.5, x - 0.5}
			copy(c[2:], s.lab[3*(int(y)*s.w+int(x)):])
			s.centres = append(s.centres, c)
		}
	}
	for p := range s.of {
		s.of[p] = -1
	}
	return s
}

// distance is that of a pixel from a centre, squared, in units of colour.
func (s *slic) distance(p int, c *[5]float64) float64 {
	dy, dx := float64(p/s.w)-c[0], float64(p%s.w)-c[1]
	d := (dy*dy + dx*dx) / (s.side * s.side) * slicCompactness * slicCompactness
	for k := range 3 {
		e := s.lab[3*p+k] - c[2+k]
		d += e * e
	}
	return d
}

// assign gives each pixel to the nearest centre around it, and reports whether one has
// changed.
func (s *slic) assign() bool {
	best, of := make([]float64, len(s.of)), make([]int, len(s.of))
	for p := range best {
		best[p], of[p] = math.Inf(1), -1
	}
	for k := range s.centres {
		c := &s.centres[k]
		for y := max(0, int(c[0]-2*s.side)); y < min(s.h, int(c[0]+2*s.side)+2); y++ {
			for x := max(0, int(c[1]-2*s.side)); x < min(s.w, int(c[1]+2*s.side)+2); x++ {
				p := y*s.w + x
				if d := s.distance(p, c); d < best[p] {
					best[p], of[p] = d, k
				}
			}
		}
	}
	changed := false
	for p, k := range of {
		if k < 0 { // no centre is near
			for k := range s.centres {
				if d := s.distance(p, &s.centres[k]); d < best[p] {
					best[p], of[p] = d, k
				}
			}
		}
		changed = changed || of[p] != s.of[p]
	}
	s.of = of
	return changed
}

// move moves centres to the mean of their pixels.
func (s *slic) move() {
	sums, n := make([][5]float64, len(s.centres)), make([]float64, len(s.centres))
	for p, k := range s.of {
		n[k]++
		sums[k][0] += float64(p / s.w)
		sums[k][1] += float64(p % s.w)
		for c := range 3 {
			sums[k][2+c] += s.lab[3*p+c]
		}
	}
	for k := range sums {
		for c := range sums[k] {
			if n[k] > 0 {
				s.centres[k][c] = sums[k][c] / n[k]
			}
		}
	}
}

// joined are the regions, each in one piece: pieces of less than a quarter of a region are
// given to neighbours, the smallest first.
func (s *slic) joined() *Map {
	m := pieces(s.h, s.w, s.of)
	least := int(s.side * s.side / 4)
	for {
		list := m.Pixels()
		small := -1
		for r, pixels := range list {
			if len(pixels) < least && (small < 0 || len(pixels) < len(list[small])) {
				small = r
			}
		}
		if small < 0 || m.Regions == 1 {
			return m
		}
		to := s.alike(m, list, small)
		for _, p := range list[small] {
			m.Of[p] = to
		}
		m = renumber(s.h, s.w, m.Of)
	}
}

// alike is the neighbour of a region whose mean colour is nearest.
func (s *slic) alike(m *Map, list [][]int, region int) int {
	best, where := math.Inf(1), -1
	own := s.color(list[region])
	seen := map[int]bool{region: true}
	for _, p := range list[region] {
		for _, q := range around(s.h, s.w, p) {
			r := m.Of[q]
			if seen[r] {
				continue
			}
			seen[r] = true
			d := 0.0
			for k, v := range s.color(list[r]) {
				d += (v - own[k]) * (v - own[k])
			}
			if d < best {
				best, where = d, r
			}
		}
	}
	return where
}

func (s *slic) color(pixels []int) (mean [3]float64) {
	for _, p := range pixels {
		for k := range mean {
			mean[k] += s.lab[3*p+k] / float64(len(pixels))
		}
	}
	return mean
}

// pieces tells parts of the same label apart that do not hang together.
func pieces(h, w int, labels []int) *Map {
	of := make([]int, len(labels))
	for p := range of {
		of[p] = -1
	}
	n := 0
	for p := range of {
		if of[p] >= 0 {
			continue
		}
		of[p] = n
		for todo := []int{p}; len(todo) > 0; {
			at := todo[len(todo)-1]
			todo = todo[:len(todo)-1]
			for _, q := range around(h, w, at) {
				if of[q] < 0 && labels[q] == labels[p] {
					of[q] = n
					todo = append(todo, q)
				}
			}
		}
		n++
	}
	return &Map{Height: h, Width: w, Regions: n, Of: of}
}

// around are the pixels above, below and beside one.
func around(h, w, p int) []int {
	list := make([]int, 0, 4)
	if p >= w {
		list = append(list, p-w)
	}
	if p%w > 0 {
		list = append(list, p-1)
	}
	if p%w < w-1 {
		list = append(list, p+1)
	}
	if p+w < h*w {
		list = append(list, p+w)
	}
	return list
}
