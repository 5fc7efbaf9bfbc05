package chart

import (
	"errors"
	"fmt"
	"image"
	"math"
	"slices"
	"sync"
)

// Boundary shows how a classifier divides the plane of two features: the colour
// of the most probable class, paler where it is less sure; a line where two
// classes are equally probable; and the points that it was given, with their
// true classes. Colours fade where there are no points: there the classifier
// only guesses. Predict returns the probabilities of the classes, in the order of
// names, or that of the second of two as a single number.
func Boundary(predict func(x, y float64) []float64, x, y []float64, classes []string, names ...string) *Figure {
	if predict == nil {
		return Failed(errors.New("a decision boundary needs a function that predicts, not nil"))
	}
	return BoundaryOf(func(x, y []float64) ([][]float64, error) {
		list := make([][]float64, len(x))
		for i := range x {
			list[i] = predict(x[i], y[i])
		}
		return list, nil
	}, x, y, classes, names...)
}

// BoundaryOf is Boundary for a classifier that is asked about many places at once.
func BoundaryOf(predict func(x, y []float64) ([][]float64, error), x, y []float64, classes []string, names ...string) *Figure {
	b := &boundary{predict: predict, x: x, y: y, classes: classes, names: names}
	b.regions = sync.OnceValues(b.compute)
	return &Figure{art: b}
}

type boundary struct {
	predict        func(x, y []float64) ([][]float64, error)
	x, y           []float64
	classes, names []string
	regions        func() (*regions, error)
}

// regionCells is how many places the classifier is asked about, in each direction.
const regionCells = 120

// regions are the answers of a classifier on a grid.
type regions struct {
	names          []string
	p              [][]float64 // of each class at each cell, row by row
	near           []float64   // how close data are, from 0 to 1
	x0, x1, y0, y1 float64
	correct        int // of the points
}

func (b *boundary) compute() (*regions, error) {
	if len(b.x) != len(b.y) || len(b.x) != len(b.classes) {
		return nil, fmt.Errorf("viz: a decision boundary: %s x, %s y and %s classes: as many are needed", count(len(b.x)), count(len(b.y)), count(len(b.classes)))
	}
	r := &regions{names: slices.Clone(b.names)}
	for _, c := range b.classes {
		if !slices.Contains(r.names, c) {
			r.names = append(r.names, c)
		}
	}
	if len(b.names) == 0 {
		slices.Sort(r.names)
	}
	dx, dy := newDomain(), newDomain()
	(&points{x: b.x, y: b.y}).extent(dx, dy)
	x, y := dx.axis(false, false), dy.axis(false, false)
	r.x0, r.x1, r.y0, r.y1 = x.lo, x.hi, y.lo, y.hi
	var px, py []float64 // the cells, then the points
	for i := range regionCells {
		for j := range regionCells {
			px, py = append(px, x.value((float64(j)+0.5)/regionCells)), append(py, y.value((float64(i)+0.5)/regionCells))
		}
	}
	p, err := b.ask(r, append(px, b.x...), append(py, b.y...))
	if err != nil {
		return nil, err
	}
	r.p = p[:len(px)]
	for i, p := range p[len(px):] {
		if best := argmax(p); bothFinite(b.x[i], b.y[i]) && best < len(r.names) && r.names[best] == b.classes[i] {
			r.correct++
		}
	}
	r.measure(b.x, b.y)
	return r, nil
}

// ask predicts at places, and makes each answer one probability a class.
func (b *boundary) ask(r *regions, x, y []float64) ([][]float64, error) {
	list, err := b.predict(x, y)
	if err != nil {
		return nil, err
	}
	if len(list) != len(x) {
		return nil, fmt.Errorf("viz: the classifier was asked about %s places and answers for %s", count(len(x)), count(len(list)))
	}
	for i, p := range list {
		if len(p) == 0 {
			return nil, fmt.Errorf("viz: the classifier returns nothing at (%s, %s): one probability or one for each class is needed", number(x[i]), number(y[i]))
		}
		if len(p) == 1 {
			list[i] = []float64{1 - p[0], p[0]}
		}
		for len(r.names) < len(list[i]) {
			r.names = append(r.names, fmt.Sprintf("class %d", len(r.names)))
		}
	}
	return list, nil
}

func argmax(p []float64) int {
	best := 0
	for i, v := range p {
		if v > p[best] {
			best = i
		}
	}
	return best
}

// measure finds how close each cell is to a point: 1 at one, falling with the
// distance. Points are counted into cells first, so that
// the time does not depend on how many they are.
func (r *regions) measure(x, y []float64) {
	const (
		n     = regionCells
		reach = 0.12 // of the frame: how far a point speaks for its surroundings
	)
	far := float64(4 * n * n)
	square := make([]float64, n*n) // of the distance to a point, in cells
	for i := range square {
		square[i] = far
	}
	for k := range x {
		j, i := int((x[k]-r.x0)/(r.x1-r.x0)*n), int((y[k]-r.y0)/(r.y1-r.y0)*n)
		if bothFinite(x[k], y[k]) && i >= 0 && i < n && j >= 0 && j < n {
			square[i*n+j] = 0
		}
	}
	square = distances(distances(square, n, 1, n), n, n, 1)
	r.near = make([]float64, n*n)
	for i, d := range square {
		r.near[i] = math.Exp(-d / (2 * reach * reach * n * n))
	}
}

// distances is one pass of the distance transform, along the lines of a grid.
func distances(square []float64, n, step, next int) []float64 {
	out := make([]float64, len(square))
	for line := range n {
		for i := range n {
			best := math.Inf(1)
			for j := range n {
				d := float64(i - j)
				best = min(best, square[line*next+j*step]+d*d)
			}
			out[line*next+i*step] = best
		}
	}
	return out
}

// lead is by how much a class is more probable than any other.
func (r *regions) lead(class int) Matrix {
	list := make([][]float64, regionCells)
	for k, p := range r.p {
		other := math.Inf(-1)
		for c, v := range p {
			if c != class {
				other = max(other, v)
			}
		}
		v := nan
		if class < len(p) {
			v = p[class] - other
		}
		list[k/regionCells] = append(list[k/regionCells], v)
	}
	return FromRows(list)
}

// plot is the picture made of marks.
func (b *boundary) plot(o *Options) (*plot, error) {
	r, err := b.regions()
	if err != nil {
		return nil, err
	}
	marks := []Mark{&field{r: r}}
	lines := len(r.names)
	if lines == 2 {
		lines = 1
	}
	for c := range lines {
		marks = append(marks, Contour(r.lead(c), r.x0, r.x1, r.y0, r.y1, 0))
	}
	marks = append(marks, Points(b.x, b.y, Classes(b.classes), Opacity(1), rimmed))
	return &plot{panels: []Facet{{Marks: marks}}, order: r.names}, nil
}

func (b *boundary) Width(*Options) float64 { return 560 }

func (b *boundary) Layout(width float64, o *Options) (Body, error) {
	p, err := b.plot(o)
	if err != nil {
		return Body{}, err
	}
	if o.height == 0 { // nearly square
		o.height = min(max(width*0.8, 200), 560)
	}
	return p.Layout(width, o)
}

func (b *boundary) Describe(o *Options) string {
	r, err := b.regions()
	if err != nil {
		return o.Say("Decision boundary that cannot be computed: %s", err.Error())
	}
	area, data := make([]int, len(r.names)), 0
	for i, p := range r.p {
		if r.near[i] > 0.3 {
			data++
			area[argmax(p)]++
		}
	}
	text := o.Say("Decision boundary of %s in the plane of %s and %s.", o.Count(len(r.names), "class", "classes"), nameOr(o.xLabel, "x"), nameOr(o.yLabel, "y"))
	for c, n := range r.names {
		text += " " + o.Say("%s has %s of the area near data.", nameOr(n, "–"), percent(o, area[c], data))
	}
	return text + " " + o.Say("%s of %s lie in the region of their class. Colours fade where there are no data.", percent(o, r.correct, len(b.x)), o.Count(len(b.x), "point", "points"))
}

// Data implements Tabular.
func (b *boundary) Data(o *Options) Table {
	return (&plot{panels: []Facet{{Marks: []Mark{Points(b.x, b.y, Classes(b.classes))}}}}).Data(o)
}

// A field is the regions as a mark.
type field struct {
	opts style
	r    *regions
}

func (m *field) style() *style              { return &m.opts }
func (m *field) check() error               { return nil }
func (m *field) describe(o *Options) string { return o.Say("regions of classes") }
func (m *field) rows(*plotTable)            {}

func (m *field) extent(x, y *domain) {
	x.add(m.r.x0)
	x.add(m.r.x1)
	y.add(m.r.y0)
	y.add(m.r.y1)
	x.tight, y.tight = true, true
}

func (m *field) vega(*layer) map[string]any { return vegaXY("rect") }

func (m *field) draw(p *panel, l *layer) {
	const n = regionCells
	d := min(p.Density(), 1) // what is smooth needs no more
	w, h := int(p.area.W()*d), int(p.area.H()*d)
	img := image.NewNRGBA(image.Rect(0, 0, max(w, 1), max(h, 1)))
	// Interpolating the probabilities makes edges of regions smooth.
	kinds := len(m.r.names)
	sure, near := make([]Matrix, kinds), rowsOf(m.r.near)
	for c := range sure {
		list := make([]float64, n*n)
		for i, v := range m.r.p {
			if c < len(v) {
				list[i] = v[c]
			}
		}
		sure[c] = rowsOf(list)
	}
	ps := make([]float64, kinds)
	for y := range img.Rect.Dy() {
		for x := range img.Rect.Dx() {
			i, j := (1-(float64(y)+0.5)/float64(img.Rect.Dy()))*n-0.5, (float64(x)+0.5)/float64(img.Rect.Dx())*n-0.5
			for c := range ps {
				ps[c] = between(sure[c], i, j)
			}
			best := argmax(ps)
			// From even chances to certainty.
			share := (ps[best] - 1/float64(max(kinds, 2))) / (1 - 1/float64(max(kinds, 2)))
			alpha := (0.10 + 0.45*min(max(share, 0), 1)) * (0.12 + 0.88*between(near, i, j))
			if math.IsNaN(alpha) {
				img.SetNRGBA(x, y, hatch(x, y))
				continue
			}
			img.SetNRGBA(x, y, faded(p.Category(best), alpha))
		}
	}
	p.Image(img, p.area)
}

// rowsOf is a square matrix of its values.
func rowsOf(list []float64) Matrix {
	rows := make([][]float64, regionCells)
	for i := range rows {
		rows[i] = list[i*regionCells : (i+1)*regionCells]
	}
	return FromRows(rows)
}
