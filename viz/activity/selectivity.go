package activity

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/mat"

	"loupe/viz/chart"
	"loupe/viz/model"
)

// mostUnits is how many units a heat map shows.
const mostUnits = 40

// Selectivity returns which unit of a layer speaks for which class: units × classes,
// the mean of what the unit computes for the samples of the class (and over all
// places, where it computes several). Units stand with the class that they speak for
// most, the most selective first. Without a layer's name it is the last one with
// weights before the output.
//
// The number beside a unit is its class selectivity: of its means for the classes,
// (largest − mean of the others) / (|largest| + |mean of the others|), which is 1 for
// a unit that is active for one class only and 0 for one to which all are the same
// (Morcos et al., "On the importance of single directions for generalization", 2018).
func Selectivity(v, data any, layer ...string) *chart.Figure {
	l, err := newLook(v, data)
	if err != nil {
		return chart.Failed(err)
	}
	if l.s.Class == nil || l.s.Y == nil {
		return chart.Failed(errors.New("the data have no classes: give a set that has, or viz.Labelled(x, classes)"))
	}
	name, err := l.layer(strings.Join(layer, ""))
	if err != nil {
		return chart.Failed(err)
	}
	means, err := l.classMeans(name)
	if err != nil {
		return chart.Failed(err)
	}
	list := speakers(means)
	shown := pick(list, len(l.s.Class))
	rows, names := make([][]float64, len(shown)), make([]string, len(shown))
	for i, u := range shown {
		rows[i], names[i] = mat.Row(nil, u.unit, means), fmt.Sprintf("%d (%s)", u.unit, chart.Number(round2(u.selectivity)))
	}
	return chart.HeatMap(chart.FromRows(rows), chart.Rows(names...), chart.Columns(l.s.Class...), chart.NoNumbers()).Worded(func(o *chart.Options) chart.Wording {
		return chart.Wording{Y: o.Say("unit of %s (selectivity)", name), Scale: o.Say("mean activation")}
	}).Noting(func(o *chart.Options) []string { return l.speakerNotes(list, shown, o) })
}

func round2(x float64) float64 { return math.Round(100*x) / 100 }

// classMeans are the means of a layer's units for the classes, units × classes. A
// class without samples has NaN.
func (l *look) classMeans(name string) (*mat.Dense, error) {
	var means *mat.Dense
	counts := make([]float64, len(l.s.Class))
	err := l.scan([]string{name}, func(from int, _ string, a model.Array) error {
		acts := units(a)
		n, k := acts.Dims()
		if means == nil {
			means = mat.NewDense(k, len(counts), nil)
		}
		if rows, _ := means.Dims(); rows != k {
			return fmt.Errorf("layer %s computes %d units for some samples and %d for others", name, rows, k)
		}
		for s := range n {
			c := int(l.s.Y(from + s))
			if c < 0 || c >= len(counts) {
				return fmt.Errorf("sample %d has the class %d, and there are %d", from+s, c, len(counts))
			}
			counts[c]++
			for u := range k {
				was := means.At(u, c)
				means.Set(u, c, was+(acts.At(s, u)-was)/counts[c])
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for c, n := range counts {
		for u := range means.RawMatrix().Rows {
			if n == 0 {
				means.Set(u, c, math.NaN())
			}
		}
	}
	return means, nil
}

// A speaker is a unit with the class that it speaks for.
type speaker struct {
	unit, class        int // class is -1 for a unit that is not finite, or dead
	selectivity        float64
	largest, elsewhere float64
}

// speakers are all units, sorted by class and then by selectivity.
func speakers(means *mat.Dense) []speaker {
	units, classes := means.Dims()
	list := make([]speaker, units)
	for u := range list {
		s := speaker{unit: u, class: -1}
		sum, n := 0.0, 0
		for c := range classes {
			v := means.At(u, c)
			if math.IsNaN(v) {
				continue
			}
			sum, n = sum+v, n+1
			if s.class < 0 || v > s.largest {
				s.class, s.largest = c, v
			}
		}
		s.elsewhere = (sum - s.largest) / float64(max(n-1, 1))
		if size := math.Abs(s.largest) + math.Abs(s.elsewhere); n > 1 && size > 0 && !math.IsInf(size, 0) {
			s.selectivity = (s.largest - s.elsewhere) / size
		} else {
			s.class = -1
		}
		list[u] = s
	}
	slices.SortStableFunc(list, func(a, b speaker) int {
		if (a.class < 0) != (b.class < 0) { // those that say nothing come last
			return cmp.Compare(b.class, a.class)
		}
		return cmp.Or(cmp.Compare(a.class, b.class), cmp.Compare(b.selectivity, a.selectivity))
	})
	return list
}

// pick takes the units to show: the most selective of each class, as many of each as
// there is room for.
func pick(list []speaker, classes int) []speaker {
	if len(list) <= mostUnits {
		return list
	}
	each := max(1, mostUnits/max(classes, 1))
	taken := map[int]int{}
	var shown []speaker
	for _, s := range list {
		if s.class >= 0 && taken[s.class] < each {
			taken[s.class]++
			shown = append(shown, s)
		}
	}
	if len(shown) == 0 {
		return list[:mostUnits]
	}
	return shown
}

// speakerNotes says which unit speaks most clearly, for which classes none speaks,
// and how many say nothing.
func (l *look) speakerNotes(list, shown []speaker, o *chart.Options) []string {
	best, silent, loudest := -1, 0, 0.0
	for _, s := range list {
		loudest = max(loudest, math.Abs(s.largest))
	}
	voices := make([]int, len(l.s.Class))
	for i, s := range list {
		if s.class < 0 {
			silent++
			continue
		}
		voices[s.class]++
		if loud := math.Abs(s.largest) >= loudest/10; loud && (best < 0 || s.selectivity > list[best].selectivity) {
			best = i
		}
	}
	var notes []string
	if best >= 0 {
		b := list[best]
		notes = append(notes, o.Say("Unit %s speaks most clearly, for %s: %s on average, and %s for the others.", chart.Count(b.unit), l.s.Class[b.class], chart.Number(b.largest), chart.Number(b.elsewhere)))
	}
	var none []string
	for c, n := range voices {
		if n == 0 {
			none = append(none, l.s.Class[c])
		}
	}
	if len(none) > 0 {
		if len(none) > 8 {
			none = append(none[:8], "…")
		}
		notes = append(notes, o.Say("No unit speaks most for %s.", strings.Join(none, ", ")))
	}
	if silent > 0 {
		notes = append(notes, o.Say("%s of %s units say the same of all classes.", chart.Count(silent), chart.Count(len(list))))
	}
	if n := len(list) - len(shown); n > 0 {
		notes = append(notes, o.Say("%s of %s units are shown, the most selective of each class.", chart.Count(len(shown)), chart.Count(len(list))))
	}
	return notes
}
